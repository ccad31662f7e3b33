//! What on the page is its own and not the frame's or a recommendation's.

use std::collections::BTreeMap;

use super::super::likeness::coverage;
use super::super::money;
use super::super::regions::Region;
use super::super::view::View;

/// The headline says more than a word and the document's title repeats it.
pub(super) fn is_named(view: &View<'_>) -> bool {
    const REPEATED: f64 = 0.5;
    let Some(headline) = view.regions.headline() else { return false };
    let name = view.dom.text(headline, 500);
    let title = view.document_title().unwrap_or_default();
    let alike = coverage(&name, &title).max(coverage(&title, &name));
    alike >= REPEATED && name.len() > 8
}

/// Amounts outside the frame, recommendations and what is struck out.
pub(super) fn priced(view: &View<'_>) -> usize {
    const ENOUGH: usize = 20;
    const LOOKED_AT: usize = 1_500;
    let (dom, regions) = (view.dom, &view.regions);
    let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE).or(Region::OLD);
    let texts = dom.all().filter(|node| dom.is_text(*node) && !regions.of_node(*node).has(outside));
    let short = texts
        .map(|node| dom.characters(node))
        .filter(|text| text.len() < 60 && text.chars().any(char::is_numeric));
    short.take(LOOKED_AT).filter(|text| !money::find(text).is_empty()).take(ENOUGH).count()
}

/// Buy buttons that can be pressed and stand by no other product. One that is repeated below the page counts once.
pub(super) fn buttons(view: &View<'_>) -> usize {
    let outside = Region::FRAME.or(Region::ASIDE);
    let own = view.flow.buy_buttons().iter().filter(|button| !view.regions.of_node(button.node).has(outside));
    let labels =
        own.filter(|button| !button.disabled).map(|button| view.dom.text(button.node, 60).to_lowercase());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    counts.into_values().max().unwrap_or(0)
}
