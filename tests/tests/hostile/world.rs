//! The actors of a hostile test: the site, what must not be reached, names, a service under test.

use std::time::Duration;

use serde_json::Value;
use test_support::{Launch, Reply, Service, eventually};

use crate::ground::dns::Dns;
use crate::ground::recorder::Recorder;
use crate::ground::{DNS, Ground, METADATA, METADATA_V6, PRIVATE};
use crate::site::hostile_site;

/// A secure context, so that the page may use what other sites may only over TLS.
pub(crate) const SITE: &str = "127.0.0.1:18080";
/// On this very machine, where the page must not get.
pub(crate) const LOOPBACK: &str = "127.0.0.2";
/// On this very machine too, but the operator allows it.
pub(crate) const ALLOWED: &str = "127.0.0.3";

/// Ports that the page tries, beyond 80 and 443: a way without a path is known by its port.
pub(crate) const TCP_PORTS: [u16; 11] = [80, 443, 3480, 5349, 8081, 8082, 8443, 8444, 8445, 4433, 9998];
const UDP_PORTS: [u16; 7] = [443, 3478, 3479, 4433, 4434, 5349, 9999];

/// Whatever a page does is done by then: it takes three seconds on purpose.
pub(crate) const REST_WITHIN: Duration = Duration::from_secs(30);

/// Listens for everything at an address.
pub(crate) async fn trap(recorder: Recorder, host: &'static str) {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    for port in TCP_PORTS {
        recorder.listen(&format!("{host}:{port}")).await;
    }
    for port in UDP_PORTS {
        recorder.listen_for_datagrams(&format!("{host}:{port}")).await;
    }
}

/// The site, the forbidden on this machine and outside, names, and a DNS server that nobody should ask.
pub(crate) struct World {
    pub(crate) site: Recorder,
    pub(crate) forbidden: Recorder,
    pub(crate) system_dns: Dns,
    pub(crate) dns: Dns,
}

pub(crate) async fn world(ground: &Ground) -> World {
    let world = World {
        site: hostile_site(),
        forbidden: Recorder::kind(),
        system_dns: Dns::default(),
        dns: Dns::default(),
    };
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

/// The server that Chromium would ask if it resolved names itself.
fn system_dns_server() -> String {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let server = text.lines().find_map(|line| line.strip_prefix("nameserver "));
    server.expect("a nameserver in /etc/resolv.conf").trim().to_owned()
}

pub(crate) async fn service(launch: Launch, allowed: &[String]) -> Service {
    let pairs: Vec<String> = [SITE.to_owned()].into_iter().chain(allowed.iter().cloned()).collect();
    let launch = launch
        .env("PLAYWRIGHT_EGRESS_ALLOW", pairs.join(","))
        .env("PLAYWRIGHT_DNS_SERVER", format!("{DNS}:53"))
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    launch.start().await.expect("the service starts")
}

pub(crate) async fn post(service: &Service, path: &str, request: &Value) -> Reply {
    service.client().post(path, request).await.expect("an answer")
}

/// Ends the service: whatever its pages wanted to send at their end is sent by then.
pub(crate) async fn end(service: Service) {
    eventually("all pages are given back", REST_WITHIN, async || {
        let metrics = service.metrics().await.ok()?;
        playwright_tests::is_at_rest(&metrics).then_some(())
    })
    .await;
    drop(service);
}
