//! The service's own endpoints: every route and its description in one list.

mod answer;
pub(crate) mod card;
pub(crate) mod render;
pub(crate) mod screenshot;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The endpoints that do the service's work: what latency, failures and timeouts are counted by.
pub(crate) const WORK: [&str; 4] = [render::PATH, screenshot::PATH, card::PATH, card::SIGNED_PATH];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "playwright-image",
        description = "Renders HTML and web pages to PNG, JPEG and WebP with headless Chromium, each in a page of its own."
    ),
    tags(
        (name = "render", description = "documents and pages to pictures"),
        (name = "cards", description = "data to pictures"),
        (name = "operations", description = "health and metrics"),
    )
)]
struct Description;

pub(crate) fn routes(state: Arc<AppState>) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(render::render))
        .routes(routes!(screenshot::screenshot))
        .routes(routes!(card::card))
        .routes(routes!(card::signed_card))
        .with_state(state)
}

#[cfg(test)]
mod tests;
