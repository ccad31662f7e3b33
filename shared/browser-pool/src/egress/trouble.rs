//! The names of what can go wrong with a request.
//!
//! Belongs here: the closed lists and their texts. Does not: keeping and counting them (`account`).

use std::fmt;

use super::policy::RefusalReason;

/// Why a target that was let out gave no answer. A closed list, used as the metric's label and by the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpstreamFailure {
    /// The name does not exist or has no address.
    NoSuchHost,
    /// The DNS server failed or refused.
    Dns,
    /// The DNS server did not answer in time.
    DnsTimeout,
    /// The host refused the connection.
    ConnectRefused,
    /// The host did not accept the connection in time.
    ConnectTimeout,
    /// There is no way to the host.
    Unreachable,
    /// The connection was closed or reset before an answer came.
    Reset,
    /// What came is not HTTP, or its head is too large.
    BadResponse,
    /// Nothing moved for too long.
    IdleTimeout,
}

impl UpstreamFailure {
    /// Every failure.
    pub const ALL: [Self; 9] = [
        Self::NoSuchHost,
        Self::Dns,
        Self::DnsTimeout,
        Self::ConnectRefused,
        Self::ConnectTimeout,
        Self::Unreachable,
        Self::Reset,
        Self::BadResponse,
        Self::IdleTimeout,
    ];

    /// The name that metrics and logs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchHost => "no_such_host",
            Self::Dns => "dns",
            Self::DnsTimeout => "dns_timeout",
            Self::ConnectRefused => "connect_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::Unreachable => "unreachable",
            Self::Reset => "reset",
            Self::BadResponse => "bad_response",
            Self::IdleTimeout => "idle_timeout",
        }
    }

    /// Whether the same request may succeed a little later.
    pub const fn is_retriable(self) -> bool {
        match self {
            Self::NoSuchHost => false,
            Self::Dns
            | Self::DnsTimeout
            | Self::ConnectRefused
            | Self::ConnectTimeout
            | Self::Unreachable
            | Self::Reset
            | Self::BadResponse
            | Self::IdleTimeout => true,
        }
    }

    pub(crate) const fn is_timeout(self) -> bool {
        matches!(self, Self::DnsTimeout | Self::ConnectTimeout | Self::IdleTimeout)
    }
}

impl fmt::Display for UpstreamFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchHost => "no such host",
            Self::Dns => "the name could not be looked up",
            Self::DnsTimeout => "looking the name up took too long",
            Self::ConnectRefused => "the connection was refused",
            Self::ConnectTimeout => "connecting took too long",
            Self::Unreachable => "the host is unreachable",
            Self::Reset => "the connection was closed before an answer came",
            Self::BadResponse => "the answer is not valid HTTP",
            Self::IdleTimeout => "the site stopped answering",
        })
    }
}

/// Why a request got no answer of its target's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It was not let out.
    Refused(RefusalReason),
    /// It was let out, and the target did not answer.
    Failed(UpstreamFailure),
}

impl Trouble {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.as_str(),
            Self::Failed(failure) => failure.as_str(),
        }
    }
}
