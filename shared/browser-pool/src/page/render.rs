//! A document in, a page that is ready to be captured out: HTML is set on about:blank, an address is opened, and
//! everything that the picture needs is waited for.

use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::dom::Rgba;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDefaultBackgroundColorOverrideParams, SetEmulatedMediaParams, SetLocaleOverrideParams,
    SetTimezoneOverrideParams,
};
use chromiumoxide::cdp::browser_protocol::network::EnableParams as EnableNetwork;
use chromiumoxide::cdp::browser_protocol::page::{
    AddScriptToEvaluateOnNewDocumentParams, NavigateParams, SetDocumentContentParams,
};
use chromiumoxide::cdp::js_protocol::runtime::ExecutionContextId;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::document::{
    Area, Content, Document, MOST_PIXELS, MOST_SIDE, Rect, Shown, Source, VIRTUAL_TIME, WaitFor,
};
use super::{Page, evaluation, isolated_world, metrics, value_of};
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::error::PoolError;

const DOCUMENT_READY: &str = include_str!("document_ready.js");
const PIN: &str = include_str!("virtual_time.js");

/// As empty as about:blank and with as little of an origin.
const EMPTY_DOCUMENT: &str = "data:text/html,";

/// What the pinned clock is moved by, in the document's own world.
const PASS: &str = "__pass";
/// 2026-01-01T00:00:00Z, in milliseconds: what a pinned clock begins at.
const EPOCH_MS: u64 = 1_767_225_600_000;

/// In the document's own world: resolves when it calls `renderReady()`.
const AWAIT_CALL: &str = "Object.defineProperty(globalThis, '__called', { value: new Promise(done => { globalThis.renderReady = () => done(0); }) \
     }), 0";

/// What is left of a request's budget for the capture when a document never gets ready.
const CAPTURE_RESERVE: Duration = Duration::from_secs(2);

/// The argument of [`DOCUMENT_READY`].
#[derive(Serialize)]
struct ReadyOptions<'a> {
    phase: Phase,
    budget: u64,
    css: Option<&'a str>,
    selector: Option<&'a str>,
    delay: u64,
    moving: bool,
    transparent: bool,
    area: AreaOption<'a>,
    most: Most,
}

/// CSS pixels of the largest picture.
#[derive(Serialize)]
struct Most {
    side: f64,
    pixels: f64,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Phase {
    Whole,
    Before,
    After,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum AreaOption<'a> {
    Viewport,
    FullPage,
    Element { selector: &'a str },
    Clip { rect: Rect },
}

/// The answer of [`DOCUMENT_READY`]; the first of two phases has only the first two.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DocumentReady {
    loaded: f64,
    late: Vec<String>,
    content: Content,
    is_cut: bool,
    area: Rect,
    width: f64,
    height: f64,
    fonts_failed: Vec<String>,
    /// Font families that are first in some style and none of the document's own.
    families: Vec<String>,
}

impl Page {
    pub(crate) async fn show(
        &self,
        document: &Document<'_>,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Shown, PoolError> {
        let started = Instant::now();
        let shown = self.show_until_ready(document, deadline, times, started).await;
        if shown.is_err() {
            // What was not finished is the load's: the stages of a failed attempt add up too.
            times.add(Stage::Load, started.elapsed());
        }
        shown
    }

    async fn show_until_ready(
        &self,
        document: &Document<'_>,
        deadline: Deadline,
        times: &mut StageTimes,
        started: Instant,
    ) -> Result<Shown, PoolError> {
        self.egress.begin();
        self.reuse.begins(document);
        self.lay_out(document);
        let (ready, before) = match document.source {
            Source::Html(html) => self.show_html(html, document, deadline).await?,
            Source::Url(url) => {
                // The main document's status is heard of only so.
                self.browser.connection().tell(Some(&self.session), &EnableNetwork::default());
                if !self.navigate(url, None, deadline).await? {
                    return Err(unusable("url", "it answers with a download and not with a page"));
                }
                let before = started.elapsed();
                (self.unless_broken_off(self.ready_in_new_world(document, deadline)).await?, before)
            }
        };
        self.stays_inert()?;
        self.refuse_unreached_document()?;
        if ready.late.iter().any(|what| what == "wait_for") {
            return Err(PoolError::Timeout { stage: Stage::Ready });
        }
        // `load` is waited for in the page: the rest of the wait was for what comes after it.
        let load = (before + Duration::from_secs_f64(ready.loaded.max(0.0) / 1000.0)).min(started.elapsed());
        times.add(Stage::Load, load);
        times.add(Stage::Ready, started.elapsed().saturating_sub(load));
        let fonts_missing = self.fonts_missing(&ready.families, deadline).await?;
        let fonts_used = if document.lists_fonts { self.fonts_used(deadline).await? } else { Vec::new() };
        let main = self.watch.main_document().filter(|_| matches!(document.source, Source::Url(_)));
        Ok(Shown {
            content: ready.content,
            late: ready.late,
            area: ready.area,
            content_width: ready.width,
            content_height: ready.height,
            is_cut: ready.is_cut,
            fonts_failed: ready.fonts_failed,
            fonts_missing,
            fonts_used,
            status: main.as_ref().map(|main| main.status).filter(|status| *status > 0),
            final_url: main.and_then(|main| self.watch.url().or(Some(main.url))),
        })
    }

    /// Everything that must hold before the first line of the document is read. Told, not asked: it is in one batch
    /// with what follows.
    fn lay_out(&self, document: &Document<'_>) {
        let connection = self.browser.connection();
        let session = Some(&self.session);
        if document.viewport != self.viewport {
            connection.tell(session, &metrics(document.viewport));
        }
        let appearance = document.appearance;
        if appearance.dark.is_some() || appearance.reduced_motion {
            let scheme = appearance.dark.map(|dark| if dark { "dark" } else { "light" });
            let scheme = scheme.map(|value| MediaFeature::new("prefers-color-scheme", value));
            let motion =
                appearance.reduced_motion.then(|| MediaFeature::new("prefers-reduced-motion", "reduce"));
            let features = scheme.into_iter().chain(motion).collect();
            connection.tell(session, &SetEmulatedMediaParams { media: None, features: Some(features) });
        }
        if appearance.transparent {
            let nothing = Rgba { r: 0, g: 0, b: 0, a: Some(0.0) };
            connection.tell(session, &SetDefaultBackgroundColorOverrideParams { color: Some(nothing) });
        }
        if document.deterministic {
            connection.tell(session, &SetTimezoneOverrideParams::new("UTC"));
            connection.tell(session, &SetLocaleOverrideParams { locale: Some("en-US".to_owned()) });
            self.tell_own_world(&format!("({PIN})({PASS:?}, {EPOCH_MS})"));
        }
        if document.wait_for == Some(WaitFor::Call) {
            self.tell_own_world(AWAIT_CALL);
        }
    }

    /// A script for the document's own world, before anything of the document runs.
    fn tell_own_world(&self, script: &str) {
        let connection = self.browser.connection();
        connection.tell(Some(&self.session), &AddScriptToEvaluateOnNewDocumentParams::new(script));
        // about:blank is there already, and setting its content keeps its world.
        connection.tell(Some(&self.session), &evaluation(None, script.to_owned()));
    }

    /// Also answers with the time that setting the content took.
    async fn show_html(
        &self,
        html: &str,
        document: &Document<'_>,
        deadline: Deadline,
    ) -> Result<(DocumentReady, Duration), PoolError> {
        let started = Instant::now();
        let world = if self.is_second_try() { self.leave_blank(deadline).await? } else { self.world };
        let navigations = self.watch.activity().navigations;
        // All of it is one batch on the wire: the document is waited for from the moment that it is there.
        let set = SetDocumentContentParams { frame_id: self.frame.clone(), html: html.to_owned() };
        let set = self.send(&set);
        let phase = if is_in_two_phases(document) { Phase::Before } else { Phase::Whole };
        let ready = self.send(&evaluation(Some(world), ready_expression(document, phase, deadline)));
        let shown = async {
            self.answer(Stage::Load, deadline, set).await?;
            let before = started.elapsed();
            let first = value_of(self.answer(Stage::Ready, deadline, ready).await?)?;
            Ok((self.after(first, world, document, phase, deadline).await?, before))
        };
        let shown = tokio::select! {
            shown = self.with_frames(deadline, shown) => shown,
            () = self.watch.leaves(navigations) => Err(left()),
        };
        match shown {
            // Its world is gone with it, which is heard of before the navigation itself.
            Err(PoolError::Render { what }) if what.contains("navigated") => Err(left()),
            shown => shown,
        }
    }

    /// To another empty document, whose world this answers with. Over some documents (a request from the window of a
    /// blob frame, beside a frame with a `srcdoc`) Chromium's renderer dies where they stand on about:blank, and on no
    /// other.
    async fn leave_blank(&self, deadline: Deadline) -> Result<ExecutionContextId, PoolError> {
        let empty = self.send(&NavigateParams::new(EMPTY_DOCUMENT));
        self.answer(Stage::Load, deadline, empty).await?;
        let world = self.answer(Stage::Load, deadline, self.send(&isolated_world(&self.frame))).await?;
        Ok(world.execution_context_id)
    }

    /// A fetched page may replace itself while it is waited for.
    async fn ready_in_new_world(
        &self,
        document: &Document<'_>,
        deadline: Deadline,
    ) -> Result<DocumentReady, PoolError> {
        let phase = if is_in_two_phases(document) { Phase::Before } else { Phase::Whole };
        loop {
            let before = self.watch.activity().navigations;
            let ready = async {
                let world =
                    self.answer(Stage::Ready, deadline, self.send(&isolated_world(&self.frame))).await?;
                let world = world.execution_context_id;
                let expression = ready_expression(document, phase, deadline);
                let first = self.evaluate(Stage::Ready, deadline, Some(world), expression).await?;
                self.after(first, world, document, phase, deadline).await
            };
            match ready.await {
                Err(PoolError::Render { .. }) if !deadline.has_passed() => {
                    self.document_changes(before, deadline).await;
                }
                other => return other,
            }
        }
    }

    /// What has to happen in the document's own world between the two phases, and the second of them.
    async fn after(
        &self,
        first: DocumentReady,
        world: ExecutionContextId,
        document: &Document<'_>,
        phase: Phase,
        deadline: Deadline,
    ) -> Result<DocumentReady, PoolError> {
        if phase == Phase::Whole || first.late.iter().any(|what| what == "wait_for") {
            return Ok(first);
        }
        if document.wait_for == Some(WaitFor::Call) {
            let called = self.evaluate::<u8>(Stage::Ready, ready_by(deadline), None, "__called".to_owned());
            called.await?;
        }
        if let Some(javascript) = document.javascript {
            self.run(javascript, deadline).await?;
        }
        if document.deterministic {
            let pass = format!("globalThis.{PASS} ? {PASS}({}) : 0", VIRTUAL_TIME.as_millis());
            self.evaluate::<u8>(Stage::Ready, deadline, None, pass).await?;
        }
        let expression = ready_expression(document, Phase::After, deadline);
        let second: DocumentReady = self.evaluate(Stage::Ready, deadline, Some(world), expression).await?;
        let late = first.late.into_iter().chain(second.late).collect();
        Ok(DocumentReady { loaded: first.loaded, late, ..second })
    }

    /// Runs the caller's script in the document's own world.
    async fn run(&self, javascript: &str, deadline: Deadline) -> Result<(), PoolError> {
        let mut script = evaluation(None, javascript.to_owned());
        script.return_by_value = Some(false);
        let answer = self.answer(Stage::Ready, deadline, self.send(&script)).await?;
        match answer.exception_details {
            None => Ok(()),
            Some(_) => match value_of::<serde_json::Value>(answer) {
                Err(PoolError::Render { what }) => Err(unusable("javascript", what)),
                other => other.map(|_| ()),
            },
        }
    }
}

/// Something of the document's own world happens between its load and its capture.
fn is_in_two_phases(document: &Document<'_>) -> bool {
    document.deterministic || document.javascript.is_some() || document.wait_for == Some(WaitFor::Call)
}

fn ready_by(deadline: Deadline) -> Deadline {
    deadline.less(CAPTURE_RESERVE.min(deadline.remaining() / 3))
}

fn ready_expression(document: &Document<'_>, phase: Phase, deadline: Deadline) -> String {
    let scale = document.viewport.scale;
    let options = ReadyOptions {
        phase,
        budget: ready_by(deadline).remaining().as_millis() as u64,
        css: document.css_overrides,
        selector: match document.wait_for {
            Some(WaitFor::Selector(selector)) => Some(selector),
            Some(WaitFor::Call) | None => None,
        },
        delay: document.delay.as_millis() as u64,
        moving: document.appearance.moving,
        transparent: document.appearance.transparent,
        area: match document.area {
            Area::Viewport => AreaOption::Viewport,
            Area::FullPage => AreaOption::FullPage,
            Area::Element(selector) => AreaOption::Element { selector },
            Area::Clip(rect) => AreaOption::Clip { rect },
        },
        most: Most {
            side: (f64::from(MOST_SIDE) / scale).floor(),
            pixels: (MOST_PIXELS / (scale * scale)).floor(),
        },
    };
    let options = serde_json::to_string(&options).unwrap_or_default();
    format!("({DOCUMENT_READY})({options})")
}

pub(super) fn left() -> PoolError {
    unusable(
        "html",
        "the document left for another address while it was rendered, take out what navigates (scripts that set \
         location, a meta refresh, a form that submits itself)",
    )
}

pub(super) fn unusable(field: &'static str, what: impl Into<String>) -> PoolError {
    PoolError::Unusable { field, what: what.into() }
}
