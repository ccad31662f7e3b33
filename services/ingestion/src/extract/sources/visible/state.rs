//! Availability and condition as short lines near the headline tell them, and rows that name maker and model.

use super::super::super::candidate::{Candidates, Value};
use super::super::super::dom::{NodeId, Tag};
use super::super::super::product::{Availability, Condition, Field, Source};
use super::super::super::regions::Region;
use super::super::super::wording;
use super::super::super::words::{self, Phrases};
use super::Scene;

/// A line that tells a state says little else.
const LONGEST_LINE: usize = 60;
/// Bytes of text around the headline in which a state is this product's.
const BEFORE: usize = 300;
const AFTER: usize = 4_000;
/// Bytes of text in which rows of properties are looked for.
const ROWS: usize = 60_000;

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    if !scene.view.is_authoritative(Field::Availability) {
        stock_lines(scene, found);
        buttons(scene, found);
    }
    labelled_rows(scene, found);
    condition_of_title(scene, found);
}

fn stock_lines(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let Some(anchor) = scene.anchor_offset() else { return };
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE);
    let texts = dom.all().filter(|node| dom.is_text(*node) && !regions.of_node(*node).has(outside));
    for node in texts {
        let offset = scene.flow.offset(node);
        if offset + BEFORE < anchor || offset > anchor + AFTER {
            continue;
        }
        let text = dom.characters(node).trim();
        if text.len() < 4 || text.len() > LONGEST_LINE || is_choice(scene, node) {
            continue;
        }
        let Some(availability) = told_by(text) else { continue };
        let near = (-(offset.abs_diff(anchor) as f64) / 2_500.0).exp();
        let trust = if availability == Availability::OutOfStock { 0.68 } else { 0.55 };
        let place = dom.parent(node).map_or_else(String::new, |parent| dom.describe(parent));
        found.push(
            Field::Availability,
            Value::Availability(availability),
            Source::Visible,
            &place,
            trust * near,
        );
    }
}

/// The state that most of the words of one of the line's parts are about: "Out of stock · back in two weeks".
fn told_by(line: &str) -> Option<Availability> {
    line.split(['·', '|', '•', ';', '–', '—']).find_map(told_by_part)
}

fn told_by_part(line: &str) -> Option<Availability> {
    const SHARE: f64 = 0.45;
    let lower = line.to_lowercase();
    let lists = [
        (&words::OUT_OF_STOCK, Availability::OutOfStock),
        (&words::PREORDER, Availability::Preorder),
        (&words::IN_STOCK, Availability::InStock),
    ];
    let (hit, availability) =
        lists.iter().find_map(|(phrases, availability)| Some((phrases.find(&lower)?, *availability)))?;
    (hit.len() as f64 >= SHARE * lower.len() as f64).then_some(availability)
}

/// One size of many that is sold out says nothing about the product.
fn is_choice(scene: &Scene<'_, '_>, node: NodeId) -> bool {
    let dom = scene.view.dom;
    dom.ancestors(node).take(5).any(|up| {
        matches!(dom.tag(up), Tag::Option | Tag::Select | Tag::Label | Tag::Li)
            || dom
                .attr(up, "class")
                .is_some_and(|class| class.contains("swatch") || class.contains("variant"))
    })
}

/// A buy button near the headline that can be pressed.
fn buttons(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let Some(anchor) = scene.anchor_offset() else { return };
    let aside = Region::ASIDE.or(Region::FRAME);
    let own =
        scene.flow.buy_buttons().iter().filter(|button| !scene.view.regions.of_node(button.node).has(aside));
    let near = own.filter(|button| {
        let offset = scene.flow.offset(button.node);
        offset + BEFORE >= anchor && offset <= anchor + AFTER
    });
    if let Some(button) = near.into_iter().find(|button| !button.disabled) {
        let place = scene.view.dom.describe(button.node);
        found.push(
            Field::Availability,
            Value::Availability(Availability::InStock),
            Source::Visible,
            &place,
            0.5,
        );
    }
}

/// "Condition: Used", "Brand: HP", on one line or two.
fn labelled_rows(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let start = scene.anchor_offset().unwrap_or(0).saturating_sub(BEFORE);
    let region = scene.flow.between(start, start + ROWS);
    let lines: Vec<&str> = region.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let (label, value) = line.split_once([':', '：']).unwrap_or((line, ""));
        let value =
            if value.trim().is_empty() { lines.get(at + 1).copied().unwrap_or_default() } else { value };
        row(label, value, found);
    }
    for (label, value) in scene.view.rows() {
        row(label, value, found);
    }
}

fn row(label: &str, value: &str, found: &mut Candidates) {
    const LONGEST_LABEL: usize = 30;
    const LONGEST_NAME: usize = 50;
    const LONGEST_STATE: usize = 120;
    let (label, value) = (label.trim().to_lowercase(), value.trim());
    if label.len() > LONGEST_LABEL {
        return;
    }
    let is =
        |phrases: &Phrases| phrases.find(&label).is_some_and(|hit| hit.start == 0 && hit.end == label.len());
    let name =
        value.len() <= LONGEST_NAME && !value.contains(':') && value.chars().any(char::is_alphanumeric);
    if is(&words::CONDITION_LABEL) && value.len() < LONGEST_STATE {
        if let Some(condition) = wording::condition_of_words(value) {
            found.push(Field::Condition, Value::Condition(condition), Source::Visible, "condition row", 0.88);
        }
    } else if name && is(&words::BRAND_LABEL) {
        found.push_text(Field::Manufacturer, value, Source::Visible, "brand row", 0.7);
    } else if name && is(&words::MODEL_LABEL) {
        found.push_text(Field::ModelNumber, value, Source::Visible, "model row", 0.7);
    }
}

fn condition_of_title(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let title = found.of(Field::Title).find_map(|candidate| match &candidate.value {
        Value::Text(title) => wording::condition_of_title(title),
        _ => None,
    });
    let headline =
        || scene.anchor.and_then(|node| wording::condition_of_title(&scene.view.dom.text(node, 500)));
    if let Some(condition) = title.or_else(headline) {
        debug_assert_eq!(condition, Condition::Refurb);
        found.push(Field::Condition, Value::Condition(condition), Source::Visible, "title", 0.9);
    }
}
