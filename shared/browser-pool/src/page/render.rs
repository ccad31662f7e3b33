//! HTML in, picture out: the document is set on about:blank, waited for, captured.

use std::time::Duration;

use base64_simd::STANDARD as BASE64;
use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use chromiumoxide::cdp::browser_protocol::page::{
    CaptureScreenshotFormat, CaptureScreenshotParams, SetDocumentContentParams, Viewport as Clip,
};
use serde::Deserialize;
use tokio::time::Instant;

use super::{Page, evaluation, value_of};
use crate::config::Viewport;
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::error::PoolError;

const DOCUMENT_READY: &str = include_str!("document_ready.js");

/// What is left of a request's budget for the capture when a document never gets ready.
const CAPTURE_RESERVE: Duration = Duration::from_secs(2);

/// A document to show.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub html: &'a str,
    /// Styles that come after the document's own.
    pub css_overrides: Option<&'a str>,
    /// Run in the document's own world once it is ready; a promise is awaited.
    pub javascript: Option<&'a str>,
    pub viewport: Viewport,
}

/// A document that is ready to be captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The part in view shows text or pictures: a capture of one colour would be wrong.
    pub has_content: bool,
    /// What did not get ready in time (`load`, `fonts`, `images`, `frames`).
    pub warnings: Vec<String>,
}

/// A capture of the viewport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shot {
    pub format: ShotFormat,
}

/// How Chromium encodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShotFormat {
    /// `quality` 1…100.
    Jpeg { quality: u8 },
    /// Encoded for speed: Chromium's own small PNG blocks every page of the browser for half a second.
    Png,
}

#[derive(Deserialize)]
struct DocumentReady {
    loaded: f64,
    late: Vec<String>,
    scripts: bool,
    content: bool,
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
        // All of it is one batch on the wire: the document is waited for from the moment that it is there.
        if document.viewport != self.viewport {
            self.browser.connection().tell(Some(&self.session), &metrics(document.viewport));
        }
        let set = SetDocumentContentParams { frame_id: self.frame.clone(), html: document.html.to_owned() };
        let set = self.send(&set);
        let ready = self.send(&evaluation(Some(self.world), ready_expression(document, deadline)));
        self.answer(Stage::Load, deadline, set).await?;
        let set_after = started.elapsed();
        let ready: DocumentReady = value_of(self.answer(Stage::Ready, deadline, ready).await?)?;
        if let Some(javascript) = document.javascript {
            self.run(javascript, deadline).await?;
        }
        // `load` is waited for in the page: the rest of the wait was for what comes after it.
        let load =
            (set_after + Duration::from_secs_f64(ready.loaded.max(0.0) / 1000.0)).min(started.elapsed());
        times.add(Stage::Load, load);
        times.add(Stage::Ready, started.elapsed().saturating_sub(load));
        tracing::trace!(scripts = ready.scripts, late = ?ready.late, "document ready");
        Ok(Shown { has_content: ready.content, warnings: ready.late })
    }

    /// Runs the caller's script in the document's own world, then lets what it drew reach the screen.
    async fn run(&self, javascript: &str, deadline: Deadline) -> Result<(), PoolError> {
        let mut script = evaluation(None, javascript.to_owned());
        script.return_by_value = Some(false);
        let answer = self.answer(Stage::Ready, deadline, self.send(&script)).await?;
        if answer.exception_details.is_some() {
            value_of::<serde_json::Value>(answer)?;
        }
        let frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))";
        self.evaluate::<u8>(Stage::Ready, deadline, Some(self.world), frames.to_owned()).await?;
        Ok(())
    }

    pub(crate) async fn capture(
        &self,
        shot: &Shot,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Bytes, PoolError> {
        self.screenshot(screenshot(*shot), deadline, times).await
    }

    /// A few pixels: enough to bring up everything that a capture needs.
    pub(crate) async fn capture_corner(&self, deadline: Deadline) -> Result<Bytes, PoolError> {
        let mut corner = screenshot(Shot { format: ShotFormat::Jpeg { quality: 50 } });
        corner.clip = Some(Clip { x: 0.0, y: 0.0, width: 10.0, height: 10.0, scale: 1.0 });
        self.screenshot(corner, deadline, &mut StageTimes::default()).await
    }

    async fn screenshot(
        &self,
        params: CaptureScreenshotParams,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Bytes, PoolError> {
        #[derive(Deserialize)]
        struct Data<'a> {
            data: &'a str,
        }
        let started = Instant::now();
        let _capturing = self.browser.capturing();
        let text = self.answer_text(Stage::Capture, deadline, self.send(&params)).await;
        times.add(Stage::Capture, started.elapsed());
        let text = text?;
        let unreadable = || PoolError::Render { what: "the capture came back unreadable".to_owned() };
        let data: Data<'_> = serde_json::from_slice(&text).map_err(|_| unreadable())?;
        BASE64.decode_to_vec(data.data).map(Bytes::from).map_err(|_| unreadable())
    }
}

fn ready_expression(document: &Document<'_>, deadline: Deadline) -> String {
    let left = deadline.remaining();
    let budget = left.saturating_sub(CAPTURE_RESERVE.min(left / 3)).as_millis();
    let css = document
        .css_overrides
        .map_or_else(|| "null".to_owned(), |css| serde_json::Value::from(css).to_string());
    format!("({DOCUMENT_READY})({budget}, {css})")
}

fn metrics(viewport: Viewport) -> SetDeviceMetricsOverrideParams {
    SetDeviceMetricsOverrideParams::new(
        i64::from(viewport.width),
        i64::from(viewport.height),
        viewport.scale,
        false,
    )
}

fn screenshot(shot: Shot) -> CaptureScreenshotParams {
    let (format, quality) = match shot.format {
        ShotFormat::Jpeg { quality } => (CaptureScreenshotFormat::Jpeg, Some(quality.into())),
        ShotFormat::Png => (CaptureScreenshotFormat::Png, None),
    };
    CaptureScreenshotParams {
        format: Some(format),
        quality,
        clip: None,
        from_surface: Some(true),
        capture_beyond_viewport: Some(false),
        optimize_for_speed: Some(true),
    }
}
