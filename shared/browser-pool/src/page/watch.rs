//! What a page's events tell: whether it lives, what it loads, what its main document answered.
//!
//! Only the events that matter are parsed, and only the parts of them that matter. Everything here runs on the
//! connection's reading task: it notes and returns.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::page::HandleJavaScriptDialogParams;
use chromiumoxide::cdp::browser_protocol::target::SessionId;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::document::{FailedResource, Heard};
use super::traffic::{RequestEvent, Telling, Traffic};
use crate::cdp::{Connection, Listener, SESSION_ENDED};
use crate::error::NetworkFailure;

/// Of each kind, for [`Heard`]: a page may log without end.
const MOST_HEARD: usize = 20;
const MOST_HEARD_CHARS: usize = 300;

/// A `Retry-After` is a number or a date.
const LONGEST_RETRY_AFTER: usize = 64;

/// Hears one page's session.
pub(crate) struct PageWatch {
    connection: Connection,
    session: SessionId,
    frame: String,
    state: Mutex<State>,
    /// Something that [`PageWatch::activity`] tells has changed.
    pub(crate) changed: Notify,
    /// The renderer is gone, or the page was closed or revoked: nothing answers any more.
    pub(crate) dead: CancellationToken,
}

#[derive(Default)]
struct State {
    crashed: bool,
    main: Option<MainDocument>,
    url: Option<String>,
    unreachable: Option<String>,
    broken_off: Option<NetworkFailure>,
    loaded: bool,
    navigations: u64,
    traffic: Traffic,
    heard: Heard,
    /// The page's content policy kept something out.
    policy_broken: bool,
}

/// The answer that the page's main document came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MainDocument {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) mime: String,
    /// As the site wrote it.
    pub(crate) retry_after: Option<String>,
    /// The egress proxy's own answer, not the site's.
    pub(crate) is_proxys: bool,
    request: String,
}

/// What a page is up to at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activity {
    /// The main document has fired `load`.
    pub(crate) loaded: bool,
    /// How many documents the main frame has shown since it was opened.
    pub(crate) navigations: u64,
    /// Since when nothing has been in flight; `None` while something is.
    pub(crate) quiet_since: Option<Instant>,
}

impl fmt::Debug for PageWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageWatch").field("session", &self.session).finish_non_exhaustive()
    }
}

impl PageWatch {
    pub(crate) fn new(connection: Connection, session: SessionId, frame: String) -> Self {
        let dead = connection.closed().child_token();
        Self { connection, session, frame, state: Mutex::default(), changed: Notify::new(), dead }
    }

    pub(crate) fn renderer_crashed(&self) -> bool {
        self.state().crashed
    }

    /// Resolves when the renderer has died.
    pub(crate) async fn renderer_gone(&self) {
        self.dead.cancelled().await;
        if !self.renderer_crashed() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn main_document(&self) -> Option<MainDocument> {
        self.state().main.clone()
    }

    /// The main frame's address, as scripts may have changed it.
    pub(crate) fn url(&self) -> Option<String> {
        self.state().url.clone()
    }

    /// The address that the main frame should have shown, while it shows Chromium's own error page.
    pub(crate) fn unreachable(&self) -> Option<String> {
        self.state().unreachable.clone()
    }

    pub(crate) fn policy_was_broken(&self) -> bool {
        self.state().policy_broken
    }

    pub(crate) fn heard(&self) -> Heard {
        self.state().heard.clone()
    }

    pub(crate) fn activity(&self) -> Activity {
        let mut state = self.state();
        let quiet_since = state.traffic.quiet_since();
        Activity { loaded: state.loaded, navigations: state.navigations, quiet_since }
    }

    /// Whether a request is under way that can change what the page says.
    pub(crate) fn telling(&self) -> Telling {
        self.state().traffic.telling()
    }

    /// Resolves when the main frame shows another document than when it had shown `navigations` of them.
    pub(crate) async fn leaves(&self, navigations: u64) {
        loop {
            let changed = self.changed.notified();
            if self.state().navigations != navigations {
                return;
            }
            changed.await;
        }
    }

    /// Resolves when the main document's answer has ended before its end, with the reason.
    pub(crate) async fn breaks_off(&self) -> NetworkFailure {
        loop {
            let changed = self.changed.notified();
            if let Some(failure) = self.state().broken_off {
                return failure;
            }
            changed.await;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_waiters();
    }

    fn request_started(&self, params: &Bytes) {
        let Ok(request) = serde_json::from_slice::<RequestEvent>(params) else { return };
        self.note(|state| state.traffic.begin(request, &self.frame, state.url.as_deref()));
    }

    fn request_ended(&self, params: &Bytes) {
        let Ok(request) = serde_json::from_slice::<RequestEvent>(params) else { return };
        self.note(|state| state.traffic.end(&request.id));
    }

    /// Of the main document: its answer has begun and does not come to its end. What the page itself gives up has not
    /// failed.
    fn request_failed(&self, params: &Bytes) {
        let Ok(event) = serde_json::from_slice::<FailedEvent>(params) else { return };
        let is_main = self.state().main.as_ref().is_some_and(|main| main.request == event.id);
        if is_main && !event.canceled {
            self.note(|state| state.broken_off = Some(NetworkFailure::of_chromium(&event.error)));
        }
    }

    fn data_received(&self, params: &Bytes) {
        let Ok(part) = serde_json::from_slice::<PartEvent>(params) else { return };
        self.state().traffic.answer(&part.id, false);
    }

    fn response_received(&self, params: &Bytes) {
        let Ok(event) = serde_json::from_slice::<ResponseEvent>(params) else { return };
        self.state().traffic.answer(&event.id, event.kind == "Document");
        if event.kind == "Document" && event.frame.as_deref() == Some(&self.frame) {
            let ResponseText { url, status, mime, headers } = event.response;
            let ResponseHeaders { is_proxys, retry_after } = headers;
            let main = MainDocument { url, status, mime, retry_after, is_proxys, request: event.id };
            self.note(|state| (state.main, state.broken_off) = (Some(main), None));
        }
    }

    fn navigated(&self, params: &Bytes) {
        let Ok(event) = serde_json::from_slice::<FrameEvent>(params) else { return };
        if event.frame.id == self.frame {
            self.note(|state| {
                state.url = Some(event.frame.url);
                state.unreachable = event.frame.unreachable;
                state.loaded = false;
                state.navigations += 1;
            });
        }
    }

    fn moved_within_document(&self, params: &Bytes) {
        let Ok(event) = serde_json::from_slice::<WithinDocumentEvent>(params) else { return };
        if event.frame == self.frame {
            self.state().url = Some(event.url);
        }
    }

    /// Of the console only errors: the rest is nobody's trouble.
    fn console_called(&self, params: &Bytes) {
        if self.state().heard.console_errors.len() >= MOST_HEARD {
            return;
        }
        let Ok(event) = serde_json::from_slice::<ConsoleEvent>(params) else { return };
        if matches!(event.kind.as_str(), "error" | "assert") {
            let said: Vec<String> = event.args.into_iter().map(ConsoleArgument::text).collect();
            self.state().heard.console_errors.push(shortened(&said.join(" ")));
        }
    }

    fn exception_thrown(&self, params: &Bytes) {
        if self.state().heard.page_errors.len() >= MOST_HEARD {
            return;
        }
        let Ok(event) = serde_json::from_slice::<ExceptionEvent>(params) else { return };
        let ExceptionDetails { text, exception } = event.details;
        let said = exception.and_then(|thrown| thrown.description).unwrap_or(text);
        self.state().heard.page_errors.push(shortened(said.lines().next().unwrap_or_default()));
    }

    fn log_entry_added(&self, params: &Bytes) {
        let Ok(LogEvent { entry }) = serde_json::from_slice::<LogEvent>(params) else { return };
        let mut state = self.state();
        if entry.source == "security" && entry.level == "error" {
            state.policy_broken = true;
        }
        if state.heard.failed_resources.len() >= MOST_HEARD {
            return;
        }
        if entry.source == "network" && entry.level == "error" {
            let reason =
                entry.text.rsplit_once("Failed to load resource: ").map_or(&*entry.text, |(_, rest)| rest);
            let failed = FailedResource { url: shortened(&entry.url), reason: shortened(reason) };
            state.heard.failed_resources.push(failed);
        }
    }

    /// There is nobody to ask: leaving is agreed to, everything else is declined.
    fn dialog_opened(&self, params: &Bytes) {
        let accept =
            serde_json::from_slice::<DialogEvent>(params).is_ok_and(|event| event.kind == "beforeunload");
        self.connection
            .tell(Some(&self.session), &HandleJavaScriptDialogParams { accept, prompt_text: None });
    }
}

impl Listener for PageWatch {
    fn event(&self, method: &str, params: &Bytes) {
        match method {
            "Network.requestWillBeSent" => self.request_started(params),
            "Network.loadingFinished" => self.request_ended(params),
            "Network.loadingFailed" => {
                self.request_ended(params);
                self.request_failed(params);
            }
            "Network.dataReceived" => self.data_received(params),
            "Network.responseReceived" => self.response_received(params),
            "Page.frameNavigated" => self.navigated(params),
            "Page.navigatedWithinDocument" => self.moved_within_document(params),
            "Page.loadEventFired" => self.note(|state| state.loaded = true),
            "Runtime.consoleAPICalled" => self.console_called(params),
            "Runtime.exceptionThrown" => self.exception_thrown(params),
            "Log.entryAdded" => self.log_entry_added(params),
            "Page.javascriptDialogOpening" => self.dialog_opened(params),
            "Inspector.targetCrashed" => {
                self.note(|state| state.crashed = true);
                self.dead.cancel();
            }
            "Inspector.detached" | SESSION_ENDED => self.dead.cancel(),
            _ => {}
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_HEARD_CHARS).collect()
}

#[derive(Deserialize)]
struct ConsoleEvent {
    #[serde(rename = "type")]
    kind: String,
    args: Vec<ConsoleArgument>,
}

#[derive(Deserialize)]
struct ConsoleArgument {
    value: Option<serde_json::Value>,
    description: Option<String>,
}

impl ConsoleArgument {
    fn text(self) -> String {
        match self.value {
            Some(serde_json::Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => self.description.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
struct ExceptionEvent {
    #[serde(rename = "exceptionDetails")]
    details: ExceptionDetails,
}

#[derive(Deserialize)]
struct ExceptionDetails {
    text: String,
    exception: Option<ConsoleArgument>,
}

#[derive(Deserialize)]
struct LogEvent {
    entry: LogEntry,
}

#[derive(Deserialize)]
struct LogEntry {
    source: String,
    level: String,
    text: String,
    #[serde(default)]
    url: String,
}

#[derive(Deserialize)]
struct FailedEvent {
    #[serde(rename = "requestId")]
    id: String,
    #[serde(rename = "errorText")]
    error: String,
    #[serde(default)]
    canceled: bool,
}

#[derive(Deserialize)]
struct PartEvent {
    #[serde(rename = "requestId")]
    id: String,
}

#[derive(Deserialize)]
struct ResponseEvent {
    #[serde(rename = "requestId", default)]
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "frameId")]
    frame: Option<String>,
    response: ResponseText,
}

#[derive(Deserialize)]
struct ResponseText {
    url: String,
    status: u16,
    #[serde(rename = "mimeType")]
    mime: String,
    #[serde(default)]
    headers: ResponseHeaders,
}

/// The few that matter. Sites spell their names as they like.
#[derive(Default)]
struct ResponseHeaders {
    /// The mark of the egress proxy's own answers. A site can send it over TLS, and gains nothing by it.
    is_proxys: bool,
    retry_after: Option<String>,
}

impl<'de> Deserialize<'de> for ResponseHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = ResponseHeaders;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut headers = ResponseHeaders::default();
        while let Some(name) = map.next_key::<String>()? {
            if name.eq_ignore_ascii_case("retry-after") {
                let value: String = map.next_value()?;
                headers.retry_after = Some(value).filter(|value| value.len() <= LONGEST_RETRY_AFTER);
            } else {
                headers.is_proxys |= name.eq_ignore_ascii_case("x-egress");
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(headers)
    }
}

#[derive(Deserialize)]
struct FrameEvent {
    frame: FrameText,
}

#[derive(Deserialize)]
struct FrameText {
    id: String,
    url: String,
    #[serde(rename = "unreachableUrl")]
    unreachable: Option<String>,
}

#[derive(Deserialize)]
struct WithinDocumentEvent {
    #[serde(rename = "frameId")]
    frame: String,
    url: String,
}

#[derive(Deserialize)]
struct DialogEvent {
    #[serde(rename = "type")]
    kind: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> PageWatch {
        let (ours, _theirs) = tokio::io::duplex(1024);
        let (reader, writer) = tokio::io::split(ours);
        PageWatch::new(Connection::open(reader, writer), SessionId::new("S"), "F".to_owned())
    }

    fn tell(watch: &PageWatch, method: &str, params: &'static str) {
        watch.event(method, &Bytes::from_static(params.as_bytes()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_quiet_when_nothing_is_in_flight_and_a_stream_does_not_count() {
        let watch = watch();
        tell(&watch, "Network.requestWillBeSent", r#"{"requestId":"1","type":"Fetch"}"#);
        tell(&watch, "Network.requestWillBeSent", r#"{"requestId":"2","type":"EventSource"}"#);
        assert!(watch.activity().quiet_since.is_none());
        tell(&watch, "Network.loadingFinished", r#"{"requestId":"1"}"#);
        assert!(watch.activity().quiet_since.is_some());
    }

    #[tokio::test]
    async fn headers_are_found_however_they_are_spelt() {
        let watch = watch();
        let answer = r#"{"requestId":"1","type":"Document","frameId":"F","response":{"url":"http://shop/","status":429,"mimeType":"text/html","headers":{"RETRY-After":"7","X-EGRESS":"refused","x-other":"a"}}}"#;
        tell(&watch, "Network.responseReceived", answer);
        let main = watch.main_document().expect("known");
        assert_eq!((main.retry_after.as_deref(), main.is_proxys), (Some("7"), true));
    }

    #[tokio::test]
    async fn a_main_document_that_breaks_off_is_known_until_the_next_one() {
        let watch = watch();
        let begun = r#"{"requestId":"1","type":"Document","frameId":"F","response":{"url":"http://shop/","status":200,"mimeType":"text/html"}}"#;
        let failed = |id: &str, canceled: bool| {
            format!(r#"{{"requestId":"{id}","type":"Document","errorText":"net::ERR_CONNECTION_RESET","canceled":{canceled}}}"#)
        };
        let is_broken = || watch.state().broken_off;
        tell(&watch, "Network.responseReceived", begun);
        tell(&watch, "Network.loadingFailed", &failed("2", false));
        tell(&watch, "Network.loadingFailed", &failed("1", true));
        assert_eq!(is_broken(), None, "another request, and one that was given up");
        tell(&watch, "Network.loadingFailed", &failed("1", false));
        assert_eq!(watch.breaks_off().await, NetworkFailure::ConnectionReset);
        tell(&watch, "Network.responseReceived", begun);
        assert_eq!(is_broken(), None);
    }

    #[tokio::test]
    async fn only_the_main_frame_speaks_for_the_page() {
        let watch = watch();
        let of_a_child = r#"{"type":"Document","frameId":"G","response":{"url":"http://advert/","status":500,"mimeType":"text/html"}}"#;
        tell(&watch, "Network.responseReceived", of_a_child);
        assert_eq!(watch.main_document(), None);
        let of_the_page = r#"{"type":"Document","frameId":"F","response":{"url":"http://shop/","status":404,"mimeType":"text/html"}}"#;
        tell(&watch, "Network.responseReceived", of_the_page);
        assert_eq!(watch.main_document().expect("known").status, 404);
    }

    #[tokio::test]
    async fn a_crash_ends_the_page_and_garbage_does_not() {
        let watch = watch();
        for method in ["Network.requestWillBeSent", "Page.frameNavigated", "Network.responseReceived", "X.y"]
        {
            tell(&watch, method, r#"{"requestId":5}"#);
        }
        assert!(!watch.dead.is_cancelled());
        tell(&watch, "Inspector.targetCrashed", "{}");
        assert!(watch.dead.is_cancelled() && watch.renderer_crashed());
    }
}
