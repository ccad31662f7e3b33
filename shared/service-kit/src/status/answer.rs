//! The answer of `/status`, and how it is made of what is known.

use serde::Serialize;
use utoipa::ToSchema;

use super::StatusState;
use super::failures::Failure;
use super::history::{Point, STEP, Span};
use super::pool::{BrowserRow, PoolReport};
use crate::error::{ErrorKind, Fault};
use crate::health::{HealthReport, HealthStatus, Phase};
use crate::metrics::EndpointCounts;

/// The service at a moment, and over the last minutes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusBody {
    service: &'static str,
    version: &'static str,
    /// Of the source, `unknown` where the build was not told.
    revision: &'static str,
    /// `null` until a browser has said it.
    chromium: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    time: String,
    uptime_s: u64,
    health: HealthNow,
    requests: Requests,
    queue: Queue,
    pages: Pages,
    browsers: Vec<BrowserRow>,
    memory: Memory,
    /// Chromium's sandbox is on.
    sandbox: bool,
    errors: Errors,
    /// The last 20, the newest first; those without a valid token are not in it.
    failures: Vec<Failure>,
    series: Series,
}

#[derive(Debug, Serialize, ToSchema)]
struct HealthNow {
    status: HealthStatus,
    phase: Phase,
    /// Why, in a sentence.
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Requests {
    /// That have no answer yet.
    in_flight: i64,
    /// What the figures are of: at most 300, less after a start.
    window_s: f64,
    all: EndpointFigures,
    endpoints: Vec<EndpointFigures>,
}

#[derive(Debug, Serialize, ToSchema)]
struct EndpointFigures {
    /// `all` for their sum.
    endpoint: &'static str,
    requests: u64,
    per_minute: f64,
    successes: u64,
    /// Failures by whose fault they were.
    failed_caller: u64,
    failed_site: u64,
    failed_service: u64,
    /// Share of the requests that were no caller's mistake, 0 to 1; `null` where there was none.
    success_ratio: Option<f64>,
    /// Milliseconds, of requests that succeeded or timed out; `null` where there was none.
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Queue {
    /// Requests that wait for a page now.
    depth: usize,
    /// Milliseconds that requests waited over the window; `null` where none was given a page.
    wait_p50_ms: Option<f64>,
    wait_p95_ms: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Pages {
    size: usize,
    in_use: usize,
    available: usize,
}

/// Bytes.
#[derive(Debug, Serialize, ToSchema)]
struct Memory {
    /// Resident memory of the service itself; `null` where it can't be read.
    service: Option<u64>,
    /// Proportional set size of the browsers' processes.
    browsers: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Errors {
    /// What the counts are of: at most 900, less after a start.
    window_s: f64,
    /// Those that occurred, the commonest first.
    by_type: Vec<ErrorCount>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorCount {
    error_type: ErrorKind,
    fault: Fault,
    count: u64,
}

/// The last five minutes in steps, the oldest first; fewer after a start.
#[derive(Debug, Serialize, ToSchema)]
struct Series {
    step_s: u64,
    requests: Vec<u64>,
    /// Not the callers' own.
    failures: Vec<u64>,
    /// Over half a minute each.
    p95_ms: Vec<Option<f64>>,
    queue_depth: Vec<usize>,
    pages_in_use: Vec<usize>,
}

/// What an answer is made of.
pub(super) struct Facts<'a> {
    pub(super) state: &'a StatusState,
    pub(super) health: HealthReport,
    pub(super) pool: PoolReport,
    pub(super) short: Span,
    pub(super) long: Span,
    pub(super) points: Vec<Point>,
    pub(super) failures: Vec<Failure>,
}

impl Facts<'_> {
    pub(super) fn body(self) -> StatusBody {
        let Self { state, health, pool, short, long, points, failures } = self;
        let phase = if state.lifecycle.is_draining() { Phase::Draining } else { health.phase };
        let endpoints = state.metrics.endpoints().iter().zip(&short.counts.endpoints);
        StatusBody {
            service: state.service,
            version: state.build.version,
            revision: state.build.revision,
            time: crate::error::timestamp(),
            uptime_s: state.started.elapsed().as_secs(),
            health: HealthNow { status: health.status, phase, reason: reason(&health, phase, &pool) },
            requests: Requests {
                in_flight: state.metrics.in_flight(),
                window_s: tenths(short.seconds),
                all: figures("all", &short.counts.sum(), short.seconds),
                endpoints: endpoints.map(|(name, of)| figures(name, of, short.seconds)).collect(),
            },
            queue: Queue {
                depth: pool.queue_depth,
                wait_p50_ms: short.counts.waits.quantile(0.5).map(tenths),
                wait_p95_ms: short.counts.waits.quantile(0.95).map(tenths),
            },
            pages: Pages { size: pool.pages, in_use: pool.pages_in_use, available: pool.pages_available },
            memory: Memory {
                service: own_memory(),
                browsers: pool.browsers.iter().map(|browser| browser.memory_bytes).sum(),
            },
            sandbox: pool.sandbox,
            browsers: pool.browsers,
            errors: errors(&long),
            failures,
            series: series(&points),
            chromium: health.chromium_version,
        }
    }
}

fn reason(health: &HealthReport, phase: Phase, pool: &PoolReport) -> String {
    let serving = pool.browsers.iter().filter(|browser| browser.state == "serving").count();
    match (phase, health.status) {
        (Phase::Draining, _) => {
            "draining: no new work is sent here, what is in flight is finished".to_owned()
        }
        (Phase::Starting, _) => "starting: no browser is ready yet".to_owned(),
        (Phase::Serving, HealthStatus::Unhealthy) => health.problem.to_owned(),
        (Phase::Serving, HealthStatus::Degraded) => {
            "some browser is down or being replaced, the others serve".to_owned()
        }
        (Phase::Serving, HealthStatus::Healthy) if serving == 1 => "its browser passes its probes".to_owned(),
        (Phase::Serving, HealthStatus::Healthy) => format!("all {serving} browsers pass their probes"),
    }
}

fn figures(endpoint: &'static str, counts: &EndpointCounts, seconds: f64) -> EndpointFigures {
    let requests = counts.requests();
    let attempted = counts.successes + counts.failures_that_count();
    let quantile = |share| counts.latency.quantile(share).map(tenths);
    EndpointFigures {
        endpoint,
        requests,
        per_minute: if seconds > 0.0 { tenths(requests as f64 * 60.0 / seconds) } else { 0.0 },
        successes: counts.successes,
        failed_caller: counts.failures_of(Fault::Caller),
        failed_site: counts.failures_of(Fault::Site),
        failed_service: counts.failures_of(Fault::Service),
        success_ratio: (attempted > 0).then(|| counts.successes as f64 / attempted as f64),
        p50_ms: quantile(0.5),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
    }
}

fn errors(span: &Span) -> Errors {
    let counted = ErrorKind::ALL.into_iter().zip(span.counts.errors).filter(|(_, count)| *count > 0);
    let mut by_type: Vec<_> = counted
        .map(|(error_type, count)| ErrorCount { error_type, fault: error_type.fault(), count })
        .collect();
    by_type.sort_by_key(|of_type| std::cmp::Reverse(of_type.count));
    Errors { window_s: tenths(span.seconds), by_type }
}

fn series(points: &[Point]) -> Series {
    Series {
        step_s: STEP.as_secs(),
        requests: points.iter().map(|point| point.requests).collect(),
        failures: points.iter().map(|point| point.failures).collect(),
        p95_ms: points.iter().map(|point| point.p95_ms.map(tenths)).collect(),
        queue_depth: points.iter().map(|point| point.queue_depth).collect(),
        pages_in_use: points.iter().map(|point| point.pages_in_use).collect(),
    }
}

fn own_memory() -> Option<u64> {
    let stat = procfs::process::Process::myself().and_then(|process| process.stat()).ok()?;
    Some(stat.rss * procfs::page_size())
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
