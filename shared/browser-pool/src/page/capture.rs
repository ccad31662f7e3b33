//! A picture of what is shown.

use base64_simd::STANDARD as BASE64;
use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::page::{
    CaptureScreenshotFormat, CaptureScreenshotParams, Viewport as Clip,
};
use serde::Deserialize;
use tokio::time::Instant;

use super::Page;
use super::document::{Rect, ShotFormat};
use super::render::{left, unusable};
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::error::PoolError;

impl Page {
    /// The viewport, or an area of the document.
    pub(crate) async fn capture(
        &self,
        format: ShotFormat,
        area: Option<Rect>,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Bytes, PoolError> {
        if let Some(turn) = self.browser.frame_turn.clone() {
            // Only whole viewports are sent here; of anything else nothing is known.
            let None = area else { return Err(PoolError::NotInert) };
            let captured = self.framed_capture(turn, format, deadline, times).await?;
            self.stays_inert()?;
            self.reuse.captured();
            return Ok(captured);
        }
        let before = self.watch.activity().navigations;
        let mut params = screenshot(format);
        if let Some(Rect { x, y, width, height }) = area {
            params.clip = Some(Clip { x, y, width, height, scale: 1.0 });
            params.capture_beyond_viewport = Some(true);
        }
        // A page that is on its way to another one may never draw the frame that the capture waits for.
        let captured = tokio::select! {
            captured = self.screenshot(params, deadline, times) => captured,
            () = self.watch.leaves(before) => Err(match self.watch.main_document() {
                None => left(),
                Some(_) => unusable(
                    "url",
                    "the page went on to another address while it was captured, wait_for something that only its last \
                     address shows",
                ),
            }),
        }?;
        self.stays_inert()?;
        self.reuse.captured();
        Ok(captured)
    }

    /// A few pixels: enough to bring up everything that a capture needs.
    pub(crate) async fn capture_corner(&self, deadline: Deadline) -> Result<Bytes, PoolError> {
        let mut corner = screenshot(ShotFormat::Jpeg { quality: 50 });
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

fn screenshot(format: ShotFormat) -> CaptureScreenshotParams {
    let (format, quality) = match format {
        ShotFormat::Jpeg { quality } => (CaptureScreenshotFormat::Jpeg, Some(quality.into())),
        ShotFormat::Webp { quality } => (CaptureScreenshotFormat::Webp, Some(quality.into())),
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
