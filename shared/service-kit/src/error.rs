//! The errors that a client can see: one closed list of kinds, used as the body's `error_type`, as a metric
//! label and for the HTTP status.
//!
//! Services translate their own failures into [`ApiError`] in their `error.rs`; nothing below a service
//! knows these kinds.

mod kind;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use kind::{ErrorKind, Fault};

/// An error on its way to the client.
///
/// As a response it carries itself as an extension; the edge of the router adds request id and timestamp and
/// writes the body, so a handler only says what happened.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {message}", kind.as_str())]
pub struct ApiError {
    pub kind: ErrorKind,
    /// Says what to change; no local path, internal or resolved address, or stack.
    pub message: String,
    pub retriable: bool,
    status: StatusCode,
    retry_after: Option<Duration>,
    stage: Option<&'static str>,
    verdict: Option<&'static str>,
    upstream_status: Option<u16>,
    #[source]
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl ApiError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retriable: kind.retriable(),
            status: kind.status(),
            retry_after: kind.retry_after(),
            stage: None,
            verdict: None,
            upstream_status: None,
            cause: None,
        }
    }

    /// A value that the contract does not allow: `field: what would be valid`.
    pub fn invalid(field: &str, problem: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::InvalidRequest, format!("{field}: {problem}"))
    }

    /// Another status than the kind's own, for 404, 405, 406, 408, 414, 415 and 431.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    #[must_use]
    pub fn with_retriable(self, retriable: bool) -> Self {
        Self { retriable, ..self }
    }

    /// In place of the kind's own. Sent as whole seconds, rounded up, at least 1.
    #[must_use]
    pub fn with_retry_after(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }

    /// The stage in which the deadline passed, for `playwright_requests_timeout_total`.
    #[must_use]
    pub fn with_stage(self, stage: &'static str) -> Self {
        Self { stage: Some(stage), ..self }
    }

    #[must_use]
    pub fn with_verdict(self, verdict: &'static str) -> Self {
        Self { verdict: Some(verdict), ..self }
    }

    #[must_use]
    pub fn with_upstream_status(self, status: Option<u16>) -> Self {
        Self { upstream_status: status, ..self }
    }

    /// What the log shows and the client does not.
    #[must_use]
    pub fn with_cause(self, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..self }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn stage(&self) -> Option<&'static str> {
        self.stage
    }

    pub fn verdict(&self) -> Option<&'static str> {
        self.verdict
    }

    pub(crate) fn upstream_status(&self) -> Option<u16> {
        self.upstream_status
    }

    /// The JSON body, for a response and for what is printed by a command.
    pub fn body(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            error_type: self.kind,
            error_message: self.message.clone(),
            retriable: self.retriable,
            timestamp: timestamp(),
            request_id: request_id.to_owned(),
            verdict: self.verdict,
            upstream_status: self.upstream_status,
        }
    }

    /// The causes, outermost first, in one line for the log.
    pub(crate) fn causes(&self) -> String {
        let mut causes = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes.join(": ")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(after) = self.retry_after {
            let seconds = (after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Now, as answers say it: RFC 3339, UTC, to the millisecond.
pub fn timestamp() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    pub error_type: ErrorKind,
    /// What happened and what to change.
    pub error_message: String,
    /// Whether the same request may succeed later.
    pub retriable: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The same as in the `X-Request-Id` header and in the service's logs.
    pub request_id: String,
    /// What the page is, when it is not a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub verdict: Option<&'static str>,
    /// The status with which the site answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_status: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_rounded_up_and_never_zero() {
        let header = |millis| {
            let error = ApiError::new(ErrorKind::Overloaded, "the queue is full")
                .with_retry_after(Duration::from_millis(millis));
            error.into_response().headers()[RETRY_AFTER].clone()
        };
        assert_eq!(header(0), "1");
        assert_eq!(header(1200), "2");
        assert_eq!(header(3000), "3");
    }

    #[test]
    fn every_503_says_when_to_come_back() {
        for kind in ErrorKind::ALL {
            let response = ApiError::new(kind, "as it is").into_response();
            let is_503 = response.status() == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(response.headers().contains_key(RETRY_AFTER), is_503, "{kind:?}");
        }
    }

    #[test]
    fn causes_are_listed_outermost_first() {
        let inner = std::io::Error::other("pipe closed");
        let error =
            ApiError::new(ErrorKind::RenderFailure, "the page could not be captured").with_cause(inner);
        assert_eq!(error.causes(), "pipe closed");
    }
}
