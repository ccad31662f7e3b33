//! A page in somebody's hands, and its way back.
//!
//! The lease's owner is a task of the pool: it holds the place, the page and the browser's count, and gives them
//! back when the lease is dropped, or takes the page away when its deadline has passed. So nothing depends on the
//! request's own future, which may be dropped at any point.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use crate::admission::Place;
use crate::browser::CountGuard;
use crate::config::Supervision;
use crate::deadline::{Deadline, Stage, StageTimes, ended_earlier, mark_failed};
use crate::error::PoolError;
use crate::metrics::{CrashKind, PoolMetrics, RestartReason};
use crate::page::{Document, Heard, Page, Rect, ShotFormat, Shown, Visit, Visited};
use crate::progress::LastSuccess;
use crate::slot::Slot;

/// A lease may be used this long after its deadline, to tell a late answer from a lost lease.
const GRACE: Duration = Duration::from_millis(500);

/// A page of one's own, until it is dropped or its deadline has passed.
#[derive(Debug)]
pub struct PageLease {
    page: Arc<Page>,
    deadline: Deadline,
    times: StageTimes,
    success: LastSuccess,
    _returned: DropGuard,
}

/// What the owning task needs to take a page back.
pub(crate) struct Owned {
    pub(crate) page: Page,
    /// Where a page that may be used again goes.
    pub(crate) home: Option<Arc<Slot>>,
    pub(crate) place: Place,
    pub(crate) count: CountGuard,
    /// The browser is this lease's own and ends with it.
    pub(crate) alone: bool,
    pub(crate) deadline: Deadline,
    pub(crate) supervision: Supervision,
    pub(crate) metrics: PoolMetrics,
}

impl PageLease {
    /// The lease, and the future that must be spawned to own it.
    pub(crate) fn new(
        owned: Owned,
        success: LastSuccess,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let returned = CancellationToken::new();
        let deadline = owned.deadline;
        let page = Arc::new(owned.page);
        let owner = Owner {
            page: Arc::clone(&page),
            home: owned.home,
            place: owned.place,
            count: owned.count,
            alone: owned.alone,
            supervision: owned.supervision,
            metrics: owned.metrics,
        };
        let lease = Self {
            page,
            deadline,
            times: StageTimes::default(),
            success,
            _returned: returned.clone().drop_guard(),
        };
        (lease, owner.run(returned, deadline))
    }

    /// Shows a document and waits until all that its picture needs is there: `load`, fonts, images, each capped by the
    /// deadline.
    pub async fn show(&mut self, document: &Document<'_>) -> Result<Shown, PoolError> {
        let (before, started) = (self.times, Instant::now());
        let span = Stage::Load.span();
        let showing = self.page.show(document, self.deadline, &mut self.times);
        let shown = showing.instrument(span.clone()).await;
        match &shown {
            // When it had loaded is known only now.
            Ok(_) => {
                let [load, ready] = [Stage::Load, Stage::Ready]
                    .map(|stage| self.times.get(stage).saturating_sub(before.get(stage)));
                let since = started.elapsed().saturating_sub(load);
                ended_earlier(&span, since);
                Stage::Ready.was(ready, since.saturating_sub(ready));
            }
            Err(error) => mark_failed(&span, error.kind()),
        }
        shown
    }

    /// An encoded picture of the viewport, or of an area of the document.
    pub async fn capture(&mut self, format: ShotFormat, area: Option<Rect>) -> Result<Bytes, PoolError> {
        let capturing = self.page.capture(format, area, self.deadline, &mut self.times);
        let picture = Stage::Capture.trace(capturing).await?;
        self.success.note();
        Ok(picture)
    }

    /// What the page has said and failed at so far.
    pub fn heard(&self) -> Heard {
        Heard { requests: self.page.egress.report().requests, ..self.page.watch.heard() }
    }

    /// Opens a page of the web and reads its rendered DOM once the wanted fields are there or nothing goes on.
    pub async fn visit(&mut self, visit: &Visit<'_>) -> Result<Visited, PoolError> {
        let visited = self.page.visit(visit, self.deadline, &mut self.times).await?;
        self.success.note();
        Ok(visited)
    }

    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// What this lease has been used for so far, by stage.
    pub fn timings(&self) -> StageTimes {
        self.times
    }

    pub(crate) fn page(&self) -> &Arc<Page> {
        &self.page
    }
}

struct Owner {
    page: Arc<Page>,
    home: Option<Arc<Slot>>,
    place: Place,
    count: CountGuard,
    alone: bool,
    supervision: Supervision,
    metrics: PoolMetrics,
}

impl Owner {
    async fn run(self, returned: CancellationToken, deadline: Deadline) {
        let in_time = tokio::select! {
            () = returned.cancelled() => true,
            () = tokio::time::sleep_until(deadline.instant() + GRACE) => {
                tracing::warn!("a page was taken back from a request that kept it beyond its deadline");
                false
            }
        };
        if self.page.watch.renderer_crashed() {
            self.metrics.crashed(CrashKind::Renderer);
        }
        let Self { page, home, place, count, alone, supervision, metrics: _ } = self;
        let page = match home.filter(|_| in_time && page.may_be_used_again().is_some()) {
            None => page,
            Some(home) => match home.take_back(page, supervision.dispose_limit).await {
                None => return,
                Some(page) => page,
            },
        };
        page.revoke();
        let browser = Arc::clone(&page.browser);
        if alone {
            browser.close().await;
        } else if !page.dispose(Deadline::after(supervision.dispose_limit)).await {
            tracing::warn!(
                generation = browser.generation,
                "a page could not be disposed of: its browser goes too"
            );
            browser.kill(RestartReason::DisposeStuck);
        }
        drop((page, count, place));
    }
}
