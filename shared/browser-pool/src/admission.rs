//! Who gets a page, and when: a bounded first-in-first-out queue under deadlines.
//!
//! A request that cannot be served before its deadline is refused when that becomes known, on arrival or while it
//! waits, with a `Retry-After` computed from the same figures. Knows nothing of browsers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::deadline::{Deadline, Stage};
use crate::error::{PoolError, ShedReason, UnavailableReason};
use crate::metrics::PoolMetrics;

/// What a waiting client is told at most; longer forecasts are guesses.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How often the queue is looked through for requests that have become hopeless.
pub(crate) const SWEEP_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(crate) struct Admission {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pages: usize,
    max_queue: usize,
    max_queue_bytes: usize,
    metrics: PoolMetrics,
    /// What a refusal is called where it is not the pool that is full but a site's share of it.
    refused_as: Option<ShedReason>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    held: usize,
    closed: bool,
    queue: VecDeque<Waiter>,
    queued_bytes: usize,
    next_ticket: u64,
    hold: HoldTime,
    /// Refused clients were told to come back until then: the next one is told a later time.
    promised: Instant,
    /// When a place was last given back, or first taken after all were free.
    progress: Instant,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    deadline: Deadline,
    bytes: usize,
    answer: oneshot::Sender<Result<Place, PoolError>>,
}

/// How long places are held: a running mean and mean deviation of the recent ones.
#[derive(Debug, Clone, Copy, Default)]
struct HoldTime {
    mean: Duration,
    deviation: Duration,
    seen: u32,
}

impl HoldTime {
    /// Of the newest one, at least. Shops differ by a factor of three: with a fifth, a burst that came after four slow
    /// pages was refused although it could have been served (63 of 300 admitted, where 78 could have been).
    const WEIGHT: f64 = 0.05;

    fn observe(&mut self, held: Duration) {
        self.seen = self.seen.saturating_add(1);
        if self.seen == 1 {
            (self.mean, self.deviation) = (held, held / 4);
            return;
        }
        let weight = (1.0 / f64::from(self.seen)).max(Self::WEIGHT);
        let mix = |old: Duration, new: Duration| old.mul_f64(1.0 - weight) + new.mul_f64(weight);
        self.deviation = mix(self.deviation, held.abs_diff(self.mean));
        self.mean = mix(self.mean, held);
    }

    /// What a request should have left when it starts, to be answered with some certainty.
    fn needed(self) -> Duration {
        self.mean + 2 * self.deviation
    }
}

/// The right to one page. Dropping it lets the next request in.
#[derive(Debug)]
pub(crate) struct Place {
    shared: Arc<Shared>,
    since: Instant,
    armed: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.armed {
            self.shared.release(self.since.elapsed());
        }
    }
}

impl Place {
    fn new(shared: Arc<Shared>) -> Self {
        Self { shared, since: Instant::now(), armed: true }
    }

    /// For a place that nobody took: the caller, who holds the lock, counts it himself.
    fn defuse(mut self) {
        self.armed = false;
    }
}

impl Admission {
    pub(crate) fn new(pages: usize, max_queue: usize, max_queue_bytes: usize, metrics: PoolMetrics) -> Self {
        Self::refusing_as(None, pages, max_queue, max_queue_bytes, metrics)
    }

    /// To the pages that one site may have at once.
    pub(crate) fn of_host(pages: usize, max_queue: usize, metrics: PoolMetrics) -> Self {
        Self::refusing_as(Some(ShedReason::HostBusy), pages, max_queue, usize::MAX, metrics)
    }

    fn refusing_as(
        refused_as: Option<ShedReason>,
        pages: usize,
        max_queue: usize,
        max_queue_bytes: usize,
        metrics: PoolMetrics,
    ) -> Self {
        let now = Instant::now();
        let state = State {
            held: 0,
            closed: false,
            queue: VecDeque::new(),
            queued_bytes: 0,
            next_ticket: 0,
            hold: HoldTime::default(),
            promised: now,
            progress: now,
        };
        let shared =
            Shared { pages, max_queue, max_queue_bytes, metrics, refused_as, state: Mutex::new(state) };
        Self { shared: Arc::new(shared) }
    }

    /// A place now, or in turn; an error as soon as it is known that there is none in time.
    /// `again` is a request that had a place and lost its browser: it goes to the front.
    pub(crate) async fn enter(
        &self,
        deadline: Deadline,
        bytes: usize,
        again: bool,
    ) -> Result<Place, PoolError> {
        let waiting = match self.shared.take_or_queue(deadline, bytes, again)? {
            Entry::Taken => return Ok(Place::new(Arc::clone(&self.shared))),
            Entry::Queued { ticket, answer } => {
                let _leaves = LeavesQueue { shared: &self.shared, ticket };
                deadline.limit(answer).await
            }
        };
        match waiting {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(draining()),
            Err(_) => Err(PoolError::Timeout { stage: Stage::Queue }),
        }
    }

    /// Refuses those whose wait has become hopeless. Answers with whether anybody is left waiting.
    pub(crate) fn sweep(&self) -> bool {
        let refused = {
            let mut state = self.shared.lock();
            let hopeless = state.take_hopeless(self.shared.pages);
            hopeless
                .into_iter()
                .map(|waiter| (waiter.answer, self.shared.refusal(&mut state, ShedReason::Hopeless)))
                .collect::<Vec<_>>()
        };
        for (answer, refusal) in refused {
            let _ = answer.send(Err(refusal));
        }
        !self.shared.lock().queue.is_empty()
    }

    /// Refuses everybody, those that wait and those to come.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.shared.lock();
            state.closed = true;
            state.queued_bytes = 0;
            std::mem::take(&mut state.queue)
        };
        for waiter in waiting {
            let _ = waiter.answer.send(Err(draining()));
        }
    }

    pub(crate) fn held(&self) -> usize {
        self.shared.lock().held
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.shared.lock().queue.len()
    }

    /// Places are held and none has been given back for longer than `limit`.
    pub(crate) fn is_wedged(&self, limit: Duration) -> bool {
        let state = self.shared.lock();
        state.held > 0 && state.progress.elapsed() > limit
    }
}

enum Entry {
    Taken,
    Queued { ticket: u64, answer: oneshot::Receiver<Result<Place, PoolError>> },
}

/// A request that is no longer waited for leaves the queue at once.
struct LeavesQueue<'a> {
    shared: &'a Shared,
    ticket: u64,
}

impl Drop for LeavesQueue<'_> {
    fn drop(&mut self) {
        self.shared.lock().remove(self.ticket);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Check and increment are one step under one lock.
    fn take_or_queue(&self, deadline: Deadline, bytes: usize, again: bool) -> Result<Entry, PoolError> {
        let mut state = self.lock();
        if state.closed {
            return Err(draining());
        }
        if state.held < self.pages && (again || state.queue.is_empty()) {
            state.take();
            return Ok(Entry::Taken);
        }
        if !again && let Some(reason) = self.objection(&state, deadline, bytes) {
            return Err(self.refusal(&mut state, reason));
        }
        let (sender, answer) = oneshot::channel();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queued_bytes += bytes;
        let waiter = Waiter { ticket, deadline, bytes, answer: sender };
        if again {
            state.queue.push_front(waiter);
        } else {
            state.queue.push_back(waiter);
        }
        Ok(Entry::Queued { ticket, answer })
    }

    fn objection(&self, state: &State, deadline: Deadline, bytes: usize) -> Option<ShedReason> {
        let position = state.queue.len();
        if position >= self.max_queue {
            Some(ShedReason::QueueFull)
        } else if state.queued_bytes.saturating_add(bytes) > self.max_queue_bytes {
            Some(ShedReason::QueueBytes)
        } else if state.is_hopeless(position, self.pages, deadline) {
            Some(ShedReason::Hopeless)
        } else {
            None
        }
    }

    fn release(self: &Arc<Self>, held: Duration) {
        let mut state = self.lock();
        state.hold.observe(held);
        state.held -= 1;
        state.progress = Instant::now();
        while state.held < self.pages
            && let Some(waiter) = state.pop()
        {
            if waiter.deadline.remaining() < state.hold.needed() {
                let refusal = self.refusal(&mut state, ShedReason::Hopeless);
                let _ = waiter.answer.send(Err(refusal));
                continue;
            }
            state.take();
            if let Err(Ok(place)) = waiter.answer.send(Ok(Place::new(Arc::clone(self)))) {
                // It left while it was being called: its place goes to the next.
                place.defuse();
                state.held -= 1;
            }
        }
    }

    fn refusal(&self, state: &mut State, reason: ShedReason) -> PoolError {
        let reason = self.refused_as.unwrap_or(reason);
        self.metrics.shed(reason);
        PoolError::Overloaded { reason, retry_after: state.promise(self.pages) }
    }
}

impl State {
    fn take(&mut self) {
        if self.held == 0 {
            self.progress = Instant::now();
        }
        self.held += 1;
    }

    fn pop(&mut self) -> Option<Waiter> {
        let waiter = self.queue.pop_front()?;
        self.queued_bytes -= waiter.bytes;
        Some(waiter)
    }

    fn remove(&mut self, ticket: u64) {
        if let Some(at) = self.queue.iter().position(|waiter| waiter.ticket == ticket)
            && let Some(waiter) = self.queue.remove(at)
        {
            self.queued_bytes -= waiter.bytes;
        }
    }

    /// How long until the request at `position` of the queue starts.
    fn wait(&self, position: usize, pages: usize) -> Duration {
        let turns = (position + 1) as f64 / pages as f64;
        self.hold.mean.mul_f64(turns)
    }

    fn is_hopeless(&self, position: usize, pages: usize, deadline: Deadline) -> bool {
        self.wait(position, pages) + self.hold.needed() > deadline.remaining()
    }

    fn take_hopeless(&mut self, pages: usize) -> Vec<Waiter> {
        let (mut kept, mut hopeless) = (VecDeque::with_capacity(self.queue.len()), Vec::new());
        for waiter in std::mem::take(&mut self.queue) {
            // Those before it that are refused make its own wait shorter.
            if self.is_hopeless(kept.len(), pages, waiter.deadline) {
                self.queued_bytes -= waiter.bytes;
                hopeless.push(waiter);
            } else {
                kept.push_back(waiter);
            }
        }
        self.queue = kept;
        hopeless
    }

    /// When a refused client should come back: after those that wait, and after those told so before it.
    fn promise(&mut self, pages: usize) -> Duration {
        let now = Instant::now();
        let own_turn = self.hold.mean.div_f64(pages as f64);
        let after_queue = now + self.wait(self.queue.len(), pages);
        self.promised = self.promised.max(after_queue) + own_turn;
        self.promised = self.promised.min(now + LONGEST_RETRY_AFTER);
        self.promised - now
    }
}

fn draining() -> PoolError {
    PoolError::Unavailable { reason: UnavailableReason::Draining, retry_after: Duration::from_secs(1) }
}

#[cfg(test)]
mod tests;
