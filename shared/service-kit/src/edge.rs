//! The outermost layer of the router: what is true of every answer, whoever gave it.
//!
//! It gives the request its id and its span, counts it, turns whatever went wrong below (an
//! [`ApiError`], a bare status of the router, a panic) into the contract's error body, and logs it once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{Instrument, Level, Span};

use crate::access::{Access, Caller};
use crate::body::BodyRules;
use crate::error::{ApiError, ErrorKind, Fault};
use crate::lifecycle::Lifecycle;
use crate::metrics::{HttpMetrics, milliseconds};
use crate::request::{Facts, REQUEST_ID, RequestContext, RequestId, TRACEPARENT, TraceParent};
use crate::trace::{Beginning, RequestSpan};

const IGNORED_FIELDS: HeaderName = HeaderName::from_static("x-ignored-fields");
/// Of the header that names them.
const MAX_IGNORED_BYTES: usize = 1 << 10;

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) metrics: HttpMetrics,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) access: Access,
    pub(crate) signed_paths: &'static [&'static str],
    pub(crate) rules: Arc<BodyRules>,
}

/// Fields that an error's body has besides the error's own, as a response extension.
#[derive(Debug, Clone)]
pub(crate) struct MoreBody(Map<String, Value>);

impl MoreBody {
    pub(crate) fn of(body: &impl Serialize) -> Self {
        match serde_json::to_value(body) {
            Ok(Value::Object(fields)) => Self(fields),
            Ok(_) | Err(_) => Self(Map::new()),
        }
    }
}

pub(crate) async fn edge(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let context = RequestContext {
        id: RequestId::of(request.headers()),
        started: Instant::now(),
        rules: Arc::clone(&edge.rules),
        facts: Arc::new(Facts::default()),
    };
    let trace = TraceParent::of(request.headers());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let matched = matched.as_ref().map(MatchedPath::as_str);
    let in_flight = edge.metrics.endpoint(matched).map(|endpoint| edge.metrics.enter(endpoint));
    let is_work = in_flight.is_some();
    let needs_token = is_work && matched.is_some_and(|path| !edge.signed_paths.contains(&path));
    let beginning =
        Beginning { request_id: context.id.as_str(), matched, is_work, parent: trace.as_ref() };
    let own = RequestSpan::begin(&request, &beginning);
    let span = own.span().clone();
    request.extensions_mut().insert(context.clone());

    async move {
        let admitted = if needs_token { edge.admit(request.headers_mut()) } else { Ok(None) };
        let response = match &admitted {
            Ok(_) => edge.answer(request, next).await,
            Err(error) => error.clone().into_response(),
        };
        drop(admitted);
        let (mut response, error) = with_error_body(response, &context.id);
        edge.add_headers(response.headers_mut(), &context, trace.as_ref());
        let took = context.started.elapsed();
        if let Some(in_flight) = in_flight {
            in_flight.answered(error.as_ref(), took, context.facts.deadline.get().copied());
        }
        log(error.as_ref(), milliseconds(took), is_work);
        own.end(response.status(), error.as_ref());
        response
    }
    .instrument(span)
    .await
}

impl Edge {
    /// The caller, when tokens are asked for. Nothing behind this needs the token, so nothing gets it.
    fn admit(&self, headers: &mut HeaderMap) -> Result<Option<Caller>, ApiError> {
        let admitted = self.access.admit(headers);
        headers.remove(AUTHORIZATION);
        if let Ok(Some(caller)) = &admitted {
            Span::current().record("caller", &*caller.name);
        }
        admitted
    }

    /// The service's answer; 500 when it panics, 503 when the process ends under it.
    async fn answer(&self, request: Request, next: Next) -> Response {
        tokio::select! {
            answer = AssertUnwindSafe(next.run(request)).catch_unwind() => answer.unwrap_or_else(|_| {
                // The panic itself is logged by the hook that telemetry installs.
                let message = "the service failed in an unexpected way, its log has the cause";
                ApiError::new(ErrorKind::RenderFailure, message).into_response()
            }),
            () = self.lifecycle.cut_short() => {
                ApiError::new(ErrorKind::Unavailable, "the process ended before the answer, ask another one")
                    .into_response()
            }
        }
    }

    fn add_headers(&self, headers: &mut HeaderMap, context: &RequestContext, trace: Option<&TraceParent>) {
        headers.insert(REQUEST_ID, context.id.header());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // What may be kept says so itself; an answer to one caller is nobody else's.
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Some(trace) = trace {
            headers.insert(TRACEPARENT, trace.header());
        }
        if let Some(ignored) = context.facts.ignored.get() {
            headers.insert(IGNORED_FIELDS, name_list(ignored));
        }
        // A client that keeps its connection would be cut off when the drain is over.
        if self.lifecycle.is_draining() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Every answer that is no success gets the contract's body, whoever made it; returns its error.
fn with_error_body(mut response: Response, id: &RequestId) -> (Response, Option<ApiError>) {
    let status = response.status();
    if status.is_success() || status.is_redirection() || status.is_informational() {
        return (response, None);
    }
    let error = response.extensions_mut().remove::<ApiError>().unwrap_or_else(|| error_of(status));
    let mut fields = MoreBody::of(&error.body(id.as_str())).0;
    if let Some(MoreBody(more)) = response.extensions_mut().remove::<MoreBody>() {
        fields.extend(more);
    }
    *response.body_mut() = Body::from(Value::Object(fields).to_string());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.remove(axum::http::header::CONTENT_LENGTH);
    if error.kind == ErrorKind::Unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    (response, Some(error))
}

/// For a bare status of the router.
fn error_of(status: StatusCode) -> ApiError {
    let invalid = |message: &str| ApiError::new(ErrorKind::InvalidRequest, message).with_status(status);
    match status {
        StatusCode::NOT_FOUND => invalid("no such path, /openapi.json lists them"),
        StatusCode::METHOD_NOT_ALLOWED => {
            invalid("wrong method for this path, the Allow header names the right ones")
        }
        status if status.is_client_error() => invalid("the request is not valid"),
        _ => ApiError::new(ErrorKind::RenderFailure, "the service failed in an unexpected way")
            .with_status(status),
    }
}

/// The names, without anything that could end or forge a header.
fn name_list(names: &[String]) -> HeaderValue {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "_-.$@".contains(c) { c } else { '?' };
    let mut list = String::new();
    for name in names {
        let name: String = name.chars().take(64).map(safe).collect();
        if list.len() + name.len() + 2 > MAX_IGNORED_BYTES {
            list.push_str(", ...");
            break;
        }
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(&name);
    }
    HeaderValue::from_str(&list).unwrap_or_else(|_| HeaderValue::from_static("?"))
}

/// Who has to read of an answer: what is the service's fault is an error, whatever its status; shed load is
/// expected, and told by metrics. Probes and scrapes would drown the rest.
fn level(error: Option<&ApiError>, is_work: bool) -> Level {
    match error.map(|error| (error.kind, error.kind.fault())) {
        Some((ErrorKind::Overloaded, _)) => Level::WARN,
        Some((_, Fault::Service)) if is_work => Level::ERROR,
        Some((_, Fault::Site)) | None if is_work => Level::INFO,
        Some(_) => Level::DEBUG,
        None => Level::TRACE,
    }
}

/// One line per request.
fn log(error: Option<&ApiError>, took_ms: f64, is_work: bool) {
    /// The level of an event is fixed where it is written.
    macro_rules! line {
        ($level:expr) => {
            match error {
                Some(error) => {
                    let (error_type, causes) = (error.kind.as_str(), error.causes());
                    tracing::event!($level, error_type, took_ms, causes, "{}", error.message);
                }
                None => tracing::event!($level, took_ms, "answered"),
            }
        };
    }
    match level(error, is_work) {
        Level::ERROR => line!(Level::ERROR),
        Level::WARN => line!(Level::WARN),
        Level::INFO => line!(Level::INFO),
        Level::DEBUG => line!(Level::DEBUG),
        Level::TRACE => line!(Level::TRACE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_follows_the_fault_and_not_the_status() {
        let of = |kind| level(Some(&ApiError::new(kind, "as it is")), true);
        for kind in ErrorKind::ALL {
            let expected = match kind.fault() {
                Fault::Service if kind == ErrorKind::Overloaded => Level::WARN,
                Fault::Service => Level::ERROR,
                Fault::Site => Level::INFO,
                Fault::Caller => Level::DEBUG,
            };
            assert_eq!(of(kind), expected, "{kind:?}");
        }
        assert_eq!(of(ErrorKind::Timeout), Level::ERROR);
        let slow_client = ApiError::new(ErrorKind::InvalidRequest, "body: too slow")
            .with_status(StatusCode::REQUEST_TIMEOUT);
        assert_eq!(level(Some(&slow_client), true), Level::DEBUG);
    }

    #[test]
    fn probes_do_not_drown_the_work() {
        let starting = ApiError::new(ErrorKind::Unavailable, "starting");
        assert_eq!((level(Some(&starting), false), level(None, false)), (Level::DEBUG, Level::TRACE));
        assert_eq!(level(None, true), Level::INFO);
    }
}
