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
        _ => found.push_text(field, text, source, name, trust),
    }
}
