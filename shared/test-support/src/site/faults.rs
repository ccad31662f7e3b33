//! The ways in which sites misbehave.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use tokio::time::sleep;

use super::shop::file;

const HTML: &str = "text/html; charset=utf-8";
const BETWEEN_DRIPS: Duration = Duration::from_millis(100);

pub(super) fn routes() -> Router {
    Router::new()
        .route("/slow/{ms}/{*name}", get(slow))
        .route("/status/{code}", get(async |Path(code): Path<u16>| status(code, "missing.html").await))
        .route(
            "/status/{code}/{*name}",
            get(async |Path((code, name)): Path<(u16, String)>| status(code, &name).await),
        )
        .route("/flaky/{plan}/{*name}", get(flaky).with_state(Turns::default()))
        .route("/redirect/{hops}/{*name}", get(redirect))
        .route("/to", get(async |Query(to): Query<To>| Redirect::temporary(&to.url)))
        .route("/endless-redirect", get(async || Redirect::temporary("/endless-redirect")))
        .route("/hang", get(async || -> Response { pending().await }))
        .route("/truncated", get(truncated))
        .route("/drip", get(drip))
        .route("/paragraphs/{count}/{text}", get(paragraphs))
        .route("/document.pdf", get(async || ([(CONTENT_TYPE, "application/pdf")], "%PDF-1.4\n%%EOF\n")))
        .route(
            "/data.json",
            get(async || ([(CONTENT_TYPE, "application/json")], r#"{"title": "not a page"}"#)),
        )
        .route("/attachment", get(attachment))
}

#[derive(serde::Deserialize)]
struct To {
    url: String,
}

async fn slow(Path((ms, name)): Path<(u64, String)>) -> Response {
    sleep(Duration::from_millis(ms)).await;
    if name == "json" {
        return ([(CONTENT_TYPE, "application/json")], "{}").into_response();
    }
    file(&name).await
}

/// How often each plan has been asked for.
type Turns = Arc<Mutex<HashMap<String, usize>>>;

/// The failures of the plan in turn, such as `503,429-2` (with `Retry-After: 2`), then the file.
async fn flaky(State(turns): State<Turns>, Path((plan, name)): Path<(String, String)>) -> Response {
    let turn = {
        let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(format!("{plan}/{name}")).or_default();
        *turn += 1;
        *turn - 1
    };
    let Some(failure) = plan.split(',').nth(turn) else { return file(&name).await };
    let (code, after) = failure.split_once('-').map_or((failure, None), |(code, after)| (code, Some(after)));
    let code = code.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    let mut response = (code.unwrap_or(StatusCode::BAD_GATEWAY), "try later").into_response();
    if let Some(after) = after.and_then(|after| after.parse::<u64>().ok()) {
        response.headers_mut().insert(RETRY_AFTER, after.into());
    }
    response
}

async fn status(code: u16, name: &str) -> Response {
    let mut response = file(name).await;
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::NOT_FOUND);
    response
}

async fn redirect(Path((hops, name)): Path<(u32, String)>) -> Redirect {
    match hops {
        0 | 1 => Redirect::temporary(&format!("/{name}")),
        more => Redirect::temporary(&format!("/redirect/{}/{name}", more - 1)),
    }
}

/// Promises more than it sends.
async fn truncated() -> Response {
    let start = Bytes::from_static(b"<!doctype html><title>Half a page</title><h1>Half");
    let parts = [Ok(start), Err(io::Error::from(io::ErrorKind::ConnectionAborted))];
    ([(CONTENT_TYPE, HTML), (CONTENT_LENGTH, "100000")], Body::from_stream(stream::iter(parts)))
        .into_response()
}

/// Sends a little now and then, for ever.
async fn drip() -> Response {
    let drops = stream::unfold((), async |()| {
        sleep(BETWEEN_DRIPS).await;
        Some((Ok::<_, io::Error>(Bytes::from_static(b"<p>drip</p>\n")), ()))
    });
    ([(CONTENT_TYPE, HTML)], Body::from_stream(drops)).into_response()
}

/// A large page, of some bytes a paragraph.
async fn paragraphs(Path((count, text)): Path<(usize, String)>) -> Response {
    const MOST: usize = 2_000_000;
    let paragraphs = format!("<p>{text}</p>\n").repeat(count.min(MOST));
    let page =
        format!("<!doctype html><title>Long read</title><h1>Long read</h1><p>Price: $12.00</p>{paragraphs}");
    ([(CONTENT_TYPE, HTML)], page).into_response()
}

async fn attachment() -> Response {
    let headers =
        [(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, "attachment; filename=\"goods.zip\"")];
    (headers, "PK").into_response()
}
