//! The accept loop and the tasks of its connections, which it owns.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::gate::{Activity, Gate, Limits};
use crate::metrics::HttpMetrics;
use crate::settings::ServerSettings;

/// After an accept failed for want of file descriptors or memory: trying again at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Between two looks for idle connections while all places are taken.
const CROWDED_PAUSE: Duration = Duration::from_millis(100);
/// Such looks, one second of them, that find the same connection in the middle of a head: it makes room too. Else as many
/// clients as there are places, each with half a head, would keep out everybody for as long as a head may take.
const LOOKS_AT_HALF_A_HEAD: u32 = 10;

/// A listener, what it serves, and how many it serves at once.
pub(super) struct Door {
    listener: TcpListener,
    app: Router,
    slots: Arc<Semaphore>,
    /// All slots are taken, and somebody waits for one.
    crowded: Arc<Notify>,
}

impl Door {
    pub(super) fn new(listener: TcpListener, app: Router, max_connections: usize) -> Self {
        Self {
            listener,
            app,
            slots: Arc::new(Semaphore::new(max_connections)),
            crowded: Arc::new(Notify::new()),
        }
    }

    /// A place for one more connection. When there is none, connections that do nothing are ended to make one.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(slot);
        }
        let freed = Arc::clone(&self.slots).acquire_owned();
        tokio::pin!(freed);
        loop {
            self.crowded.notify_waiters();
            tokio::select! {
                slot = &mut freed => return slot.ok(),
                () = tokio::time::sleep(CROWDED_PAUSE) => {}
            }
        }
    }
}

pub(super) struct Connections {
    tasks: TaskTracker,
    finish: CancellationToken,
    abort: CancellationToken,
    http: http1::Builder,
    limits: Limits,
    /// Of the heads that are refused.
    metrics: Option<HttpMetrics>,
}

impl Connections {
    pub(super) fn new(settings: &ServerSettings, metrics: Option<HttpMetrics>) -> Self {
        let mut http = http1::Builder::new();
        // The gate limits the time for a head.
        http.timer(TokioTimer::new()).header_read_timeout(None);
        let limits = Limits {
            head: settings.header_timeout,
            idle: settings.idle_timeout,
            write: settings.write_timeout,
        };
        Self {
            tasks: TaskTracker::new(),
            finish: CancellationToken::new(),
            abort: CancellationToken::new(),
            http,
            limits,
            metrics,
        }
    }

    /// Accepts and serves until it is dropped; the connections live on.
    pub(super) async fn accept(&self, door: &Door) {
        // The semaphore is never closed, so this only ends by being dropped.
        while let Some(slot) = door.slot().await {
            match door.listener.accept().await {
                Ok((stream, _)) => self.serve(stream, door, slot),
                Err(error) => {
                    tracing::warn!(%error, "a connection can't be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, door: &Door, slot: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY can't be set");
        }
        let activity = Arc::new(Activity::default());
        let gate = TokioIo::new(Gate::new(stream, self.limits, Arc::clone(&activity), self.metrics.clone()));
        let connection = self.http.serve_connection(gate, watched(door.app.clone(), Arc::clone(&activity)));
        let (finish, abort, crowded) = (self.finish.clone(), self.abort.clone(), Arc::clone(&door.crowded));
        self.tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = either(abort.cancelled(), stuck_in_head(&crowded, &activity)) => return,
                () = either(finish.cancelled(), idle(&crowded, &activity)) => {
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

/// The router, telling the gate while it makes an answer.
fn watched(
    app: Router,
    activity: Arc<Activity>,
) -> impl Service<
    hyper::Request<Incoming>,
    Response = hyper::Response<Body>,
    Error = std::convert::Infallible,
    Future: Send,
> {
    let app = TowerToHyperService::new(app);
    service_fn(move |request| {
        let answering = Arc::clone(&activity).answering();
        let answer = app.call(request);
        async move {
            let answer = answer.await;
            drop(answering);
            answer
        }
    })
}

/// Resolves when room is needed, and closing the connection would take nothing from its client.
async fn idle(crowded: &Notify, activity: &Activity) {
    loop {
        crowded.notified().await;
        if activity.is_idle() {
            return;
        }
    }
}

/// Resolves when room has been needed for a while in which no head came to its end.
async fn stuck_in_head(crowded: &Notify, activity: &Activity) {
    let mut looks = 0;
    while looks < LOOKS_AT_HALF_A_HEAD {
        crowded.notified().await;
        looks = if activity.is_in_head() { looks + 1 } else { 0 };
    }
}

async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}
