//! More requests than pages.

use std::time::Duration;

use browser_pool::{PoolConfig, PoolError, ShedReason, UnavailableReason};
use test_support::Mode;

use crate::harness::{PATIENCE, Pool, job, small};

#[tokio::test]
async fn everybody_is_served_in_the_end_and_the_gauges_return_to_rest() {
    let pool = Pool::start(PoolConfig { pages: 4, ..small() }).await;
    pool.serves().await;
    let requests = (0..30).map(|number| {
        let html = format!("<h1>{number}</h1>");
        let pool = &pool;
        async move { pool.render(&html, number).await }
    });
    for picture in futures_util::future::join_all(requests).await {
        picture.expect("rendered");
    }
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_full_queue_refuses_and_counts() {
    let pool = Pool::of_fakes(Mode::SlowCapture(500), PoolConfig { pages: 1, max_queue: 1, ..small() }).await;
    pool.serves().await;
    let held = pool.lease().await.expect("leased");
    let waiting = pool.browsers.attempts(job(1, PATIENCE));
    let waiting = tokio::spawn(async move {
        let mut attempts = waiting;
        attempts.page().await.map(drop)
    });
    pool.becomes("one waits", |status| status.queue_depth == 1).await;
    let refused = pool.lease().await.expect_err("full");
    assert!(matches!(refused, PoolError::Overloaded { reason: ShedReason::QueueFull, .. }), "{refused}");
    assert_eq!(pool.count("playwright_shed_total", &[("reason", "queue_full")]), 1);
    drop(held);
    waiting.await.expect("joined").expect("served in turn");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn draining_refuses_those_that_wait_and_lets_the_others_finish() {
    let pool = Pool::start(PoolConfig { pages: 1, ..small() }).await;
    pool.serves().await;
    let mut working = pool.lease().await.expect("leased");
    let mut attempts = pool.browsers.attempts(job(1, Duration::from_secs(20)));
    let waiting = tokio::spawn(async move { attempts.page().await.map(drop) });
    pool.becomes("one waits", |status| status.queue_depth == 1).await;
    pool.browsers.drain();
    let refused = waiting.await.expect("joined").expect_err("draining");
    assert!(
        matches!(refused, PoolError::Unavailable { reason: UnavailableReason::Draining, .. }),
        "{refused}"
    );
    crate::harness::draw(&mut working, "<h1>in flight</h1>").await.expect("finished");
    drop(working);
    pool.ends_cleanly().await;
}
