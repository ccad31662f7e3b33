//! Every way out of a browser, to addresses that it must not reach: through each endpoint none of them sees anything.
//! The same page shows its teeth on a server that may be reached, and in a bare Chromium.

mod bare;

use bare::WAYS;

use std::time::Duration;

use serde_json::{Value, json};
use test_support::{Launch, Reply, Service, eventually};

use crate::ground::dns::Dns;
use crate::ground::recorder::Recorder;
use crate::ground::{DNS, Ground, METADATA, METADATA_V6, PRIVATE, play};
use crate::site::{hostile_site, ways};
use crate::tally::Tally;

/// A secure context, so that the page may use what other sites may only over TLS.
const SITE: &str = "127.0.0.1:18080";
/// On this very machine, where the page must not get.
const LOOPBACK: &str = "127.0.0.2";
/// On this very machine too, but the operator allows it.
const ALLOWED: &str = "127.0.0.3";

/// Ports that the page tries, beyond 80 and 443: a way without a path is known by its port.
const TCP_PORTS: [u16; 11] = [80, 443, 3480, 5349, 8081, 8082, 8443, 8444, 8445, 4433, 9998];
const UDP_PORTS: [u16; 7] = [443, 3478, 3479, 4433, 4434, 5349, 9999];

/// Whatever a page does is done by then: it takes three seconds on purpose.
const REST_WITHIN: Duration = Duration::from_secs(30);

/// Listens for everything at an address.
async fn trap(recorder: Recorder, host: &'static str) {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    for port in TCP_PORTS {
        recorder.listen(&format!("{host}:{port}")).await;
    }
    for port in UDP_PORTS {
        recorder.listen_for_datagrams(&format!("{host}:{port}")).await;
    }
}

/// The site, the forbidden on this machine and outside, names, and a DNS server that nobody should ask.
struct World {
    site: Recorder,
    forbidden: Recorder,
    system_dns: Dns,
    dns: Dns,
}

async fn world(ground: &Ground) -> World {
    let world =
        World { site: hostile_site(), forbidden: Recorder::kind(), system_dns: Dns::default(), dns: Dns::default() };
    world.site.listen(SITE).await;
    for host in [LOOPBACK, "::1"] {
        trap(world.forbidden.clone(), host).await;
    }
    let (forbidden, dns, system_dns) = (world.forbidden.clone(), world.dns.clone(), world.system_dns.clone());
    let system = system_dns_server();
    ground
        .outside(async move {
            for host in [PRIVATE, METADATA, METADATA_V6] {
                trap(forbidden.clone(), host).await;
            }
            dns.listen(&format!("{DNS}:53")).await;
        })
        .await;
    let address = format!("{system}:53");
    if system.starts_with("127.") {
        system_dns.listen(&address).await;
    } else {
        ground.outside_at(&system, async move { system_dns.listen(&address).await }).await;
    }
    for dns in [&world.dns, &world.system_dns] {
        dns.point("internal.ways.test", &[PRIVATE]);
        dns.point("loopback.ways.test", &[LOOPBACK]);
    }
    world
}

/// Whether the page says that it has come to its end.
fn has_tried_all(site: &Recorder) -> Option<()> {
    site.requests().iter().any(|request| request.path() == "/done").then_some(())
}

/// The server that Chromium would ask if it resolved names itself.
fn system_dns_server() -> String {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let server = text.lines().find_map(|line| line.strip_prefix("nameserver "));
    server.expect("a nameserver in /etc/resolv.conf").trim().to_owned()
}

async fn service(launch: Launch, allowed: &[String]) -> Service {
    let pairs: Vec<String> = [SITE.to_owned()].into_iter().chain(allowed.iter().cloned()).collect();
    let launch = launch
        .env("PLAYWRIGHT_EGRESS_ALLOW", pairs.join(","))
        .env("PLAYWRIGHT_DNS_SERVER", format!("{DNS}:53"))
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    launch.start().await.expect("the service starts")
}

async fn post(service: &Service, path: &str, request: &Value) -> Reply {
    service.client().post(path, request).await.expect("an answer")
}

/// Ends the service: whatever its pages wanted to send at their end is sent by then.
async fn end(service: Service) {
    eventually("all pages are given back", REST_WITHIN, async || {
        let metrics = service.metrics().await.ok()?;
        playwright_tests::is_at_rest(&metrics).then_some(())
    })
    .await;
    drop(service);
}

/// What the page may try at a host, in the order of the findings that the table names.
const TARGETS: [&str; 6] =
    [LOOPBACK, "[::1]", PRIVATE, METADATA, "internal.ways.test", "loopback.ways.test"];

#[test]
fn of_an_extracted_page() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally = Tally::new("b1-extract", "B1–B6", "every way out of an extracted page");
        let service = service(Launch::ingestion(), &[]).await;
        let extracted = TARGETS.map(|host| {
            let url = format!("http://{SITE}/ways?target={host}");
            let request = json!({ "url": url, "timeout_s": 30 });
            let service = &service;
            async move { (host, post(service, "/v1/extract", &request).await) }
        });
        let extracted = futures_util::future::join_all(extracted).await;
        end(service).await;
        for (host, reply) in extracted {
            let is_whole = reply.status == 200 && reply.json()["price"] == 12.0;
            tally.case(is_whole, || format!("{host}: {} {}", reply.status, reply.text()));
        }
        tally.more_cases(TARGETS.len() * (WAYS.len() - 1));
        finish(tally, &world);
    });
}

#[test]
fn of_a_rendered_document_and_a_pictured_page() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally = Tally::new("b2-render", "B1–B6", "every way out of a rendered document and a pictured page");
        let service = service(Launch::image(), &[]).await;
        let drawn = TARGETS.map(|host| {
            let own = format!("http://{SITE}");
            let document =
                json!({ "html": ways(host, &own), "wait_for": ".done", "scale_factor": 1, "timeout_s": 30 });
            let url = format!("{own}/ways?target={host}");
            let page = json!({ "url": url, "wait_for": ".done", "scale_factor": 1, "timeout_s": 30 });
            let service = &service;
            async move { [post(service, "/v1/render", &document).await, post(service, "/v1/screenshot", &page).await] }
        });
        let drawn = futures_util::future::join_all(drawn).await;
        end(service).await;
        for reply in drawn.iter().flatten() {
            tally.case(reply.status == 200, || format!("{} {}", reply.status, reply.text()));
        }
        tally.more_cases(2 * TARGETS.len() * (WAYS.len() - 1));
        finish(tally, &world);
    });
}

fn finish(mut tally: Tally, world: &World) {
    tally.hits("what is forbidden", &world.forbidden.hits());
    tally.hits("the system's DNS server", &world.system_dns.asked());
    // the service looks up what a page asks the proxy for, and Chromium nothing
    let strange: Vec<_> =
        world.dns.asked().into_iter().filter(|name| !name.ends_with(".ways.test")).collect();
    tally.hits("the service's DNS server, for names that no page named", &strange);
    tally.finish();
}

#[test]
fn are_open_where_they_may_be() {
    play(async |ground| {
        let world = world(&ground).await;
        let allowed = Recorder::kind();
        trap(allowed.clone(), ALLOWED).await;
        let pairs: Vec<String> = TCP_PORTS.iter().map(|port| format!("{ALLOWED}:{port}")).collect();
        let service = service(Launch::ingestion(), &pairs).await;
        let url = format!("http://{SITE}/ways?target={ALLOWED}");
        let reply = post(&service, "/v1/extract", &json!({ "url": url, "timeout_s": 30 })).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        end(service).await;
        let seen = allowed.names();
        bare::compare("b3-control", "control: the same page, its target allowed", &seen, 90);
        assert_eq!(world.forbidden.hits().len(), 0);
    });
}

#[test]
fn are_open_in_a_bare_chromium() {
    play(async |ground| {
        let world = world(&ground).await;
        let browser = bare::Browser::open(&format!("http://{SITE}/ways?target={LOOPBACK}"));
        eventually("the page has tried everything", REST_WITHIN, async || has_tried_all(&world.site)).await;
        let seen = bare::seen_within(&world.forbidden, 100, REST_WITHIN).await;
        drop(browser);
        bare::compare("b4-bare", "control: the same page in a bare Chromium", &seen, 95);
        let asked = world.system_dns.asked();
        assert!(asked.iter().any(|name| name == "stun.ways.test"), "{asked:?}");
        assert!(seen.iter().any(|name| name.starts_with("udp:")), "{seen:?}");
    });
}
