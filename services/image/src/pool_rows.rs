//! The pool as the status page wants it.

use browser_pool::{BrowserPool, BrowserReport};
use service_kit::{BrowserRow, PoolReport, PoolSource};

/// The pool of this service.
#[derive(Debug)]
pub(crate) struct PoolRows(pub(crate) BrowserPool);

impl PoolSource for PoolRows {
    fn pool(&self) -> PoolReport {
        let status = self.0.status();
        let browsers: Vec<_> = self.0.browsers().iter().map(row).collect();
        PoolReport {
            pages: status.pages,
            pages_in_use: browsers.iter().map(|browser| browser.pages_in_use).sum(),
            pages_available: status.pages_available,
            queue_depth: status.queue_depth,
            sandbox: status.sandbox,
            browsers,
        }
    }
}

fn row(browser: &BrowserReport) -> BrowserRow {
    BrowserRow {
        generation: browser.generation,
        state: browser.state.as_str(),
        is_framed: browser.is_framed,
        age_s: browser.age.map(|age| age.as_secs()),
        pages_in_use: browser.pages_in_use,
        requests_served: browser.leases,
        memory_bytes: browser.memory,
        processes: browser.processes,
    }
}
