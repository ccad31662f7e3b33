//! Makes browsers and judges whether one may go on serving: the two things that deadpool asks of a manager.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::browser::{Browser, LaunchError};
use crate::config::{PageProfile, Recycle, Supervision};
use crate::metrics::{CrashKind, PoolMetrics, RestartReason};
use crate::process::LaunchOptions;

/// Shared by all slots of a pool.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) binary: PathBuf,
    pub(crate) options: LaunchOptions,
    pub(crate) profile: PageProfile,
    pub(crate) recycle: Recycle,
    pub(crate) supervision: Supervision,
    pub(crate) allow_no_sandbox: bool,
    pub(crate) metrics: PoolMetrics,
    pub(crate) tasks: TaskTracker,
    /// As many at once as there are cores: more would only make each of them later.
    pub(crate) at_once: Semaphore,
    pub(crate) generations: AtomicU64,
    /// It turned out that there is no sandbox here, and that this is accepted.
    pub(crate) without_sandbox: AtomicBool,
    pub(crate) alive: Mutex<Vec<Weak<Browser>>>,
    /// Runs idle until a browser is needed at once.
    pub(crate) standby: Mutex<Option<Arc<Browser>>>,
    pub(crate) standby_taken: Notify,
}

impl Launcher {
    /// A new browser: the one that stands by, else launched and probed now.
    pub(crate) async fn launch(&self) -> Result<Arc<Browser>, LaunchError> {
        match self.take_standby() {
            Some(browser) => Ok(browser),
            None => self.launch_now().await,
        }
    }

    fn take_standby(&self) -> Option<Arc<Browser>> {
        let standby = self.standby.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.standby_taken.notify_one();
        standby.is_alive().then_some(standby)
    }

    /// Whether one that stood by is of no use any more, or none does.
    fn lacks_standby(&self) -> bool {
        let standby = self.standby.lock().unwrap_or_else(PoisonError::into_inner);
        standby.as_ref().is_none_or(|browser| !browser.is_alive())
    }

    /// Keeps one browser standing by, launched when `is_idle` so that it takes nothing from those that are served.
    pub(crate) async fn keep_standby(
        self: Arc<Self>,
        closing: CancellationToken,
        is_idle: impl Fn() -> bool,
    ) {
        const LOOK: Duration = Duration::from_millis(500);
        while !closing.is_cancelled() {
            if self.lacks_standby()
                && is_idle()
                && let Some(Ok(browser)) = closing.run_until_cancelled(self.launch_now()).await
            {
                *self.standby.lock().unwrap_or_else(PoisonError::into_inner) = Some(browser);
            }
            let _ =
                closing.run_until_cancelled(tokio::time::timeout(LOOK, self.standby_taken.notified())).await;
        }
        if let Some(browser) = self.take_standby() {
            browser.close().await;
        }
    }

    async fn launch_now(&self) -> Result<Arc<Browser>, LaunchError> {
        // The semaphore is never closed; without it the launch goes on all the same.
        let _turn = self.at_once.acquire().await.ok();
        let launched = match self.try_launch(!self.without_sandbox.load(Ordering::Relaxed)).await {
            Err(LaunchError::NoSandbox { said }) if self.allow_no_sandbox => {
                tracing::warn!(
                    said,
                    "chromium has no sandbox here: going on without one, as PLAYWRIGHT_ALLOW_NO_SANDBOX says"
                );
                self.without_sandbox.store(true, Ordering::Relaxed);
                self.try_launch(false).await
            }
            launched => launched,
        };
        match &launched {
            Ok(browser) => self.enlist(browser),
            Err(_) => self.metrics.launch_failures.inc(),
        }
        launched
    }

    async fn try_launch(&self, sandbox: bool) -> Result<Arc<Browser>, LaunchError> {
        let options = LaunchOptions { sandbox, ..self.options.clone() };
        let generation = self.generations.fetch_add(1, Ordering::Relaxed) + 1;
        let limit = self.supervision.launch_limit;
        Browser::launch(&self.binary, &options, &self.profile, generation, limit, &self.tasks).await
    }

    fn enlist(&self, browser: &Arc<Browser>) {
        tracing::info!(
            generation = browser.generation,
            pid = browser.pid(),
            product = browser.product,
            sandbox = browser.sandbox,
            "a browser is up"
        );
        let mut alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        alive.retain(|known| known.strong_count() > 0);
        alive.push(Arc::downgrade(browser));
    }

    /// Every browser that still has a process: serving, retiring, or a retry's own.
    pub(crate) fn living(&self) -> Vec<Arc<Browser>> {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        alive.iter().filter_map(Weak::upgrade).filter(|browser| browser.is_alive()).collect()
    }

    /// Counts the end of a browser that was serving.
    pub(crate) fn note_death(&self, browser: &Browser) {
        let reason = browser.cause_of_death();
        if reason.is_failure() {
            self.metrics.crashed(CrashKind::Browser);
            tracing::warn!(generation = browser.generation, reason = reason.as_str(), "a browser died");
        }
        self.metrics.restarted(reason);
    }

    /// Why a healthy browser should make way for a successor.
    pub(crate) fn is_due(&self, browser: &Browser) -> Option<RestartReason> {
        let Recycle { after_pages, after_age, above_pss_bytes } = self.recycle;
        if after_pages.is_some_and(|most| browser.pages_opened() >= most) {
            Some(RestartReason::Pages)
        } else if after_age.is_some_and(|oldest| browser.age() >= oldest) {
            Some(RestartReason::Age)
        } else if above_pss_bytes.is_some_and(|most| browser.usage().pss > most) {
            Some(RestartReason::Memory)
        } else {
            None
        }
    }
}

/// What deadpool holds: one browser, or the making of one.
#[derive(Debug, Clone)]
pub(crate) struct BrowserManager(pub(crate) Arc<Launcher>);

impl Manager for BrowserManager {
    type Type = Arc<Browser>;
    type Error = LaunchError;

    async fn create(&self) -> Result<Arc<Browser>, LaunchError> {
        self.0.launch().await
    }

    /// Only whether it may go on: probing and measuring have their own rhythm. A browser that is due is not closed
    /// here; it serves until its successor does.
    async fn recycle(&self, browser: &mut Arc<Browser>, _: &Metrics) -> RecycleResult<LaunchError> {
        if !browser.is_alive() {
            return Err(RecycleError::message("it died"));
        }
        match self.0.is_due(browser) {
            Some(reason) => Err(RecycleError::message(reason.as_str())),
            None => Ok(()),
        }
    }
}
