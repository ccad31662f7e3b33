//! Forwarding one plain HTTP request, over a connection that is kept for the next one.
//!
//! A browser uses one proxy connection for one host at a time, so one kept upstream per browser connection is
//! a whole pool.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{Either, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio_util::task::AbortOnDropHandle;

use super::account::Account;
use super::connect::Gate;
use super::target::HostPort;
use super::trouble::{Trouble, UpstreamFailure};

/// A page's own body, or none when a request is repeated.
pub(crate) type RequestBody = Either<Incoming, Empty<Bytes>>;

/// An open connection to a target. Dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct Upstream {
    target: HostPort,
    sender: SendRequest<RequestBody>,
    driver: AbortOnDropHandle<Ended>,
}

/// Why an upstream's driver stopped.
#[derive(Debug, Clone, Copy)]
enum Ended {
    Closed,
    Idle,
}

/// A request without its answer.
struct Unanswered {
    error: hyper::Error,
    /// The request, if not a byte of it was sent.
    unsent: Option<Request<RequestBody>>,
}

impl Upstream {
    /// Connects, and speaks HTTP/1.1.
    pub(crate) async fn open(
        gate: &Gate,
        target: &HostPort,
        account: &Arc<Account>,
    ) -> Result<Self, Trouble> {
        let wire = gate.connect(target, account).await?;
        let activity = wire.activity();
        let limits = *account.limits();
        let (sender, connection) = http1::Builder::new()
            // as browsers write them, also the ones that this proxy adds
            .preserve_header_case(true)
            .title_case_headers(true)
            .max_header_size(limits.max_header_bytes)
            .handshake(TokioIo::new(wire))
            .await
            .map_err(|_| Trouble::Failed(UpstreamFailure::Reset))?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::select! {
                _closed = connection => Ended::Closed,
                () = activity.ceased(limits.idle_timeout) => Ended::Idle,
            }
        }));
        Ok(Self { target: target.clone(), sender, driver })
    }

    /// Whether it can carry a request to this target now.
    pub(crate) fn serves(&self, target: &HostPort) -> bool {
        self.target == *target && self.sender.is_ready()
    }

    /// Sends a request over a kept connection. The target may have closed it in the meantime: a request that
    /// never left, or may be repeated, is handed back as the error.
    pub(crate) async fn send_reused(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Result<Response<Incoming>, Trouble>, Request<RequestBody>> {
        let copy = repeatable(&request);
        match self.try_send(request).await {
            Ok(answer) => Ok(Ok(answer)),
            Err(Unanswered { error, unsent }) => match unsent.or(copy) {
                Some(request) => Err(request),
                None => Ok(Err(self.trouble(&error).await)),
            },
        }
    }

    /// Sends a request over a fresh connection.
    pub(crate) async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Trouble> {
        match self.try_send(request).await {
            Ok(answer) => Ok(answer),
            Err(Unanswered { error, .. }) => Err(self.trouble(&error).await),
        }
    }

    async fn try_send(&mut self, request: Request<RequestBody>) -> Result<Response<Incoming>, Unanswered> {
        self.sender.try_send_request(request).await.map_err(|mut error| {
            let unsent = error.take_message();
            Unanswered { error: error.into_error(), unsent }
        })
    }

    /// What a failed exchange was. The driver has ended or is about to, and knows whether it gave up.
    async fn trouble(&mut self, error: &hyper::Error) -> Trouble {
        if error.is_parse() {
            return Trouble::Failed(UpstreamFailure::BadResponse);
        }
        match (&mut self.driver).await {
            Ok(Ended::Idle) => Trouble::Failed(UpstreamFailure::IdleTimeout),
            Ok(Ended::Closed) | Err(_) => Trouble::Failed(UpstreamFailure::Reset),
        }
    }
}

/// A copy of a request that may be sent twice: idempotent, and without a body.
fn repeatable(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let is_idempotent = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_idempotent || !request.body().is_end_stream() {
        return None;
    }
    let mut copy = Request::new(Either::Right(Empty::new()));
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}
