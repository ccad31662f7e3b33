//! Browsers that do not come up.

use std::path::PathBuf;
use std::time::Duration;

use browser_pool::{BrowserPool, PoolConfig, PoolError, StartError, Supervision, UnavailableReason};
use prometheus::Registry;
use test_support::Mode;

use crate::harness::{PATIENCE, Pool, browsers, draw, is_jpeg, renderers, small};

#[tokio::test]
async fn a_missing_binary_is_refused_before_anything_starts() {
    let config = PoolConfig { chromium: Some(PathBuf::from("/no/such/chromium")), ..small() };
    let error = BrowserPool::start(config, &Registry::new()).await.expect_err("there is none");
    assert!(error.to_string().contains("PLAYWRIGHT_CHROMIUM_PATH"), "{error}");
}

#[tokio::test]
async fn sizes_out_of_range_are_refused_by_name() {
    let config = PoolConfig { browsers: 0, ..small() };
    let error = BrowserPool::start(config, &Registry::new()).await.expect_err("no browser at all");
    assert!(
        matches!(error, StartError::OutOfRange { setting: "PLAYWRIGHT_BROWSER_POOL_SIZE", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_browser_that_exits_is_tried_again_ever_more_slowly_and_requests_are_refused() {
    let pool = Pool::of_fakes(Mode::Exits, small()).await;
    let refused = loop {
        // Until the breaker opens a request waits; from then on it is told at once.
        match pool.browsers.attempts(crate::harness::job(1, Duration::from_secs(1))).page().await {
            Err(PoolError::Unavailable { reason: UnavailableReason::NoBrowser, retry_after }) => {
                break retry_after;
            }
            Err(_) => {}
            Ok(_) => panic!("there is no browser"),
        }
    };
    assert!(refused > Duration::ZERO);
    let failures = pool.count("playwright_browser_launch_failures_total", &[]);
    assert!((1..10).contains(&failures), "no launch storm: {failures}");
    let status = pool.browsers.status();
    assert_eq!((status.browsers_available, status.pages_available), (0, 0));
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_browser_that_hangs_at_boot_is_killed_at_its_limit() {
    let supervision = Supervision { launch_limit: Duration::from_millis(300), ..small().supervision };
    let pool = Pool::of_fakes(Mode::HangsAtBoot, PoolConfig { supervision, ..small() }).await;
    test_support::eventually("a launch is given up", PATIENCE, || {
        let failures = pool.count("playwright_browser_launch_failures_total", &[]);
        std::future::ready((failures >= 2).then_some(()))
    })
    .await;
    assert!(browsers().len() <= 1, "the first was killed before the second was tried");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn without_a_sandbox_the_pool_says_so_and_gives_up() {
    let pool = Pool::of_fakes(Mode::NoSandbox, small()).await;
    let fatal = tokio::time::timeout(PATIENCE, pool.browsers.failed()).await.expect("it says so");
    let said = fatal.to_string();
    assert!(said.contains("PLAYWRIGHT_ALLOW_NO_SANDBOX") && said.contains("No usable sandbox"), "{said}");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_missing_sandbox_can_be_accepted_and_then_shows() {
    let config = PoolConfig { allow_no_sandbox: true, ..small() };
    let pool = Pool::of_fakes(Mode::NoSandbox, config).await;
    pool.serves().await;
    assert!(!pool.browsers.status().sandbox);
    assert_eq!(pool.count("playwright_sandbox_enabled", &[]), 0);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn the_real_browser_comes_up_with_its_sandbox_on() {
    let pool = Pool::start(small()).await;
    pool.serves().await;
    let mut page = pool.lease().await.expect("leased");
    assert!(is_jpeg(&draw(&mut page, "<h1>Hello</h1>").await.expect("rendered")));
    assert_eq!(pool.count("playwright_sandbox_enabled", &[]), 1);
    assert!(!renderers().is_empty());
    for renderer in renderers() {
        let status = std::fs::read_to_string(format!("/proc/{renderer}/status")).expect("it runs");
        assert!(status.contains("Seccomp:\t2"), "{status}");
        assert!(!status.contains("Uid:\t0"), "{status}");
        let namespaces = status.lines().find(|line| line.starts_with("NSpid:")).expect("namespaces");
        assert!(namespaces.split_whitespace().count() > 2, "a pid namespace of its own: {namespaces}");
    }
    drop(page);
    pool.ends_cleanly().await;
}
