//! Where values come from. Each source looks at the whole page in its own way and hands in candidates; none
//! knows of the others, and none decides.

pub(super) mod jsonld;
pub(super) mod meta;
pub(super) mod microdata;
pub(super) mod shop;
pub(super) mod state;
pub(super) mod visible;

use super::candidate::{Candidates, Value};
use super::money;
use super::product::{Field, Source};
use super::view::View;
use super::wording;

pub(super) fn collect(view: &View<'_>) -> Candidates {
    let mut found = Candidates::default();
    shop::collect(view, &mut found);
    jsonld::collect(view, &mut found);
    microdata::collect(view, &mut found);
    meta::collect(view, &mut found);
    visible::collect(view, &mut found);
    if !view.is_authoritative(Field::Price) {
        state::collect(view, &mut found);
    }
    found
}

/// Where a piece of markup stands and how far it is believed.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    source: Source,
    name: &'a str,
    trust: f64,
}

/// A value of structured markup, whose notation depends on the field.
fn push_markup(found: &mut Candidates, field: Field, text: &str, currency: Option<&str>, place: Place<'_>) {
    let Place { source, name, trust } = place;
    match field {
        Field::Price | Field::ListPrice => {
            let Some(read) = money::read_machine(text) else { return };
            let sign = currency.and_then(money::Sign::parse).or(read.sign);
            found.push(field, Value::Money { amount: read.amount, sign }, source, name, trust);
        }
        Field::Availability => {
            if let Some(availability) = wording::availability_of_markup(text) {
                found.push(field, Value::Availability(availability), source, name, trust);
            }
        }
        Field::Condition => {
            if let Some(condition) = wording::condition_of_markup(text) {
                found.push(field, Value::Condition(condition), source, name, trust);
            }
        }
        Field::Gtin => push_gtin(found, text, source, name, trust),
        _ => found.push_text(field, text, source, name, trust),
    }
}

/// A number of 8, 12, 13 or 14 digits of which the last checks the others.
fn push_gtin(found: &mut Candidates, text: &str, source: Source, place: &str, trust: f64) {
    let digits: Vec<u32> =
        text.chars().filter(char::is_ascii_digit).take(20).filter_map(|c| c.to_digit(10)).collect();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '\''));
    let weights = digits.iter().rev().zip([1, 3].into_iter().cycle());
    let sum: u32 = weights.map(|(digit, weight)| digit * weight).sum();
    if is_number && matches!(digits.len(), 8 | 12 | 13 | 14) && sum > 0 && sum.is_multiple_of(10) {
        let number: String = text.chars().filter(char::is_ascii_digit).collect();
        found.push_text(Field::Gtin, &number, source, place, trust);
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidate::{Candidates, Value};
    use super::super::product::{Field, Source};

    #[test]
    fn only_numbers_that_check_are_shared_numbers() {
        let cases = [
            ("4006381333931", Some("4006381333931")),
            ("978-0-306-40615-7", Some("9780306406157")),
            ("036000291452", Some("036000291452")),
            ("4006381333932", None),
            ("0000000000000", None),
            ("X4006381333931", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let mut found = Candidates::default();
            super::push_gtin(&mut found, text, Source::JsonLd, "gtin", 0.9);
            let number = found.of(Field::Gtin).find_map(|candidate| match &candidate.value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            });
            assert_eq!(number, expected, "{text}");
        }
    }
}
