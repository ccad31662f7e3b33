//! What one caller may use.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Debug)]
pub(super) struct Quota {
    rate: Option<DefaultDirectRateLimiter>,
    places: Option<Arc<Semaphore>>,
}

/// One request's place among those at once.
#[derive(Debug)]
pub(super) struct Permit {
    _place: Option<OwnedSemaphorePermit>,
}

/// Which limit has been reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exhausted {
    /// With the time until the next request may come.
    Rate(Duration),
    AtOnce,
}

impl Quota {
    /// 0 is no limit.
    pub(super) fn new(per_minute: u32, at_once: usize) -> Self {
        let rate = NonZero::new(per_minute).map(|n| RateLimiter::direct(governor::Quota::per_minute(n)));
        let places = (at_once > 0).then(|| Arc::new(Semaphore::new(at_once)));
        Self { rate, places }
    }

    pub(super) fn take(&self) -> Result<Permit, Exhausted> {
        // First the place: a request without one must not use up the rate.
        let place = match &self.places {
            Some(places) => Some(Arc::clone(places).try_acquire_owned().map_err(|_| Exhausted::AtOnce)?),
            None => None,
        };
        if let Some(rate) = &self.rate {
            rate.check().map_err(|not_until| {
                Exhausted::Rate(not_until.wait_time_from(DefaultClock::default().now()))
            })?;
        }
        Ok(Permit { _place: place })
    }
}
