//! What a pool is configured by. Plain values: reading an environment is the services' business.

use std::path::PathBuf;
use std::time::Duration;

use crate::egress::EgressConfig;
use crate::error::StartError;

/// A whole pool. `Default` suits a renderer on this machine.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// The browser's binary; `None` finds it in the usual places.
    pub chromium: Option<PathBuf>,
    /// Browser processes that serve, 1…64.
    pub browsers: usize,
    /// Keep one more browser running, idle, to take the place of one that dies: for pools of few browsers.
    pub standby: bool,
    /// Pages leased at once, over all browsers, 1…1024.
    pub pages: usize,
    /// Show documents that run and load nothing one after the other on pages that are kept for them.
    pub reuse_inert: bool,
    /// More browsers, which draw those documents frame by frame as they are told to, 0…64; 0 leaves them to the others.
    pub framed_browsers: usize,
    /// Requests that may wait for a page.
    pub max_queue: usize,
    /// Pages that one site may have at once; by default all of them. Counts where [`BrowserPool::enter_host`] is asked.
    ///
    /// [`BrowserPool::enter_host`]: crate::BrowserPool::enter_host
    pub pages_per_host: Option<usize>,
    /// Bytes that the waiting requests may hold together.
    pub max_queue_bytes: usize,
    /// Go on without Chromium's sandbox where none can be had.
    pub allow_no_sandbox: bool,
    pub recycle: Recycle,
    pub page: PageProfile,
    pub egress: EgressConfig,
    pub supervision: Supervision,
}

/// When a browser is replaced although nothing is wrong with it. `None` turns a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recycle {
    /// After so many pages.
    pub after_pages: Option<u64>,
    /// After so long.
    pub after_age: Option<Duration>,
    /// When its process tree holds more than this many bytes (PSS).
    pub above_pss_bytes: Option<u64>,
}

/// What every page is prepared for before anybody asks for it.
#[derive(Debug, Clone, Default)]
pub struct PageProfile {
    pub viewport: Viewport,
    /// How the browser presents itself to sites; `None` leaves Chromium's own headless identity.
    pub identity: Option<Identity>,
    /// Do not load pictures, fonts, audio and video.
    pub block_media: bool,
    /// Listen to consoles and uncaught exceptions, for [`Heard`](crate::Heard).
    pub hear_console: bool,
    /// A document shown once in a page that is opened ahead, so that fonts and the compositor are warm.
    pub warm_html: Option<String>,
    /// Pages kept open ahead, over all browsers.
    pub warm_pages: usize,
}

/// A page's size in CSS pixels, and device pixels per CSS pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    pub width: u32,
    pub height: u32,
    pub scale: f64,
}

/// A consistent identity: header, `navigator`, workers and client hints say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `None`: a desktop Chrome of the running browser's own version.
    pub user_agent: Option<String>,
    /// Languages in order, as in `en-US,en`.
    pub accept_language: String,
}

/// The limits that supervision works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supervision {
    /// A browser that has not answered by then did not start.
    pub launch_limit: Duration,
    /// The pause between two looks at a browser; one that has missed a probe is asked again at once.
    pub probe_interval: Duration,
    /// A browser that misses two probes in a row, each of this length, is hung.
    pub probe_limit: Duration,
    /// The pause between two measurements of what the browsers use.
    pub measure_interval: Duration,
    /// A page whose context is not gone by then takes its browser with it.
    pub dispose_limit: Duration,
    /// The longest deadline that a request can have: what lasts longer is wedged.
    pub longest_deadline: Duration,
    /// How long a retired browser may finish its pages.
    pub retire_limit: Duration,
    /// The pause between two synthetic renders.
    pub synthetic_interval: Duration,
    /// How long a page that killed one browser after the other is refused.
    pub quarantine: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            chromium: None,
            browsers: cores.min(4),
            standby: false,
            pages: 2 * cores,
            reuse_inert: true,
            framed_browsers: 0,
            max_queue: 512,
            pages_per_host: None,
            max_queue_bytes: 256 * 1024 * 1024,
            allow_no_sandbox: false,
            recycle: Recycle::default(),
            page: PageProfile::default(),
            egress: EgressConfig::default(),
            supervision: Supervision::default(),
        }
    }
}

impl Default for Recycle {
    fn default() -> Self {
        Self {
            after_pages: Some(1_000),
            after_age: Some(Duration::from_secs(30 * 60)),
            above_pss_bytes: Some(1_000_000_000),
        }
    }
}

impl Viewport {
    pub(crate) fn is_scaled_like(self, other: Viewport) -> bool {
        (self.scale - other.scale).abs() < f64::EPSILON
    }
}

impl Default for Viewport {
    /// The share card that the replaced service made.
    fn default() -> Self {
        Self { width: 1200, height: 630, scale: 2.0 }
    }
}

impl Default for Supervision {
    fn default() -> Self {
        Self {
            launch_limit: Duration::from_secs(15),
            // A browser that hangs is found out after 4 to 6 s: whoever was on it still has time within 10 s.
            probe_interval: Duration::from_secs(2),
            probe_limit: Duration::from_secs(2),
            measure_interval: Duration::from_secs(5),
            dispose_limit: Duration::from_secs(4),
            longest_deadline: Duration::from_secs(60),
            retire_limit: Duration::from_secs(65),
            synthetic_interval: Duration::from_secs(30),
            quarantine: Duration::from_secs(300),
        }
    }
}

impl PoolConfig {
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let within = |setting, valid, value: usize, most| {
            if (1..=most).contains(&value) {
                Ok(())
            } else {
                Err(StartError::OutOfRange { setting, valid, value })
            }
        };
        within("PLAYWRIGHT_BROWSER_POOL_SIZE", "1…64", self.browsers, 64)?;
        within("PLAYWRIGHT_PAGE_POOL_SIZE", "1…1024", self.pages, 1024)
    }

    /// Pages for inert documents that each browser keeps.
    pub(crate) fn inert_pages_each(&self) -> usize {
        if self.reuse_inert { self.pages.div_ceil(self.browsers) } else { 0 }
    }

    /// Warm pages that each browser keeps.
    pub(crate) fn warm_pages_each(&self) -> usize {
        self.page.warm_pages.div_ceil(self.browsers)
    }
}
