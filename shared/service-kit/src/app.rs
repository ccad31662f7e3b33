//! Putting a service's routes together with the ones that every service has.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus::{Encoder, Registry, TextEncoder};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Access;
use crate::body::BodyRules;
use crate::edge::{self, Edge};
use crate::error::{ApiError, ErrorKind};
use crate::health::{self, Health, HealthState};
use crate::lifecycle::Lifecycle;
use crate::metrics::{Build, HttpMetrics};
use crate::settings::ServerSettings;
use crate::status::{self, Sampling, StatusState};
use crate::ui::Ui;

/// What a service gives the kit besides its routes.
#[derive(Clone)]
pub struct Kit {
    pub health: Arc<dyn Health>,
    pub metrics: HttpMetrics,
    /// Everything that `/metrics` shows.
    pub registry: Registry,
    pub lifecycle: Lifecycle,
    pub build: Build,
    pub access: Access,
    /// Paths of the service's work that need no token: their addresses are signed.
    pub signed_paths: &'static [&'static str],
    /// The pages for people, where they are wanted.
    pub ui: Option<Ui>,
}

/// What each listener serves.
#[derive(Debug, Clone)]
pub struct Routers {
    pub public: Router,
    /// For the operations' own listener, where there is one.
    pub admin: Option<Router>,
    /// Counts the requests that are refused before a router sees them.
    pub metrics: Option<HttpMetrics>,
}

impl From<Router> for Routers {
    fn from(public: Router) -> Self {
        Self { public, admin: None, metrics: None }
    }
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kit").field("build", &self.build).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct MetricsState {
    registry: Registry,
    metrics: HttpMetrics,
    health: Arc<dyn Health>,
}

impl Kit {
    /// What is served: `api` with its state applied, the operations' endpoints, `/openapi.json`, the pages for people, and
    /// the edge around all of it. Where operations have a listener of their own, the metrics and the status page are only
    /// there.
    pub fn app(&self, api: OpenApiRouter, settings: &ServerSettings) -> Routers {
        let health = health::routes(self.health_state());
        let mut operations = OpenApiRouter::new().routes(routes!(scrape)).with_state(self.metrics_state());
        let is_apart = settings.admin_listen.is_some();
        if let Some(ui) = &self.ui {
            operations = operations.merge(self.status(ui)).merge(ui.page(&self.access, !is_apart).into());
        }
        let docs = self.ui.as_ref().map_or_else(Router::new, |ui| ui.docs(&self.access, !is_apart));
        let api = api.merge(docs.into());
        let metrics = Some(self.metrics.clone());
        if !is_apart {
            let public = self.router(api.merge(health).merge(operations), settings);
            return Routers { public, admin: None, metrics };
        }
        let public = self.router(api.merge(health.clone()), settings);
        Routers { public, admin: Some(self.router(health.merge(operations), settings)), metrics }
    }

    /// Begins to keep what the status page shows of the last minutes. Must run within a tokio runtime.
    pub fn sample(&self) -> Sampling {
        match &self.ui {
            Some(ui) => ui.kept.sample(self.metrics.clone()),
            None => Sampling::none(),
        }
    }

    fn status(&self, ui: &Ui) -> OpenApiRouter {
        let state = StatusState {
            service: ui.service,
            build: self.build,
            started: Instant::now(),
            lifecycle: self.lifecycle.clone(),
            health: Arc::clone(&self.health),
            metrics: self.metrics.clone(),
            kept: ui.kept.clone(),
        };
        Ui::before_data(&self.access, status::routes(state))
    }

    fn router(&self, routes: OpenApiRouter, settings: &ServerSettings) -> Router {
        let (router, description): (Router, OpenApi) = routes.split_for_parts();
        let description = Json(description);
        let edge = Edge {
            metrics: self.metrics.clone(),
            lifecycle: self.lifecycle.clone(),
            access: self.access.clone(),
            accepts_basic: self.ui.is_some(),
            failures: self.ui.as_ref().map(|ui| Arc::clone(&ui.kept.failures)),
            signed_paths: self.signed_paths,
            rules: Arc::new(BodyRules {
                max_bytes: settings.max_body_bytes,
                timeout: settings.body_timeout,
                strict: settings.strict_requests,
            }),
        };
        router
            .route("/openapi.json", get(async move || description.clone()))
            .layer(middleware::from_fn_with_state(Arc::new(edge), edge::edge))
    }

    fn health_state(&self) -> HealthState {
        HealthState {
            health: Arc::clone(&self.health),
            lifecycle: self.lifecycle.clone(),
            build: self.build,
            started: Instant::now(),
        }
    }

    fn metrics_state(&self) -> MetricsState {
        MetricsState {
            registry: self.registry.clone(),
            metrics: self.metrics.clone(),
            health: Arc::clone(&self.health),
        }
    }
}

/// The service's metrics as Prometheus text.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "Prometheus text format 0.0.4", content_type = "text/plain", body = String),
))]
async fn scrape(State(state): State<MetricsState>) -> Result<Response, ApiError> {
    // Reading the browsers' memory from /proc takes milliseconds, which no other request has to wait for.
    let text = tokio::task::spawn_blocking(move || {
        state.metrics.mirror(&state.health.report());
        let mut text = Vec::new();
        TextEncoder::new().encode(&state.registry.gather(), &mut text).map(|()| text)
    })
    .await;
    match text {
        Ok(Ok(text)) => Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response()),
        Ok(Err(error)) => {
            Err(ApiError::new(ErrorKind::RenderFailure, "the metrics can't be encoded").with_cause(error))
        }
        Err(error) => {
            Err(ApiError::new(ErrorKind::RenderFailure, "the metrics can't be gathered").with_cause(error))
        }
    }
}

#[cfg(test)]
mod tests;
