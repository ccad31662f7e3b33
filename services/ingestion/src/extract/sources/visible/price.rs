//! The visible amount that most looks like the price: near the headline and the buy button, called a price,
//! not struck out, not a rate, a saving or a fee.

use super::super::super::candidate::{Candidates, Value};
use super::super::super::dom::{Dom, NodeId, Tag};
use super::super::super::money::{self, Found};
use super::super::super::product::{Field, Source};
use super::super::super::regions::Region;
use super::super::super::words;
use super::Scene;
use super::print::Print;

/// Amounts that are weighed in one page.
const MOST: usize = 400;
/// Looks alone are never sure.
const MOST_TRUST: f64 = 0.92;
/// Amounts that are handed in.
const HANDED_IN: usize = 8;
/// Text of an element that is an amount and its label; what is longer is prose.
const LABELLED: usize = 48;
/// Nodes over which one amount is spread.
const MOST_NODES: usize = 100;
/// Bytes after an amount that tell what it is for.
const FOLLOWING: usize = 40;
/// Levels of elements over which one amount is spread.
const LEVELS: usize = 4;

/// An amount in its place.
struct Seen {
    node: NodeId,
    found: Found,
    offset: usize,
    /// The amount is (nearly) all of the element's text.
    alone: bool,
    /// The element's text before the amount, and what follows it.
    lead: String,
    rest: String,
}

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let seen = amounts(scene);
    let print = Print::of(scene, seen.iter().map(|amount| amount.node));
    let mut weighed: Vec<(f64, bool, &Seen)> = Vec::new();
    for amount in &seen {
        let (trust, old) = weigh(scene, amount);
        let trust = (trust + print.prominence(scene, amount.node)).clamp(0.0, MOST_TRUST);
        weighed.push((trust, old, amount));
    }
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (trust, _, amount) in weighed.iter().filter(|(trust, old, _)| *trust > 0.1 && !old).take(HANDED_IN) {
        let value = Value::Money { amount: amount.found.amount, sign: amount.found.sign };
        found.push(Field::Price, value, Source::Visible, &scene.view.dom.describe(amount.node), *trust);
    }
    for (trust, _, amount) in weighed.iter().filter(|(trust, old, _)| *trust > 0.3 && *old).take(2) {
        let value = Value::Money { amount: amount.found.amount, sign: amount.found.sign };
        found.push(
            Field::ListPrice,
            value,
            Source::Visible,
            &scene.view.dom.describe(amount.node),
            trust * 0.8,
        );
    }
}

/// All amounts outside the page's frame and its recommendations, in document order.
fn amounts(scene: &Scene<'_, '_>) -> Vec<Seen> {
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE);
    let mut seen: Vec<Seen> = Vec::new();
    let mut last: Option<NodeId> = None;
    for text in dom.all().filter(|node| dom.is_text(*node)) {
        if seen.len() >= MOST {
            break;
        }
        let is_covered = last.is_some_and(|container| dom.contains(container, text));
        if is_covered || regions.of_node(text).has(outside) || !has_digit(dom.characters(text)) {
            continue;
        }
        if let Some(amount) = amount_at(scene, text) {
            last = Some(amount.node);
            seen.push(amount);
        }
    }
    seen
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// The amount of which the text is a part: the smallest element around it that holds number and currency.
fn amount_at(scene: &Scene<'_, '_>, text: NodeId) -> Option<Seen> {
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let hidden = |node: NodeId| regions.is_hidden(node);
    let offset = scene.flow.offset(text);
    for node in dom.ancestors(text).take(LEVELS) {
        let line = price_text(dom, node, LABELLED, hidden);
        if line.len() >= LABELLED {
            break;
        }
        let found = money::find(&line);
        if let Some(first) = found.first() {
            let alone = found.len() == 1 && line.len() <= first.end - first.start + 12;
            return Some(seen_in(scene, node, offset, &line, *first, alone));
        }
    }
    let node = dom.parent(text)?;
    if regions.of_node(text).has(Region::PRICE) {
        let line = price_text(dom, node, LABELLED, hidden);
        let bare = money::read(&line).filter(|_| line.len() < 14 && line.contains(['.', ',']));
        if let Some(found) = bare {
            return Some(seen_in(scene, node, offset, &line, found, false));
        }
    }
    let own = dom.characters(text).trim_start();
    let found = money::find(own).into_iter().next()?;
    Some(seen_in(scene, text, offset, own, found, false))
}

fn seen_in(
    scene: &Scene<'_, '_>,
    node: NodeId,
    offset: usize,
    line: &str,
    found: Found,
    alone: bool,
) -> Seen {
    let lead = line.get(..found.start).unwrap_or_default().to_lowercase();
    let mut rest = line.get(found.end..).unwrap_or_default().to_lowercase();
    if rest.trim().is_empty() {
        let end = scene.view.dom.after(node).map_or(usize::MAX, |next| scene.flow.offset(next));
        rest = scene.flow.after(end, FOLLOWING).to_lowercase();
    }
    Seen { node, found, offset, alone, lead, rest }
}

/// Text of a price that is spread over elements: cents in small print after whole units get their point.
fn price_text(dom: &Dom, node: NodeId, limit: usize, hidden: impl Fn(NodeId) -> bool) -> String {
    let mut out = String::new();
    for inner in dom.descendants(node).take(MOST_NODES) {
        if out.len() >= limit {
            break;
        }
        if !dom.is_text(inner) {
            if dom.tag(inner).is_block() && !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        if hidden(inner) {
            continue;
        }
        let text = super::super::super::dom::folded(dom.characters(inner));
        let is_cents = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        if is_cents && out.ends_with(|c: char| c.is_ascii_digit()) && is_small_print(dom, inner) {
            out.push('.');
        }
        if dom.characters(inner).starts_with(char::is_whitespace) && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push_str(&text);
        if dom.characters(inner).ends_with(char::is_whitespace) && !text.is_empty() {
            out.push(' ');
        }
    }
    out.trim().to_owned()
}

fn is_small_print(dom: &Dom, text: NodeId) -> bool {
    let Some(parent) = dom.parent(text) else { return false };
    let class = dom.attr(parent, "class").unwrap_or_default().to_ascii_lowercase();
    matches!(dom.tag(parent), Tag::Sup | Tag::Small)
        || ["cent", "frac", "decimal", "sup", "small", "penny", "pence"]
            .iter()
            .any(|word| class.contains(word))
}

/// How far the amount is believed to be the price, and whether it is one of the past.
fn weigh(scene: &Scene<'_, '_>, seen: &Seen) -> (f64, bool) {
    let (dom, region) = (scene.view.dom, scene.view.regions.of_node(seen.node));
    let before = if seen.lead.trim().is_empty() { scene.flow.label_before(seen.offset, 48) } else { "" };
    let label = format!("{} {}", before.to_lowercase(), seen.lead);
    let old = region.has(Region::OLD) || words::LIST_PRICE_LABEL.occur_in(label_of(&label));
    let place = place(scene, seen.offset);
    let named = region.has(Region::PRICE)
        || dom.attr(seen.node, "itemprop").is_some_and(|prop| prop.contains("rice"));
    let other =
        region.has(Region::TERMS) || words::OTHER_AMOUNT.occur_in(&label) || is_rate_or_saving(&seen.rest);
    let reasons = [
        (named, 0.17),
        (seen.alone, 0.08),
        // by the headline and the button: the buy box
        (seen.alone && place > 0.24, 0.12),
        (words::PRICE_LABEL.occur_in(label_of(&label)), 0.14),
        (seen.found.sign.is_none(), -0.15),
        (dom.is_text(seen.node), -0.2),
        (other, -0.35),
        (region.has(Region::SLIDES), -0.25),
        (is_choice(dom, seen.node), -0.2),
    ];
    let sum: f64 = reasons.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum();
    ((0.28 + place + sum).clamp(0.0, MOST_TRUST), old)
}

/// "/mo", "off", "shipping" right after the amount, unless shipping is free, included or added to it.
fn is_rate_or_saving(rest: &str) -> bool {
    const ADJACENT: usize = 12;
    words::OTHER_AMOUNT.find(rest).is_some_and(|hit| {
        let between = rest.get(..hit.start).unwrap_or_default();
        hit.start <= ADJACENT && !between.contains('+') && !words::INCLUDED.occur_in(between)
    })
}

/// The last few words before the amount.
fn label_of(line: &str) -> &str {
    const LABEL: usize = 24;
    line.get(line.ceil_char_boundary(line.len().saturating_sub(LABEL))..).unwrap_or_default()
}

/// Nearness to the headline and to a buy button, 0…0.42.
fn place(scene: &Scene<'_, '_>, offset: usize) -> f64 {
    let distance = |other: usize| other.abs_diff(offset) as f64;
    let headline = scene.anchor_offset().map_or(0.0, |anchor| {
        if offset >= anchor {
            0.24 * (-distance(anchor) / 900.0).exp()
        } else {
            0.1 * (-distance(anchor) / 300.0).exp()
        }
    });
    let nearest = scene.buttons.iter().map(|button| distance(*button)).fold(f64::INFINITY, f64::min);
    headline + 0.18 * (-nearest / 500.0).exp()
}

/// In a link to elsewhere or one of several options to choose from.
fn is_choice(dom: &Dom, node: NodeId) -> bool {
    std::iter::once(node).chain(dom.ancestors(node)).take(6).any(|up| match dom.tag(up) {
        Tag::Option | Tag::Select | Tag::Label => true,
        Tag::A => {
            dom.attr(up, "href").is_some_and(|href| !href.starts_with('#') && !href.starts_with("javascript"))
        }
        _ => false,
    })
}
