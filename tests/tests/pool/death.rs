//! Browsers and renderers that die, stop or fall silent under a request.

use std::time::Duration;

use browser_pool::{PoolConfig, PoolError, Stage, Supervision};
use test_support::process::{Signal, signal};
use test_support::{Mode, eventually};

use crate::harness::{PATIENCE, Pool, browsers, draw, is_jpeg, job, renderers, small};

#[tokio::test]
async fn a_killed_browser_costs_the_request_nothing_but_time() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut attempts = pool.browsers.attempts(job(1, PATIENCE));
    let mut page = attempts.page().await.expect("leased");
    signal(browsers()[0].pid, Signal::KILL).expect("it runs");
    let error = draw(&mut page, "<h1>first</h1>")
        .await
        .map(|picture| picture.len())
        .expect_err("its browser is dead");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true });
    attempts.failed(error).expect("tried again");
    drop(page);
    let mut page = attempts.page().await.expect("leased again");
    assert!(is_jpeg(&draw(&mut page, "<h1>second</h1>").await.expect("rendered")));
    drop(page);
    pool.serves().await;
    pool.is_at_rest().await;
    assert_eq!(pool.count("playwright_browser_crashes_total", &[("kind", "browser")]), 1);
    assert_eq!(pool.count("playwright_browser_restarts_total", &[("reason", "crashed")]), 1);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_standby_takes_the_place_of_a_killed_browser() {
    let pool = Pool::start(PoolConfig { standby: true, ..small() }).await;
    pool.serves().await;
    let serving = browsers().remove(0);
    let standby = eventually("one stands by", PATIENCE, || {
        std::future::ready(browsers().into_iter().find(|browser| *browser != serving))
    })
    .await;
    signal(serving.pid, Signal::KILL).expect("it runs");
    assert!(is_jpeg(&pool.render("<h1>x</h1>", 1).await.expect("rendered")));
    assert!(standby.is_running());
    eventually("another one stands by", PATIENCE, || {
        std::future::ready((browsers().len() == 2).then_some(()))
    })
    .await;
    assert_eq!(pool.count("playwright_browser_restarts_total", &[("reason", "crashed")]), 1);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_standby_that_hangs_is_not_taken() {
    let pool = Pool::start(PoolConfig { standby: true, ..small() }).await;
    pool.serves().await;
    let serving = browsers().remove(0);
    let standby = eventually("one stands by", PATIENCE, || {
        std::future::ready(browsers().into_iter().find(|browser| *browser != serving))
    })
    .await;
    signal(standby.pid, Signal::STOP).expect("it runs");
    signal(serving.pid, Signal::KILL).expect("it runs");
    assert!(is_jpeg(&pool.render("<h1>x</h1>", 1).await.expect("rendered by a third one")));
    eventually("the hung one is killed", PATIENCE, || {
        std::future::ready((!standby.is_running()).then_some(()))
    })
    .await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_killed_renderer_costs_its_neighbour_nothing() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut neighbour = pool.lease().await.expect("leased");
    let mut victim = pool.lease().await.expect("leased");
    let kill = async {
        let renderer = eventually("a renderer spins", PATIENCE, || std::future::ready(spinning())).await;
        signal(renderer, Signal::KILL).expect("it runs");
    };
    let (drawn, ()) = tokio::join!(draw(&mut victim, "<h1>victim</h1><script>for (;;) {}</script>"), kill);
    let error = drawn.map(|picture| picture.len()).expect_err("its renderer is dead");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true });
    assert!(is_jpeg(&draw(&mut neighbour, "<h1>neighbour</h1>").await.expect("unharmed")));
    drop((victim, neighbour));
    pool.is_at_rest().await;
    assert_eq!(pool.count("playwright_browser_crashes_total", &[("kind", "renderer")]), 1);
    pool.ends_cleanly().await;
}

/// The renderer that keeps a core busy: more than a fifth of a second of user time.
fn spinning() -> Option<i32> {
    const A_FIFTH_OF_A_SECOND: u64 = 20;
    renderers().into_iter().find(|pid| {
        let stat = procfs::process::Process::new(*pid).and_then(|process| process.stat());
        stat.is_ok_and(|stat| stat.utime > A_FIFTH_OF_A_SECOND)
    })
}

#[tokio::test]
async fn a_stopped_browser_ends_its_request_by_the_deadline_and_is_replaced() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut page = pool.browsers.attempts(job(1, Duration::from_secs(2))).page().await.expect("leased");
    let stopped = browsers().remove(0);
    signal(stopped.pid, Signal::STOP).expect("it runs");
    let error =
        draw(&mut page, "<h1>never</h1>").await.map(|picture| picture.len()).expect_err("nobody answers");
    assert!(
        matches!(error, PoolError::Timeout { stage: Stage::Load } | PoolError::BrowserCrash { .. }),
        "its deadline, or the probe was first: {error}"
    );
    drop(page);
    eventually("the stopped browser is gone", PATIENCE, || {
        std::future::ready((!stopped.is_running()).then_some(()))
    })
    .await;
    pool.serves().await;
    assert!(is_jpeg(&pool.render("<h1>again</h1>", 2).await.expect("rendered")));
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_browser_that_closes_its_pipe_but_stays_is_killed() {
    let pool = Pool::of_fakes(Mode::CutsPipeOnCapture, quiet()).await;
    pool.serves().await;
    let first = browsers().remove(0);
    let mut page = pool.lease().await.expect("leased");
    let error = draw(&mut page, "<h1>x</h1>").await.map(|picture| picture.len()).expect_err("the pipe ends");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true });
    drop(page);
    eventually("it is killed", PATIENCE, || std::future::ready((!first.is_running()).then_some(()))).await;
    pool.serves().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_page_that_kills_its_browsers_is_quarantined_and_no_other_is() {
    let pool = Pool::of_fakes(Mode::DiesOnCapture, quiet()).await;
    pool.serves().await;
    let error = pool
        .render("<h1>killer</h1>", 7)
        .await
        .map(|picture| picture.len())
        .expect_err("every browser dies of it");
    assert_eq!(error, PoolError::BrowserCrash { retriable: false });
    let again = pool.render("<h1>killer</h1>", 7).await.map(|picture| picture.len()).expect_err("refused");
    assert_eq!(again, PoolError::BrowserCrash { retriable: false });
    pool.serves().await;
    pool.browsers.attempts(job(8, PATIENCE)).page().await.expect("another page is let in");
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_renderer_that_dies_each_time_is_given_up_without_blaming_the_browser() {
    let pool = Pool::of_fakes(Mode::RendererDiesOnCapture, quiet()).await;
    pool.serves().await;
    let error =
        pool.render("<h1>x</h1>", 1).await.map(|picture| picture.len()).expect_err("it dies each time");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true });
    assert_eq!(pool.count("playwright_browser_crashes_total", &[("kind", "browser")]), 0);
    pool.is_at_rest().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_page_that_cannot_be_disposed_of_takes_its_browser_with_it() {
    let pool = Pool::of_fakes(Mode::DisposeHangs, quiet()).await;
    pool.serves().await;
    let first = browsers().remove(0);
    let mut page = pool.lease().await.expect("leased");
    draw(&mut page, "<h1>x</h1>").await.expect("drawn");
    drop(page);
    eventually("its browser is killed", PATIENCE, || std::future::ready((!first.is_running()).then_some(())))
        .await;
    pool.is_at_rest().await;
    let restarts = pool.count("playwright_browser_restarts_total", &[("reason", "dispose_stuck")]);
    assert_eq!(restarts, 1);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_browser_that_hangs_while_it_captures_is_found_out_long_before_the_deadline() {
    let pool = Pool::of_fakes(Mode::HangsOnCapture, quiet()).await;
    pool.serves().await;
    let mut page = pool.lease().await.expect("leased");
    let error = draw(&mut page, "<h1>x</h1>").await.map(|picture| picture.len()).expect_err("it hangs");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true }, "and not that its time was up");
    drop(page);
    pool.is_at_rest().await;
    assert_eq!(pool.count("playwright_browser_restarts_total", &[("reason", "hung")]), 1);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_browser_that_will_not_close_is_killed_at_the_end() {
    let pool = Pool::of_fakes(Mode::IgnoresClose, quiet()).await;
    pool.serves().await;
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_browser_that_answers_but_cannot_draw_is_replaced() {
    let supervision = Supervision { synthetic_interval: Duration::from_millis(100), ..small().supervision };
    let config = || PoolConfig { supervision, ..small() };
    let replaced = |pool: &Pool| pool.count("playwright_browser_restarts_total", &[("reason", "hung")]);
    let pool = Pool::of_fakes(Mode::RendererDiesOnCapture, config()).await;
    eventually("it is replaced", PATIENCE, || std::future::ready((replaced(&pool) >= 1).then_some(()))).await;
    let why = pool.browsers.status().last_failure.unwrap_or_default();
    assert!(why.starts_with("a synthetic page failed"), "{why}");
    pool.ends_cleanly().await;

    let pool = Pool::of_fakes(Mode::Works, config()).await;
    let started = std::time::Instant::now();
    eventually("a synthetic page is drawn", PATIENCE, || {
        // Before the first one it is the pool's own age.
        let age = pool.value("playwright_synthetic_render_age_seconds", &[]);
        std::future::ready((age * 2.0 < started.elapsed().as_secs_f64()).then_some(()))
    })
    .await;
    assert_eq!(replaced(&pool), 0);
    pool.ends_cleanly().await;
}

/// No synthetic render that a fault would hit before the test's own request does.
fn quiet() -> PoolConfig {
    let supervision = Supervision { synthetic_interval: Duration::from_secs(3600), ..small().supervision };
    PoolConfig { supervision, ..small() }
}
