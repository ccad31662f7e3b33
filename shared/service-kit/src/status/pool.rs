//! The browsers and their pages as a service describes them: the kit knows no browser.

use serde::Serialize;
use utoipa::ToSchema;

/// Who knows the pool. Must not wait: it is asked every few seconds, and by everyone who looks.
pub trait PoolSource: Send + Sync + 'static {
    fn pool(&self) -> PoolReport;
}

/// The pool at a moment.
#[derive(Debug, Clone, Default)]
pub struct PoolReport {
    /// Pages that may be leased at once.
    pub pages: usize,
    pub pages_in_use: usize,
    /// Pages that could be leased now: none while no browser serves.
    pub pages_available: usize,
    /// Requests that wait for a page.
    pub queue_depth: usize,
    /// Chromium's sandbox is on.
    pub sandbox: bool,
    pub browsers: Vec<BrowserRow>,
}

/// One browser, or the place of one that is down.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BrowserRow {
    /// Counts up with every launch; `null` where there is no browser at present.
    pub generation: Option<u64>,
    /// `serving`; `warming`, which has not shown yet that it can draw; `silent`, which missed its last probe; `down`;
    /// `standby`, idle until another one dies; `retiring`, which finishes its pages; `apart`, coming up or of a single
    /// request.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// It draws frame by frame, as it is told to, documents that run and load nothing.
    pub is_framed: bool,
    /// Since it began to serve.
    pub age_s: Option<u64>,
    pub pages_in_use: usize,
    /// Pages that requests were given of it so far.
    pub requests_served: u64,
    /// Proportional set size of its processes, as last measured.
    pub memory_bytes: u64,
    pub processes: usize,
}
