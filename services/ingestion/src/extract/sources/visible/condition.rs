//! New, used or overhauled: by the headline, badges and short lines near it, and the last parts of the path of
//! categories. Rows that are labelled are read in `labels`.
//!
//! Links to the same thing in another condition, trade-ins and "used from" offers stand near headlines too: what
//! links away or holds an amount tells nothing about this product.

use super::super::super::candidate::{Candidates, Value};
use super::super::super::dom::{NodeId, Tag};
use super::super::super::likeness::coverage;
use super::super::super::money;
use super::super::super::product::{Condition, Field, Source};
use super::super::super::rank;
use super::super::super::regions::Region;
use super::super::super::wording;
use super::super::super::words;
use super::{BEFORE, Scene};

/// Bytes after the headline in which a line is about the product.
const NEAR: usize = 1_800;
/// Bytes after the headline in which the product is described.
const DESCRIBED: usize = 8_000;

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    of_title(scene, found);
    of_lines(scene, found);
    of_trail(scene, found);
    of_prose(scene, found);
}

fn push(found: &mut Candidates, condition: Condition, place: &str, trust: f64) {
    found.push(Field::Condition, Value::Condition(condition), Source::Visible, place, trust);
}

/// The headline, and other titles as far as they are about the same: a shop's slogan is not.
fn of_title(scene: &Scene<'_, '_>, found: &mut Candidates) {
    const SAME: f64 = 0.5;
    let headline = scene.anchor.map(|node| scene.view.dom.text(node, 500)).unwrap_or_default();
    let told = found.of(Field::Title).filter_map(|candidate| match &candidate.value {
        Value::Text(title) if headline.is_empty() || coverage(&headline, title) >= SAME => {
            wording::condition_of_title(title)
        }
        _ => None,
    });
    let told = wording::condition_of_title(&headline).or_else(|| told.into_iter().next());
    if let Some(condition) = told {
        push(found, condition, "title", 0.92);
    }
}

/// "Certified Refurbished" in a badge, "Novo | +500 vendidos" above the headline.
fn of_lines(scene: &Scene<'_, '_>, found: &mut Candidates) {
    const LONGEST: usize = 60;
    /// "Refurbished: No" is a row too.
    const DENIED: [&str; 12] =
        ["no", "nein", "non", "nej", "nei", "não", "nee", "nie", "ne", "nem", "нет", "いいえ"];
    let dom = scene.view.dom;
    let mut told: Vec<(Condition, String)> = Vec::new();
    let price = plain_price(found);
    let texts = scene.own_texts(BEFORE, NEAR);
    let texts: Vec<_> =
        texts.into_iter().filter(|(node, _)| !dom.characters(*node).trim().is_empty()).collect();
    for (at, &(node, offset)) in texts.iter().enumerate() {
        let text = dom.characters(node).trim();
        let next = texts.get(at + 1).map(|(next, _)| dom.characters(*next).trim().to_lowercase());
        if next.is_some_and(|next| DENIED.contains(&next.as_str())) {
            continue;
        }
        let region = scene.view.regions.of_node(node);
        let about_other = region.has(Region::TERMS.or(Region::OLD))
            || is_elsewhere(scene, node)
            || is_priced_otherwise(scene, node, price)
            || stands_apart(scene, node, offset);
        if text.len() < 3 || text.len() > LONGEST || about_other || in_headline(scene, node) {
            continue;
        }
        let place = || dom.parent(node).map_or_else(String::new, |parent| dom.describe(parent));
        told.extend(told_by(text).map(|condition| (condition, place())));
    }
    // a choice between conditions tells none
    let is_choice = told.iter().any(|(condition, _)| *condition == Condition::New);
    for (condition, place) in told {
        let trust = match condition {
            Condition::New => 0.6,
            _ if is_choice => 0.5,
            _ => 0.87,
        };
        push(found, condition, &place, trust);
    }
}

/// What one part of the line is for the most part about.
fn told_by(line: &str) -> Option<Condition> {
    const SHARE: f64 = 0.5;
    /// Grades of other things too: of reviews, of places in a row.
    const AMBIGUOUS: [&str; 7] = ["very good", "acceptable", "second", "bazar", "cũ", "nova", "occasion"];
    /// Before an amount: another offer.
    const FROM: [&str; 14] =
        ["from", "ab", "dès", "desde", "da", "vanaf", "od", "från", "fra", "от", "от:", "a", "for", "offers"];
    let last = line.rsplit(' ').next().unwrap_or_default().to_lowercase();
    if !money::find(line).is_empty() || line.ends_with(['?', ':']) || FROM.contains(&last.as_str()) {
        return None;
    }
    let told = line.split(['·', '|', '•', ';', '–', '—', ',', '.', '(', '/']).find_map(|part| {
        let lower = part.trim().to_lowercase();
        let lists = [
            (&words::REFURBISHED, Condition::Refurb),
            (&words::USED_IN_TITLE, Condition::Used),
            (&words::USED, Condition::Used),
            (&words::NEW, Condition::New),
        ];
        lists.iter().find_map(|(phrases, condition)| {
            let hit = phrases.find(&lower)?;
            let is_other = AMBIGUOUS.contains(&lower.get(hit.clone())?);
            (!is_other && hit.len() as f64 >= SHARE * lower.len() as f64).then_some(*condition)
        })
    });
    let lower = line.to_lowercase();
    told.or_else(|| {
        let in_stock = words::IN_STOCK.occur_in(&lower) && words::NEW.occur_in(&lower);
        in_stock.then_some(Condition::New)
    })
}

/// Above the headline stand menus too: there only what shares a box with it is about it.
fn stands_apart(scene: &Scene<'_, '_>, node: NodeId, offset: usize) -> bool {
    const LEVELS: usize = 3;
    let (Some(anchor), Some(at)) = (scene.anchor, scene.anchor_offset()) else { return true };
    let dom = scene.view.dom;
    offset < at && !dom.ancestors(node).take(LEVELS).any(|up| dom.contains(up, anchor))
}

fn in_headline(scene: &Scene<'_, '_>, node: NodeId) -> bool {
    scene.anchor.is_some_and(|anchor| scene.view.dom.contains(anchor, node))
}

/// In a link, a form's choice, or a line that speaks of another offer.
fn is_elsewhere(scene: &Scene<'_, '_>, node: NodeId) -> bool {
    let dom = scene.view.dom;
    dom.ancestors(node).take(4).any(|up| {
        matches!(dom.tag(up), Tag::A | Tag::Option | Tag::Select | Tag::Label | Tag::Button | Tag::Nav)
    })
}

/// The amount that is plainly the price: prices are looked for first.
fn plain_price(found: &Candidates) -> Option<f64> {
    const PLAIN: f64 = 0.72;
    let seen = found.of(Field::Price).filter(|c| matches!(c.source, Source::Visible | Source::Shop));
    let amounts = seen.filter(|c| c.trust >= PLAIN).filter_map(|candidate| match candidate.value {
        Value::Money { amount, .. } => Some((candidate.trust, amount)),
        _ => None,
    });
    rank::best(amounts).map(|(_, amount)| amount)
}

/// "Used – good, $98" in a box of its own beside the price of a new one: another offer for the same thing.
fn is_priced_otherwise(scene: &Scene<'_, '_>, node: NodeId, price: Option<f64>) -> bool {
    const LEVELS: usize = 2;
    const SMALL_BOX: usize = 80;
    let Some(price) = price else { return false };
    scene.view.dom.ancestors(node).take(LEVELS).any(|up| {
        let text = scene.view.dom.text(up, SMALL_BOX);
        let amounts = money::find(&text);
        text.len() < SMALL_BOX
            && !amounts.is_empty()
            && amounts.iter().all(|found| (found.amount - price).abs() > 0.005)
    })
}

/// The last parts of the path of categories: "Computers > Refurbished laptops".
fn of_trail(scene: &Scene<'_, '_>, found: &mut Candidates) {
    const LAST: usize = 3;
    let trail = super::trail::parts(scene.view);
    for part in trail.iter().rev().take(LAST) {
        let lower = part.to_lowercase();
        if words::NEW.occur_in(&lower) {
            continue;
        }
        if words::REFURBISHED.occur_in(&lower) {
            push(found, Condition::Refurb, "breadcrumb", 0.86);
        } else if words::USED_IN_TITLE.occur_in(&lower) {
            push(found, Condition::Used, "breadcrumb", 0.8);
        }
    }
}

/// Words that nobody uses of anything but new goods, anywhere in the description; and what it says of itself.
fn of_prose(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let dom = scene.view.dom;
    let texts = scene.own_texts(BEFORE, DESCRIBED);
    let is_new = texts.into_iter().find(|(node, _)| {
        let text = dom.characters(*node);
        text.len() < 2_000 && !is_elsewhere(scene, *node) && words::SURELY_NEW.occur_in(&text.to_lowercase())
    });
    if is_new.is_some() {
        push(found, Condition::New, "description", 0.5);
    }
    let texts = scene.own_texts(BEFORE, DESCRIBED);
    let own = texts.into_iter().filter(|(node, _)| !is_elsewhere(scene, *node));
    if let Some(condition) = own.into_iter().find_map(|(node, _)| told_of_this(dom.characters(node))) {
        push(found, condition, "description", 0.84);
    }
}

/// "This product is pre-owned": what other sentences speak of is anybody's guess.
fn told_of_this(text: &str) -> Option<Condition> {
    /// Between "is" and the word: "a fully tested".
    const BETWEEN: usize = 24;
    const LONGEST: usize = 2_000;
    let lower = text.get(..text.floor_char_boundary(LONGEST))?.to_lowercase();
    let hit = words::THIS_THING.find(&lower)?;
    let sentence = lower.get(hit.end..)?.split(['.', '!', '?']).next()?;
    let is_denied = |before: &str| {
        before.split_whitespace().any(|word| {
            matches!(word, "not" | "nicht" | "pas" | "no" | "não" | "non" | "niet" | "nie" | "inte" | "ikke")
        })
    };
    let lists = [(&words::REFURBISHED, Condition::Refurb), (&words::USED_IN_TITLE, Condition::Used)];
    lists.iter().find_map(|(phrases, condition)| {
        let told = phrases.find(sentence)?;
        let before = sentence.get(..told.start)?;
        (before.len() <= BETWEEN && !is_denied(before)).then_some(*condition)
    })
}
