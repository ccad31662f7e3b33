//! `bench kill`: a browser that is at work is killed every two seconds, at half of the load that the service can
//! bear. Nobody should notice but by some hundred milliseconds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use test_support::process::{ProcessId, Signal, cpu_ticks_by_group, signal};
use test_support::{Service, within};
use tokio::time::{MissedTickBehavior, interval};

use crate::drive::{open_loop, throughput};
use crate::report::{Report, Verdict, ms, percentile, spread, write_csv};
use crate::soak::{failures, parse_kind};
use crate::work::{Bench, Kind, Record};

const SATURATES: usize = 12;
const SATURATION_REQUESTS: usize = 80;
const RECOVERS_WITHIN: Duration = Duration::from_millis(500);
const SETTLES_WITHIN: Duration = Duration::from_secs(10);
/// A browser at work uses the processor within such a time.
const LOOK: Duration = Duration::from_millis(30);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long each service is under load
    #[arg(long, default_value = "60")]
    seconds: u64,
    /// Seconds from one kill to the next
    #[arg(long, default_value = "2")]
    every: u64,
    /// Where the CSV files go
    #[arg(long, default_value = "out/kill")]
    out: PathBuf,
    /// Only this service
    #[arg(long, value_parser = parse_kind)]
    only: Option<Kind>,
}

/// One kill: when, and how long until all browsers passed their probe again.
#[derive(Debug, Clone, Copy)]
struct Kill {
    at: Duration,
    whole_again: Option<Duration>,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let mut verdict = Verdict::Holds;
    for kind in Kind::BOTH.into_iter().filter(|kind| options.only.is_none_or(|only| only == *kind)) {
        verdict = verdict.and(measure(kind, options).await?);
    }
    Ok(verdict)
}

async fn measure(kind: Kind, options: &Options) -> Result<Verdict> {
    println!(
        "\nkill: {}, a working browser every {} s for {} s ...",
        kind.as_str(),
        options.every,
        options.seconds
    );
    let bench = Bench::start(kind, &[]).await?;
    throughput(&bench, SATURATES, SATURATES).await;
    let saturation = throughput(&bench, SATURATION_REQUESTS, SATURATES).await;
    ensure!(saturation > 0.0, "no request succeeds, so there is no load to speak of");
    ensure!(bench.rest().await.is_some(), "the service does not come to rest before the first kill");

    let start = Instant::now();
    let time = Duration::from_secs(options.seconds);
    let killing = kill_again_and_again(&bench, start, options);
    let (records, kills) = tokio::join!(open_loop(&bench, saturation / 2.0, time, start), killing);
    let at_rest = bench.rest().await;
    let zombies = lasting_zombies(&bench).await;
    let scrape = bench.service.metrics().await.map_err(|error| anyhow::anyhow!(error))?;

    let csv = |name: &str| options.out.join(format!("{}-{name}.csv", kind.as_str()));
    write_csv(&csv("requests"), Record::CSV_HEADER, records.iter().map(Record::csv))?;
    let recoveries: Vec<_> = kills.iter().filter_map(|kill| next_success(&records, kill.at)).collect();
    write_csv(&csv("kills"), "at_s", kills.iter().map(|kill| format!("{:.3}", kill.at.as_secs_f64())))?;

    let mut report =
        Report::new(format!("kill: {} under half of its {saturation:.1} a second", kind.as_str()));
    let times: Vec<_> = records.iter().map(|record| record.took).collect();
    report.figure("latency", spread(&times));
    let (struck, others): (Vec<&Record>, Vec<_>) = records
        .iter()
        .partition(|record| kills.iter().any(|kill| record.sent <= kill.at && kill.at < record.ended()));
    report.figure("in flight at a kill", spread_of(&struck));
    report.figure("all others", spread_of(&others));
    failures(&mut report, &records);
    let fewest = options.seconds / options.every * 8 / 10;
    report.check("browsers killed at work", kills.len(), kills.len() as u64 >= fewest);
    let crashes = scrape.find("playwright_browser_crashes_total", &[("kind", "browser")]).unwrap_or(0.0);
    // the others had been started for one request's second try, and died in that
    report.figure("of them serving the pool", crashes);
    let p95 = percentile(&recoveries, 0.95);
    let value = format!("p50 {}, p95 {}", ms(percentile(&recoveries, 0.5)), ms(p95));
    report.check(
        "from a kill to the next success",
        value,
        p95 < RECOVERS_WITHIN && recoveries.len() == kills.len(),
    );
    let whole: Vec<_> = kills.iter().filter_map(|kill| kill.whole_again).collect();
    report.figure("from a kill to all browsers serving", spread(&whole));
    report.check("zombies", zombies, zombies == 0);
    report.check("gauges at rest afterwards", at_rest.is_some(), at_rest.is_some());
    Ok(report.print())
}

/// Processes that have ended and that nobody waits for. One that is waited for in the next moment is none.
async fn lasting_zombies(bench: &Bench) -> usize {
    let count = || bench.service.processes().iter().filter(|process| process.is_zombie()).count();
    let none = within(SETTLES_WITHIN, async || (count() == 0).then_some(0)).await;
    none.unwrap_or_else(count)
}

fn spread_of(records: &[&Record]) -> String {
    spread(&records.iter().map(|record| record.took).collect::<Vec<_>>())
}

/// How long after `at` the first success came of a request that was in flight then or sent later.
fn next_success(records: &[Record], at: Duration) -> Option<Duration> {
    records
        .iter()
        .filter(|record| record.is_right() && record.ended() > at)
        .map(|record| record.ended().saturating_sub(at))
        .min()
}

async fn kill_again_and_again(bench: &Bench, start: Instant, options: &Options) -> Vec<Kill> {
    let end = Duration::from_secs(options.seconds);
    let mut ticks = interval(Duration::from_secs(options.every));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // the first tick is at once, the load has to begin first
    ticks.tick().await;
    let mut kills = Vec::new();
    loop {
        ticks.tick().await;
        if start.elapsed() >= end {
            return kills;
        }
        let limit = Duration::from_secs(1);
        let Some(browser) = within(limit, async || working_browser(&bench.service).await).await else {
            continue;
        };
        let replaced = all_serve(bench).await.unwrap_or(0.0);
        if signal(browser.pid, Signal::KILL).is_err() {
            continue;
        }
        let at = start.elapsed();
        let whole = within(limit, async || {
            let serve = all_serve(bench).await.is_some_and(|now| now > replaced);
            serve.then(|| start.elapsed().saturating_sub(at))
        })
        .await;
        kills.push(Kill { at, whole_again: whole });
    }
}

/// The browser whose tree has used the processor most in a short time, if any has.
pub(crate) async fn working_browser(service: &Service) -> Option<ProcessId> {
    let browsers = service.browsers();
    let before = cpu_ticks_by_group();
    tokio::time::sleep(LOOK).await;
    let after = cpu_ticks_by_group();
    // a browser leads a process group of its own
    let of = |ticks: &BTreeMap<i32, u64>, browser: &ProcessId| ticks.get(&browser.pid).copied().unwrap_or(0);
    let used = browsers
        .into_iter()
        .map(|browser| (of(&after, &browser).saturating_sub(of(&before, &browser)), browser));
    used.filter(|(used, _)| *used > 0).max_by_key(|(used, _)| *used).map(|(_, browser)| browser)
}

/// How many browsers have been replaced, once all of them serve.
async fn all_serve(bench: &Bench) -> Option<f64> {
    let scrape = bench.service.metrics().await.ok()?;
    let size = scrape.find("playwright_browser_pool_size", &[])?;
    let available = scrape.find("playwright_browser_pool_available", &[])?;
    if available < size { None } else { scrape.find("playwright_browser_restarts_total", &[]) }
}
