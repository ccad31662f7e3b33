//! The connection to one browser: numbers the calls, hands answers to their waiters and events to the
//! session that listens, and fails every waiter when the pipe ends.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::target::SessionId;
use chromiumoxide_types::Command;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::call::{Answer, PendingCall};
use super::frame::{FrameReader, Message};

pub(crate) const SESSION_ENDED: &str = "Target.detachedFromTarget";

/// Who hears a session's events. Called on the reading task, in order: it notes and returns.
pub(crate) trait Listener: Send + Sync {
    fn event(&self, method: &str, params: &Bytes);
}

/// A cheap handle; the connection lives until the pipe ends.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    next_id: AtomicU64,
    outbox: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Mutex<Waiting>,
    closed: CancellationToken,
}

#[derive(Default)]
struct Waiting {
    closed: bool,
    calls: HashMap<u64, oneshot::Sender<Answer>>,
    sessions: HashMap<String, Arc<dyn Listener>>,
    browser: Option<Arc<dyn Listener>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("closed", &self.closed.is_cancelled()).finish_non_exhaustive()
    }
}

impl Connection {
    /// Starts reading and writing. Both tasks end with the pipe, or with [`Connection::close`].
    pub(crate) fn open<R, W>(reader: R, writer: W) -> Self
    where
        R: AsyncRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let (outbox, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            next_id: AtomicU64::new(1),
            outbox,
            waiting: Mutex::default(),
            closed: CancellationToken::new(),
        });
        tokio::spawn(write(writer, messages, Arc::clone(&shared)));
        tokio::spawn(read(reader, Arc::clone(&shared)));
        Self { shared }
    }

    /// Sends a command now; several sent in a row are one batch on the wire.
    pub(crate) fn send<C: Command>(
        &self,
        session: Option<&SessionId>,
        command: &C,
    ) -> PendingCall<C::Response> {
        let (sender, answer) = oneshot::channel();
        let method = command.identifier().into_owned();
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        if self.shared.expect_answer(id, sender) {
            self.shared.post(id, session, &method, command);
        }
        PendingCall { id, method, answer, connection: Arc::downgrade(&self.shared), returns: PhantomData }
    }

    /// Sends a command whose answer nobody needs.
    pub(crate) fn tell<C: Command>(&self, session: Option<&SessionId>, command: &C) {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        self.shared.post(id, session, &command.identifier(), command);
    }

    /// Events of `session` go to `listener` from now on.
    pub(crate) fn listen(&self, session: &SessionId, listener: Arc<dyn Listener>) {
        let mut waiting = self.shared.waiting();
        if !waiting.closed {
            waiting.sessions.insert(session.inner().clone(), listener);
        }
    }

    /// Events that belong to no session go to `listener`.
    pub(crate) fn listen_to_browser(&self, listener: Arc<dyn Listener>) {
        self.shared.waiting().browser = Some(listener);
    }

    pub(crate) fn stop_listening(&self, session: &SessionId) {
        self.shared.waiting().sessions.remove(session.inner());
    }

    /// Cancelled when the pipe has ended.
    pub(crate) fn closed(&self) -> &CancellationToken {
        &self.shared.closed
    }

    /// Ends the connection from this side: the pipe closes, and Chromium with it.
    pub(crate) fn close(&self) {
        self.shared.end();
    }
}

impl Shared {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False when there is nobody who could answer: the sender is dropped, which is the waiter's answer.
    fn expect_answer(&self, id: u64, sender: oneshot::Sender<Answer>) -> bool {
        let mut waiting = self.waiting();
        if !waiting.closed {
            waiting.calls.insert(id, sender);
        }
        !waiting.closed
    }

    pub(super) fn forget(&self, id: u64) {
        self.waiting().calls.remove(&id);
    }

    fn post<C: Command>(&self, id: u64, session: Option<&SessionId>, method: &str, params: &C) {
        #[derive(Serialize)]
        struct Call<'a, C> {
            id: u64,
            method: &'a str,
            #[serde(rename = "sessionId", skip_serializing_if = "Option::is_none")]
            session: Option<&'a SessionId>,
            params: &'a C,
        }
        let Ok(mut text) = serde_json::to_vec(&Call { id, method, session, params }) else {
            // A command that has no JSON is never answered; failing it now beats waiting for the deadline.
            self.forget(id);
            return;
        };
        text.push(0);
        // A writer that has ended means a connection that has: every waiter is failed there.
        let _ = self.outbox.send(text);
    }

    fn deliver(&self, frame: &Bytes) {
        match Message::parse(frame) {
            Some(Message::Answer { id, result }) => {
                let waiter = self.waiting().calls.remove(&id);
                if let Some(waiter) = waiter {
                    let _ = waiter.send(result);
                }
            }
            Some(Message::Event { session, method, params }) => {
                // That a session ended is told to the browser, and concerns who listened to that session.
                let session = if method == SESSION_ENDED { ended_session(&params) } else { session };
                let listener = {
                    let waiting = self.waiting();
                    match &session {
                        Some(session) => waiting.sessions.get(session).cloned(),
                        None => waiting.browser.clone(),
                    }
                };
                if let Some(listener) = listener {
                    listener.event(&method, &params);
                }
            }
            None => tracing::debug!(bytes = frame.len(), "ignored a protocol message that is none"),
        }
    }

    /// Nobody will answer any more: every waiter is told so by its dropped sender.
    fn end(&self) {
        let (calls, sessions) = {
            let mut waiting = self.waiting();
            waiting.closed = true;
            waiting.browser = None;
            (std::mem::take(&mut waiting.calls), std::mem::take(&mut waiting.sessions))
        };
        self.closed.cancel();
        drop((calls, sessions));
    }
}

fn ended_session(params: &Bytes) -> Option<String> {
    #[derive(Deserialize)]
    struct Ended {
        #[serde(rename = "sessionId")]
        session: String,
    }
    serde_json::from_slice::<Ended>(params).ok().map(|ended| ended.session)
}

async fn read(mut pipe: impl AsyncRead + Unpin, shared: Arc<Shared>) {
    let mut frames = FrameReader::default();
    loop {
        let read = tokio::select! {
            () = shared.closed.cancelled() => break,
            read = pipe.read_buf(frames.buffer()) => read,
        };
        if !matches!(read, Ok(1..)) {
            break;
        }
        loop {
            match frames.next() {
                Ok(Some(frame)) => shared.deliver(&frame),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "gave up a browser");
                    return shared.end();
                }
            }
        }
    }
    shared.end();
}

async fn write(
    mut pipe: impl AsyncWrite + Unpin,
    mut messages: mpsc::UnboundedReceiver<Vec<u8>>,
    shared: Arc<Shared>,
) {
    let mut batch = Vec::new();
    loop {
        let next = tokio::select! {
            () = shared.closed.cancelled() => return,
            next = messages.recv() => next,
        };
        let Some(first) = next else { return };
        gather(&mut batch, &first, &mut messages);
        let written = tokio::select! {
            () = shared.closed.cancelled() => return,
            written = pipe.write_all(&batch) => written,
        };
        if written.is_err() {
            // Nobody reads any more, so nobody will answer.
            return shared.end();
        }
    }
}

/// What was sent in a row goes out in one write.
fn gather(batch: &mut Vec<u8>, first: &[u8], messages: &mut mpsc::UnboundedReceiver<Vec<u8>>) {
    const ENOUGH: usize = 256 * 1024;
    batch.clear();
    batch.shrink_to(ENOUGH);
    batch.extend_from_slice(first);
    while batch.len() < ENOUGH
        && let Ok(next) = messages.try_recv()
    {
        batch.extend_from_slice(&next);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chromiumoxide::cdp::browser_protocol::browser::{GetVersionParams, GetVersionReturns};
    use tokio::io::DuplexStream;

    use super::super::call::CallError;
    use super::*;
    use crate::deadline::Deadline;

    fn pair() -> (Connection, DuplexStream, DuplexStream) {
        let (to_browser, commands) = tokio::io::duplex(1 << 20);
        let (answers, from_browser) = tokio::io::duplex(1 << 20);
        (Connection::open(from_browser, to_browser), commands, answers)
    }

    async fn version(connection: &Connection, budget: Duration) -> Result<GetVersionReturns, CallError> {
        connection.send(None, &GetVersionParams::default()).within(Deadline::after(budget)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_never_answered_ends_with_its_deadline_and_is_forgotten() {
        let (connection, _commands, _answers) = pair();
        let error = version(&connection, Duration::from_secs(2)).await.expect_err("nobody answers");
        assert!(matches!(error, CallError::DeadlinePassed { .. }), "{error}");
        assert!(connection.shared.waiting().calls.is_empty());
    }

    #[tokio::test]
    async fn the_end_of_the_pipe_fails_every_waiter_and_every_later_call() {
        let (connection, _commands, answers) = pair();
        let waiting = connection.send(None, &GetVersionParams::default());
        drop(answers);
        let error = waiting.within(Deadline::after(Duration::from_secs(60))).await.expect_err("gone");
        assert!(matches!(error, CallError::Gone), "{error}");
        let error = version(&connection, Duration::from_secs(60)).await.expect_err("gone");
        assert!(matches!(error, CallError::Gone), "{error}");
        assert!(connection.closed().is_cancelled());
    }

    #[tokio::test]
    async fn a_rejection_names_the_method() {
        let (connection, _commands, mut answers) = pair();
        let call = connection.send(None, &GetVersionParams::default());
        answers
            .write_all(b"{\"id\":1,\"error\":{\"code\":-1,\"message\":\"not now\"}}\0")
            .await
            .expect("written");
        let error = call.within(Deadline::after(Duration::from_secs(60))).await.expect_err("rejected");
        assert_eq!(error.to_string(), "Browser.getVersion was rejected: not now");
    }

    #[tokio::test]
    async fn calls_sent_in_a_row_are_one_batch_and_answers_find_their_calls_in_any_order() {
        let (connection, mut commands, mut answers) = pair();
        let first = connection.send(None, &GetVersionParams::default());
        let second = connection.send(None, &GetVersionParams::default());
        let mut seen = [0; 4096];
        let read = commands.read(&mut seen).await.expect("read");
        assert_eq!(seen[..read].split(|byte| *byte == 0).count(), 3, "both in one write");
        for id in [2, 1] {
            let answer = format!(
                "{{\"id\":{id},\"result\":{{\"protocolVersion\":\"1.3\",\"product\":\"p{id}\",\"revision\":\"\",\"userAgent\":\"\",\"jsVersion\":\"\"}}}}\0"
            );
            answers.write_all(answer.as_bytes()).await.expect("written");
        }
        let deadline = Deadline::after(Duration::from_secs(60));
        assert_eq!(first.within(deadline).await.expect("answered").product, "p1");
        assert_eq!(second.within(deadline).await.expect("answered").product, "p2");
    }

    #[tokio::test]
    async fn a_call_that_nobody_awaits_is_forgotten() {
        let (connection, _commands, _answers) = pair();
        drop(connection.send(None, &GetVersionParams::default()));
        assert!(connection.shared.waiting().calls.is_empty());
    }
}
