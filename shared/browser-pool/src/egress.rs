//! The browser's only way out: an in-process forward proxy that lets through what is public.
//!
//! Chromium is told to send everything (HTTP, HTTPS, WebSockets, workers, loopback too) to a proxy address on
//! loopback, one per page. The proxy reads only `host:port`: it looks the name up once, judges every address
//! by a table of its own, and dials the very address that it judged, so neither a redirect nor a sub-resource
//! nor a name that resolves differently the second time leads anywhere else. TLS stays end to end.
//!
//! Belongs here: what may be reached, how much of it, and the accounts per page. Does not: which resource
//! types a page loads (that is blocked in the browser, for speed and not for safety), Chromium's flags.
//!
//! A refusal never depends on what a page or a site says: the record of what happened is kept here, per
//! lease, and the header on the proxy's own answers is taken out of all others.

mod account;
mod address;
mod connect;
mod forward;
mod headers;
mod lease;
mod metrics;
mod policy;
mod proxy;
mod resolve;
mod submitted;
mod target;
mod trouble;
mod tunnel;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tracing::warn;

pub use account::EgressReport;
pub use address::AddressClass;
pub use lease::EgressLease;
pub use metrics::EgressMetrics;
pub use policy::{EgressConfig, EgressLimits, Network, RefusalReason};
pub use submitted::{InvalidUrl, UrlRefused, check_url, parse_url};
pub use target::{HostPort, HostPortError};
pub use trouble::{Trouble, UpstreamFailure};

use connect::Gate;
use proxy::Scope;

/// The proxy of one pool: hands out an address per page, and has one for the browser itself. Dropping it
/// closes that one; leases live on until they are dropped.
#[derive(Debug)]
pub struct Egress {
    gate: Arc<Gate>,
    metrics: EgressMetrics,
    shared: EgressLease,
}

impl Egress {
    /// Starts the proxy. Must be called within a tokio runtime, on which everything of it runs.
    ///
    /// # Errors
    ///
    /// When no port on loopback can be had.
    pub async fn start(config: EgressConfig, metrics: EgressMetrics) -> io::Result<Self> {
        for pair in &config.allow {
            warn!(%pair, "may be reached although it need not be public");
        }
        let gate = Arc::new(Gate::new(config));
        let shared = EgressLease::open(&gate, &metrics, Scope::Background).await?;
        Ok(Self { gate, metrics, shared })
    }

    /// Opens an address for a page.
    ///
    /// # Errors
    ///
    /// When the process is out of file descriptors or loopback out of ports.
    pub async fn open(&self) -> io::Result<EgressLease> {
        EgressLease::open(&self.gate, &self.metrics, Scope::Page).await
    }

    /// The proxy address for the browser as a whole (`--proxy-server`), used by what belongs to no page.
    /// Everything is refused there.
    pub fn shared_address(&self) -> SocketAddr {
        self.shared.address()
    }

    /// The counters, for what is refused before it gets here.
    pub fn metrics(&self) -> &EgressMetrics {
        &self.metrics
    }

    /// What the proxy was started with.
    pub fn config(&self) -> &EgressConfig {
        self.gate.config()
    }
}
