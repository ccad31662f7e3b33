//! From turns to figures: what one turn says, how the turns of several rounds differ, and how two targets compare.
//! Two targets are compared within each round first, as what disturbs a round disturbs both.

use std::fmt;
use std::time::Duration;

use super::turn::{Load, Turn};
use super::work::Lane;
use crate::report::percentile;

/// One figure of a turn; `None` where it has no right answer.
pub(crate) type Metric = fn(&Turn) -> Option<f64>;

/// A figure over the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let (lower, upper) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Spread { median: f64::midpoint(lower, upper), least, most })
    }
}

impl fmt::Display for Spread {
    /// `1.07 (1.02…1.11)`, or the one value that there is; the precision is the caller's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = formatter.precision().unwrap_or(2);
        let Spread { median, least, most } = self;
        write!(formatter, "{median:.digits$}")?;
        if least < most {
            write!(formatter, " ({least:.digits$}…{most:.digits$})")?;
        }
        Ok(())
    }
}

impl Turn {
    /// How long the right answers took.
    fn right(&self) -> Vec<Duration> {
        let right = self.requests.iter().filter(|request| request.fault.is_none());
        right.map(|request| request.took).collect()
    }

    pub(crate) fn p50_ms(&self) -> Option<f64> {
        let right = self.right();
        (!right.is_empty()).then(|| in_ms(percentile(&right, 0.5)))
    }

    /// Right answers a second.
    pub(crate) fn per_second(&self) -> Option<f64> {
        let right = self.right().len();
        (right > 0 && !self.wall.is_zero()).then(|| right as f64 / self.wall.as_secs_f64())
    }

    /// Processor time for each right answer.
    pub(crate) fn cpu_ms(&self) -> Option<f64> {
        let right = self.right().len();
        (right > 0).then(|| in_ms(self.cpu) / right as f64)
    }
}

/// The turns of all rounds.
#[derive(Debug, Default)]
pub(crate) struct Turns(pub(crate) Vec<Turn>);

impl Turns {
    /// Of one lane under one load, in the order of the rounds.
    pub(crate) fn of(&self, lane: Lane, load: Load) -> impl Iterator<Item = &Turn> {
        self.0.iter().filter(move |turn| turn.lane == lane && turn.load == load)
    }

    /// A figure over the rounds.
    pub(crate) fn spread(&self, lane: Lane, load: Load, metric: Metric) -> Option<Spread> {
        Spread::of(self.of(lane, load).filter_map(metric))
    }

    /// How many times as large a figure is as another target's in the same round.
    pub(crate) fn ratio(&self, lane: Lane, to: Lane, load: Load, metric: Metric) -> Option<Spread> {
        Spread::of(self.of(lane, load).filter_map(|turn| {
            let other = self.of(to, load).find(|other| other.round == turn.round)?;
            let (above, below) = (metric(turn)?, metric(other)?);
            (below > 0.0).then(|| above / below)
        }))
    }

    /// Of the right answers of all rounds together, in milliseconds.
    pub(crate) fn percentile_ms(&self, lane: Lane, load: Load, share: f64) -> Option<f64> {
        let right: Vec<_> = self.of(lane, load).flat_map(Turn::right).collect();
        (!right.is_empty()).then(|| in_ms(percentile(&right, share)))
    }

    /// Answers that were wrong or none.
    pub(crate) fn faults(&self, lane: Lane, load: Load) -> usize {
        let requests = self.of(lane, load).flat_map(|turn| &turn.requests);
        requests.filter(|request| request.fault.is_some()).count()
    }

    /// The lanes and loads that there are, each once, in the order in which they were measured.
    pub(crate) fn lanes(&self) -> Vec<(Lane, Load)> {
        let mut lanes = Vec::new();
        for turn in &self.0 {
            if !lanes.contains(&(turn.lane, turn.load)) {
                lanes.push((turn.lane, turn.load));
            }
        }
        lanes
    }
}

pub(crate) fn in_ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::turn::Request;
    use super::super::work::{Target, Work};
    use super::*;

    const SERVICE: Lane = Lane { work: Work::Jpeg, target: Target::Service };
    const FLOOR: Lane = Lane { work: Work::Jpeg, target: Target::Floor };
    const LOAD: Load = Load::Closed(1);

    /// One request took so long and was right, another took longer and was wrong.
    fn turn(lane: Lane, round: usize, took_ms: u64) -> Turn {
        let request = |took, fault: Option<&str>| Request {
            sent: Duration::ZERO,
            took: Duration::from_millis(took),
            fault: fault.map(str::to_owned),
        };
        Turn {
            lane,
            load: LOAD,
            round,
            requests: vec![request(took_ms, None), request(took_ms * 9, Some("blank"))],
            wall: Duration::from_millis(took_ms * 10),
            cpu: Duration::from_millis(took_ms * 2),
        }
    }

    #[test]
    fn a_spread_is_the_median_and_both_ends() {
        let of = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(of(&[3.0, 1.0, 2.0]), Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!(of(&[4.0, 1.0]), Some(Spread { median: 2.5, least: 1.0, most: 4.0 }));
        assert_eq!(of(&[]), None);
        assert_eq!(format!("{:.1}", Spread { median: 2.0, least: 1.0, most: 3.04 }), "2.0 (1.0…3.0)");
        assert_eq!(format!("{:.0}", Spread { median: 2.0, least: 2.0, most: 2.0 }), "2");
    }

    #[test]
    fn targets_are_compared_within_each_round() {
        // the second round was disturbed: both took ten times as long
        let turns = Turns(vec![
            turn(SERVICE, 1, 110),
            turn(FLOOR, 1, 100),
            turn(SERVICE, 2, 1200),
            turn(FLOOR, 2, 1000),
            turn(SERVICE, 3, 130),
        ]);
        let ratio = turns.ratio(SERVICE, FLOOR, LOAD, Turn::p50_ms).expect("two rounds have both");
        assert!((ratio.median - 1.15).abs() < 1e-9 && (ratio.most - 1.2).abs() < 1e-9, "{ratio:?}");
        assert_eq!(turns.ratio(SERVICE, FLOOR, Load::Closed(4), Turn::p50_ms), None);
    }

    #[test]
    fn only_right_answers_count() {
        let turns = Turns(vec![turn(SERVICE, 1, 100)]);
        let only = &turns.0[0];
        assert_eq!((only.p50_ms(), only.per_second(), only.cpu_ms()), (Some(100.0), Some(1.0), Some(200.0)));
        assert_eq!(turns.faults(SERVICE, LOAD), 1);
        assert_eq!(turns.percentile_ms(SERVICE, LOAD, 1.0), Some(100.0));
        assert_eq!(turns.lanes(), [(SERVICE, LOAD)]);
    }
}
