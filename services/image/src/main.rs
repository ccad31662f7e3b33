//! The process: settings, logs, browsers, listener, serve, drain, browsers gone; or one command instead.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use browser_pool::BrowserPool;
use playwright_image::card::cli;
use playwright_image::config::{Cli, Command, Config};
use prometheus::Registry;
use service_kit::{Ended, Lifecycle, Server, Telemetry, healthcheck, settings};

/// For the browsers to end by themselves; the requests have been answered by then.
const BROWSERS_END: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let done = match settings::parse::<Cli>().chosen() {
        Command::Serve(config) => {
            let telemetry = Telemetry::start(&config.telemetry, "playwright-image", playwright_image::BUILD);
            telemetry.around(|telemetry| serve(&config, telemetry))
        }
        Command::Card(arguments) => cli::card(&arguments).context("card"),
        Command::SignCard(arguments) => cli::sign_card(&arguments).context("sign-card"),
        Command::Healthcheck(config) => healthcheck(config.server.listen).context("healthcheck"),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Also where no log is configured: the reason of an exit must be seen.
            eprintln!("playwright-image: {error:#}");
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
    let templates = config.cards.templates()?;
    let pool = BrowserPool::start(config.pool()?, &registry).await?;
    let app = playwright_image::app(config, &pool, &registry, lifecycle, templates)?;
    tracing::info!(address = %server.local_addr()?, version = playwright_image::BUILD.version, "listening");
    let ended = server.run(app.routers, app.health, pool.failed()).await;
    pool.shutdown(BROWSERS_END).await;
    match ended? {
        Ended::Drained => tracing::info!("ended, every request was answered"),
        Ended::Cut { connections } => tracing::warn!(connections, "ended, these were cut off"),
    }
    Ok(())
}
