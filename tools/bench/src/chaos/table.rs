//! The table of a run: what was broken, how often, how many good requests it hit and what became of those.

use super::fault::Fault;
use super::inject::Injected;
use super::load::Served;

/// In Markdown. A request that was under way during several faults counts in the row of each.
pub(crate) fn of(served: &[Served], injected: &[Injected]) -> String {
    let mut lines = vec![
        "| fault | times | good requests hit | of them not right at the first try | after one retry |"
            .to_owned(),
        "| --- | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    let hit_by =
        |served: &Served, fault: &Injected| fault.hits(served.kind, served.first.sent, served.first.ended());
    let row = |name: &str, times: &str, hit: &[&Served]| {
        let at_first = hit.iter().filter(|served| !served.first.is_right()).count();
        let in_the_end = hit.iter().filter(|served| !served.last().is_right()).count();
        format!("| {name} | {times} | {} | {at_first} | {in_the_end} |", hit.len())
    };
    for kind in Fault::all() {
        let made: Vec<_> =
            injected.iter().filter(|fault| fault.fault == kind && fault.problem.is_none()).collect();
        let hit: Vec<_> =
            served.iter().filter(|served| made.iter().any(|fault| hit_by(served, fault))).collect();
        lines.push(row(kind.as_str(), &made.len().to_string(), &hit));
    }
    let spared: Vec<_> =
        served.iter().filter(|served| !injected.iter().any(|fault| hit_by(served, fault))).collect();
    lines.push(row("none of them", "", &spared));
    let all: Vec<_> = served.iter().collect();
    lines.push(row("**all**", &injected.len().to_string(), &all));
    lines.join("\n")
}
