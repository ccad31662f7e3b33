//! Telling a client that has closed only its writing side from one that is gone.
//!
//! Both look alike: the end of what it sends. The difference is what its machine says to bytes that arrive: one takes
//! them, the other resets the connection. Every answer begins with the same byte, so that byte is sent ahead.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Of `HTTP/1.1 200 OK` and every other answer.
const FIRST_BYTE: &[u8] = b"H";
/// A reset is an event that tokio does not tell once the end has been read; the page has to be free within seconds.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub(super) struct Probe {
    is_sent: bool,
    next_look: Option<Pin<Box<Sleep>>>,
}

impl Probe {
    /// Ready when the client is gone, with how that was told.
    pub(super) fn poll_gone(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Error> {
        if !self.is_sent {
            match ready!(Pin::new(&mut *stream).poll_write(cx, FIRST_BYTE)) {
                Ok(_) => self.is_sent = true,
                Err(error) => return Poll::Ready(error),
            }
        }
        loop {
            let next_look = self.next_look.get_or_insert_with(|| Box::pin(sleep(LOOK_EVERY)));
            ready!(next_look.as_mut().poll(cx));
            self.next_look = None;
            match stream.take_error() {
                Ok(None) => {}
                Ok(Some(error)) | Err(error) => return Poll::Ready(error),
            }
        }
    }

    /// How many bytes of an answer have been sent already; the answer is to be written without them.
    pub(super) fn sent_of(&self, answer: &[u8]) -> usize {
        usize::from(self.is_sent && answer.starts_with(FIRST_BYTE))
    }

    /// The answer's beginning has left.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}
