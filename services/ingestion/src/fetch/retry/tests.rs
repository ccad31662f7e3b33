//! A site that answers by a script, on a clock that stands still but for pauses.

use std::collections::VecDeque;

use browser_pool::{NetworkFailure, Ready};
use url::Url;

use super::*;

/// What one visit brings.
enum Step {
    Page { status: u16, retry_after: Option<&'static str>, verdict: Option<Verdict> },
    Fails { retriable: bool },
}

use Step::{Fails, Page};

fn status(status: u16) -> Step {
    Page { status, retry_after: None, verdict: None }
}

fn walled(status: u16, verdict: Verdict) -> Step {
    Page { status, retry_after: None, verdict: Some(verdict) }
}

fn later(status: u16, after: &'static str) -> Step {
    Page { status, retry_after: Some(after), verdict: None }
}

struct Scripted {
    steps: VecDeque<Step>,
    verdict: Option<Verdict>,
    visits: Vec<Instant>,
}

impl Site for Scripted {
    async fn visit(&mut self) -> Result<Visited, PoolError> {
        self.visits.push(Instant::now());
        match self.steps.pop_front().expect("no more visits than the script has") {
            Fails { retriable } => {
                Err(PoolError::Network { failure: NetworkFailure::ConnectionReset, retriable })
            }
            Page { status, retry_after, verdict } => {
                self.verdict = verdict;
                Ok(Visited {
                    final_url: Url::parse("https://shop.example/item/1").expect("a URL"),
                    status: Some(status),
                    content_type: None,
                    retry_after: retry_after.map(str::to_owned),
                    html: String::new(),
                    layout: None,
                    ready: Ready::Quiet,
                })
            }
        }
    }

    async fn verdict(&mut self, page: Visited) -> (Visited, Option<Verdict>) {
        (page, self.verdict)
    }
}

/// The answer, how many visits there were and the pauses between them.
struct Outcome {
    answer: Result<Visited, ApiError>,
    visits: usize,
    pauses: Vec<Duration>,
}

async fn after(timeout: Duration, retries: u8, steps: impl IntoIterator<Item = Step>) -> Outcome {
    let mut site = Scripted { steps: steps.into_iter().collect(), verdict: None, visits: Vec::new() };
    let mut times = StageTimes::default();
    let answer = page(&mut site, retries, 10.0, Deadline::after(timeout), &mut times).await;
    let pauses: Vec<_> = site.visits.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(times.get(Stage::Queue), pauses.iter().sum(), "every pause is told");
    Outcome { answer, visits: site.visits.len(), pauses }
}

const LONG: Duration = Duration::from_secs(60);

fn is_about(pause: Duration, length: Duration) -> bool {
    pause >= length / 2 && pause <= length.mul_f64(1.5) + Duration::from_millis(2)
}

#[tokio::test(start_paused = true)]
async fn what_a_page_turned_out_to_be_is_never_asked_for_again() {
    for code in [200, 301, 401, 403, 404, 410, 418, 451] {
        let outcome = after(LONG, 5, [status(code)]).await;
        assert_eq!((outcome.visits, outcome.answer.expect("a page").status), (1, Some(code)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_puzzle_or_a_login_is_not_asked_for_again_whatever_its_status() {
    for verdict in [Verdict::Captcha, Verdict::LoginWall] {
        for code in [429, 503] {
            let outcome = after(LONG, 5, [walled(code, verdict)]).await;
            assert_eq!(outcome.visits, 1, "{verdict:?} {code}");
            assert!(outcome.answer.is_ok(), "read as what it is");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_after_pauses_that_double() {
    let outcome = after(LONG, 5, [status(503), status(500), status(502), status(200)]).await;
    assert_eq!(outcome.visits, 4);
    assert!(outcome.answer.is_ok());
    for (pause, doubled) in outcome.pauses.iter().zip([1, 2, 4]) {
        assert!(is_about(*pause, FIRST_PAUSE * doubled), "{:?}", outcome.pauses);
    }
    let broken = after(LONG, 1, [Fails { retriable: true }, status(200)]).await;
    assert!(broken.answer.is_ok() && is_about(broken.pauses[0], FIRST_PAUSE));
    let certain = after(LONG, 5, [Fails { retriable: false }]).await;
    assert!(certain.answer.is_err_and(|error| !error.retriable));
}

#[tokio::test(start_paused = true)]
async fn who_blocks_is_given_a_longer_pause() {
    for step in [status(429), walled(503, Verdict::Blocked)] {
        let outcome = after(LONG, 1, [step, status(200)]).await;
        assert!(is_about(outcome.pauses[0], FIRST_PAUSE_OF_THE_BLOCKED), "{:?}", outcome.pauses);
    }
    let steps = (0..6).map(|_| walled(503, Verdict::Blocked));
    let outcome = after(LONG, 5, steps).await;
    let error = outcome.answer.expect_err("blocked to the end");
    assert_eq!((outcome.visits, error.verdict(), error.retriable), (6, Some("blocked"), true));
    assert!(outcome.pauses.iter().all(|pause| *pause <= LONGEST_PAUSE.mul_f64(1.5)));
}

#[tokio::test(start_paused = true)]
async fn what_a_site_asks_for_is_waited_for() {
    let outcome = after(LONG, 2, [later(503, "7"), later(429, "1"), status(200)]).await;
    assert!(outcome.answer.is_ok());
    assert!(outcome.pauses[0] >= Duration::from_secs(7), "{:?}", outcome.pauses);
    assert!(outcome.pauses[0] < Duration::from_secs(8), "{:?}", outcome.pauses);
    assert!(outcome.pauses[1] >= Duration::from_secs(1), "{:?}", outcome.pauses);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_into_the_deadline_is_given_up_at_once_and_passed_on() {
    use axum::response::IntoResponse;
    let started = Instant::now();
    let outcome = after(Duration::from_secs(10), 5, [later(429, "3600")]).await;
    assert_eq!((outcome.visits, started.elapsed()), (1, Duration::ZERO));
    let error = outcome.answer.expect_err("too late");
    assert!(error.retriable);
    assert_eq!((error.kind.as_str(), error.body("id").upstream_status), ("network_error", Some(429)));
    assert_eq!(error.into_response().headers()["retry-after"], "3600");
}

#[tokio::test(start_paused = true)]
async fn tries_and_the_deadline_end_it() {
    let outcome = after(LONG, 0, [status(503)]).await;
    assert_eq!(outcome.visits, 1);
    let started = Instant::now();
    let steps = (0..20).map(|_| status(503));
    let outcome = after(Duration::from_secs(2), 19, steps).await;
    assert!(outcome.answer.is_err() && outcome.visits > 2);
    assert!(started.elapsed() <= Duration::from_secs(2), "no pause goes beyond the deadline");
}

#[test]
fn seconds_and_dates_are_understood_and_the_rest_is_not() {
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().expect("a time");
    let cases = [
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("Mon, 23 Nov 2026 10:00:30 GMT", Some(30)),
        ("Mon, 23 Nov 2026 09:59:30 GMT", Some(0)),
        ("99999999999", Some(86_400)),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ];
    for (text, seconds) in cases {
        assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
    }
}

#[test]
fn pauses_vary_around_their_length() {
    let pauses: Vec<_> = (0..100).map(|_| jittered(FIRST_PAUSE)).collect();
    assert!(pauses.iter().all(|pause| (100..=300).contains(&pause.as_millis())));
    assert!(pauses.iter().any(|pause| *pause != pauses[0]));
}
