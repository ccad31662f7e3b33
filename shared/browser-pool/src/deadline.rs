//! The one time budget of a request, and the stages that it is spent in.
//!
//! Every wait of this crate takes its limit from a [`Deadline`]; nothing here keeps a clock of its own.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{Instrument, Span, field, info_span};

use crate::error::PoolError;

/// The moment by which a request must have been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

/// The deadline passed before the awaited thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the deadline passed")]
pub struct DeadlinePassed;

impl Deadline {
    /// The deadline that lies `budget` from now.
    pub fn after(budget: Duration) -> Self {
        Self(Instant::now() + budget)
    }

    /// What is left of the budget; zero once it has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    pub fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }

    pub fn instant(self) -> Instant {
        self.0
    }

    /// The earlier of this deadline and `limit` from now: for steps that have a limit of their own.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self(self.0.min(Instant::now() + limit))
    }

    /// This deadline moved by `earlier`: what must be done before it so that something else still can be.
    #[must_use]
    pub fn less(self, earlier: Duration) -> Self {
        Self(self.0.checked_sub(earlier).unwrap_or(self.0))
    }

    /// Awaits `work`, for as long as the deadline allows.
    pub async fn limit<F: Future>(self, work: F) -> Result<F::Output, DeadlinePassed> {
        tokio::time::timeout_at(self.0, work).await.map_err(|_| DeadlinePassed)
    }
}

/// The stages of a request, in their order. A closed list: it is a metric's label and a field of every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Waiting for one of the pool's places.
    Queue,
    /// Getting a page of a living browser.
    Acquire,
    /// Navigation, or setting the document, until its `load`.
    Load,
    /// Until the page is worth reading or capturing.
    Ready,
    /// Reading the DOM, and making a product of it.
    Extract,
    /// Taking the picture.
    Capture,
    /// Checking and encoding the picture or the answer.
    Encode,
}

impl Stage {
    pub const ALL: [Self; 7] =
        [Self::Queue, Self::Acquire, Self::Load, Self::Ready, Self::Extract, Self::Capture, Self::Encode];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Acquire => "acquire",
            Self::Load => "load",
            Self::Ready => "ready",
            Self::Extract => "extract",
            Self::Capture => "capture",
            Self::Encode => "encode",
        }
    }

    /// The span of work in this stage, for logs and traces. What the work failed with is told by [`mark_failed`].
    ///
    /// For a stage whose limits are known only afterwards, `took_us` says that the span had begun so much before its end,
    /// and `ended_earlier_us` that it had ended before it was closed; whoever exports spans moves them.
    pub fn span(self) -> Span {
        info_span!(
            "stage",
            otel.name = self.as_str(),
            otel.status_code = field::Empty,
            stage = self.as_str(),
            "error.type" = field::Empty,
            verdict = field::Empty,
            took_us = field::Empty,
            ended_earlier_us = field::Empty,
        )
    }

    /// The span of this stage, afterwards.
    pub(crate) fn was(self, took: Duration, ended: Duration) {
        let span = self.span();
        span.record("took_us", micros(took));
        ended_earlier(&span, ended);
    }

    /// Awaits the work of this stage in its span.
    pub(crate) async fn trace<T>(
        self,
        work: impl Future<Output = Result<T, PoolError>>,
    ) -> Result<T, PoolError> {
        let span = self.span();
        let done = work.instrument(span.clone()).await;
        if let Err(error) = &done {
            mark_failed(&span, error.kind());
        }
        done
    }
}

/// Says in a span that what it stands for was over so much before now.
pub(crate) fn ended_earlier(span: &Span, by: Duration) {
    span.record("ended_earlier_us", micros(by));
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// Says in the span of a stage what it failed with, by the name that answers and metrics have for it.
pub fn mark_failed(span: &Span, error_type: &str) {
    span.record("error.type", error_type);
    span.record("otel.status_code", "ERROR");
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How long a request has spent in each stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageTimes([Duration; Stage::ALL.len()]);

impl StageTimes {
    pub fn get(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    pub fn add(&mut self, stage: Stage, spent: Duration) {
        self.0[stage as usize] += spent;
    }

    /// Adds another attempt's, or another part's, times to these.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    pub fn sum(&self) -> Duration {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_with_its_deadline() {
        let deadline = Deadline::after(Duration::from_secs(1));
        assert_eq!(deadline.limit(std::future::pending::<()>()).await, Err(DeadlinePassed));
        assert!(deadline.has_passed());
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_of_its_own_limit_never_outlives_the_request() {
        let deadline = Deadline::after(Duration::from_secs(1));
        assert_eq!(deadline.within(Duration::from_secs(5)), deadline);
        assert!(deadline.within(Duration::from_millis(10)) < deadline);
    }

    #[test]
    fn times_of_two_attempts_add_up() {
        let mut all = StageTimes::default();
        all.add(Stage::Load, Duration::from_millis(30));
        let mut second = StageTimes::default();
        second.add(Stage::Load, Duration::from_millis(12));
        second.add(Stage::Capture, Duration::from_millis(100));
        all.merge(&second);
        assert_eq!(all.get(Stage::Load), Duration::from_millis(42));
        assert_eq!(all.sum(), Duration::from_millis(142));
    }
}
