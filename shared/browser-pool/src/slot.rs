//! One of the pool's browsers, kept alive: launched, probed, measured, replaced, with pages opened ahead.

mod framed;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::{managed, unmanaged};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use self::framed::Sample;
use crate::browser::{Browser, LaunchError};
use crate::cdp::CallError;
use crate::config::{PageProfile, Viewport};
use crate::deadline::{Deadline, StageTimes};
use crate::egress::Egress;
use crate::launcher::{BrowserManager, Launcher, Replacement};
use crate::page::{Content, Document, Page};

/// Failed launches are repeated after half a second, then twice as long each time, up to this.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);

/// A browser that dies so soon may do so again and again.
const SHORT_LIFE: Duration = Duration::from_secs(1);
const SHORT_LIVES_FORGIVEN: u32 = 3;

/// Opening a page takes some 15 ms: a browser that needs this long is not worth waiting for.
pub(crate) const OPEN_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Slot {
    launcher: Arc<Launcher>,
    egress: Arc<Egress>,
    /// Holds at most one browser: create is a launch, recycle asks whether it may go on.
    browsers: managed::Pool<BrowserManager>,
    current: Mutex<Option<Arc<Browser>>>,
    /// Pages opened ahead, of the current browser or (to be thrown away) of its predecessor.
    warm: unmanaged::Pool<Page>,
    warm_pages: usize,
    /// Pages for inert documents that have shown some, of the current browser or of its predecessor.
    inert: Mutex<Vec<Page>>,
    inert_pages: usize,
    /// Whether a browser whose frames are asked for has shown that it can draw.
    sample: Sample,
    /// A lease has ended, or a browser has come up: there may be pages to open.
    pub(crate) refill: Notify,
    failures: AtomicU32,
    /// Tells the pool that something about its browsers has changed.
    changed: watch::Sender<u64>,
}

/// How a look at a browser ended.
enum Turn {
    GoOn,
    Died,
    Closing,
}

impl Slot {
    pub(crate) fn new(
        launcher: &Arc<Launcher>,
        egress: &Arc<Egress>,
        warm_pages: usize,
        inert_pages: usize,
        changed: watch::Sender<u64>,
    ) -> Result<Self, managed::BuildError> {
        let browsers = managed::Pool::builder(BrowserManager::new(launcher)).max_size(1).build()?;
        Ok(Self {
            launcher: Arc::clone(launcher),
            egress: Arc::clone(egress),
            browsers,
            current: Mutex::default(),
            warm: unmanaged::Pool::new(warm_pages.max(1)),
            warm_pages,
            inert: Mutex::default(),
            inert_pages,
            sample: Sample::default(),
            refill: Notify::new(),
            failures: AtomicU32::new(0),
            changed,
        })
    }

    /// The browser that new pages are opened in.
    pub(crate) fn browser(&self) -> Option<Arc<Browser>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.clone().filter(|browser| browser.is_available())
    }

    /// Launches that failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(crate) fn warm_count(&self) -> usize {
        self.warm.status().size
    }

    /// A page that was opened ahead in `browser`.
    pub(crate) fn take_warm(&self, browser: &Arc<Browser>) -> Option<Page> {
        while let Ok(page) = self.warm.try_remove() {
            if page.is_alive() && Arc::ptr_eq(&page.browser, browser) {
                return Some(page);
            }
            // Its browser was replaced; dropping the page disposes of its context.
        }
        None
    }

    /// A page that has shown nothing but inert documents, all in this viewport.
    pub(crate) fn take_inert(&self, browser: &Arc<Browser>, viewport: Viewport) -> Option<Page> {
        let mut inert = self.inert();
        inert.retain(|page| page.is_alive() && Arc::ptr_eq(&page.browser, browser));
        let at = inert.iter().rposition(|page| page.viewport() == viewport)?;
        let page = inert.remove(at);
        browser.page_used();
        Some(page)
    }

    /// Keeps a page for the next inert document; returns one that must be disposed of instead.
    pub(crate) async fn take_back(&self, page: Arc<Page>, limit: Duration) -> Option<Arc<Page>> {
        // Nobody else holds it once its lease is gone.
        let mut page = match Arc::try_unwrap(page) {
            Ok(page) => page,
            Err(page) => return Some(page),
        };
        let usual = self.launcher.profile.viewport;
        let viewport = page.may_be_used_again().filter(|viewport| viewport.is_scaled_like(usual));
        let Some(viewport) = viewport else { return Some(Arc::new(page)) };
        let is_current = self.browser().is_some_and(|browser| Arc::ptr_eq(&browser, &page.browser));
        if !is_current || page.clear(viewport, Deadline::after(limit)).await.is_err() {
            return Some(Arc::new(page));
        }
        self.keep(page).map(Arc::new)
    }

    /// Keeps a page that is ready for an inert document; returns the one that was used longest ago where room is short.
    fn keep(&self, page: Page) -> Option<Page> {
        let mut inert = self.inert();
        inert.push(page);
        (inert.len() > self.inert_pages).then(|| inert.remove(0))
    }

    fn inert(&self) -> std::sync::MutexGuard<'_, Vec<Page>> {
        self.inert.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a page now.
    pub(crate) async fn open(&self, browser: &Arc<Browser>, deadline: Deadline) -> Result<Page, CallError> {
        let viewport = self.launcher.profile.viewport;
        open_page(&self.launcher, &self.egress, browser, viewport, deadline).await
    }

    /// Keeps one browser up until `closing`.
    pub(crate) async fn supervise(
        self: Arc<Self>,
        closing: CancellationToken,
        fatal: watch::Sender<Option<String>>,
        is_needed: impl Fn() -> bool,
    ) {
        let mut short_lives = 0;
        while !closing.is_cancelled() {
            match closing.run_until_cancelled(self.browsers.get()).await {
                None => break,
                Some(Ok(browser)) => {
                    self.failures.store(0, Ordering::Relaxed);
                    self.publish(&browser);
                    match self.look_after(&browser, &closing).await {
                        // Handing it back and taking it again is what makes deadpool judge it.
                        Turn::GoOn => short_lives = 0,
                        Turn::Died => {
                            self.launcher.note_death(&browser);
                            short_lives = if browser.age() < SHORT_LIFE { short_lives + 1 } else { 0 };
                            back_off(short_lives, &closing).await;
                            let _ = closing.run_until_cancelled(rest_until(&is_needed)).await;
                        }
                        Turn::Closing => break,
                    }
                }
                Some(Err(error)) => self.launch_failed(&error, &closing, &fatal).await,
            }
        }
        let last = self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
        while self.warm.try_remove().is_ok() {}
        self.inert().clear();
        if let Some(browser) = last {
            browser.close().await;
        }
    }

    /// Opens pages ahead whenever there is room and nobody waits.
    pub(crate) async fn keep_warm(self: Arc<Self>, closing: CancellationToken, is_idle: impl Fn() -> bool) {
        while closing.run_until_cancelled(self.refill.notified()).await.is_some() {
            if self.is_framed() {
                let _ = closing.run_until_cancelled(self.keep_framed(&is_idle)).await;
                continue;
            }
            while self.warm_count() < self.warm_pages && is_idle() {
                let Some(browser) = self.browser() else { break };
                let opened = async {
                    let deadline = Deadline::after(OPEN_LIMIT);
                    let page = self.open(&browser, deadline).await?;
                    if let Some(html) = &self.launcher.profile.warm_html
                        && is_idle()
                    {
                        // A page that does not warm up is still a page; the next probe judges the browser.
                        let _ = warm_up(&page, html, self.launcher.profile.viewport, deadline).await;
                    }
                    Ok::<_, CallError>(page)
                };
                match closing.run_until_cancelled(opened).await {
                    Some(Ok(page)) => drop(self.warm.try_add(page)),
                    Some(Err(_)) | None => break,
                }
            }
        }
    }

    fn publish(self: &Arc<Self>, browser: &Arc<Browser>) {
        let predecessor = {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, browser)) {
                return;
            }
            current.replace(Arc::clone(browser))
        };
        let replacement = self.browsers.manager().take_replacement();
        if let Some(predecessor) = predecessor.filter(|browser| browser.is_alive()) {
            if let Some(Replacement { reason, .. }) = replacement {
                self.launcher.metrics.restarted(reason);
                tracing::info!(
                    generation = predecessor.generation,
                    reason = reason.as_str(),
                    "a browser retires"
                );
            }
            let limit = self.launcher.supervision.retire_limit;
            self.launcher.tasks.spawn(async move {
                retire(predecessor, limit).await;
                drop(replacement);
            });
        }
        browser.begins_to_serve();
        // What was open ahead is the predecessor's: dropping a page disposes of it.
        while self.warm.try_remove().is_ok() {}
        self.inert().clear();
        for page in self.launcher.standby.pages_of(browser) {
            // No room is no loss: the page is disposed of when it is dropped.
            drop(self.warm.try_add(page));
        }
        self.changed.send_modify(|changes| *changes += 1);
        self.refill.notify_one();
    }

    /// Watches a browser for one interval, then probes and measures it.
    async fn look_after(&self, browser: &Arc<Browser>, closing: &CancellationToken) -> Turn {
        let supervision = self.launcher.supervision;
        // Every request on a browser that hangs waits for its second chance to be over.
        let pause = if browser.is_suspect() { Duration::ZERO } else { supervision.probe_interval };
        tokio::select! {
            () = closing.cancelled() => return Turn::Closing,
            () = browser.died() => return self.died(),
            () = tokio::time::sleep(pause) => {}
        }
        let was_available = browser.is_available();
        browser.probe(supervision.probe_limit).await;
        if !browser.is_alive() {
            return self.died();
        }
        if was_available != browser.is_available() {
            self.changed.send_modify(|changes| *changes += 1);
        }
        self.refill.notify_one();
        Turn::GoOn
    }

    fn died(&self) -> Turn {
        self.changed.send_modify(|changes| *changes += 1);
        Turn::Died
    }

    /// Back-off; a browser that still serves goes on serving meanwhile.
    async fn launch_failed(
        &self,
        error: &managed::PoolError<LaunchError>,
        closing: &CancellationToken,
        fatal: &watch::Sender<Option<String>>,
    ) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        self.changed.send_modify(|changes| *changes += 1);
        tracing::error!(%error, failures, "a browser could not be started");
        if let managed::PoolError::Backend(LaunchError::NoSandbox { said }) = error
            && !self.launcher.has_launched()
        {
            fatal.send_replace(Some(said.clone()));
        }
        back_off(failures + SHORT_LIVES_FORGIVEN, closing).await;
    }
}

/// A launch takes a core for a fifth of a second. While the other browsers serve, that is better spent on the requests
/// that have just lost theirs; they are not given way to for long.
async fn rest_until(is_needed: impl Fn() -> bool) {
    const LONGEST: Duration = Duration::from_secs(1);
    const LOOK: Duration = Duration::from_millis(20);
    let needed = async {
        while !is_needed() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let _ = tokio::time::timeout(LONGEST, needed).await;
}

/// Half a second, then twice as long each time. The first short lives are forgiven: whoever waits for a browser whose
/// predecessor was killed is not to wait longer than the launch takes.
async fn back_off(times: u32, closing: &CancellationToken) {
    let Some(doublings) = times.checked_sub(SHORT_LIVES_FORGIVEN + 1) else { return };
    let pause = Duration::from_millis(500 << doublings.min(6)).min(LONGEST_BACK_OFF);
    let jittered = pause.mul_f64(fastrand::f64().mul_add(0.4, 0.8));
    let _ = closing.run_until_cancelled(tokio::time::sleep(jittered)).await;
}

/// Opens a page in `browser` with an egress address of its own. The opening is a task of the pool's, so that a page
/// whose request has gone away meanwhile is disposed of and not forgotten half open.
pub(crate) async fn open_page(
    launcher: &Arc<Launcher>,
    egress: &Egress,
    browser: &Arc<Browser>,
    viewport: Viewport,
    deadline: Deadline,
) -> Result<Page, CallError> {
    let egress = egress.open().await.map_err(|error| {
        tracing::error!(%error, "no egress address could be opened for a page");
        CallError::Rejected { method: "egress".to_owned(), message: "no address could be opened".to_owned() }
    })?;
    let (opener, browser) = (Arc::clone(launcher), Arc::clone(browser));
    let opening = launcher.tasks.spawn(async move {
        let profile = PageProfile { viewport, ..opener.profile.clone() };
        Page::open(&browser, &profile, egress, Deadline::after(OPEN_LIMIT)).await
    });
    match deadline.limit(opening).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(_)) => Err(CallError::Gone),
        Err(_) => Err(CallError::DeadlinePassed { method: "opening a page".to_owned() }),
    }
}

/// Shows a sample and captures a corner of it: fonts, rasteriser and encoder are then up.
pub(crate) async fn warm_up(
    page: &Page,
    html: &str,
    viewport: Viewport,
    deadline: Deadline,
) -> Result<bool, crate::error::PoolError> {
    let shown = page.show(&Document::of_html(html, viewport), deadline, &mut StageTimes::default()).await?;
    let corner = page.capture_corner(deadline).await?;
    Ok(shown.content == Content::Something && corner.starts_with(&[0xff, 0xd8]))
}

/// Lets a replaced browser finish its pages, then closes it.
async fn retire(browser: Arc<Browser>, limit: Duration) {
    const LOOK: Duration = Duration::from_millis(50);
    let finished = async {
        while browser.leases() > 0 && browser.is_alive() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let _ = tokio::time::timeout(limit, finished).await;
    browser.close().await;
}
