//! Serving connections until something ends the process, and ending them in order.
//!
//! On the first signal: not ready at once, accept for the drain delay (a load balancer needs that long to
//! notice), then finish what is in flight within the drain timeout. A second signal cuts that short.

mod connections;
pub(crate) mod gate;

use std::fmt::Display;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep};

use crate::app::Routers;
use crate::health::{Health, HealthStatus};
use crate::lifecycle::Lifecycle;
use crate::settings::ServerSettings;
use connections::{Connections, Door};

/// For the 503s of a cut to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Of the operations' listener, which is for scrapers and probes.
const ADMIN_CONNECTIONS: usize = 64;

/// Bound listeners with the settings it is served by.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    admin: Option<TcpListener>,
    settings: ServerSettings,
    lifecycle: Lifecycle,
}

/// How a server that was asked to end did so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request was answered.
    Drained,
    /// This many connections were still open when the drain timeout or a second signal cut them off.
    Cut { connections: usize },
}

/// Why a server could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("{variable}: {address} can't be listened on")]
    Bind { variable: &'static str, address: SocketAddr, source: std::io::Error },
    #[error("signals can't be received")]
    Signals(#[source] std::io::Error),
    #[error("{reason}")]
    Fatal { reason: String },
    #[error("unhealthy for {} s: {problem}", unhealthy_for.as_secs())]
    Unhealthy { unhealthy_for: Duration, problem: String },
}

impl Server {
    pub async fn bind(settings: &ServerSettings, lifecycle: Lifecycle) -> Result<Self, ServeError> {
        let listener = listen("PLAYWRIGHT_LISTEN", settings.listen).await?;
        let admin = match settings.admin_listen {
            Some(address) => Some(listen("PLAYWRIGHT_ADMIN_LISTEN", address).await?),
            None => None,
        };
        if let Some(address) = admin.as_ref().and_then(|admin| admin.local_addr().ok()) {
            tracing::info!(%address, "operations have their own listener");
        }
        Ok(Self { listener, admin, settings: settings.clone(), lifecycle })
    }

    /// The address really listened on, where the settings said port 0.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until a signal has been obeyed, until `fatal` resolves, or until the service has been unhealthy for
    /// as long as the settings allow. In the last two cases what is in flight is answered with 503.
    pub async fn run(
        self,
        app: impl Into<Routers>,
        health: Arc<dyn Health>,
        fatal: impl Future<Output = impl Display>,
    ) -> Result<Ended, ServeError> {
        let mut signals = Signals::new().map_err(ServeError::Signals)?;
        self.run_until(app, health, fatal, async || signals.next().await).await
    }

    /// `signal` resolves once per signal.
    async fn run_until(
        self,
        app: impl Into<Routers>,
        health: Arc<dyn Health>,
        fatal: impl Future<Output = impl Display>,
        mut signal: impl AsyncFnMut(),
    ) -> Result<Ended, ServeError> {
        let Self { listener, admin, settings, lifecycle } = self;
        let Routers { public, admin: operations, metrics } = app.into();
        let connections = Connections::new(&settings, metrics);
        let mut doors = vec![Door::new(listener, public, settings.max_connections)];
        doors
            .extend(admin.zip(operations).map(|(listener, app)| Door::new(listener, app, ADMIN_CONNECTIONS)));
        let accept = async || join_all(doors.iter().map(|door| connections.accept(door))).await;
        let failure = tokio::select! {
            _ = accept() => None,
            () = signal() => None,
            reason = fatal => Some(ServeError::Fatal { reason: reason.to_string() }),
            error = too_long_unhealthy(health, settings.exit_when_unhealthy) => Some(error),
        };
        lifecycle.drain();
        if let Some(failure) = failure {
            cut(&connections, &lifecycle).await;
            return Err(failure);
        }
        tracing::info!(
            delay_s = settings.drain_delay.as_secs_f64(),
            timeout_s = settings.drain_timeout.as_secs_f64(),
            "draining: not ready any more, a second signal cuts it short"
        );
        tokio::select! {
            _ = accept() => {}
            () = sleep(settings.drain_delay) => {}
            () = signal() => return Ok(cut(&connections, &lifecycle).await),
        }
        // Who comes now is refused at once, instead of waiting for an accept that never is.
        drop(doors);
        connections.finish();
        tokio::select! {
            () = connections.ended() => Ok(Ended::Drained),
            () = sleep(settings.drain_timeout) => Ok(cut(&connections, &lifecycle).await),
            () = signal() => Ok(cut(&connections, &lifecycle).await),
        }
    }
}

async fn listen(variable: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Bind { variable, address, source })
}

/// Answers what is in flight with 503, and ends the connections that do not take it.
async fn cut(connections: &Connections, lifecycle: &Lifecycle) -> Ended {
    connections.finish();
    let open = connections.open();
    lifecycle.cut();
    if tokio::time::timeout(LAST_WORDS, connections.ended()).await.is_err() {
        connections.abort();
        connections.ended().await;
    }
    if open == 0 { Ended::Drained } else { Ended::Cut { connections: open } }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => tracing::info!("got SIGTERM"),
            _ = self.interrupt.recv() => tracing::info!("got SIGINT"),
        }
    }
}

/// Resolves when the service has been unhealthy for `limit` without a break. An engine restarts what exits, not
/// what is unhealthy.
async fn too_long_unhealthy(health: Arc<dyn Health>, limit: Duration) -> ServeError {
    let mut ticks = tokio::time::interval(Duration::from_secs(1).min(limit.max(Duration::from_millis(10))));
    let mut since = None;
    loop {
        let now: Instant = ticks.tick().await;
        let report = health.report();
        if report.status != HealthStatus::Unhealthy {
            since = None;
            continue;
        }
        let unhealthy_for = now - *since.get_or_insert(now);
        if unhealthy_for >= limit {
            let last =
                report.last_failure.map_or_else(String::new, |last| format!(" (last failure: {last})"));
            let problem = format!("{}{last}", report.problem);
            return ServeError::Unhealthy { unhealthy_for, problem };
        }
    }
}

#[cfg(test)]
mod tests;
