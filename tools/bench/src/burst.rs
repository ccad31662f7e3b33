//! `bench burst`: many requests at the same moment. Those that can be served are; the others are told so at once,
//! with a time at which to come back that holds; health answers all the while.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use test_support::Client;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::drive::throughput;
use crate::report::{Report, Verdict, ms, percentile, spread, write_csv};
use crate::soak::{failures, parse_kind};
use crate::work::{Bench, Kind, Outcome, Record};

const SATURATES: usize = 12;
const SATURATION_REQUESTS: usize = 80;
const SMALL: usize = 50;
const LARGE: usize = 300;
/// Of the requests that could be served within the deadline at the measured throughput.
const SHARE_SERVED: f64 = 0.8;
const HEALTH_WITHIN: Duration = Duration::from_millis(50);
const HEALTH_EVERY: Duration = Duration::from_millis(20);
/// Refusals of both kinds have this long: on arrival, and once the wait has become hopeless.
const REFUSED_WITHIN: Duration = Duration::from_millis(100);
/// How many of the refused clients come back when they were told to.
const COME_BACK: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the CSV files go
    #[arg(long, default_value = "out/burst")]
    out: PathBuf,
    /// Requests of the larger of the two bursts
    #[arg(long, default_value_t = LARGE)]
    large: usize,
    /// Only this service
    #[arg(long, value_parser = parse_kind)]
    only: Option<Kind>,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let mut verdict = Verdict::Holds;
    for kind in Kind::BOTH.into_iter().filter(|kind| options.only.is_none_or(|only| only == *kind)) {
        println!("\nburst: {} ...", kind.as_str());
        let bench = Bench::start(kind, &[]).await?;
        throughput(&bench, SATURATES, SATURATES).await;
        let saturation = throughput(&bench, SATURATION_REQUESTS, SATURATES).await;
        verdict = verdict.and(small(&bench, options).await?);
        verdict = verdict.and(large(&bench, saturation, options).await?);
    }
    Ok(verdict)
}

/// What a burst looked like from outside.
struct Burst {
    records: Vec<Record>,
    /// second tries of refused clients, each sent when it was told to
    returned: Vec<Record>,
    /// how long `/health` took, all the while
    health: Vec<Duration>,
}

async fn small(bench: &Bench, options: &Options) -> Result<Verdict> {
    let burst = watch(bench, SMALL).await?;
    save(&burst.records, bench, SMALL, options)?;
    let mut report = Report::new(format!("burst: {SMALL} at once, {}", bench.kind.as_str()));
    let times: Vec<_> = burst.records.iter().map(|record| record.took).collect();
    report.figure("latency", spread(&times));
    failures(&mut report, &burst.records);
    afterwards(&mut report, bench, &burst.health).await;
    Ok(report.print())
}

async fn large(bench: &Bench, saturation: f64, options: &Options) -> Result<Verdict> {
    let large = options.large;
    let burst = watch(bench, large).await?;
    save(&burst.records, bench, large, options)?;

    let timeout = bench.kind.default_timeout();
    let mut report = Report::new(format!(
        "burst: {large} at once, {} at {saturation:.1} a second, deadline {} s",
        bench.kind.as_str(),
        timeout.as_secs()
    ));
    let (right, other): (Vec<&Record>, Vec<_>) = burst.records.iter().partition(|record| record.is_right());
    report
        .figure("latency of the served", spread(&right.iter().map(|record| record.took).collect::<Vec<_>>()));
    let wanted = (SHARE_SERVED * saturation * timeout.as_secs_f64()).min(large as f64);
    report.check("served", format!("{}, wanted {wanted:.0}", right.len()), right.len() as f64 >= wanted);
    let (refused, strange): (Vec<&Record>, Vec<_>) = other.into_iter().partition(|record| is_refusal(record));
    report.figure("refused with Retry-After", refused.len());
    let first =
        strange.first().map_or_else(String::new, |record| format!(", the first: {:?}", record.outcome));
    report.check("answered otherwise", format!("{}{first}", strange.len()), strange.is_empty());
    refusals(&mut report, &refused, &right, timeout);
    let kept = burst.returned.iter().filter(|record| record.is_right()).count();
    let value = format!("{kept} of {}", burst.returned.len());
    report.check("came back when told to, and were served", value, kept == burst.returned.len());
    afterwards(&mut report, bench, &burst.health).await;
    Ok(report.print())
}

/// Sends all at once. The first few of those that are refused come back when they were told to.
async fn watch(bench: &Bench, count: usize) -> Result<Burst> {
    ensure!(bench.rest().await.is_some(), "the service does not come to rest before the burst");
    let (stop, stopped) = oneshot::channel();
    let asking = tokio::spawn(ask_health(bench.client().clone(), stopped));
    let start = Instant::now();
    let returns = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    for number in 0..count {
        let (job, client, returns) = (bench.job(number), bench.client().clone(), Arc::clone(&returns));
        running.spawn(async move {
            let record = job.send(&client, start).await;
            let Some(told) = told_to_wait(&record) else { return (record, None) };
            if returns.fetch_add(1, Ordering::Relaxed) >= COME_BACK {
                return (record, None);
            }
            tokio::time::sleep(told).await;
            let again = job.send(&client, start).await;
            (record, Some(again))
        });
    }
    let (records, returned): (Vec<_>, Vec<_>) = running.join_all().await.into_iter().unzip();
    drop(stop);
    let health = asking.await?;
    Ok(Burst { records, returned: returned.into_iter().flatten().collect(), health })
}

/// On arrival, or in the queue: then not later than when the time left was what the fastest request takes.
fn refusals(report: &mut Report, refused: &[&Record], served: &[&Record], timeout: Duration) {
    let took: Vec<_> = refused.iter().map(|record| record.took).collect();
    report.figure("refusals took", spread(&took));
    let fastest = served.iter().map(|record| record.took).min().unwrap_or_default();
    let hopeless = timeout.saturating_sub(fastest) + REFUSED_WITHIN;
    let late = took.iter().filter(|took| **took > hopeless).count();
    report.check(
        "refused when it was long hopeless",
        format!("{late}, {} being the latest", ms(hopeless)),
        late == 0,
    );
    let on_arrival = took.iter().filter(|took| **took <= 5 * REFUSED_WITHIN).count();
    report.figure("refused on arrival", format!("{on_arrival} of {}", took.len()));
}

fn is_refusal(record: &Record) -> bool {
    told_to_wait(record).is_some()
}

/// How long `/health` takes, until the other end of `stopped` is dropped. A failed answer counts as a minute.
async fn ask_health(client: Client, mut stopped: oneshot::Receiver<()>) -> Vec<Duration> {
    let mut took = Vec::new();
    let mut ticks = tokio::time::interval(HEALTH_EVERY);
    loop {
        tokio::select! {
            _ = &mut stopped => return took,
            _ = ticks.tick() => {}
        }
        let reply = client.get("/health").await.ok().filter(|reply| reply.status == 200);
        took.push(reply.map_or(Duration::from_secs(60), |reply| reply.took));
    }
}

/// The `Retry-After` of a request that was refused for overload.
fn told_to_wait(record: &Record) -> Option<Duration> {
    match &record.outcome {
        Outcome::Error { status: 503, error_type, retry_after, .. } if error_type == "overloaded" => {
            retry_after.map(Duration::from_secs)
        }
        _ => None,
    }
}

async fn afterwards(report: &mut Report, bench: &Bench, health: &[Duration]) {
    let p99 = percentile(health, 0.99);
    report.check(
        "health meanwhile",
        format!("{} (of {})", spread(health), health.len()),
        p99 < HEALTH_WITHIN,
    );
    let at_rest = bench.rest().await.is_some();
    report.check("gauges at rest afterwards", at_rest, at_rest);
}

fn save(records: &[Record], bench: &Bench, count: usize, options: &Options) -> Result<()> {
    let path = options.out.join(format!("{}-{count}.csv", bench.kind.as_str()));
    write_csv(&path, Record::CSV_HEADER, records.iter().map(Record::csv))
}
