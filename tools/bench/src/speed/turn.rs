//! One turn: one target does one kind of work under one load, once in every round. What is measured of it starts when
//! its processes have come to rest after the warm-up, and ends when they have come to rest again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use test_support::process::cpu_ticks_of_tree;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use super::running::{Look, Running};
use super::work::{Lane, Work};

/// A request without an answer after so long has failed.
const ANSWERS_WITHIN: Duration = Duration::from_secs(90);
const CLOCK_TICK: Duration = Duration::from_millis(10);

/// How requests are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Load {
    /// One at a time, with a pause after each: a service that has nothing else to do.
    Paced(Duration),
    /// So many in flight all the time.
    Closed(usize),
    /// So many a second, however long they take.
    Open(f64),
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Since the turn's start.
    pub(crate) sent: Duration,
    /// Under an open load: since it was due.
    pub(crate) took: Duration,
    pub(crate) fault: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) lane: Lane,
    pub(crate) load: Load,
    pub(crate) round: usize,
    pub(crate) requests: Vec<Request>,
    /// From the first request to the last answer.
    pub(crate) wall: Duration,
    /// Of the target's processes, what they do after the last answer included.
    pub(crate) cpu: Duration,
}

impl Load {
    pub(crate) fn at_once(self) -> usize {
        match self {
            Load::Paced(_) | Load::Open(_) => 1,
            Load::Closed(at_once) => at_once,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Load::Paced(think) => write!(formatter, "1, a pause of {} ms after each", think.as_millis()),
            Load::Closed(at_once) => write!(formatter, "{at_once} at once"),
            Load::Open(rate) => write!(formatter, "{rate} a second"),
        }
    }
}

/// The numbers of the requests that are still to be sent.
#[derive(Debug)]
pub(crate) struct Supply {
    next: AtomicUsize,
    count: usize,
}

impl Supply {
    pub(crate) fn of(count: usize) -> Arc<Supply> {
        Arc::new(Supply { next: AtomicUsize::new(0), count })
    }

    pub(crate) fn end(&self) {
        self.next.store(self.count, Ordering::Relaxed);
    }

    fn next(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count).then_some(number)
    }
}

/// Takes a turn. The warm-up's answers are looked at thoroughly, and count when they are wrong.
pub(crate) async fn take(
    running: &Arc<Running>,
    lane: Lane,
    load: Load,
    round: usize,
    count: usize,
) -> Result<Turn> {
    let warm_up = closed_loop(running, lane.work, load.at_once(), load.at_once(), Look::Thorough).await;
    let before = settled(running).await?;
    let start = Instant::now();
    let mut requests = match load {
        Load::Paced(think) => paced(running, lane.work, count, think).await,
        Load::Closed(at_once) => closed_loop(running, lane.work, count, at_once, Look::Short).await,
        Load::Open(rate) => open_loop(running, lane.work, count, rate).await,
    };
    let wall = start.elapsed();
    let cpu = settled(running).await?.saturating_sub(before);
    requests.extend(warm_up.into_iter().filter(|request| request.fault.is_some()));
    Ok(Turn { lane, load, round, requests, wall, cpu })
}

async fn paced(running: &Arc<Running>, work: Work, count: usize, think: Duration) -> Vec<Request> {
    let start = Instant::now();
    let mut requests = Vec::new();
    for number in 0..count {
        requests.push(request(running, work, number, Look::Short, start).await);
        sleep(think).await;
    }
    requests
}

pub(crate) async fn closed_loop(
    running: &Arc<Running>,
    work: Work,
    count: usize,
    at_once: usize,
    look: Look,
) -> Vec<Request> {
    workers(running, work, &Supply::of(count), at_once, look).await
}

/// Each client sends its next request when its last was answered, until there are none.
pub(crate) async fn workers(
    running: &Arc<Running>,
    work: Work,
    supply: &Arc<Supply>,
    at_once: usize,
    look: Look,
) -> Vec<Request> {
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..at_once {
        let (running, supply) = (Arc::clone(running), Arc::clone(supply));
        clients.spawn(async move {
            let mut requests = Vec::new();
            while let Some(number) = supply.next() {
                requests.push(request(&running, work, number, look, start).await);
            }
            requests
        });
    }
    clients.join_all().await.into_iter().flatten().collect()
}

async fn open_loop(running: &Arc<Running>, work: Work, count: usize, rate: f64) -> Vec<Request> {
    let start = Instant::now();
    let mut sending = JoinSet::new();
    for number in 0..count {
        let running = Arc::clone(running);
        let due = start + Duration::from_secs_f64(number as f64 / rate);
        sending.spawn(async move {
            sleep_until(due.into()).await;
            let late = due.elapsed();
            let request = request(&running, work, number, Look::Short, start).await;
            Request { took: request.took + late, ..request }
        });
    }
    sending.join_all().await
}

async fn request(running: &Running, work: Work, number: usize, look: Look, start: Instant) -> Request {
    let sent = start.elapsed();
    let (took, fault) = match timeout(ANSWERS_WITHIN, running.ask(work, number, look)).await {
        Ok(answer) => answer,
        Err(_) => (ANSWERS_WITHIN, Some("no answer".to_owned())),
    };
    Request { sent, took, fault }
}

/// Processor time used so far, once hardly any is used any more: a service opens its next pages after it has
/// answered, and that is part of what an answer costs.
pub(crate) async fn settled(running: &Running) -> Result<Duration> {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    const LOOKS: usize = 60;
    let mut last = ticks(running).await?;
    for _ in 0..LOOKS {
        sleep(LOOK_EVERY).await;
        let now = ticks(running).await?;
        // the least that the kernel shows
        if now <= last + 1 {
            last = now;
            break;
        }
        last = now;
    }
    Ok(CLOCK_TICK * u32::try_from(last)?)
}

async fn ticks(running: &Running) -> Result<u64> {
    let roots = running.roots();
    Ok(tokio::task::spawn_blocking(move || roots.into_iter().map(cpu_ticks_of_tree).sum()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supply_gives_each_number_once_and_can_be_ended() {
        let supply = Supply::of(3);
        assert_eq!((supply.next(), supply.next()), (Some(0), Some(1)));
        supply.end();
        assert_eq!(supply.next(), None);
    }
}
