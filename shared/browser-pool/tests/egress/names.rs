//! Names are looked up once per connection, and every address of theirs is judged.

use std::time::Duration;

use browser_pool::egress::{EgressLimits, RefusalReason, Trouble, UpstreamFailure};
use hickory_resolver::proto::rr::RecordType;

use crate::dns::{Answer, addresses_of};
use crate::site::Site;
use crate::world::World;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn a_name_with_any_special_address_is_refused() {
    let forbidden = Site::on("127.0.0.1:0", |_visit| async {}).await;
    let allowed = format!("127.0.0.9:{}", forbidden.port());
    let world = World::allowing(&[&allowed]).await;
    for addresses in [
        &["127.0.0.1"][..],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["127.0.0.9", "127.0.0.1"],
        &["127.0.0.1", "127.0.0.9"],
        &["127.0.0.9", "::1"],
    ] {
        world.lease.begin();
        world.dns.point("evil.test", addresses);
        let target = format!("evil.test:{}", forbidden.port());
        assert_eq!(world.get(&format!("http://{target}/")).await.status, 403, "{addresses:?}");
        assert_eq!(world.connect(&target).await.status, 403, "{addresses:?}");
        let trouble = world.lease.report().trouble_with(&target.parse().expect("a pair"));
        assert!(matches!(trouble, Some(Trouble::Refused(RefusalReason::Address(_)))), "{addresses:?}");
    }
    assert_eq!(forbidden.connections(), 0);
}

#[tokio::test]
async fn a_refused_name_is_looked_up_once_and_takes_no_further_request() {
    let world = World::allowing(&[]).await;
    world.dns.point("evil.test", &["10.0.0.1"]);
    for _ in 0..300 {
        assert_eq!(world.connect("evil.test:443").await.status, 403);
    }
    assert_eq!(world.dns.asked().len(), 2, "A and AAAA");
    let report = world.lease.report();
    assert_eq!((report.requests, report.refused), (1, 300));
    // the next request on this lease's page asks anew
    world.lease.begin();
    world.connect("evil.test:443").await;
    assert_eq!(world.dns.asked().len(), 4);
}

#[tokio::test]
async fn an_answer_that_changes_after_the_check_changes_nothing() {
    let good = Site::replying(OK).await;
    let forbidden = Site::on(&format!("127.0.0.2:{}", good.port()), |_visit| async {}).await;
    let world = World::allowing(&[&good.address().to_string()]).await;
    world.dns.set("rebind.test", [addresses_of(&["127.0.0.1"]), addresses_of(&["127.0.0.2"])]);
    let url = format!("http://rebind.test:{}/", good.port());
    let mut browser = world.browser().await;
    for _ in 0..5 {
        assert_eq!(browser.get(&url).await.text(), "ok");
    }
    let mut asked = world.dns.asked();
    asked.sort_by_key(|(_, kind)| u16::from(*kind));
    let once = ["A", "AAAA"].map(|_| "rebind.test".to_owned());
    assert_eq!(asked.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), once, "one round");
    assert_eq!(asked.iter().map(|(_, kind)| *kind).collect::<Vec<_>>(), [RecordType::A, RecordType::AAAA]);
    // a new connection asks again, gets the other answer, and is refused
    assert_eq!(world.get(&url).await.status, 403);
    assert_eq!(world.dns.asked().len(), 4);
    assert_eq!((good.connections(), forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn a_pair_with_a_name_reaches_what_the_name_resolves_to() {
    let site = Site::replying(OK).await;
    let pair = format!("shop.test:{}", site.port());
    let world = World::allowing(&[&pair]).await;
    world.dns.point("shop.test", &["127.0.0.1"]);
    world.dns.point("other.test", &["127.0.0.1"]);
    assert_eq!(world.get(&format!("http://{pair}/")).await.status, 200);
    assert_eq!(world.get(&format!("http://SHOP.TEST.:{}/", site.port())).await.status, 200);
    assert_eq!(world.get(&format!("http://other.test:{}/", site.port())).await.status, 403);
    assert_eq!(world.get(&format!("http://127.0.0.1:{}/", site.port())).await.status, 403);
}

#[tokio::test]
async fn localhost_is_never_asked_about() {
    let site = Site::replying(OK).await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    assert_eq!(world.get(&format!("http://localhost:{}/", site.port())).await.status, 200);
    assert_eq!(world.get("http://localhost/").await.status, 403);
    assert_eq!(world.dns.asked(), []);
}

#[tokio::test]
async fn names_that_cannot_be_looked_up_are_failures_and_not_refusals() {
    let world = World::allowing(&[]).await;
    world.dns.set("broken.test", [Answer::ServerFailure]);
    world.dns.set("empty.test", [Answer::Addresses(Vec::new())]);
    for (name, failure) in [
        ("missing.test", UpstreamFailure::NoSuchHost),
        ("empty.test", UpstreamFailure::NoSuchHost),
        ("broken.test", UpstreamFailure::Dns),
    ] {
        check(&world, name, 502, failure).await;
    }
    assert_eq!(world.lease.report().refused, 0);
    assert_eq!(world.metric(r#"playwright_egress_failed_total{failure="no_such_host"}"#), 2);
}

#[tokio::test]
async fn a_silent_dns_server_is_given_up() {
    let limits = EgressLimits { resolve_timeout: Duration::from_millis(300), ..EgressLimits::default() };
    let world = World::with(&[], limits).await;
    world.dns.set("silent.test", [Answer::Silence]);
    check(&world, "silent.test", 504, UpstreamFailure::DnsTimeout).await;
}

async fn check(world: &World, name: &str, status: u16, failure: UpstreamFailure) {
    let reply = world.connect(&format!("{name}:443")).await;
    assert_eq!((reply.status, reply.header("x-egress")), (status, Some("failed")), "{name}");
    let url = format!("https://{name}/x").parse().expect("a url");
    assert_eq!(world.lease.report().trouble_of(&url), Some(Trouble::Failed(failure)), "{name}");
}

#[tokio::test]
async fn a_page_cannot_use_the_search_list() {
    let world = World::allowing(&[]).await;
    world.connect("intranet:443").await;
    assert!(world.dns.asked().iter().all(|(name, _)| name == "intranet"), "{:?}", world.dns.asked());
}
