//! A browser that runs idle, with pages open, until it is needed at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::browser::Browser;
use crate::deadline::Deadline;
use crate::egress::Egress;
use crate::launcher::Launcher;
use crate::page::Page;
use crate::slot::{OPEN_LIMIT, open_page};

/// A successor is launched so long after the one before it was needed: the processors then belong to the requests
/// that lost their browser.
const REST: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Standby {
    waiting: Mutex<Waiting>,
    taken: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    browser: Option<Arc<Browser>>,
    /// Pages of the browser that stands by, or that was taken last.
    pages: Vec<Page>,
    taken_at: Option<Instant>,
}

impl Standby {
    /// The browser that stands by, if it lives.
    pub(crate) fn take(&self) -> Option<Arc<Browser>> {
        let mut waiting = self.waiting();
        let browser = waiting.browser.take()?;
        waiting.taken_at = Some(Instant::now());
        self.taken.notify_one();
        browser.is_alive().then_some(browser)
    }

    /// The pages that were opened ahead in `browser` while it stood by; those of others are given up.
    pub(crate) fn pages_of(&self, browser: &Arc<Browser>) -> Vec<Page> {
        let mut waiting = self.waiting();
        if waiting.browser.is_some() {
            // They belong to the one that still stands by.
            return Vec::new();
        }
        let pages = std::mem::take(&mut waiting.pages);
        pages.into_iter().filter(|page| Arc::ptr_eq(&page.browser, browser)).collect()
    }

    /// The browser that stands by now.
    pub(crate) fn browser(&self) -> Option<Arc<Browser>> {
        self.waiting().browser.clone()
    }

    fn is_lacking(&self) -> bool {
        let waiting = self.waiting();
        let rested = waiting.taken_at.is_none_or(|taken| taken.elapsed() >= REST);
        rested && waiting.browser.as_ref().is_none_or(|browser| !browser.is_alive())
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps one browser standing by until `closing`, launched when `is_idle`.
pub(crate) async fn keep(
    launcher: Arc<Launcher>,
    egress: Arc<Egress>,
    closing: CancellationToken,
    is_idle: impl Fn() -> bool,
) {
    const LOOK: Duration = Duration::from_millis(250);
    const LONGEST_LOOK: Duration = Duration::from_secs(30);
    let mut look = LOOK;
    while !closing.is_cancelled() {
        if launcher.standby.is_lacking() && is_idle() {
            let made = closing.run_until_cancelled(make_ready(&launcher, &egress)).await;
            // What cannot be launched is not tried four times a second.
            look = if made == Some(true) { LOOK } else { (look * 2).min(LONGEST_LOOK) };
        }
        let taken = tokio::time::timeout(look, launcher.standby.taken.notified());
        let _ = closing.run_until_cancelled(taken).await;
    }
    launcher.standby.waiting().pages.clear();
    if let Some(browser) = launcher.standby.take() {
        browser.close().await;
    }
}

async fn make_ready(launcher: &Arc<Launcher>, egress: &Arc<Egress>) -> bool {
    let Ok(browser) = launcher.launch_now().await else { return false };
    let mut pages = Vec::new();
    // One page brings up the renderer and the network process, which is most of what a first page waits for.
    if let Ok(page) =
        open_page(launcher, egress, &browser, launcher.profile.viewport, Deadline::after(OPEN_LIMIT)).await
    {
        pages.push(page);
    }
    let mut waiting = launcher.standby.waiting();
    waiting.pages = pages;
    waiting.browser = Some(browser);
    true
}
