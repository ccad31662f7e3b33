//! Chromium's helper processes killed under requests, and clients that go away.

use std::time::Duration;

use playwright_tests::{render, scrape};
use serde_json::json;
use test_support::process::{ProcessId, Signal, signal};
use test_support::{FixtureSite, Launch, Service, eventually};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{SOON, until_at_rest};

const SLOW: &str = "/slow/600/photos/black-front.png";

async fn start(site: &FixtureSite) -> Service {
    let launch = Launch::image()
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_FRAME_CONTROL", "false")
        .env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
    let service = launch.start().await.expect("the service starts");
    until_at_rest(&service).await;
    service
}

fn helpers(service: &Service, kind: &str) -> Vec<ProcessId> {
    let is_kind = |process: &ProcessId| process.command_line().join(" ").contains(kind);
    service.processes().into_iter().filter(is_kind).collect()
}

/// A page's picture takes so long that its browser's helper is killed meanwhile.
#[tokio::test]
async fn a_killed_helper_process_costs_at_most_a_retry() {
    let site = FixtureSite::start().await;
    let service = start(&site).await;
    let picture = site.url(SLOW);
    for kind in ["--type=gpu-process", "network.mojom.NetworkService"] {
        let asked = site.hits(SLOW);
        let card = json!({
            "html": format!("<h1>card<img src='{picture}?{kind}'>"), "image_format": "jpeg", "timeout_s": 20,
        });
        let (reply, killed) = tokio::join!(render(&service, &card), async {
            eventually("the page is at work", SOON, async || (site.hits(SLOW) > asked).then_some(())).await;
            let helpers = helpers(&service, kind);
            for helper in &helpers {
                signal(helper.pid, Signal::KILL).expect("it runs");
            }
            helpers
        });
        assert!(!killed.is_empty(), "no {kind}");
        let is_fair = reply.status == 200 || reply.json()["retriable"] == true;
        assert!(is_fair, "{kind}: {}", reply.text());
        let reply = render(&service, &card).await;
        assert_eq!(reply.status, 200, "{kind}, one retry later: {}", reply.text());
        eventually(format!("there is a {kind} again, and the killed one is reaped"), SOON, async || {
            let is_back = !helpers(&service, kind).is_empty();
            (is_back && killed.iter().all(|helper| !helper.is_running() && !helper.is_zombie())).then_some(())
        })
        .await;
        until_at_rest(&service).await;
    }
}

#[tokio::test]
async fn a_client_that_is_gone_frees_its_page() {
    let site = FixtureSite::start().await;
    let service = start(&site).await;
    let hanging =
        json!({ "html": format!("<img src='{}'>", site.url("/hang")), "timeout_s": 60 }).to_string();
    let address = service.client().base().replace("http://", "");
    let mut client = TcpStream::connect(&address).await.expect("it listens");
    let head = format!("POST /v1/render HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n");
    let request = format!("{head}content-length: {}\r\n\r\n{hanging}", hanging.len());
    client.write_all(request.as_bytes()).await.expect("it reads");
    eventually("its page is at work", SOON, async || (site.hits("/hang") > 0).then_some(())).await;
    drop(client);
    eventually("its page is free again", Duration::from_secs(5), async || {
        let counted = scrape(&service).await;
        let at_work = counted.get("playwright_page_pool_size", &[])
            - counted.get("playwright_page_pool_available", &[]);
        let is_free = at_work < 1.0 && counted.get("playwright_client_gone_total", &[]) >= 1.0;
        is_free.then_some(())
    })
    .await;
    assert_eq!(site.open_requests(), 0, "the site is still being asked");
    until_at_rest(&service).await;
}
