//! A slot whose browser draws when it is told to: its pages show inert documents and nothing else, from the first on.
//!
//! Such a browser serves only once it has drawn a sample. One that cannot is no loss but of speed: its documents are
//! drawn by the other browsers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::{OPEN_LIMIT, Slot, open_page};
use crate::browser::Browser;
use crate::cdp::CallError;
use crate::config::Viewport;
use crate::deadline::{Deadline, StageTimes};
use crate::error::PoolError;
use crate::page::{Content, Document, Page, ShotFormat};

/// Browsers that may fail to draw their sample before no more are tried.
const MOST_FAILURES: u32 = 3;

/// What is drawn where the profile names no document of its own.
const SAMPLE: &str = "<!doctype html><p style='font:40px sans-serif'>sample</p>";

/// The browser that has last drawn a sample, and how often none could.
#[derive(Debug, Default)]
pub(super) struct Sample {
    drawn_by: AtomicU64,
    failed_by: AtomicU64,
    failures: AtomicU32,
}

impl Slot {
    pub(crate) fn is_framed(&self) -> bool {
        self.launcher.options.frame_control
    }

    /// The browser, if it has shown that it can draw.
    pub(crate) fn drawing_browser(&self) -> Option<Arc<Browser>> {
        let drawn_by = self.sample.drawn_by.load(Ordering::Acquire);
        self.browser().filter(|browser| browser.generation == drawn_by)
    }

    /// A page that lets inert documents in and nothing else.
    pub(crate) async fn open_framed(
        &self,
        browser: &Arc<Browser>,
        viewport: Viewport,
        deadline: Deadline,
    ) -> Result<Page, CallError> {
        let mut page = open_page(&self.launcher, &self.egress, browser, viewport, deadline).await?;
        page.clear(viewport, deadline).await?;
        Ok(page)
    }

    /// Has the browser draw its sample, however busy the pool is; more pages are opened only when it is idle.
    pub(super) async fn keep_framed(&self, is_idle: impl Fn() -> bool) {
        while let Some(browser) = self.browser() {
            let has_drawn = self.sample.drawn_by.load(Ordering::Acquire) == browser.generation;
            let has_failed = self.sample.failed_by.load(Ordering::Relaxed) == browser.generation
                || self.sample.failures.load(Ordering::Relaxed) >= MOST_FAILURES;
            let is_lacking = self.inert().len() < self.warm_pages.min(self.inert_pages);
            if has_failed || has_drawn && !(is_lacking && is_idle()) {
                return;
            }
            match self.draw_ahead(&browser).await {
                Ok(()) => {
                    self.sample.failures.store(0, Ordering::Relaxed);
                    self.sample.drawn_by.store(browser.generation, Ordering::Release);
                }
                Err(error) => {
                    let failures = self.sample.failures.fetch_add(1, Ordering::Relaxed) + 1;
                    self.sample.failed_by.store(browser.generation, Ordering::Relaxed);
                    tracing::warn!(%error, failures, "a browser does not draw when told to: cards take longer");
                }
            }
        }
    }

    /// Opens a page, draws the sample on it and keeps it.
    async fn draw_ahead(&self, browser: &Arc<Browser>) -> Result<(), PoolError> {
        let deadline = Deadline::after(OPEN_LIMIT);
        let viewport = self.launcher.profile.viewport;
        let page = self
            .open_framed(browser, viewport, deadline)
            .await
            .map_err(|error| PoolError::Render { what: format!("its page could not be opened: {error}") })?;
        let sample = self.launcher.profile.warm_html.as_deref().unwrap_or(SAMPLE);
        let times = &mut StageTimes::default();
        let shown = page.show(&Document::of_html(sample, viewport), deadline, times).await?;
        let drawn = page.capture(ShotFormat::Jpeg { quality: 50 }, None, deadline, times).await?;
        if shown.content == Content::Nothing || !drawn.starts_with(&[0xff, 0xd8]) {
            return Err(PoolError::Render { what: "its sample came out blank".to_owned() });
        }
        // Dropped where there is no room: that disposes of it.
        drop(self.take_back(Arc::new(page), self.launcher.supervision.dispose_limit).await);
        Ok(())
    }
}
