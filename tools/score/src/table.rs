//! Shares of right answers, by field and by group.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::judge::{Judged, is_core_right};

/// In the order of the columns.
pub const FIELDS: [&str; 15] = [
    "verdict",
    "title",
    "price",
    "currency",
    "image",
    "condition",
    "availability",
    "brand",
    "list_price",
    "cpu",
    "gpu",
    "ram_gb",
    "storage_gb",
    "no_computer",
    "core",
];

/// Field → right and judged.
pub type Tally = BTreeMap<&'static str, (usize, usize)>;

pub fn tally<'a>(judged: impl Iterator<Item = &'a Judged>) -> Tally {
    let mut tally = Tally::new();
    for one in judged {
        let core = one.contains_key("title").then(|| ("core", is_core_right(one)));
        for (field, is_right) in one.iter().map(|(field, is_right)| (*field, *is_right)).chain(core) {
            let (right, all) = tally.entry(field).or_default();
            *all += 1;
            *right += usize::from(is_right);
        }
    }
    tally
}

/// A table of percentages, the number of judged pages in parentheses in the first row.
pub fn render(groups: &[(String, Tally)]) -> String {
    let shown: Vec<&str> = FIELDS
        .into_iter()
        .filter(|field| groups.iter().any(|(_, tally)| tally.contains_key(field)))
        .collect();
    let width = groups.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(5);
    let mut text = format!("{:width$}", "");
    for field in &shown {
        let _ = write!(text, " {field:>12}");
    }
    text.push('\n');
    for (name, tally) in groups {
        let _ = write!(text, "{name:width$}");
        for field in &shown {
            let cell = tally.get(field).map_or_else(
                || "-".to_owned(),
                |(right, all)| format!("{:.0} ({right}/{all})", 100.0 * *right as f64 / (*all).max(1) as f64),
            );
            let _ = write!(text, " {cell:>12}");
        }
        text.push('\n');
    }
    text
}
