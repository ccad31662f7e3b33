//! The accept loop and the tasks of its connections, which it owns.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::refusal::WithErrorBodies;
use crate::settings::ServerSettings;

/// After an accept failed for want of file descriptors or memory: trying again at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Connections {
    tasks: TaskTracker,
    slots: Arc<Semaphore>,
    finish: CancellationToken,
    abort: CancellationToken,
    http: http1::Builder,
}

impl Connections {
    pub(super) fn new(settings: &ServerSettings) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(settings.header_timeout);
        Self {
            tasks: TaskTracker::new(),
            slots: Arc::new(Semaphore::new(settings.max_connections)),
            finish: CancellationToken::new(),
            abort: CancellationToken::new(),
            http,
        }
    }

    /// Accepts and serves until it is dropped; the connections live on.
    pub(super) async fn accept(&self, listener: &TcpListener, app: &Router) {
        // The semaphore is never closed, so this only ends by being dropped.
        while let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => self.serve(stream, app.clone(), slot),
                Err(error) => {
                    tracing::warn!(%error, "a connection can't be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, app: Router, slot: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY can't be set");
        }
        let io = WithErrorBodies::new(TokioIo::new(stream));
        let connection = self.http.serve_connection(io, TowerToHyperService::new(app));
        let (finish, abort) = (self.finish.clone(), self.abort.clone());
        self.tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = abort.cancelled() => return,
                () = finish.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection => ended,
                        () = abort.cancelled() => return,
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
            drop(slot);
        });
    }

    /// Ends idle connections now and the others after their request.
    pub(super) fn finish(&self) {
        self.finish.cancel();
        self.tasks.close();
    }

    pub(super) fn abort(&self) {
        self.abort.cancel();
    }

    pub(super) fn open(&self) -> usize {
        self.tasks.len()
    }

    /// Resolves when the last connection has ended; only after [`Self::finish`].
    pub(super) async fn ended(&self) {
        self.tasks.wait().await;
    }
}
