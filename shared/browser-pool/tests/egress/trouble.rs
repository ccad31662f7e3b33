//! Sites that do not answer, or not with HTTP.

use std::time::Duration;

use browser_pool::egress::{EgressLimits, Trouble, UpstreamFailure};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::site::Site;
use crate::world::World;

/// A GET and, where the trouble is in connecting, a CONNECT to a target end with this.
async fn check(world: &World, pair: &str, status: u16, failure: UpstreamFailure) {
    let reply = world.get(&format!("http://{pair}/")).await;
    assert_eq!((reply.status, reply.header("x-egress")), (status, Some("failed")), "{failure:?}");
    assert!(!reply.text().contains("127."), "{}", reply.text());
    let report = world.lease.report();
    assert_eq!(report.trouble_with(&pair.parse().expect("a pair")), Some(Trouble::Failed(failure)));
    assert_eq!(report.refused, 0);
}

async fn site_sending(bytes: &'static [u8]) -> Site {
    Site::start(move |mut visit| async move {
        visit.read_head().await;
        visit.send(bytes).await;
    })
    .await
}

#[tokio::test]
async fn a_closed_port_is_told_from_a_refusal_of_ours() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let pair = listener.local_addr().expect("its address").to_string();
    drop(listener);
    let world = World::allowing(&[&pair]).await;
    check(&world, &pair, 502, UpstreamFailure::ConnectRefused).await;
    assert_eq!(world.connect(&pair).await.status, 502);
}

#[tokio::test]
async fn a_host_that_does_not_accept_is_given_up() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1).expect("listening");
    let address = listener.local_addr().expect("its address");
    // nobody accepts: once the queue is full, the kernel drops further attempts
    let mut queued = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await
    {
        queued.push(stream);
    }
    let limits = EgressLimits { connect_timeout: Duration::from_millis(200), ..EgressLimits::default() };
    let pair = address.to_string();
    let world = World::with(&[&pair], limits).await;
    check(&world, &pair, 504, UpstreamFailure::ConnectTimeout).await;
}

#[tokio::test]
async fn what_is_not_http_is_a_bad_response() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2p1\r\n"[..],
        b"<html>HTTP/0.9</html>",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HTTP/1.1 banana\r\n\r\n",
    ] {
        let site = site_sending(bytes).await;
        let pair = site.address().to_string();
        let world = World::allowing(&[&pair]).await;
        check(&world, &pair, 502, UpstreamFailure::BadResponse).await;
    }
}

#[tokio::test]
async fn a_site_cannot_ask_for_a_proxys_password_or_a_tunnel() {
    for bytes in [
        &b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"[..],
        b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    ] {
        let site = site_sending(bytes).await;
        let pair = site.address().to_string();
        let world = World::allowing(&[&pair]).await;
        check(&world, &pair, 502, UpstreamFailure::BadResponse).await;
    }
}

#[tokio::test]
async fn a_huge_answer_head_is_a_bad_response() {
    let site = Site::start(|mut visit| async move {
        visit.read_head().await;
        visit.send(b"HTTP/1.1 200 OK\r\n").await;
        visit.send(format!("X-Filler: {}\r\n\r\n", "x".repeat(70 << 10)).as_bytes()).await;
        visit.read_head().await;
    })
    .await;
    let pair = site.address().to_string();
    let world = World::allowing(&[&pair]).await;
    check(&world, &pair, 502, UpstreamFailure::BadResponse).await;
}

#[tokio::test]
async fn a_site_that_hangs_up_is_a_reset() {
    let site = site_sending(b"").await;
    let pair = site.address().to_string();
    let world = World::allowing(&[&pair]).await;
    check(&world, &pair, 502, UpstreamFailure::Reset).await;
}

#[tokio::test]
async fn a_silent_site_is_given_up() {
    let site = Site::start(|mut visit| async move {
        visit.read_head().await;
        visit.read_head().await;
    })
    .await;
    let pair = site.address().to_string();
    let limits = EgressLimits { idle_timeout: Duration::from_millis(300), ..EgressLimits::default() };
    let world = World::with(&[&pair], limits).await;
    check(&world, &pair, 504, UpstreamFailure::IdleTimeout).await;
}

#[tokio::test]
async fn a_short_body_is_not_passed_off_as_whole() {
    let site = site_sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort").await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let reply = world.get(&format!("http://{}/", site.address())).await;
    assert_eq!(reply.status, 200);
    assert!(!reply.is_complete);
}

#[tokio::test]
async fn a_site_that_answers_in_the_end_is_in_no_trouble() {
    let site = Site::start(|mut visit| async move {
        if visit.number == 0 {
            return;
        }
        while visit.read_head().await.is_some() {
            visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        }
    })
    .await;
    let pair = site.address().to_string();
    let world = World::allowing(&[&pair]).await;
    check(&world, &pair, 502, UpstreamFailure::Reset).await;
    assert_eq!(world.get(&format!("http://{pair}/")).await.status, 200);
    assert_eq!(world.lease.report().troubles, []);
}
