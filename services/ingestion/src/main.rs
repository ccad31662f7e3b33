//! The process: settings, logs, browsers, listener, serve, drain, browsers gone; or one command instead.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use browser_pool::BrowserPool;
use playwright_ingestion::config::{Cli, Command, Config};
use playwright_ingestion::{Reading, cli};
use prometheus::Registry;
use service_kit::{Ended, Lifecycle, Server, Telemetry, healthcheck, settings};

/// For the browsers to end by themselves, and for kept pages to be written; the requests have been answered by then.
const BROWSERS_END: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let done = match settings::parse::<Cli>().chosen() {
        Command::Serve(config) => {
            let telemetry = Telemetry::start(&config.telemetry, "playwright-ingestion", playwright_ingestion::BUILD);
            telemetry.around(|telemetry| serve(&config, telemetry))
        }
        Command::Extract(page) => return cli::run(page),
        Command::Replay(pages) => return cli::run_replay(&pages),
        Command::Shop(files) => return cli::run_shop(&files),
        Command::Healthcheck(config) => healthcheck(config.server.listen).context("healthcheck"),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Also where no log is configured: the reason of an exit must be seen.
            eprintln!("playwright-ingestion: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    for name in settings::unknown_variables::<Cli>() {
        tracing::warn!("{name} is not a setting of this service, see --help");
    }
    let lifecycle = Lifecycle::new();
    let server = Server::bind(&config.server, lifecycle.clone()).await?;
    let registry = Registry::new();
    telemetry.register(&registry)?;
    let (reading, keeping) = Reading::prepare(config, &registry)?;
    let pool_config = config.pool()?;
    let egress = pool_config.egress.clone();
    let pool = BrowserPool::start(pool_config, &registry).await?;
    let app = playwright_ingestion::app(config, &pool, egress, &registry, lifecycle, reading)?;
    tracing::info!(address = %server.local_addr()?, version = playwright_ingestion::BUILD.version, "listening");
    let ended = server.run(app.routers, app.health, pool.failed()).await;
    tokio::join!(pool.shutdown(BROWSERS_END), keeping.end(BROWSERS_END));
    match ended? {
        Ended::Drained => tracing::info!("ended, every request was answered"),
        Ended::Cut { connections } => tracing::warn!(connections, "ended, these were cut off"),
    }
    Ok(())
}
