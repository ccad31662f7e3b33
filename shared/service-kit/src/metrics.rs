//! The metrics of HTTP and of the process. What only the pool or one service knows is registered by them.
//!
//! Every label value is a member of a closed list and is there, at 0, from the first scrape: a counter that
//! appears with its first failure hides that failure from `rate()`.

mod memory;
mod process;

use std::sync::Arc;
use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::error::{ApiError, ErrorKind};
use crate::health::{HealthReport, HealthStatus};

/// Bounds of the latency histograms in milliseconds, from the contract: every bound of an alert is among them,
/// and there are bounds beyond it.
pub const LATENCY_BUCKETS_MS: [f64; 28] = [
    5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 125.0, 150.0, 200.0, 250.0, 300.0, 400.0, 500.0, 750.0, 1000.0,
    2000.0, 4000.0, 6000.0, 8000.0, 10000.0, 12000.0, 15000.0, 18000.0, 20000.0, 25000.0, 30000.0, 45000.0,
    60000.0,
];

/// Shares of a deadline: fine near 1, where requests begin to be lost.
const RATIO_BUCKETS: [f64; 14] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];

/// The endpoint of requests to paths that do not exist.
const OTHER: &str = "other";

/// For the families that have one series.
const NO_LABELS: &[&str] = &[];

/// How a request ended, for latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    /// Worked on, and failed.
    Failure,
    Timeout,
    /// Answered at once without any work.
    Refused,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Timeout, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
        }
    }
}

/// Which program this is, for `/health` and `playwright_build_info`.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    pub version: &'static str,
    /// Of the source, `unknown` where the build was not told.
    pub revision: &'static str,
}

/// The handle; clones share the series.
#[derive(Debug, Clone)]
pub struct HttpMetrics(Arc<Series>);

#[derive(Debug)]
struct Series {
    endpoints: &'static [&'static str],
    stages: &'static [&'static str],
    build: Build,
    latency: HistogramVec,
    success: IntCounterVec,
    failure: IntCounterVec,
    timeout: IntCounterVec,
    deadline_used: HistogramVec,
    in_flight: IntGaugeVec,
    stage_latency: HistogramVec,
    health_status: IntGaugeVec,
    client_gone: IntCounterVec,
    build_info: IntGaugeVec,
}

impl HttpMetrics {
    /// Registers everything. `endpoints` are the paths of the service's work (not of its operations), `stages` the
    /// parts of a request's time; both are the closed lists of their labels.
    pub fn new(
        registry: &Registry,
        build: Build,
        endpoints: &'static [&'static str],
        stages: &'static [&'static str],
    ) -> Result<Self, prometheus::Error> {
        let new = Registering(registry);
        let series = Series {
            endpoints,
            stages,
            build,
            latency: new.histograms(
                "playwright_request_latency_ms",
                "Time from the head of a request to its answer",
                &LATENCY_BUCKETS_MS,
                &["endpoint", "outcome"],
            )?,
            success: new.counters(
                "playwright_requests_success_total",
                "Requests answered with 2xx",
                &["endpoint"],
            )?,
            failure: new.counters(
                "playwright_requests_failure_total",
                "Requests answered with anything but 2xx, timeouts included; fault says whose it was",
                &["endpoint", "error_type", "fault"],
            )?,
            timeout: new.counters(
                "playwright_requests_timeout_total",
                "Requests whose deadline passed, by the stage in which it did",
                &["endpoint", "stage"],
            )?,
            deadline_used: new.histograms(
                "playwright_deadline_used_ratio",
                "Share of its deadline that a request used",
                &RATIO_BUCKETS,
                &["endpoint"],
            )?,
            in_flight: new.gauges(
                "playwright_requests_in_flight",
                "Requests that have no answer yet",
                &[],
            )?,
            stage_latency: new.histograms(
                "playwright_stage_latency_ms",
                "Time that a request spent in a stage",
                &LATENCY_BUCKETS_MS,
                &["stage"],
            )?,
            health_status: new.gauges(
                "playwright_health_status",
                "1 for the status that /health reports, 0 for the others",
                &["status"],
            )?,
            client_gone: new.counters(
                "playwright_client_gone_total",
                "Requests whose client went away before the answer",
                &[],
            )?,
            build_info: new.gauges(
                "playwright_build_info",
                "1; the labels say which program and which browser this is",
                &["version", "revision", "chromium"],
            )?,
        };
        series.start_at_zero();
        registry.register(Box::new(process::ProcessCollector::new()?))?;
        registry.register(Box::new(memory::MemoryCollector::new()?))?;
        Ok(Self(Arc::new(series)))
    }

    /// The time that a request spent in a stage; a stage that is not in the list is a mistake in the service and is
    /// not recorded.
    pub fn observe_stage(&self, stage: &str, took: Duration) {
        if let Some(series) = self.stage(stage) {
            series.observe(milliseconds(took));
        }
    }

    fn stage(&self, stage: &str) -> Option<Histogram> {
        debug_assert!(self.0.stages.contains(&stage), "no such stage: {stage}");
        self.0.stages.contains(&stage).then(|| self.0.stage_latency.with_label_values(&[stage]))
    }

    /// The label for a matched path: one of the endpoints, `other` for an unknown path, none for operations.
    pub(crate) fn endpoint(&self, matched: Option<&str>) -> Option<&'static str> {
        match matched {
            None => Some(OTHER),
            Some(path) => self.0.endpoints.iter().find(|endpoint| **endpoint == path).copied(),
        }
    }

    pub(crate) fn enter(&self, endpoint: &'static str) -> InFlight {
        self.0.in_flight.with_label_values(NO_LABELS).inc();
        InFlight { metrics: self.clone(), endpoint, answered: false }
    }

    /// A request whose head was refused: no router has seen it.
    pub(crate) fn refused_unseen(&self, error: &ApiError) {
        self.enter(OTHER).answered(Some(error), Duration::ZERO, None);
    }

    /// What mirrors a state is read when it is scraped.
    pub(crate) fn mirror(&self, report: &HealthReport) {
        for status in HealthStatus::ALL {
            let is_current = i64::from(status == report.status);
            self.0.health_status.with_label_values(&[status.as_str()]).set(is_current);
        }
        let chromium = report.chromium_version.as_deref().unwrap_or("unknown");
        let Build { version, revision } = self.0.build;
        self.0.build_info.reset();
        self.0.build_info.with_label_values(&[version, revision, chromium]).set(1);
    }
}

impl Series {
    fn start_at_zero(&self) {
        let _ = self.in_flight.with_label_values(NO_LABELS);
        let _ = self.client_gone.with_label_values(NO_LABELS);
        for endpoint in self.endpoints.iter().copied().chain([OTHER]) {
            for outcome in Outcome::ALL {
                let _ = self.latency.with_label_values(&[endpoint, outcome.as_str()]);
            }
            let _ = self.success.with_label_values(&[endpoint]);
            for kind in ErrorKind::ALL {
                let _ = self.failure.with_label_values(&[endpoint, kind.as_str(), kind.fault().as_str()]);
            }
            for stage in self.stages {
                let _ = self.timeout.with_label_values(&[endpoint, stage]);
            }
            let _ = self.deadline_used.with_label_values(&[endpoint]);
        }
        for stage in self.stages {
            let _ = self.stage_latency.with_label_values(&[stage]);
        }
        for status in HealthStatus::ALL {
            let _ = self.health_status.with_label_values(&[status.as_str()]);
        }
    }
}

/// Makes families that are registered from the start.
struct Registering<'a>(&'a Registry);

impl Registering<'_> {
    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
        let family = IntCounterVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, prometheus::Error> {
        let family = IntGaugeVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }

    fn histograms(
        &self,
        name: &str,
        help: &str,
        buckets: &[f64],
        labels: &[&str],
    ) -> Result<HistogramVec, prometheus::Error> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        let family = HistogramVec::new(options, labels)?;
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }
}

/// A request that is being worked on. Dropped without an answer, its client has gone.
#[derive(Debug)]
pub(crate) struct InFlight {
    metrics: HttpMetrics,
    endpoint: &'static str,
    answered: bool,
}

impl InFlight {
    /// Records the end: `error` is `None` for a success, `deadline` what the request had.
    pub(crate) fn answered(mut self, error: Option<&ApiError>, took: Duration, deadline: Option<Duration>) {
        self.answered = true;
        let series = &self.metrics.0;
        let outcome = error.map_or(Outcome::Success, |error| error.kind.outcome());
        series.latency.with_label_values(&[self.endpoint, outcome.as_str()]).observe(milliseconds(took));
        match error {
            None => series.success.with_label_values(&[self.endpoint]).inc(),
            Some(error) => {
                let labels = [self.endpoint, error.kind.as_str(), error.kind.fault().as_str()];
                series.failure.with_label_values(&labels).inc();
            }
        }
        if let (Outcome::Timeout, Some(stage)) = (outcome, error.and_then(ApiError::stage)) {
            series.timeout.with_label_values(&[self.endpoint, stage]).inc();
        }
        if let (Some(deadline), Outcome::Success | Outcome::Failure | Outcome::Timeout) = (deadline, outcome)
        {
            let ratio = took.as_secs_f64() / deadline.as_secs_f64();
            series.deadline_used.with_label_values(&[self.endpoint]).observe(ratio);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.metrics.0.in_flight.with_label_values(NO_LABELS).dec();
        if !self.answered {
            self.metrics.0.client_gone.with_label_values(NO_LABELS).inc();
            tracing::debug!("the client went away before the answer");
        }
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
