//! A page's own address on the proxy.
//!
//! A listener per lease (one bind and one small task) rather than one listener with a credential per lease:
//! Chromium would answer a proxy's challenge only after a round trip through the protocol, and a listener's
//! end is the end of everything that came through it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Span, error, warn};

use super::account::{Account, EgressReport};
use super::connect::Gate;
use super::metrics::EgressMetrics;
use super::policy::RefusalReason;
use super::proxy::{ClientConnection, Scope};
use super::trouble::Trouble;

/// After a failed accept (the process is out of file descriptors) the next one is tried so much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A proxy address that belongs to one page. Dropping it closes the listener and every connection that came
/// through it.
#[derive(Debug)]
pub struct EgressLease {
    address: SocketAddr,
    account: Arc<Account>,
    gate: Arc<Gate>,
    _acceptor: AbortOnDropHandle<()>,
}

impl EgressLease {
    pub(crate) async fn open(gate: &Arc<Gate>, metrics: &EgressMetrics, scope: Scope) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let account = Arc::new(Account::new(gate.config().limits, metrics.clone()));
        gate.add_listener(address.port());
        let acceptor = accept(listener, Arc::clone(gate), Arc::clone(&account), scope);
        let acceptor = AbortOnDropHandle::new(tokio::spawn(acceptor));
        Ok(Self { address, account, gate: Arc::clone(gate), _acceptor: acceptor })
    }

    /// Where it listens: always on loopback.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as Chromium's `proxyServer` wants it.
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins a request: what was used before (warming the page) no longer counts.
    pub fn begin(&self) {
        self.account.reset();
    }

    /// The request that uses it from now on: what is logged belongs to it.
    pub(crate) fn is_for(&self, request: &Span) {
        self.account.is_for(request);
    }

    /// From now on everything is refused.
    pub(crate) fn shut(&self) {
        self.account.shut();
    }

    /// Whether the request has no bytes left.
    pub(crate) fn is_used_up(&self) -> bool {
        self.account.check_bytes().is_err()
    }

    /// What was used and what went wrong since [`begin`](Self::begin).
    pub fn report(&self) -> EgressReport {
        self.account.report()
    }
}

impl Drop for EgressLease {
    fn drop(&mut self) {
        self.gate.remove_listener(self.address.port());
    }
}

/// Owns the tasks of all connections: they end when it does.
async fn accept(listener: TcpListener, gate: Arc<Gate>, account: Arc<Account>, scope: Scope) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(ended) = connections.join_next() => report_panic(ended),
            accepted = listener.accept() => match accepted {
                Ok(_) if connections.len() >= account.limits().max_connections => {
                    account.note(None, Trouble::Refused(RefusalReason::Connections));
                }
                Ok((client, _)) => {
                    let connection = ClientConnection::new(Arc::clone(&gate), Arc::clone(&account), scope);
                    connections.spawn(connection.serve(client));
                }
                Err(error) => {
                    warn!(%error, "egress cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

fn report_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended.map_err(|error| error.to_string()) {
        error!(error, "egress connection panicked");
    }
}
