//! Two amounts side by side, one of which the other replaced: nothing strikes the former out that a saved page
//! shows, yet a percentage, a saving or a name tells.

use super::super::super::super::dom::{Dom, NodeId};
use super::super::super::super::money;
use super::super::Scene;
use super::meaning::Kind;
use super::reading::Seen;

/// Bytes of text between the two.
const NEAR: usize = 160;
/// Amounts after one that are compared with it.
const NEIGHBOURS: usize = 4;
/// The former price is at most this many times the price.
const MOST_OFF: f64 = 6.0;

/// Names of elements that hold a former price only where another stands beside it: "regular price" is also
/// what some shops call the price.
const NAMES: &[&str] = &["regular", "org", "orig", "original", "base", "full", "standard", "normal", "old", "previous"];

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
            if is_former(scene, &seen[lower], &seen[higher]) {
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
    std::iter::once(node).chain(dom.ancestors(node)).take(LEVELS).any(|up| {
        let class = dom.attr(up, "class").unwrap_or_default().to_ascii_lowercase();
        class.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| NAMES.contains(&word))
    })
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
