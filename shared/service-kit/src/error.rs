//! The errors that a client can see: one closed list of kinds, used as the body's `error_type`, as a metric
//! label and for the HTTP status.
//!
//! Services translate their own failures into [`ApiError`] in their `error.rs`; nothing below a service
//! knows these kinds.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::metrics::Outcome;

/// What went wrong, as the caller has to tell cases apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Malformed JSON, a wrong type, a value out of range; also unknown paths, methods and media types.
    InvalidRequest,
    /// Not an absolute `http` or `https` URL with a host.
    InvalidUrl,
    /// Blank, or not text.
    InvalidHtml,
    /// No valid token, where tokens are configured.
    Unauthorized,
    /// The caller's quota is used up, where quotas are configured.
    RateLimited,
    /// The address is not public and not allowed.
    ForbiddenUrl,
    /// The body is larger than the service accepts.
    PayloadTooLarge,
    /// A page came, and no product is on it; `verdict` says what it is instead.
    ExtractionFailed,
    /// DNS, connect, TLS, or a failing site.
    NetworkError,
    /// The request's deadline passed.
    Timeout,
    /// Chromium could not render or capture, or the service failed in a way of its own.
    RenderFailure,
    /// The browser or its renderer died under the request and retrying did not help.
    BrowserCrash,
    /// The queue is full or the deadline can't be met.
    Overloaded,
    /// Starting, draining, or no browser can be launched.
    Unavailable,
}

/// Whose fault an error is: alerts and error budgets count `site` and `service`, never `caller`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Caller,
    Site,
    Service,
}

impl Fault {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Site => "site",
            Self::Service => "service",
        }
    }
}

impl ErrorKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequest,
        Self::InvalidUrl,
        Self::InvalidHtml,
        Self::Unauthorized,
        Self::RateLimited,
        Self::ForbiddenUrl,
        Self::PayloadTooLarge,
        Self::ExtractionFailed,
        Self::NetworkError,
        Self::Timeout,
        Self::RenderFailure,
        Self::BrowserCrash,
        Self::Overloaded,
        Self::Unavailable,
    ];

    /// The name in the body and in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidUrl => "invalid_url",
            Self::InvalidHtml => "invalid_html",
            Self::Unauthorized => "unauthorized",
            Self::RateLimited => "rate_limited",
            Self::ForbiddenUrl => "forbidden_url",
            Self::PayloadTooLarge => "payload_too_large",
            Self::ExtractionFailed => "extraction_failed",
            Self::NetworkError => "network_error",
            Self::Timeout => "timeout",
            Self::RenderFailure => "render_failure",
            Self::BrowserCrash => "browser_crash",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status that goes with the kind; [`ApiError::with_status`] refines `invalid_request`.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest | Self::InvalidUrl | Self::InvalidHtml => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::ForbiddenUrl => StatusCode::FORBIDDEN,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ExtractionFailed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NetworkError => StatusCode::BAD_GATEWAY,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::RenderFailure | Self::BrowserCrash => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Overloaded | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub fn fault(self) -> Fault {
        match self {
            Self::InvalidRequest
            | Self::InvalidUrl
            | Self::InvalidHtml
            | Self::Unauthorized
            | Self::RateLimited
            | Self::ForbiddenUrl
            | Self::PayloadTooLarge => Fault::Caller,
            Self::ExtractionFailed | Self::NetworkError => Fault::Site,
            Self::Timeout
            | Self::RenderFailure
            | Self::BrowserCrash
            | Self::Overloaded
            | Self::Unavailable => Fault::Service,
        }
    }

    /// Whether the same request may succeed later. `network_error` and `browser_crash` depend on the case:
    /// see [`ApiError::with_retriable`].
    pub fn retriable(self) -> bool {
        match self {
            Self::RateLimited
            | Self::NetworkError
            | Self::Timeout
            | Self::RenderFailure
            | Self::BrowserCrash
            | Self::Overloaded
            | Self::Unavailable => true,
            Self::InvalidRequest
            | Self::InvalidUrl
            | Self::InvalidHtml
            | Self::Unauthorized
            | Self::ForbiddenUrl
            | Self::PayloadTooLarge
            | Self::ExtractionFailed => false,
        }
    }

    /// How latency is filed: what is refused at once must not flatter the figures of what was worked on.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Timeout => Outcome::Timeout,
            Self::ExtractionFailed | Self::NetworkError | Self::RenderFailure | Self::BrowserCrash => {
                Outcome::Failure
            }
            Self::InvalidRequest
            | Self::InvalidUrl
            | Self::InvalidHtml
            | Self::Unauthorized
            | Self::RateLimited
            | Self::ForbiddenUrl
            | Self::PayloadTooLarge
            | Self::Overloaded
            | Self::Unavailable => Outcome::Refused,
        }
    }
}

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
            retry_after: None,
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

    /// Sent as whole seconds, rounded up, at least 1.
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

    /// The contract's table, row by row.
    #[test]
    fn kinds_answer_as_the_contract_says() {
        let table: Vec<_> = ErrorKind::ALL
            .into_iter()
            .map(|kind| (kind.as_str(), kind.status().as_u16(), kind.fault().as_str(), kind.retriable()))
            .collect();
        assert_eq!(
            table,
            [
                ("invalid_request", 400, "caller", false),
                ("invalid_url", 400, "caller", false),
                ("invalid_html", 400, "caller", false),
                ("unauthorized", 401, "caller", false),
                ("rate_limited", 429, "caller", true),
                ("forbidden_url", 403, "caller", false),
                ("payload_too_large", 413, "caller", false),
                ("extraction_failed", 422, "site", false),
                ("network_error", 502, "site", true),
                ("timeout", 408, "service", true),
                ("render_failure", 500, "service", true),
                ("browser_crash", 500, "service", true),
                ("overloaded", 503, "service", true),
                ("unavailable", 503, "service", true),
            ]
        );
    }

    #[test]
    fn the_name_in_the_body_is_the_label() {
        for kind in ErrorKind::ALL {
            let json = serde_json::to_value(kind).expect("a unit variant serialises");
            assert_eq!(json, kind.as_str());
        }
    }

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
    fn causes_are_listed_outermost_first() {
        let inner = std::io::Error::other("pipe closed");
        let error =
            ApiError::new(ErrorKind::RenderFailure, "the page could not be captured").with_cause(inner);
        assert_eq!(error.causes(), "pipe closed");
    }
}
