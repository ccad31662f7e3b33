//! The pages for people: status and playground at `/`, the API's description for reading and trying at `/docs`.
//!
//! Everything comes out of the executable and nothing from another host, which the pages' policy enforces. A page is the
//! same for everybody; what changes is fetched by its scripts, which write text and nothing else. What one service alone
//! can be tried with, its playground, is the service's.

mod docs;
mod door;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use crate::access::Access;
use crate::status::{Kept, PoolSource};
use door::Door;

/// What a service gives of its own.
#[derive(Debug, Clone, Copy)]
pub struct Playground {
    /// The part of the page, below its heading.
    pub html: &'static str,
    pub script: &'static str,
}

/// The pages of a service.
#[derive(Clone)]
pub struct Ui {
    pub(crate) service: &'static str,
    playground: Playground,
    pub(crate) kept: Kept,
}

impl std::fmt::Debug for Ui {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ui").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Ui {
    /// `service` is its name as people read it.
    pub fn new(service: &'static str, playground: Playground, pool: Arc<dyn PoolSource>) -> Self {
        Self { service, playground, kept: Kept::new(pool) }
    }

    /// The status page; with the playground where its paths are.
    pub(crate) fn page(&self, access: &Access, with_playground: bool) -> Router {
        let playground = with_playground.then_some(self.playground);
        self.behind(access, page::routes(self.service, access.is_guarded(), playground))
    }

    /// The API's description, beside the status page or where that has another listener.
    pub(crate) fn docs(&self, access: &Access, beside_the_pages: bool) -> Router {
        self.behind(access, docs::routes(self.service, beside_the_pages))
    }

    /// What the pages fetch.
    pub(crate) fn before_data(access: &Access, routes: OpenApiRouter) -> OpenApiRouter {
        routes.route_layer(from_fn_with_state(Arc::new(Door::of_data(access)), door::door))
    }

    fn behind(&self, access: &Access, routes: Router) -> Router {
        routes.route_layer(from_fn_with_state(Arc::new(Door::of_pages(access, self.service)), door::door))
    }
}
