//! A connection to the network whose bytes are on a lease's account.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::account::Account;
use super::target::HostPort;
use super::trouble::Trouble;

/// Counts what passes, fails once the account is used up, and remembers when something last moved.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    target: HostPort,
    account: Arc<Account>,
    activity: Arc<Activity>,
    is_cut: bool,
}

/// When something last moved on a wire.
#[derive(Debug)]
pub(crate) struct Activity {
    opened: Instant,
    last_ms: AtomicU64,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, target: HostPort, account: Arc<Account>) -> Self {
        let activity = Activity { opened: Instant::now(), last_ms: AtomicU64::new(0) };
        Self { stream, target, account, activity: Arc::new(activity), is_cut: false }
    }

    pub(crate) fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }

    /// Nothing more passes once the account is used up; noted once, however often it is tried.
    fn check(&mut self) -> io::Result<()> {
        self.account.check_bytes().map_err(|reason| {
            if !self.is_cut {
                self.is_cut = true;
                self.account.note(Some(&self.target), Trouble::Refused(reason));
            }
            io::Error::other(reason.as_str())
        })
    }

    fn count_up(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(written)) = &polled {
            self.account.add_up(*written as u64);
            self.activity.touch();
        }
        polled
    }
}

impl Activity {
    /// Returns when nothing has moved for `limit`.
    pub(crate) async fn ceased(&self, limit: Duration) {
        while let Some(left) = limit.checked_sub(self.quiet_for()).filter(|left| !left.is_zero()) {
            sleep(left).await;
        }
    }

    /// Counts from now.
    pub(crate) fn touch(&self) {
        let elapsed = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(elapsed, Relaxed);
    }

    fn quiet_for(&self) -> Duration {
        self.opened.elapsed().saturating_sub(Duration::from_millis(self.last_ms.load(Relaxed)))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        if read > 0 {
            self.account.add_down(read as u64);
            self.activity.touch();
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.count_up(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.count_up(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
