//! The closed list of kinds, and what follows from each: status, fault, whether to try again.

use std::time::Duration;

use axum::http::StatusCode;
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
    /// The picture has what the request's `fail_on` does not accept.
    IntegrityFailed,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    Caller,
    Site,
    Service,
}

impl Fault {
    pub const ALL: [Self; 3] = [Self::Caller, Self::Site, Self::Service];

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
    pub const ALL: [Self; 15] = [
        Self::InvalidRequest,
        Self::InvalidUrl,
        Self::InvalidHtml,
        Self::Unauthorized,
        Self::RateLimited,
        Self::ForbiddenUrl,
        Self::PayloadTooLarge,
        Self::ExtractionFailed,
        Self::IntegrityFailed,
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
            Self::IntegrityFailed => "integrity_failed",
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
            Self::ExtractionFailed | Self::IntegrityFailed => StatusCode::UNPROCESSABLE_ENTITY,
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
            | Self::PayloadTooLarge
            | Self::IntegrityFailed => Fault::Caller,
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
            | Self::ExtractionFailed
            | Self::IntegrityFailed => false,
        }
    }

    /// When to come back, where nobody has computed it: a queue moves within a second, a browser or another
    /// process comes up within two.
    pub fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Overloaded => Some(Duration::from_secs(1)),
            Self::Unavailable => Some(Duration::from_secs(2)),
            _ => None,
        }
    }

    /// How latency is filed: what is refused at once must not flatter the figures of what was worked on.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Timeout => Outcome::Timeout,
            Self::ExtractionFailed
            | Self::IntegrityFailed
            | Self::NetworkError
            | Self::RenderFailure
            | Self::BrowserCrash => Outcome::Failure,
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
                ("integrity_failed", 422, "caller", false),
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
}
