//! `bench soak`: thousands of requests to each service; is anything left over, does anything grow, does replacing a
//! browser cost anybody anything?

mod hostile;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use test_support::Service;

use crate::drive::{Progress, closed_loop};
use crate::plot;
use crate::report::{Report, Verdict, ms, percentile, spread, write_csv};
use crate::sample::{Sample, during, growth_mb_per_thousand};
use crate::work::{Bench, Kind, Record};

const REQUESTS: usize = 2_000;
const SAMPLE_INTERVAL: Duration = Duration::from_secs(2);
/// Opens what is opened lazily, before the first count.
const WARM_UP: usize = 40;
/// The share of the samples, from the end, over which growth is measured: caches fill at the beginning.
const SETTLED: f64 = 0.7;
const MOST_GROWTH_MB: f64 = 20.0;
/// Around a sample that shows a replaced browser, so long before and after: requests in it may have felt that.
const FELT: Duration = Duration::from_secs(3);
/// The allocator, the log's thread and the like may keep a few descriptors open that were not at the start.
const SLACK: usize = 4;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Requests to each service, in each of the two rounds; by default 2 000, and 10 000 with --hostile
    #[arg(long)]
    requests: Option<usize>,
    /// Both services at once, in one round with the defaults, every tenth request being hostile
    #[arg(long)]
    hostile: bool,
    /// Requests in flight at a time
    #[arg(long, default_value = "8")]
    at_once: usize,
    /// Where the CSV files and plots go
    #[arg(long, default_value = "out/soak")]
    out: PathBuf,
    /// Only this service
    #[arg(long, value_parser = parse_kind)]
    only: Option<Kind>,
}

pub(crate) fn parse_kind(name: &str) -> Result<Kind, String> {
    Kind::BOTH
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .ok_or_else(|| format!("{name:?} is no service: ingestion or image"))
}

/// The two rounds: what never replaces a browser shows what leaks; the defaults show what replacing one costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    WithoutRecycling,
    Defaults,
}

impl Round {
    const BOTH: [Round; 2] = [Round::WithoutRecycling, Round::Defaults];

    fn as_str(self) -> &'static str {
        match self {
            Round::WithoutRecycling => "no-recycling",
            Round::Defaults => "defaults",
        }
    }

    fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Round::WithoutRecycling => &[
                ("PLAYWRIGHT_RECYCLE_AFTER_PAGES", "0"),
                ("PLAYWRIGHT_RECYCLE_AFTER_S", "0"),
                ("PLAYWRIGHT_RECYCLE_ABOVE_MB", "0"),
            ],
            Round::Defaults => &[],
        }
    }
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    if options.hostile {
        return hostile::run(options).await;
    }
    let mut verdict = Verdict::Holds;
    for kind in Kind::BOTH.into_iter().filter(|kind| options.only.is_none_or(|only| only == *kind)) {
        for round in Round::BOTH {
            verdict = verdict.and(soak(kind, round, options).await?);
        }
    }
    Ok(verdict)
}

async fn soak(kind: Kind, round: Round, options: &Options) -> Result<Verdict> {
    let count = options.requests.unwrap_or(REQUESTS);
    let title =
        format!("soak: {count} {} requests, {} at once, {}", kind.as_str(), options.at_once, round.as_str());
    println!("\n{title} ...");
    let bench = Bench::start(kind, round.environment()).await?;
    let done = Progress::default();
    closed_loop(&bench, WARM_UP, options.at_once, Instant::now(), &Progress::default()).await;
    ensure!(bench.rest().await.is_some(), "the service does not come to rest after the warm-up");
    let start = Instant::now();
    let before = Sample::take(&bench.service, start, 0).await;
    let work = closed_loop(&bench, count, options.at_once, start, &done);
    let (records, samples) = during(&bench.service, start, SAMPLE_INTERVAL, &done, work).await;
    let took = start.elapsed();
    let at_rest = bench.rest().await;
    let after = settled(&bench.service, before, start, count).await;

    let name = format!("{}-{}", kind.as_str(), round.as_str());
    write_csv(
        &options.out.join(format!("{name}-requests.csv")),
        Record::CSV_HEADER,
        records.iter().map(Record::csv),
    )?;
    write_csv(
        &options.out.join(format!("{name}-samples.csv")),
        Sample::CSV_HEADER,
        samples.iter().map(Sample::csv),
    )?;
    plot::soak(&options.out.join(format!("{name}.svg")), &title, &samples)?;

    let mut report = Report::new(title);
    let times: Vec<_> = records.iter().map(|record| record.took).collect();
    report.figure("throughput", format!("{:.1} a second", records.len() as f64 / took.as_secs_f64()));
    report.figure("latency", spread(&times));
    failures(&mut report, &records);
    report.check("gauges at rest afterwards", at_rest.is_some(), at_rest.is_some());
    leftovers(&mut report, before, after, Kept::default());
    match round {
        Round::WithoutRecycling => growth(&mut report, &samples),
        Round::Defaults => replacements(&mut report, &samples, &records),
    }
    Ok(report.print())
}

/// What is there once as little is left as before, or after some seconds.
async fn settled(service: &Service, before: Sample, start: Instant, done: usize) -> Sample {
    let settled = test_support::within(Duration::from_secs(10), async || {
        let now = Sample::take(service, start, done).await;
        let is_clean =
            now.zombies == 0 && now.processes <= before.processes && now.temporary <= before.temporary;
        is_clean.then_some(now)
    });
    match settled.await {
        Some(sample) => sample,
        None => Sample::take(service, start, done).await,
    }
}

/// Says how many requests were not answered rightly, and how the first of them was answered.
pub(crate) fn failures(report: &mut Report, records: &[Record]) {
    let failed: Vec<_> = records.iter().filter(|record| !record.is_right()).collect();
    let first =
        failed.first().map_or_else(String::new, |record| format!(", the first: {:?}", record.outcome));
    report.check(
        "requests that failed",
        format!("{} of {}{first}", failed.len(), records.len()),
        failed.is_empty(),
    );
}

/// What may be there afterwards and was not before, and is no leftover.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    /// Pages for the next documents that run nothing are kept as there is need.
    processes: usize,
    /// The client's own connections, idle.
    connections: usize,
}

fn leftovers(report: &mut Report, before: Sample, after: Sample, kept: Kept) {
    let mut left = |what: &str, before: usize, after: usize, slack: usize| {
        report.check(what, format!("{before} before, {after} after"), after <= before + slack);
    };
    left("processes", before.processes, after.processes, kept.processes);
    left("zombies", 0, after.zombies, 0);
    left("profile directories", before.temporary, after.temporary, 0);
    left("open descriptors", before.files, after.files, SLACK + kept.connections);
}

fn growth(report: &mut Report, samples: &[Sample]) {
    let first = samples.len() - (samples.len() as f64 * SETTLED) as usize;
    let settled = samples.get(first..).unwrap_or_default();
    let grown = growth_mb_per_thousand(settled);
    let largest = samples.iter().map(Sample::pss_mb).fold(0.0, f64::max);
    report.figure("largest PSS", format!("{largest:.0} MB"));
    report.check("growth over the last 70 %", format!("{grown:.1} MB per 1000"), grown <= MOST_GROWTH_MB);
}

fn replacements(report: &mut Report, samples: &[Sample], records: &[Record]) {
    let moments: Vec<Duration> = samples
        .windows(2)
        .filter(|pair| pair[1].restarts > pair[0].restarts)
        .map(|pair| pair[1].at)
        .collect();
    let replaced = samples.last().map_or(0, |sample| sample.restarts);
    report.check("browsers replaced", replaced, replaced > 0);
    let felt = |record: &&Record| {
        moments.iter().any(|moment| record.sent <= *moment + FELT && record.ended() + FELT >= *moment)
    };
    let near: Vec<_> = records.iter().filter(felt).map(|record| record.took).collect();
    let all: Vec<_> = records.iter().map(|record| record.took).collect();
    let (slowest, p99) = (percentile(&near, 1.0), percentile(&all, 0.99));
    let value = format!("slowest {}, p99 of all {}", ms(slowest), ms(p99));
    report.check(format!("{} requests around those", near.len()), value, slowest <= 2 * p99);
}
