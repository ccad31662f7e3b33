//! A parsed `/metrics` answer (Prometheus text format), and what a test asks of it.

use std::collections::{BTreeMap, BTreeSet};

/// One line of the text: a name, its labels, a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// With the suffix, as in `…_bucket`.
    pub name: String,
    /// All labels, `le` included.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

/// All samples of one scrape.
#[derive(Debug, Clone, Default)]
pub struct Scrape {
    samples: Vec<Sample>,
    types: BTreeMap<String, String>,
}

impl Scrape {
    /// Reads the text format.
    ///
    /// # Panics
    ///
    /// On a line that is not of the format: a test wants to know that.
    #[must_use]
    pub fn parse(text: &str) -> Scrape {
        let mut scrape = Scrape::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(declared) = line.strip_prefix("# TYPE ") {
                let (name, kind) = declared.split_once(' ').unwrap_or((declared, "untyped"));
                scrape.types.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                let sample = sample(line).unwrap_or_else(|| panic!("not a line of the text format: {line}"));
                scrape.samples.push(sample);
            }
        }
        scrape
    }

    /// Every sample.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// `counter`, `gauge`, `histogram` or `summary`, as the scrape declares it.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&str> {
        self.types.get(name).map(String::as_str)
    }

    /// Whether there is a sample of this name; of a histogram its plain name counts.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let count = format!("{name}_count");
        self.samples.iter().any(|sample| sample.name == name || sample.name == count)
    }

    /// The sum of all samples of this name that carry these labels, and maybe others. `None` where there is none.
    #[must_use]
    pub fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut matching = self.matching(name, labels).peekable();
        matching.peek()?;
        Some(matching.map(|sample| sample.value).sum())
    }

    /// As [`Scrape::find`].
    ///
    /// # Panics
    ///
    /// When there is no such sample, listing those of the name.
    #[must_use]
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.find(name, labels).unwrap_or_else(|| {
            let near: Vec<_> = self.matching(name, &[]).map(|sample| &sample.labels).collect();
            panic!("no sample {name} with {labels:?}; there are {near:?}")
        })
    }

    /// As [`Scrape::get`], of what only has whole values.
    ///
    /// # Panics
    ///
    /// Also when the value is not a whole number.
    #[must_use]
    pub fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let value = self.get(name, labels);
        assert!(value >= 0.0 && value.fract().abs() < f64::EPSILON, "{name} with {labels:?} is {value}");
        value as u64
    }

    /// All values that a label has in the samples of a name.
    #[must_use]
    pub fn label_values(&self, name: &str, label: &str) -> BTreeSet<String> {
        self.matching(name, &[]).filter_map(|sample| sample.labels.get(label).cloned()).collect()
    }

    /// By how much a counter of whole things has grown since an earlier scrape.
    ///
    /// # Panics
    ///
    /// As [`Scrape::count`].
    #[must_use]
    pub fn growth(&self, earlier: &Scrape, name: &str, labels: &[(&str, &str)]) -> u64 {
        self.count(name, labels).saturating_sub(earlier.count(name, labels))
    }

    fn matching(&self, name: &str, labels: &[(&str, &str)]) -> impl Iterator<Item = &Sample> {
        let carries = |sample: &Sample| {
            labels.iter().all(|(key, value)| sample.labels.get(*key).is_some_and(|have| have == value))
        };
        self.samples.iter().filter(move |sample| sample.name == name && carries(sample))
    }
}

fn sample(line: &str) -> Option<Sample> {
    let (head, value) = match line.rfind('}') {
        Some(end) => (line.get(..=end)?, line.get(end + 1..)?),
        None => line.split_once(' ')?,
    };
    // a timestamp may follow the value
    let value = value.split_whitespace().next()?;
    let (name, labels) = match head.split_once('{') {
        Some((name, rest)) => (name, pairs(rest.strip_suffix('}')?)?),
        None => (head, BTreeMap::new()),
    };
    Some(Sample { name: name.trim().to_owned(), labels, value: value.parse().ok()? })
}

/// `a="1",b="x\"y"`
fn pairs(text: &str) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    let mut rest = text.trim_start_matches([',', ' ']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, length) = quoted(after)?;
        labels.insert(name.trim().to_owned(), value);
        rest = after.get(length..)?.trim_start_matches([',', ' ']);
    }
    Some(labels)
}

/// The text up to the closing quote, unescaped, and how many bytes it took with that quote.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, at + 1)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
# HELP jobs_total Jobs.
# TYPE jobs_total counter
jobs_total{kind="a",outcome="ok"} 3
jobs_total{kind="a",outcome="bad"} 1
jobs_total{kind="b \"q\", c",outcome="ok"} 2 1700000000
# TYPE wait_ms histogram
wait_ms_bucket{le="+Inf"} 7
wait_ms_sum 12.5
wait_ms_count 7
"#;

    #[test]
    fn it_sums_what_carries_the_labels() {
        let scrape = Scrape::parse(TEXT);
        assert_eq!(scrape.find("jobs_total", &[("kind", "a")]), Some(4.0));
        assert_eq!(scrape.find("jobs_total", &[("kind", "b \"q\", c")]), Some(2.0));
        assert_eq!(scrape.find("jobs_total", &[("kind", "z")]), None);
        assert_eq!(scrape.find("wait_ms_sum", &[]), Some(12.5));
        assert_eq!(scrape.kind("jobs_total"), Some("counter"));
        assert!(scrape.has("wait_ms") && !scrape.has("wait"));
        assert_eq!(Vec::from_iter(scrape.label_values("jobs_total", "outcome")), ["bad", "ok"]);
    }

    #[test]
    #[should_panic(expected = "no sample jobs_total")]
    fn asking_for_what_is_not_there_says_what_is() {
        let _ = Scrape::parse(TEXT).get("jobs_total", &[("kind", "z")]);
    }
}
