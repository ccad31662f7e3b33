//! Every way out of a browser, to addresses that it must not reach: through each endpoint none of them sees anything.
//! The same page shows its teeth on a server that may be reached, and in a bare Chromium.

mod bare;

use bare::WAYS;

use futures_util::stream::{StreamExt, iter};
use serde_json::json;
use test_support::{Launch, eventually};

use crate::ground::recorder::Recorder;
use crate::ground::{METADATA, PRIVATE, play};
use crate::site::ways;
use crate::tally::Tally;
use crate::world::{ALLOWED, LOOPBACK, REST_WITHIN, SITE, TCP_PORTS, World, end, post, service, trap, world};

/// What the page may try at a host, in the order of the findings that the table names.
const TARGETS: [&str; 6] = [LOOPBACK, "[::1]", PRIVATE, METADATA, "internal.ways.test", "loopback.ways.test"];

/// Whether the page says that it has come to its end.
fn has_tried_all(site: &Recorder) -> Option<()> {
    site.requests().iter().any(|request| request.path() == "/done").then_some(())
}

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
        // one site has its share of the pages only
        let extracted: Vec<_> = iter(extracted).buffer_unordered(3).collect().await;
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
        let mut tally =
            Tally::new("b2-render", "B1–B6", "every way out of a rendered document and a pictured page");
        let service = service(Launch::image(), &[]).await;
        let drawn = TARGETS.map(|host| {
            let own = format!("http://{SITE}");
            let document =
                json!({ "html": ways(host, &own), "wait_for": ".done", "scale_factor": 1, "timeout_s": 30 });
            let url = format!("{own}/ways?target={host}");
            let page = json!({ "url": url, "wait_for": ".done", "scale_factor": 1, "timeout_s": 30 });
            let service = &service;
            async move {
                [post(service, "/v1/render", &document).await, post(service, "/v1/screenshot", &page).await]
            }
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
