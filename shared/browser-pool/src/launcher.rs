//! Makes browsers and judges whether one may go on serving: the two things that deadpool asks of a manager.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use crate::browser::{Browser, LaunchError};
use crate::config::{PageProfile, Recycle, Supervision};
use crate::metrics::{CrashKind, PoolMetrics, RestartReason};
use crate::process::LaunchOptions;
use crate::standby::Standby;

/// A browser that stands by must answer within this to be taken; a launch takes no longer.
const STANDBY_PROBE: Duration = Duration::from_millis(500);

/// Shared by all slots of a pool whose browsers are alike.
#[derive(Debug, Clone)]
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
    pub(crate) at_once: Arc<Semaphore>,
    /// Of browsers that are replaced although they serve: one at a time, until the replaced one is gone. Two that are
    /// due together would be four for a while, which is no way to save memory.
    pub(crate) replacing: Arc<Semaphore>,
    pub(crate) generations: Arc<AtomicU64>,
    /// It turned out that there is no sandbox here, and that this is accepted.
    pub(crate) without_sandbox: Arc<AtomicBool>,
    pub(crate) alive: Arc<Mutex<Vec<Weak<Browser>>>>,
    pub(crate) launched: Arc<AtomicBool>,
    pub(crate) standby: Arc<Standby>,
}

impl Launcher {
    /// The same, of browsers whose frames are asked for. Their ends are counted with the others'; none stands by.
    pub(crate) fn framed(&self) -> Self {
        let options = LaunchOptions { frame_control: true, ..self.options.clone() };
        Self { options, standby: Arc::default(), ..self.clone() }
    }

    /// A new browser: the one that stands by, else launched and probed now.
    pub(crate) async fn launch(&self) -> Result<Arc<Browser>, LaunchError> {
        if let Some(browser) = self.standby.take() {
            // It answered when it was launched, which may be long ago.
            browser.probe(STANDBY_PROBE).await;
            if browser.is_available() {
                return Ok(browser);
            }
            browser.kill(RestartReason::Hung);
        }
        self.launch_now().await
    }

    pub(crate) async fn launch_now(&self) -> Result<Arc<Browser>, LaunchError> {
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

    /// Whether any browser has ever come up.
    pub(crate) fn has_launched(&self) -> bool {
        self.launched.load(Ordering::Relaxed)
    }

    fn enlist(&self, browser: &Arc<Browser>) {
        self.launched.store(true, Ordering::Relaxed);
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

/// A browser's turn to be replaced, and why.
#[derive(Debug)]
pub(crate) struct Replacement {
    pub(crate) reason: RestartReason,
    _turn: OwnedSemaphorePermit,
}

/// What deadpool holds: one browser, or the making of one.
#[derive(Debug)]
pub(crate) struct BrowserManager {
    launcher: Arc<Launcher>,
    /// Begun, and its successor does not serve yet.
    replacement: Mutex<Option<Replacement>>,
}

impl BrowserManager {
    pub(crate) fn new(launcher: &Arc<Launcher>) -> Self {
        Self { launcher: Arc::clone(launcher), replacement: Mutex::default() }
    }

    /// Whose turn it is must not be over before the replaced browser is gone.
    pub(crate) fn take_replacement(&self) -> Option<Replacement> {
        self.replacement.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Manager for BrowserManager {
    type Type = Arc<Browser>;
    type Error = LaunchError;

    async fn create(&self) -> Result<Arc<Browser>, LaunchError> {
        self.launcher.launch().await
    }

    /// Only whether it may go on: probing and measuring have their own rhythm. A browser that is due is not closed
    /// here; it serves until its successor does.
    async fn recycle(&self, browser: &mut Arc<Browser>, _: &Metrics) -> RecycleResult<LaunchError> {
        if !browser.is_alive() {
            return Err(RecycleError::message("it died"));
        }
        let Some(reason) = self.launcher.is_due(browser) else { return Ok(()) };
        // Another one's turn: it goes on, and is asked again after the next probe.
        let Ok(turn) = Arc::clone(&self.launcher.replacing).try_acquire_owned() else { return Ok(()) };
        let replacement = Replacement { reason, _turn: turn };
        *self.replacement.lock().unwrap_or_else(PoisonError::into_inner) = Some(replacement);
        Err(RecycleError::message(reason.as_str()))
    }
}
