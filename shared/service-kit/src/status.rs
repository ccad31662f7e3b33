//! `GET /status`: how the service is and has been over the last minutes, as one JSON object, from the same series as
//! `/metrics` and without Prometheus. What the status page shows comes from here.
//!
//! What belongs here: the figures and how they are kept. What a page makes of them is `ui`'s.

mod answer;
mod failures;
mod history;
mod pool;
mod sampler;

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::answer::StatusBody;
pub(crate) use self::failures::{Failure, Failures};
use self::history::{History, LONG_WINDOW, Sample, WINDOW};
pub use self::pool::{BrowserRow, PoolReport, PoolSource};
pub use self::sampler::Sampling;
use crate::error::ErrorBody;
use crate::health::Health;
use crate::lifecycle::Lifecycle;
use crate::metrics::{Build, HttpMetrics};

/// What is kept for the status page. Clones share it.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) pool: Arc<dyn PoolSource>,
    pub(crate) history: Arc<History>,
    pub(crate) failures: Arc<Failures>,
}

impl Kept {
    pub(crate) fn new(pool: Arc<dyn PoolSource>) -> Self {
        Self { pool, history: Arc::default(), failures: Arc::default() }
    }

    pub(crate) fn sample(&self, metrics: HttpMetrics) -> Sampling {
        Sampling::start(Arc::clone(&self.history), metrics, Arc::clone(&self.pool))
    }
}

#[derive(Clone)]
pub(crate) struct StatusState {
    pub(crate) service: &'static str,
    pub(crate) build: Build,
    pub(crate) started: Instant,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) health: Arc<dyn Health>,
    pub(crate) metrics: HttpMetrics,
    pub(crate) kept: Kept,
}

pub(crate) const PATH: &str = "/status";

pub(crate) fn routes(state: StatusState) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(status)).with_state(state)
}

/// How the service is now and was over the last minutes: what the status page at `/` shows.
///
/// Needs a token where tokens are configured; absent with `PLAYWRIGHT_UI=off`.
#[utoipa::path(get, path = PATH, tag = "operations", responses(
    (status = 200, description = "the service as it is", body = StatusBody),
    (status = 401, description = "`unauthorized`: no valid token, where tokens are configured", body = ErrorBody),
))]
async fn status(State(state): State<StatusState>) -> Json<StatusBody> {
    Json(state.body())
}

impl StatusState {
    fn body(&self) -> StatusBody {
        let pool = self.kept.pool.pool();
        let now = Sample::new(Instant::now(), self.metrics.counts(), &pool);
        let history = &self.kept.history;
        answer::Facts {
            state: self,
            health: self.health.report(),
            short: history.span(&now, WINDOW),
            long: history.span(&now, LONG_WINDOW),
            points: history.points(WINDOW),
            failures: self.kept.failures.last(),
            pool,
        }
        .body()
    }
}
