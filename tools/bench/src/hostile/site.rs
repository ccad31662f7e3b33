//! One site of a run, on a loopback address of its own: good pages, each with a product or a colour that only it has, and
//! all the hostile ones. Which of them it is asked for makes it a shop or an evil site.
//!
//! | path | what it is |
//! | --- | --- |
//! | `/product/N` | a product with JSON-LD |
//! | `/script/N` | a product that a script draws after a call to `/api/N` |
//! | `/colour/N` | a page of one colour with a heading |
//! | `/KIND` | the hostile page of that kind |
//! | `/flood` | never ends, as fast as it can |
//! | `/forbidden` | redirects to an address that is not public |

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::good::{Colour, Product};
use super::{Hostile, pages};

/// What a shop's API takes.
const API_TAKES: Duration = Duration::from_millis(60);
const FLOOD_PART: Bytes = Bytes::from_static(&[b'x'; 64 << 10]);

/// A running site. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Site {
    name: &'static str,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Site {
    /// On a port of its own of that address.
    pub(crate) async fn start(name: &'static str, address: Ipv4Addr) -> Result<Site> {
        let listener = TcpListener::bind((address, 0))
            .await
            .with_context(|| format!("no port of {address} to listen on"))?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            // it ends when it is aborted
            let _ = axum::serve(listener, routes()).await;
        });
        Ok(Site { name, address, serving })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The absolute address of a path, by the site's name.
    pub(crate) fn url(&self, path: &str) -> String {
        self.url_at(self.name, path)
    }

    /// The same by another name.
    pub(crate) fn url_at(&self, name: &str, path: &str) -> String {
        format!("http://{name}:{}{path}", self.address.port())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn routes() -> Router {
    let good = Router::new()
        .route("/product/{number}", get(async |Path(number): Path<usize>| page(Product::of(number).page())))
        .route("/script/{number}", get(async || page(Product::scripted_page())))
        .route("/api/{number}", get(api))
        .route(
            "/colour/{number}",
            get(async |Path(number): Path<usize>| page(Colour::of(number).card(number))),
        )
        .route("/page/{number}", get(async |Path(number): Path<usize>| page(Product::of(number).page())))
        .route("/flood", get(flood))
        .route("/forbidden", get(async || Redirect::temporary("http://10.1.2.3/secret")));
    Hostile::ALL.into_iter().fold(good, |routes, kind| {
        let script = match kind {
            Hostile::EgressFlood => pages::FLOOD,
            other => match pages::script(other) {
                Some(script) => script,
                None => return routes,
            },
        };
        routes.route(&format!("/{}", kind.path()), get(async move || page(pages::document(script, 0))))
    })
}

fn page(html: String) -> Response {
    ([(CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

async fn api(Path(number): Path<usize>) -> Json<Value> {
    tokio::time::sleep(API_TAKES).await;
    let product = Product::of(number);
    Json(json!({ "name": product.title, "price": format!("${:.2}", product.price) }))
}

async fn flood() -> Response {
    Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(FLOOD_PART))).into_response()
}
