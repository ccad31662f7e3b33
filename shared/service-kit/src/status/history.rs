//! The last quarter of an hour, as one reading of the counters every five seconds: a bounded ring, and the figures over
//! spans of it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::pool::PoolReport;
use crate::metrics::Counts;

/// Between two readings.
pub(crate) const STEP: Duration = Duration::from_secs(5);

/// What is shown of it.
pub(crate) const WINDOW: Duration = Duration::from_secs(300);
pub(crate) const LONG_WINDOW: Duration = Duration::from_secs(900);

/// Readings that are kept: those of the long window and the one before it.
const MOST: usize = (LONG_WINDOW.as_secs() / STEP.as_secs()) as usize + 1;

/// A percentile of five seconds alone would jump about.
const SMOOTHED_OVER: usize = 6;

/// A reading.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) at: Instant,
    pub(crate) counts: Counts,
    pub(crate) queue_depth: usize,
    pub(crate) pages_in_use: usize,
}

impl Sample {
    pub(crate) fn new(at: Instant, counts: Counts, pool: &PoolReport) -> Self {
        Self { at, counts, queue_depth: pool.queue_depth, pages_in_use: pool.pages_in_use }
    }
}

#[derive(Debug, Default)]
pub(crate) struct History(Mutex<VecDeque<Sample>>);

/// What happened between a kept reading and now.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) counts: Counts,
    /// As asked for, or since the process started.
    pub(crate) seconds: f64,
}

/// One point of the curves: a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) requests: u64,
    /// Not the callers' own.
    pub(crate) failures: u64,
    /// Over half a minute.
    pub(crate) p95_ms: Option<f64>,
    pub(crate) queue_depth: usize,
    pub(crate) pages_in_use: usize,
}

impl History {
    pub(crate) fn push(&self, sample: Sample) {
        let mut ring = self.ring();
        if ring.len() == MOST {
            ring.pop_front();
        }
        ring.push_back(sample);
    }

    /// Up to `now`, from the last reading that is as old as `window`, or the oldest.
    pub(crate) fn span(&self, now: &Sample, window: Duration) -> Span {
        let ring = self.ring();
        let old_enough = |sample: &&Sample| now.at.duration_since(sample.at) >= window;
        match ring.iter().rev().find(old_enough).or(ring.front()) {
            Some(then) => Span {
                counts: now.counts.since(&then.counts),
                seconds: now.at.duration_since(then.at).as_secs_f64(),
            },
            None => Span { counts: now.counts.since(&now.counts), seconds: 0.0 },
        }
    }

    /// The steps of the last `window`, the oldest first.
    pub(crate) fn points(&self, window: Duration) -> Vec<Point> {
        let ring = self.ring();
        let most = (window.as_secs() / STEP.as_secs()) as usize;
        let first = ring.len().saturating_sub(most).max(1);
        (first..ring.len())
            .map(|at| {
                let sample = &ring[at];
                let step = sample.counts.since(&ring[at - 1].counts).sum();
                let before = &ring[at.saturating_sub(SMOOTHED_OVER)];
                Point {
                    requests: step.requests(),
                    failures: step.failures_that_count(),
                    p95_ms: sample.counts.since(&before.counts).sum().latency.quantile(0.95),
                    queue_depth: sample.queue_depth,
                    pages_in_use: sample.pages_in_use,
                }
            })
            .collect()
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, VecDeque<Sample>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::*;
    use crate::metrics::{Build, HttpMetrics};

    #[test]
    fn figures_are_of_the_span_that_was_asked_for_and_the_ring_is_bounded() {
        let build = Build { version: "1", revision: "abc" };
        let metrics = HttpMetrics::new(&Registry::new(), build, &["/v1/a"], &["queue"]).expect("fresh");
        let (history, start) = (History::default(), Instant::now());
        let sample = |step: u32, queue_depth| {
            let pool = PoolReport { queue_depth, ..PoolReport::default() };
            Sample::new(start + STEP * step, metrics.counts(), &pool)
        };
        assert!(history.span(&sample(0, 0), WINDOW).seconds < f64::EPSILON);
        for step in 0..400_u32 {
            history.push(sample(step, step as usize));
            metrics.enter("/v1/a").answered(None, Duration::from_millis(30), None);
        }
        let now = sample(400, 0);
        let (short, long) = (history.span(&now, WINDOW), history.span(&now, LONG_WINDOW));
        assert_eq!((short.seconds, short.counts.sum().requests()), (300.0, 60));
        assert_eq!((long.seconds, long.counts.sum().requests()), (900.0, 180));
        let points = history.points(WINDOW);
        let last = Point { requests: 1, failures: 0, p95_ms: Some(48.75), queue_depth: 399, pages_in_use: 0 };
        assert_eq!((points.len(), points[0].queue_depth, points[59]), (60, 340, last));
        assert_eq!(history.ring().len(), MOST);
    }
}
