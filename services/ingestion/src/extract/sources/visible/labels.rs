//! "Condition: Used", "Brand: HP", "Availability: in stock": labels and what stands beside them, in tables, lists
//! and lines.

use super::super::super::candidate::{Candidates, Value};
use super::super::super::product::{Availability, Condition, Field, Source};
use super::super::super::wording;
use super::super::super::words::{self, Phrases};
use super::{BEFORE, Scene};

/// Bytes of text in which labels are looked for.
const ROWS: usize = 60_000;
const LONGEST_LABEL: usize = 40;

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let dom = scene.view.dom;
    // what stands before a label on the same line is another label's
    let mut open: Option<String> = None;
    for (node, _) in scene.own_texts(BEFORE, ROWS) {
        let text = dom.characters(node);
        for piece in text.split(['|', '•', '·', ';', '\n']) {
            let piece = piece.trim();
            if piece.chars().all(|c| !c.is_alphanumeric()) {
                continue;
            }
            if let Some(label) = open.take()
                && !piece.ends_with([':', '：'])
            {
                row(&label, piece, found);
            }
            match piece.split_once([':', '：']) {
                Some((label, value)) if !value.trim().is_empty() => row(label, value, found),
                _ => {
                    let is_open = piece.len() <= LONGEST_LABEL && is_label(piece);
                    open = is_open.then(|| piece.to_owned());
                }
            }
        }
    }
    for (label, value) in scene.view.rows() {
        row(label, value, found);
    }
}

fn cleaned(label: &str) -> String {
    label.trim_matches(|c: char| !c.is_alphanumeric() && c != '.').to_lowercase()
}

fn is(phrases: &Phrases, label: &str) -> bool {
    phrases.find(label).is_some_and(|hit| hit.start == 0 && hit.end == label.len())
}

fn is_label(label: &str) -> bool {
    let label = cleaned(label);
    [
        &words::CONDITION_LABEL,
        &words::BRAND_LABEL,
        &words::MODEL_LABEL,
        &words::STOCK_LABEL,
        &words::GTIN_LABEL,
    ]
    .into_iter()
    .any(|phrases| is(phrases, &label))
}

fn row(label: &str, value: &str, found: &mut Candidates) {
    const LONGEST_NAME: usize = 50;
    const LONGEST_STATE: usize = 120;
    const LONGEST_STOCK: usize = 80;
    let (label, value) = (cleaned(label), value.trim());
    if label.len() > LONGEST_LABEL || value.is_empty() {
        return;
    }
    let name = value.len() <= LONGEST_NAME
        && !value.contains(':')
        && value.chars().any(char::is_alphanumeric)
        && !is_label(value);
    if is(&words::CONDITION_LABEL, &label)
        && value.len() < LONGEST_STATE
        && let Some((condition, trust)) = condition(value)
    {
        found.push(Field::Condition, Value::Condition(condition), Source::Visible, "condition row", trust);
        return;
    }
    if is(&words::STOCK_LABEL, &label) && value.len() < LONGEST_STOCK {
        if let Some(availability) = stock(value) {
            found.push(
                Field::Availability,
                Value::Availability(availability),
                Source::Visible,
                "stock row",
                0.9,
            );
        }
    } else if name && is(&words::BRAND_LABEL, &label) {
        found.push_text(Field::Manufacturer, value, Source::Visible, "brand row", 0.75);
    } else if name && is(&words::MODEL_LABEL, &label) {
        found.push_text(Field::ModelNumber, value, Source::Visible, "model row", 0.7);
    } else if name && is(&words::GTIN_LABEL, &label) {
        super::super::push_gtin(found, value, Source::Visible, "number row", 0.75);
    }
}

/// What the row says and how surely: a grade alone is given to used and to overhauled goods.
fn condition(value: &str) -> Option<(Condition, f64)> {
    if wording::is_grade(value) && wording::condition_of_words(value) != Some(Condition::Refurb) {
        return Some((Condition::Used, 0.7));
    }
    wording::condition_of_words(value).map(|condition| (condition, 0.93))
}

/// The words for it, or how many there are.
fn stock(value: &str) -> Option<Availability> {
    let pieces = value.trim();
    let count = pieces.chars().take_while(char::is_ascii_digit).collect::<String>();
    wording::availability_of_words(pieces).or_else(|| match count.parse::<u32>() {
        Ok(0) => Some(Availability::OutOfStock),
        Ok(_) if pieces.len() < 12 => Some(Availability::InStock),
        _ => None,
    })
}
