//! The path of categories to the product, which tells kind, maker and sometimes condition.

use super::super::super::dom::{NodeId, Tag};
use super::super::super::view::View;

const MOST: usize = 12;
const LONGEST: usize = 80;

/// The names in order, the shop's first page and the product itself included where the page has them.
pub(super) fn parts(view: &View<'_>) -> Vec<String> {
    let dom = view.dom;
    let is_trail = |node: &NodeId| {
        let names = ["class", "id", "aria-label", "itemtype", "data-testid"];
        let mut values = names.into_iter().filter_map(|name| dom.attr(*node, name));
        values.any(|value| {
            let short = value.get(..value.floor_char_boundary(120)).unwrap_or_default().to_ascii_lowercase();
            short.contains("breadcrumb")
                || short.contains("bread-crumb")
                || short.split(['-', '_', ' ']).any(|part| matches!(part, "crumb" | "crumbs"))
        })
    };
    // a theme may say of the whole page that it has one
    let is_whole =
        |node: NodeId| view.regions.headline().is_some_and(|headline| dom.contains(node, headline));
    let mut elements = dom.all().filter(|node| !dom.is_text(*node) && dom.children(*node).next().is_some());
    let Some(trail) = elements.find(|node| is_trail(node) && !is_whole(*node)) else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    let texts = dom.descendants(trail).take(400).filter(|node| dom.is_text(*node));
    let shown = texts
        .filter(|node| dom.parent(*node).is_some_and(|up| !matches!(dom.tag(up), Tag::Script | Tag::Style)));
    for text in shown {
        let pieces = dom.characters(text).split(['>', '›', '»', '/', '|', '＞', '→']);
        for piece in pieces.map(str::trim).filter(|piece| piece.len() > 1 && piece.len() < LONGEST) {
            if found.len() < MOST && piece.chars().any(char::is_alphabetic) {
                found.push(piece.to_owned());
            }
        }
    }
    found
}
