//! `bench soak --hostile`: thousands of requests to both services at once, every tenth of them hostile, with browsers
//! recycled as by default. Are the good ones answered rightly, and does anything grow from the first quarter to the last?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::{join_all, try_join_all};

use super::{Kept, Options, WARM_UP, leftovers, settled};
use crate::drive::Progress;
use crate::hostile::Hostile;
use crate::hostile::good::Ask;
use crate::hostile::world::{Host, Sites};
use crate::plot;
use crate::report::{Report, Verdict, spread, write_csv};
use crate::sample::{Sample, during};
use crate::work::{Kind, Outcome, Record};

/// To each service.
const REQUESTS: usize = 10_000;
/// Every so many requests one is hostile.
const HOSTILE_EVERY: usize = 10;
const KEPT_PAGES: usize = 4;
const CALM: Duration = Duration::from_secs(12);
const SAMPLE_INTERVAL: Duration = Duration::from_secs(4);
/// Of good requests: the run is about what is left behind and not about speed.
const TIMEOUT: Duration = Duration::from_secs(60);
/// By how much the last quarter may exceed the first. That less is there than at first is no leak: which pages happen to be
/// kept open differs by as much from minute to minute.
const TOLERANCE: f64 = 0.15;
/// Of what is counted in ones: one more of six threads is more than the tolerance.
const COUNTED: f64 = 1.0;
/// Of the good requests: right when they are sent once, and when those that may be sent again are.
const RIGHT_AT_FIRST: f64 = 0.99;
const RIGHT_AFTER_RETRY: f64 = 0.999;
const RETRY_PAUSE: Duration = Duration::from_millis(300);

type Measure = fn(&Sample) -> f64;

/// What became of one request.
#[derive(Debug)]
enum Sent {
    /// The first try, and the second where the first one's failure said that it may help.
    Good(Record, Option<Record>),
    Hostile(Hostile, Record),
}

pub(super) async fn run(options: &Options) -> Result<Verdict> {
    let sites = Sites::start().await?;
    let kinds = Kind::BOTH.into_iter().filter(|kind| options.only.is_none_or(|only| only == *kind));
    let verdicts = try_join_all(kinds.map(|kind| soak(kind, &sites, options))).await?;
    Ok(verdicts.into_iter().fold(Verdict::Holds, Verdict::and))
}

async fn soak(kind: Kind, sites: &Sites, options: &Options) -> Result<Verdict> {
    let count = options.requests.unwrap_or(REQUESTS);
    let title = format!(
        "soak: {count} {} requests, {} at once, every {HOSTILE_EVERY}th hostile, browsers recycled as by default",
        kind.as_str(),
        options.at_once
    );
    println!("\n{title} ...");
    let host = Host::start(kind, sites).await?;
    send_all(&host, sites, WARM_UP, options.at_once, &Progress::default(), Instant::now()).await;
    ensure!(host.rest().await.is_some(), "the service does not come to rest after the warm-up");
    // pages that are kept open ahead, and the browser that stands by, are there again
    tokio::time::sleep(CALM).await;
    let start = Instant::now();
    let done = Progress::default();
    let before = Sample::take(&host.service, start, 0).await;
    let work = send_all(&host, sites, count, options.at_once, &done, start);
    let (sent, samples) = during(&host.service, start, SAMPLE_INTERVAL, &done, work).await;
    let took = start.elapsed();
    let at_rest = host.rest().await.is_some();
    let after = settled(&host.service, before, start, count).await;

    let name = format!("hostile-{}", kind.as_str());
    let csv = |what: &str| options.out.join(format!("{name}-{what}.csv"));
    write_csv(&csv("requests"), &format!("kind,{}", Record::CSV_HEADER), sent.iter().map(Sent::csv))?;
    write_csv(&csv("samples"), Sample::CSV_HEADER, samples.iter().map(Sample::csv))?;
    plot::hostile_soak(&options.out.join(format!("soak-{name}.svg")), &title, &samples)?;

    let mut report = Report::new(title);
    report.figure("throughput", format!("{:.1} a second", count as f64 / took.as_secs_f64()));
    good_ones(&mut report, &sent);
    hostile_ones(&mut report, &sent);
    quarters(&mut report, &samples, count);
    let replaced = samples.last().map_or(0, |sample| sample.restarts);
    report.figure("browsers replaced", replaced);
    report.check("gauges at rest afterwards", at_rest, at_rest);
    leftovers(&mut report, before, after, Kept { processes: KEPT_PAGES, connections: options.at_once });
    Ok(report.print())
}

/// Sends `count` requests, `at_once` of them in flight at any time.
async fn send_all(
    host: &Host,
    sites: &Sites,
    count: usize,
    at_once: usize,
    done: &Progress,
    start: Instant,
) -> Vec<Sent> {
    let next = AtomicUsize::new(0);
    let worker = async || {
        let mut all = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return all;
            }
            all.push(send(host, sites, number, start).await);
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    join_all((0..at_once).map(|_| worker())).await.into_iter().flatten().collect()
}

async fn send(host: &Host, sites: &Sites, number: usize, start: Instant) -> Sent {
    let client = host.service.client();
    if number % HOSTILE_EVERY == HOSTILE_EVERY / 2 {
        let turn = number / HOSTILE_EVERY;
        let kind = Hostile::ALL[turn % Hostile::ALL.len()];
        let ask = kind.ask(host.kind, turn, sites);
        let record = match kind {
            Hostile::ClientLeaves => ask.abandon(client, start).await,
            _ => ask.send(client, start).await,
        };
        return Sent::Hostile(kind, record);
    }
    let ask = Ask::good(host.kind, number, TIMEOUT, sites);
    let first = ask.send(client, start).await;
    if !matches!(first.outcome, Outcome::Error { retriable: true, .. }) {
        return Sent::Good(first, None);
    }
    tokio::time::sleep(RETRY_PAUSE).await;
    let second = ask.send(client, start).await;
    Sent::Good(first, Some(second))
}

impl Sent {
    fn csv(&self) -> String {
        match self {
            Sent::Good(first, None) => format!("good,{}", first.csv()),
            Sent::Good(first, Some(second)) => format!("good,{}\ngood again,{}", first.csv(), second.csv()),
            Sent::Hostile(kind, record) => format!("{},{}", kind.as_str(), record.csv()),
        }
    }
}

fn good_ones(report: &mut Report, sent: &[Sent]) {
    let good: Vec<_> = sent
        .iter()
        .filter_map(|sent| match sent {
            Sent::Good(first, second) => Some((first, second.as_ref())),
            Sent::Hostile(..) => None,
        })
        .collect();
    let times: Vec<_> = good.iter().map(|(first, _)| first.took).collect();
    report.figure("latency of the good ones", spread(&times));
    let wrong = good.iter().filter(|(first, _)| matches!(first.outcome, Outcome::Wrong(_))).count();
    let first_fault = good.iter().find(|(first, _)| !first.is_right());
    let example =
        first_fault.map_or_else(String::new, |(first, _)| format!(", the first: {:?}", first.outcome));
    report.check("answered with another's content, or late", wrong, wrong == 0);
    let mut share = |what: &str, right: usize, wanted: f64, note: &str| {
        let holds = right as f64 >= wanted * good.len() as f64;
        report.check(what, format!("{right} of {}{note}", good.len()), holds);
    };
    let at_first = good.iter().filter(|(first, _)| first.is_right()).count();
    share("good ones right at the first try", at_first, RIGHT_AT_FIRST, &example);
    let in_the_end = good.iter().filter(|(first, second)| second.unwrap_or(first).is_right()).count();
    share("good ones right after one retry", in_the_end, RIGHT_AFTER_RETRY, "");
}

fn hostile_ones(report: &mut Report, sent: &[Sent]) {
    let mut kinds: BTreeMap<Hostile, Vec<&Record>> = BTreeMap::new();
    for sent in sent {
        if let Sent::Hostile(kind, record) = sent {
            kinds.entry(*kind).or_default().push(record);
        }
    }
    for (kind, records) in kinds {
        let unfair: Vec<_> = records.iter().filter(|record| !kind.is_fair(record)).collect();
        let example = unfair.first().map_or_else(String::new, |record| {
            format!(", the first: {:?} in {:?}", record.outcome, record.took)
        });
        let value = format!("{} of {} answered unfairly{example}", unfair.len(), records.len());
        report.check(kind.as_str(), value, unfair.is_empty());
    }
}

/// The mean of each measure over the first quarter of the requests, and over the last.
fn quarters(report: &mut Report, samples: &[Sample], count: usize) {
    let measures: [(&str, Measure); 6] = [
        ("PSS, MB", Sample::pss_mb),
        ("descriptors of the service", |sample| sample.files as f64),
        ("threads of the service", |sample| sample.threads as f64),
        ("pages, frames and workers", |sample| sample.targets as f64),
        ("renderers", |sample| sample.renderers as f64),
        ("profile directories", |sample| sample.temporary as f64),
    ];
    let (first, last): (Vec<_>, Vec<_>) = (
        samples.iter().filter(|sample| sample.done < count / 4).collect(),
        samples.iter().filter(|sample| sample.done >= count * 3 / 4).collect(),
    );
    for (name, of) in measures {
        let mean = |of_quarter: &[&Sample]| {
            of_quarter.iter().map(|sample| of(sample)).sum::<f64>() / of_quarter.len() as f64
        };
        let (early, late) = (mean(&first), mean(&last));
        let value = format!(
            "{early:.1} in the first quarter, {late:.1} in the last ({:+.1} %)",
            100.0 * (late / early - 1.0)
        );
        report.check(name, value, late <= (early * (1.0 + TOLERANCE)).max(early + COUNTED));
    }
}
