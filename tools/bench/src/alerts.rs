//! `bench alerts`: makes every alert fire for real, sees it where Slack would be, undoes the fault, sees the alert end.
//!
//! Real services, the project's Prometheus and Alertmanager files with their real thresholds and times, fake receivers.
//! The faults run beside each other on instances of their own; only the alerts about a whole service being gone come
//! after the others. The burn rates of the error budget would take days: they run on a copy of the rules whose windows
//! are divided by 60.

mod budget;
mod faults;
mod ground;
mod instance;
mod memory;
mod table;
mod traffic;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use clap::Args;
use futures_util::future::join_all;
use tokio::sync::watch as signal;

use self::faults::Scenario;
use self::ground::Ground;
use self::table::{Row, write_up};
use self::watch::{Alert, Watch};
use crate::report::{Verdict, write_file};

/// `for` is up to 5 minutes, after a window of 5 has filled far enough.
const FIRES_WITHIN: Duration = Duration::from_secs(14 * 60);
/// The longest look back is 15 minutes, and Alertmanager speaks of a group every 2.
const ENDS_WITHIN: Duration = Duration::from_secs(21 * 60);
/// Some scrapes of the services at rest.
const CALM: Duration = Duration::from_secs(50);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only the faults whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Where the table goes
    #[arg(long, default_value = "out/alerts/drill.md")]
    out: PathBuf,
}

/// What a fault waits for before it is undone.
pub(crate) type Until = signal::Receiver<bool>;

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let began = SystemTime::now();
    let is_chosen = |name: &str| options.only.as_deref().is_none_or(|only| name.contains(only));
    let chosen = |scenarios: Vec<Scenario>| -> Vec<Scenario> {
        scenarios.into_iter().filter(|scenario| is_chosen(scenario.name)).collect()
    };
    let thresholds = thresholds(began, [chosen(faults::together()), chosen(faults::last())]);
    let budget = async { if is_chosen("budget") { budget::run().await } else { Ok(Vec::new()) } };
    let (thresholds, budget) = tokio::try_join!(thresholds, budget)?;
    let rows: Vec<_> = thresholds.into_iter().chain(budget).collect();
    let text = table::markdown(&rows, began);
    println!("\n{text}");
    write_file(&options.out, text.as_bytes())?;
    write_up(&text)?;
    Ok(if rows.iter().all(Row::is_complete) { Verdict::Holds } else { Verdict::Fails })
}

/// One after the other the lists, all of one list at once, each fault to its own end.
async fn thresholds(began: SystemTime, lists: [Vec<Scenario>; 2]) -> Result<Vec<Row>> {
    if lists.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let ground = Arc::new(Ground::lay().await?);
    let watch = Watch::start(&ground);
    say(began, "everything is up");
    tokio::time::sleep(CALM).await;
    let mut rows = Vec::new();
    for list in lists {
        let all = list.iter().map(|scenario| one(&ground, &watch, began, scenario));
        rows.extend(join_all(all).await.into_iter().flatten());
    }
    table::others(&watch, &rows);
    Ok(rows)
}

async fn one(ground: &Arc<Ground>, watch: &Watch, drill: SystemTime, scenario: &Scenario) -> Vec<Row> {
    let (name, alerts) = (scenario.name, (scenario.alerts)(ground));
    let (undo, until) = signal::channel(false);
    let began = SystemTime::now();
    say(drill, &format!("{name}: {}", scenario.what));
    let seen = async {
        for alert in &alerts {
            let is_seen = watch.fires(alert, began, FIRES_WITHIN).await.is_some();
            say(drill, &format!("{name}: {} {}", alert.name, if is_seen { "fires" } else { "was not seen" }));
        }
        undo.send_replace(true);
        SystemTime::now()
    };
    let (made, undone) = tokio::join!((scenario.make)(Arc::clone(ground), until), seen);
    if let Err(error) = made {
        say(drill, &format!("{name}: {error:#}"));
    }
    // what was not seen to fire cannot be seen to end
    for alert in alerts.iter().filter(|alert| watch.told(alert, began).is_some()) {
        let has_ended = watch.ends(alert, undone, ENDS_WITHIN).await.is_some();
        say(drill, &format!("{name}: {} {}", alert.name, if has_ended { "has ended" } else { "goes on" }));
    }
    alerts.iter().map(|alert| Row::of(scenario.what, alert, watch, began, undone)).collect()
}

fn say(began: SystemTime, what: &str) {
    let elapsed = began.elapsed().unwrap_or_default().as_secs();
    println!("{:>3}:{:02}  {what}", elapsed / 60, elapsed % 60);
}

impl Alert {
    pub(crate) fn new(name: &'static str, job: &str, about: impl Into<String>) -> Alert {
        Alert { name, job: job.to_owned(), about: about.into() }
    }
}
