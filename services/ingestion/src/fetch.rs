//! Getting the page of an address: a visit in a leased page, and further ones while failures are passing and the
//! deadline allows.

use std::time::Duration;

use browser_pool::{Attempts, BrowserPool, Deadline, PoolError, Stage, StageTimes, Visit, Visited};
use service_kit::ApiError;
use tokio::time::Instant;
use tracing::{Instrument, info_span};

use crate::error;
use crate::extract::{self, FIELDS_PROBE};
use crate::request::Wanted;

/// The pause before the first further try; doubled with every one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A try with less time than this could bring nothing.
const LEAST_TRY: Duration = Duration::from_millis(250);

/// The page, or the last failure. The time of all tries is added to `times`; pauses are waiting, so they count as
/// queueing.
pub(crate) async fn page(
    pool: &BrowserPool,
    attempts: &mut Attempts,
    wanted: &Wanted,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<Visited, ApiError> {
    let mut tries_left = wanted.retries;
    let mut pause = FIRST_PAUSE;
    loop {
        let failure = match visit(pool, attempts, wanted, deadline, times).await {
            Ok(visited) => match visited.status {
                Some(status @ (429 | 500..)) => error::of_upstream(status),
                _ => return Ok(visited),
            },
            Err(error @ PoolError::Network { retriable: true, .. }) => {
                error::of_pool(&error, wanted.timeout_s)
            }
            Err(error) => return Err(error::of_pool(&error, wanted.timeout_s)),
        };
        let wait = jittered(pause);
        if tries_left == 0 || deadline.remaining() < wait + LEAST_TRY {
            return Err(failure);
        }
        tracing::debug!(tries_left, wait_ms = wait.as_millis(), "trying again: {}", failure.message);
        let started = Instant::now();
        tokio::time::sleep(wait).await;
        times.add(Stage::Queue, started.elapsed());
        tries_left -= 1;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One visit; a browser's death under it costs no try. It holds the site's share of the pool, a pause between tries does
/// not.
async fn visit(
    pool: &BrowserPool,
    attempts: &mut Attempts,
    wanted: &Wanted,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<Visited, PoolError> {
    let visit = Visit {
        url: &wanted.url,
        user_agent: wanted.user_agent.as_deref(),
        fields: FIELDS_PROBE,
        layout: true,
    };
    let started = Instant::now();
    let turn = pool.enter_host(wanted.url.host_str().unwrap_or_default(), deadline).await;
    times.add(Stage::Queue, started.elapsed());
    let _turn = turn?;
    loop {
        let mut page = attempts.page().instrument(info_span!("stage", stage = "acquire")).await?;
        let visited = page.visit(&visit).instrument(info_span!("stage", stage = "load")).await;
        times.merge(&page.timings());
        match visited {
            Ok(visited) => return Ok(visited),
            Err(error) => attempts.failed(error)?,
        }
    }
}

/// The looks of a page as the extraction takes them; it knows no browser.
pub(crate) fn layout(seen: browser_pool::Layout) -> extract::Layout {
    let parts = seen.parts.into_iter().map(|part| extract::Part {
        hidden: part.hidden,
        outside: part.outside,
        struck: part.struck,
        font: part.font,
        x: part.x,
        y: part.y,
        width: part.width,
        height: part.height,
        picture: part.picture.map(|picture| extract::Picture {
            width: picture.width,
            height: picture.height,
            address: picture.address,
        }),
    });
    extract::Layout { mark: seen.mark, parts: parts.collect() }
}

/// Half to one and a half times as long: clients that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_vary_around_their_length() {
        let pauses: Vec<_> = (0..100).map(|_| jittered(FIRST_PAUSE)).collect();
        assert!(pauses.iter().all(|pause| (100..=300).contains(&pause.as_millis())));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
