//! A site that says bytes, whatever an HTTP server would say: endless, broken, late, or nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a request.
#[derive(Debug, Clone)]
pub(super) enum Play {
    /// Said, and the connection closed in order.
    Say(Vec<u8>),
    /// Said, then the same again and again, with a pause before each.
    Repeat { first: Vec<u8>, again: Vec<u8>, pause: Duration },
    /// The connection is reset.
    Reset,
    /// Nothing is said, and the connection stays open.
    Hold,
}

/// Listens on loopback for as long as the test's runtime lives.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    address: SocketAddr,
    open: Arc<AtomicUsize>,
    sent: Arc<AtomicU64>,
}

impl Wire {
    /// `answer` is asked with the path of each request.
    pub(super) async fn start(answer: impl Fn(&str) -> Play + Send + Sync + 'static) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let wire = Wire { address, open: Arc::default(), sent: Arc::default() };
        let (this, answer) = (wire.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (this, answer) = (this.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    this.open.fetch_add(1, Ordering::Relaxed);
                    // whoever asked may be gone: that is what most of this is about
                    let _ = this.serve(stream, &*answer).await;
                    this.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        wire
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn host_port(&self) -> String {
        self.address.to_string()
    }

    /// Connections that have not ended.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Bytes that were taken from it since it was last asked.
    pub(super) fn take_sent(&self) -> u64 {
        self.sent.swap(0, Ordering::Relaxed)
    }

    async fn serve(
        &self,
        mut stream: TcpStream,
        answer: &(impl Fn(&str) -> Play + ?Sized),
    ) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head);
        match answer(head.split(' ').nth(1).unwrap_or_default()) {
            Play::Say(bytes) => {
                self.say(&mut stream, &bytes).await?;
                stream.shutdown().await?;
            }
            Play::Repeat { first, again, pause } => {
                self.say(&mut stream, &first).await?;
                loop {
                    tokio::time::sleep(pause).await;
                    self.say(&mut stream, &again).await?;
                }
            }
            Play::Reset => return stream.set_zero_linger(),
            Play::Hold => {}
        }
        // closed by the other side
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }

    async fn say(&self, stream: &mut TcpStream, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            let taken = stream.write(bytes).await?;
            self.sent.fetch_add(taken as u64, Ordering::Relaxed);
            bytes = &bytes[taken..];
        }
        Ok(())
    }
}

/// A whole answer of HTML.
pub(super) fn html(body: &str) -> Play {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n",
        body.len()
    );
    Play::Say(format!("{head}Connection: close\r\n\r\n{body}").into_bytes())
}
