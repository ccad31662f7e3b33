//! Pages: files of the fixtures folder, and the shop whose pages are filled by its API.

use std::io;
use std::path::{Component, Path};
use std::time::Duration;

use axum::Router;
use axum::extract::Path as PathOf;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::pages;

/// How long the shop's API takes: for the product, then for the offer (price and stock).
const PRODUCT_TAKES: Duration = Duration::from_millis(120);
const OFFER_TAKES: Duration = Duration::from_millis(150);

const OFFER_KEYS: [&str; 4] = ["price", "list_price", "stock", "ships"];

pub(super) fn routes() -> Router {
    Router::new()
        .route("/shop/{page}", get(async || file("shop.html").await))
        .route("/api/catalog/{slug}", get(product))
        .route("/api/catalog/{slug}/offer", get(offer))
        .route("/identity", get(identity))
        .route("/echo/headers", get(async |headers: HeaderMap| Json(listed(&headers))))
        .route("/{*path}", get(async |PathOf(path): PathOf<String>| file(&path).await))
}

/// A file of the fixtures folder, or a plain 404.
pub(super) async fn file(name: &str) -> Response {
    match read(name).await {
        Ok(content) => {
            ([(CONTENT_TYPE, content_type(name)), (CACHE_CONTROL, "no-store")], content).into_response()
        }
        Err(_) => (StatusCode::NOT_FOUND, "no such file").into_response(),
    }
}

async fn read(name: &str) -> io::Result<Vec<u8>> {
    let stays_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !stays_inside {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    tokio::fs::read(pages().join(name)).await
}

fn content_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

async fn product(PathOf(slug): PathOf<String>) -> Response {
    sleep(PRODUCT_TAKES).await;
    let Some(mut product) = catalog().await.into_iter().find(|product| product["slug"] == slug.as_str())
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    product.retain(|key, _| !OFFER_KEYS.contains(&key.as_str()));
    Json(product).into_response()
}

async fn offer(PathOf(slug): PathOf<String>) -> Response {
    sleep(OFFER_TAKES).await;
    let (own, others): (Vec<_>, Vec<_>) =
        catalog().await.into_iter().partition(|product| product["slug"] == slug.as_str());
    let Some(mut offer) = own.into_iter().next() else { return StatusCode::NOT_FOUND.into_response() };
    offer.retain(|key, _| OFFER_KEYS.contains(&key.as_str()));
    let also: Vec<Value> = others
        .iter()
        .filter(|other| other["price"] != "")
        .map(|other| json!({ "slug": other["slug"], "name": other["name"], "price": other["price"], "photo": other["photos"][0] }))
        .collect();
    offer.insert("also".to_owned(), Value::Array(also));
    Json(offer).into_response()
}

async fn catalog() -> Vec<Map<String, Value>> {
    let content = read("catalog.json").await.expect("the catalogue lies in the fixtures folder");
    serde_json::from_slice(&content).expect("the catalogue is an array of objects")
}

/// The page with the headers of its own request put in, asking for all client hints from then on.
async fn identity(headers: HeaderMap) -> Response {
    let page = read("identity.html").await.expect("the page lies in the fixtures folder");
    let page = String::from_utf8_lossy(&page)
        .replace(r#"{"navigation": "headers"}"#, &Value::Object(listed(&headers)).to_string());
    let hints = "Sec-CH-UA-Full-Version-List, Sec-CH-UA-Platform-Version, Sec-CH-UA-Arch, Sec-CH-UA-Bitness";
    let accept_hints = HeaderName::from_static("accept-ch");
    ([(CONTENT_TYPE, content_type("identity.html")), (accept_hints, hints)], page).into_response()
}

fn listed(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &axum::http::HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()));
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}
