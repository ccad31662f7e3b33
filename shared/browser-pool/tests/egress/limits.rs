//! How much one lease may use.

use std::time::Duration;

use browser_pool::egress::{EgressLimits, RefusalReason, Trouble};
use tokio::io::AsyncWriteExt;

use crate::site::Site;
use crate::world::World;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const CHUNK: [u8; 4096] = [b'x'; 4096];

async fn endless() -> Site {
    Site::start(|mut visit| async move {
        if visit.read_head().await.is_some() {
            visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n").await;
            while visit.stream.write_all(&CHUNK).await.is_ok() {}
        }
    })
    .await
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let site = endless().await;
    let pair = site.address().to_string();
    let limit = 1 << 20;
    let world =
        World::with(&[&pair], EgressLimits { max_bytes_down: limit, ..EgressLimits::default() }).await;
    let mut browser = world.browser().await;
    browser.send(&format!("GET http://{pair}/ HTTP/1.1\r\nHost: x\r\n\r\n")).await;
    let came = browser.rest().await.len() as u64;
    let used = world.lease.report().bytes_down;
    assert!(used >= limit && used < limit + (512 << 10), "{used} of {limit}");
    assert!(came <= used, "{came} of {used}");

    assert_eq!(world.get(&format!("http://{pair}/")).await.status, 403);
    let trouble = world.lease.report().trouble_with(&pair.parse().expect("a pair"));
    assert_eq!(trouble, Some(Trouble::Refused(RefusalReason::BytesDown)));
    assert_eq!(site.connections(), 1);
}

#[tokio::test]
async fn a_tunnel_counts_against_the_same_limits() {
    let site = Site::echo().await;
    let pair = site.address().to_string();
    let world = World::with(&[&pair], EgressLimits { max_bytes_up: 10_000, ..EgressLimits::default() }).await;
    let mut browser = world.browser().await;
    assert_eq!(browser.connect(&pair).await.status, 200);
    let mut sent = 0;
    while sent < 1 << 22 && browser.stream.write_all(&CHUNK).await.is_ok() {
        sent += CHUNK.len();
    }
    browser.rest().await;
    let report = world.lease.report();
    assert!(report.bytes_up >= 10_000 && report.bytes_up < 10_000 + (64 << 10), "{}", report.bytes_up);
    let trouble = report.trouble_with(&pair.parse().expect("a pair"));
    assert_eq!(trouble, Some(Trouble::Refused(RefusalReason::BytesUp)));
    assert_eq!(world.metric(r#"playwright_egress_refused_total{reason="bytes_up"}"#), 1);
}

#[tokio::test]
async fn requests_are_counted_until_a_new_request_begins() {
    let site = Site::replying(OK).await;
    let pair = site.address().to_string();
    let world = World::with(&[&pair], EgressLimits { max_requests: 2, ..EgressLimits::default() }).await;
    let mut browser = world.browser().await;
    let url = format!("http://{pair}/");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(browser.get(&url).await.status);
    }
    assert_eq!(statuses, [200, 200, 403]);
    assert_eq!(world.connect(&pair).await.status, 403);
    world.lease.begin();
    assert_eq!(world.lease.report(), browser_pool::egress::EgressReport::default());
    assert_eq!(browser.get(&url).await.status, 200);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed() {
    let site = Site::replying(OK).await;
    let pair = site.address().to_string();
    let world = World::with(&[&pair], EgressLimits { max_connections: 2, ..EgressLimits::default() }).await;
    let url = format!("http://{pair}/");
    let (mut one, mut two) = (world.browser().await, world.browser().await);
    assert_eq!((one.get(&url).await.status, two.get(&url).await.status), (200, 200));
    assert_eq!(world.browser().await.rest().await, b"", "the third");
    assert_eq!(world.metric(r#"playwright_egress_refused_total{reason="connections"}"#), 1);
    assert_eq!(one.get(&url).await.status, 200, "the others go on");
}

#[tokio::test]
async fn a_huge_request_head_is_answered_431() {
    let world = World::allowing(&[]).await;
    let mut browser = world.browser().await;
    let filler = "x".repeat(70 << 10);
    browser.send(&format!("GET http://shop.test/ HTTP/1.1\r\nHost: x\r\nX-Filler: {filler}\r\n\r\n")).await;
    assert_eq!(browser.reply().await.status, 431);
    assert_eq!(world.dns.asked(), []);
}

#[tokio::test]
async fn an_idle_tunnel_is_closed() {
    let site = Site::echo().await;
    let pair = site.address().to_string();
    let limits = EgressLimits { idle_timeout: Duration::from_millis(200), ..EgressLimits::default() };
    let world = World::with(&[&pair], limits).await;
    let mut browser = world.browser().await;
    assert_eq!(browser.connect(&pair).await.status, 200);
    assert_eq!(browser.rest().await, b"");
}

#[tokio::test]
async fn an_idle_browser_connection_is_closed() {
    let limits = EgressLimits { idle_timeout: Duration::from_millis(200), ..EgressLimits::default() };
    let world = World::with(&[], limits).await;
    assert_eq!(world.browser().await.rest().await, b"");
}
