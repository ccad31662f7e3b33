//! The pool as its users see it: started, asked for pages, looked at, shut down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus::Registry;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admission::{Admission, Place, SWEEP_INTERVAL};
use crate::attempts::{Attempts, Job};
use crate::browser::{Browser, CountGuard};
use crate::cdp::CallError;
use crate::config::{PoolConfig, Supervision, Viewport};
use crate::deadline::{Deadline, Stage};
use crate::egress::{Egress, EgressConfig, EgressMetrics, RefusalReason};
use crate::error::{Fatal, PoolError, StartError, UnavailableReason};
use crate::hosts::{HostPlace, Hosts};
use crate::launcher::Launcher;
use crate::lease::{Owned, PageLease};
use crate::metrics::{Levels, PoolGauges, PoolMetrics, RestartReason};
use crate::page::{Inert, Page};
use crate::process::{self, LaunchOptions};
use crate::progress::LastSuccess;
use crate::quarantine::Quarantine;
use crate::slot::{self, OPEN_LIMIT, Slot};
use crate::standby;

/// After so many failed launches in a row, of every browser, requests are refused instead of kept waiting.
const BREAKER: u32 = 3;

/// What a client is told while no browser can be had.
const TRY_LATER: Duration = Duration::from_secs(2);

/// Supervised browsers and the pages in them. A cheap handle; [`BrowserPool::shutdown`] ends it.
#[derive(Debug, Clone)]
pub struct BrowserPool {
    inner: Arc<Inner>,
}

/// A page, the count of its browser's leases, and where it goes if it may be used again.
type Leased = (Page, CountGuard, Option<Arc<Slot>>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) admission: Admission,
    pub(crate) hosts: Hosts,
    pub(crate) quarantine: Quarantine,
    /// Documents under which a browser died that had been told to draw them, or one that shared it.
    pub(crate) slow_to_draw: Quarantine,
    pages: usize,
    reuse_inert: bool,
    supervision: Supervision,
    launcher: Arc<Launcher>,
    egress: Arc<Egress>,
    metrics: PoolMetrics,
    slots: Vec<Arc<Slot>>,
    /// Of browsers whose frames are asked for, for documents that one frame shows.
    framed: Vec<Arc<Slot>>,
    tasks: TaskTracker,
    closing: CancellationToken,
    draining: AtomicBool,
    started: Instant,
    /// Real requests and synthetic ones.
    success: LastSuccess,
    synthetic: LastSuccess,
    last_failure: Mutex<Option<String>>,
    /// Counts changes of any slot's browser.
    changes: watch::Receiver<u64>,
    fatal: watch::Receiver<Option<String>>,
}

/// Where the pool is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No browser has come up yet.
    Starting,
    Serving,
    /// Shutting down: nothing new is let in.
    Draining,
}

/// The pool at a moment; reading it waits for nothing.
#[derive(Debug, Clone)]
pub struct PoolStatus {
    pub phase: Phase,
    /// Browsers that should serve.
    pub browsers: usize,
    /// Browsers that passed their last probe, busy or not.
    pub browsers_available: usize,
    pub pages: usize,
    /// Pages that could be leased now: none while no browser serves.
    pub pages_available: usize,
    pub queue_depth: usize,
    /// Some browser is down or coming up.
    pub restarting: bool,
    /// Leases are held and none has ended for longer than any may last.
    pub wedged: bool,
    pub sandbox: bool,
    /// As in `HeadlessChrome/156.0.8078.79`.
    pub chromium_version: Option<String>,
    /// Why a browser could not be had or a synthetic render failed, the last time.
    pub last_failure: Option<String>,
}

impl BrowserPool {
    /// Checks the configuration, starts the egress proxy and the supervision; browsers come up in the background.
    /// Must run within a tokio runtime.
    pub async fn start(config: PoolConfig, registry: &Registry) -> Result<Self, StartError> {
        config.check()?;
        let binary = process::find_chromium(config.chromium.as_deref())?;
        let swept = process::sweep_abandoned();
        if swept > 0 {
            tracing::info!(swept, "removed the profile directories of services that were killed");
        }
        // Children of killed browsers become ours to reap, wherever we run.
        if rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_err() {
            tracing::warn!(
                "this process cannot reap orphans: without an init, killed browsers leave zombies"
            );
        }
        let metrics = PoolMetrics::register(registry)?;
        let egress = Egress::start(config.egress.clone(), EgressMetrics::register(registry)?).await;
        let egress = Arc::new(egress.map_err(StartError::Egress)?);
        let tasks = TaskTracker::new();
        let launcher = Arc::new(Launcher {
            binary,
            options: launch_options(&config, &egress),
            profile: config.page.clone(),
            recycle: config.recycle,
            supervision: config.supervision,
            allow_no_sandbox: config.allow_no_sandbox,
            metrics: metrics.clone(),
            tasks: tasks.clone(),
            at_once: Arc::new(Semaphore::new(cores())),
            replacing: Arc::new(Semaphore::new(1)),
            generations: Arc::default(),
            without_sandbox: Arc::default(),
            alive: Arc::default(),
            launched: Arc::default(),
            standby: Arc::default(),
        });
        let (changed, changes) = watch::channel(0);
        let (fatal_sender, fatal) = watch::channel(None);
        let make = |launcher: &Arc<Launcher>, count: usize| {
            let (warm, inert) = (config.warm_pages_each(), config.inert_pages_each());
            (0..count)
                .map(|_| Slot::new(launcher, &egress, warm, inert, changed.clone()).map(Arc::new))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| StartError::Egress(std::io::Error::other(error.to_string())))
        };
        let slots = make(&launcher, config.browsers)?;
        let framed = make(&Arc::new(launcher.framed()), config.framed_browsers)?;
        let inner = Arc::new(Inner {
            admission: Admission::new(
                config.pages,
                config.max_queue,
                config.max_queue_bytes,
                metrics.clone(),
            ),
            hosts: Hosts::new(
                config.pages_per_host.filter(|each| *each < config.pages),
                config.max_queue,
                metrics.clone(),
            ),
            quarantine: Quarantine::new(config.supervision.quarantine),
            slow_to_draw: Quarantine::new(config.supervision.quarantine),
            pages: config.pages,
            reuse_inert: config.reuse_inert,
            supervision: config.supervision,
            launcher,
            egress,
            metrics,
            slots,
            framed,
            tasks,
            closing: CancellationToken::new(),
            draining: AtomicBool::new(false),
            started: Instant::now(),
            success: LastSuccess::default(),
            synthetic: LastSuccess::default(),
            last_failure: Mutex::default(),
            changes,
            fatal,
        });
        PoolGauges::register(registry, {
            let inner = Arc::downgrade(&inner);
            move || inner.upgrade().map(|inner| inner.levels()).unwrap_or_default()
        })?;
        inner.spawn_supervision(&fatal_sender, config.standby);
        Ok(Self { inner })
    }

    /// Resolves when this pool can never work, with the reason: the process should end.
    pub async fn failed(&self) -> Fatal {
        let mut fatal = self.inner.fatal.clone();
        let said = fatal.wait_for(Option::is_some).await.ok().and_then(|said| said.clone());
        match said {
            Some(said) => Fatal::NoSandbox { said },
            // The supervision has ended, which is a shutdown and no failure.
            None => std::future::pending().await,
        }
    }

    /// The tries of one request.
    pub fn attempts(&self, job: Job) -> Attempts {
        Attempts::new(Arc::clone(&self.inner), job)
    }

    /// The right to a page of this host, to be held while one is waited for and used: now, or in turn when others have
    /// given theirs back, or an error as soon as it is known that there is none in time.
    pub async fn enter_host(&self, host: &str, deadline: Deadline) -> Result<HostPlace, PoolError> {
        self.inner.hosts.enter(host, deadline).await
    }

    pub fn status(&self) -> PoolStatus {
        self.inner.status()
    }

    /// What pages may reach.
    pub fn egress(&self) -> &EgressConfig {
        self.inner.egress.config()
    }

    /// Counts and logs a refusal that needed no browser, such as that of a submitted URL.
    pub fn count_refusal(&self, reason: RefusalReason) {
        tracing::info!(target = "the submitted url", reason = reason.as_str(), "egress refused");
        self.inner.egress.metrics().count_refusal(reason);
    }

    /// From now on nothing new is let in, and those that wait are refused.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Release);
        self.inner.admission.close();
        self.inner.hosts.close();
    }

    /// Closes every browser and returns when no process and no directory of them is left. What is not gone after
    /// `limit` is killed.
    pub async fn shutdown(&self, limit: Duration) {
        self.drain();
        self.inner.closing.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(limit, self.inner.tasks.wait()).await.is_ok() {
            return;
        }
        tracing::warn!("browsers did not close in time and are killed");
        for browser in self.inner.launcher.living() {
            browser.kill(RestartReason::Hung);
        }
        let _ = tokio::time::timeout(Duration::from_secs(5), self.inner.tasks.wait()).await;
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn launch_options(config: &PoolConfig, egress: &Egress) -> LaunchOptions {
    let identity = config.page.identity.as_ref();
    LaunchOptions {
        proxy: egress.shared_address(),
        scale: config.page.viewport.scale,
        window: (config.page.viewport.width, config.page.viewport.height),
        user_agent: identity.and_then(|identity| identity.user_agent.clone()),
        accept_languages: identity.map(|identity| identity.accept_language.clone()),
        sandbox: true,
        frame_control: false,
    }
}

impl Inner {
    fn spawn_supervision(self: &Arc<Self>, fatal: &watch::Sender<Option<String>>, standby: bool) {
        if standby {
            let inner = Arc::clone(self);
            // Not before the others, and not while anybody waits.
            let is_idle = move || {
                inner.admission.queue_depth() == 0 && inner.slots.iter().all(|slot| slot.browser().is_some())
            };
            let (launcher, egress) = (Arc::clone(&self.launcher), Arc::clone(&self.egress));
            self.tasks.spawn(standby::keep(launcher, egress, self.closing.clone(), is_idle));
        }
        for slot in self.all_slots() {
            let closing = self.closing.clone();
            let inner = Arc::clone(self);
            let is_needed = move || {
                inner.admission.held() == 0 || inner.slots.iter().all(|slot| slot.browser().is_none())
            };
            self.tasks.spawn(Arc::clone(slot).supervise(closing.clone(), fatal.clone(), is_needed));
            let admission = self.admission.clone();
            // Opening a page takes a core for 15 ms, warming it for 60: only where a core has nothing else to do.
            let is_idle = move || admission.held() < cores();
            self.tasks.spawn(Arc::clone(slot).keep_warm(closing, is_idle));
        }
        self.tasks.spawn(Arc::clone(self).measure());
        self.tasks.spawn(sweep_queues(self.admission.clone(), self.hosts.clone(), self.closing.clone()));
        self.tasks.spawn(Arc::clone(self).synthesise());
    }

    /// A page of the least busy browser, opened ahead or now; alone, of a new browser.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        place: Place,
        deadline: Deadline,
        alone: bool,
        inert: Option<Inert>,
    ) -> Result<PageLease, PoolError> {
        let (page, count, home) = if alone {
            let browser = self.own_browser(deadline).await?;
            let count = browser.lease();
            let opened = self.open_alone(&browser, deadline).await;
            match opened {
                Ok(page) => (page, count, None),
                Err(error) => {
                    self.tasks.spawn(async move { browser.close().await });
                    return Err(acquire_error(&error));
                }
            }
        } else if let Some(framed) = self.framed_page(deadline, inert).await {
            framed
        } else {
            self.shared_page(deadline, inert.map(|inert| inert.viewport)).await?
        };
        self.metrics.leases.inc();
        let owned = Owned {
            page,
            home,
            place,
            count,
            alone,
            deadline,
            supervision: self.supervision,
            metrics: self.metrics.clone(),
        };
        let (lease, owner) = PageLease::new(owned, self.success.clone());
        let inner = Arc::clone(self);
        self.tasks.spawn(async move {
            owner.await;
            for slot in inner.all_slots() {
                slot.refill.notify_one();
            }
        });
        Ok(lease)
    }

    async fn open_alone(&self, browser: &Arc<Browser>, deadline: Deadline) -> Result<Page, CallError> {
        let viewport = self.launcher.profile.viewport;
        slot::open_page(&self.launcher, &self.egress, browser, viewport, deadline).await
    }

    /// A page that draws when it is told to; `None` where the document wants more than one frame, and where no such
    /// browser serves: any page can do what this one can.
    async fn framed_page(&self, deadline: Deadline, inert: Option<Inert>) -> Option<Leased> {
        let usual = self.launcher.profile.viewport;
        let viewport = inert.filter(|inert| inert.is_one_frame)?.viewport;
        let serving =
            self.framed.iter().filter_map(|slot| slot.drawing_browser().map(|browser| (slot, browser)));
        let (slot, browser) =
            serving.filter(|_| viewport.is_scaled_like(usual)).min_by_key(|(_, browser)| browser.leases())?;
        let count = browser.lease();
        let page = if let Some(page) = slot.take_inert(&browser, viewport) {
            self.metrics.inert_leases.inc();
            page
        } else {
            match slot.open_framed(&browser, viewport, deadline.within(OPEN_LIMIT)).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::debug!(%error, generation = browser.generation, "no page that draws when told to");
                    return None;
                }
            }
        };
        self.metrics.framed_leases.inc();
        Some((page, count, Some(Arc::clone(slot))))
    }

    fn all_slots(&self) -> impl Iterator<Item = &Arc<Slot>> {
        self.slots.iter().chain(&self.framed)
    }

    async fn shared_page(&self, deadline: Deadline, inert: Option<Viewport>) -> Result<Leased, PoolError> {
        loop {
            let (slot, browser) = self.least_busy(deadline).await?;
            let count = browser.lease();
            // Whoever does not ask for a page that is used again does not leave one either.
            let home = (self.reuse_inert && inert.is_some()).then(|| Arc::clone(slot));
            // At another scale letters are drawn otherwise on a page that had it before than on a fresh one.
            let inert = inert.filter(|viewport| viewport.is_scaled_like(self.launcher.profile.viewport));
            if let Some(page) = inert.and_then(|viewport| slot.take_inert(&browser, viewport)) {
                self.metrics.inert_leases.inc();
                return Ok((page, count, home));
            }
            if let Some(page) = slot.take_warm(&browser) {
                self.metrics.warm_leases.inc();
                return Ok((page, count, home));
            }
            match slot.open(&browser, deadline.within(OPEN_LIMIT)).await {
                Ok(page) => return Ok((page, count, home)),
                Err(_) if deadline.has_passed() => return Err(PoolError::Timeout { stage: Stage::Acquire }),
                // Dead, or as good as: the next round finds another, or waits for its successor.
                Err(CallError::Gone) => {}
                // Hung, or only busy: that is for two probes to say.
                Err(CallError::DeadlinePassed { .. }) => browser.probe(self.supervision.probe_limit).await,
                Err(error) => return Err(acquire_error(&error)),
            }
        }
    }

    /// Waits until some browser serves.
    async fn least_busy(&self, deadline: Deadline) -> Result<(&Arc<Slot>, Arc<Browser>), PoolError> {
        let mut changes = self.changes.clone();
        loop {
            changes.mark_unchanged();
            let serving = self.slots.iter().filter_map(|slot| slot.browser().map(|browser| (slot, browser)));
            if let Some(least) =
                serving.min_by_key(|(slot, browser)| (browser.leases(), slot.warm_count() == 0))
            {
                return Ok(least);
            }
            if self.slots.iter().all(|slot| slot.failures() >= BREAKER) {
                return Err(self.no_browser());
            }
            if deadline.limit(changes.changed()).await.is_err() {
                return Err(self.no_browser());
            }
        }
    }

    fn no_browser(&self) -> PoolError {
        let reason = match self.phase() {
            Phase::Draining => UnavailableReason::Draining,
            Phase::Starting if self.slots.iter().all(|slot| slot.failures() == 0) => {
                UnavailableReason::Starting
            }
            Phase::Starting | Phase::Serving => UnavailableReason::NoBrowser,
        };
        PoolError::Unavailable { reason, retry_after: TRY_LATER }
    }

    async fn own_browser(&self, deadline: Deadline) -> Result<Arc<Browser>, PoolError> {
        match deadline.limit(self.launcher.launch()).await {
            Ok(Ok(browser)) => Ok(browser),
            Ok(Err(error)) => {
                self.note_failure(error.to_string());
                Err(self.no_browser())
            }
            Err(_) => Err(PoolError::Timeout { stage: Stage::Acquire }),
        }
    }

    fn note_failure(&self, what: String) {
        *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    fn phase(&self) -> Phase {
        if self.draining.load(Ordering::Acquire) {
            Phase::Draining
        } else if self.success.age().is_none() && self.slots.iter().all(|slot| slot.browser().is_none()) {
            Phase::Starting
        } else {
            Phase::Serving
        }
    }

    fn status(&self) -> PoolStatus {
        let levels = self.levels();
        let product =
            self.slots.iter().find_map(|slot| slot.browser().map(|browser| browser.product.clone()));
        let longest = self.supervision.longest_deadline + Duration::from_secs(5);
        PoolStatus {
            phase: self.phase(),
            browsers: levels.browsers,
            browsers_available: levels.browsers_available,
            pages: levels.pages,
            pages_available: levels.pages_available,
            queue_depth: levels.queue_depth,
            restarting: levels.browsers_available < levels.browsers,
            wedged: self.admission.is_wedged(longest),
            sandbox: levels.sandbox,
            chromium_version: product,
            last_failure: self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    fn levels(&self) -> Levels {
        let living = self.launcher.living();
        let available = self.slots.iter().filter(|slot| slot.browser().is_some()).count();
        let free = self.pages.saturating_sub(self.admission.held());
        Levels {
            browsers: self.slots.len(),
            browsers_available: available,
            framed_available: self.framed.iter().filter(|slot| slot.drawing_browser().is_some()).count(),
            pages: self.pages,
            pages_available: if available > 0 { free } else { 0 },
            pages_warm: self.slots.iter().map(|slot| slot.warm_count()).sum(),
            queue_depth: self.admission.queue_depth(),
            host_queue_depth: self.hosts.queue_depth(),
            memory: living.iter().map(|browser| browser.usage().pss).sum(),
            processes: living.iter().map(|browser| browser.usage().processes).sum(),
            targets: living.iter().map(|browser| browser.targets()).sum(),
            sandbox: !self.launcher.without_sandbox.load(Ordering::Relaxed),
            synthetic_age: self.synthetic.age().unwrap_or_else(|| self.started.elapsed()).as_secs_f64(),
        }
    }

    /// Measures every browser that has a process: serving, standing by, retiring, or a retry's own.
    async fn measure(self: Arc<Self>) {
        const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
        let pause = self.supervision.measure_interval;
        while self.closing.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            for browser in self.launcher.living() {
                self.metrics.cpu.inc_by(browser.measure().await.as_secs_f64());
                browser.count_targets(ANSWERS_WITHIN).await;
            }
        }
    }

    /// Renders a page of our own now and then: a browser that answers its probe may still be unable to draw.
    async fn synthesise(self: Arc<Self>) {
        const SAMPLE: &str =
            "<!doctype html><title>synthetic</title><p style='font:40px sans-serif'>synthetic</p>";
        const LIMIT: Duration = Duration::from_secs(10);
        loop {
            let pause = self.supervision.synthetic_interval;
            if self.closing.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
            let deadline = Deadline::after(LIMIT);
            match self.closing.run_until_cancelled(self.draw(SAMPLE, deadline)).await {
                None => return,
                Some(Ok(())) => {
                    self.success.note();
                    self.synthetic.note();
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "a synthetic page failed");
                    self.note_failure(format!("a synthetic page failed: {error}"));
                }
            }
        }
    }

    /// Draws a page in the least busy browser. One that cannot is replaced, unless others have it draw just now: then
    /// it may only be slow, and their deadlines judge it.
    async fn draw(&self, html: &str, deadline: Deadline) -> Result<(), PoolError> {
        let (slot, browser) = self.least_busy(deadline).await?;
        let page = slot.open(&browser, deadline).await.map_err(|error| acquire_error(&error))?;
        let drawn = slot::warm_up(&page, html, self.launcher.profile.viewport, deadline).await;
        if !page.dispose(Deadline::after(self.supervision.dispose_limit)).await {
            browser.kill(RestartReason::DisposeStuck);
        }
        let drawn = drawn.and_then(|has_drawn| {
            has_drawn.then_some(()).ok_or_else(|| PoolError::Render { what: "it came out blank".to_owned() })
        });
        if drawn.is_err() && browser.is_alive() && browser.leases() == 0 {
            browser.kill(RestartReason::Hung);
        }
        drawn
    }
}

fn acquire_error(error: &CallError) -> PoolError {
    match error {
        CallError::Gone => PoolError::BrowserCrash { retriable: true },
        CallError::DeadlinePassed { .. } => PoolError::Timeout { stage: Stage::Acquire },
        CallError::Rejected { .. } | CallError::Unexpected { .. } => {
            PoolError::Render { what: error.to_string() }
        }
    }
}

/// Looks through the queues for those whose wait has become hopeless.
async fn sweep_queues(admission: Admission, hosts: Hosts, closing: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while closing.run_until_cancelled(ticks.tick()).await.is_some() {
        admission.sweep();
        hosts.sweep();
    }
}
