//! A server that remembers everything that reaches it: connections, what they said, datagrams.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

use super::request::{Request, answer};

/// A connection that says nothing for so long is closed.
const PATIENCE: Duration = Duration::from_secs(30);

type Handler = dyn Fn(&Request) -> Vec<u8> + Send + Sync;

/// What reached one listener.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) port: u16,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Connection,
    Request(Request),
    Tls,
    Datagram,
}

/// A set of listeners with one memory and one way to answer. They end with the runtime that they were started on.
#[derive(Clone)]
pub(crate) struct Recorder {
    hits: Arc<Mutex<Vec<Hit>>>,
    handler: Arc<Handler>,
}

impl Recorder {
    /// Answers requests with what `handler` makes of them.
    pub(crate) fn new(handler: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self { hits: Arc::default(), handler: Arc::new(handler) }
    }

    /// Answers everything kindly, so that whoever gets through goes on.
    pub(crate) fn kind() -> Self {
        Self::new(|request| {
            answer(200, &["Access-Control-Allow-Origin: *", kind_of(request.path())], "/* */")
        })
    }

    /// Listens for connections on an address.
    pub(crate) async fn listen(&self, address: &str) -> SocketAddr {
        let listener = TcpListener::bind(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let bound = listener.local_addr().expect("its address");
        let this = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                this.note(bound.port(), What::Connection);
                let this = this.clone();
                tokio::spawn(async move { timeout(PATIENCE, this.serve(stream, bound.port())).await });
            }
        });
        bound
    }

    /// Listens for datagrams on an address.
    pub(crate) async fn listen_for_datagrams(&self, address: &str) {
        let socket = UdpSocket::bind(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let port = socket.local_addr().expect("its address").port();
        let this = self.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while socket.recv_from(&mut buffer).await.is_ok() {
                this.note(port, What::Datagram);
            }
        });
    }

    pub(crate) fn hits(&self) -> Vec<Hit> {
        self.memory().clone()
    }

    /// Every request that came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let heads = self.hits().into_iter().filter_map(|hit| match hit.what {
            What::Request(request) => Some(request),
            What::Connection | What::Tls | What::Datagram => None,
        });
        heads.collect()
    }

    /// The names of what came: a request by the last part of its path, all else by its port.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let names = self.hits().into_iter().filter_map(|hit| match hit.what {
            What::Request(request) => request.path().rsplit('/').next().map(str::to_owned),
            What::Tls => Some(format!("tls:{}", hit.port)),
            What::Datagram => Some(format!("udp:{}", hit.port)),
            What::Connection => Some(format!("tcp:{}", hit.port)),
        });
        names.collect()
    }

    fn note(&self, port: u16, what: What) {
        self.memory().push(Hit { port, what });
    }

    fn memory(&self) -> MutexGuard<'_, Vec<Hit>> {
        self.hits.lock().expect("not poisoned")
    }

    async fn serve(&self, mut stream: TcpStream, port: u16) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && head.len() < 64 << 10 {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
            if head == [0x16] {
                return self.note(port, What::Tls);
            }
        }
        let request = Request { head: String::from_utf8_lossy(&head).into_owned() };
        let reply = (self.handler)(&request);
        self.note(port, What::Request(request));
        // whoever asked may have gone
        let _ = stream.write_all(&reply).await;
        let _ = stream.shutdown().await;
        // a close while bytes are unread would be a reset, and take the answer along
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        name if name.contains("css") => "Content-Type: text/css",
        name if name.contains("script") || name.contains("import") || name.contains("worklet") => {
            "Content-Type: text/javascript"
        }
        name if name.contains("eventsource") => "Content-Type: text/event-stream",
        _ => "Content-Type: text/html",
    }
}
