//! Browsers that are replaced although nothing is wrong with them: the successor first, nobody notices.

use std::time::Duration;

use browser_pool::{PoolConfig, Recycle};
use test_support::{Mode, eventually};

use crate::harness::{PATIENCE, Pool, browsers, draw, is_jpeg, small};

const NEVER: Recycle = Recycle { after_pages: None, after_age: None, above_pss_bytes: None };

async fn recycles(rule: Recycle, reason: &str) {
    let pool = Pool::start(PoolConfig { recycle: rule, ..small() }).await;
    pool.serves().await;
    let first = browsers().remove(0);
    let mut held = pool.lease().await.expect("leased");
    for number in 0..4 {
        pool.render(&format!("<h1>{number}</h1>"), number).await.expect("rendered");
    }
    eventually("a browser is replaced", PATIENCE, || {
        let restarts = pool.count("playwright_browser_restarts_total", &[("reason", reason)]);
        std::future::ready((restarts >= 1).then_some(()))
    })
    .await;
    assert!(first.is_running(), "it still has a page to finish");
    assert!(is_jpeg(&draw(&mut held, "<h1>held</h1>").await.expect("the old browser finishes its pages")));
    drop(held);
    eventually("the old browser is closed", PATIENCE, || {
        std::future::ready((!first.is_running()).then_some(()))
    })
    .await;
    let crashes = pool.count("playwright_browser_crashes_total", &[("kind", "browser")]);
    assert_eq!(crashes, 0, "a retirement is no crash");
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn after_its_number_of_pages() {
    recycles(Recycle { after_pages: Some(3), ..NEVER }, "pages").await;
}

#[tokio::test]
async fn after_its_age() {
    recycles(Recycle { after_age: Some(Duration::from_millis(300)), ..NEVER }, "age").await;
}

#[tokio::test]
async fn above_its_memory() {
    recycles(Recycle { above_pss_bytes: Some(1), ..NEVER }, "memory").await;
}

#[tokio::test]
async fn browsers_that_are_due_together_are_replaced_one_after_the_other() {
    let rule = Recycle { above_pss_bytes: Some(1), ..NEVER };
    let config = PoolConfig { browsers: 2, pages: 2, standby: false, recycle: rule, ..small() };
    let pool = Pool::of_fakes(Mode::Works, config).await;
    pool.serves().await;
    let mut most = 0;
    eventually("some are replaced", PATIENCE, || {
        most = most.max(browsers().len());
        let restarts = pool.count("playwright_browser_restarts_total", &[("reason", "memory")]);
        std::future::ready((restarts >= 6).then_some(()))
    })
    .await;
    assert_eq!(most, 3, "two that serve and one successor");
    pool.ends_cleanly().await;
}
