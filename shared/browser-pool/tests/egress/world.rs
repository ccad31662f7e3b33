//! A proxy with one lease, a DNS server, and a browser's side of the connections.

use std::net::SocketAddr;
use std::time::Duration;

use browser_pool::egress::{Egress, EgressConfig, EgressLease, EgressLimits, EgressMetrics};
use prometheus::{Encoder, Registry, TextEncoder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::dns::Dns;

/// Nothing here takes so long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct World {
    pub(crate) egress: Egress,
    pub(crate) lease: EgressLease,
    pub(crate) dns: Dns,
    registry: Registry,
}

impl World {
    /// With these allowed pairs and the default limits.
    pub(crate) async fn allowing(pairs: &[&str]) -> Self {
        Self::with(pairs, EgressLimits::default()).await
    }

    pub(crate) async fn with(pairs: &[&str], limits: EgressLimits) -> Self {
        let allow = pairs.iter().map(|pair| pair.parse().expect("a pair")).collect();
        Self::start(EgressConfig { allow, limits, ..EgressConfig::default() }).await
    }

    /// Every name is looked up with the world's own DNS server.
    pub(crate) async fn start(config: EgressConfig) -> Self {
        let dns = Dns::start().await;
        let registry = Registry::new();
        let metrics = EgressMetrics::register(&registry).expect("a fresh registry");
        let config = EgressConfig { dns_server: Some(dns.address()), ..config };
        let egress = Egress::start(config, metrics).await.expect("a port");
        let lease = egress.open().await.expect("a port");
        Self { egress, lease, dns, registry }
    }

    pub(crate) async fn browser(&self) -> Browser {
        Browser::to(self.lease.address()).await
    }

    /// One GET over a connection of its own.
    pub(crate) async fn get(&self, url: &str) -> Reply {
        self.browser().await.get(url).await
    }

    /// One CONNECT over a connection of its own.
    pub(crate) async fn connect(&self, target: &str) -> Reply {
        self.browser().await.connect(target).await
    }

    /// The value of a sample in the exposition text, e.g. `name{label="value"}`.
    pub(crate) fn metric(&self, sample: &str) -> u64 {
        let text = self.exposition();
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        line.unwrap_or_else(|| panic!("{sample} is not in {text}")).trim().parse().expect("a count")
    }

    pub(crate) fn exposition(&self) -> String {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("encodable");
        String::from_utf8(text).expect("UTF-8")
    }
}

/// A connection to the proxy.
pub(crate) struct Browser {
    pub(crate) stream: TcpStream,
}

/// An answer, read by its `content-length`, or to the end where it has none.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// False when the connection ended before the body was complete.
    pub(crate) is_complete: bool,
}

impl Browser {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("the proxy listens") }
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.expect("sent");
    }

    pub(crate) async fn get(&mut self, url: &str) -> Reply {
        self.send(&format!("GET {url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n")).await;
        self.reply().await
    }

    pub(crate) async fn connect(&mut self, target: &str) -> Reply {
        self.send(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
        self.reply().await
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        timeout(PATIENCE, self.read_reply()).await.expect("the proxy answers")
    }

    /// Waits until the proxy closes the connection; what still came.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // a reset is an end, too
        let _ended = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the proxy closes");
        rest
    }

    async fn read_reply(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.expect("a head"));
        }
        let head = String::from_utf8(head).expect("ASCII");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut reply = Reply { status, head, body: Vec::new(), is_complete: true };
        match reply.header("content-length").map(|length| length.parse().expect("a length")) {
            Some(length) => {
                reply.body = vec![0; length];
                reply.is_complete = self.stream.read_exact(&mut reply.body).await.is_ok();
            }
            None if reply.header("transfer-encoding").is_some() => {
                reply.body = self.rest().await;
                reply.is_complete = reply.body.ends_with(b"0\r\n\r\n");
            }
            None => {}
        }
        reply
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}
