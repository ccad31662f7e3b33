//! Answers on pages that the engine had never been tried on, as they were before anything was corrected.
//!
//! A page that the engine has been corrected on tells little of the next one: it is right there, and sure of it.
//! These answers keep what it was like. A signal that was not known when they were noted counts as 0.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use playwright_ingestion::extract::Signals;
use serde::{Deserialize, Serialize};

use super::fit::Sample;

/// One page whole, or one with sources taken away.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    pub page: String,
    pub shop: String,
    pub whole: bool,
    pub is_right: bool,
    pub weight: f64,
    pub signals: BTreeMap<String, f64>,
}

impl Answer {
    pub fn of(page: &str, whole: bool, sample: &Sample) -> Answer {
        let named = Signals::NAMES.iter().map(|name| (*name).to_owned());
        Answer {
            page: page.to_owned(),
            shop: sample.shop.clone(),
            whole,
            is_right: sample.is_right,
            weight: sample.weight,
            signals: named
                .zip(sample.signals.iter().map(|value| (value * 1000.0).round() / 1000.0))
                .collect(),
        }
    }

    pub fn sample(&self) -> Sample {
        let value = |name: &&str| self.signals.get(*name).copied().unwrap_or(0.0);
        Sample {
            shop: self.shop.clone(),
            signals: Signals::NAMES.iter().map(value).collect(),
            is_right: self.is_right,
            weight: self.weight,
        }
    }
}

/// Of a file that is not there, none.
pub fn read(path: &Path) -> Result<Vec<Answer>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no answers", path.display()))
}

/// One answer a line, so that a difference can be read.
pub fn write(path: &Path, answers: &[Answer]) -> Result<()> {
    let lines: Vec<String> = answers.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    std::fs::write(path, format!("[\n{}\n]\n", lines.join(",\n")))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_again_and_new_signals_count_nothing() {
        let signals: Vec<f64> = (0..Signals::NAMES.len()).map(|number| number as f64 / 8.0).collect();
        let sample = Sample { shop: "shop".to_owned(), signals, is_right: true, weight: 0.5 };
        let mut answer = Answer::of("page", true, &sample);
        assert_eq!(answer.sample(), sample);
        answer.signals.remove(Signals::NAMES[1]);
        assert!(answer.sample().signals[1].abs() < 1e-9, "{answer:?}");
    }
}
