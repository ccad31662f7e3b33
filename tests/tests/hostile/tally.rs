//! What a test tried and what got through: one row of the table that `make hostile` prints.

use std::fs;
use std::path::Path;

/// Where the rows are left, one file each.
const ROWS: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/hostile");

/// Counts cases and keeps what went wrong. Dropped without [`Tally::finish`], it leaves no row.
pub(crate) struct Tally {
    file: &'static str,
    group: &'static str,
    what: &'static str,
    cases: usize,
    hits: usize,
    failures: Vec<String>,
}

impl Tally {
    /// `file` sorts the row, `group` names the kind of attack.
    pub(crate) fn new(file: &'static str, group: &'static str, what: &'static str) -> Self {
        Self { file, group, what, cases: 0, hits: 0, failures: Vec::new() }
    }

    /// Counts one thing that was tried.
    pub(crate) fn case(&mut self, is_as_it_must_be: bool, otherwise: impl FnOnce() -> String) {
        self.cases += 1;
        if !is_as_it_must_be {
            self.failures.push(otherwise());
        }
    }

    /// Counts what was tried within a case that has been judged.
    pub(crate) fn more_cases(&mut self, count: usize) {
        self.cases += count;
    }

    /// Counts what reached the forbidden.
    pub(crate) fn hits<T: std::fmt::Debug>(&mut self, where_: &str, hits: &[T]) {
        self.hits += hits.len();
        if !hits.is_empty() {
            self.failures.push(format!("{} hits on {where_}: {hits:?}", hits.len()));
        }
    }

    /// Counts what a control reached, as it must.
    pub(crate) fn reached(&mut self, count: usize) {
        self.hits += count;
    }

    /// Leaves the row, and fails where anything went wrong.
    pub(crate) fn finish(self) {
        let Self { file, group, what, cases, hits, failures } = self;
        fs::create_dir_all(ROWS).expect("the target directory can be written");
        let row = format!("{group}\t{what}\t{cases}\t{hits}\t{}\n", failures.len());
        fs::write(Path::new(ROWS).join(file), row).expect("the target directory can be written");
        assert!(cases > 0, "{what}: nothing was tried");
        assert!(failures.is_empty(), "{what}: {} of {cases}:\n{}", failures.len(), failures.join("\n"));
    }
}
