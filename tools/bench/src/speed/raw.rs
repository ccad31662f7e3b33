//! A minimal client of the DevTools protocol over Chromium's debugging pipe: JSON texts, each ended by a NUL. The
//! bench has its own on purpose: a floor under the pool's client must not stand on that client.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// A browser that takes longer over one call has failed.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// As large as the pipe: a picture crosses in few steps.
const READ_SIZE: usize = 1 << 20;

/// A connection; cloning shares it. It ends with the pipe.
#[derive(Debug, Clone)]
pub(crate) struct Wire(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    next_id: AtomicU64,
    outbox: mpsc::UnboundedSender<Vec<u8>>,
    /// `None` once the pipe has ended: nobody will answer any more.
    waiting: Mutex<Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>>,
    /// By session.
    listeners: Mutex<HashMap<String, mpsc::UnboundedSender<Event>>>,
}

/// What the browser says unasked.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) params: Value,
}

/// A call that was sent.
#[derive(Debug)]
pub(crate) struct Call {
    method: &'static str,
    answer: oneshot::Receiver<Vec<u8>>,
}

impl Wire {
    pub(crate) fn open(commands: pipe::Sender, answers: pipe::Receiver) -> Wire {
        let (outbox, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            next_id: AtomicU64::new(1),
            outbox,
            waiting: Mutex::new(Some(HashMap::new())),
            listeners: Mutex::default(),
        });
        tokio::spawn(write(commands, messages));
        tokio::spawn(read(answers, Arc::clone(&shared)));
        Wire(shared)
    }

    /// Sends a call now; calls are answered while others wait.
    pub(crate) fn send(&self, session: Option<&str>, method: &'static str, params: &Value) -> Call {
        let id = self.0.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        if let Some(waiting) = lock(&self.0.waiting).as_mut() {
            waiting.insert(id, sender);
        }
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut text = message.to_string().into_bytes();
        text.push(0);
        // a writer that has ended means a pipe that has: the waiter is told so by its dropped sender
        let _ = self.0.outbox.send(text);
        Call { method, answer }
    }

    fn listen(&self, session: &str) -> mpsc::UnboundedReceiver<Event> {
        let (sender, events) = mpsc::unbounded_channel();
        lock(&self.0.listeners).insert(session.to_owned(), sender);
        events
    }
}

impl Call {
    /// The whole message as it came: nothing of it is parsed.
    pub(crate) async fn message(self) -> Result<Vec<u8>> {
        match timeout(CALL_LIMIT, self.answer).await {
            Err(_) => bail!("{} was not answered", self.method),
            Ok(Err(_)) => bail!("the browser is gone"),
            Ok(Ok(message)) => Ok(message),
        }
    }

    /// What was answered.
    pub(crate) async fn result(self) -> Result<Value> {
        let method = self.method;
        let mut message: Value = serde_json::from_slice(&self.message().await?)?;
        if let Some(error) = message.get("error") {
            bail!("{method} was rejected: {}", error["message"]);
        }
        Ok(message["result"].take())
    }

    /// What an evaluated expression came to.
    pub(crate) async fn value(self) -> Result<Value> {
        let mut result = self.result().await?;
        match result.get("exceptionDetails") {
            Some(exception) => bail!("a script failed: {exception}"),
            None => Ok(result["result"]["value"].take()),
        }
    }
}

/// A page of a browser, with a session of its own.
#[derive(Debug)]
pub(crate) struct Page {
    wire: Wire,
    session: String,
    /// A page's main frame carries its target's id.
    pub(crate) frame: String,
    /// Everything that the page told since it was opened.
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
}

impl Page {
    /// Opens an empty page of the given size in CSS pixels, in a browser context or in the browser's own.
    pub(crate) async fn open(
        wire: &Wire,
        context: Option<&str>,
        (width, height): (u32, u32),
    ) -> Result<Page> {
        let mut target = json!({ "url": "about:blank", "width": width, "height": height });
        if let Some(context) = context {
            target["browserContextId"] = context.into();
        }
        let target = wire.send(None, "Target.createTarget", &target).result().await?;
        let frame = text(&target, "targetId")?;
        let attach = json!({ "targetId": frame, "flatten": true });
        let attached = wire.send(None, "Target.attachToTarget", &attach).result().await?;
        let session = text(&attached, "sessionId")?;
        let events = wire.listen(&session);
        let page = Page { wire: wire.clone(), session, frame, events };
        page.send("Page.enable", &json!({})).result().await?;
        Ok(page)
    }

    pub(crate) fn send(&self, method: &'static str, params: &Value) -> Call {
        self.wire.send(Some(&self.session), method, params)
    }

    /// Replaces the page's document.
    pub(crate) fn set_document(&self, html: &str) -> Call {
        self.send("Page.setDocumentContent", &json!({ "frameId": self.frame, "html": html }))
    }

    /// Awaits what an expression promises.
    pub(crate) fn evaluate(&self, expression: &str) -> Call {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        self.send("Runtime.evaluate", &params)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        lock(&self.wire.0.listeners).remove(&self.session);
    }
}

/// A text member of an answer.
pub(crate) fn text(answer: &Value, key: &str) -> Result<String> {
    let found = answer[key].as_str().with_context(|| format!("an answer without {key}: {answer}"))?;
    Ok(found.to_owned())
}

/// The picture in base64 that a message carries.
pub(crate) fn picture(message: &[u8]) -> Result<String> {
    #[derive(Deserialize)]
    struct Message {
        result: Option<Captured>,
        error: Option<Value>,
    }
    #[derive(Deserialize)]
    struct Captured {
        data: String,
    }
    let message: Message = serde_json::from_slice(message)?;
    let captured = message.result.ok_or_else(|| anyhow!("no capture: {:?}", message.error))?;
    Ok(captured.data)
}

async fn write(mut commands: pipe::Sender, mut messages: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(message) = messages.recv().await {
        if commands.write_all(&message).await.is_err() {
            return;
        }
    }
}

async fn read(answers: pipe::Receiver, shared: Arc<Shared>) {
    let mut answers = BufReader::with_capacity(READ_SIZE, answers);
    loop {
        let mut message = Vec::new();
        match answers.read_until(0, &mut message).await {
            Ok(1..) if message.pop() == Some(0) => shared.deliver(message),
            _ => break,
        }
    }
    // their waiters and listeners are told by the dropped senders
    lock(&shared.waiting).take();
    lock(&shared.listeners).clear();
}

impl Shared {
    fn deliver(&self, message: Vec<u8>) {
        #[derive(Deserialize)]
        struct Told<'a> {
            #[serde(borrow)]
            method: Cow<'a, str>,
            #[serde(borrow, rename = "sessionId")]
            session: Option<Cow<'a, str>>,
            #[serde(borrow)]
            params: Option<&'a RawValue>,
        }
        if let Some(id) = answered(&message) {
            let waiter = lock(&self.waiting).as_mut().and_then(|waiting| waiting.remove(&id));
            // nobody may be interested any more
            let _ = waiter.map(|waiter| waiter.send(message));
            return;
        }
        let Ok(told) = serde_json::from_slice::<Told<'_>>(&message) else { return };
        let Some(session) = told.session else { return };
        if let Some(listener) = lock(&self.listeners).get(session.as_ref()) {
            let params = told.params.and_then(|params| serde_json::from_str(params.get()).ok());
            let event = Event { method: told.method.into_owned(), params: params.unwrap_or_default() };
            let _ = listener.send(event);
        }
    }
}

/// Which call a message answers; `None` for an event. Chromium writes the id first, so that a picture of megabytes
/// is not parsed for it.
fn answered(message: &[u8]) -> Option<u64> {
    let digits = message.strip_prefix(b"{\"id\":")?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_first_bytes() {
        assert_eq!(answered(br#"{"id":42,"result":{"data":"QQ=="}}"#), Some(42));
        assert_eq!(answered(br#"{"method":"Page.loadEventFired","params":{"id":4}}"#), None);
        assert_eq!(answered(b""), None);
    }

    #[test]
    fn a_capture_that_was_rejected_is_no_picture() {
        let picture = |text: &str| super::picture(text.as_bytes());
        assert_eq!(
            picture(r#"{"id":1,"result":{"data":"QQ=="},"sessionId":"S"}"#).ok().as_deref(),
            Some("QQ==")
        );
        assert!(picture(r#"{"id":1,"error":{"code":-32000,"message":"no"}}"#).is_err());
    }
}
