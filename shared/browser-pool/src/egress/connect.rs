//! The gate: the only code of this process that opens a connection to what a page names.
//!
//! Every connection goes look-up once → judge every address → dial one of the judged addresses. There is no
//! second look-up between judging and dialling, so an answer that changes in between changes nothing.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::account::Account;
use super::policy::{EgressConfig, RefusalReason, Route};
use super::resolve::Names;
use super::target::HostPort;
use super::trouble::{Trouble, UpstreamFailure};
use super::wire::Wire;

/// What all leases of one pool share.
#[derive(Debug)]
pub(crate) struct Gate {
    config: EgressConfig,
    names: Names,
    /// Ports of our own listeners on loopback.
    listeners: Mutex<HashSet<u16>>,
}

impl Gate {
    pub(crate) fn new(config: EgressConfig) -> Self {
        let names = Names::new(config.dns_server, config.limits.resolve_timeout);
        Self { config, names, listeners: Mutex::default() }
    }

    pub(crate) fn config(&self) -> &EgressConfig {
        &self.config
    }

    /// Connects to a target, or says why not.
    pub(crate) async fn connect(&self, target: &HostPort, account: &Arc<Account>) -> Result<Wire, Trouble> {
        let addresses = self.addresses(target).await?;
        let stream = dial(&addresses, account).await.map_err(Trouble::Failed)?;
        stream.set_nodelay(true).map_err(|_| Trouble::Failed(UpstreamFailure::Reset))?;
        account.add_connection();
        Ok(Wire::new(stream, target.clone(), Arc::clone(account)))
    }

    /// The judged addresses of a target, in the order in which to try them.
    async fn addresses(&self, target: &HostPort) -> Result<Vec<SocketAddr>, Trouble> {
        let admitted = match self.config.precheck(target).map_err(Trouble::Refused)? {
            Route::Known(addresses) => addresses,
            Route::Lookup(name) => {
                let found = self.names.addresses(&name, self.config.names_pair(target)).await;
                self.config.admit(target, &found.map_err(Trouble::Failed)?).map_err(Trouble::Refused)?
            }
        };
        if admitted.iter().any(|address| self.is_own(target, *address)) {
            return Err(Trouble::Refused(RefusalReason::OwnAddress));
        }
        Ok(admitted)
    }

    fn is_own(&self, target: &HostPort, address: SocketAddr) -> bool {
        if self.config.is_allowed_pair(target, address) {
            return self.listeners().contains(&address.port()) && reaches_listeners(address.ip());
        }
        is_this_machine(address).unwrap_or(false)
    }

    pub(crate) fn add_listener(&self, port: u16) {
        self.listeners().insert(port);
    }

    pub(crate) fn remove_listener(&self, port: u16) {
        self.listeners().remove(&port);
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, HashSet<u16>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection to the address would end on one of this proxy's listeners, if their ports agree. They are on
/// 127.0.0.1 alone: what listens on another loopback address may have the port of one of them.
fn reaches_listeners(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address == Ipv4Addr::LOCALHOST || address.is_unspecified()
}

/// Whether the address is one of this machine's, a public one included: the kernel then picks the address
/// itself as the source. Connecting a datagram socket sends nothing.
fn is_this_machine(address: SocketAddr) -> io::Result<bool> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(address)?;
    Ok(socket.local_addr()?.ip() == address.ip())
}

/// Tries the addresses in turn, giving each an equal share of what is left of the time.
async fn dial(addresses: &[SocketAddr], account: &Account) -> Result<TcpStream, UpstreamFailure> {
    let deadline = Instant::now() + account.limits().connect_timeout;
    let mut last = UpstreamFailure::Unreachable;
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let remaining = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        last = match timeout(left / remaining, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => classify(&error),
            Err(_elapsed) => UpstreamFailure::ConnectTimeout,
        };
    }
    Err(last)
}

fn classify(error: &io::Error) -> UpstreamFailure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => UpstreamFailure::ConnectRefused,
        io::ErrorKind::TimedOut => UpstreamFailure::ConnectTimeout,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => UpstreamFailure::Reset,
        _ => UpstreamFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_recognised_without_sending_anything() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("its address");
        assert!(is_this_machine(own).expect("loopback is always routed"));
    }

    #[tokio::test]
    async fn our_own_listeners_are_refused_even_if_a_pair_covers_them() {
        let allow = ["127.0.0.1:4001", "shop.test:4001", "127.0.0.1:4002", "127.0.0.9:4001"];
        let allow = allow.iter().map(|pair| pair.parse().expect("a pair")).collect();
        let gate = Gate::new(EgressConfig { allow, ..EgressConfig::default() });
        gate.add_listener(4001);
        let addresses = |text: &str| {
            let (gate, target) = (&gate, text.parse::<HostPort>().expect("a pair"));
            async move { gate.addresses(&target).await }
        };
        let own = Err(Trouble::Refused(RefusalReason::OwnAddress));
        assert_eq!(addresses("127.0.0.1:4001").await, own);
        assert_eq!(addresses("localhost:4001").await, own);
        assert!(addresses("127.0.0.1:4002").await.is_ok());
        assert!(addresses("127.0.0.9:4001").await.is_ok(), "the same port of another address");
        gate.remove_listener(4001);
        assert!(addresses("127.0.0.1:4001").await.is_ok());
    }

    #[test]
    fn the_forms_of_the_listeners_address_are_recognised() {
        for text in ["127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1"] {
            assert!(reaches_listeners(text.parse().expect("address")), "{text}");
        }
        for text in ["127.9.9.9", "::1", "10.0.0.1"] {
            assert!(!reaches_listeners(text.parse().expect("address")), "{text}");
        }
    }
}
