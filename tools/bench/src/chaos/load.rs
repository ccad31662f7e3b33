//! The good requests of a run: as many a second as were asked for, each sent again when it is told that this may help.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::hostile::good::Ask;
use crate::hostile::world::{Host, Sites};
use crate::work::{Kind, Outcome, Record};

/// In flight to each service while saturation is measured, and for how long.
const SATURATES: usize = 12;
const WARMS_UP_FOR: Duration = Duration::from_secs(6);
const MEASURED_FOR: Duration = Duration::from_secs(20);
/// A caller who is told when to come back does so then, others after this.
const PAUSE: Duration = Duration::from_millis(300);

/// One good request and what became of it.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) kind: Kind,
    pub(crate) first: Record,
    /// Where the first one failed and said that another try may help.
    pub(crate) second: Option<Record>,
}

impl Served {
    pub(crate) fn last(&self) -> &Record {
        self.second.as_ref().unwrap_or(&self.first)
    }

    pub(crate) fn tries(&self) -> impl Iterator<Item = &Record> {
        [&self.first].into_iter().chain(&self.second)
    }

    pub(crate) fn csv(&self) -> Vec<String> {
        let line = |(number, record): (usize, &Record)| {
            format!("{},{},{}", self.kind.as_str(), number + 1, record.csv())
        };
        self.tries().enumerate().map(line).collect()
    }
}

/// Rates are in the order of the hosts.
pub(crate) struct Load<'a> {
    pub(crate) hosts: &'a [Host; 2],
    pub(crate) sites: &'a Sites,
    pub(crate) rates: [f64; 2],
    pub(crate) time: Duration,
    pub(crate) start: Instant,
}

impl Load<'_> {
    pub(crate) async fn send_all(&self) -> Vec<Served> {
        let to = self.hosts.iter().zip(self.rates).map(|(host, rate)| self.send_to(host, rate));
        join_all(to).await.into_iter().flatten().collect()
    }

    async fn send_to(&self, host: &Host, rate: f64) -> Vec<Served> {
        let count = (rate * self.time.as_secs_f64()).round() as usize;
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut running = JoinSet::new();
        for number in 0..count {
            ticks.tick().await;
            let ask = Ask::good(host.kind, number, host.kind.default_timeout(), self.sites);
            let (kind, client, start) = (host.kind, host.service.client().clone(), self.start);
            running.spawn(async move {
                let first = ask.send(&client, start).await;
                let Outcome::Error { retriable: true, retry_after, .. } = first.outcome else {
                    return Served { kind, first, second: None };
                };
                let told = retry_after.map_or(PAUSE, Duration::from_secs);
                tokio::time::sleep(told).await;
                let second = ask.send(&client, start).await;
                Served { kind, first, second: Some(second) }
            });
        }
        running.join_all().await
    }
}

/// Right answers a second of each service while both have all the requests that they can take.
pub(crate) async fn saturation(hosts: &[Host; 2], sites: &Sites) -> Result<[f64; 2]> {
    let both = async |time| {
        let [one, other] = hosts;
        tokio::join!(right_answers(one, sites, time), right_answers(other, sites, time))
    };
    both(WARMS_UP_FOR).await;
    let (one, other) = both(MEASURED_FOR).await;
    ensure!(one > 0.0 && other > 0.0, "no good request succeeds, so there is no load to speak of");
    Ok([one, other])
}

async fn right_answers(host: &Host, sites: &Sites, time: Duration) -> f64 {
    let start = Instant::now();
    // other numbers than those of the run: nothing that was remembered is asked for again
    let next = AtomicUsize::new(1_000_000);
    let worker = async || {
        let mut right = 0_usize;
        while start.elapsed() < time {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let ask = Ask::good(host.kind, number, host.kind.default_timeout(), sites);
            right += usize::from(ask.send(host.service.client(), start).await.is_right());
        }
        right
    };
    let right: usize = join_all((0..SATURATES).map(|_| worker())).await.into_iter().sum();
    right as f64 / start.elapsed().as_secs_f64()
}
