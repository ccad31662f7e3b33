//! What the drill has seen, as a table for people.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use test_support::built::workspace_root;

use super::watch::{Alert, Watch};

const DOCUMENT: &str = "docs/operations/playwright-services-monitoring.md";
const BEGIN: &str = "<!-- begin drill -->\n";
const END: &str = "<!-- end drill -->";

#[derive(Debug)]
pub(crate) struct Row {
    fault: String,
    alert: Alert,
    /// From the fault on.
    fired: Option<Duration>,
    told: Option<Duration>,
    /// From its end on.
    ended: Option<Duration>,
}

impl Row {
    pub(crate) fn of(
        fault: &str,
        alert: &Alert,
        watch: &Watch,
        began: SystemTime,
        undone: SystemTime,
    ) -> Row {
        let after = |from: SystemTime, at: Option<SystemTime>| at.and_then(|at| at.duration_since(from).ok());
        Row {
            fault: fault.to_owned(),
            alert: alert.clone(),
            fired: after(began, watch.fired(alert, began)),
            told: after(began, watch.told(alert, began)),
            ended: after(undone, watch.told_the_end(alert, undone)),
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.fired.is_some() && self.told.is_some() && self.ended.is_some()
    }
}

pub(crate) fn markdown(rows: &[Row], began: SystemTime) -> String {
    let mut text = String::from(
        "| alert | of | what was done | fires after | at the receiver after | undone: the receiver hears of the end after |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let service = row.alert.job.trim_start_matches("playwright-");
        let times = [row.fired, row.told, row.ended].map(minutes);
        // writing to a String cannot fail
        let _ = writeln!(text, "| {} | {service} | {} | {} |", row.alert.name, row.fault, times.join(" | "));
    }
    let complete = rows.iter().filter(|row| row.is_complete()).count();
    let took = minutes(began.elapsed().ok());
    let _ = writeln!(
        text,
        "\n{complete} of {} were seen to fire and to end; the drill took {took} minutes.",
        rows.len()
    );
    text
}

/// What the receiver was told of besides: consequences of faults that were made for other alerts.
pub(crate) fn others(watch: &Watch, rows: &[Row]) {
    for (name, job) in watch.all_told() {
        if !rows.iter().any(|row| row.alert.name == name && row.alert.job == job) {
            println!("also at the receiver: {name} of {job}");
        }
    }
}

/// Puts the table into the document where that is asked for.
pub(crate) fn write_up(table: &str) -> Result<()> {
    if std::env::var_os("REFRESH_DOCS").is_none() {
        return Ok(());
    }
    let path = workspace_root().join(DOCUMENT);
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text.split_once(BEGIN).context("no place for the drill's table in the document")?;
    let (_, after) = rest.split_once(END).context("no end of the drill's table in the document")?;
    Ok(fs::write(path, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?)
}

fn minutes(time: Option<Duration>) -> String {
    time.map_or_else(
        || "not seen".to_owned(),
        |time| format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60),
    )
}
