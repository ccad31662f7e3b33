//! Who a request is: its id, its trace, and the few facts that the edge and the handlers tell each other.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::body::BodyRules;
use crate::error::{ApiError, ErrorKind};

pub(crate) const REQUEST_ID: &str = "x-request-id";
pub(crate) const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// Long enough for a UUID with a prefix, short enough for a log line.
const LONGEST_REQUEST_ID: usize = 128;

/// The id of a request: the caller's own where it is usable, else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Takes the caller's id when it is 1 to 128 characters of `A-Z a-z 0-9 . _ : + / = -`: anything else could
    /// forge a log line or a header, and is replaced by an id of our own rather than repaired.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let usable = |id: &&str| {
            (1..=LONGEST_REQUEST_ID).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:+/=-".contains(&b))
        };
        headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(usable)
            .map_or_else(Self::new, |id| Self(id.into()))
    }

    fn new() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string().into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("only visible ASCII is taken as an id")
    }
}

/// A W3C `traceparent`, checked, and the `tracestate` beside it.
#[derive(Debug, Clone)]
pub(crate) struct TraceParent {
    value: HeaderValue,
    context: SpanContext,
}

impl TraceParent {
    /// None where there is none, or more than one, or a malformed one: the trace then begins here. A malformed
    /// `tracestate` is left out.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let (value, None) = (values.next()?, values.next()) else { return None };
        let text = value.to_str().ok()?;
        let mut parts = text.split('-');
        let [version, trace_id, parent_id, flags] =
            [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        let is_hex = |part: &str, len: usize| {
            part.len() == len && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let is_valid = is_hex(version, 2)
            && version != "ff"
            && is_hex(trace_id, 32)
            && is_hex(parent_id, 16)
            && is_hex(flags, 2)
            // A later version may have more to say.
            && (version != "00" || parts.next().is_none());
        if !is_valid {
            return None;
        }
        let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
        let (trace_id, parent_id) = (TraceId::from_hex(trace_id).ok()?, SpanId::from_hex(parent_id).ok()?);
        let context = SpanContext::new(trace_id, parent_id, flags, true, trace_state(headers));
        context.is_valid().then(|| Self { value: value.clone(), context })
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.value.clone()
    }

    pub(crate) fn context(&self) -> &SpanContext {
        &self.context
    }
}

fn trace_state(headers: &HeaderMap) -> TraceState {
    let values: Vec<_> = headers.get_all(TRACESTATE).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",").parse().unwrap_or_default()
}

/// What a handler may know about the request around its body; taken as an extractor.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub id: RequestId,
    /// When the head of the request had been read.
    pub started: Instant,
    pub(crate) rules: Arc<BodyRules>,
    pub(crate) facts: Arc<Facts>,
}

/// Said once by the extractor or the handler, read by the edge when the answer goes out.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) deadline: OnceLock<Duration>,
    pub(crate) ignored: OnceLock<Vec<String>>,
}

impl RequestContext {
    /// Tells the edge how much time the request has, for `playwright_deadline_used_ratio`. The first call counts.
    pub fn set_deadline(&self, deadline: Duration) {
        self.facts.deadline.get_or_init(|| deadline);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ApiError::new(ErrorKind::RenderFailure, "the route is not behind the service's edge")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &[u8]) -> HeaderMap {
        let value = HeaderValue::from_bytes(value).expect("a header value");
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), value)])
    }

    #[test]
    fn a_usable_request_id_is_taken() {
        for id in ["abc-123", "0190f7c2-7a6e-7c3e-8f00-1234567890ab", "a/b+c=:._"] {
            assert_eq!(RequestId::of(&headers(REQUEST_ID, id.as_bytes())).as_str(), id);
        }
    }

    #[test]
    fn an_unusable_request_id_is_replaced() {
        let long = [b'a'; LONGEST_REQUEST_ID + 1];
        for id in [&b""[..], b"a b", b"a\"b", b"<script>", "ü".as_bytes(), &long] {
            let made = RequestId::of(&headers(REQUEST_ID, id));
            assert_ne!(made.as_str().as_bytes(), id);
            assert_eq!(made.as_str().len(), 32);
        }
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }

    #[test]
    fn only_a_valid_traceparent_is_honoured() {
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let trace = TraceParent::of(&headers(TRACEPARENT, valid.as_bytes())).expect("a valid traceparent");
        assert_eq!(trace.context().trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(trace.context().is_sampled() && trace.context().is_remote());
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-more";
        let later = TraceParent::of(&headers(TRACEPARENT, later.as_bytes())).expect("a later version");
        assert!(!later.context().is_sampled());
        for broken in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert!(TraceParent::of(&headers(TRACEPARENT, broken.as_bytes())).is_none(), "{broken}");
        }
        let mut twice = headers(TRACEPARENT, valid.as_bytes());
        twice.append(TRACEPARENT, HeaderValue::from_static(valid));
        assert!(TraceParent::of(&twice).is_none(), "nobody knows which of the two is meant");
    }

    #[test]
    fn trace_states_are_joined_and_malformed_ones_left_out() {
        let valid = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let state = |states: &[&'static str]| {
            let mut headers = headers(TRACEPARENT, valid);
            for state in states {
                headers.append(TRACESTATE, HeaderValue::from_static(state));
            }
            TraceParent::of(&headers).expect("the parent is valid").context().trace_state().header()
        };
        assert_eq!(state(&["a=1, b=2", "c=3"]), "a=1,b=2,c=3");
        assert_eq!(state(&["a=1,nonsense"]), "");
        assert_eq!(state(&[]), "");
    }
}
