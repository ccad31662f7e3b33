//! What the pool's users are told of each browser: what supervision has last seen of it. Nothing is asked of a browser
//! for that, and nothing is waited for.

use std::sync::Arc;
use std::time::Duration;

use crate::browser::Browser;
use crate::slot::Slot;

/// One browser, or the place of one that is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserReport {
    /// Counts up with every launch of the pool; `None` where there is no browser at present.
    pub generation: Option<u64>,
    pub state: BrowserState,
    /// Its frames are asked for: it draws documents that run and load nothing, and no others.
    pub is_framed: bool,
    /// Since it began to serve; `None` if it never did.
    pub age: Option<Duration>,
    /// Pages of it that are leased.
    pub pages_in_use: usize,
    /// Leases that it was ever given.
    pub leases: u64,
    /// Bytes (PSS) that its processes held together when they were last measured.
    pub memory: u64,
    pub processes: usize,
}

/// What a browser is doing. A closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserState {
    /// Passed its last probe, and is given pages.
    Serving,
    /// Up, and has not shown yet that it can draw.
    Warming,
    /// Missed its last probe: it is given no new pages.
    Silent,
    /// None is up in this place; one is being launched.
    Down,
    /// Idle, to take the place of one that dies.
    Standby,
    /// Replaced: it finishes its pages.
    Retiring,
    /// Coming up, or of a single request whose page is suspected.
    Apart,
}

impl BrowserState {
    pub const ALL: [Self; 7] =
        [Self::Serving, Self::Warming, Self::Silent, Self::Down, Self::Standby, Self::Retiring, Self::Apart];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Warming => "warming",
            Self::Silent => "silent",
            Self::Down => "down",
            Self::Standby => "standby",
            Self::Retiring => "retiring",
            Self::Apart => "apart",
        }
    }
}

/// The places of the pool in their order, then whatever else still has a process, the oldest first.
pub(crate) fn browsers<'a>(
    slots: impl Iterator<Item = &'a Arc<Slot>>,
    mut living: Vec<Arc<Browser>>,
    standby: Option<&Arc<Browser>>,
) -> Vec<BrowserReport> {
    let mut reports = Vec::new();
    for slot in slots {
        let current = slot.current().filter(|browser| browser.is_alive());
        living.retain(|other| current.as_ref().is_none_or(|current| !Arc::ptr_eq(other, current)));
        reports.push(match current {
            Some(browser) => BrowserReport::of(&browser, state_in_its_place(slot, &browser)),
            None => BrowserReport::down(slot.is_framed()),
        });
    }
    living.sort_by_key(|browser| browser.generation);
    let others = living.iter().map(|browser| {
        let state = if standby.is_some_and(|standby| Arc::ptr_eq(standby, browser)) {
            BrowserState::Standby
        } else if browser.has_served() {
            BrowserState::Retiring
        } else {
            BrowserState::Apart
        };
        BrowserReport::of(browser, state)
    });
    reports.extend(others);
    reports
}

fn state_in_its_place(slot: &Slot, browser: &Browser) -> BrowserState {
    if !browser.is_available() {
        BrowserState::Silent
    } else if slot.is_framed() && slot.drawing_browser().is_none() {
        BrowserState::Warming
    } else {
        BrowserState::Serving
    }
}

impl BrowserReport {
    fn of(browser: &Browser, state: BrowserState) -> Self {
        let usage = browser.usage();
        Self {
            generation: Some(browser.generation),
            state,
            is_framed: browser.frame_turn.is_some(),
            age: browser.has_served().then(|| browser.age()),
            pages_in_use: browser.leases(),
            leases: browser.leases_so_far(),
            memory: usage.pss,
            processes: usage.processes,
        }
    }

    fn down(is_framed: bool) -> Self {
        Self {
            generation: None,
            state: BrowserState::Down,
            is_framed,
            age: None,
            pages_in_use: 0,
            leases: 0,
            memory: 0,
            processes: 0,
        }
    }
}
