//! How a request fails here. Lower layers know no HTTP: a service maps these, in one table, to its answers.

use std::time::Duration;

use crate::deadline::Stage;

/// Why the pool brought no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The request would wait longer than it can; refused at once.
    #[error("{reason}")]
    Overloaded { reason: ShedReason, retry_after: Duration },
    /// There is no browser that could serve, or the service is ending.
    #[error("{reason}")]
    Unavailable { reason: UnavailableReason, retry_after: Duration },
    /// The request's deadline passed.
    #[error("the deadline passed in the stage `{stage}`")]
    Timeout { stage: Stage },
    /// The browser or the page's renderer died, and retrying did not help.
    #[error("{}", crash_message(*.retriable))]
    BrowserCrash {
        /// False for a page under which one browser after the other died, the last of them its own: it is refused for
        /// some minutes.
        retriable: bool,
    },
    /// The main document's address is none that may be reached.
    #[error("the address is not public")]
    Forbidden,
    /// The main document could not be fetched.
    #[error("{failure}")]
    Network { failure: NetworkFailure, retriable: bool },
    /// What the request asks for cannot be done with this document.
    #[error("{field}: {what}")]
    Unusable { field: &'static str, what: String },
    /// A page that is used again was not enough for this document; another try gets one of its own.
    #[error("the document wanted more than a page that is used again gives")]
    NotInert,
    /// The browser could not do what it was asked.
    #[error("the browser could not render the page: {what}")]
    Render { what: String },
}

impl PoolError {
    /// By the names that callers of the services know, where there is one.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "overloaded",
            Self::Unavailable { .. } => "unavailable",
            Self::Timeout { .. } => "timeout",
            Self::BrowserCrash { .. } => "browser_crash",
            Self::Forbidden => "forbidden_url",
            Self::Network { .. } => "network_error",
            Self::Unusable { .. } => "invalid_request",
            Self::NotInert => "not_inert",
            Self::Render { .. } => "render_failure",
        }
    }
}

fn crash_message(retriable: bool) -> &'static str {
    if retriable {
        "the browser died while it had the page open, and so did its successor"
    } else {
        "this page has killed several browsers and is refused for some minutes"
    }
}

/// Why a request was not let in. A closed list: it is a metric's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShedReason {
    /// As many requests wait as may.
    QueueFull,
    /// The waiting requests hold as many bytes as they may.
    QueueBytes,
    /// The request could not start before its deadline.
    Hopeless,
    /// The site has as many pages as one site may have, and those that wait for one of them are too many or too late.
    HostBusy,
}

impl ShedReason {
    pub const ALL: [Self; 4] = [Self::QueueFull, Self::QueueBytes, Self::Hopeless, Self::HostBusy];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::QueueBytes => "queue_bytes",
            Self::Hopeless => "hopeless",
            Self::HostBusy => "host_busy",
        }
    }
}

impl std::fmt::Display for ShedReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::QueueFull => "too many requests are waiting",
            Self::QueueBytes => "the waiting requests hold too many bytes",
            Self::Hopeless => "the request could not be served before its deadline",
            Self::HostBusy => "too many requests for the same site",
        })
    }
}

/// Why nothing can be served at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnavailableReason {
    /// No browser has come up yet.
    Starting,
    /// The service is ending.
    Draining,
    /// Browsers do not start.
    NoBrowser,
}

impl std::fmt::Display for UnavailableReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Starting => "the service is starting",
            Self::Draining => "the service is ending",
            Self::NoBrowser => "no browser can be started at the moment",
        })
    }
}

/// How the fetch of a main document failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NetworkFailure {
    NoSuchHost,
    DnsTimeout,
    ConnectionRefused,
    ConnectTimeout,
    ConnectionReset,
    BadCertificate,
    TooManyRedirects,
    InvalidResponse,
    TooLarge,
    Other,
}

impl NetworkFailure {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchHost => "no_such_host",
            Self::DnsTimeout => "dns_timeout",
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::ConnectionReset => "connection_reset",
            Self::BadCertificate => "bad_certificate",
            Self::TooManyRedirects => "too_many_redirects",
            Self::InvalidResponse => "invalid_response",
            Self::TooLarge => "too_large",
            Self::Other => "other",
        }
    }

    /// Whether the same request may well succeed a moment later.
    pub const fn is_passing(self) -> bool {
        match self {
            Self::DnsTimeout
            | Self::ConnectionRefused
            | Self::ConnectTimeout
            | Self::ConnectionReset
            | Self::InvalidResponse
            // Into which a site sends whom it will not serve just now.
            | Self::TooManyRedirects
            | Self::Other => true,
            Self::NoSuchHost | Self::BadCertificate | Self::TooLarge => false,
        }
    }

    /// Chromium's own name of a failed navigation (`net::ERR_…`).
    pub(crate) fn of_chromium(error_text: &str) -> Self {
        let name = error_text.strip_prefix("net::ERR_").unwrap_or(error_text);
        match name {
            "NAME_NOT_RESOLVED" => Self::NoSuchHost,
            "CONNECTION_REFUSED" => Self::ConnectionRefused,
            "CONNECTION_TIMED_OUT" | "TIMED_OUT" => Self::ConnectTimeout,
            "CONNECTION_RESET" | "CONNECTION_CLOSED" | "CONNECTION_ABORTED" | "EMPTY_RESPONSE" => {
                Self::ConnectionReset
            }
            "TOO_MANY_REDIRECTS" => Self::TooManyRedirects,
            _ if name.starts_with("CERT_") || name.starts_with("SSL_") => Self::BadCertificate,
            _ if name.starts_with("INVALID_") || name.starts_with("CONTENT_") || name.contains("CHUNKED") => {
                Self::InvalidResponse
            }
            _ => Self::Other,
        }
    }
}

impl std::fmt::Display for NetworkFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSuchHost => "the site's host name does not exist",
            Self::DnsTimeout => "the site's host name could not be looked up in time",
            Self::ConnectionRefused => "the site refused the connection",
            Self::ConnectTimeout => "the site did not answer the connection in time",
            Self::ConnectionReset => "the site closed the connection before it had answered",
            Self::BadCertificate => "the site's certificate or TLS is not valid",
            Self::TooManyRedirects => "the site redirected too many times",
            Self::InvalidResponse => "the site's answer is not valid HTTP",
            Self::TooLarge => "the site sent more than one request may load",
            Self::Other => "the site could not be reached",
        })
    }
}

/// The configuration cannot work; nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Chromium(#[from] crate::process::ChromiumNotFound),
    #[error("{setting} must be {valid}, not {value}")]
    OutOfRange { setting: &'static str, valid: &'static str, value: usize },
    #[error("could not open the egress proxy")]
    Egress(#[source] std::io::Error),
    #[error("a metric could not be registered")]
    Metric(#[from] prometheus::Error),
}

/// The pool can never work here: the process should end with this as its reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    #[error(
        "chromium has no sandbox here ({said}): allow unprivileged user namespaces (in a container, by a seccomp profile that permits clone, unshare and chroot), or accept the risk with PLAYWRIGHT_ALLOW_NO_SANDBOX=true"
    )]
    NoSandbox { said: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromium_names_of_failures_are_understood() {
        let table = [
            ("net::ERR_NAME_NOT_RESOLVED", NetworkFailure::NoSuchHost),
            ("net::ERR_CONNECTION_RESET", NetworkFailure::ConnectionReset),
            ("net::ERR_EMPTY_RESPONSE", NetworkFailure::ConnectionReset),
            ("net::ERR_CERT_AUTHORITY_INVALID", NetworkFailure::BadCertificate),
            ("net::ERR_SSL_PROTOCOL_ERROR", NetworkFailure::BadCertificate),
            ("net::ERR_TOO_MANY_REDIRECTS", NetworkFailure::TooManyRedirects),
            ("net::ERR_INVALID_HTTP_RESPONSE", NetworkFailure::InvalidResponse),
            ("net::ERR_INCOMPLETE_CHUNKED_ENCODING", NetworkFailure::InvalidResponse),
            ("net::ERR_SOMETHING_NEW", NetworkFailure::Other),
        ];
        for (name, expected) in table {
            assert_eq!(NetworkFailure::of_chromium(name), expected, "{name}");
        }
    }
}
