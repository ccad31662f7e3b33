//! What is on the dashboards.

mod glance;
mod image;
mod ingestion;
mod overview;
mod requests;
mod resources;

use crate::board::Board;

/// What differs between the two services where a panel is the same.
#[derive(Debug, Clone, Copy)]
struct Service {
    /// From where on p95 is near the default deadline, and beyond what was promised (ms): two alerts' bounds.
    latency_bounds_ms: (f64, f64),
    /// The same in words.
    latency_says: &'static str,
    /// What a request is called.
    request: &'static str,
}

/// All dashboards, the home page first.
pub(crate) fn all() -> Vec<Board> {
    vec![overview::board(), ingestion::board(), image::board()]
}
