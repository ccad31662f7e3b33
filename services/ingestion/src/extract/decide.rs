//! One value a field: by agreement of independent sources, trust and position. The losers are kept.
//!
//! Candidates that mean the same form a group. A group is believed 1 − ∏(1 − t) over its sources, t being the
//! highest trust that each source has in it: independent witnesses, each wrong with probability 1 − t. Of
//! equals the one found first wins.

mod image;
mod price;
mod title;

use std::collections::BTreeMap;

use super::candidate::{Candidate, Candidates, Value};
use super::money::{Currency, Locale};
use super::product::{Availability, Condition, Evidence, Field, FoundValue, Source};
use super::rank;

pub(super) use image::images;

/// All decisions about one page.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    pub(super) title: Option<String>,
    pub(super) price: Option<f64>,
    pub(super) currency: Option<Currency>,
    /// The currency was written or named, not guessed from the country.
    pub(super) currency_certain: bool,
    pub(super) list_price: Option<f64>,
    pub(super) availability: Option<Availability>,
    pub(super) condition: Option<Condition>,
    pub(super) texts: BTreeMap<Field, String>,
    pub(super) images: Vec<String>,
    pub(super) evidence: BTreeMap<Field, Evidence>,
    /// What stood against the price.
    pub(super) contest: Contest,
}

/// How the price that was chosen stands among the other amounts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Contest {
    /// Trust in the best visible place of the price less that in the best of another amount.
    pub(super) margin: f64,
    /// Other amounts that are seen in places fit for a price.
    pub(super) rivals: usize,
    /// The most trusted markup and the most trusted visible place name different amounts.
    pub(super) disputed: bool,
}

/// Candidates that mean the same.
struct Group<'a> {
    members: Vec<&'a Candidate>,
    belief: f64,
}

const ALTERNATIVES: usize = 5;

pub(super) fn decide(found: &Candidates, locale: Locale) -> Decisions {
    let mut decisions = Decisions::default();
    decisions.decide_title(found, locale);
    decisions.decide_states(found, locale);
    decisions.decide_price(found, locale);
    for field in [
        Field::Description,
        Field::Seller,
        Field::VendorItemId,
        Field::Manufacturer,
        Field::ModelNumber,
        Field::Sku,
        Field::Gtin,
    ] {
        if let Some(Value::Text(text)) = decisions.take(found, field, locale, same_text) {
            decisions.texts.insert(field, text);
        }
    }
    let (images, evidence) = images(found, locale);
    decisions.images = images;
    decisions.evidence.extend(evidence.map(|evidence| (Field::Image, evidence)));
    decisions
}

impl Decisions {
    fn decide_title(&mut self, found: &Candidates, locale: Locale) {
        if let Some((title, evidence)) = title::title(found, locale) {
            self.title = Some(title);
            self.evidence.insert(Field::Title, evidence);
        }
    }

    fn decide_states(&mut self, found: &Candidates, locale: Locale) {
        if let Some(Value::Availability(availability)) = self.take_state(found, Field::Availability, locale) {
            self.availability = Some(availability);
        }
        if let Some(Value::Condition(condition)) = self.take_state(found, Field::Condition, locale) {
            self.condition = Some(condition);
        }
    }

    /// Markup repeats what a template says: where a reader sees the state for certain, markup that agrees with
    /// itself in three notations is still wrong.
    fn take_state(&mut self, found: &Candidates, field: Field, locale: Locale) -> Option<Value> {
        const CERTAIN: f64 = 0.85;
        let mut groups = groups(found, field, PartialEq::eq);
        let seen = |group: &Group<'_>| {
            let shown = |member: &&Candidate| matches!(member.source, Source::Visible | Source::Shop);
            group.members.iter().copied().filter(shown).map(|member| member.trust).fold(0.0, f64::max)
        };
        let certain = groups.iter().enumerate().map(|(at, group)| (seen(group), at));
        if let Some((trust, at)) = rank::best(certain)
            && trust >= CERTAIN
        {
            let mut winner = groups.remove(at);
            winner.belief = winner.belief.max(trust);
            groups.insert(0, winner);
        }
        let value = groups.first()?.members.first()?.value.clone();
        self.evidence.insert(field, evidence(&groups, locale));
        Some(value)
    }

    /// Decides one field and notes why.
    fn take(
        &mut self,
        found: &Candidates,
        field: Field,
        locale: Locale,
        same: impl Fn(&Value, &Value) -> bool,
    ) -> Option<Value> {
        let groups = groups(found, field, same);
        let value = groups.first()?.members.first()?.value.clone();
        self.evidence.insert(field, evidence(&groups, locale));
        Some(value)
    }
}

/// The groups of a field, the most believed first; in each the most trusted member first.
fn groups<'a>(found: &'a Candidates, field: Field, same: impl Fn(&Value, &Value) -> bool) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for candidate in found.of(field) {
        let alike = groups
            .iter_mut()
            .find(|group| group.members.iter().all(|member| same(&member.value, &candidate.value)));
        match alike {
            Some(group) => group.members.push(candidate),
            None => groups.push(Group { members: vec![candidate], belief: 0.0 }),
        }
    }
    for group in &mut groups {
        group.members.sort_by(|a, b| b.trust.total_cmp(&a.trust));
        group.belief = belief(&group.members);
    }
    groups.sort_by(|a, b| b.belief.total_cmp(&a.belief));
    groups
}

fn belief(members: &[&Candidate]) -> f64 {
    let best =
        |source: &Source| members.iter().filter(|m| m.source == *source).map(|m| m.trust).fold(0.0, f64::max);
    1.0 - Source::ALL.iter().map(|source| 1.0 - best(source)).product::<f64>()
}

/// How the first group won over the others.
fn evidence(groups: &[Group<'_>], locale: Locale) -> Evidence {
    let winner = &groups[0];
    let rival = groups.get(1).map_or(0.0, |group| group.belief);
    let mut agreeing: Vec<Source> = Vec::new();
    for member in &winner.members {
        if !agreeing.contains(&member.source) {
            agreeing.push(member.source);
        }
    }
    let losers: Vec<FoundValue> =
        groups[1..].iter().take(ALTERNATIVES).map(|group| group.members[0].report(locale)).collect();
    Evidence {
        source: winner.members[0].source,
        place: winner.members[0].place.clone(),
        confidence: rounded(winner.belief * (1.0 - 0.4 * rival)),
        agreeing,
        alternatives: losers,
    }
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn same_text(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => super::likeness::likeness(a, b) > 0.9,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
