//! Frames that are asked for instead of awaited.
//!
//! Left to itself a page draws by a clock of its own, and a capture waits for the next tick and draws twice. A browser
//! that is started for it draws a page when it is told to, once, and hands the picture over with the frame: a third less
//! time, and a tenth less work. The price: such a browser stands still when two of its pages are told at once, so it has
//! one turn that they take, and a page whose scripts wait for frames would have to be told again and again. So only
//! documents that run nothing are shown there.

use std::sync::Arc;
use std::time::Duration;

use base64_simd::STANDARD as BASE64;
use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::headless_experimental::{
    BeginFrameParams, ScreenshotParams, ScreenshotParamsFormat,
};
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::Page;
use super::document::ShotFormat;
use crate::cdp::CallError;
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::error::PoolError;
use crate::metrics::RestartReason;

/// A frame takes some 50 ms. One that takes this long holds up all pages of its browser, which is then replaced.
const FRAME_LIMIT: Duration = Duration::from_secs(5);

/// A display's pace, for what waits for frames before it is ready: the decoding of a large picture does.
const PACE: Duration = Duration::from_millis(16);

impl Page {
    /// Does `work`, drawing all the while where nothing else makes the page draw.
    pub(super) async fn with_frames<T>(&self, deadline: Deadline, work: impl Future<Output = T>) -> T {
        let Some(turn) = self.browser.frame_turn.clone() else { return work.await };
        let mut work = std::pin::pin!(work);
        let unseen = BeginFrameParams { no_display_updates: Some(true), ..BeginFrameParams::default() };
        loop {
            let tick = async {
                tokio::time::sleep(PACE).await;
                // A frame that fails shows in the work, which then never ends or fails itself.
                self.frame(Arc::clone(&turn), unseen.clone(), deadline).await
            };
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = tick => {}
            }
        }
    }

    /// The viewport as a picture.
    pub(super) async fn framed_capture(
        &self,
        turn: Arc<Mutex<()>>,
        format: ShotFormat,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Bytes, PoolError> {
        #[derive(Deserialize)]
        struct Drawn<'a> {
            #[serde(rename = "screenshotData", borrow)]
            data: Option<&'a str>,
        }
        let started = Instant::now();
        let frame = BeginFrameParams { screenshot: Some(screenshot(format)), ..BeginFrameParams::default() };
        let drawn = self.frame(turn, frame, deadline).await;
        times.add(Stage::Capture, started.elapsed());
        let text = match drawn {
            Ok(text) => text,
            // Whatever this browser cannot do, an ordinary page can.
            Err(CallError::Rejected { .. }) if self.is_alive() => return Err(PoolError::NotInert),
            Err(error) => return Err(self.failure(Stage::Capture, deadline, error)),
        };
        let drawn = serde_json::from_slice::<Drawn<'_>>(&text).ok().and_then(|drawn| drawn.data);
        let picture = drawn.and_then(|data| BASE64.decode_to_vec(data).ok());
        picture.map(Bytes::from).ok_or(PoolError::NotInert)
    }

    /// One frame, in turn. It is drawn to its end even if nobody waits for it any more: the turn is given on only then.
    async fn frame(
        &self,
        turn: Arc<Mutex<()>>,
        frame: BeginFrameParams,
        deadline: Deadline,
    ) -> Result<Bytes, CallError> {
        let late = || CallError::DeadlinePassed { method: "a turn to draw".to_owned() };
        let turn = deadline.limit(turn.lock_owned()).await.map_err(|_| late())?;
        let drawing = self.browser.tasks.spawn(self.draw(turn, frame));
        match deadline.limit(drawing).await {
            Ok(Ok(drawn)) => drawn,
            Ok(Err(_)) => Err(CallError::Gone),
            Err(_) => Err(late()),
        }
    }

    fn draw(
        &self,
        turn: OwnedMutexGuard<()>,
        frame: BeginFrameParams,
    ) -> impl Future<Output = Result<Bytes, CallError>> + Send + 'static {
        let (browser, watch) = (Arc::clone(&self.browser), Arc::clone(&self.watch));
        let session = self.session.clone();
        async move {
            let _capturing = browser.capturing();
            let call = browser.connection().send(Some(&session), &frame);
            let drawn = tokio::select! {
                drawn = call.text_within(Deadline::after(FRAME_LIMIT)) => drawn,
                // Its renderer is gone, and the frame that the others would wait for never ends.
                () = watch.renderer_gone() => Err(CallError::Gone),
            };
            match &drawn {
                Err(CallError::DeadlinePassed { .. }) => browser.kill(RestartReason::Hung),
                Err(CallError::Gone) => browser.kill(RestartReason::Crashed),
                Ok(_) | Err(CallError::Rejected { .. } | CallError::Unexpected { .. }) => {}
            }
            drop(turn);
            drawn
        }
    }

    /// Resolves when no frame of this page is being drawn; more of them must not be asked for.
    pub(super) async fn stands_still(&self, deadline: Deadline) {
        if let Some(turn) = &self.browser.frame_turn {
            // Late: its browser is on its way out.
            let _ = deadline.limit(turn.lock()).await;
        }
    }
}

fn screenshot(format: ShotFormat) -> ScreenshotParams {
    let (format, quality) = match format {
        ShotFormat::Jpeg { quality } => (ScreenshotParamsFormat::Jpeg, Some(quality.into())),
        ShotFormat::Webp { quality } => (ScreenshotParamsFormat::Webp, Some(quality.into())),
        ShotFormat::Png => (ScreenshotParamsFormat::Png, None),
    };
    ScreenshotParams { format: Some(format), quality, optimize_for_speed: Some(true) }
}
