//! Nothing of a page reaches what the operator did not allow.

use std::time::Duration;

use playwright_tests::{assert_error, image, ingestion, scrape};
use serde_json::{Value, json};
use test_support::FixtureSite;

fn hits(site: &FixtureSite) -> u64 {
    site.all_hits().values().sum()
}

#[tokio::test]
async fn a_page_that_tries_every_way_to_another_server_reaches_it_by_none() {
    let (shop, other) = (ingestion(&[]).await, FixtureSite::start().await);
    let reply = shop.extract(&format!("/reaches-out.html?target={}", other.url(""))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["price"], 12.0);
    assert_eq!(hits(&other), 0, "{:?}", other.all_hits());
    assert!(scrape(&shop.service).await.get("playwright_egress_refused_total", &[]) >= 3.0);
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_before_a_browser_is_touched() {
    let (shop, other) = (ingestion(&[]).await, FixtureSite::start().await);
    let port = other.host_port().split(':').nth(1).unwrap_or_default().to_owned();
    for host in
        ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]", "0"]
    {
        let request = json!({ "url": format!("http://{host}:{port}/"), "timeout_s": 5 });
        let reply = shop.service.client().post("/v1/extract", &request).await.expect("an answer");
        assert_error(&reply, 403, "forbidden_url", false);
    }
    let request = json!({ "url": "http://169.254.169.254/latest/meta-data/" });
    let reply = shop.service.client().post("/v1/extract", &request).await.expect("an answer");
    assert_error(&reply, 403, "forbidden_url", false);
    assert_eq!(hits(&other), 0);
    let counted = scrape(&shop.service).await;
    assert_eq!(counted.count("playwright_page_leases_total", &[]), 0);
    assert_eq!(counted.count("playwright_egress_refused_total", &[("reason", "link_local")]), 1);
}

#[tokio::test]
async fn a_redirect_to_what_is_forbidden_is_refused() {
    let (shop, other) = (ingestion(&[]).await, FixtureSite::start().await);
    let reply =
        shop.extract_with(&format!("/to?url={}", other.url("/secret")), &json!({ "timeout_s": 5 })).await;
    assert_error(&reply, 403, "forbidden_url", false);
    assert_eq!(hits(&other), 0);
}

#[tokio::test]
async fn a_script_that_moves_on_to_what_is_forbidden_or_missing_is_told_from_an_empty_page() {
    let (shop, other) = (ingestion(&[]).await, FixtureSite::start().await);
    let forbidden = format!("https://{}/secret", other.host_port());
    for (target, status, kind, retriable) in [
        (other.url("/secret"), 403, "forbidden_url", false),
        (forbidden, 403, "forbidden_url", false),
        ("http://no-such-host.invalid/".to_owned(), 502, "network_error", false),
    ] {
        let path = format!("/moves-away.html?target={target}");
        let reply = shop.extract_with(&path, &json!({ "timeout_s": 6, "retry_count": 0 })).await;
        assert_error(&reply, status, kind, retriable);
    }
    assert_eq!(hits(&other), 0);
}

/// A red picture would be in the middle if the document could show it.
fn document(site: &FixtureSite) -> Value {
    let picture = site.url("/photos/black-front.png");
    json!({
        "html": format!("<body style='margin:0;background:#fff'><p>text</p><img src='{picture}' width=300>"),
        "width": 400, "height": 300, "scale_factor": 1, "timeout_s": 8,
    })
}

#[tokio::test]
async fn a_rendered_document_loads_what_is_allowed_and_nothing_else() {
    let site = FixtureSite::start().await;
    let picture = "/photos/black-front.png";
    let allowed = image(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let reply = playwright_tests::render(&allowed, &document(&site)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(site.hits(picture), 1);

    for environment in [("PLAYWRIGHT_RENDER_NETWORK", "public"), ("PLAYWRIGHT_RENDER_NETWORK", "none")] {
        let service = image(&[environment]).await;
        let reply = playwright_tests::render(&service, &document(&site)).await;
        assert_eq!(reply.status, 200, "without the picture: {}", reply.text());
        assert!(reply.took < Duration::from_secs(4), "a refused picture is not waited for: {:?}", reply.took);
        assert_eq!(site.hits(picture), 1, "{environment:?}");
    }
}
