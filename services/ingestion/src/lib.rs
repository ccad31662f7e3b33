//! The ingestion service: the address of a shop's page in, a product out, by `POST /v1/extract`.
//!
//! [`extract`] is the extraction itself, pure; [`mod@cli`] runs it on saved pages; the rest is what is HTTP about the
//! service. Browsers and pages are the pool's.

pub mod cli;
pub mod config;
mod error;
pub mod extract;
mod fetch;
mod keep;
mod metrics;
mod pool_rows;
mod request;
mod routes;
mod state;

use std::sync::Arc;

use browser_pool::{BrowserPool, EgressConfig};
use prometheus::Registry;
use service_kit::{
    Access, AccessError, Build, Health, HttpMetrics, Kit, Lifecycle, Playground, Routers, Sampling, Ui,
};

use crate::config::Config;
use crate::extract::{BadRules, ShopRules};
use crate::keep::Keeper;
use crate::pool_rows::PoolRows;
use crate::state::{AppState, PoolHealth};

pub use crate::keep::{FolderError, Keeping};

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

/// What pages are read with, made before there is a browser: a mistake in it ends the start at once.
#[derive(Debug)]
pub struct Reading {
    shops: ShopRules,
    keeper: Option<Keeper>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    #[error("PLAYWRIGHT_SHOP_RULES_DIR")]
    Rules(#[from] BadRules),
    #[error("PLAYWRIGHT_KEEP_DIR")]
    Keep(#[from] FolderError),
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

impl Reading {
    /// Reads the rules of shops and opens the folder for pages that will be read badly; the task that writes those is to
    /// be ended when the router is gone.
    ///
    /// # Errors
    /// Where either is not as it should be; the chain of sources says what would be.
    pub fn prepare(config: &Config, registry: &Registry) -> Result<(Self, Keeping), ReadingError> {
        let shops = config.extraction.shop_rules()?;
        let (keeper, keeping) = Keeper::start(config.keep.keep(), registry)?;
        Ok((Self { shops, keeper }, keeping))
    }
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

/// The service over a pool that has been started, whose `egress` policy submitted addresses are judged by before a
/// browser sees them; registers the service's metrics.
pub fn app(
    config: &Config,
    pool: &BrowserPool,
    egress: EgressConfig,
    registry: &Registry,
    lifecycle: Lifecycle,
    reading: Reading,
) -> Result<App, AppError> {
    let metrics = HttpMetrics::new(registry, BUILD, &[routes::extract::PATH], &state::STAGES)?;
    let state = AppState::new(pool.clone(), egress, metrics.clone(), registry, reading)?;
    let health: Arc<dyn Health> = Arc::new(PoolHealth(pool.clone()));
    let ui = config.server.ui.then(|| Ui::new(SERVICE, PLAYGROUND, Arc::new(PoolRows(pool.clone()))));
    let kit = Kit {
        health: Arc::clone(&health),
        metrics,
        registry: registry.clone(),
        lifecycle,
        build: BUILD,
        access: Access::new(&config.server.access)?,
        signed_paths: &[],
        ui,
    };
    let sampling = kit.sample();
    Ok(App { routers: kit.app(routes::routes(state), &config.server), health, sampling })
}
