//! The error body for requests that hyper refuses by itself.
//!
//! What is no HTTP, has too many headers or a target that is too long never reaches the router: hyper writes a
//! bare head and closes. The contract promises its body with every answer that is no success, so the stream
//! puts it in: such a head is recognised by its missing request id, which every answer of the router has.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::http::{HeaderMap, StatusCode};
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::error::{ApiError, ErrorKind};
use crate::request::{REQUEST_ID, RequestId};

/// A stream that completes hyper's own refusals on their way out.
#[derive(Debug)]
pub(super) struct WithErrorBodies<IO> {
    io: IO,
    /// What replaces a refusal and has not been written yet.
    pending: Vec<u8>,
}

/// The longest head that hyper writes by itself is about 140 bytes.
const LONGEST_REFUSAL: usize = 256;

impl<IO> WithErrorBodies<IO> {
    pub(super) fn new(io: IO) -> Self {
        Self { io, pending: Vec::new() }
    }
}

/// The whole answer in place of hyper's head, when `head` is one of its refusals.
fn complete(head: &[u8]) -> Option<Vec<u8>> {
    let is_refusal = head.starts_with(b"HTTP/1.1 4")
        && head.len() <= LONGEST_REFUSAL
        && head.ends_with(b"\r\n\r\n")
        && !head.windows(REQUEST_ID.len()).any(|window| window.eq_ignore_ascii_case(REQUEST_ID.as_bytes()));
    if !is_refusal {
        return None;
    }
    let status = StatusCode::from_bytes(head.get(9..12)?).ok()?;
    let message = match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "headers: too many or too large, at most 100 of 32 KiB"
        }
        StatusCode::URI_TOO_LONG => "path and query: too long, at most 8192 bytes",
        _ => "not a valid HTTP/1.1 request",
    };
    let id = RequestId::of(&HeaderMap::new());
    let error = ApiError::new(ErrorKind::InvalidRequest, message).with_status(status);
    let body = serde_json::to_string(&error.body(id.as_str())).ok()?;
    tracing::debug!(request_id = id.as_str(), status = status.as_u16(), "refused: {message}");
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\
         {REQUEST_ID}: {}\r\n\r\n{body}",
        body.len(),
        id.as_str(),
    );
    Some(answer.into_bytes())
}

impl<IO: Write + Unpin> WithErrorBodies<IO> {
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: Read + Unpin> Read for WithErrorBodies<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(cx, buffer)
    }
}

impl<IO: Write + Unpin> Write for WithErrorBodies<IO> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_pending(cx))?;
        if let Some(answer) = complete(buffer) {
            this.pending = answer;
            // Written by the flush that hyper does before it closes.
            return Poll::Ready(Ok(buffer.len()));
        }
        Pin::new(&mut this.io).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A refusal has no body and comes as one buffer.
        if let [only] = buffers {
            return self.poll_write(cx, only);
        }
        let this = self.get_mut();
        ready!(this.poll_pending(cx))?;
        Pin::new(&mut this.io).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_pending(cx))?;
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_pending(cx))?;
        Pin::new(&mut this.io).poll_shutdown(cx)
    }
}
