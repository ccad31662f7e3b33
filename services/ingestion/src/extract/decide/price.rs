//! The price, its currency and the price before a discount.
//!
//! Markup repeats itself: a page's JSON-LD, meta elements and microdata come from one record and are wrong
//! together. So where none of them is seen on the page and one visible amount is plainly the price, they count
//! as one witness; and what the page shows as a former price, one without tax or another variant's is not
//! what is paid, whoever says so.

use super::super::candidate::{Candidates, Value};
use super::super::money::{Locale, Sign};
use super::super::product::{Availability, Field, Source};
use super::super::rank;
use super::{Contest, Decisions, Group, evidence, groups};

/// A visible amount of this trust stands in the buy box.
const PLAIN: f64 = 0.72;
/// What is left of the belief in an amount that the page explains as something else.
const EXPLAINED: f64 = 0.3;
/// What is left of the belief in markup where the page plainly shows another price.
const UNSEEN: f64 = 0.85;

impl Decisions {
    /// The currency is the price's. Out of stock there is no price: what is shown then is another seller's,
    /// an old one or an advert's.
    pub(super) fn decide_price(&mut self, found: &Candidates, locale: Locale) {
        let mut groups = groups(found, Field::Price, same_money);
        weigh_against_what_is_shown(&mut groups, found);
        let Some(winner) = groups.first() else {
            self.currency = locale.usual();
            return;
        };
        let signs: Vec<Sign> = winner.members.iter().filter_map(|member| sign_of(&member.value)).collect();
        let certain = signs.iter().find_map(|sign| sign.single());
        // what the markup declares is the currency of its own amounts, which these are not
        let markup = [Source::JsonLd, Source::Microdata, Source::Meta, Source::State];
        let is_of_markup = |group: &&Group<'_>| group.members.iter().any(|m| markup.contains(&m.source));
        let is_foreign = groups.iter().any(|group| is_of_markup(&group)) && !is_of_markup(&winner);
        let bare = if is_foreign { locale.local().or(locale.usual()) } else { locale.usual() };
        // else that of the other amounts on the page, rates and fees though they are
        let elsewhere = || found.of(Field::Price).find_map(|candidate| sign_of(&candidate.value));
        let sign = signs.first().copied().or_else(|| elsewhere().filter(|_| bare.is_none()));
        self.currency = certain.or_else(|| sign.map(|sign| locale.resolve(sign))).or(bare);
        self.currency_certain = certain.is_some();
        // a number in no known currency is no price
        if self.availability == Some(Availability::OutOfStock) || self.currency.is_none() {
            return;
        }
        if let Value::Money { amount, .. } = winner.members[0].value {
            self.price = Some(amount);
            self.evidence.insert(Field::Price, evidence(&groups, locale));
            self.contest = contest(&groups);
            self.list_price = list_price(found, amount);
        }
    }
}

fn sign_of(value: &Value) -> Option<Sign> {
    if let Value::Money { sign, .. } = value { *sign } else { None }
}

/// Trust in the best place where a reader sees the amount.
fn shown(group: &Group<'_>) -> f64 {
    trust_by(group, &[Source::Visible, Source::Shop])
}

fn trust_by(group: &Group<'_>, sources: &[Source]) -> f64 {
    let members = group.members.iter().filter(|member| sources.contains(&member.source));
    members.map(|member| member.trust).fold(0.0, f64::max)
}

/// What stands against the first group.
fn contest(groups: &[Group<'_>]) -> Contest {
    /// A place fit for a price.
    const FIT: f64 = 0.6;
    const MARKUP: [Source; 2] = [Source::JsonLd, Source::Microdata];
    let Some((winner, others)) = groups.split_first() else { return Contest::default() };
    let best_other = others.iter().map(shown).fold(0.0, f64::max);
    let best_by = |trust: &dyn Fn(&Group<'_>) -> f64| {
        let ranked = groups.iter().enumerate().map(|(at, group)| (trust(group), at));
        rank::best(ranked.filter(|(trust, _)| *trust >= FIT)).map(|(_, at)| at)
    };
    let (marked, seen) = (best_by(&|group| trust_by(group, &MARKUP)), best_by(&shown));
    Contest {
        margin: shown(winner) - best_other,
        rivals: others.iter().filter(|group| shown(group) >= FIT).count(),
        disputed: matches!((marked, seen), (Some(marked), Some(seen)) if marked != seen),
    }
}

fn weigh_against_what_is_shown(groups: &mut [Group<'_>], found: &Candidates) {
    let plain = groups.iter().map(shown).fold(0.0, f64::max) >= PLAIN;
    for group in groups.iter_mut() {
        let Value::Money { amount, .. } = group.members[0].value else { continue };
        if found.is_explained(amount) && shown(group) < PLAIN {
            group.belief *= EXPLAINED;
        } else if plain && shown(group) < 0.1 {
            let best = group.members.iter().map(|member| member.trust).fold(0.0, f64::max);
            group.belief = best * UNSEEN;
        }
    }
    groups.sort_by(|a, b| b.belief.total_cmp(&a.belief));
}

/// The same amount, in currencies that may be the same.
fn same_money(a: &Value, b: &Value) -> bool {
    let (Value::Money { amount: a, sign: sign_a }, Value::Money { amount: b, sign: sign_b }) = (a, b) else {
        return false;
    };
    let signs = match (sign_a, sign_b) {
        (Some(Sign::Of(a)), Some(b)) | (Some(b), Some(Sign::Of(a))) => b.may_be(*a),
        _ => true,
    };
    (a - b).abs() < 0.005 && signs
}

/// The most trusted amount above the price, within reason.
fn list_price(found: &Candidates, price: f64) -> Option<f64> {
    const MOST_OFF: f64 = 10.0;
    let listed = found.of(Field::ListPrice).filter_map(|candidate| match candidate.value {
        Value::Money { amount, .. } if amount > price + 0.005 && amount < price * MOST_OFF => {
            Some((candidate.trust, amount))
        }
        _ => None,
    });
    rank::best(listed).map(|(_, amount)| amount)
}
