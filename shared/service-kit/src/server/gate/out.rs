//! The way out of a connection: refusals completed, answers given up that nobody takes, an end that loses nothing.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::head::{self, Refusal};
use super::probe::Probe;
use super::refusal;
use crate::metrics::HttpMetrics;

/// Closing with unread bytes resets a connection, and its client may lose an answer that it has not read: what still
/// comes is read for so long, or so much of it.
const LONGEST_LINGERING: Duration = Duration::from_secs(1);
const MOST_LINGERING: usize = 4 << 20;

#[derive(Debug)]
pub(super) struct Out {
    /// For the whole of an answer to be taken.
    limit: Duration,
    /// What hyper has been made to refuse, until it does.
    refusal: Option<Refusal>,
    /// In place of a refusal that hyper has written.
    pending: BytesMut,
    /// Something was written that may not have left yet.
    is_unflushed: bool,
    /// Since the client takes no more of an answer.
    stalled: Option<Pin<Box<Sleep>>>,
    pub(super) probe: Probe,
    lingering: Option<Lingering>,
    metrics: Option<HttpMetrics>,
}

#[derive(Debug)]
struct Lingering {
    end: Pin<Box<Sleep>>,
    read: usize,
}

impl Out {
    pub(super) fn new(limit: Duration, metrics: Option<HttpMetrics>) -> Self {
        Self {
            limit,
            refusal: None,
            pending: BytesMut::new(),
            is_unflushed: false,
            stalled: None,
            probe: Probe::default(),
            lingering: None,
            metrics,
        }
    }

    pub(super) fn is_unflushed(&self) -> bool {
        self.is_unflushed
    }

    /// hyper is about to refuse: in these words.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    pub(super) fn poll_write(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_unflushed = true;
        ready!(self.poll_pending(stream, cx))?;
        if let Some(by_hyper) = head::hypers_refusal(buffer) {
            let refusal = self.refusal.take().unwrap_or(by_hyper);
            let answer = refusal::answer(refusal, self.metrics.as_ref());
            self.pending = BytesMut::from(&answer[self.probe.sent_of(buffer)..]);
            self.probe.reset();
            // Written by the flush that hyper does before it closes.
            return Poll::Ready(Ok(buffer.len()));
        }
        let sent = self.probe.sent_of(buffer);
        let rest = &buffer[sent..];
        let written = if rest.is_empty() {
            0
        } else {
            ready!(self.poll_taken(stream, cx, |stream, cx| stream.poll_write(cx, rest)))?
        };
        self.probe.reset();
        Poll::Ready(Ok(sent + written))
    }

    pub(super) fn poll_write_vectored(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A refusal has no body and comes as one buffer; what has been sent of an answer is in its first.
        let first = buffers.iter().find(|buffer| !buffer.is_empty());
        let is_one = buffers.len() == 1 || !self.pending.is_empty();
        if let Some(first) = first.filter(|first| is_one || self.probe.sent_of(first) > 0) {
            return self.poll_write(stream, cx, first);
        }
        self.is_unflushed = true;
        self.poll_taken(stream, cx, |stream, cx| stream.poll_write_vectored(cx, buffers))
    }

    pub(super) fn poll_flush(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(stream, cx))?;
        ready!(Pin::new(stream).poll_flush(cx))?;
        (self.is_unflushed, self.stalled) = (false, None);
        Poll::Ready(Ok(()))
    }

    /// Ends the connection; `reads_on` where the client may still be sending.
    pub(super) fn poll_shutdown(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        reads_on: bool,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(stream, cx))?;
        if self.lingering.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            self.lingering = Some(Lingering { end: Box::pin(sleep(LONGEST_LINGERING)), read: 0 });
        }
        match &mut self.lingering {
            Some(lingering) if reads_on => lingering.poll(stream, cx).map(Ok),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn poll_pending(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            let written = self.poll_taken(stream, cx, |stream, cx| stream.poll_write(cx, &pending));
            self.pending = pending;
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.pending.advance(written),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes, and gives up when the client has not taken the answer within the limit.
    fn poll_taken(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let written = write(Pin::new(&mut *stream), cx);
        if written.is_ready() {
            return written;
        }
        let limit = self.limit;
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx));
        // Else the kernel would keep what it holds for a client that does not read.
        stream.set_zero_linger()?;
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client did not take its answer in time",
        )))
    }
}

impl Lingering {
    fn poll(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut thrown_away = [0; 4096];
        while self.read < MOST_LINGERING {
            if self.end.as_mut().poll(cx).is_ready() {
                break;
            }
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.read += buffer.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}
