//! Pages whose price comes late, twice, or never, and what must be answered to each. The pages lie in
//! `tests/fixtures/site/readiness`; how long their steps take is in their addresses.

use std::ops::Range;

use serde_json::Value;

/// A way in which a price becomes the one that counts.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Of the page, and of the row in a table.
    pub name: &'static str,
    /// The price and the currency that must be answered; without one, the product without a price.
    pub expected: Option<(f64, &'static str)>,
}

const fn priced(name: &'static str, price: f64, currency: &'static str) -> Kind {
    Kind { name, expected: Some((price, currency)) }
}

/// All of them.
pub const KINDS: [Kind; 17] = [
    priced("late", 54.0, "USD"),
    priced("swapped", 94.0, "USD"),
    priced("swapped-by-api", 31.5, "USD"),
    priced("skeleton", 279.0, "USD"),
    priced("hydrated", 429.0, "USD"),
    priced("hydrated-apart", 489.0, "USD"),
    priced("variant", 419.0, "USD"),
    priced("slow-api", 149.0, "USD"),
    priced("experiment", 179.0, "USD"),
    priced("price-last", 369.0, "USD"),
    priced("struck-first", 249.0, "USD"),
    priced("shadow", 89.0, "USD"),
    priced("currency", 55.2, "EUR"),
    priced("counted-up", 45.0, "USD"),
    Kind { name: "never-zero", expected: None },
    Kind { name: "never-real", expected: None },
    priced("static", 24.0, "USD"),
];

/// Milliseconds of an API's answer.
const ANSWERS: Range<u64> = 20..700;
/// Milliseconds between two steps of a script. What a bare timer does later than that cannot be foreseen.
const STEPS: Range<u64> = 10..110;

/// One page with its delays.
#[derive(Debug, Clone)]
pub struct Run {
    pub kind: Kind,
    /// On the fixture site.
    pub path: String,
}

/// What an answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Right,
    /// A price that is none, or another's.
    Wrong(String),
    /// No price where there is one, or no answer.
    Missing(String),
}

/// So many runs, the kinds in turn; the same seed gives the same delays.
#[must_use]
pub fn runs(seed: u64, count: usize) -> Vec<Run> {
    let mut random = fastrand::Rng::with_seed(seed);
    let run = |kind: &Kind| {
        let (a, b) = (random.u64(ANSWERS), random.u64(STEPS));
        Run { kind: *kind, path: format!("/readiness/{}.html?a={a}&b={b}", kind.name) }
    };
    KINDS.iter().cycle().take(count).map(run).collect()
}

impl Run {
    /// The service's answer to this page.
    #[must_use]
    pub fn judge(&self, status: u16, answer: &Value) -> Answer {
        let found = format!("{}: {status}, {} {}", self.path, answer["price"], answer["currency"]);
        match (self.kind.expected, answer["price"].as_f64()) {
            _ if status != 200 => Answer::Missing(format!("{found}: {}", answer["error_message"])),
            (None, None) if answer["quality"] == "partial" => Answer::Right,
            (Some(_), None) => Answer::Missing(found),
            (Some((price, currency)), Some(seen))
                if (price - seen).abs() < 0.005 && answer["currency"] == currency =>
            {
                Answer::Right
            }
            _ => Answer::Wrong(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_seeds_give_equal_delays_and_every_kind_has_its_turn() {
        let paths = |seed| runs(seed, 34).into_iter().map(|run| run.path).collect::<Vec<_>>();
        assert_eq!(paths(1), paths(1));
        assert_ne!(paths(1), paths(2));
        for kind in KINDS {
            assert_eq!(runs(1, 34).iter().filter(|run| run.kind.name == kind.name).count(), 2);
        }
    }

    #[test]
    fn a_wrong_price_is_not_right_and_a_missing_one_is_not_wrong() {
        let run = |kind| Run { kind, path: String::new() };
        let late = run(priced("late", 54.0, "USD"));
        let answer = |price: Value| json!({ "price": price, "currency": "USD", "quality": "partial" });
        assert_eq!(late.judge(200, &answer(json!(54.0))), Answer::Right);
        assert!(matches!(late.judge(200, &answer(json!(64.0))), Answer::Wrong(_)));
        assert!(matches!(late.judge(200, &json!({ "price": 54.0, "currency": "EUR" })), Answer::Wrong(_)));
        assert!(matches!(late.judge(200, &answer(Value::Null)), Answer::Missing(_)));
        assert!(matches!(late.judge(408, &Value::Null), Answer::Missing(_)));
        let never = run(Kind { name: "never", expected: None });
        assert_eq!(never.judge(200, &answer(Value::Null)), Answer::Right);
        assert!(matches!(never.judge(200, &answer(json!(0.0))), Answer::Wrong(_)));
    }
}
