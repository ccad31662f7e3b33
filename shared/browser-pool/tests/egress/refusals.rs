//! What is not let out: told to the browser without a reason, and to the pool with one.

use browser_pool::egress::{AddressClass, EgressConfig, Network, RefusalReason, Trouble};

use crate::site::Site;
use crate::world::{Browser, Reply, World};

fn assert_refused(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 403, "{what}");
    assert_eq!(reply.header("x-egress"), Some("refused"), "{what}");
    assert_eq!(reply.text(), "refused by the egress policy", "{what}: no reason, no address");
}

#[tokio::test]
async fn loopback_in_any_spelling_is_refused_and_nothing_is_asked_or_dialled() {
    let site = Site::replying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    // the very same port is open to this browser, at another address
    let allowed = format!("127.0.0.9:{}", site.port());
    let world = World::allowing(&[&allowed]).await;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "a.localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0",
        "[::]",
        "0.0.0.0",
    ];
    for host in hosts {
        let target = format!("{host}:{}", site.port());
        assert_refused(&world.get(&format!("http://{target}/")).await, &target);
        assert_refused(&world.connect(&target).await, &target);
    }
    assert_eq!(site.connections(), 0);
    assert_eq!(world.dns.asked(), []);
    let refused = world.metric(r#"playwright_egress_refused_total{reason="loopback"}"#)
        + world.metric(r#"playwright_egress_refused_total{reason="unspecified"}"#);
    assert_eq!(refused, 2 * hosts.len() as u64);
    let report = world.lease.report();
    assert_eq!((report.refused, report.requests), (refused, 0));
}

#[tokio::test]
async fn the_report_tells_the_reason_for_a_target() {
    let world = World::allowing(&[]).await;
    world.connect("10.0.0.1:443").await;
    world.connect("1.1.1.1:22").await;
    let report = world.lease.report();
    let trouble = |url: &str| report.trouble_of(&url.parse().expect("a url"));
    let private = RefusalReason::Address(AddressClass::Private);
    assert_eq!(trouble("https://10.0.0.1/a"), Some(Trouble::Refused(private)));
    assert_eq!(trouble("http://1.1.1.1:22/"), Some(Trouble::Refused(RefusalReason::Port)));
    assert_eq!(trouble("http://10.0.0.1/"), None, "another port");
    assert_eq!(report.refusals().count(), 2);
}

#[tokio::test]
async fn ports_that_no_pair_names_are_refused_without_a_query() {
    let world = World::allowing(&["other.test:8080"]).await;
    for port in [1, 21, 22, 25, 81, 6379, 65535] {
        assert_refused(&world.connect(&format!("shop.test:{port}")).await, &port.to_string());
    }
    assert_eq!(world.dns.asked(), []);
}

#[tokio::test]
async fn what_is_no_proxy_request_is_refused_as_such() {
    let world = World::allowing(&[]).await;
    for line in [
        "GET / HTTP/1.1",
        "GET https://shop.test/ HTTP/1.1",
        "GET ftp://shop.test/ HTTP/1.1",
        "GET http://user:pass@shop.test/ HTTP/1.1",
        "GET http://1.2.3.4.5/ HTTP/1.1",
        "GET http://shop.test:0/ HTTP/1.1",
        "CONNECT shop.test HTTP/1.1",
        "OPTIONS * HTTP/1.1",
    ] {
        let mut browser = world.browser().await;
        browser.send(&format!("{line}\r\nHost: shop.test\r\n\r\n")).await;
        let reply = browser.reply().await;
        assert_eq!(reply.status, 400, "{line}");
    }
    assert_eq!(world.dns.asked(), []);
}

#[tokio::test]
async fn without_a_network_nothing_is_let_out() {
    let site = Site::echo().await;
    let allow = vec![site.address().to_string().parse().expect("a pair")];
    let world = World::start(EgressConfig { allow, network: Network::None, ..EgressConfig::default() }).await;
    assert_refused(&world.get(&format!("http://{}/", site.address())).await, "allowed pair");
    assert_refused(&world.connect("shop.test:443").await, "name");
    assert_eq!(site.connections(), 0);
    assert_eq!(world.metric(r#"playwright_egress_refused_total{reason="network_off"}"#), 2);
}

#[tokio::test]
async fn the_browsers_own_address_refuses_everything() {
    let site = Site::echo().await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let shared = world.egress.shared_address();
    assert_refused(&Browser::to(shared).await.get(&format!("http://{}/", site.address())).await, "get");
    assert_refused(&Browser::to(shared).await.connect("update.test:443").await, "connect");
    assert_eq!(site.connections(), 0);
    assert_eq!(world.dns.asked(), []);
    assert_eq!(world.metric(r#"playwright_egress_refused_total{reason="background"}"#), 2);
    assert_eq!(world.lease.report().refused, 0, "not on the page's account");
}

#[tokio::test]
async fn every_reason_and_failure_is_there_from_the_start() {
    let world = World::allowing(&[]).await;
    for reason in RefusalReason::all() {
        let sample = format!(r#"playwright_egress_refused_total{{reason="{}"}}"#, reason.as_str());
        assert_eq!(world.metric(&sample), 0);
    }
    assert_eq!(world.exposition().matches("playwright_egress_failed_total{").count(), 9);
}

#[tokio::test]
async fn a_refused_browser_connection_goes_on_being_usable() {
    let site = Site::replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    assert_refused(&browser.get("http://10.0.0.1/").await, "first");
    assert_eq!(browser.get(&format!("http://{}/", site.address())).await.text(), "ok");
}
