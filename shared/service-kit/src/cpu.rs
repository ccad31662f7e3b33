//! Work that keeps a core busy for milliseconds and more: off the threads that serve connections, and no more of it
//! at once than there are cores, so that a burst of it slows neither the probes nor itself.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tracing::Span;

/// The permits; clones share them.
#[derive(Debug, Clone)]
pub struct CpuWork {
    permits: Arc<Semaphore>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CpuError {
    #[error("the deadline passed")]
    DeadlinePassed,
    #[error("the work panicked")]
    Panicked,
}

impl Default for CpuWork {
    /// As much at once as there are cores.
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, NonZero::get))
    }
}

impl CpuWork {
    pub fn new(at_once: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(at_once)) }
    }

    /// Does the work on a thread for such work, in the current span. A caller that gives up, by its deadline or by being
    /// dropped, does not stop work that has begun; that keeps its permit to the end, so the bound holds.
    pub async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CpuError> {
        let permits = Arc::clone(&self.permits);
        let span = Span::current();
        let done = async move {
            // The semaphore is never closed: the permit is only missing while others have it.
            let permit = permits.acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                let _permit = permit;
                span.in_scope(work)
            })
            .await
        };
        match timeout_at(deadline, done).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(CpuError::Panicked),
            Err(_) => Err(CpuError::DeadlinePassed),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn in_10_s() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[tokio::test]
    async fn no_more_at_once_than_allowed_even_when_callers_give_up() {
        let cpu = CpuWork::new(1);
        let (finish, finished) = mpsc::channel::<()>();
        let soon = Instant::now() + Duration::from_millis(20);
        let abandoned = cpu.run(soon, move || finished.recv().is_ok()).await;
        assert_eq!(abandoned, Err(CpuError::DeadlinePassed));
        let soon = Instant::now() + Duration::from_millis(20);
        assert_eq!(
            cpu.run(soon, || 1).await,
            Err(CpuError::DeadlinePassed),
            "the first still has the permit"
        );
        finish.send(()).expect("the abandoned work waits");
        assert_eq!(cpu.run(in_10_s(), || 2).await, Ok(2));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_the_permit() {
        let cpu = CpuWork::new(1);
        assert_eq!(cpu.run(in_10_s(), || panic!("as asked")).await, Err::<(), _>(CpuError::Panicked));
        assert_eq!(cpu.run(in_10_s(), || 3).await, Ok(3));
    }
}
