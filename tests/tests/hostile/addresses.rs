//! Addresses as callers submit them: refused before a browser is touched, whatever they are spelled like.

use serde_json::json;
use test_support::{Launch, Service};

use crate::ground::play;
use crate::tally::Tally;
use crate::world::{end, post, service, world};

mod spellings;

use spellings::{AMBIGUOUS, LOOPBACK, NOT_HTTP, SPECIAL};

async fn status(service: &Service, path: &str, url: &str) -> (u16, String, String) {
    let reply = post(service, path, &json!({ "url": url, "timeout_s": 5, "retry_count": 0 })).await;
    let kind = reply.json()["error_type"].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), kind, reply.text())
}

fn is_one_of(found: &(u16, String, String), wanted: &[(u16, &str)]) -> bool {
    wanted.iter().any(|(status, kind)| found.0 == *status && found.1 == *kind)
}

const REFUSED: [(u16, &str); 1] = [(403, "forbidden_url")];
const NO_URL: [(u16, &str); 1] = [(400, "invalid_url")];
const TOO_LONG: [(u16, &str); 2] = [(400, "invalid_url"), (400, "invalid_request")];
const EITHER: [(u16, &str); 2] = [(403, "forbidden_url"), (400, "invalid_url")];

async fn check_all(launch: Launch, path: &str, file: &'static str, what: &'static str) {
    play_on(launch, path, Tally::new(file, "A1–A5", what)).await;
}

async fn play_on(launch: Launch, path: &str, mut tally: Tally) {
    let service = service(launch, &[]).await;
    let mut urls: Vec<(String, &[(u16, &str)])> = Vec::new();
    for host in LOOPBACK {
        urls.push((format!("http://{host}/"), &EITHER));
        urls.push((format!("https://{host}:8443/x?y#z"), &EITHER));
    }
    urls.extend(SPECIAL.map(|host| (format!("http://{host}/latest/meta-data/"), REFUSED.as_slice())));
    urls.extend(AMBIGUOUS.map(|url| (url.to_owned(), NO_URL.as_slice())));
    urls.extend(NOT_HTTP.map(|url| (url.to_owned(), NO_URL.as_slice())));
    for port in [1, 7, 22, 25, 53, 110, 143, 445, 2375, 3306, 5432, 6379, 8080, 9200, 11211, 27017, 65535] {
        urls.push((format!("http://shop.test:{port}/"), &REFUSED));
    }
    urls.push((format!("http://shop.test/{}", "a".repeat(200_000)), &TOO_LONG));
    for (url, wanted) in urls {
        let found = status(&service, path, &url).await;
        tally.case(is_one_of(&found, wanted), || format!("{url:.80}: {} {}", found.0, found.2));
    }
    let metrics = service.metrics().await.expect("the metrics");
    let leases = metrics.count("playwright_page_leases_total", &[]);
    tally.case(leases == 0, || format!("{leases} pages were opened for them"));
    let refused = metrics.count("playwright_egress_refused_total", &[("reason", "loopback")]);
    tally.case(refused >= 40, || format!("{refused} refusals of loopback were counted"));
    end(service).await;
    tally.finish();
}

#[test]
fn are_refused_for_extraction() {
    play(async |ground| {
        let world = world(&ground).await;
        check_all(Launch::ingestion(), "/v1/extract", "a1-extract", "submitted addresses, /v1/extract").await;
        assert!(world.forbidden.hits().is_empty() && world.dns.asked().is_empty());
    });
}

#[test]
fn are_refused_for_a_screenshot() {
    play(async |ground| {
        let world = world(&ground).await;
        check_all(Launch::image(), "/v1/screenshot", "a1-picture", "submitted addresses, /v1/screenshot")
            .await;
        assert!(world.forbidden.hits().is_empty() && world.dns.asked().is_empty());
    });
}
