//! Whether each field of one answer is right.

use std::collections::BTreeMap;

use playwright_ingestion::extract::{Availability, Condition, Product, Refusal};
use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::pages::{Computer, Label, NonProductLabel, ProductLabel};

/// The fields that make up "core".
pub const CORE: [&str; 5] = ["title", "price", "currency", "image", "condition"];

/// Field → right or wrong. `verdict` of a product page: it was not refused; of another page: it was.
pub type Judged = BTreeMap<&'static str, bool>;

pub fn judge(answer: &Result<Product, Refusal>, label: &Label) -> Judged {
    match label {
        Label::Product(label) => of_product(answer.as_ref().ok(), label),
        Label::NonProduct(label) => of_other(answer, label),
    }
}

/// Title, price and currency are all right: what `extraction_confidence` is the probability of.
pub fn is_right(judged: &Judged) -> bool {
    ["title", "price", "currency"].iter().all(|field| judged.get(field) != Some(&false))
}

pub fn is_core_right(judged: &Judged) -> bool {
    CORE.iter().all(|field| judged.get(field) != Some(&false))
}

fn of_other(answer: &Result<Product, Refusal>, label: &NonProductLabel) -> Judged {
    let mut judged = Judged::from([("verdict", answer.is_err())]);
    if let (Err(refusal), Some(wanted)) = (answer, &label.verdict) {
        let given = refusal.verdict.as_str();
        judged
            .insert("which_verdict", wanted == given || label.verdict_also.iter().any(|also| also == given));
    }
    judged
}

/// `None`: it was refused, and nothing of it is right.
fn of_product(product: Option<&Product>, label: &ProductLabel) -> Judged {
    let mut judged = Judged::from([("verdict", product.is_some())]);
    let mut say = |field: &'static str, holds: &dyn Fn(&Product) -> bool| {
        if !label.skip.iter().any(|skipped| skipped == field || (skipped == "images" && field == "image")) {
            judged.insert(field, product.is_some_and(holds));
        }
    };
    say("title", &|given| label.title.iter().any(|wanted| f1(&given.title, wanted) >= 0.8));
    let is_paired = |given: &Product| {
        label.price_alt.iter().any(|(amount, currency)| {
            given.price.is_some_and(|price| same(price, *amount)) && given.currency.as_ref() == Some(currency)
        })
    };
    say("price", &|given| {
        is_paired(given) || label.price.iter().any(|wanted| same_or_none(given.price, *wanted))
    });
    say("currency", &|given| {
        is_paired(given) || label.currency.iter().any(|wanted| given.currency.as_ref() == Some(wanted))
    });
    say("image", &|given| {
        given.images.first().is_some_and(|image| label.image_keys.iter().any(|key| contains(image, key)))
    });
    say("condition", &|given| {
        let condition = given.condition.map(Condition::as_str);
        condition == label.condition.as_deref() || (!label.condition_stated && condition.is_none())
    });
    if !label.brand.is_empty() {
        say("brand", &|given| {
            let given = squeezed(given.manufacturer.as_deref().unwrap_or_default());
            label.brand.iter().any(|brand| is_brand(&given, &squeezed(brand)))
        });
    }
    if label.availability.is_some() {
        say("availability", &|given| {
            let given = given.availability.map(Availability::as_str);
            given == label.availability.as_deref() || (given.is_none() && !label.availability_stated)
        });
    }
    if let Some(wanted) = label.list_price {
        say("list_price", &|given| same_or_none(given.list_price, wanted));
    }
    match &label.pc {
        None => {}
        Some(None) => {
            let keys = ["cpu", "gpu", "ram_gb", "storage", "storage_gb"];
            say("no_computer", &|given| !keys.iter().any(|key| given.specs.contains_key(*key)));
        }
        Some(Some(computer)) => of_computer(computer, &mut say),
    }
    if !label.specs_expect.is_empty() {
        say("specs", &|given| {
            let is_there = |(key, value): &(String, String)| {
                given
                    .specs
                    .iter()
                    .any(|(name, text)| contains(name, key) && contains(&text.to_string(), value))
            };
            label.specs_expect.iter().all(is_there)
        });
    }
    judged
}

fn of_computer(wanted: &Computer, say: &mut impl FnMut(&'static str, &dyn Fn(&Product) -> bool)) {
    let text = |given: &Product, key: &str| {
        let value = given.specs.get(key).and_then(Value::as_str).unwrap_or_default();
        folded(value).replace([' ', '-'], "")
    };
    let number = |given: &Product, key: &str| given.specs.get(key).and_then(Value::as_f64);
    let found = |text: &str, pattern: &String| Regex::new(pattern).is_ok_and(|regex| regex.is_match(text));
    if !wanted.cpu.is_empty() {
        say("cpu", &|given| wanted.cpu.iter().all(|pattern| found(&text(given, "cpu"), pattern)));
    }
    if let Some(patterns) = &wanted.gpu {
        say("gpu", &|given| {
            let gpu = text(given, "gpu");
            patterns.iter().any(|pattern| found(&gpu, &pattern.replace([' ', '-'], "")))
        });
    }
    say("ram_gb", &|given| same_or_none(number(given, "ram_gb"), wanted.ram_gb));
    if !wanted.storage_gb.is_empty() {
        say("storage_gb", &|given| {
            let given = number(given, "storage_gb");
            wanted.storage_gb.iter().any(|wanted| same_or_none(given, *wanted))
        });
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.005
}

fn same_or_none(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn folded(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn squeezed(text: &str) -> String {
    folded(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn contains(text: &str, part: &str) -> bool {
    folded(text).contains(&folded(part))
}

fn is_brand(given: &str, wanted: &str) -> bool {
    let long = given.chars().count() > 2 && wanted.chars().count() > 2;
    !given.is_empty() && (given == wanted || (long && (given.contains(wanted) || wanted.contains(given))))
}

/// Words; of scripts that write none, letters.
fn tokens(text: &str) -> BTreeMap<String, usize> {
    let is_wordless = |letter: char| matches!(letter, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    let mut counts = BTreeMap::new();
    let mut word = String::new();
    for letter in folded(text).chars().chain([' ']) {
        if letter.is_alphanumeric() && !is_wordless(letter) {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            *counts.entry(std::mem::take(&mut word)).or_insert(0) += 1;
        }
        if is_wordless(letter) {
            *counts.entry(letter.to_string()).or_insert(0) += 1;
        }
    }
    counts
}

/// The harmonic mean of precision and recall over tokens.
fn f1(given: &str, wanted: &str) -> f64 {
    let (given, wanted) = (tokens(given), tokens(wanted));
    let all = given.values().sum::<usize>() + wanted.values().sum::<usize>();
    let common: usize =
        given.iter().map(|(token, count)| wanted.get(token).map_or(0, |other| *count.min(other))).sum();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_by_words() {
        assert!(f1("Beelink SER5 Mini PC", "beelink ser5  mini-pc") >= 0.99);
        assert!(f1("Shop", "Beelink SER5 Mini PC") < 0.1);
        assert!(f1("ミニPC 32GB", "ミニ PC 32GB") > 0.99);
        assert!(f1("", "") < 0.1);
    }

    #[test]
    fn a_refused_product_is_wrong_in_every_field() {
        let label =
            ProductLabel { title: vec!["a".to_owned()], price: vec![None], ..ProductLabel::default() };
        let refused = Err(Refusal {
            verdict: playwright_ingestion::extract::Verdict::Listing,
            evidence: String::new(),
        });
        let judged = judge(&refused, &Label::Product(Box::new(label)));
        assert!(judged.len() > 3 && judged.values().all(|right| !right), "{judged:?}");
    }

    #[test]
    fn a_brand_may_be_part_of_another() {
        assert!(
            is_brand("hp", "hp")
                && is_brand("lenovogroup", "lenovo")
                && !is_brand("hp", "hpe")
                && !is_brand("", "x")
        );
    }
}
