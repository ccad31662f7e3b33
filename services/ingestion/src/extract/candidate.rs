//! What the sources hand to the decision: values with where they were found and how far they are believed.

use super::money::{Currency, Locale, Sign};
use super::product::{Availability, Condition, Field, FoundValue, Source};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Money { amount: f64, sign: Option<Sign> },
    Condition(Condition),
    Availability(Availability),
}

impl Value {
    /// For people: in `extraction_metadata` and explanations.
    fn describe(&self, locale: Locale) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Money { amount, sign } => {
                let currency = sign.map(|sign| locale.resolve(sign));
                format!("{amount} {}", currency.map_or("", Currency::code)).trim_end().to_owned()
            }
            Value::Condition(condition) => condition.as_str().to_owned(),
            Value::Availability(availability) => availability.as_str().to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) field: Field,
    pub(super) value: Value,
    pub(super) source: Source,
    pub(super) place: String,
    /// 0…1: how often this source in this place is right when it stands alone.
    pub(super) trust: f64,
}

impl Candidate {
    /// The same amount, whatever the currency.
    pub(super) fn is_amount_of(&self, other: &Candidate) -> bool {
        let (Value::Money { amount: own, .. }, Value::Money { amount, .. }) = (&self.value, &other.value)
        else {
            return false;
        };
        (own - amount).abs() < 0.005
    }

    pub(super) fn report(&self, locale: Locale) -> FoundValue {
        /// A description would bury the rest.
        const LONGEST: usize = 200;
        let mut value = self.value.describe(locale);
        value.truncate(value.floor_char_boundary(LONGEST));
        let trust = (self.trust * 100.0).round() / 100.0;
        FoundValue { field: self.field, value, source: self.source, place: self.place.clone(), trust }
    }
}

/// The candidates of one page in the order in which they were found, with a bound.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    all: Vec<Candidate>,
    /// Amounts that the page shows as something else than the price.
    explained: Vec<f64>,
}

/// Candidates that one source may give for one field. What a page repeats more often is no single product.
const MOST: usize = 40;
/// Characters of a title, name or number. Titles of 500 characters exist.
const LONGEST_TEXT: usize = 2_000;

impl Candidates {
    pub(super) fn push(&mut self, field: Field, value: Value, source: Source, place: &str, trust: f64) {
        let alike = self.all.iter().filter(|c| c.field == field && c.source == source).count();
        if alike < MOST {
            self.all.push(Candidate { field, value, source, place: place.to_owned(), trust });
        }
    }

    /// Text is folded; blank text is no candidate.
    pub(super) fn push_text(&mut self, field: Field, text: &str, source: Source, place: &str, trust: f64) {
        let text = text.get(..text.floor_char_boundary(LONGEST_TEXT * 4)).unwrap_or_default();
        let mut text = super::dom::folded(text);
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        if !text.is_empty() {
            self.push(field, Value::Text(text), source, place, trust);
        }
    }

    pub(super) fn forget(&mut self, sources: &[Source]) {
        self.all.retain(|candidate| !sources.contains(&candidate.source));
    }

    /// Notes that the page shows the amount as a former price, one without tax or another variant's, beside
    /// the price: markup that gives it is out of date or means something else.
    pub(super) fn explain(&mut self, amount: f64) {
        if self.explained.len() < MOST {
            self.explained.push(amount);
        }
    }

    pub(super) fn is_explained(&self, amount: f64) -> bool {
        self.explained.iter().any(|explained| (explained - amount).abs() < 0.005)
    }

    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = &Candidate> {
        self.all.iter().filter(move |candidate| candidate.field == field)
    }

    pub(super) fn all(&self) -> &[Candidate] {
        &self.all
    }

    pub(super) fn has(&self, field: Field, source: Source) -> bool {
        self.of(field).any(|candidate| candidate.source == source)
    }
}
