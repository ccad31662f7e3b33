//! `bench speed`: the services against what Chromium itself takes, and against the way of the service that they
//! replaced, in alternating rounds of one run.

mod chart;
mod chromium;
mod figures;
mod floor;
mod memory;
mod mixed;
mod original;
mod picture;
mod plan;
mod promises;
mod raw;
mod running;
mod table;
mod turn;
mod work;
mod write_up;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use anyhow::{Context, Result};

use self::figures::Turns;
use self::memory::Memory;
use self::mixed::Mixed;
pub(crate) use self::plan::Options;
use self::plan::Plan;
use self::running::{Running, Stand};
use self::turn::Load;
use self::work::{Lane, Target};
use self::write_up::{Facts, WriteUp};
use crate::report::{Report, Verdict};
use crate::work::Kind;

/// Everything that was measured of one service.
#[derive(Debug)]
pub(crate) struct Measured {
    kind: Kind,
    turns: Turns,
    memory: Vec<Memory>,
    mixed: Vec<Mixed>,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let plan = options.plan();
    let mut facts = Facts::gather();
    let mut all = Vec::new();
    for kind in plan.kinds() {
        let stand = Stand::of(kind).await?;
        facts.chromium = stand.chromium.start().await?.version().await?;
        all.push(measure(&stand, &plan).await?);
    }
    facts.end();
    let mut report = Report::new("speed: what was promised, as ratios");
    for measured in &all {
        promises::check(&mut report, measured, &plan.loads);
    }
    WriteUp { facts: &facts, plan: &plan, all: &all }.write(&options.out)?;
    Ok(report.print())
}

async fn measure(stand: &Stand, plan: &Plan) -> Result<Measured> {
    let lanes = plan.lanes(stand.kind);
    let memory = measure_memory(stand, &lanes, plan).await?;
    let mut targets = HashMap::new();
    for lane in &lanes {
        if let Entry::Vacant(vacant) = targets.entry(lane.target) {
            vacant.insert(Arc::new(Running::start(lane.target, stand, plan.most_at_once()).await?));
        }
    }
    let turns = take_turns(&targets, &lanes, plan).await?;
    let mut mixed = Vec::new();
    if let Some(service) = targets.get(&Target::Service).filter(|_| stand.kind == Kind::Image) {
        for round in 1..=plan.rounds {
            eprintln!("  JPEGs beside PNGs, round {round}");
            mixed.push(Mixed::take(service, plan.count_at(mixed::CLIENTS)).await?);
        }
    }
    Ok(Measured { kind: stand.kind, turns, memory, mixed })
}

/// For every load, round after round, one target after the other.
async fn take_turns(targets: &HashMap<Target, Arc<Running>>, lanes: &[Lane], plan: &Plan) -> Result<Turns> {
    let mut turns = Turns::default();
    for load in plan.loads.iter().copied() {
        for round in 1..=plan.rounds {
            eprintln!("  {load}, round {round}");
            for lane in lanes {
                let running = targets.get(&lane.target).context("a target that was not started")?;
                let count = plan.count(*lane, load);
                turns.0.push(turn::take(running, *lane, load, round, count).await?);
            }
        }
    }
    Ok(turns)
}

/// Of each target once, with the first work that it does.
async fn measure_memory(stand: &Stand, lanes: &[Lane], plan: &Plan) -> Result<Vec<Memory>> {
    let mut memory: Vec<Memory> = Vec::new();
    for lane in lanes {
        let is_known = memory.iter().any(|known| known.lane.target == lane.target);
        if !is_known {
            eprintln!("  memory: {lane}");
            memory
                .push(Memory::measure(stand, *lane, plan.count(*lane, Load::Closed(memory::AT_ONCE))).await?);
        }
    }
    Ok(memory)
}
