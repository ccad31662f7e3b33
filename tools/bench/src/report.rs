//! What a measurement says at its end: figures, promises that hold or do not, and files with the raw data.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

/// Whether everything that was promised holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    Fails,
}

/// Figures and checks in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Report {
    title: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    what: String,
    value: String,
    /// `None` for a figure that nothing was promised about.
    holds: Option<bool>,
}

impl Report {
    pub(crate) fn new(title: impl Into<String>) -> Report {
        Report { title: title.into(), lines: Vec::new() }
    }

    /// A figure without a promise.
    pub(crate) fn figure(&mut self, what: impl Into<String>, value: impl Display) {
        self.lines.push(Line { what: what.into(), value: value.to_string(), holds: None });
    }

    /// A figure with one.
    pub(crate) fn check(&mut self, what: impl Into<String>, value: impl Display, holds: bool) {
        self.lines.push(Line { what: what.into(), value: value.to_string(), holds: Some(holds) });
    }

    /// Prints the table and says whether all checks hold.
    pub(crate) fn print(&self) -> Verdict {
        println!("\n{}", self.title);
        let width = self.lines.iter().map(|line| line.what.chars().count()).max().unwrap_or(0);
        for line in &self.lines {
            let mark = match line.holds {
                None => "    ",
                Some(true) => "ok  ",
                Some(false) => "FAIL",
            };
            println!("  {mark} {:width$}  {}", line.what, line.value);
        }
        if self.lines.iter().any(|line| line.holds == Some(false)) { Verdict::Fails } else { Verdict::Holds }
    }
}

impl Verdict {
    pub(crate) fn and(self, other: Verdict) -> Verdict {
        if self == Verdict::Holds { other } else { Verdict::Fails }
    }
}

/// Writes rows under a header line; makes the folder if need be.
pub(crate) fn write_csv(path: &Path, header: &str, rows: impl Iterator<Item = String>) -> Result<()> {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    write_file(path, text.as_bytes())
}

/// Writes a file; makes its folder if need be.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// The value below which the given share (0…1) of the durations lies; zero where there are none.
pub(crate) fn percentile(durations: &[Duration], share: f64) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

/// In milliseconds, without digits that mean nothing.
pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}

/// `p50 / p95 / p99 / longest`
pub(crate) fn spread(durations: &[Duration]) -> String {
    let at = |share| percentile(durations, share).as_millis();
    format!("p50 {} · p95 {} · p99 {} · max {} ms", at(0.5), at(0.95), at(0.99), at(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_values() {
        let durations: Vec<_> = (1..=101).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&durations, 0.5), Duration::from_millis(51));
        assert_eq!(percentile(&durations, 0.99), Duration::from_millis(100));
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn one_failed_check_fails_the_report() {
        let mut report = Report::new("t");
        report.figure("speed", 3);
        report.check("errors", 0, true);
        assert_eq!(report.print(), Verdict::Holds);
        report.check("zombies", 2, false);
        assert_eq!(report.print(), Verdict::Fails);
    }
}
