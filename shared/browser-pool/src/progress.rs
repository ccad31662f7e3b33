//! When the pool last did what it is for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The last moment at which something worked; shared by all who do it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastSuccess(Arc<Mutex<Option<Instant>>>);

impl LastSuccess {
    pub(crate) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(crate) fn age(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }
}
