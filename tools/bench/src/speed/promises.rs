//! What is promised of the service's speed, as ratios to what ran beside it: seconds are a machine's, ratios travel.

use super::Measured;
use super::figures::{Metric, Spread, Turns};
use super::mixed::Mixed;
use super::turn::{Load, Turn};
use super::work::{Lane, Target, Work};
use crate::report::Report;

/// A bound on a ratio's median.
#[derive(Debug, Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
}

impl Bound {
    fn holds(self, ratio: Spread) -> bool {
        match self {
            Bound::Most(most) => ratio.median <= most,
            Bound::Least(least) => ratio.median >= least,
        }
    }

    fn say(self) -> String {
        match self {
            Bound::Most(most) => format!("at most {most}"),
            Bound::Least(least) => format!("at least {least}"),
        }
    }
}

/// Adds a check for each promise whose targets and loads were measured.
pub(crate) fn check(report: &mut Report, measured: &Measured, loads: &[Load]) {
    let turns = &measured.turns;
    for load in loads.iter().copied() {
        against_floor(report, turns, load);
        against_original(report, turns, load);
        tail(report, turns, load);
    }
    let of_turns = turns.0.iter().flat_map(|turn| &turn.requests);
    let requests = of_turns.chain(measured.mixed.iter().flat_map(Mixed::requests));
    let faults: Vec<_> = requests.filter_map(|request| request.fault.as_deref()).collect();
    let first = faults.first().map_or_else(String::new, |fault| format!(", the first: {fault}"));
    let what = format!("{}: answers that were wrong or none", measured.kind.as_str());
    report.check(what, format!("{}{first}", faults.len()), faults.is_empty());
}

fn against_floor(report: &mut Report, turns: &Turns, load: Load) {
    let p50 = ("p50", Turn::p50_ms as Metric);
    let throughput = ("throughput", Turn::per_second as Metric);
    let cpu = ("processor time", Turn::cpu_ms as Metric);
    for work in [Work::Jpeg, Work::PngFast] {
        // a second browser encodes while the first one does: one floor's browser cannot
        let gain = if work == Work::Jpeg { 0.9 } else { 1.3 };
        let promised = match load {
            Load::Paced(_) => vec![(p50, Bound::Most(1.15))],
            Load::Closed(1) => vec![(p50, Bound::Most(1.4))],
            Load::Closed(_) => vec![(throughput, Bound::Least(gain)), (cpu, Bound::Most(1.15))],
            Load::Open(_) => Vec::new(),
        };
        for ((name, metric), bound) in promised {
            let (service, floor) = (service(work), Lane { work, target: Target::Floor });
            let Some(ratio) = turns.ratio(service, floor, load, metric) else { continue };
            let what = format!("{load}: {work}, {name} to the floor's");
            report.check(what, format!("{ratio}, {}", bound.say()), bound.holds(ratio));
        }
    }
}

/// Its only kind of picture against whatever the service is asked for.
fn against_original(report: &mut Report, turns: &Turns, load: Load) {
    if !matches!(load, Load::Paced(_)) {
        return;
    }
    let original = Lane { work: Work::Defaults, target: Target::Original };
    for (work, times) in [(Work::Jpeg, 15.0), (Work::PngFast, 8.0), (Work::Defaults, 4.0)] {
        let Some(ratio) = turns.ratio(original, service(work), load, Turn::p50_ms) else { continue };
        let what = format!("{load}: {work}, times as fast as the original");
        let bound = Bound::Least(times);
        report.check(what, format!("{ratio:.1}, {}", bound.say()), bound.holds(ratio));
    }
}

fn tail(report: &mut Report, turns: &Turns, load: Load) {
    const MOST: f64 = 2.5;
    if load != Load::Closed(4) {
        return;
    }
    for work in Work::CARDS {
        let at = |share| turns.percentile_ms(service(work), load, share);
        let (Some(p50), Some(p99)) = (at(0.5), at(0.99)) else { continue };
        let ratio = p99 / p50;
        report.check(
            format!("{load}: {work}, p99 to p50"),
            format!("{ratio:.2}, at most {MOST}"),
            ratio <= MOST,
        );
    }
}

fn service(work: Work) -> Lane {
    Lane { work, target: Target::Service }
}
