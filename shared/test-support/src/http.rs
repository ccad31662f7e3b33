//! A small HTTP client that shows everything that it got: status, headers, bytes, and how long it took.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::{Client as Connections, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

/// What went wrong before there was an answer.
pub type SendError = Box<dyn std::error::Error + Send + Sync>;

/// A client for one server. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    connections: Connections<HttpConnector, Full<Bytes>>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
    /// From the first byte sent to the last byte received.
    pub took: Duration,
}

impl Client {
    /// For a server at `base`, for example `http://127.0.0.1:8001`.
    #[must_use]
    pub fn new(base: &str) -> Client {
        let connections = Connections::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // a server may close an idle connection just when it is used again
            .pool_idle_timeout(Duration::from_secs(5))
            .build(HttpConnector::new());
        Client { base: base.trim_end_matches('/').to_owned(), connections }
    }

    /// Where the server is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Result<Reply, SendError> {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    /// The same with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Result<Reply, SendError> {
        self.send(Method::GET, path, headers, Bytes::new()).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, SendError> {
        self.post_with(path, &[], body).await
    }

    /// `POST path` with a JSON body and further headers.
    pub async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Reply, SendError> {
        let mut all = vec![(CONTENT_TYPE.as_str(), "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, Bytes::from(body.to_string())).await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Reply, SendError> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).body(Full::new(body))?;
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            request.headers_mut().append(name, HeaderValue::from_str(value)?);
        }
        let start = Instant::now();
        let response = self.connections.request(request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply { status: head.status, headers: head.headers, body, took: start.elapsed() })
    }
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, if it is there once and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
