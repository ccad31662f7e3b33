//! Callers of a service: some at once, each with a pause after every answer, until dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use test_support::Client;
use tokio::task::JoinSet;

/// Dropping it ends the callers.
#[derive(Debug)]
pub(crate) struct Traffic {
    _callers: JoinSet<()>,
}

/// What the callers of one kind do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) client: Client,
    pub(crate) callers: usize,
    pub(crate) pause: Duration,
    pub(crate) path: &'static str,
}

impl Plan {
    /// `body` makes the request of a number, so that no two are the same.
    pub(crate) fn start(self, body: impl Fn(usize) -> Value + Send + Sync + 'static) -> Traffic {
        let (body, number) = (Arc::new(body), Arc::new(AtomicUsize::new(0)));
        let mut callers = JoinSet::new();
        for _ in 0..self.callers {
            let (plan, body, number) = (self.clone(), Arc::clone(&body), Arc::clone(&number));
            callers.spawn(async move {
                loop {
                    let request = body(number.fetch_add(1, Ordering::Relaxed));
                    // a failure is what some faults are made for
                    let _ = plan.client.post(plan.path, &request).await;
                    tokio::time::sleep(plan.pause).await;
                }
            });
        }
        Traffic { _callers: callers }
    }
}
