//! A request's own span: its ids, which every log line within it has, and what a trace says of it, by OpenTelemetry's
//! conventions for HTTP servers.
//!
//! The ids are there whether spans are exported or not. No attribute holds a query, a header or a body.

use axum::http::{Method, Request, StatusCode};
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, Status, TraceContextExt, TraceFlags, TraceState};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::error::{ApiError, Fault};
use crate::request::TraceParent;
use crate::telemetry::traces::OPERATIONS;

/// Of a path that nobody serves, which may be anything.
const LONGEST_PATH: usize = 256;

/// What a trace says of a request whose client went away before the answer.
const CLIENT_GONE: &str = "client_gone";

/// The span of one request, until its answer is known or nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct RequestSpan(Span);

/// What is known of a request when its span begins.
pub(crate) struct Beginning<'a> {
    pub(crate) request_id: &'a str,
    /// The route that serves it.
    pub(crate) matched: Option<&'a str>,
    /// False for probes and scrapes: they are in no trace.
    pub(crate) is_work: bool,
    pub(crate) parent: Option<&'a TraceParent>,
}

impl RequestSpan {
    pub(crate) fn begin<B>(request: &Request<B>, beginning: &Beginning<'_>) -> Self {
        let &Beginning { request_id, matched, is_work, parent } = beginning;
        let method = known(request.method());
        let name = matched.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
        /// The target of a span is fixed where it is written. Its level is the highest: every line within it needs its
        /// ids, whatever the level of the log.
        macro_rules! span {
            ($target:expr) => {
                tracing::error_span!(
                    target: $target,
                    "request",
                    otel.name = name,
                    otel.kind = "server",
                    request_id,
                    trace_id = field::Empty,
                    span_id = field::Empty,
                    method = request.method().as_str(),
                    endpoint = matched.unwrap_or("other"),
                    caller = field::Empty,
                    status = field::Empty,
                )
            };
        }
        let span = if is_work { span!(module_path!()) } else { span!(OPERATIONS) };
        let context = join(&span, parent.map(TraceParent::context));
        span.record("trace_id", context.trace_id().to_string());
        span.record("span_id", context.span_id().to_string());
        let path = request.uri().path();
        let path = path.get(..path.floor_char_boundary(LONGEST_PATH)).unwrap_or_default();
        span.set_attribute("http.request.method", method);
        span.set_attribute("url.path", path.to_owned());
        span.set_attribute("url.scheme", "http");
        if let Some(route) = matched {
            span.set_attribute("http.route", route.to_owned());
        }
        Self(span)
    }

    pub(crate) fn span(&self) -> &Span {
        &self.0
    }

    /// The answer is known. What goes on in the request's name, like giving back its page, is no part of its time.
    pub(crate) fn end(&self, status: StatusCode, error: Option<&ApiError>) {
        self.0.record("status", status.as_u16());
        let context = self.0.context();
        let span = context.span();
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        if let Some(error) = error {
            span.set_attribute(KeyValue::new("error.type", error.kind.as_str()));
            span.set_attribute(KeyValue::new("playwright.fault", error.kind.fault().as_str()));
            let verdict = error.verdict().map(|verdict| KeyValue::new("playwright.verdict", verdict));
            let upstream = error.upstream_status();
            let upstream = upstream.map(|is| KeyValue::new("playwright.upstream_status", i64::from(is)));
            let stage = error.stage().map(|stage| KeyValue::new("playwright.stage", stage));
            span.set_attributes([verdict, upstream, stage].into_iter().flatten());
            // A caller's mistake is no error of this server; what it failed at is, whatever the status.
            if status.is_server_error() || error.kind.fault() == Fault::Service {
                span.set_status(Status::error(error.message.clone()));
            }
        }
        span.end();
    }
}

impl Drop for RequestSpan {
    /// Nothing changes what has ended. Others may hold the span for longer, so that it does not end by itself.
    fn drop(&mut self) {
        let context = self.0.context();
        context.span().set_attribute(KeyValue::new("error.type", CLIENT_GONE));
        context.span().end();
    }
}

/// Makes the span a child of the caller's, where there is one, and says who it is. Where no spans are exported it gets
/// ids all the same.
fn join(span: &Span, parent: Option<&SpanContext>) -> SpanContext {
    if let Some(parent) = parent {
        let remote = opentelemetry::Context::new().with_remote_span_context(parent.clone());
        // Fails where no spans are exported.
        let _ = span.set_parent(remote);
    }
    let context = span.context().span().span_context().clone();
    if context.is_valid() {
        return context;
    }
    let ids = RandomIdGenerator::default();
    let trace_id = parent.map_or_else(|| ids.new_trace_id(), SpanContext::trace_id);
    SpanContext::new(trace_id, ids.new_span_id(), TraceFlags::NOT_SAMPLED, false, TraceState::NONE)
}

/// What is none of these may be anything, and would be a name of its own.
fn known(method: &Method) -> &'static str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
        Method::TRACE,
        Method::CONNECT,
    ];
    const NAMES: [&str; 9] =
        ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
    KNOWN.iter().position(|known| known == method).map_or("_OTHER", |index| NAMES[index])
}
