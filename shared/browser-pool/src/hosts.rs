//! How many pages one site may have at once, so that a slow or popular one cannot have them all.
//!
//! Each site in use has an [`Admission`] of its own: who is over its limit waits there, first in, first out and under
//! its own deadline, and only then in the queue of pages. What is known of a site is forgotten when nobody uses it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::admission::{Admission, Place};
use crate::deadline::Deadline;
use crate::error::PoolError;
use crate::metrics::PoolMetrics;

#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// None where a site may have every page.
    each: Option<usize>,
    max_queue: usize,
    metrics: PoolMetrics,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    in_use: HashMap<String, Arc<Admission>>,
    closed: bool,
}

/// The right to one page of a site. Dropping it lets the next request for the site go on.
#[derive(Debug)]
pub struct HostPlace {
    // Dropped in this order: the place is given back before the site may be forgotten.
    _place: Option<Place>,
    _used: Option<Used>,
}

/// A site's entry, kept as long as somebody waits or works.
#[derive(Debug)]
struct Used {
    shared: Arc<Shared>,
    host: String,
    admission: Option<Arc<Admission>>,
}

impl Drop for Used {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        self.admission = None;
        // Entries are only handed out under the lock: the one in the table is the last.
        if state.in_use.get(&self.host).is_some_and(|admission| Arc::strong_count(admission) == 1) {
            state.in_use.remove(&self.host);
        }
    }
}

impl Hosts {
    pub(crate) fn new(each: Option<usize>, max_queue: usize, metrics: PoolMetrics) -> Self {
        let state = Mutex::default();
        Self { shared: Arc::new(Shared { each, max_queue, metrics, state }) }
    }

    pub(crate) async fn enter(&self, host: &str, deadline: Deadline) -> Result<HostPlace, PoolError> {
        let Some(used) = self.shared.use_of(host) else {
            return Ok(HostPlace { _place: None, _used: None });
        };
        let place = match &used.admission {
            Some(admission) => Some(admission.enter(deadline, 0, false).await?),
            None => None,
        };
        Ok(HostPlace { _place: place, _used: Some(used) })
    }

    /// Refuses those whose wait has become hopeless.
    pub(crate) fn sweep(&self) {
        for admission in self.all() {
            admission.sweep();
        }
    }

    /// Refuses everybody, those that wait and those to come.
    pub(crate) fn close(&self) {
        self.shared.lock().closed = true;
        for admission in self.all() {
            admission.close();
        }
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.all().iter().map(Admission::queue_depth).sum()
    }

    /// Clones of the handles, not of the counted entries: a sweep must not keep a site from being forgotten.
    fn all(&self) -> Vec<Admission> {
        self.shared.lock().in_use.values().map(|admission| Admission::clone(admission)).collect()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn use_of(self: &Arc<Self>, host: &str) -> Option<Used> {
        let each = self.each?;
        let host = site(host);
        let mut state = self.lock();
        let closed = state.closed;
        let admission = Arc::clone(state.in_use.entry(host.clone()).or_insert_with(|| {
            let admission = Admission::of_host(each, self.max_queue, self.metrics.clone());
            if closed {
                admission.close();
            }
            Arc::new(admission)
        }));
        Some(Used { shared: Arc::clone(self), host, admission: Some(admission) })
    }
}

/// A host with and without `www.` is one site.
fn site(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("www.").map_or_else(|| host.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus::Registry;

    use super::*;
    use crate::error::{ShedReason, UnavailableReason};

    fn hosts(each: usize, max_queue: usize) -> Hosts {
        let metrics = PoolMetrics::register(&Registry::new()).expect("fresh registry");
        Hosts::new(Some(each), max_queue, metrics)
    }

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(10))
    }

    fn known(hosts: &Hosts) -> usize {
        hosts.shared.lock().in_use.len()
    }

    fn waiting(hosts: &Hosts, host: &'static str) -> tokio::task::JoinHandle<Result<HostPlace, PoolError>> {
        let hosts = hosts.clone();
        tokio::spawn(async move { hosts.enter(host, soon()).await })
    }

    #[tokio::test(start_paused = true)]
    async fn one_site_waits_in_order_and_others_go_on() {
        let hosts = hosts(1, 10);
        let first = hosts.enter("www.a.example", soon()).await.expect("free");
        let second = waiting(&hosts, "A.example.");
        tokio::task::yield_now().await;
        let third = waiting(&hosts, "a.example");
        tokio::task::yield_now().await;
        assert_eq!((hosts.queue_depth(), known(&hosts)), (2, 1), "with and without www. is one site");
        let other = hosts.enter("b.example", soon()).await.expect("another site");
        drop(first);
        let second = second.await.expect("joined").expect("in turn");
        tokio::task::yield_now().await;
        assert!(!third.is_finished());
        drop(second);
        drop(third.await.expect("joined").expect("in turn"));
        drop(other);
        assert_eq!((hosts.queue_depth(), known(&hosts)), (0, 0), "nothing is left of them");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_goes_leaves_nothing_behind() {
        let hosts = hosts(1, 10);
        let held = hosts.enter("a.example", soon()).await.expect("free");
        let gone = waiting(&hosts, "a.example");
        tokio::task::yield_now().await;
        gone.abort();
        let _ = gone.await;
        assert_eq!((hosts.queue_depth(), known(&hosts)), (0, 1));
        drop(held);
        assert_eq!(known(&hosts), 0);
        drop(hosts.enter("a.example", soon()).await.expect("free again"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hopeless_wait_is_refused_with_a_time_to_come_back() {
        let hosts = hosts(1, 10);
        let keeps_it_known = waiting(&hosts, "a.example").await.expect("joined").expect("free");
        let next = waiting(&hosts, "a.example");
        tokio::task::yield_now().await;
        tokio::time::advance(Duration::from_secs(4)).await;
        drop(keeps_it_known);
        let held = next.await.expect("joined").expect("in turn");
        let short = Deadline::after(Duration::from_secs(2));
        let refused = hosts.enter("a.example", short).await.expect_err("a page takes four seconds");
        assert!(
            matches!(refused, PoolError::Overloaded { reason: ShedReason::HostBusy, retry_after } if !retry_after.is_zero()),
            "{refused}"
        );
        drop(held);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_are_bounded_by_length_and_deadline_and_end_with_the_pool() {
        let hosts = hosts(1, 1);
        let held = hosts.enter("a.example", soon()).await.expect("free");
        let late = waiting(&hosts, "a.example");
        tokio::task::yield_now().await;
        let full = hosts.enter("a.example", soon()).await.expect_err("as many wait as may");
        assert!(matches!(full, PoolError::Overloaded { reason: ShedReason::HostBusy, .. }), "{full}");
        tokio::time::advance(Duration::from_secs(11)).await;
        let late = late.await.expect("joined").expect_err("its deadline passed");
        assert!(matches!(late, PoolError::Timeout { .. }), "{late}");
        let draining = waiting(&hosts, "a.example");
        tokio::task::yield_now().await;
        hosts.close();
        for refused in [draining.await.expect("joined"), hosts.enter("b.example", soon()).await] {
            let refused = refused.expect_err("the pool is ending");
            assert!(
                matches!(refused, PoolError::Unavailable { reason: UnavailableReason::Draining, .. }),
                "{refused}"
            );
        }
        drop(held);
        assert_eq!(known(&hosts), 0);
    }

    #[tokio::test]
    async fn without_a_limit_nobody_waits() {
        let metrics = PoolMetrics::register(&Registry::new()).expect("fresh registry");
        let hosts = Hosts::new(None, 0, metrics);
        let mut held = Vec::new();
        for _ in 0..50 {
            held.push(hosts.enter("a.example", soon()).await.expect("free"));
        }
        assert_eq!(known(&hosts), 0);
    }
}
