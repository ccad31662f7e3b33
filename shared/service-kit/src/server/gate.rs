//! What stands between a connection and hyper: time limits, and heads that are judged before hyper sees them.
//!
//! - A request's head has the head limit, from its first byte on (the first one's from the connection's beginning), and
//!   the time between two requests the idle limit. Hyper knows one limit for both.
//! - hyper gets one request at a time, and only heads that [`head`] lets through. For one that it does not, hyper is given
//!   what it refuses itself, so that the refusal has its place behind the answers to earlier requests; on its way out it
//!   gets the contract's body.
//! - A client that has closed its writing side may still be waiting for its answer, or be gone: [`probe`] tells.
//! - An answer that is not taken in time is given up, so that nobody can hold memory by not reading.
//!
//! How much of a body may come, and in what time, is its reader's to say.

mod framing;
pub(crate) mod head;
mod out;
mod probe;
mod refusal;

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_util::io::poll_read_buf;

use framing::Framing;
use head::Refusal;
use out::Out;

use crate::metrics::HttpMetrics;

/// Read at once, and kept of what a client sends ahead of its turn.
const BUFFER: usize = 16 << 10;
/// What hyper refuses, with 400 and the connection's end.
const NEVER_VALID: &[u8] = b"\0\r\n\r\n";

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) head: Duration,
    pub(super) idle: Duration,
    /// For the whole of an answer.
    pub(super) write: Duration,
}

/// What a connection's task, its service and its gate tell each other.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// A handler has not returned.
    is_answering: AtomicBool,
    /// Something of a request has come that is not answered.
    has_input: AtomicBool,
    /// A head has begun and not ended.
    is_in_head: AtomicBool,
}

impl Activity {
    /// From a request's head to its handler's answer, however that ends.
    pub(super) fn answering(self: Arc<Self>) -> Answering {
        self.is_answering.store(true, Ordering::Release);
        Answering(self)
    }

    fn is_answering(&self) -> bool {
        self.is_answering.load(Ordering::Acquire)
    }

    /// Whether closing the connection would take nothing from its client.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_answering() && !self.has_input.load(Ordering::Acquire)
    }

    /// Whether a head is awaited of which a part has come, and nothing else is going on.
    pub(super) fn is_in_head(&self) -> bool {
        !self.is_answering() && self.is_in_head.load(Ordering::Acquire)
    }
}

#[derive(Debug)]
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.is_answering.store(false, Ordering::Release);
    }
}

#[derive(Debug)]
pub(super) struct Gate {
    stream: TcpStream,
    limits: Limits,
    activity: Arc<Activity>,
    framing: Framing,
    /// Read and not yet let through.
    came: BytesMut,
    /// Let through and not yet taken by hyper.
    through: BytesMut,
    input: Input,
    clock: Clock,
    /// Of hyper's task, when the next request waits for the answer to this one.
    held: Option<Waker>,
    out: Out,
}

/// How far the client's side has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Open,
    /// The client sends no more.
    Ended,
    /// No more is read, whatever the client sends.
    Closed,
}

/// The limit that runs while a head is waited for.
#[derive(Debug)]
struct Clock {
    waiting: Waiting,
    limit: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    FirstHead,
    Head,
    Idle,
}

impl Clock {
    /// Ready when the limit has passed. A head's begins with its first byte, but for a connection's first head.
    fn poll(&mut self, cx: &mut Context<'_>, has_bytes: bool, limits: &Limits) -> Poll<()> {
        if self.waiting == Waiting::Idle && has_bytes {
            (self.waiting, self.limit) = (Waiting::Head, None);
        }
        let limit = if self.waiting == Waiting::Idle { limits.idle } else { limits.head };
        self.limit.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx)
    }

    fn head_came(&mut self) {
        (self.waiting, self.limit) = (Waiting::Idle, None);
    }
}

impl Gate {
    pub(super) fn new(
        stream: TcpStream,
        limits: Limits,
        activity: Arc<Activity>,
        metrics: Option<HttpMetrics>,
    ) -> Self {
        Self {
            stream,
            limits,
            activity,
            framing: Framing::new(),
            came: BytesMut::new(),
            through: BytesMut::new(),
            input: Input::Open,
            clock: Clock { waiting: Waiting::FirstHead, limit: None },
            held: None,
            out: Out::new(limits.write, metrics),
        }
    }

    /// Until hyper has something to read, or nothing will come any more.
    fn poll_through(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.through.is_empty() && self.input != Input::Closed {
            let is_held =
                self.framing.is_at_head() && (self.activity.is_answering() || self.out.is_unflushed());
            if !is_held {
                self.let_through();
                if !self.through.is_empty() || self.input == Input::Closed {
                    break;
                }
            }
            let is_full = is_held && self.came.len() >= BUFFER;
            let read = if self.input == Input::Open && !is_full {
                self.came.reserve(BUFFER);
                poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.came)?
            } else {
                Poll::Pending
            };
            match read {
                Poll::Ready(0) => self.input = Input::Ended,
                Poll::Ready(_) => {}
                Poll::Pending if is_held => return self.poll_held(cx),
                Poll::Pending => ready!(self.poll_limit(cx)),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn let_through(&mut self) {
        let is_head = self.framing.is_at_head();
        match self.framing.advance(&mut self.came, &mut self.through) {
            Err(refusal) => self.refuse(refusal),
            Ok(()) if !self.through.is_empty() => {
                if is_head {
                    self.clock.head_came();
                }
                if self.framing.is_lost() {
                    self.input = Input::Closed;
                }
            }
            Ok(()) if self.input == Input::Ended => self.input = Input::Closed,
            Ok(()) => {}
        }
        let is_at_head = self.framing.is_at_head() && self.through.is_empty();
        self.activity.has_input.store(!is_at_head || !self.came.is_empty(), Ordering::Release);
        let is_in_head = is_at_head && !self.came.is_empty() && self.input != Input::Closed;
        self.activity.is_in_head.store(is_in_head, Ordering::Release);
    }

    /// Lets hyper refuse, with this in place of its own words.
    fn refuse(&mut self, refusal: Refusal) {
        self.out.refuse(refusal);
        self.input = Input::Closed;
        self.came.clear();
        self.through.clear();
        self.through.extend_from_slice(NEVER_VALID);
    }

    /// While an answer is made or written; hyper reads then to notice the client's end.
    fn poll_held(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.held = Some(cx.waker().clone());
        if self.input == Input::Ended && self.activity.is_answering() {
            return self.out.probe.poll_gone(&mut self.stream, cx).map(Err);
        }
        Poll::Pending
    }

    /// Ready when the limit has passed, with the consequence drawn.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.framing.is_at_head() {
            return Poll::Pending;
        }
        ready!(self.clock.poll(cx, !self.came.is_empty(), &self.limits));
        if self.came.is_empty() {
            self.input = Input::Closed;
        } else {
            self.refuse(Refusal::TOO_SLOW);
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Gate {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_through(cx))?;
        let part = this.through.len().min(buffer.remaining());
        buffer.put_slice(&this.through[..part]);
        this.through.advance(part);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Gate {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.out.poll_write(&mut this.stream, cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.out.poll_write_vectored(&mut this.stream, cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.out.poll_flush(&mut this.stream, cx))?;
        if let Some(held) = this.held.take().filter(|_| !this.activity.is_answering()) {
            held.wake();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let may_be_sending = this.input == Input::Closed || !this.framing.is_at_head();
        this.out.poll_shutdown(&mut this.stream, cx, may_be_sending)
    }
}
