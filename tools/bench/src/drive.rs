//! How requests are sent: so many at once, or at a steady rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::work::{Bench, Record};

/// How many requests have ended so far, for whoever watches.
pub(crate) type Progress = Arc<AtomicUsize>;

/// Sends `count` requests, `at_once` of them in flight at any time.
pub(crate) async fn closed_loop(
    bench: &Bench,
    count: usize,
    at_once: usize,
    start: Instant,
    done: &Progress,
) -> Vec<Record> {
    let next = AtomicUsize::new(0);
    let worker = async || {
        let mut records = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return records;
            }
            records.push(bench.job(number).send(bench.client(), start).await);
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let workers = (0..at_once).map(|_| worker());
    join_all(workers).await.into_iter().flatten().collect()
}

/// As many right answers a second as there are with `at_once` requests in flight all the time.
pub(crate) async fn throughput(bench: &Bench, count: usize, at_once: usize) -> f64 {
    let start = Instant::now();
    let records = closed_loop(bench, count, at_once, start, &Progress::default()).await;
    let right = records.iter().filter(|record| record.is_right()).count();
    right as f64 / start.elapsed().as_secs_f64()
}

/// Sends `rate` requests a second for `time`, however long they take.
pub(crate) async fn open_loop(bench: &Bench, rate: f64, time: Duration, start: Instant) -> Vec<Record> {
    let count = (rate * time.as_secs_f64()).round() as usize;
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for number in 0..count {
        ticks.tick().await;
        let (job, client) = (bench.job(number), bench.client().clone());
        running.spawn(async move { job.send(&client, start).await });
    }
    running.join_all().await
}
