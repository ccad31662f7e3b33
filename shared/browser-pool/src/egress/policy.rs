//! What may be reached: settings, the rules, and the names of their refusals.
//!
//! Belongs here: every decision, without I/O. Does not: what an address is (`address`), looking names up
//! (`resolve`), counting bytes (`account`).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::address::AddressClass;
use super::target::HostPort;

/// Ports that a public host may be reached on.
const PUBLIC_PORTS: [u16; 2] = [80, 443];

/// What a browser may reach, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct EgressConfig {
    /// Pairs that may be reached although they are not public or not on port 80 or 443. A pair with a name
    /// covers whatever the name resolves to; a pair with an address covers every name that resolves to it.
    /// Nothing else is relaxed by them.
    pub allow: Vec<HostPort>,
    /// The only DNS server that is asked, without the hosts file and search list; `None` is the system's
    /// own resolver configuration.
    pub dns_server: Option<SocketAddr>,
    /// Whether there is a network at all.
    pub network: Network,
    /// What one lease may use.
    pub limits: EgressLimits,
}

/// Whether a page may reach anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Network {
    /// Nothing, not even the allowed pairs.
    None,
    /// Public addresses on ports 80 and 443, and the allowed pairs.
    #[default]
    Public,
}

/// What one lease may use until [`EgressLease::begin`](super::EgressLease::begin) is called again, and how
/// long it may wait. The defaults are several times what the heaviest shop pages need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressLimits {
    /// Bytes from the network, as they are on the wire: headers, TLS and compression included.
    pub max_bytes_down: u64,
    /// Bytes to the network, counted alike.
    pub max_bytes_up: u64,
    /// Requests that need a look-up or a connection; a tunnel counts as one, whatever is in it.
    pub max_requests: u64,
    /// Connections from the browser at a time. Chromium opens at most 32 to one proxy for HTTP and as many
    /// again for WebSockets.
    pub max_connections: usize,
    /// Bytes of a request's or an answer's head.
    pub max_header_bytes: usize,
    /// Looking a name up, all attempts together.
    pub resolve_timeout: Duration,
    /// Connecting, all addresses together.
    pub connect_timeout: Duration,
    /// A connection on which nothing moves for so long is closed.
    pub idle_timeout: Duration,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            max_bytes_down: 50 << 20,
            max_bytes_up: 2 << 20,
            max_requests: 200,
            max_connections: 64,
            max_header_bytes: 64 << 10,
            resolve_timeout: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
        }
    }
}

/// Why a request was refused by the policy: a closed list, used in logs, as the metric's label and towards
/// the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// An address of the host is not public.
    Address(AddressClass),
    /// The port is not 80 or 443, and no allowed pair names it.
    Port,
    /// Not something that a forward proxy forwards: another scheme, no absolute URL, credentials.
    Malformed,
    /// The address is this machine's own, or one of this proxy's own listeners.
    OwnAddress,
    /// [`Network::None`].
    NetworkOff,
    /// The request came to the address that belongs to no page: the browser's own background traffic.
    Background,
    /// The lease had used up its bytes from the network.
    BytesDown,
    /// The lease had used up its bytes to the network.
    BytesUp,
    /// The lease had used up its requests.
    Requests,
    /// The browser had too many connections open at once.
    Connections,
}

impl RefusalReason {
    /// Every reason, addresses by their class.
    pub fn all() -> impl Iterator<Item = Self> {
        let addresses = AddressClass::REFUSED.into_iter().map(Self::Address);
        addresses.chain([
            Self::Port,
            Self::Malformed,
            Self::OwnAddress,
            Self::NetworkOff,
            Self::Background,
            Self::BytesDown,
            Self::BytesUp,
            Self::Requests,
            Self::Connections,
        ])
    }

    /// The name that metrics and logs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address(class) => class.as_str(),
            Self::Port => "port",
            Self::Malformed => "malformed",
            Self::OwnAddress => "own_address",
            Self::NetworkOff => "network_off",
            Self::Background => "background",
            Self::BytesDown => "bytes_down",
            Self::BytesUp => "bytes_up",
            Self::Requests => "requests",
            Self::Connections => "connections",
        }
    }

    /// Whether it is about where the request goes, and not about how much the page had used before.
    pub const fn is_about_target(self) -> bool {
        match self {
            Self::Address(_) | Self::Port | Self::Malformed | Self::OwnAddress | Self::NetworkOff => true,
            Self::Background | Self::BytesDown | Self::BytesUp | Self::Requests | Self::Connections => false,
        }
    }
}

/// What is known about a target before any name is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// These addresses, and all of them may be dialled.
    Known(Vec<SocketAddr>),
    /// Look the name up, then ask [`EgressConfig::admit`].
    Lookup(String),
}

impl EgressConfig {
    /// The part of the decision that needs no look-up.
    pub(crate) fn precheck(&self, target: &HostPort) -> Result<Route, RefusalReason> {
        if self.network == Network::None {
            return Err(RefusalReason::NetworkOff);
        }
        if let Some(address) = target.literal() {
            return self.admit(target, &[address]).map(Route::Known);
        }
        if let Some(addresses) = target.localhost() {
            return self.admit_localhost(target, addresses).map(Route::Known);
        }
        let port = target.port();
        if !PUBLIC_PORTS.contains(&port) && !self.allow.iter().any(|pair| pair.port() == port) {
            return Err(RefusalReason::Port);
        }
        Ok(Route::Lookup(target.host().to_string()))
    }

    /// The addresses of `target` that may be dialled: all of them or none. A name with a public and a private
    /// address is an attack or a mistake, and dialling the public one would only hide it.
    pub(crate) fn admit(
        &self,
        target: &HostPort,
        addresses: &[IpAddr],
    ) -> Result<Vec<SocketAddr>, RefusalReason> {
        addresses
            .iter()
            .map(|address| {
                let socket = SocketAddr::new(*address, target.port());
                self.refusal_of(target, socket).map_or(Ok(socket), Err)
            })
            .collect()
    }

    /// Whether a pair of the operator's covers this address, reached as this target.
    pub(crate) fn is_allowed_pair(&self, target: &HostPort, address: SocketAddr) -> bool {
        self.names_pair(target)
            || self.allow.iter().any(|pair| {
                pair.port() == address.port() && pair.literal().is_some_and(|literal| literal == address.ip())
            })
    }

    /// Whether the operator named this very host and port.
    pub(crate) fn names_pair(&self, target: &HostPort) -> bool {
        self.allow.contains(target)
    }

    fn refusal_of(&self, target: &HostPort, address: SocketAddr) -> Option<RefusalReason> {
        if self.is_allowed_pair(target, address) {
            return None;
        }
        match AddressClass::of(address.ip()) {
            AddressClass::Public if PUBLIC_PORTS.contains(&address.port()) => None,
            AddressClass::Public => Some(RefusalReason::Port),
            special => Some(RefusalReason::Address(special)),
        }
    }

    /// Here the addresses are given by the standard and not by somebody's DNS, so those that may not be
    /// reached are left out instead of condemning the others.
    fn admit_localhost(
        &self,
        target: &HostPort,
        addresses: [IpAddr; 2],
    ) -> Result<Vec<SocketAddr>, RefusalReason> {
        let sockets = addresses.into_iter().map(|address| SocketAddr::new(address, target.port()));
        let admitted: Vec<_> = sockets.filter(|socket| self.is_allowed_pair(target, *socket)).collect();
        if admitted.is_empty() { Err(RefusalReason::Address(AddressClass::Loopback)) } else { Ok(admitted) }
    }
}

#[cfg(test)]
mod tests;
