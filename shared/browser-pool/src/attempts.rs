//! One request's tries: after a browser died under it once more in the pool, after the second one alone in a browser
//! of its own.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::Span;

use crate::browser::Browser;
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::error::PoolError;
use crate::lease::PageLease;
use crate::page::Inert;
use crate::pool::Inner;

/// Browsers that may die under a request before it is suspected and tried alone. Of those that share a browser at
/// most one kills it: giving each a browser of its own at once would cost all of them a launch (measured with a kill
/// every 2 s at half of saturation: 6 s instead of 2 s for an extraction that was in flight).
const SHARED_BROWSERS: u32 = 2;

/// Renderers that a page may lose before the request is given up.
const RENDERERS: u32 = 2;

/// Browsers of its own that a page may kill before it is refused: one may die of something else.
const OWN_BROWSERS: u32 = 2;

/// Deaths in all, so that a machine on which everything dies is not kept busy by one request.
const MOST_DEATHS: u32 = 8;

/// What is asked of the pool.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub deadline: Deadline,
    /// Bytes that the request holds while it waits.
    pub queued_bytes: usize,
    /// The same for the same page: a page that kills browsers is recognised by it.
    pub fingerprint: u64,
    /// What is known of a document that may be shown where others were shown before: [`Document::inert`].
    ///
    /// [`Document::inert`]: crate::Document::inert
    pub inert: Option<Inert>,
}

/// The tries of one request. A loop of [`Attempts::page`] and [`Attempts::failed`].
#[derive(Debug)]
pub struct Attempts {
    pool: Arc<Inner>,
    job: Job,
    times: StageTimes,
    browsers_died: u32,
    renderers_died: u32,
    last: Option<(Arc<Browser>, bool)>,
}

impl Attempts {
    pub(crate) fn new(pool: Arc<Inner>, job: Job) -> Self {
        Self { pool, job, times: StageTimes::default(), browsers_died: 0, renderers_died: 0, last: None }
    }

    /// Waits for its turn and leases a page. After a death it goes to the front of the queue, as that is not the
    /// request's fault.
    pub async fn page(&mut self) -> Result<PageLease, PoolError> {
        if self.pool.quarantine.holds(self.job.fingerprint) {
            return Err(PoolError::BrowserCrash { retriable: false });
        }
        if self.pool.slow_to_draw.holds(self.job.fingerprint) {
            self.job.inert = None;
        }
        let deaths = self.browsers_died + self.renderers_died;
        let started = Instant::now();
        let entering = self.pool.admission.enter(self.job.deadline, self.job.queued_bytes, deaths > 0);
        let place = Stage::Queue.trace(entering).await;
        self.times.add(Stage::Queue, started.elapsed());
        let place = place?;
        let started = Instant::now();
        let alone = self.browsers_died >= SHARED_BROWSERS;
        let leasing = self.pool.lease(place, self.job.deadline, alone, self.job.inert);
        let lease = Stage::Acquire.trace(leasing).await;
        self.times.add(Stage::Acquire, started.elapsed());
        let lease = lease?;
        lease.page().egress.is_for(&Span::current());
        if self.renderers_died > 0 {
            lease.page().is_for_a_second_try();
        }
        self.last = Some((Arc::clone(&lease.page().browser), alone));
        Ok(lease)
    }

    /// Whether to try again. `Err` is the request's answer.
    pub fn failed(&mut self, error: PoolError) -> Result<(), PoolError> {
        if error == PoolError::NotInert && self.job.inert.take().is_some() {
            return Ok(());
        }
        let PoolError::BrowserCrash { retriable: true } = error else { return Err(error) };
        let Some((browser, alone)) = self.last.take() else { return Err(error) };
        if browser.frame_turn.is_some() {
            // A frame that does not end ends its browser: the next try, and for a while whoever asks for the same, is
            // on a page that draws by itself.
            self.job.inert = None;
            self.pool.slow_to_draw.add(self.job.fingerprint);
        }
        if self.job.deadline.has_passed() || self.browsers_died + self.renderers_died >= MOST_DEATHS {
            return Err(error);
        }
        if browser.is_alive() {
            self.renderers_died += 1;
            self.job.inert = None;
            return if self.renderers_died < RENDERERS { Ok(()) } else { Err(error) };
        }
        self.browsers_died += 1;
        if alone && self.browsers_died >= SHARED_BROWSERS + OWN_BROWSERS {
            self.pool.quarantine.add(self.job.fingerprint);
            return Err(PoolError::BrowserCrash { retriable: false });
        }
        Ok(())
    }

    /// The queueing and acquiring of all tries.
    pub fn timings(&self) -> StageTimes {
        self.times
    }
}
