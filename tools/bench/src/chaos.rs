//! `bench chaos`: both services under a steady load of good requests while something is broken every few seconds: their
//! browsers, the sites, the names, the disk, the clients. Every good request is answered rightly or told to come back, and
//! afterwards nothing is left.

mod afterwards;
mod fault;
mod inject;
mod load;
mod table;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;

use self::afterwards::Baseline;
use self::inject::Injected;
use self::load::{Load, Served};
use crate::hostile::world::{Host, Sites};
use crate::report::{Report, Verdict, spread, write_csv, write_file};
use crate::work::{Kind, Outcome, Record};

/// A run of this length must see so much; a shorter one its share of it.
const WHOLE_RUN: Duration = Duration::from_secs(600);
const GOOD_REQUESTS: f64 = 5_000.0;
const FAULTS: f64 = 100.0;
const OF_EACH_KIND: f64 = 5.0;
const RIGHT_AT_FIRST: f64 = 0.99;
const RIGHT_AFTER_RETRY: f64 = 0.999;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long things are broken
    #[arg(long, default_value = "600")]
    seconds: u64,
    /// The load, as a share of what the services serve when they have all they can take
    #[arg(long, default_value = "0.6")]
    load: f64,
    /// How often each kind of fault is made in ten minutes
    #[arg(long, default_value = "6")]
    rounds: usize,
    /// Where the CSV files and the services' logs go
    #[arg(long, default_value = "out/chaos")]
    out: PathBuf,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let sites = Sites::start().await?;
    let hosts = [Host::start(Kind::Ingestion, &sites).await?, Host::start(Kind::Image, &sites).await?];
    println!("chaos: both services are measured under all the load that they can take ...");
    let saturation = load::saturation(&hosts, &sites).await?;
    let rates = saturation.map(|rate| rate * options.load);
    for host in &hosts {
        ensure!(host.rest().await.is_some(), "the {} service does not come to rest", host.kind.as_str());
    }
    let baseline = Baseline::take(&hosts).await;
    println!(
        "chaos: {} s at {:.1} and {:.1} good requests a second, {:.0} % of saturation ...",
        options.seconds,
        rates[0],
        rates[1],
        100.0 * options.load
    );

    let start = Instant::now();
    let time = Duration::from_secs(options.seconds);
    let share = time.as_secs_f64() / WHOLE_RUN.as_secs_f64();
    let load = Load { hosts: &hosts, sites: &sites, rates, time, start };
    let plan = fault::plan((options.rounds as f64 * share).ceil() as usize);
    let (served, injected) = tokio::join!(load.send_all(), inject::all(&plan, &hosts, &sites, time, start));

    save(options, &hosts, &served, &injected)?;
    println!("\n{}", table::of(&served, &injected));
    let mut report =
        Report::new(format!("chaos: {} s at {:.0} % of saturation", options.seconds, 100.0 * options.load));
    report.figure(
        "saturation",
        format!("{:.1} and {:.1} good requests a second, together", saturation[0], saturation[1]),
    );
    good_ones(&mut report, &served, share);
    faults(&mut report, &injected, share);
    baseline.compare(&mut report, &hosts).await;
    Ok(report.print())
}

fn good_ones(report: &mut Report, served: &[Served], share: f64) {
    let all = served.len();
    report.check("good requests", all, all as f64 >= GOOD_REQUESTS * share);
    let times = |kind: Kind| -> Vec<_> {
        served.iter().filter(|served| served.kind == kind).map(|served| served.first.took).collect()
    };
    for kind in Kind::BOTH {
        report.figure(format!("latency of {}", kind.as_str()), spread(&times(kind)));
    }
    let example = |failed: Option<&Record>| {
        failed.map_or_else(String::new, |record| format!(", the first: {:?}", record.outcome))
    };
    let at_first = served.iter().filter(|served| served.first.is_right()).count();
    let failed = served.iter().map(|served| &served.first).find(|first| !first.is_right());
    let value = format!("{at_first} of {all} ({:.2} %){}", percent(at_first, all), example(failed));
    report.check("right at the first try", value, at_first as f64 >= RIGHT_AT_FIRST * all as f64);
    let in_the_end = served.iter().filter(|served| served.last().is_right()).count();
    let failed = served.iter().map(Served::last).find(|last| !last.is_right());
    let value = format!("{in_the_end} of {all} ({:.2} %){}", percent(in_the_end, all), example(failed));
    report.check("right after one retry", value, in_the_end as f64 >= RIGHT_AFTER_RETRY * all as f64);
    let is_lost = |record: &Record| {
        !record.is_right() && !matches!(record.outcome, Outcome::Error { retriable: true, .. })
    };
    let lost = served.iter().flat_map(Served::tries).filter(|record| is_lost(record)).count();
    let first = served.iter().flat_map(Served::tries).find(|record| is_lost(record));
    report.check(
        "neither right nor told to come back, in time",
        format!("{lost}{}", example(first)),
        lost == 0,
    );
}

fn faults(report: &mut Report, injected: &[Injected], share: f64) {
    let made = injected.iter().filter(|fault| fault.problem.is_none()).count();
    report.check("faults", made, made as f64 >= FAULTS * share);
    let wanted = (OF_EACH_KIND * share).ceil() as usize;
    let rare: Vec<_> = fault::Fault::all()
        .filter(|kind| {
            injected.iter().filter(|fault| fault.fault == *kind && fault.problem.is_none()).count() < wanted
        })
        .map(fault::Fault::as_str)
        .collect();
    let value = if rare.is_empty() { "all".to_owned() } else { format!("all but {}", rare.join(", ")) };
    report.check(format!("kinds made at least {wanted} times"), value, rare.is_empty());
    for fault in injected {
        if let Some(problem) = &fault.problem {
            report.check(fault.fault.as_str(), problem, false);
        }
    }
    let unfair: Vec<_> =
        injected.iter().filter_map(|fault| fault.unfair.as_ref().map(|unfair| (fault, unfair))).collect();
    let example = unfair.first().map_or_else(String::new, |(fault, unfair)| {
        format!(", the first: {} on {}: {unfair}", fault.fault.as_str(), fault.on.as_str())
    });
    report.check(
        "hostile requests answered unfairly",
        format!("{}{example}", unfair.len()),
        unfair.is_empty(),
    );
}

fn percent(part: usize, all: usize) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

fn save(options: &Options, hosts: &[Host; 2], served: &[Served], injected: &[Injected]) -> Result<()> {
    let header = format!("service,try,{}", Record::CSV_HEADER);
    write_csv(&options.out.join("requests.csv"), &header, served.iter().flat_map(Served::csv))?;
    write_csv(&options.out.join("faults.csv"), Injected::CSV_HEADER, injected.iter().map(Injected::csv))?;
    for host in hosts {
        let path = options.out.join(format!("{}.log", host.kind.as_str()));
        write_file(&path, host.service.log().as_bytes())?;
    }
    Ok(())
}
