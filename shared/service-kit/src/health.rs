//! `/health`, `/live` and `/ready`, over whatever a service knows about its health.
//!
//! They read a report that is at hand and await nothing, so that a busy or a stuck pool cannot make them slow.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::edge::MoreBody;
use crate::error::{ApiError, ErrorBody, ErrorKind};
use crate::lifecycle::Lifecycle;
use crate::metrics::Build;

/// What a service says about itself. Must not wait: it is asked for on every probe, scrape and second.
pub trait Health: Send + Sync + 'static {
    fn report(&self) -> HealthReport;
}

/// A service's own account of its health, at this moment.
#[derive(Debug, Clone)]
pub struct HealthReport {
    pub status: HealthStatus,
    pub phase: Phase,
    /// Some browser passed its last probe.
    pub browser_ready: bool,
    /// Pages that could be leased now.
    pub page_pool_available: usize,
    /// `None` until a browser has said it.
    pub chromium_version: Option<String>,
    /// What is wrong while the status is unhealthy; shown to clients.
    pub problem: &'static str,
    /// How it last failed, for the reason of an exit; never shown to clients, as it may name local paths.
    pub last_failure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    Healthy,
    /// Some browser is down or restarting; requests are served.
    Degraded,
    /// Requests cannot succeed.
    Unhealthy,
}

impl HealthStatus {
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Degraded, Self::Unhealthy];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// Whether new requests should be sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Starting,
    Serving,
    Draining,
}

#[derive(Clone)]
pub(crate) struct HealthState {
    pub(crate) health: Arc<dyn Health>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) build: Build,
    pub(crate) started: Instant,
}

/// The answer of `/health` and `/ready`; with the fields of an error added where the status is 503.
#[derive(Debug, Serialize, ToSchema)]
struct HealthBody {
    status: HealthStatus,
    /// Some browser passed its last probe.
    browser_ready: bool,
    /// Pages that could be leased now.
    page_pool_available: usize,
    /// Whole seconds since the process started.
    uptime_s: u64,
    version: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct LiveBody {
    /// Always `live`.
    status: &'static str,
    /// Whole seconds since the process started.
    uptime_s: u64,
    version: &'static str,
}

pub(crate) fn routes(state: HealthState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(live))
        .routes(routes!(ready))
        .with_state(state)
}

/// Whether requests can succeed, from probing the browsers. A full queue is not unhealthy.
#[utoipa::path(get, path = "/health", tag = "operations", responses(
    (status = 200, description = "healthy or degraded", body = HealthBody),
    (status = 503, description = "unhealthy; the fields of an error are added", body = ErrorBody),
))]
async fn health(State(state): State<HealthState>) -> Response {
    let report = state.health.report();
    let problem = (report.status == HealthStatus::Unhealthy).then_some(report.problem);
    state.answer(&report, problem)
}

/// 200 while the process runs.
#[utoipa::path(get, path = "/live", tag = "operations", responses(
    (status = 200, description = "the process runs", body = LiveBody),
))]
async fn live(State(state): State<HealthState>) -> Json<LiveBody> {
    Json(LiveBody {
        status: "live",
        uptime_s: state.started.elapsed().as_secs(),
        version: state.build.version,
    })
}

/// Whether new requests should be sent here: not while starting or draining, whatever the load.
#[utoipa::path(get, path = "/ready", tag = "operations", responses(
    (status = 200, description = "ready", body = HealthBody),
    (status = 503, description = "starting or draining; the fields of an error are added", body = ErrorBody),
))]
async fn ready(State(state): State<HealthState>) -> Response {
    let report = state.health.report();
    let phase = if state.lifecycle.is_draining() { Phase::Draining } else { report.phase };
    let problem = match phase {
        Phase::Serving => None,
        Phase::Starting => Some("starting, no browser is ready yet"),
        Phase::Draining => Some("draining, the process is about to end"),
    };
    state.answer(&report, problem)
}

impl HealthState {
    fn answer(&self, report: &HealthReport, problem: Option<&str>) -> Response {
        let body = HealthBody {
            status: report.status,
            browser_ready: report.browser_ready,
            page_pool_available: report.page_pool_available,
            uptime_s: self.started.elapsed().as_secs(),
            version: self.build.version,
        };
        match problem {
            None => (StatusCode::OK, Json(body)).into_response(),
            Some(problem) => {
                let mut response = ApiError::new(ErrorKind::Unavailable, problem).into_response();
                response.extensions_mut().insert(MoreBody::of(&body));
                response
            }
        }
    }
}
