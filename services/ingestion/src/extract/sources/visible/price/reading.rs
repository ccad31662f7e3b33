//! Which amounts stand where: the smallest element around each that holds number and currency.

use super::super::super::super::dom::{self, Dom, NodeId, Tag};
use super::super::super::super::money::{self, Found};
use super::super::super::super::regions::Region;
use super::super::super::super::words;
use super::super::Scene;
use super::meaning;

/// Amounts that are weighed in one page.
const MOST: usize = 400;
/// Text of an element that is an amount and its label; what is longer is prose.
const LABELLED: usize = 48;
/// Nodes over which one amount is spread.
const MOST_NODES: usize = 100;
/// Levels of elements over which one amount is spread.
const LEVELS: usize = 4;
/// Bytes around an amount that tell what it is for.
const AROUND: usize = 48;
/// Amounts in one line that are looked at one by one.
const MOST_IN_LINE: usize = 6;
/// A text that is longer is prose, whose first amount at most is looked at.
const SENTENCE: usize = 120;

/// An amount in its place.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) node: NodeId,
    pub(super) found: Found,
    pub(super) offset: usize,
    /// The amount is (nearly) all of the element's text.
    pub(super) alone: bool,
    /// Lowercase text between the amount before, if there is one on the line, and this one.
    pub(super) label: String,
    /// Lowercase text between this amount and the next on the line.
    pub(super) rest: String,
    /// The amount that follows on the line, whose label the last words of `rest` may be.
    pub(super) following: Option<f64>,
    /// Lowercase beginning of the line after, where the amount ends its own.
    pub(super) next: String,
}

/// All amounts outside the page's frame and its recommendations, in document order.
pub(super) fn amounts(scene: &Scene<'_, '_>) -> Vec<Seen> {
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE);
    let mut seen: Vec<Seen> = Vec::new();
    let mut last: Option<NodeId> = None;
    for text in dom.all().filter(|node| dom.is_text(*node)) {
        if seen.len() >= MOST {
            break;
        }
        let is_covered = last.is_some_and(|container| dom.contains(container, text));
        let characters = dom.characters(text);
        if is_covered || regions.of_node(text).has(outside) || !has_digit(characters) || is_copy(scene, text)
        {
            continue;
        }
        if let Some(covered) = read_at(scene, text, &mut seen) {
            last = Some(covered);
        }
    }
    seen
}

/// Set for the eye alone, in pieces without a point, beside the same digits in one piece for screen readers.
fn is_copy(scene: &Scene<'_, '_>, text: NodeId) -> bool {
    const SIBLINGS: usize = 6;
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let for_the_eye = |node: &NodeId| dom.attr(*node, "aria-hidden") == Some("true");
    let Some(node) = dom.ancestors(text).take(LEVELS).find(for_the_eye) else { return false };
    let Some(parent) = dom.parent(node) else { return false };
    let others = dom.children(parent).filter(|other| *other != node && !regions.is_hidden(*other));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let amount = |text: &str| money::find(text).first().map(|found| found.amount);
    let own = dom.text(node, LABELLED);
    others.take(SIBLINGS).any(|other| {
        let whole = dom.text(other, LABELLED);
        digits(&whole) == digits(&own) && amount(&whole).is_some_and(|whole| Some(whole) != amount(&own))
    })
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// Reads the amounts of which the text is a part, and gives the element that has been read with them.
fn read_at(scene: &Scene<'_, '_>, text: NodeId, seen: &mut Vec<Seen>) -> Option<NodeId> {
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let is_price = |found: &Found, line: &str| money::is_plausible(found, line, scene.view.locale);
    for node in dom.ancestors(text).take(LEVELS) {
        let line = price_line(scene, node, text, LABELLED);
        if line.text.len() >= LABELLED {
            break;
        }
        let mut found = money::find(&line.text);
        found.retain(|found| is_price(found, &line.text));
        if found.is_empty() {
            continue;
        }
        if !found.iter().any(|found| line.shares(found)) {
            // a number beside an amount of its own
            break;
        }
        push(scene, node, text, &line, &found, seen);
        return (found.len() == 1).then_some(node);
    }
    let parent = dom.parent(text)?;
    let line = price_line(scene, parent, text, LABELLED);
    if line.text.len() < LABELLED
        && let Some(found) = bare(&line.text, regions.of_node(text).has(Region::PRICE))
    {
        push(scene, parent, text, &line, &[found], seen);
        return Some(parent);
    }
    let own = dom.characters(text);
    let mut found = money::find(own);
    found.retain(|found| is_price(found, own));
    found.truncate(if own.len() <= SENTENCE { MOST_IN_LINE } else { 1 });
    let line = Line { text: own.to_owned(), start: 0, end: own.len() };
    push(scene, text, text, &line, &found, seen);
    None
}

/// An amount without a currency: "1.299,-", or decimals in something that calls itself a price.
fn bare(line: &str, is_price: bool) -> Option<Found> {
    let found = money::read(line)?;
    let rest = line.len() - (found.end - found.start);
    (found.round && rest < 24 || is_price && line.len() < 14 && line.contains(['.', ','])).then_some(found)
}

fn push(
    scene: &Scene<'_, '_>,
    node: NodeId,
    text: NodeId,
    line: &Line,
    found: &[Found],
    seen: &mut Vec<Seen>,
) {
    let dom = scene.view.dom;
    let offset = scene.flow.offset(text);
    let mut from = 0;
    for (at, amount) in found.iter().take(MOST_IN_LINE).enumerate() {
        let label_start = std::mem::replace(&mut from, amount.end);
        let mut amount = *amount;
        let is_known = seen.last().is_some_and(|last| last.node == node && last.found == amount);
        if !line.shares(&amount) || is_known {
            continue;
        }
        let mut label = line.part(label_start, amount.start).to_lowercase();
        if at == 0 && label.trim().is_empty() {
            label = last_part(scene.flow.label_before(offset, AROUND)).to_lowercase();
        }
        let after = found.get(at + 1);
        let mut rest = line.part(amount.end, after.map_or(line.text.len(), |next| next.start)).to_lowercase();
        let mut following = after.map(|next| next.amount);
        let mut next = String::new();
        if following.is_none() && rest.trim().is_empty() {
            let end = dom.after(node).map_or(usize::MAX, |next| scene.flow.offset(next));
            let after = scene.flow.after(end, AROUND);
            amount.sign = amount.sign.or_else(|| money::leading_sign(after));
            if scene.flow.begins_line(end) {
                // a line with an amount of its own is about that
                next = if money::find_shown(after).is_empty() { after.to_lowercase() } else { String::new() };
            } else {
                let own;
                (own, following) = first_part(after);
                rest = own.to_lowercase();
            }
        }
        // of several amounts in one element, each is judged by the element of its own text
        let own = amount.start >= line.start && amount.end <= line.end && found.len() > 1;
        let node = if own { dom.parent(text).filter(|_| node != text).unwrap_or(node) } else { node };
        let length = if own { line.end - line.start } else { line.text.trim().len() };
        let length = length - if own { 0 } else { price_label(line.part(label_start, amount.start)) };
        let alone = !dom.is_text(node) && length <= amount.end - amount.start + 12;
        seen.push(Seen { node, found: amount, offset, alone, label, rest, following, next });
    }
}

/// Without the amounts before the last words.
fn last_part(label: &str) -> &str {
    let end = money::find_shown(label).last().map_or(0, |found| found.end);
    label.get(end..).unwrap_or_default()
}

/// Bytes of a label that ends in a word for the price, "Set price:": it belongs to the amount.
fn price_label(label: &str) -> usize {
    let label = label.trim();
    let lower = label.to_lowercase();
    let words = lower.trim_end_matches([':', ' ']);
    let ends_so = words::PRICE_LABEL.find(meaning::last_words(words)).is_some() && !words.contains('\n');
    if ends_so && words.len() == meaning::last_words(words).len() { label.len() } else { 0 }
}

/// Up to the next amount, and that.
fn first_part(rest: &str) -> (&str, Option<f64>) {
    let next = money::find_shown(rest).into_iter().next();
    let start = next.as_ref().map_or(rest.len(), |found| found.start);
    (rest.get(..start).unwrap_or_default(), next.map(|found| found.amount))
}

/// An element's text, and where in it one of its texts stands.
struct Line {
    text: String,
    start: usize,
    end: usize,
}

impl Line {
    fn shares(&self, found: &Found) -> bool {
        found.start < self.end && self.start < found.end
    }

    fn part(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Text of a price that is spread over elements: cents in small print after whole units get their point, and
/// blocks stand on lines of their own, so that the numbers of two table cells never become one.
fn price_line(scene: &Scene<'_, '_>, node: NodeId, own: NodeId, limit: usize) -> Line {
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let mut line = Line { text: String::new(), start: 0, end: 0 };
    let out = &mut line.text;
    for inner in dom.descendants(node).take(MOST_NODES) {
        if out.len() >= limit {
            break;
        }
        if !dom.is_text(inner) {
            if dom.tag(inner).is_block() && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            continue;
        }
        if regions.is_hidden(inner) {
            continue;
        }
        let text = dom::folded(dom.characters(inner));
        let is_cents = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        if is_cents && out.ends_with(|c: char| c.is_ascii_digit()) && is_small_print(dom, inner) {
            out.push(decimal_separator(out));
        }
        if dom.characters(inner).starts_with(char::is_whitespace) || are_words_glued(out, &text) {
            out.push(' ');
        }
        let start = out.len();
        out.push_str(&text);
        if inner == own {
            (line.start, line.end) = (start, out.len());
        }
        if dom.characters(inner).ends_with(char::is_whitespace) && !text.is_empty() {
            out.push(' ');
        }
    }
    line
}

/// The one that the number at the end of the line does not use for its thousands.
fn decimal_separator(line: &str) -> char {
    let number =
        line.rsplit(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).next().unwrap_or_default();
    if number.contains('.') { ',' } else { '.' }
}

/// A word of one element and a number of the next, or the other way round.
fn are_words_glued(before: &str, text: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), text.chars().next()) else { return false };
    (last.is_ascii_digit() && first.is_alphabetic()) || (last.is_alphabetic() && first.is_ascii_digit())
}

fn is_small_print(dom: &Dom, text: NodeId) -> bool {
    let Some(parent) = dom.parent(text) else { return false };
    let class = dom.attr(parent, "class").unwrap_or_default().to_ascii_lowercase();
    matches!(dom.tag(parent), Tag::Sup | Tag::Small)
        || ["cent", "frac", "decimal", "sup", "small", "penny", "pence"]
            .iter()
            .any(|word| class.contains(word))
}
