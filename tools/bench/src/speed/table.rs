//! The figures as tables: on the terminal, and as Markdown for a page of the documentation.

use std::fmt::Write;

use super::figures::{Metric, Spread, Turns};
use super::memory::Memory;
use super::mixed::{CLIENTS, Mixed};
use super::turn::{Load, Turn};
use super::work::{Lane, Target};

/// Cells of text under a head.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

const NONE: &str = "–";

impl Table {
    /// Everything that was measured of one load.
    pub(crate) fn of_load(turns: &Turns, load: Load) -> Table {
        let head = vec!["", "p50 ms", "p95", "p99", "a second", "CPU ms each", "requests", "wrong or none"];
        let lanes = turns.lanes().into_iter().filter(|(_, of)| *of == load);
        let rows = lanes.map(|(lane, _)| row(turns, lane, load)).collect();
        Table {
            title: format!("{load}: median of the rounds (least…most); p95 and p99 of all"), head, rows
        }
    }

    /// The service against each other target that does the same work.
    pub(crate) fn of_ratios(turns: &Turns) -> Table {
        let head = vec!["service to", "load", "p50", "throughput", "CPU"];
        let mut rows = Vec::new();
        for (lane, load) in turns.lanes() {
            let service = Lane { target: Target::Service, ..lane };
            if lane == service {
                continue;
            }
            let ratio = |metric: Metric| shown(turns.ratio(service, lane, load, metric), 2);
            let throughput = if is_saturating(load) { ratio(Turn::per_second) } else { NONE.to_owned() };
            let p50 = ratio(Turn::p50_ms);
            rows.push(vec![lane.to_string(), load.to_string(), p50, throughput, ratio(Turn::cpu_ms)]);
        }
        Table { title: "ratios, taken within each round: median (least…most)".to_owned(), head, rows }
    }

    pub(crate) fn of_memory(memory: &[Memory]) -> Table {
        let mb = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
        let row = |of: &Memory| vec![of.lane.to_string(), mb(of.at_rest), mb(of.at_work)];
        Table {
            title: format!("PSS of the whole process tree, each target alone, {}", Memory::LOAD),
            head: vec!["", "MB at rest", "MB at work, at most"],
            rows: memory.iter().map(row).collect(),
        }
    }

    pub(crate) fn of_mixed(rounds: &[Mixed]) -> Option<Table> {
        let (alone, beside, ratio) = Mixed::p95_ms(rounds)?;
        let requests = rounds.iter().flat_map(Mixed::requests);
        let faults = requests.filter(|request| request.fault.is_some()).count();
        let cells = [format!("{alone:.0}"), format!("{beside:.0}"), ratio.to_string(), faults.to_string()];
        Some(Table {
            title: format!(
                "JPEGs of {CLIENTS} clients, alone and beside {CLIENTS} clients who get fast PNGs"
            ),
            head: vec!["p95 ms alone", "p95 ms beside PNGs", "ratio", "wrong or none"],
            rows: vec![cells.into()],
        })
    }

    pub(crate) fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].as_str());
            cells.chain([self.head[column]]).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.head.len()).map(width).collect();
        let line = |cells: &[&str]| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("  {}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
        };
        let mut text = format!("\n{}\n{}", self.title, line(&self.head));
        for row in &self.rows {
            text.push_str(&line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        text
    }

    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("### {}\n\n{}", self.title, line(&self.head));
        // a write to a String cannot fail
        let _ = writeln!(text, "|{}", " --- |".repeat(self.head.len()));
        for row in &self.rows {
            text.push_str(&line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        text
    }
}

fn row(turns: &Turns, lane: Lane, load: Load) -> Vec<String> {
    let spread = |metric: Metric, digits| shown(turns.spread(lane, load, metric), digits);
    let pooled =
        |share| turns.percentile_ms(lane, load, share).map_or(NONE.to_owned(), |ms| format!("{ms:.0}"));
    let requests: usize = turns.of(lane, load).map(|turn| turn.requests.len()).sum();
    vec![
        lane.to_string(),
        spread(Turn::p50_ms, 0),
        pooled(0.95),
        pooled(0.99),
        if is_saturating(load) { spread(Turn::per_second, 1) } else { NONE.to_owned() },
        spread(Turn::cpu_ms, 0),
        requests.to_string(),
        turns.faults(lane, load).to_string(),
    ]
}

/// Otherwise the load says how many a second there are.
fn is_saturating(load: Load) -> bool {
    matches!(load, Load::Closed(_))
}

fn shown(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or(NONE.to_owned(), |spread| format!("{spread:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_the_same_in_both_forms() {
        let rows = vec![vec!["service jpeg".to_owned(), "103 (101…108)".to_owned()]];
        let table = Table { title: "t".to_owned(), head: vec!["", "p50 ms"], rows };
        assert_eq!(table.text(), "\nt\n                p50 ms\n  service jpeg  103 (101…108)\n");
        let markdown = "### t\n\n|  | p50 ms |\n| --- | --- |\n| service jpeg | 103 (101…108) |\n";
        assert_eq!(table.markdown(), markdown);
    }
}
