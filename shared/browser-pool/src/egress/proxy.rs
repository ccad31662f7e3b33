//! One connection from the browser: HTTP/1.1, absolute-form requests and CONNECT.
//!
//! Belongs here: telling the two apart, and the answers that are the proxy's own. These say that a request
//! was refused or failed and never why: a page could read it, and the reason tells what a name resolves to.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tracing::debug;

use super::account::Account;
use super::connect::Gate;
use super::forward::{RequestBody, Upstream};
use super::headers::{OWN_ANSWER, for_upstream, strip_answer};
use super::policy::RefusalReason;
use super::target::HostPort;
use super::trouble::{Trouble, UpstreamFailure};
use super::tunnel::Tunnel;

type Answer = Response<Either<Incoming, Full<Bytes>>>;

/// Whom a listener's connections belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A page: filtered.
    Page,
    /// The browser itself: everything is refused.
    Background,
}

/// What the requests of one browser connection share.
pub(crate) struct ClientConnection {
    gate: Arc<Gate>,
    account: Arc<Account>,
    scope: Scope,
    kept: Mutex<Option<Upstream>>,
    tunnel: Mutex<Option<Tunnel>>,
}

impl ClientConnection {
    pub(crate) fn new(gate: Arc<Gate>, account: Arc<Account>, scope: Scope) -> Self {
        Self { gate, account, scope, kept: Mutex::default(), tunnel: Mutex::default() }
    }

    /// Serves the connection until either side ends it. Everything that belongs to it ends with this future.
    pub(crate) async fn serve(self, client: TcpStream) {
        if client.set_nodelay(true).is_err() {
            return; // already gone
        }
        let limits = *self.account.limits();
        let this = Arc::new(self);
        let service = service_fn(|request| {
            let this = Arc::clone(&this);
            async move { Ok::<_, Infallible>(this.answer(request).await) }
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle_timeout)
            .max_header_size(limits.max_header_bytes)
            .preserve_header_case(true)
            .auto_date_header(false)
            .serve_connection(TokioIo::new(client), service)
            .with_upgrades()
            .await;
        if let Err(error) = served {
            debug!(%error, "browser connection ended");
        }
        let tunnel = lock(&this.tunnel).take();
        if let Some(tunnel) = tunnel {
            tunnel.run(limits.idle_timeout).await;
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let target = HostPort::of_request(request.method(), request.uri());
        let answered = match &target {
            Some(target) => self.let_out(request, target).await,
            None => Err(Trouble::Refused(RefusalReason::Malformed)),
        };
        answered.unwrap_or_else(|trouble| {
            self.account.note(target.as_ref(), trouble);
            own_answer(trouble)
        })
    }

    async fn let_out(&self, request: Request<Incoming>, target: &HostPort) -> Result<Answer, Trouble> {
        if self.scope == Scope::Background || self.account.is_shut() {
            return Err(Trouble::Refused(RefusalReason::Background));
        }
        self.admit(target).map_err(Trouble::Refused)?;
        let answer = if request.method() == Method::CONNECT {
            self.open_tunnel(request, target).await
        } else {
            self.forward(request, target).await
        }?;
        self.account.note_answer(target);
        Ok(answer)
    }

    /// What costs neither a look-up nor a connection, so that refused requests, of which some pages make
    /// hundreds, leave the page's own ones their share.
    fn admit(&self, target: &HostPort) -> Result<(), RefusalReason> {
        self.gate.config().precheck(target)?;
        match self.account.refused_before(target) {
            Some(reason) => Err(reason),
            None => self.account.take_request(),
        }
    }

    async fn open_tunnel(&self, request: Request<Incoming>, target: &HostPort) -> Result<Answer, Trouble> {
        let wire = self.gate.connect(target, &self.account).await?;
        let upgrade = hyper::upgrade::on(request);
        *lock(&self.tunnel) = Some(Tunnel { upgrade, wire });
        Ok(Response::new(Either::Right(Full::default())))
    }

    async fn forward(&self, request: Request<Incoming>, target: &HostPort) -> Result<Answer, Trouble> {
        let request = to_origin_form(request)?;
        let (upstream, mut answer) = self.exchange(request, target).await.map_err(|trouble| {
            // a connection that was cut because the account is used up looks like a reset
            self.account.check_bytes().map_or_else(Trouble::Refused, |()| trouble)
        })?;
        // Chromium would take the one for this proxy's own wish, and the other for a tunnel that nobody asked for.
        if [StatusCode::PROXY_AUTHENTICATION_REQUIRED, StatusCode::SWITCHING_PROTOCOLS]
            .contains(&answer.status())
        {
            return Err(Trouble::Failed(UpstreamFailure::BadResponse));
        }
        *lock(&self.kept) = Some(upstream);
        strip_answer(answer.headers_mut());
        *answer.version_mut() = Version::HTTP_11;
        Ok(answer.map(Either::Left))
    }

    async fn exchange(
        &self,
        mut request: Request<RequestBody>,
        target: &HostPort,
    ) -> Result<(Upstream, Response<Incoming>), Trouble> {
        let kept = lock(&self.kept).take().filter(|upstream| upstream.serves(target));
        if let Some(mut upstream) = kept {
            match upstream.send_reused(request).await {
                Ok(answer) => return answer.map(|answer| (upstream, answer)),
                Err(unsent) => request = unsent,
            }
        }
        let mut upstream = Upstream::open(&self.gate, target, &self.account).await?;
        let answer = upstream.send(request).await?;
        Ok((upstream, answer))
    }
}

fn to_origin_form(request: Request<Incoming>) -> Result<Request<RequestBody>, Trouble> {
    let malformed = Trouble::Refused(RefusalReason::Malformed);
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or(malformed)?;
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| malformed)?;
    parts.headers = for_upstream(&parts.headers, host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = Uri::try_from(path).map_err(|_| malformed)?;
    parts.version = Version::HTTP_11;
    Ok(Request::from_parts(parts, Either::Left(body)))
}

fn own_answer(trouble: Trouble) -> Answer {
    let (status, mark, text) = match trouble {
        Trouble::Refused(RefusalReason::Malformed) => {
            (StatusCode::BAD_REQUEST, "refused", "not a request that a forward proxy forwards")
        }
        Trouble::Refused(_) => (StatusCode::FORBIDDEN, "refused", "refused by the egress policy"),
        Trouble::Failed(failure) if failure.is_timeout() => {
            (StatusCode::GATEWAY_TIMEOUT, "failed", "the site did not answer in time")
        }
        Trouble::Failed(_) => (StatusCode::BAD_GATEWAY, "failed", "the site could not be reached"),
    };
    let mut answer = Response::new(Either::Right(Full::from(text)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(OWN_ANSWER, HeaderValue::from_static(mark));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    answer
}

fn lock<T>(slot: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
