//! Two amounts side by side, one of which the other replaced: nothing strikes the former out that a saved page
//! shows, yet a percentage, a saving or a name tells.

use std::collections::HashMap;

use super::super::super::super::dom::{Dom, NodeId, Tag};
use super::super::super::super::{money, words};
use super::super::Scene;
use super::meaning::{self, Choice, Kind, last_words};
use super::reading::Seen;

/// Bytes of text between the two.
const NEAR: usize = 160;
/// Amounts after one that are compared with it.
const NEIGHBOURS: usize = 4;
/// The former price is at most this many times the price.
const MOST_OFF: f64 = 6.0;

/// Names of elements that hold a former price only where another stands beside it: "regular price" is also
/// what some shops call the price.
const NAMES: &[&str] = &[
    "regular",
    "org",
    "orig",
    "original",
    "base",
    "full",
    "standard",
    "normal",
    "old",
    "previous",
    "secondary",
    "compare",
];

/// Marks the higher of two such amounts as former.
pub(super) fn mark_former(scene: &Scene<'_, '_>, seen: &[Seen], kinds: &mut [Kind]) {
    for at in 0..seen.len() {
        if kinds[at] != Kind::Paid {
            continue;
        }
        for other in (at + 1..seen.len()).take(NEIGHBOURS) {
            if seen[other].offset > seen[at].offset + NEAR {
                break;
            }
            if kinds[other] != Kind::Paid {
                continue;
            }
            let (lower, higher) =
                if seen[at].found.amount < seen[other].found.amount { (at, other) } else { (other, at) };
            // the price of one is not the former price of several
            let is_tier = |at: usize| super::is_tier(scene.view.dom, seen[at].node);
            if (!is_tier(lower) || is_tier(higher)) && is_former(scene, &seen[lower], &seen[higher]) {
                kinds[higher] = Kind::Former;
            }
        }
    }
}

fn is_former(scene: &Scene<'_, '_>, lower: &Seen, higher: &Seen) -> bool {
    let (price, former) = (lower.found.amount, higher.found.amount);
    if !lower.alone || !higher.alone || former <= price * 1.005 || former > price * MOST_OFF {
        return false;
    }
    let is_named = |node| is_named(scene.view.dom, node);
    if is_named(higher.node) && !is_named(lower.node) {
        return true;
    }
    let start = lower.offset.min(higher.offset);
    let end = lower.offset.max(higher.offset) + NEAR;
    let around = scene.flow.between(start.saturating_sub(NEAR / 2), end);
    let saved = 100.0 * (1.0 - price / former);
    percentages(around).any(|percentage| (percentage - saved).abs() < 1.01)
        || around.lines().flat_map(money::find).any(|found| (found.amount - (former - price)).abs() < 0.02)
}

fn is_named(dom: &Dom, node: NodeId) -> bool {
    const LEVELS: usize = 2;
    const LONGEST: usize = 200;
    let names = |node: NodeId| ["class", "id", "data-hook", "data-testid"].map(|key| dom.attr(node, key));
    let all = std::iter::once(node).chain(dom.ancestors(node)).take(LEVELS).flat_map(names).flatten();
    all.filter(|name| name.len() <= LONGEST)
        .any(|name| words_of(name).iter().any(|word| NAMES.contains(&word.as_str())))
}

/// `paragraphRegularPrice` and `formatted-secondary-price` in lowercase words.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let begins = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && was_lower);
        if begins {
            words.push(String::new());
        }
        was_lower = c.is_ascii_lowercase();
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
    }
    words
}

/// Marks both ends of "499 € – 899 €", and "from 499 €".
pub(super) fn mark_ranges(scene: &Scene<'_, '_>, seen: &[Seen], kinds: &mut [Kind]) {
    const DASHES: [&str; 14] =
        ["-", "–", "—", "~", "～", "bis", "to", "à", "a", "al", "até", "t/m", "до", "до:"];
    const NEAR: usize = 48;
    for (seen, kind) in seen.iter().zip(kinds.iter_mut()) {
        if *kind == Kind::Paid && is_from(scene.view.dom, seen) {
            *kind = Kind::Range;
        }
    }
    for at in 1..seen.len() {
        let (low, high) = (&seen[at - 1], &seen[at]);
        let is_range = DASHES.contains(&low.rest.trim())
            && low.found.amount < high.found.amount
            && high.offset <= low.offset + NEAR
            && [kinds[at - 1], kinds[at]].iter().all(|kind| matches!(kind, Kind::Paid | Kind::Range));
        if is_range {
            (kinds[at - 1], kinds[at]) = (Kind::Range, Kind::Range);
        }
    }
}

/// "from" right before the amount, in words or in the names that a shop system gives.
fn is_from(dom: &Dom, seen: &Seen) -> bool {
    let least = |up: NodeId| dom.attr(up, "data-price-type") == Some("minPrice");
    let label = last_words(&seen.label).trim_end_matches([' ', ':', '\n']);
    words::FROM.find(label).is_some_and(|hit| hit.end == label.len())
        || dom.ancestors(seen.node).take(2).any(least)
}

/// Which amounts stand in one of several tiles alike, each with its own amount and link: other products'. Where
/// each shows a picture of its own, two are enough. The one that is chosen of several is this product's.
pub(super) fn in_tiles(scene: &Scene<'_, '_>, seen: &[Seen]) -> Vec<bool> {
    const LEVELS: usize = 6;
    const ALIKE: usize = 3;
    let dom = scene.view.dom;
    let holds_headline = |node: NodeId| scene.anchor.is_some_and(|anchor| dom.contains(node, anchor));
    let steps = |seen: &Seen| -> Vec<NodeId> {
        let up = std::iter::once(seen.node).chain(dom.ancestors(seen.node)).take(LEVELS);
        up.take_while(|node| !holds_headline(*node)).collect()
    };
    let key = |node: NodeId| (dom.parent(node), dom.name(node), dom.attr(node, "class").unwrap_or_default());
    let mut tiles: HashMap<_, Vec<NodeId>> = HashMap::new();
    for node in seen.iter().flat_map(steps) {
        let alike = tiles.entry(key(node)).or_default();
        if alike.last() != Some(&node) {
            alike.push(node);
        }
    }
    let is_tile = |node: &NodeId| {
        let alike = tiles.get(&key(*node)).map(Vec::as_slice).unwrap_or_default();
        let are_pictured =
            || alike.len() > 1 && alike.iter().take(ALIKE).all(|node| holds(dom, *node, is_picture));
        (alike.len() >= ALIKE || are_pictured()) && holds(dom, *node, is_link)
    };
    let is_chosen = |seen: &Seen| meaning::choice(dom, seen.node) == Choice::Taken;
    seen.iter().map(|seen| !is_chosen(seen) && steps(seen).iter().any(is_tile)).collect()
}

fn holds(dom: &Dom, node: NodeId, what: fn(&Dom, NodeId) -> bool) -> bool {
    const MOST_NODES: usize = 40;
    std::iter::once(node).chain(dom.descendants(node)).take(MOST_NODES).any(|inner| what(dom, inner))
}

fn is_picture(dom: &Dom, node: NodeId) -> bool {
    dom.tag(node) == Tag::Img
}

/// To another page. A script follows a link without an address, too; then it has words.
fn is_link(dom: &Dom, node: NodeId) -> bool {
    const WORDS: usize = 8;
    let words = || dom.text(node, 40).chars().filter(|c| c.is_alphabetic()).count();
    dom.tag(node) == Tag::A && dom.attr(node, "href").map_or_else(|| words() >= WORDS, |href| href.len() > 1)
}

/// Whole percentages from 2 to 95.
fn percentages(text: &str) -> impl Iterator<Item = f64> + '_ {
    text.match_indices('%').take(8).filter_map(|(at, _)| {
        let head = text.get(..at)?.trim_end();
        let start = head.rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).map_or(0, |at| {
            at + head.get(at..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8)
        });
        let value: f64 = head.get(start..)?.replace(',', ".").parse().ok()?;
        (2.0..=95.0).contains(&value).then_some(value)
    })
}
