//! The task that keeps the history, and its owner.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::history::{History, STEP, Sample};
use super::pool::PoolSource;
use crate::metrics::HttpMetrics;

/// The reading of the counters every few seconds, until it is ended or dropped.
#[derive(Debug)]
pub struct Sampling {
    ended: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Sampling {
    /// Nothing is read: nobody is shown anything.
    pub(crate) fn none() -> Self {
        Self { ended: CancellationToken::new(), task: None }
    }

    pub(crate) fn start(history: Arc<History>, metrics: HttpMetrics, pool: Arc<dyn PoolSource>) -> Self {
        let ended = CancellationToken::new();
        let until = ended.clone();
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(STEP);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while until.run_until_cancelled(ticks.tick()).await.is_some() {
                history.push(Sample::new(Instant::now(), metrics.counts(), &pool.pool()));
            }
        });
        Self { ended, task: Some(task) }
    }

    /// Ends it and waits for its end.
    pub async fn end(mut self) {
        self.ended.cancel();
        if let Some(task) = self.task.take() {
            // It has ended either way.
            let _ = task.await;
        }
    }
}

impl Drop for Sampling {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}
