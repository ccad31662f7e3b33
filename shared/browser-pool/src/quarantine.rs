//! Pages that have killed browsers of their own, refused for some minutes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Beyond this many the oldest is forgotten: a flood of killers must not become a memory leak.
const MOST: usize = 1_024;

#[derive(Debug)]
pub(crate) struct Quarantine {
    span: Duration,
    until: Mutex<HashMap<u64, Instant>>,
}

impl Quarantine {
    pub(crate) fn new(span: Duration) -> Self {
        Self { span, until: Mutex::default() }
    }

    pub(crate) fn add(&self, fingerprint: u64) {
        let now = Instant::now();
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.retain(|_, end| *end > now);
        if until.len() >= MOST
            && let Some(oldest) =
                until.iter().min_by_key(|(_, end)| **end).map(|(fingerprint, _)| *fingerprint)
        {
            until.remove(&oldest);
        }
        until.insert(fingerprint, now + self.span);
    }

    pub(crate) fn holds(&self, fingerprint: u64) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&fingerprint).is_some_and(|end| *end > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_is_refused_for_its_time_and_no_other_is() {
        let quarantine = Quarantine::new(Duration::from_secs(300));
        quarantine.add(1);
        assert!(quarantine.holds(1) && !quarantine.holds(2));
        tokio::time::advance(Duration::from_secs(301)).await;
        assert!(!quarantine.holds(1));
    }

    #[tokio::test(start_paused = true)]
    async fn its_memory_is_bounded() {
        let quarantine = Quarantine::new(Duration::from_secs(300));
        for fingerprint in 0..2 * MOST as u64 {
            tokio::time::advance(Duration::from_millis(1)).await;
            quarantine.add(fingerprint);
        }
        assert!(!quarantine.holds(0) && quarantine.holds(2 * MOST as u64 - 1));
    }
}
