//! Whether the product can be ordered, as the lines and buttons near the headline tell it.
//!
//! One line alone may be another variant's or a hidden label's. What settles it is that the page agrees with
//! itself: sold out and no button that can be pressed, in stock and one that can.

use super::super::super::candidate::{Candidates, Value};
use super::super::super::dom::{NodeId, Tag};
use super::super::super::money;
use super::super::super::product::{Availability, Field, Source};
use super::super::super::words;
use super::{AFTER, BEFORE, Scene};

/// A line that tells a state says little else.
const LONGEST_LINE: usize = 80;
/// A sentence that says when and why an offer has ended.
const LONGEST_SENTENCE: usize = 240;
/// Bytes from the headline within which a state is hardly another product's.
const NEAR: usize = 2_200;
/// Trust from which on what is seen outweighs all markup.
const SETTLED: f64 = 0.93;

/// A sign of the state.
struct Sign {
    node: NodeId,
    offset: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Told(Availability),
    /// A sentence says that the offer is over.
    Ended,
    /// In a badge, which many themes keep in the page and show by style alone.
    Badge(Availability),
    /// Asks for an address to write to when it is back.
    Notify,
    /// A buy button that can, or cannot, be pressed.
    Live,
    Dead,
}

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let Some(anchor) = scene.anchor_offset() else { return };
    let signs = signs(scene);
    let first = |kind: Kind| signs.iter().find(|sign| sign.kind == kind);
    let told = |availability| first(Kind::Told(availability));
    let (live, dead, notify) = (first(Kind::Live), first(Kind::Dead), first(Kind::Notify));
    let closeness = |sign: &Sign| (-(sign.offset.abs_diff(anchor) as f64) / 2_500.0).exp();
    let is_near = |sign: &&Sign| sign.offset.abs_diff(anchor) < NEAR;
    let mut push = |sign: &Sign, availability, trust: f64| {
        let place = scene.view.dom.describe(element(scene, sign.node));
        found.push(Field::Availability, Value::Availability(availability), Source::Visible, &place, trust);
    };
    // nothing else is said so of what can be had, and what can be ordered beside it is another offer
    if let Some(sign) = first(Kind::Ended).filter(is_near) {
        push(sign, Availability::OutOfStock, SETTLED);
        return;
    }
    let gone = told(Availability::OutOfStock);
    let named = gone.is_some_and(|sign| is_named_gone(scene, sign.node));
    let agrees = notify.is_some() || dead.is_some() || live.is_none() || named;
    let settled = gone.filter(is_near).filter(|_| agrees);
    match (gone, settled) {
        (_, Some(sign)) => push(sign, Availability::OutOfStock, SETTLED),
        // one variant of several, as long as another can be ordered
        (Some(sign), None) => push(sign, Availability::OutOfStock, 0.4 * closeness(sign)),
        (None, None) => {}
    }
    if gone.is_none() && live.is_none() {
        if let Some(badge) = first(Kind::Badge(Availability::OutOfStock)).filter(is_near) {
            push(badge, Availability::OutOfStock, 0.88);
        } else if let Some(sign) = notify.filter(is_near) {
            push(sign, Availability::OutOfStock, 0.7);
        }
    }
    if let Some(sign) = told(Availability::Preorder).or_else(|| first(Kind::Badge(Availability::Preorder))) {
        let trust = if is_near(&sign) && gone.is_none() { 0.9 } else { 0.5 * closeness(sign) };
        push(sign, Availability::Preorder, trust);
    }
    let there = told(Availability::InStock).or_else(|| first(Kind::Badge(Availability::InStock)));
    match (there, live) {
        (Some(sign), Some(_)) if gone.is_none() && is_near(&sign) => push(sign, Availability::InStock, 0.88),
        (Some(sign), Some(_)) if settled.is_none() => push(sign, Availability::InStock, 0.7),
        (Some(sign), _) => push(sign, Availability::InStock, 0.6 * closeness(sign)),
        (None, Some(sign)) => push(sign, Availability::InStock, 0.55),
        (None, None) => {}
    }
}

/// What stands around the headline, in document order.
fn signs(scene: &Scene<'_, '_>) -> Vec<Sign> {
    let Some(anchor) = scene.anchor_offset() else { return Vec::new() };
    let mut signs: Vec<Sign> = Vec::new();
    let mut previous = "";
    for (node, offset) in scene.own_texts(BEFORE, AFTER) {
        let text = scene.view.dom.characters(node).trim();
        let introduced_by = if text.is_empty() { previous } else { std::mem::replace(&mut previous, text) };
        let in_headline = scene.anchor.is_some_and(|headline| scene.view.dom.contains(headline, node));
        if text.len() < 4 || text.len() > LONGEST_SENTENCE || in_headline {
            continue;
        }
        if words::ENDED.occur_in(&text.to_lowercase()) && !is_linked(scene, node) {
            signs.push(Sign { node, offset, kind: Kind::Ended });
            continue;
        }
        if text.len() > LONGEST_LINE {
            continue;
        }
        if is_way_to_get(introduced_by) || is_way_to_get(text) {
            continue;
        }
        if let Some(kind) = told_at(scene, node, text) {
            signs.push(Sign { node, offset, kind });
        }
    }
    for button in scene.own_buttons() {
        let offset = scene.flow.offset(button.node);
        if offset + BEFORE >= anchor && offset <= anchor + AFTER {
            let kind = if button.disabled { Kind::Dead } else { Kind::Live };
            signs.push(Sign { node: button.node, offset, kind });
        }
    }
    signs.sort_by_key(|sign| sign.offset);
    without_single_rows(scene, signs)
}

/// Where sellers stand in rows, each with an amount of its own, one that has none left speaks for itself as
/// long as another has some.
fn without_single_rows(scene: &Scene<'_, '_>, mut signs: Vec<Sign>) -> Vec<Sign> {
    let rows = |kind: Kind| signs.iter().filter(move |sign| sign.kind == kind);
    let row_of = |sign: &Sign| row_with_amount(scene, sign.node);
    let dom = scene.view.dom;
    let open: Vec<NodeId> = rows(Kind::Told(Availability::InStock)).filter_map(row_of).collect();
    let is_beside =
        |row: NodeId| open.iter().any(|other| *other != row && dom.parent(*other) == dom.parent(row));
    let single: Vec<NodeId> = rows(Kind::Told(Availability::OutOfStock))
        .filter(|sign| row_of(sign).is_some_and(is_beside))
        .map(|sign| sign.node)
        .collect();
    signs.retain(|sign| !single.contains(&sign.node));
    signs
}

fn row_with_amount(scene: &Scene<'_, '_>, node: NodeId) -> Option<NodeId> {
    const LEVELS: usize = 5;
    const LONGEST_ROW: usize = 300;
    let dom = scene.view.dom;
    let row = dom.ancestors(node).take(LEVELS).find(|up| matches!(dom.tag(*up), Tag::Tr | Tag::Li))?;
    (!money::find(&dom.text(row, LONGEST_ROW)).is_empty()).then_some(row)
}

fn is_linked(scene: &Scene<'_, '_>, node: NodeId) -> bool {
    let dom = scene.view.dom;
    dom.ancestors(node).take(4).any(|up| matches!(dom.tag(up), Tag::A | Tag::Button | Tag::Label))
}

/// "Pickup" above "not available": one way to get it, not the product.
fn is_way_to_get(line: &str) -> bool {
    const LONGEST: usize = 40;
    const SHARE: f64 = 0.3;
    let lower = line.trim_end_matches([':', '：', ' ']).to_lowercase();
    let hit = words::PICKUP.find(&lower);
    line.len() <= LONGEST && hit.is_some_and(|hit| hit.len() as f64 >= SHARE * lower.len() as f64)
}

fn told_at(scene: &Scene<'_, '_>, node: NodeId, text: &str) -> Option<Kind> {
    const SHARE: f64 = 0.4;
    let lower = text.to_lowercase();
    let asks = words::NOTIFY.find(&lower).filter(|hit| hit.len() as f64 >= SHARE * lower.len() as f64);
    if asks.is_some() {
        return Some(Kind::Notify);
    }
    let availability = told_by(text)?;
    match around(scene, node, text) {
        Around::Choice => None,
        Around::Badge => Some(Kind::Badge(availability)),
        Around::Plain => Some(Kind::Told(availability)),
    }
}

/// The state that most of the words of one of the line's parts are about: "Out of stock · back in two weeks".
fn told_by(line: &str) -> Option<Availability> {
    line.split(['·', '|', '•', ';', '–', '—', ',', '.', '!', '(']).find_map(told_by_part)
}

fn told_by_part(line: &str) -> Option<Availability> {
    const SHARE: f64 = 0.4;
    let lower = line.trim().to_lowercase();
    let lists = [
        (&words::OUT_OF_STOCK, Availability::OutOfStock),
        (&words::PREORDER, Availability::Preorder),
        (&words::IN_STOCK, Availability::InStock),
    ];
    let (hit, availability) =
        lists.iter().find_map(|(phrases, availability)| Some((phrases.find(&lower)?, *availability)))?;
    (hit.len() as f64 >= SHARE * lower.len() as f64).then_some(availability)
}

/// The element's class says the same: a template has chosen it for what it says.
fn is_named_gone(scene: &Scene<'_, '_>, node: NodeId) -> bool {
    const NAMES: [&str; 6] =
        ["out-of-stock", "outofstock", "out_of_stock", "sold-out", "soldout", "not-available"];
    let dom = scene.view.dom;
    dom.ancestors(node).take(2).filter_map(|up| dom.attr(up, "class")).any(|class| {
        let lower = class.get(..class.floor_char_boundary(200)).unwrap_or_default().to_ascii_lowercase();
        NAMES.iter().any(|name| lower.split_ascii_whitespace().any(|own| own.ends_with(name)))
    })
}

enum Around {
    /// One size of many, or another product.
    Choice,
    Badge,
    Plain,
}

/// One size of many that is sold out says nothing about the product. A list item that says nothing else may be
/// a row of facts.
fn around(scene: &Scene<'_, '_>, node: NodeId, text: &str) -> Around {
    const LEVELS: usize = 5;
    let dom = scene.view.dom;
    let mut badge = false;
    for (level, up) in dom.ancestors(node).take(LEVELS).enumerate() {
        let class = dom.attr(up, "class").unwrap_or_default();
        let class = class.get(..class.floor_char_boundary(300)).unwrap_or_default().to_ascii_lowercase();
        let option = ["swatch", "variant", "option", "size-", "unavailable-label", "label-unavailable"];
        match dom.tag(up) {
            Tag::Option | Tag::Select | Tag::Label => return Around::Choice,
            Tag::Li if told_by_part(text).is_none_or(|_| words_beside(text)) => return Around::Choice,
            Tag::A if dom.filled_attr(up, "href").is_some_and(|href| !href.starts_with(['#', 'j'])) => {
                return Around::Choice;
            }
            _ if option.iter().any(|part| class.contains(part)) => return Around::Choice,
            _ => {}
        }
        badge |= level < 2
            && ["badge", "label", "flag", "sticker", "ribbon"].iter().any(|part| class.contains(part));
    }
    if badge { Around::Badge } else { Around::Plain }
}

/// A choice says what it is ("XL - sold out"), a row of facts only the state.
fn words_beside(text: &str) -> bool {
    let lower = text.to_lowercase();
    let hit = words::OUT_OF_STOCK.find(&lower);
    hit.is_some_and(|hit| (hit.len() as f64) < 0.8 * lower.len() as f64)
}

fn element(scene: &Scene<'_, '_>, node: NodeId) -> NodeId {
    let dom = scene.view.dom;
    if dom.is_text(node) { dom.parent(node).unwrap_or(node) } else { node }
}
