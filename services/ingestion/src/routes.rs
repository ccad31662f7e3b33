//! The service's own endpoints: every route and its description in one list.

pub(crate) mod extract;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "playwright-ingestion",
        description = "Extracts products from shops' pages, rendered by headless Chromium."
    ),
    tags(
        (name = "extract", description = "the service's work"),
        (name = "operations", description = "health and metrics"),
    )
)]
struct Description;

pub(crate) fn routes(state: Arc<AppState>) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Description::openapi()).routes(routes!(extract::extract)).with_state(state)
}

#[cfg(test)]
mod tests;
