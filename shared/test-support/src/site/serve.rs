//! Connections: each is served by hyper, and can be reset by a handler's wish, which a framework doesn't offer.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::Hits;

/// The path whose requests are answered by a reset.
const RESET: &str = "/reset";

/// Serves until it is dropped; the connections end with it.
pub(super) async fn accept(listener: TcpListener, routes: Router, hits: Hits) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        hits.count(Hits::CONNECTION);
        connections.spawn(serve(stream, routes.clone(), hits.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, routes: Router, hits: Hits) {
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire { stream, reset: reset.clone() };
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        answer(request.map(Body::new), routes.clone(), hits.clone(), reset.clone())
    });
    // a peer that goes away in the middle is what many tests are about
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), service).await;
}

async fn answer(
    request: Request,
    routes: Router,
    hits: Hits,
    reset: Arc<AtomicBool>,
) -> Result<Response, Box<dyn Error + Send + Sync>> {
    hits.count(request.uri().path());
    let _open = OpenRequest::new(&hits.open);
    if request.uri().path() == RESET {
        reset.store(true, Ordering::Relaxed);
        return Err("reset on request".into());
    }
    let response: Result<Response, Infallible> = routes.oneshot(request).await;
    match response {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// Counts a request while its answer is being made.
struct OpenRequest(Arc<AtomicUsize>);

impl OpenRequest {
    fn new(open: &Arc<AtomicUsize>) -> OpenRequest {
        open.fetch_add(1, Ordering::Relaxed);
        OpenRequest(open.clone())
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that can end in a reset instead of an orderly close.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // without it the connection closes in order, and a test of resets says so
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
