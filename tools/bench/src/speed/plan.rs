//! What a run measures: its options, and what they come to.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::turn::Load;
use super::work::{Lane, Target, Work};
use crate::soak::parse_kind;
use crate::work::Kind;

/// A turn sends at least so many requests for each client: its first and its last ones have the machine to themselves.
const FOR_EACH_CLIENT: usize = 3;
/// The original takes seconds for each card.
const ORIGINAL_SENDS_ONE_IN: usize = 4;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which targets
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Target::ALL)]
    targets: Vec<Target>,
    /// Which kinds of cards
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Work::CARDS)]
    formats: Vec<Work>,
    /// Requests at once in the closed loops
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 8, 16])]
    concurrency: Vec<usize>,
    /// The pause after each request where they come one at a time, in milliseconds; 0 leaves that load out
    #[arg(long, default_value = "250")]
    think_ms: u64,
    /// Adds an open loop of so many requests a second
    #[arg(long)]
    rate: Option<f64>,
    /// Requests of one turn, at least; the original sends a quarter of it
    #[arg(long, default_value = "30")]
    requests: usize,
    /// How often each target has its turn under each load
    #[arg(long, default_value = "4")]
    rounds: usize,
    /// Whether it works at all: few requests, one round, at most 4 at once
    #[arg(long)]
    quick: bool,
    /// Only this service
    #[arg(long, value_parser = parse_kind)]
    only: Option<Kind>,
    /// Where the files go
    #[arg(long, default_value = "out/speed")]
    pub(crate) out: PathBuf,
}

#[derive(Debug)]
pub(crate) struct Plan {
    targets: Vec<Target>,
    formats: Vec<Work>,
    only: Option<Kind>,
    pub(crate) loads: Vec<Load>,
    pub(crate) requests: usize,
    pub(crate) rounds: usize,
}

impl Options {
    pub(crate) fn plan(&self) -> Plan {
        let think = Duration::from_millis(self.think_ms);
        let paced = (!think.is_zero()).then_some(Load::Paced(think));
        let concurrency = self.concurrency.iter().filter(|at_once| !self.quick || **at_once <= 4);
        let closed = concurrency.map(|at_once| Load::Closed(*at_once));
        let open = self.rate.filter(|rate| *rate > 0.0).map(Load::Open);
        Plan {
            targets: self.targets.clone(),
            formats: self.formats.clone(),
            only: self.only,
            loads: paced.into_iter().chain(closed).chain(open).collect(),
            requests: if self.quick { self.requests.min(3) } else { self.requests },
            rounds: if self.quick { self.rounds.min(1) } else { self.rounds },
        }
    }
}

impl Plan {
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let only = self.only;
        [Kind::Image, Kind::Ingestion].into_iter().filter(move |kind| only.is_none_or(|only| only == *kind))
    }

    pub(crate) fn lanes(&self, kind: Kind) -> Vec<Lane> {
        match kind {
            Kind::Image => Lane::all(&self.formats, &self.targets),
            Kind::Ingestion => Lane::all(&Work::PAGES, &self.targets),
        }
    }

    /// The most pages that a floor needs.
    pub(crate) fn most_at_once(&self) -> usize {
        let most = |load: &Load| match load {
            Load::Paced(_) => 1,
            Load::Closed(at_once) => *at_once,
            // nobody knows how many will be in flight; a floor's pages are waited for
            Load::Open(_) => 16,
        };
        self.loads.iter().map(most).max().unwrap_or(1)
    }

    pub(crate) fn count_at(&self, at_once: usize) -> usize {
        self.requests.max(FOR_EACH_CLIENT * at_once)
    }

    /// How many requests a turn of this lane sends.
    pub(crate) fn count(&self, lane: Lane, load: Load) -> usize {
        match lane.target {
            Target::Original => (self.requests / ORIGINAL_SENDS_ONE_IN).max(load.at_once()),
            Target::Service | Target::Floor | Target::Floor2 => self.count_at(load.at_once()),
        }
    }
}
