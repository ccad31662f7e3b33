//! The image service: HTML or an address in, a checked picture out.
//!
//! Here is what is HTTP about it and what is a picture about it; browsers and pages are the pool's.

mod cache;
pub mod card;
pub mod config;
mod draw;
mod error;
mod metrics;
mod options;
mod picture;
mod pool_rows;
mod report;
mod routes;
mod state;

use std::sync::Arc;

use browser_pool::BrowserPool;
use prometheus::Registry;
use service_kit::{
    Access, AccessError, Build, Health, HttpMetrics, Kit, Lifecycle, Playground, Routers, Sampling, Ui,
};

use crate::card::Templates;
use crate::config::Config;
use crate::pool_rows::PoolRows;
use crate::state::{AppState, PoolHealth};

const SERVICE: &str = env!("CARGO_PKG_NAME");

pub const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    revision: match option_env!("PLAYWRIGHT_REVISION") {
        Some(revision) => revision,
        None => "unknown",
    },
};

/// What the service can be tried with at `/`.
const PLAYGROUND: Playground =
    Playground { html: include_str!("playground.html"), script: include_str!("playground.js") };

/// What is served, and what says how it is.
pub struct App {
    pub routers: Routers,
    pub health: Arc<dyn Health>,
    /// Of what the status page shows; to be ended.
    pub sampling: Sampling,
}

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").field("routers", &self.routers).finish_non_exhaustive()
    }
}

/// The service over a pool that has been started, with its card templates; registers the service's metrics.
pub fn app(
    config: &Config,
    pool: &BrowserPool,
    registry: &Registry,
    lifecycle: Lifecycle,
    templates: Templates,
) -> Result<App, AppError> {
    let metrics = HttpMetrics::new(registry, BUILD, &routes::WORK, &state::STAGES)?;
    let state = AppState::new(config, pool.clone(), metrics.clone(), registry, templates)?;
    let health: Arc<dyn Health> = Arc::new(PoolHealth(pool.clone()));
    let ui = config.server.ui.then(|| Ui::new(SERVICE, PLAYGROUND, Arc::new(PoolRows(pool.clone()))));
    let kit = Kit {
        health: Arc::clone(&health),
        metrics,
        registry: registry.clone(),
        lifecycle,
        build: BUILD,
        access: Access::new(&config.server.access)?,
        signed_paths: &[routes::card::SIGNED_PATH],
        ui,
    };
    let sampling = kit.sample();
    Ok(App { routers: kit.app(routes::routes(state), &config.server), health, sampling })
}
