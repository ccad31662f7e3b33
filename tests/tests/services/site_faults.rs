//! Sites that fail, refuse, deceive or never end.

use std::time::Duration;

use playwright_tests::{assert_error, ingestion, is_at_rest, scrape};
use serde_json::json;
use test_support::eventually;

#[tokio::test]
async fn a_page_that_is_no_product_is_named_and_never_sold() {
    let shop = ingestion(&[]).await;
    let table = [
        ("/robot-check.html", "captcha"),
        ("/login-wall.html", "login_wall"),
        ("/status/404", "not_found"),
        ("/status/410", "not_found"),
        ("/listing.html", "listing"),
        ("/article.html", "article"),
        ("/empty-shell.html", "empty_shell"),
        ("/document.pdf", "not_html"),
        ("/data.json", "not_html"),
    ];
    for (path, verdict) in table {
        let reply = shop.extract_with(path, &json!({ "timeout_s": 6 })).await;
        let body = assert_error(&reply, 422, "extraction_failed", false);
        assert_eq!(body["verdict"], verdict, "{path}: {body}");
    }
    let counted = scrape(&shop.service).await;
    assert_eq!(counted.count("playwright_page_verdicts_total", &[("verdict", "not_found")]), 2);
    let labels = [("error_type", "extraction_failed"), ("fault", "site")];
    assert_eq!(counted.count("playwright_requests_failure_total", &labels), table.len() as u64);
}

#[tokio::test]
async fn a_failing_site_is_tried_again_and_then_named() {
    let shop = ingestion(&[]).await;
    let reply = shop.extract_with("/status/503", &json!({ "retry_count": 2 })).await;
    let body = assert_error(&reply, 502, "network_error", true);
    assert_eq!(body["upstream_status"], 503);
    assert_eq!(shop.site.hits("/status/503"), 3, "one try and two more");
    let reply = shop.extract_with("/status/404", &json!({ "retry_count": 2 })).await;
    assert_error(&reply, 422, "extraction_failed", false);
    assert_eq!(shop.site.hits("/status/404"), 1, "what will not pass is not tried again");
}

#[tokio::test]
async fn a_site_that_recovers_is_waited_for_as_it_asks() {
    let shop = ingestion(&[]).await;
    for plan in ["/flaky/503,503/static-jsonld.html", "/flaky/429-1/static-jsonld.html"] {
        let reply = shop.extract_with(plan, &json!({ "timeout_s": 60 })).await;
        assert_eq!(reply.status, 200, "{plan}: {}", reply.text());
        assert_eq!(reply.json()["price"], 489.0, "{plan}");
        if plan.contains("429") {
            assert!(reply.took >= Duration::from_secs(1), "it was asked to wait for a second");
        }
    }
    assert_eq!(shop.site.hits("/flaky/503,503/static-jsonld.html"), 3);
    assert_eq!(shop.site.hits("/flaky/429-1/static-jsonld.html"), 2);
    let later = "/flaky/503-3600/static-jsonld.html";
    let reply = shop.extract(later).await;
    assert_error(&reply, 502, "network_error", true);
    assert_eq!(reply.header("retry-after"), Some("3600"));
    assert_eq!(shop.site.hits(later), 1, "what does not fit is not waited for");
}

#[tokio::test]
async fn a_puzzle_is_not_asked_for_again_though_its_status_is_a_failure() {
    let shop = ingestion(&[]).await;
    let reply = shop.extract("/status/503/robot-check.html").await;
    let body = assert_error(&reply, 422, "extraction_failed", false);
    assert_eq!((&body["verdict"], &body["upstream_status"]), (&json!("captcha"), &json!(503)), "{body}");
    assert_eq!(shop.site.hits("/status/503/robot-check.html"), 1);
}

#[tokio::test]
async fn connections_that_break_are_network_errors() {
    let shop = ingestion(&[]).await;
    for path in ["/reset", "/endless-redirect"] {
        let reply = shop.extract_with(path, &json!({ "retry_count": 0 })).await;
        assert_eq!(reply.status, 502, "{path}: {}", reply.text());
        assert_eq!(reply.json()["error_type"], "network_error", "{path}");
    }
    // a port that is allowed, and where nobody listens
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let refused = ingestion(&[("PLAYWRIGHT_EGRESS_ALLOW", &address)]).await;
    let request = json!({ "url": format!("http://{address}/"), "retry_count": 0 });
    let reply = refused.service.client().post("/v1/extract", &request).await.expect("an answer");
    let body = assert_error(&reply, 502, "network_error", true);
    let message = body["error_message"].as_str().expect("text");
    assert!(!message.contains("127.0.0.1"), "it shows the address: {message}");
}

#[tokio::test]
async fn pages_that_never_end_are_timed_out_and_let_go() {
    let shop = ingestion(&[]).await;
    for path in ["/hang", "/infinite-loop.html", "/reloads.html"] {
        let reply = shop.extract_with(path, &json!({ "timeout_s": 1.5, "retry_count": 0 })).await;
        assert!(reply.took < Duration::from_millis(2_500), "{path} took {:?}", reply.took);
        // a page that goes on reloading may be found empty before its time is up
        let is_fair = reply.status == 408 || (path == "/reloads.html" && reply.status == 422);
        assert!(is_fair, "{path}: {} {}", reply.status, reply.text());
        if reply.status == 408 {
            let body = assert_error(&reply, 408, "timeout", true);
            let message = body["error_message"].as_str().expect("text");
            assert!(
                message.contains("load") || message.contains("ready") || message.contains("extract"),
                "{message}"
            );
        }
    }
    eventually("the pages are free again", Duration::from_secs(8), async || {
        is_at_rest(&scrape(&shop.service).await).then_some(())
    })
    .await;
    let reply = shop.extract("/static-jsonld.html").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn what_arrives_of_an_endless_page_is_used_or_timed_out() {
    let shop = ingestion(&[]).await;
    let reply = shop.extract_with("/drip", &json!({ "timeout_s": 2, "retry_count": 0 })).await;
    assert!(reply.took < Duration::from_secs(3), "it took {:?}", reply.took);
    assert!([408, 422].contains(&reply.status.as_u16()), "{}", reply.text());
    eventually("the site is let go of", Duration::from_secs(5), async || {
        (shop.site.open_requests() == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn dialogs_are_answered() {
    let shop = ingestion(&[]).await;
    let reply = shop.extract("/dialogs.html").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["title"], "Clingy Lamp");
}

#[tokio::test]
async fn a_download_is_no_page_and_leaves_no_file() {
    let shop = ingestion(&[]).await;
    let reply = shop.extract_with("/attachment", &json!({ "retry_count": 0, "timeout_s": 5 })).await;
    let body = assert_error(&reply, 422, "extraction_failed", false);
    assert_eq!(body["verdict"], "not_html", "{body}");
}
