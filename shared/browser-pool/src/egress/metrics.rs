//! The egress metrics. Labels are closed lists and all present from the start.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::policy::RefusalReason;
use super::trouble::UpstreamFailure;

/// Counters of what went out and what was not let out. Cloning shares them.
#[derive(Debug, Clone)]
pub struct EgressMetrics {
    /// Requests that the egress policy refused, by reason.
    refused: IntCounterVec,
    /// Requests that were let out and failed before an answer came, by failure.
    failed: IntCounterVec,
    /// Connections that were opened to the network.
    connections: IntCounter,
    /// Bytes received from the network.
    bytes_down: IntCounter,
    /// Bytes sent to the network.
    bytes_up: IntCounter,
}

impl EgressMetrics {
    /// Makes the counters and registers them.
    ///
    /// # Errors
    ///
    /// When `registry` holds metrics of these names already.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counters = |name, help, label| {
            let vec = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(vec.clone())).map(|()| vec)
        };
        let bytes = counters(
            "playwright_egress_bytes_total",
            "Bytes exchanged with the network, as they are on the wire.",
            "direction",
        )?;
        let connections =
            IntCounter::new("playwright_egress_connections_total", "Connections opened to the network.")?;
        registry.register(Box::new(connections.clone()))?;
        let metrics = Self {
            refused: counters(
                "playwright_egress_refused_total",
                "Requests that the egress policy refused.",
                "reason",
            )?,
            failed: counters(
                "playwright_egress_failed_total",
                "Requests that were let out and failed before an answer came.",
                "failure",
            )?,
            connections,
            bytes_down: bytes.with_label_values(&["down"]),
            bytes_up: bytes.with_label_values(&["up"]),
        };
        for reason in RefusalReason::all() {
            metrics.refused.with_label_values(&[reason.as_str()]);
        }
        for failure in UpstreamFailure::ALL {
            metrics.failed.with_label_values(&[failure.as_str()]);
        }
        Ok(metrics)
    }

    /// Counts a refusal; for those that happen before a request reaches the proxy, such as a submitted URL.
    pub fn count_refusal(&self, reason: RefusalReason) {
        self.refused.with_label_values(&[reason.as_str()]).inc();
    }

    pub(crate) fn count_failure(&self, failure: UpstreamFailure) {
        self.failed.with_label_values(&[failure.as_str()]).inc();
    }

    pub(crate) fn count_connection(&self) {
        self.connections.inc();
    }

    pub(crate) fn count_bytes_down(&self, bytes: u64) {
        self.bytes_down.inc_by(bytes);
    }

    pub(crate) fn count_bytes_up(&self, bytes: u64) {
        self.bytes_up.inc_by(bytes);
    }
}
