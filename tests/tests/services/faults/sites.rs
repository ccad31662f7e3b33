//! Servers that are silent, endless, broken or not servers at all, and name servers that do not answer.

use std::process::{Command, Stdio};
use std::time::Duration;

use playwright_tests::{assert_error, scrape};
use serde_json::json;
use test_support::{Launch, Reply, Service, eventually};
use tokio::net::UdpSocket;

use super::until_at_rest;
use super::wire::{Play, Wire, html};

const PRODUCT: &str = "<!doctype html><title>Honest Bucket | Example Store</title><main><h1>Honest Bucket, 10 l</h1>\
     <p class=price>$12.00</p><button>Add to cart</button></main>";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
/// What one page may take from the network (`EgressLimits`), and what the kernel may hold of it on two connections.
const MOST_TAKEN: u64 = (50 + 16) << 20;

fn say(text: &str) -> Play {
    Play::Say(text.as_bytes().to_vec())
}

fn repeat(first: &str, again: String, pause: Duration) -> Play {
    Play::Repeat { first: first.as_bytes().to_vec(), again: again.into_bytes(), pause }
}

/// Half a gigabyte of letters, compressed to half a megabyte.
fn bomb() -> Vec<u8> {
    let script = "{ printf '<!doctype html><title>Bomb</title><p>'; head -c 500000000 /dev/zero | tr '\\0' x; } | gzip -1";
    let output = Command::new("sh").args(["-c", script]).stderr(Stdio::inherit()).output();
    let packed = output.expect("`gzip` can be run").stdout;
    let head = format!("{HEAD}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
    [head.into_bytes(), packed].concat()
}

fn play(path: &str, bomb: &[u8]) -> Play {
    const NOW: Duration = Duration::ZERO;
    let status =
        |status: &str, more: &str| say(&format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{more}\r\n"));
    match path {
        "/honest" => html(PRODUCT),
        "/silent" => Play::Hold,
        "/head-drips" => repeat("HTTP/1.1 200 OK\r\n", "X-a: b\r\n".to_owned(), Duration::from_millis(100)),
        "/head-without-end" => repeat("HTTP/1.1 200 OK\r\n", format!("X-a: {}\r\n", "b".repeat(1000)), NOW),
        "/body-without-end" => {
            repeat(&format!("{HEAD}\r\n<title>x</title>"), "<p>drip drip drip</p>\n".repeat(1000), NOW)
        }
        "/ten-gigabytes" => {
            repeat(&format!("{HEAD}Content-Length: 10000000000\r\n\r\n"), "<p>drip</p>\n".repeat(1000), NOW)
        }
        "/bomb" => Play::Say(bomb.to_vec()),
        "/short" => say(&format!("{HEAD}Content-Length: 100000\r\n\r\n{PRODUCT}")),
        "/bad-chunk" => say(&format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{PRODUCT}\r\n")),
        "/late-bad-chunk" => say(&format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\n<h1>\r\nzz\r\n")),
        "/bad-gzip" => say(&format!("{HEAD}Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nabcdef")),
        "/garbage" => {
            Play::Say((0..3000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect())
        }
        "/http-0.9" => say("<html><title>x</title>hello"),
        "/nothing" => say(""),
        "/reset" => Play::Reset,
        "/to-itself" => status("302", "Location: /to-itself\r\nContent-Length: 0\r\n"),
        "/401" => status("401", "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"),
        "/407" => status("407", "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"),
        "/204" => status("204", ""),
        "/205" => status("205", "Content-Length: 0\r\n"),
        "/304" => status("304", ""),
        _ => status("404", "Content-Length: 0\r\n"),
    }
}

async fn site_and_service() -> (Wire, Service) {
    let bomb = bomb();
    let site = Wire::start(move |path| play(path, &bomb)).await;
    let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
    (site, launch.start().await.expect("the service starts"))
}

async fn extract(service: &Service, url: &str, timeout_s: f64) -> Reply {
    let request = json!({ "url": url, "timeout_s": timeout_s, "retry_count": 0 });
    service.client().post("/v1/extract", &request).await.expect("an answer")
}

#[tokio::test]
async fn broken_answers_are_told_at_once_and_endless_ones_by_the_deadline() {
    let (site, service) = site_and_service().await;
    let at_once = [
        ("/short", 502),
        ("/bad-chunk", 502),
        ("/late-bad-chunk", 502),
        ("/bad-gzip", 502),
        ("/garbage", 502),
        ("/http-0.9", 502),
        ("/nothing", 502),
        ("/reset", 502),
        ("/to-itself", 502),
        ("/head-without-end", 502),
        ("/407", 502),
        ("/304", 502),
        ("/401", 422),
        ("/204", 422),
        ("/205", 422),
    ];
    for (path, status) in at_once {
        let reply = extract(&service, &site.url(path), 15.0).await;
        assert!(reply.took < Duration::from_secs(10), "{path} was waited for: {:?}", reply.took);
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
        if status == 502 {
            assert_error(&reply, 502, "network_error", true);
        }
    }
    let endless: [(&str, &[u16]); 5] = [
        ("/silent", &[408]),
        ("/head-drips", &[408]),
        ("/body-without-end", &[200, 408, 422]),
        ("/ten-gigabytes", &[200, 408, 422]),
        ("/bomb", &[200, 408, 422, 500]),
    ];
    for (path, statuses) in endless {
        site.take_sent();
        let reply = extract(&service, &site.url(path), 2.5).await;
        assert!(reply.took < Duration::from_millis(3500), "{path} took {:?}", reply.took);
        assert!(statuses.contains(&reply.status.as_u16()), "{path}: {}", reply.text());
        let health = service.client().get("/health").await.expect("an answer");
        assert_eq!(health.status, 200, "{path}: {}", health.text());
        eventually(format!("{path} is let go of"), Duration::from_secs(5), async || {
            (site.open() == 0).then_some(())
        })
        .await;
        let taken = site.take_sent();
        assert!(taken <= MOST_TAKEN, "{path}: {taken} bytes were taken");
    }
    until_at_rest(&service).await;
    let reply = extract(&service, &site.url("/honest"), 20.0).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scrape(&service).await.count("playwright_browser_crashes_total", &[("kind", "browser")]), 0);
}

#[tokio::test]
async fn a_name_server_that_does_not_answer_costs_one_limit_or_the_deadline() {
    // never read: every question stays without an answer
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let server = silent.local_addr().expect("its address").to_string();
    let service = Launch::ingestion().env("PLAYWRIGHT_DNS_SERVER", server).start().await.expect("it starts");
    let soon = extract(&service, "http://shop.example/", 1.5).await;
    assert_error(&soon, 408, "timeout", true);
    let patient = extract(&service, "https://shop.example/", 20.0).await;
    let body = assert_error(&patient, 502, "network_error", true);
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("looked up")), "{body}");
    assert!(patient.took < Duration::from_secs(8), "one limit, and not one for each try: {:?}", patient.took);
    until_at_rest(&service).await;
}
