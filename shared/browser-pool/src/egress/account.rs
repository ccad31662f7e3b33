//! What one lease has used, and what went wrong on it.
//!
//! Belongs here: counters, their limits, and the bounded record that the pool reads to tell a refused page
//! from an unreachable one, since Chromium says `ERR_TUNNEL_CONNECTION_FAILED` for both. Does not: deciding
//! about targets (`policy`).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::{Span, info};
use url::Url;

use super::metrics::EgressMetrics;
use super::policy::{EgressLimits, RefusalReason};
use super::target::HostPort;
use super::trouble::Trouble;

/// The most recent distinct troubles that are kept and logged per lease: enough for any real page, and a
/// bound on what a hostile one can make us hold.
const KEPT_TROUBLES: usize = 128;

/// What a lease had used, and what had gone wrong, at the moment of asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressReport {
    /// Bytes from the network, as they are on the wire.
    pub bytes_down: u64,
    /// Bytes to the network.
    pub bytes_up: u64,
    /// Connections that were opened to the network.
    pub connections: u64,
    /// Requests that got as far as a look-up or a connection; a tunnel counts as one.
    pub requests: u64,
    /// Requests that were refused, all of them.
    pub refused: u64,
    /// The latest distinct troubles, oldest first; at most 128. Targets that failed and answered later are
    /// not among them.
    pub troubles: Vec<(HostPort, Trouble)>,
}

impl EgressReport {
    /// The latest trouble with the target of `url`: for a main document, the reason why it did not come.
    pub fn trouble_of(&self, url: &Url) -> Option<Trouble> {
        self.trouble_with(&HostPort::of_url(url)?)
    }

    /// The latest trouble with a target.
    pub fn trouble_with(&self, target: &HostPort) -> Option<Trouble> {
        self.troubles.iter().rev().find(|(with, _)| with == target).map(|(_, trouble)| *trouble)
    }

    /// The recorded refusals, oldest first.
    pub fn refusals(&self) -> impl Iterator<Item = (&HostPort, RefusalReason)> {
        self.troubles.iter().filter_map(|(target, trouble)| match trouble {
            Trouble::Refused(reason) => Some((target, *reason)),
            Trouble::Failed(_) => None,
        })
    }
}

/// The running account of one lease, shared by its connections.
#[derive(Debug)]
pub(crate) struct Account {
    limits: EgressLimits,
    metrics: EgressMetrics,
    bytes_down: AtomicU64,
    bytes_up: AtomicU64,
    connections: AtomicU64,
    requests: AtomicU64,
    refused: AtomicU64,
    shut: AtomicBool,
    troubles: Mutex<Troubles>,
}

#[derive(Debug, Default)]
struct Troubles {
    kept: VecDeque<(HostPort, Trouble)>,
    logged: usize,
    /// Of the request that has the page: a refusal is found by its request's id.
    span: Option<Span>,
}

impl Account {
    pub(crate) fn new(limits: EgressLimits, metrics: EgressMetrics) -> Self {
        let zero = AtomicU64::default;
        Self {
            limits,
            metrics,
            bytes_down: zero(),
            bytes_up: zero(),
            connections: zero(),
            requests: zero(),
            refused: zero(),
            shut: AtomicBool::new(false),
            troubles: Mutex::default(),
        }
    }

    pub(crate) fn limits(&self) -> &EgressLimits {
        &self.limits
    }

    /// Starts counting anew. What is in flight goes on and is counted into the new period.
    pub(crate) fn reset(&self) {
        let counters = [&self.bytes_down, &self.bytes_up, &self.connections, &self.requests, &self.refused];
        for counter in counters {
            counter.store(0, Relaxed);
        }
        let mut troubles = self.troubles();
        *troubles = Troubles { span: troubles.span.take(), ..Troubles::default() };
    }

    /// Whose troubles the following are.
    pub(crate) fn is_for(&self, request: &Span) {
        self.troubles().span = Some(request.clone());
    }

    /// From now on nothing is let out.
    pub(crate) fn shut(&self) {
        self.shut.store(true, Relaxed);
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.shut.load(Relaxed)
    }

    pub(crate) fn report(&self) -> EgressReport {
        EgressReport {
            bytes_down: self.bytes_down.load(Relaxed),
            bytes_up: self.bytes_up.load(Relaxed),
            connections: self.connections.load(Relaxed),
            requests: self.requests.load(Relaxed),
            refused: self.refused.load(Relaxed),
            troubles: self.troubles().kept.iter().cloned().collect(),
        }
    }

    /// Why this target was refused before in this period. A page repeats itself: one look-up condemns a name
    /// for as long as the page is there.
    pub(crate) fn refused_before(&self, target: &HostPort) -> Option<RefusalReason> {
        self.troubles().kept.iter().find_map(|(with, trouble)| match trouble {
            Trouble::Refused(reason) if with == target && reason.is_about_target() => Some(*reason),
            Trouble::Refused(_) | Trouble::Failed(_) => None,
        })
    }

    /// Counts a request that is about to be let out, if there is anything left to use for it.
    pub(crate) fn take_request(&self) -> Result<(), RefusalReason> {
        self.check_bytes()?;
        let taken = self
            .requests
            .fetch_update(Relaxed, Relaxed, |count| (count < self.limits.max_requests).then_some(count + 1));
        taken.map(|_| ()).map_err(|_| RefusalReason::Requests)
    }

    /// Whether bytes are left in both directions.
    pub(crate) fn check_bytes(&self) -> Result<(), RefusalReason> {
        if self.bytes_down.load(Relaxed) >= self.limits.max_bytes_down {
            Err(RefusalReason::BytesDown)
        } else if self.bytes_up.load(Relaxed) >= self.limits.max_bytes_up {
            Err(RefusalReason::BytesUp)
        } else {
            Ok(())
        }
    }

    pub(crate) fn add_down(&self, bytes: u64) {
        self.bytes_down.fetch_add(bytes, Relaxed);
        self.metrics.count_bytes_down(bytes);
    }

    pub(crate) fn add_up(&self, bytes: u64) {
        self.bytes_up.fetch_add(bytes, Relaxed);
        self.metrics.count_bytes_up(bytes);
    }

    pub(crate) fn add_connection(&self) {
        self.connections.fetch_add(1, Relaxed);
        self.metrics.count_connection();
    }

    /// Counts, records and logs that a request got no answer. `target` is absent where none was named.
    pub(crate) fn note(&self, target: Option<&HostPort>, trouble: Trouble) {
        match trouble {
            Trouble::Refused(reason) => {
                self.refused.fetch_add(1, Relaxed);
                self.metrics.count_refusal(reason);
            }
            Trouble::Failed(failure) => self.metrics.count_failure(failure),
        }
        let (is_worth_logging, span) = {
            let mut troubles = self.troubles();
            (troubles.keep(target, trouble), troubles.span.clone())
        };
        if is_worth_logging {
            let _request = span.as_ref().map(Span::enter);
            let target = target.map_or_else(|| "-".to_owned(), HostPort::to_string);
            match trouble {
                Trouble::Refused(_) => info!(%target, reason = trouble.as_str(), "egress refused"),
                Trouble::Failed(_) => tracing::debug!(%target, failure = trouble.as_str(), "egress failed"),
            }
        }
    }

    /// A target that answers is no longer in trouble for having failed before.
    pub(crate) fn note_answer(&self, target: &HostPort) {
        self.troubles()
            .kept
            .retain(|(with, trouble)| with != target || matches!(trouble, Trouble::Refused(_)));
    }

    fn troubles(&self) -> MutexGuard<'_, Troubles> {
        // a panic while it was held can at worst have lost one entry
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Troubles {
    /// Keeps the trouble as the latest; true if it is new and the log has room for it.
    fn keep(&mut self, target: Option<&HostPort>, trouble: Trouble) -> bool {
        let is_new = match target {
            None => true,
            Some(target) => {
                let known = self.kept.iter().position(|(with, what)| with == target && *what == trouble);
                if let Some(index) = known {
                    self.kept.remove(index);
                } else if self.kept.len() == KEPT_TROUBLES {
                    self.kept.pop_front();
                }
                self.kept.push_back((target.clone(), trouble));
                known.is_none()
            }
        };
        let is_worth_logging = is_new && self.logged < KEPT_TROUBLES;
        self.logged += usize::from(is_worth_logging);
        is_worth_logging
    }
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::super::trouble::UpstreamFailure;
    use super::*;

    fn account(limits: EgressLimits) -> Account {
        Account::new(limits, EgressMetrics::register(&Registry::new()).expect("a fresh registry"))
    }

    fn target(text: &str) -> HostPort {
        text.parse().expect("a pair")
    }

    #[test]
    fn requests_are_counted_up_to_the_limit() {
        let account = account(EgressLimits { max_requests: 2, ..EgressLimits::default() });
        assert_eq!(account.take_request(), Ok(()));
        assert_eq!(account.take_request(), Ok(()));
        assert_eq!(account.take_request(), Err(RefusalReason::Requests));
        assert_eq!(account.report().requests, 2);
        account.reset();
        assert_eq!(account.take_request(), Ok(()));
    }

    #[test]
    fn used_up_bytes_refuse_further_requests() {
        let limits = EgressLimits { max_bytes_down: 10, max_bytes_up: 5, ..EgressLimits::default() };
        let down = account(limits);
        down.add_down(9);
        assert_eq!(down.take_request(), Ok(()));
        down.add_down(1);
        assert_eq!(down.take_request(), Err(RefusalReason::BytesDown));
        let up = account(limits);
        up.add_up(5);
        assert_eq!(up.take_request(), Err(RefusalReason::BytesUp));
    }

    #[test]
    fn the_latest_trouble_of_a_target_is_found_among_many() {
        let account = account(EgressLimits::default());
        let shop = target("shop.test:443");
        account.note(Some(&shop), Trouble::Failed(UpstreamFailure::Reset));
        for number in 0..200 {
            let other = target(&format!("n{number}.test:80"));
            account.note(Some(&other), Trouble::Refused(RefusalReason::Port));
        }
        account.note(Some(&shop), Trouble::Failed(UpstreamFailure::ConnectRefused));
        let report = account.report();
        assert_eq!(report.troubles.len(), KEPT_TROUBLES);
        assert_eq!(report.refused, 200);
        assert_eq!(
            report.trouble_of(&Url::parse("https://shop.test/a?b").expect("url")),
            Some(Trouble::Failed(UpstreamFailure::ConnectRefused))
        );
        assert_eq!(report.refusals().count(), KEPT_TROUBLES - 1);
    }

    #[test]
    fn an_answer_clears_failures_but_not_refusals() {
        let account = account(EgressLimits::default());
        let shop = target("shop.test:443");
        account.note(Some(&shop), Trouble::Refused(RefusalReason::Requests));
        account.note(Some(&shop), Trouble::Failed(UpstreamFailure::Reset));
        account.note_answer(&shop);
        let report = account.report();
        assert_eq!(report.troubles, [(shop, Trouble::Refused(RefusalReason::Requests))]);
    }

    #[test]
    fn the_log_is_bounded() {
        let mut troubles = Troubles::default();
        let refused = Trouble::Refused(RefusalReason::Malformed);
        let logged = (0..1000).filter(|_| troubles.keep(None, refused)).count();
        assert_eq!(logged, KEPT_TROUBLES);
    }
}
