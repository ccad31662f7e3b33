//! What a run leaves behind: tables on the terminal, every request as CSV, plots, and a piece of Markdown that says
//! by itself on what and how it was measured.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::plan::Plan;
use super::table::Table;
use super::turn::{Load, Request};
use super::work::Work;
use super::{Measured, chart};
use crate::report::{write_csv, write_file};

/// What the figures depend on besides the code.
#[derive(Debug)]
pub(crate) struct Facts {
    cores: usize,
    started: String,
    command: String,
    /// Over a minute, when the run began and when it ended: other work on the machine shows here.
    load_average: [String; 2],
    pub(crate) chromium: String,
}

#[derive(Debug)]
pub(crate) struct WriteUp<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) plan: &'a Plan,
    pub(crate) all: &'a [Measured],
}

impl Facts {
    pub(crate) fn gather() -> Facts {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        Facts {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            started: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            command: format!("bench {}", arguments.join(" ")),
            load_average: [load_average(), String::new()],
            chromium: String::new(),
        }
    }

    pub(crate) fn end(&mut self) {
        self.load_average[1] = load_average();
    }

    fn markdown(&self, plan: &Plan) -> String {
        let [before, after] = &self.load_average;
        format!(
            "`{}`, {}: {} cores, {}, load average {before} before and {after} after. Rounds: {}, in each of them one \
             target after the other; requests in each turn: {} at least.\n",
            self.command, self.started, self.cores, self.chromium, plan.rounds, plan.requests
        )
    }
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

impl WriteUp<'_> {
    pub(crate) fn write(&self, out: &Path) -> Result<()> {
        std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        let mut markdown = self.facts.markdown(self.plan);
        println!("\n{}", markdown.trim_end());
        for measured in self.all {
            let name = measured.kind.as_str();
            println!("\n{name}");
            // a write to a String cannot fail
            let _ = write!(markdown, "\n## {name}\n");
            for table in self.tables(measured) {
                print!("{}", table.text());
                let _ = write!(markdown, "\n{}", table.markdown());
            }
            let plot = format!("{name}.svg");
            chart::draw(&out.join(&plot), &format!("{name}: p50 by requests at once"), &measured.turns)?;
            write_csv(&out.join(format!("{name}.csv")), CSV_HEADER, rows(measured))?;
            let _ = write!(markdown, "\n![p50 by requests at once]({plot})\n");
        }
        write_file(&out.join("speed.md"), markdown.as_bytes())?;
        println!("\nevery request, the plots and all tables: {}", out.display());
        Ok(())
    }

    fn tables(&self, measured: &Measured) -> Vec<Table> {
        let of_loads = self.plan.loads.iter().map(|load| Table::of_load(&measured.turns, *load));
        let mut tables: Vec<_> = of_loads.collect();
        tables.push(Table::of_ratios(&measured.turns));
        tables.extend(Table::of_mixed(&measured.mixed));
        tables.push(Table::of_memory(&measured.memory));
        tables
    }
}

const CSV_HEADER: &str = "load,target,work,round,sent_s,took_ms,fault";

fn rows(measured: &Measured) -> impl Iterator<Item = String> {
    let of_turns = measured.turns.0.iter().flat_map(|turn| {
        let load = match turn.load {
            Load::Paced(_) => "paced".to_owned(),
            Load::Closed(at_once) => at_once.to_string(),
            Load::Open(rate) => format!("{rate} a second"),
        };
        let start = format!("{load},{},{},{}", turn.lane.target, turn.lane.work, turn.round);
        turn.requests.iter().map(move |request| csv(&start, request))
    });
    let of_mixed = measured.mixed.iter().zip(1..).flat_map(|(mixed, round)| {
        let kinds = [
            ("mixed: alone", Work::Jpeg, &mixed.alone),
            ("mixed: beside", Work::Jpeg, &mixed.beside),
            ("mixed: beside", Work::PngFast, &mixed.pngs),
        ];
        kinds.into_iter().flat_map(move |(load, work, requests)| {
            let start = format!("{load},service,{work},{round}");
            requests.iter().map(move |request| csv(&start, request))
        })
    });
    of_turns.chain(of_mixed)
}

fn csv(start: &str, request: &Request) -> String {
    let fault = request.fault.as_deref().unwrap_or_default().replace(['"', '\n', ','], " ");
    format!("{start},{:.4},{:.1},{fault}", request.sent.as_secs_f64(), request.took.as_secs_f64() * 1000.0)
}
