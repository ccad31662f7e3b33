//! The visible amount that most looks like the price: near the headline and the buy button, called a price,
//! not struck out, not a rate, a saving or a fee.

mod meaning;
mod pairs;
mod reading;

use super::super::super::candidate::{Candidates, Value};
use super::super::super::dom::{Dom, NodeId, Tag};
use super::super::super::product::{Field, Source};
use super::super::super::regions::Region;
use super::super::super::words;
use super::Scene;
use super::print::Print;
use meaning::{Choice, Kind};
use reading::Seen;

/// Amounts that are handed in.
const HANDED_IN: usize = 8;
const FORMER_HANDED_IN: usize = 4;
/// A weight from which an amount explains others: it stands in the buy box.
const FIRM: f64 = 0.55;
/// What an amount loses that stands in one of several tiles alike.
const IN_TILE: f64 = 0.35;
/// What a range loses beside the price of the variant that is chosen.
const YIELDING: f64 = 0.4;
/// Trust in an amount that is called a fee, a rate or a saving.
const OTHERS_TRUST: f64 = 0.3;

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let mut seen = reading::amounts(scene);
    seen.retain(|seen| !scene.view.regions.of_node(seen.node).has(Region::STAND_IN));
    let mut kinds: Vec<Kind> = seen.iter().map(|seen| meaning::kind(scene, seen)).collect();
    pairs::mark_former(scene, &seen, &mut kinds);
    pairs::mark_ranges(scene, &seen, &mut kinds);
    let tiles = pairs::in_tiles(scene, &seen);
    let mut weights: Vec<f64> =
        seen.iter().zip(&kinds).map(|(seen, kind)| weigh(scene, seen, *kind)).collect();
    for (weight, _) in weights.iter_mut().zip(&tiles).filter(|(_, in_tile)| **in_tile) {
        *weight -= IN_TILE;
    }
    let print = Print::of(scene, seen.iter().map(|seen| seen.node));
    for (weight, seen) in weights.iter_mut().zip(&seen) {
        *weight += print.prominence(scene, seen.node);
    }
    settle(&seen, &weights, &mut kinds);
    // a range or a least price gives way to one in the buy box that lies within reach of it
    let has_chosen = |weights: &[f64], range: usize| {
        let reach = seen[range].found.amount..=seen[range].found.amount * 4.0;
        (0..seen.len()).any(|at| {
            kinds[at] == Kind::Paid
                && weights[at] >= FIRM
                && seen[at].alone
                && reach.contains(&seen[at].found.amount)
        })
    };
    let yielding: Vec<usize> =
        (0..seen.len()).filter(|at| kinds[*at] == Kind::Range && has_chosen(&weights, *at)).collect();
    for at in &yielding {
        weights[*at] -= YIELDING;
    }
    let mut ranked: Vec<usize> = (0..seen.len()).collect();
    ranked.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let is_paid = |amount: f64| {
        let same = |at: &usize| (seen[*at].found.amount - amount).abs() < 0.005;
        (0..seen.len()).filter(same).any(|at| kinds[at] == Kind::Paid && weights[at] >= FIRM)
    };
    let has_firm = weights.iter().zip(&kinds).any(|(weight, kind)| *kind == Kind::Paid && *weight >= FIRM);
    let mut hand_in = |field, at: usize, trust: f64| {
        let Seen { node, found: money, .. } = &seen[at];
        let value = Value::Money { amount: money.amount, sign: money.sign };
        found.push(field, value, Source::Visible, &scene.view.dom.describe(*node), trust);
    };
    let payable = ranked
        .iter()
        .filter(|at| matches!(kinds[**at], Kind::Paid | Kind::Other | Kind::NotChosen | Kind::Range));
    for at in payable.filter(|at| weights[**at] > 0.1).take(HANDED_IN) {
        let most = if has_firm && kinds[*at] == Kind::Other { OTHERS_TRUST } else { 1.0 };
        hand_in(Field::Price, *at, trust_of(weights[*at]).min(most));
    }
    let former = ranked.iter().filter(|at| matches!(kinds[**at], Kind::Former | Kind::CalledFormer));
    for at in former.filter(|at| weights[**at] > 0.3).take(FORMER_HANDED_IN) {
        hand_in(Field::ListPrice, *at, trust_of(weights[*at]) * 0.8);
    }
    if has_firm {
        for at in 0..seen.len() {
            let amount = seen[at].found.amount;
            let is_meant = match kinds[at] {
                Kind::Paid | Kind::Other => false,
                Kind::Range => yielding.contains(&at),
                _ => true,
            };
            if weights[at] > 0.1 && is_meant && !is_paid(amount) {
                found.explain(amount);
            }
        }
    }
}

/// A "regular price" or one without tax is the price after all where no other stands beside it.
fn settle(seen: &[Seen], weights: &[f64], kinds: &mut [Kind]) {
    for unsettled in [Kind::WithoutTax, Kind::CalledFormer] {
        let is_paid = |at: &usize| kinds[*at] == Kind::Paid && weights[*at] >= FIRM - 0.1;
        let paid: Vec<f64> = (0..seen.len()).filter(is_paid).map(|at| seen[at].found.amount).collect();
        for (seen, kind) in seen.iter().zip(kinds.iter_mut()).filter(|(_, kind)| **kind == unsettled) {
            let is_untaxed = unsettled == Kind::WithoutTax;
            if paid.is_empty() || (is_untaxed && !paid.iter().any(|paid| *paid > seen.found.amount)) {
                *kind = Kind::Paid;
            }
        }
    }
}

/// How much the amount looks like the price, without an upper bound so that two in the buy box differ.
fn weigh(scene: &Scene<'_, '_>, seen: &Seen, kind: Kind) -> f64 {
    let (dom, region) = (scene.view.dom, scene.view.regions.of_node(seen.node));
    let place = place(scene, seen.offset);
    let named = region.has(Region::PRICE)
        || dom.attr(seen.node, "itemprop").is_some_and(|prop| prop.contains("rice"));
    let choice = meaning::choice(dom, seen.node);
    let reasons = [
        (named, 0.17),
        (seen.alone, 0.08),
        // by the headline and the button: the buy box
        (seen.alone && place > 0.24, 0.12),
        (words::PRICE_LABEL.occur_in(meaning::last_words(&seen.label)), 0.14),
        (is_large(dom, seen.node), 0.05),
        (is_tier(dom, seen.node), -0.15),
        (seen.found.sign.is_none() && !seen.found.round, -0.12),
        (dom.is_text(seen.node), -0.2),
        (kind == Kind::Other, -0.35),
        (region.has(Region::SLIDES), -0.25),
        (choice == Choice::Doubtful, -0.2),
        (choice == Choice::NotTaken, -0.4),
    ];
    let sum: f64 = reasons.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum();
    0.28 + place + sum
}

/// Set in large or bold type, as far as tags and the usual class names tell.
fn is_large(dom: &Dom, node: NodeId) -> bool {
    const SIZES: [&str; 6] = ["text-xl", "text-2xl", "text-3xl", "text-4xl", "font-bold", "display-"];
    let class = dom.attr(node, "class").unwrap_or_default();
    dom.tag(node).is_heading()
        || matches!(dom.tag(node), Tag::Strong | Tag::B)
        || SIZES.iter().any(|size| class.contains(size))
}

/// One of the prices for larger quantities.
fn is_tier(dom: &Dom, node: NodeId) -> bool {
    const LEVELS: usize = 5;
    const NAMES: [&str; 6] = ["tier", "prices-grid", "block-prices", "staffel", "quantity-price", "bulk"];
    dom.ancestors(node).take(LEVELS).any(|up| {
        let class = dom.attr(up, "class").unwrap_or_default();
        NAMES.iter().any(|name| class.contains(name))
    })
}

/// Weights above 0.7 count less and less; no visible amount is certain.
fn trust_of(weight: f64) -> f64 {
    if weight <= 0.7 { weight.max(0.0) } else { (0.7 + (weight - 0.7) * 0.44).min(0.92) }
}

/// Nearness to the headline and to a buy button, 0…0.42.
fn place(scene: &Scene<'_, '_>, offset: usize) -> f64 {
    let distance = |other: usize| other.abs_diff(offset) as f64;
    let headline = scene.anchor_offset().map_or(0.0, |anchor| {
        if offset >= anchor {
            0.24 * (-distance(anchor) / 900.0).exp()
        } else {
            0.16 * (-distance(anchor) / 200.0).exp()
        }
    });
    let nearest = scene.buttons.iter().map(|button| distance(*button)).fold(f64::INFINITY, f64::min);
    headline + 0.18 * (-nearest / 500.0).exp()
}

#[cfg(test)]
mod tests;
