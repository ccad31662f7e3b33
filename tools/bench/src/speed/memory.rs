//! What a target's processes hold in memory while they work. Each target is measured alone: the pages of Chromium's
//! executable would be shared out among all that run otherwise.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::running::{Look, Running, Stand};
use super::turn::{closed_loop, settled};
use super::work::Lane;
use crate::sample::tree_pss_bytes;

pub(crate) const AT_ONCE: usize = 4;
const LOOK_EVERY: Duration = Duration::from_millis(150);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) lane: Lane,
    /// Before the first request, in bytes.
    pub(crate) at_rest: u64,
    /// The most that was seen during the requests, in bytes.
    pub(crate) at_work: u64,
}

impl Memory {
    pub(crate) const LOAD: &str = "4 at once";

    /// Starts the lane's target, lets it work, ends it.
    pub(crate) async fn measure(stand: &Stand, lane: Lane, count: usize) -> Result<Memory> {
        let running = Arc::new(Running::start(lane.target, stand, AT_ONCE).await?);
        settled(&running).await?;
        let at_rest = pss(&running).await?;
        let mut at_work = at_rest;
        let working = closed_loop(&running, lane.work, count, AT_ONCE, Look::Short);
        tokio::pin!(working);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = &mut working => break,
                _ = looks.tick() => at_work = at_work.max(pss(&running).await?),
            }
        }
        Ok(Memory { lane, at_rest, at_work })
    }
}

async fn pss(running: &Running) -> Result<u64> {
    let roots = running.roots();
    Ok(tokio::task::spawn_blocking(move || roots.into_iter().map(tree_pss_bytes).sum()).await?)
}
