//! Clients who want JPEGs beside clients who want PNGs, of one service: how much longer do the JPEGs take?

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::figures::{Spread, in_ms};
use super::running::{Look, Running};
use super::turn::{Request, Supply, closed_loop, settled, workers};
use super::work::Work;
use crate::report::percentile;

/// Of each kind.
pub(crate) const CLIENTS: usize = 4;

/// One round.
#[derive(Debug)]
pub(crate) struct Mixed {
    /// JPEGs with nothing beside them.
    pub(crate) alone: Vec<Request>,
    /// JPEGs with PNGs beside them.
    pub(crate) beside: Vec<Request>,
    /// Those PNGs.
    pub(crate) pngs: Vec<Request>,
}

impl Mixed {
    pub(crate) async fn take(running: &Arc<Running>, count: usize) -> Result<Mixed> {
        settled(running).await?;
        let alone = closed_loop(running, Work::Jpeg, count, CLIENTS, Look::Short).await;
        settled(running).await?;
        let endless = Supply::of(usize::MAX / 2);
        let jpegs = async {
            let jpegs = closed_loop(running, Work::Jpeg, count, CLIENTS, Look::Short).await;
            endless.end();
            jpegs
        };
        let pngs = workers(running, Work::PngFast, &endless, CLIENTS, Look::Short);
        let (beside, pngs) = tokio::join!(jpegs, pngs);
        Ok(Mixed { alone, beside, pngs })
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        [&self.alone, &self.beside, &self.pngs].into_iter().flatten()
    }

    /// p95 of the JPEGs: alone, beside PNGs, and the ratio of the two.
    pub(crate) fn p95_ms(rounds: &[Mixed]) -> Option<(Spread, Spread, Spread)> {
        let alone = |round: &Mixed| p95_ms(&round.alone);
        let beside = |round: &Mixed| p95_ms(&round.beside);
        Some((
            Spread::of(rounds.iter().filter_map(alone))?,
            Spread::of(rounds.iter().filter_map(beside))?,
            Spread::of(rounds.iter().filter_map(|round| Some(beside(round)? / alone(round)?)))?,
        ))
    }
}

fn p95_ms(requests: &[Request]) -> Option<f64> {
    let right: Vec<Duration> =
        requests.iter().filter(|request| request.fault.is_none()).map(|request| request.took).collect();
    (!right.is_empty()).then(|| in_ms(percentile(&right, 0.95)))
}
