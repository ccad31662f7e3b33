//! What is broken, and in which order.

use crate::hostile::Hostile;
use crate::work::Kind;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The browser at work is killed.
    BrowserKilled,
    RendererKilled,
    /// A browser is stopped, and goes on after some seconds.
    BrowserPaused,
    /// A browser is stopped for good.
    BrowserStopped,
    GpuProcessKilled,
    NetworkProcessKilled,
    /// Every name takes long to resolve, for some seconds.
    SlowNames,
    /// No byte can be written where the profiles are, for some seconds.
    DiskFull,
    /// A hostile request.
    Request(Hostile),
}

impl Fault {
    const OWN: [Fault; 8] = [
        Fault::BrowserKilled,
        Fault::RendererKilled,
        Fault::BrowserPaused,
        Fault::BrowserStopped,
        Fault::GpuProcessKilled,
        Fault::NetworkProcessKilled,
        Fault::SlowNames,
        Fault::DiskFull,
    ];

    pub(crate) fn all() -> impl Iterator<Item = Fault> {
        Fault::OWN.into_iter().chain(Hostile::ALL.into_iter().map(Fault::Request))
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Fault::BrowserKilled => "browser killed",
            Fault::RendererKilled => "renderer killed",
            Fault::BrowserPaused => "browser stopped for 2 s",
            Fault::BrowserStopped => "browser stopped for good",
            Fault::GpuProcessKilled => "GPU process killed",
            Fault::NetworkProcessKilled => "network process killed",
            Fault::SlowNames => "names take 1 s, for 4 s",
            Fault::DiskFull => "disk of the profiles full, for 4 s",
            Fault::Request(kind) => kind.as_str(),
        }
    }
}

/// Every kind so many times, on the services in turn; those of a round are far from each other in the next.
pub(crate) fn plan(rounds: usize) -> Vec<(Fault, Kind)> {
    let kinds: Vec<_> = Fault::all().collect();
    let mut plan = Vec::new();
    for round in 0..rounds {
        // a stride that shares no factor with the number of kinds visits each once
        let stride = [5, 7, 11][round % 3];
        for turn in 0..kinds.len() {
            let kind = (turn * stride + round) % kinds.len();
            plan.push((kinds[kind], Kind::BOTH[(round + kind) % 2]));
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_every_kind_equally_often_and_on_both_services() {
        let plan = plan(6);
        for kind in Fault::all() {
            let on: Vec<_> = plan.iter().filter(|(fault, _)| *fault == kind).map(|(_, on)| *on).collect();
            assert_eq!(on.len(), 6, "{kind:?}");
            assert!(on.contains(&Kind::Image) && on.contains(&Kind::Ingestion), "{kind:?}: {on:?}");
        }
    }
}
