//! Leases that are dropped, kept too long, or never share anything.

use std::time::Duration;

use browser_pool::{PageProfile, PoolConfig, PoolError, Stage};
use test_support::{Mode, eventually};

use crate::harness::{PATIENCE, Pool, draw, is_jpeg, job, small};

#[tokio::test]
async fn a_dropped_request_frees_its_page() {
    let pool = Pool::of_fakes(Mode::SlowCapture(60_000), small()).await;
    pool.serves().await;
    let mut page = pool.lease().await.expect("leased");
    let drawing = tokio::spawn(async move { draw(&mut page, "<h1>x</h1>").await });
    pool.becomes("it is in use", |status| status.pages_available == 1).await;
    drawing.abort();
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn an_endless_script_ends_by_the_deadline_and_its_neighbour_goes_on() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut stuck = pool.browsers.attempts(job(1, Duration::from_secs(1))).page().await.expect("leased");
    let mut neighbour = pool.lease().await.expect("leased");
    let (endless, drawn) = tokio::join!(
        draw(&mut stuck, "<h1>x</h1><script>for (;;) {}</script>"),
        draw(&mut neighbour, "<h1>neighbour</h1>")
    );
    assert!(matches!(endless, Err(PoolError::Timeout { stage: Stage::Load | Stage::Ready })), "{endless:?}");
    assert!(is_jpeg(&drawn.expect("unharmed")));
    drop((stuck, neighbour));
    pool.is_at_rest().await;
    let restarts = pool.count("playwright_browser_restarts_total", &[("reason", "dispose_stuck")]);
    assert_eq!(restarts, 0, "the page could be ended without its browser");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_lease_that_is_kept_is_taken_back_after_its_deadline() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut kept = pool.browsers.attempts(job(1, Duration::from_secs(1))).page().await.expect("leased");
    pool.is_at_rest().await;
    let error = draw(&mut kept, "<h1>late</h1>").await.expect_err("it is no longer ours");
    assert!(matches!(error, PoolError::Timeout { .. }), "{error}");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn pages_are_opened_ahead_and_never_handed_out_twice() {
    let page =
        PageProfile { warm_html: Some("<h1>warm</h1>".to_owned()), warm_pages: 2, ..PageProfile::default() };
    let pool = Pool::start(PoolConfig { page, ..small() }).await;
    for round in 1..=3_u32 {
        eventually("pages are open ahead", PATIENCE, || {
            let warm = pool.count("playwright_page_pool_warm", &[]);
            std::future::ready((warm >= 1).then_some(()))
        })
        .await;
        pool.render("<h1>x</h1>", 1).await.expect("rendered");
        assert_eq!(pool.count("playwright_page_leases_total", &[]), u64::from(round));
        assert_eq!(pool.count("playwright_page_leases_warm_total", &[]), u64::from(round));
    }
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn leases_never_exceed_the_page_pool() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let _first = pool.lease().await.expect("leased");
    let _second = pool.lease().await.expect("leased");
    let third = pool.browsers.attempts(job(1, Duration::from_millis(200))).page().await;
    assert!(
        matches!(third, Err(PoolError::Timeout { stage: Stage::Queue } | PoolError::Overloaded { .. })),
        "{third:?}"
    );
    assert_eq!(pool.browsers.status().pages_available, 0);
}
