//! Targets: raw TCP servers that remember what they were sent.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

/// A listener, and what came to it.
pub(crate) struct Site {
    address: SocketAddr,
    log: Arc<Log>,
    _server: AbortOnDropHandle<()>,
}

/// What a site has seen.
#[derive(Default)]
pub(crate) struct Log {
    connections: AtomicUsize,
    heads: Mutex<Vec<String>>,
}

/// One connection to a site.
pub(crate) struct Visit {
    pub(crate) stream: TcpStream,
    /// 0 for the first connection.
    pub(crate) number: usize,
    log: Arc<Log>,
}

impl Site {
    /// Runs `handle` for every connection to `address`.
    pub(crate) async fn on<F, Fut>(address: &str, handle: F) -> Self
    where
        F: Fn(Visit) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.expect("a free address");
        let address = listener.local_addr().expect("its address");
        let log = Arc::new(Log::default());
        let shared = Arc::clone(&log);
        let server = tokio::spawn(async move {
            let mut visits = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, SeqCst);
                visits.spawn(handle(Visit { stream, number, log: Arc::clone(&shared) }));
            }
        });
        Self { address, log, _server: AbortOnDropHandle::new(server) }
    }

    pub(crate) async fn start<F, Fut>(handle: F) -> Self
    where
        F: Fn(Visit) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::on("127.0.0.1:0", handle).await
    }

    /// Answers every request on a connection with `reply`, as long as the client asks.
    pub(crate) async fn replying(reply: &'static str) -> Self {
        Self::start(move |mut visit| async move {
            while visit.read_head().await.is_some() {
                visit.send(reply.as_bytes()).await;
            }
        })
        .await
    }

    /// Sends back every byte.
    pub(crate) async fn echo() -> Self {
        Self::start(|mut visit| async move {
            let (mut reader, mut writer) = visit.stream.split();
            // ends with an error when the test drops its side
            let _ended = tokio::io::copy(&mut reader, &mut writer).await;
        })
        .await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(SeqCst)
    }

    /// The heads of the requests, in order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.log.heads.lock().expect("not poisoned").clone()
    }
}

impl Visit {
    /// The next request's head; `None` when the client has closed.
    pub(crate) async fn read_head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("ASCII");
        self.log.heads.lock().expect("not poisoned").push(head.clone());
        Some(head)
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // the proxy may hang up in the middle: several tests are about that
        let _sent = self.stream.write_all(bytes).await;
    }
}
