//! The rules of the page's shop, applied.

use serde_json::Value as Json;

use super::super::candidate::{Candidates, Value};
use super::super::dom::{NodeId, Tag};
use super::super::money;
use super::super::product::{Field, Source};
use super::super::select::Ids;
use super::super::shops::Rule;
use super::super::view::View;
use super::super::wording;
use super::visible::image_address;

/// Elements that one rule may give.
const MOST: usize = 30;

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    let Some(shop) = view.shop else { return };
    let ids = Ids::of(view.dom);
    for rule in &shop.rules {
        let excluded =
            rule.not_within.as_ref().map(|selector| selector.select(view.dom, &ids)).unwrap_or_default();
        let within = |node: &NodeId| excluded.iter().any(|outer| view.dom.contains(*outer, *node));
        let matches = rule.select.select(view.dom, &ids).into_iter().filter(|node| !within(node)).take(MOST);
        let mut trust = rule.trust;
        for node in matches {
            if apply(view, rule, node, trust, found) && rule.field != Field::Image {
                // the first match is the rule's answer; others are what it might also have meant
                trust *= 0.5;
            }
        }
    }
}

/// Whether the element gave a candidate.
fn apply(view: &View<'_>, rule: &Rule, node: NodeId, trust: f64, found: &mut Candidates) -> bool {
    let place = view.dom.describe(node);
    if let Some(condition) = rule.condition {
        found.push(rule.field, Value::Condition(condition), Source::Shop, &place, trust);
        return true;
    }
    if let Some(availability) = rule.availability {
        found.push(rule.field, Value::Availability(availability), Source::Shop, &place, trust);
        return true;
    }
    let Some(text) = value(view, rule, node) else { return false };
    let value = match rule.field {
        Field::Price | Field::ListPrice => {
            money::read(&text).map(|found| Value::Money { amount: found.amount, sign: found.sign })
        }
        Field::Availability => wording::availability_of_words(&text).map(Value::Availability),
        Field::Condition => wording::condition_of_words(&text).map(Value::Condition),
        Field::Image => larger(view, rule, node).or_else(|| image(view, &text)).map(Value::Text),
        _ => Some(Value::Text(text)),
    };
    let Some(value) = value else { return false };
    match value {
        Value::Text(text) => found.push_text(rule.field, &text, Source::Shop, &place, trust),
        value => found.push(rule.field, value, Source::Shop, &place, trust),
    }
    true
}

fn value(view: &View<'_>, rule: &Rule, node: NodeId) -> Option<String> {
    const LONGEST: usize = 4_000;
    let attribute = rule.attr.iter().find_map(|name| view.dom.filled_attr(node, name));
    let text = match attribute {
        Some(value) => value.to_owned(),
        None if rule.field == Field::Image => return None,
        None => view.dom.text(node, LONGEST),
    };
    let stripped = rule.strip.iter().fold(text.trim(), |text, word| {
        text.trim_start_matches(word.as_str()).trim_end_matches(word.as_str()).trim()
    });
    (!stripped.is_empty()).then(|| stripped.to_owned())
}

/// Where the rule names the picture as it is shown, a larger version that the element offers.
fn larger(view: &View<'_>, rule: &Rule, node: NodeId) -> Option<String> {
    let named = rule.attr.iter().find(|name| view.dom.filled_attr(node, name).is_some())?;
    let is_shown = matches!(named.as_str(), "src" | "data-src") && view.dom.tag(node) == Tag::Img;
    if is_shown { image_address(view, node).map(String::from) } else { None }
}

/// An address, or the largest of a JSON object from addresses to sizes (`data-a-dynamic-image`).
fn image(view: &View<'_>, text: &str) -> Option<String> {
    let address = if text.starts_with('{') {
        let sizes: serde_json::Map<String, Json> = serde_json::from_str(text).ok()?;
        let area = |size: &Json| {
            size.as_array()
                .map_or(0, |wh| wh.iter().filter_map(Json::as_u64).take(2).fold(1, u64::saturating_mul))
        };
        sizes.iter().max_by_key(|(_, size)| area(size)).map(|(address, _)| address.clone())?
    } else {
        text.to_owned()
    };
    view.absolute(&address).map(String::from)
}
