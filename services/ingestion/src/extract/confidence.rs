//! How likely it is that title, price and currency are all right: a logistic model over what the decisions tell, its
//! weights fitted by `make fit` and kept in `confidence.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::decide::Decisions;
use super::product::{Availability, Evidence, Field, Source};

/// What the model knows of one extraction. The order is that of [`Signals::NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals([f64; Signals::NAMES.len()]);

#[derive(Debug, Deserialize)]
struct Model {
    intercept: f64,
    weights: BTreeMap<String, f64>,
}

/// A test refuses a file that cannot be read.
static MODEL: LazyLock<Option<Model>> =
    LazyLock::new(|| serde_json::from_str(include_str!("confidence.json")).ok());

impl Signals {
    pub const NAMES: [&'static str; 12] = [
        "title_doubt",
        "title_alone",
        "title_rival",
        "price_doubt",
        "price_alone",
        "price_rival",
        "price_unseen",
        "price_missing",
        "currency_guessed",
        "price_margin",
        "price_rivals",
        "price_disputed",
    ];

    pub(super) fn of(decisions: &Decisions) -> Self {
        let evidence = |field| decisions.evidence.get(&field);
        // Belief is a product of doubts: its logarithm is what adds up.
        let doubt = |field| {
            evidence(field).map_or(0.0, |found: &Evidence| (1.0 - found.confidence).clamp(0.001, 1.0).ln())
        };
        let alone = |field| evidence(field).is_some_and(|found| found.agreeing.len() < 2);
        let rival = |field| {
            let best =
                |found: &Evidence| found.alternatives.iter().map(|lost| lost.trust).fold(0.0, f64::max);
            evidence(field).map_or(0.0, best)
        };
        let seen = |found: &Evidence| {
            found.agreeing.iter().any(|source| matches!(source, Source::Visible | Source::Shop))
        };
        let has_price = decisions.price.is_some();
        let is_gone = decisions.availability == Some(Availability::OutOfStock);
        let is = |true_or_false: bool| f64::from(u8::from(true_or_false));
        Self([
            doubt(Field::Title),
            is(alone(Field::Title)),
            rival(Field::Title),
            if has_price { doubt(Field::Price) } else { 0.0 },
            is(has_price && alone(Field::Price)),
            if has_price { rival(Field::Price) } else { 0.0 },
            is(has_price && !evidence(Field::Price).is_some_and(seen)),
            is(!has_price && !is_gone),
            is(has_price && !decisions.currency_certain),
            decisions.contest.margin.clamp(-0.5, 0.5),
            (decisions.contest.rivals as f64).ln_1p(),
            is(decisions.contest.disputed),
        ])
    }

    pub fn values(&self) -> [f64; Self::NAMES.len()] {
        self.0
    }

    /// 0…1, to a thousandth; nothing is certain.
    pub(super) fn probability(&self) -> f64 {
        let Some(model) = MODEL.as_ref() else { return 0.0 };
        let weighted = |(name, value): (&str, f64)| model.weights.get(name).copied().unwrap_or(0.0) * value;
        let sum = Self::NAMES.into_iter().zip(self.0).map(weighted).sum::<f64>();
        let probability = 1.0 / (1.0 + (-(model.intercept + sum)).exp());
        (probability.clamp(0.005, 0.995) * 1000.0).round() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_its_weight() {
        let model = MODEL.as_ref().expect("confidence.json is valid");
        let names: Vec<&str> = model.weights.keys().map(String::as_str).collect();
        let mut wanted = Signals::NAMES.to_vec();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
    }

    #[test]
    fn doubt_makes_it_less_likely() {
        let sure = Signals([-5.0, 0.0, 0.0, -5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 0.0, 0.0]);
        let unsure = Signals([-0.7, 1.0, 0.9, -0.7, 1.0, 0.9, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        assert!(sure.probability() > unsure.probability() + 0.1, "{sure:?} {unsure:?}");
    }
}
