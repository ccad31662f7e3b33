//! When a page is asked for again, and after how long. It knows no browser: a [`Site`] does the visits.
//!
//! Tried again is what the contract calls retriable and a further visit can change: connections that broke, 429, 5xx.
//! What a page turned out to be never is. A site that asks for a puzzle or a login, whatever the status that it does so
//! with, is not asked twice; one that says that it has had enough is given a longer pause.

use std::time::Duration;

use browser_pool::{Deadline, PoolError, Stage, StageTimes, Visited};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use service_kit::ApiError;
use tokio::time::Instant;
use tracing::Instrument;

use crate::error;
use crate::extract::Verdict;

/// The pause before the first further try; doubled with every one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The same for a site that answers 429 or refuses visitors like this one.
const FIRST_PAUSE_OF_THE_BLOCKED: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A try with less time than this could bring nothing.
const LEAST_TRY: Duration = Duration::from_millis(250);

/// What is passed on of a `Retry-After`: more than a day is as good as never.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(86_400);

/// What a page is asked of.
pub(super) trait Site {
    async fn visit(&mut self) -> Result<Visited, PoolError>;

    /// What the page of a failing site is, where it is no product. It gives the page back.
    async fn verdict(&mut self, page: Visited) -> (Visited, Option<Verdict>);
}

/// The page, or the last failure. Pauses are added to `times` as queueing.
pub(super) async fn page(
    site: &mut impl Site,
    mut tries_left: u8,
    timeout_s: f64,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<Visited, ApiError> {
    let mut tried = 0;
    loop {
        let failure = match site.visit().await {
            Ok(page) => match of_page(site, page).await {
                Ok(page) => return Ok(page),
                Err(failure) => failure,
            },
            Err(error) => Failure {
                is_passing: matches!(error, PoolError::Network { retriable: true, .. }),
                first_pause: FIRST_PAUSE,
                retry_after: None,
                error: error::of_pool(&error, timeout_s),
            },
        };
        let wait = failure.wait(tried);
        if tries_left == 0 || !failure.is_passing || deadline.remaining() < wait + LEAST_TRY {
            return Err(failure.error);
        }
        tracing::debug!(tries_left, wait_ms = wait.as_millis(), "trying again: {}", failure.error.message);
        let started = Instant::now();
        tokio::time::sleep(wait).instrument(Stage::Queue.span()).await;
        times.add(Stage::Queue, started.elapsed());
        tries_left -= 1;
        tried += 1;
    }
}

/// A try that brought no page.
struct Failure {
    is_passing: bool,
    first_pause: Duration,
    /// What the site asks for.
    retry_after: Option<Duration>,
    error: ApiError,
}

impl Failure {
    /// Before the next try, after so many others.
    fn wait(&self, tried: u32) -> Duration {
        let pause = self.first_pause.saturating_mul(1 << tried.min(8)).min(LONGEST_PAUSE);
        // A site that names a time means it: later is polite, earlier is not.
        let asked = self.retry_after.map(|after| after + jittered(FIRST_PAUSE));
        jittered(pause).max(asked.unwrap_or_default())
    }
}

/// A page that the site answered with in earnest, or its failure.
async fn of_page(site: &mut impl Site, page: Visited) -> Result<Visited, Failure> {
    let Some(status @ (429 | 500..)) = page.status else { return Ok(page) };
    let (page, verdict) = site.verdict(page).await;
    if matches!(verdict, Some(Verdict::Captcha | Verdict::LoginWall)) {
        return Ok(page);
    }
    let is_blocked = status == 429 || verdict == Some(Verdict::Blocked);
    let retry_after = page.retry_after.as_deref().and_then(|text| retry_after(text, Timestamp::now()));
    let error = error::of_upstream(status, retry_after);
    let error = match verdict {
        Some(verdict @ Verdict::Blocked) => error.with_verdict(verdict.as_str()),
        _ => error,
    };
    let first_pause = if is_blocked { FIRST_PAUSE_OF_THE_BLOCKED } else { FIRST_PAUSE };
    Err(Failure { is_passing: true, first_pause, retry_after, error })
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let after = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let date = rfc2822::parse(text).ok()?.timestamp();
        Duration::try_from(now.until(date).ok()?).unwrap_or_default()
    };
    Some(after.min(LONGEST_RETRY_AFTER))
}

/// Half to one and a half times as long: clients that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64())
}

#[cfg(test)]
mod tests;
