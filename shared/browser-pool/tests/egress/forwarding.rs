//! What is let through arrives as if there were no proxy.

use crate::site::Site;
use crate::world::World;

const HELLO: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Egress: refused\r\nKeep-Alive: timeout=9\r\n\r\nhello";

#[tokio::test]
async fn a_request_arrives_as_without_a_proxy() {
    let site = Site::replying(HELLO).await;
    let pair = format!("shop.test:{}", site.port());
    let world = World::allowing(&[&pair]).await;
    world.dns.point("shop.test", &["127.0.0.1"]);
    let mut browser = world.browser().await;
    browser
        .send(&format!(
            "GET http://{pair}/a|[]^{{}}?b=`|{{}}^\\[] HTTP/1.1\r\nHost: forged.test\r\nProxy-Connection: keep-alive\r\n\
             Proxy-Authorization: Basic eDp5\r\nUser-Agent: Browser\r\nAccept-Encoding: gzip\r\nCookie: a=1\r\n\r\n"
        ))
        .await;
    let reply = browser.reply().await;
    assert_eq!((reply.status, reply.text()), (200, "hello"));
    let expected = format!(
        "GET /a|[]^{{}}?b=`|{{}}^\\[] HTTP/1.1\r\nHost: {pair}\r\nConnection: keep-alive\r\nUser-Agent: Browser\r\n\
         Accept-Encoding: gzip\r\nCookie: a=1\r\n\r\n"
    );
    assert_eq!(site.heads(), [expected]);
}

#[tokio::test]
async fn a_site_cannot_speak_for_the_proxy() {
    let site = Site::replying(HELLO).await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let reply = world.get(&format!("http://{}/", site.address())).await;
    assert_eq!(reply.header("x-egress"), None);
    assert_eq!(reply.header("keep-alive"), None);
    assert_eq!(reply.header("date"), None, "the proxy adds nothing");
}

#[tokio::test]
async fn a_kept_connection_is_used_again() {
    let site = Site::replying(HELLO).await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    for path in ["one", "two", "three"] {
        let reply = browser.get(&format!("http://{}/{path}", site.address())).await;
        assert_eq!(reply.text(), "hello");
    }
    assert_eq!((site.connections(), site.heads().len()), (1, 3));
    let report = world.lease.report();
    assert_eq!((report.connections, report.requests), (1, 3));
}

#[tokio::test]
async fn a_connection_that_the_site_closed_meanwhile_costs_no_error() {
    // answers one request per connection and hangs up without saying so beforehand
    let site = Site::start(|mut visit| async move {
        visit.read_head().await;
        visit.send(HELLO.as_bytes()).await;
    })
    .await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    for _ in 0..20 {
        let reply = browser.get(&format!("http://{}/", site.address())).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(site.connections(), 20);
}

#[tokio::test]
async fn another_target_on_the_same_browser_connection_gets_a_connection_of_its_own() {
    let one = Site::replying(HELLO).await;
    let two = Site::replying("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo").await;
    let pairs = [one.address().to_string(), two.address().to_string()];
    let world = World::allowing(&[&pairs[0], &pairs[1]]).await;
    let mut browser = world.browser().await;
    assert_eq!(browser.get(&format!("http://{}/", pairs[0])).await.text(), "hello");
    assert_eq!(browser.get(&format!("http://{}/", pairs[1])).await.text(), "two");
    assert_eq!(browser.get(&format!("http://{}/", pairs[0])).await.text(), "hello");
}

#[tokio::test]
async fn a_body_is_forwarded() {
    let site = Site::start(|mut visit| async move {
        visit.read_head().await;
        let mut body = [0; 9];
        tokio::io::AsyncReadExt::read_exact(&mut visit.stream, &mut body).await.expect("the body");
        assert_eq!(&body, b"name=beef");
        visit.send(HELLO.as_bytes()).await;
    })
    .await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    browser
        .send(&format!(
            "POST http://{}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nname=beef",
            site.address()
        ))
        .await;
    assert_eq!(browser.reply().await.text(), "hello");
}

#[tokio::test]
async fn an_answer_without_a_length_is_passed_on_to_its_end() {
    let site = Site::start(|mut visit| async move {
        visit.read_head().await;
        visit.send(b"HTTP/1.0 200 OK\r\n\r\nto the end").await;
    })
    .await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    browser
        .send(&format!("GET http://{}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", site.address()))
        .await;
    let reply = browser.reply().await;
    assert!(reply.is_complete);
    assert!(reply.text().contains("to the end"));
}

#[tokio::test]
async fn a_tunnel_carries_bytes_both_ways() {
    let site = Site::echo().await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    let target = site.address();
    // some clients do not wait for the 200
    browser.send(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\nearly ")).await;
    assert_eq!(browser.reply().await.status, 200);
    browser.send("late").await;
    tokio::io::AsyncWriteExt::shutdown(&mut browser.stream).await.expect("half-closed");
    assert_eq!(browser.rest().await, b"early late");
    let report = world.lease.report();
    assert_eq!((report.bytes_up, report.bytes_down, report.requests), (10, 10, 1));
    assert_eq!(world.metric(r#"playwright_egress_bytes_total{direction="down"}"#), 10);
    assert_eq!(world.metric("playwright_egress_connections_total"), 1);
}

#[tokio::test]
async fn the_second_address_is_tried_when_the_first_does_not_answer() {
    let site = Site::replying(HELLO).await;
    let pair = format!("shop.test:{}", site.port());
    let world = World::allowing(&[&pair]).await;
    // nothing listens on 127.0.0.9
    world.dns.point("shop.test", &["127.0.0.9", "127.0.0.1"]);
    assert_eq!(world.get(&format!("http://{pair}/")).await.text(), "hello");
}

#[tokio::test]
async fn a_request_with_two_lengths_is_one_request_to_the_site_too() {
    let site = Site::replying(HELLO).await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", hidden.len() + 5),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n\r\n", hidden.len() + 5),
        "Content-Length: 0\r\nContent-Length: 38\r\n\r\n".to_owned(),
        "Transfer-Encoding: identity, chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n".to_owned(),
        "Content-Length: +0\r\n\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ] {
        let mut browser = world.browser().await;
        let head = format!("POST http://{}/ HTTP/1.1\r\nHost: x\r\n{lengths}", site.address());
        browser.send(&head).await;
        tokio::io::AsyncWriteExt::shutdown(&mut browser.stream).await.expect("half-closed");
        browser.rest().await;
    }
    for head in site.heads() {
        let lengths = ["content-length", "transfer-encoding"]
            .iter()
            .filter(|name| head.to_lowercase().contains(&format!("\n{name}:")))
            .count();
        assert!(lengths <= 1, "{head}");
        assert!(head.starts_with("POST / "), "{head}");
    }
}
