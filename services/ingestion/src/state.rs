//! What the handlers share, and the pool's state as the health endpoints want it.

use std::sync::Arc;

use browser_pool::{BrowserPool, EgressConfig, Phase as PoolPhase, PoolStatus, Stage};
use prometheus::Registry;
use service_kit::{CpuWork, Health, HealthReport, HealthStatus, HttpMetrics, Phase};

use crate::Reading;
use crate::extract::ShopRules;
use crate::keep::Keeper;
use crate::metrics::ExtractionMetrics;

/// Parts of a request's time, in their order.
pub(crate) const STAGES: [&str; 7] = [
    Stage::Queue.as_str(),
    Stage::Acquire.as_str(),
    Stage::Load.as_str(),
    Stage::Ready.as_str(),
    Stage::Extract.as_str(),
    Stage::Capture.as_str(),
    Stage::Encode.as_str(),
];

#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) pool: BrowserPool,
    /// Submitted addresses are judged by it before a browser sees them.
    pub(crate) egress: EgressConfig,
    pub(crate) http: HttpMetrics,
    pub(crate) extractions: ExtractionMetrics,
    pub(crate) cpu: CpuWork,
    pub(crate) shops: Arc<ShopRules>,
    /// Where pages that were read badly are to be kept.
    pub(crate) keeper: Option<Keeper>,
}

impl AppState {
    pub(crate) fn new(
        pool: BrowserPool,
        egress: EgressConfig,
        http: HttpMetrics,
        registry: &Registry,
        reading: Reading,
    ) -> Result<Arc<Self>, prometheus::Error> {
        let extractions = ExtractionMetrics::new(registry)?;
        Ok(Arc::new(Self {
            pool,
            egress,
            http,
            extractions,
            cpu: CpuWork::default(),
            shops: Arc::new(reading.shops),
            keeper: reading.keeper,
        }))
    }
}

/// The health of a pool is the health of this service.
#[derive(Debug)]
pub(crate) struct PoolHealth(pub(crate) BrowserPool);

impl Health for PoolHealth {
    fn report(&self) -> HealthReport {
        report(self.0.status())
    }
}

fn report(pool: PoolStatus) -> HealthReport {
    let status = if pool.browsers_available == 0 || pool.wedged {
        HealthStatus::Unhealthy
    } else if pool.browsers_available < pool.browsers || pool.restarting {
        HealthStatus::Degraded
    } else {
        HealthStatus::Healthy
    };
    HealthReport {
        status,
        phase: match pool.phase {
            PoolPhase::Starting => Phase::Starting,
            PoolPhase::Serving => Phase::Serving,
            PoolPhase::Draining => Phase::Draining,
        },
        browser_ready: pool.browsers_available > 0,
        page_pool_available: pool.pages_available,
        chromium_version: pool.chromium_version,
        problem: if pool.wedged {
            "pages are held and none comes back"
        } else {
            "no browser passes its probe"
        },
        last_failure: pool.last_failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(browsers_available: usize, restarting: bool, wedged: bool) -> HealthStatus {
        let pool = PoolStatus {
            phase: PoolPhase::Serving,
            browsers: 2,
            browsers_available,
            pages: 4,
            pages_available: 0,
            queue_depth: 512,
            restarting,
            wedged,
            sandbox: true,
            chromium_version: None,
            last_failure: None,
        };
        report(pool).status
    }

    #[test]
    fn health_follows_the_browsers_and_not_the_queue() {
        assert_eq!(status(2, false, false), HealthStatus::Healthy);
        assert_eq!(status(1, false, false), HealthStatus::Degraded);
        assert_eq!(status(2, true, false), HealthStatus::Degraded);
        assert_eq!(status(0, true, false), HealthStatus::Unhealthy);
        assert_eq!(status(2, false, true), HealthStatus::Unhealthy);
    }
}
