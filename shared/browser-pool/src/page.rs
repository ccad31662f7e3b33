//! One isolated page: its context, session and way out, opened, used once and disposed of.
//!
//! Who may use it and for how long is the lease's business; which browser it lives in, the pool's.

mod capture;
mod document;
mod fonts;
mod frames;
mod layout;
mod render;
mod reuse;
mod traffic;
mod visit;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::browser::{
    BrowserContextId, SetDownloadBehaviorBehavior, SetDownloadBehaviorParams,
};
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use chromiumoxide::cdp::browser_protocol::inspector::EnableParams as EnableInspector;
use chromiumoxide::cdp::browser_protocol::log::EnableParams as EnableLog;
use chromiumoxide::cdp::browser_protocol::network::{
    BlockPattern, EnableParams as EnableNetwork, SetBlockedUrLsParams,
};
use chromiumoxide::cdp::browser_protocol::page::{
    CreateIsolatedWorldParams, EnableParams as EnablePage, FrameId,
};
use chromiumoxide::cdp::browser_protocol::target::{
    AttachToTargetParams, CreateBrowserContextParams, CreateTargetParams, DisposeBrowserContextParams,
    SessionId,
};
use chromiumoxide::cdp::js_protocol::runtime::{
    EnableParams as EnableRuntime, EvaluateParams, EvaluateReturns, ExecutionContextId,
    TerminateExecutionParams,
};
use serde::de::DeserializeOwned;

pub use document::{
    Appearance, Area, Content, Document, FailedResource, Heard, MOST_PIXELS, MOST_SIDE, Rect, ShotFormat,
    Shown, Source, VIRTUAL_TIME, WaitFor,
};
pub use layout::{Cut, Layout, Part, Picture};
pub use visit::{Ready, Visit, Visited};

use self::reuse::Reuse;
pub use self::reuse::{Inert, runs_something};
use self::watch::PageWatch;
use crate::browser::Browser;
use crate::cdp::{CallError, Connection, PendingCall};
use crate::config::{PageProfile, Viewport};
use crate::deadline::{Deadline, Stage};
use crate::egress::EgressLease;
use crate::error::PoolError;

/// The isolated world that this crate's own scripts run in: the page's scripts cannot see or replace anything there.
const WORLD: &str = "playwright-services";

/// What loads of these paths carry is never read by an extraction: pictures, fonts, audio, video.
const MEDIA: [&str; 20] = [
    "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "woff", "woff2", "ttf", "otf", "eot",
    "mp4", "webm", "mp3", "ogg", "m4a", "mov",
];

/// A page of a browser. Dropping it leaves its context behind: it is ended by [`Page::dispose`].
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) browser: Arc<Browser>,
    pub(crate) watch: Arc<PageWatch>,
    pub(crate) egress: EgressLease,
    context: ContextGuard,
    session: SessionId,
    frame: FrameId,
    /// Our isolated world of about:blank; setting the document's content keeps it, a navigation ends it.
    world: ExecutionContextId,
    /// As it is laid out unless a document asks for another.
    viewport: Viewport,
    reuse: Reuse,
    /// Its document has lost a renderer before.
    is_second_try: AtomicBool,
}

/// A browser context that is disposed of when opening the rest of the page fails or is given up.
#[derive(Debug)]
struct ContextGuard {
    connection: Connection,
    id: BrowserContextId,
    /// Whose events are listened to.
    session: Option<SessionId>,
    armed: AtomicBool,
}

impl Drop for ContextGuard {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            self.connection.stop_listening(session);
        }
        if *self.armed.get_mut() {
            self.connection.tell(None, &DisposeBrowserContextParams { browser_context_id: self.id.clone() });
        }
    }
}

impl Page {
    /// Opens a page in a context of its own, its only way out through `egress`.
    /// Four round trips, the last of them a batch that makes the page what `profile` says.
    pub(crate) async fn open(
        browser: &Arc<Browser>,
        profile: &PageProfile,
        egress: EgressLease,
        deadline: Deadline,
    ) -> Result<Self, CallError> {
        let connection = browser.connection();
        let create = CreateBrowserContextParams {
            dispose_on_detach: Some(true),
            proxy_server: Some(egress.proxy_url()),
            // Without it loopback and link-local would never see the proxy.
            proxy_bypass_list: Some("<-loopback>".to_owned()),
            origins_with_universal_network_access: None,
        };
        let id = connection.send(None, &create).within(deadline).await?.browser_context_id;
        let mut context =
            ContextGuard { connection: connection.clone(), id, session: None, armed: AtomicBool::new(true) };
        let no_downloads = connection.send(None, &deny_downloads(&context.id));
        let mut target = new_target(&context.id, profile);
        target.enable_begin_frame_control = browser.frame_turn.as_ref().map(|_| true);
        let target = connection.send(None, &target).within(deadline).await?.target_id;
        let attach = AttachToTargetParams { target_id: target.clone(), flatten: Some(true) };
        let session = connection.send(None, &attach).within(deadline).await?.session_id;
        // A page's main frame carries the target's id.
        let frame = FrameId::new(target.inner().clone());
        let watch = Arc::new(PageWatch::new(connection.clone(), session.clone(), frame.inner().clone()));
        connection.listen(&session, watch.clone());
        context.session = Some(session.clone());
        let world = prepare(browser, &session, &frame, profile, deadline).await?;
        no_downloads.within(deadline).await?;
        browser.page_used();
        Ok(Self {
            browser: Arc::clone(browser),
            watch,
            egress,
            context,
            session,
            frame,
            world,
            viewport: profile.viewport,
            reuse: Reuse::default(),
            is_second_try: AtomicBool::new(false),
        })
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.watch.dead.is_cancelled() && self.browser.is_alive()
    }

    /// What it will show has killed its renderer on another page.
    pub(crate) fn is_for_a_second_try(&self) {
        self.is_second_try.store(true, Ordering::Relaxed);
    }

    fn is_second_try(&self) -> bool {
        self.is_second_try.load(Ordering::Relaxed)
    }

    /// Nothing that is asked of this page is answered any more.
    pub(crate) fn revoke(&self) {
        self.watch.dead.cancel();
    }

    /// Ends the page and everything of its context. False when the browser did not say so in time.
    pub(crate) async fn dispose(&self, deadline: Deadline) -> bool {
        let connection = self.browser.connection();
        connection.stop_listening(&self.session);
        self.context.armed.store(false, Ordering::Relaxed);
        if !self.browser.is_alive() {
            return true;
        }
        self.stands_still(deadline).await;
        // A script that never ends would keep its renderer busy until the process is killed.
        connection.tell(Some(&self.session), &TerminateExecutionParams::default());
        let dispose = DisposeBrowserContextParams { browser_context_id: self.context.id.clone() };
        match connection.send(None, &dispose).within(deadline).await {
            // Rejected: the context is gone already. Gone: with the browser.
            Ok(_) | Err(CallError::Rejected { .. } | CallError::Gone | CallError::Unexpected { .. }) => true,
            Err(CallError::DeadlinePassed { .. }) => false,
        }
    }

    fn send<C: chromiumoxide_types::Command>(&self, command: &C) -> PendingCall<C::Response> {
        self.browser.connection().send(Some(&self.session), command)
    }

    /// Awaits a call; a page that dies meanwhile ends the wait at once.
    async fn answer<R: DeserializeOwned>(
        &self,
        stage: Stage,
        deadline: Deadline,
        call: PendingCall<R>,
    ) -> Result<R, PoolError> {
        let answer = tokio::select! {
            answer = call.within(deadline) => answer,
            () = self.watch.dead.cancelled() => Err(CallError::Gone),
        };
        answer.map_err(|error| self.failure(stage, deadline, error))
    }

    /// The same, for answers that are costly to parse twice.
    async fn answer_text<R: DeserializeOwned>(
        &self,
        stage: Stage,
        deadline: Deadline,
        call: PendingCall<R>,
    ) -> Result<Bytes, PoolError> {
        let answer = tokio::select! {
            answer = call.text_within(deadline) => answer,
            () = self.watch.dead.cancelled() => Err(CallError::Gone),
        };
        answer.map_err(|error| self.failure(stage, deadline, error))
    }

    fn failure(&self, stage: Stage, deadline: Deadline, error: CallError) -> PoolError {
        match error {
            // A page revoked at its deadline is late, not dead.
            _ if deadline.has_passed() => PoolError::Timeout { stage },
            CallError::DeadlinePassed { .. } => PoolError::Timeout { stage },
            _ if !self.is_alive() => PoolError::BrowserCrash { retriable: true },
            CallError::Gone => PoolError::BrowserCrash { retriable: true },
            CallError::Rejected { method, message } => {
                PoolError::Render { what: format!("{method}: {message}") }
            }
            CallError::Unexpected { method, .. } => {
                PoolError::Render { what: format!("{method} was answered with something unexpected") }
            }
        }
    }

    /// Evaluates `expression` in an isolated world and parses its value.
    async fn evaluate<T: DeserializeOwned>(
        &self,
        stage: Stage,
        deadline: Deadline,
        world: Option<ExecutionContextId>,
        expression: String,
    ) -> Result<T, PoolError> {
        let answer = self.answer(stage, deadline, self.send(&evaluation(world, expression))).await?;
        value_of(answer)
    }
}

/// An awaited evaluation whose value comes back as JSON.
fn evaluation(world: Option<ExecutionContextId>, expression: String) -> EvaluateParams {
    let mut params = EvaluateParams::from(expression);
    params.context_id = world;
    params.await_promise = Some(true);
    params.return_by_value = Some(true);
    params
}

fn value_of<T: DeserializeOwned>(answer: EvaluateReturns) -> Result<T, PoolError> {
    if let Some(exception) = answer.exception_details {
        let said = exception.exception.and_then(|thrown| thrown.description).unwrap_or(exception.text);
        let first_line = said.lines().next().unwrap_or_default().chars().take(300).collect::<String>();
        if let Some((field, what)) = said_unusable(&first_line) {
            return Err(PoolError::Unusable { field, what });
        }
        return Err(PoolError::Render { what: format!("a script failed: {first_line}") });
    }
    serde_json::from_value(answer.result.value.unwrap_or_default())
        .map_err(|_| PoolError::Render { what: "a script answered with something unexpected".to_owned() })
}

/// What our own scripts say of a field of the request: `unusable:selector:…`.
fn said_unusable(line: &str) -> Option<(&'static str, String)> {
    let (field, what) = line.split_once("unusable:")?.1.split_once(':')?;
    let field = ["selector", "wait_for"].into_iter().find(|known| *known == field)?;
    Some((field, what.to_owned()))
}

fn deny_downloads(context: &BrowserContextId) -> SetDownloadBehaviorParams {
    SetDownloadBehaviorParams {
        behavior: SetDownloadBehaviorBehavior::Deny,
        browser_context_id: Some(context.clone()),
        download_path: None,
        events_enabled: None,
    }
}

fn new_target(context: &BrowserContextId, profile: &PageProfile) -> CreateTargetParams {
    let mut target = CreateTargetParams::from("about:blank");
    target.browser_context_id = Some(context.clone());
    target.width = Some(profile.viewport.width.into());
    target.height = Some(profile.viewport.height.into());
    target
}

/// One batch; answers with our isolated world.
async fn prepare(
    browser: &Browser,
    session: &SessionId,
    frame: &FrameId,
    profile: &PageProfile,
    deadline: Deadline,
) -> Result<ExecutionContextId, CallError> {
    let connection = browser.connection();
    let session = Some(session);
    let inspector = connection.send(session, &EnableInspector::default());
    let page = connection.send(session, &EnablePage::default());
    if let Some(identity) = browser.presented() {
        connection.tell(session, &identity.command(None));
    }
    if profile.hear_console {
        connection.tell(session, &EnableRuntime::default());
        connection.tell(session, &EnableLog::default());
    }
    if profile.block_media {
        connection.tell(session, &EnableNetwork::default());
        connection.tell(session, &SetBlockedUrLsParams { url_patterns: Some(media_patterns()) });
    }
    let world = connection.send(session, &isolated_world(frame));
    inspector.within(deadline).await?;
    page.within(deadline).await?;
    Ok(world.within(deadline).await?.execution_context_id)
}

fn isolated_world(frame: &FrameId) -> CreateIsolatedWorldParams {
    CreateIsolatedWorldParams {
        frame_id: frame.clone(),
        world_name: Some(WORLD.to_owned()),
        grant_univeral_access: None,
    }
}

fn metrics(viewport: Viewport) -> SetDeviceMetricsOverrideParams {
    SetDeviceMetricsOverrideParams::new(
        i64::from(viewport.width),
        i64::from(viewport.height),
        viewport.scale,
        false,
    )
}

fn media_patterns() -> Vec<BlockPattern> {
    MEDIA
        .iter()
        .map(|ending| BlockPattern { url_pattern: format!("*://*:*/*.{ending}"), block: true })
        .collect()
}
