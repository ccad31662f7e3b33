//! How the page looked in a browser, where it comes from one: what is hidden, struck through, printed large.
//!
//! Only some hundred parts of a page are told about. Where nothing is, names and tags decide, as for a page that was
//! never rendered.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::dom::{Dom, NodeId, Tag};
use super::regions::{Region, Regions};

/// The looks of parts of a page: short texts with digits, headings, pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The attribute that holds a part's number in the page's text; random, so that no page has it by itself.
    pub mark: String,
    /// By number.
    pub parts: Vec<Part>,
}

/// One of them, in CSS pixels of the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Not displayed, transparent, or without an area.
    #[serde(skip_serializing_if = "is_not")]
    pub hidden: bool,
    /// Moved out of the page, clipped to a dot or folded up.
    #[serde(skip_serializing_if = "is_not")]
    pub outside: bool,
    /// A line is drawn through it.
    #[serde(skip_serializing_if = "is_not")]
    pub struck: bool,
    pub font: i32,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// What is known of an `img`; the size is 0 where it was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub address: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

impl Layout {
    /// The text as it is without the numbers.
    pub fn unmark(&self, html: &str) -> String {
        let start = format!(" {}=\"", self.mark);
        let mut pieces = html.split(start.as_str());
        let mut out = String::with_capacity(html.len());
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            out.push_str(piece.split_once('"').map_or("", |(_, rest)| rest));
        }
        out
    }
}

/// The parts by their nodes.
#[derive(Debug)]
pub(super) struct Looks<'a> {
    parts: HashMap<NodeId, &'a Part>,
}

impl<'a> Looks<'a> {
    pub(super) fn of(dom: &Dom, layout: Option<&'a Layout>) -> Looks<'a> {
        let Some(layout) = layout.filter(|layout| !layout.mark.is_empty()) else {
            return Looks { parts: HashMap::new() };
        };
        let numbered = dom.all().filter_map(|node| {
            let number: usize = dom.attr(node, &layout.mark)?.parse().ok()?;
            Some((node, layout.parts.get(number)?))
        });
        let parts: HashMap<NodeId, &Part> = numbered.collect();
        Looks { parts: if is_curtained(parts.values().copied()) { HashMap::new() } else { parts } }
    }

    pub(super) fn of_node(&self, node: NodeId) -> Option<&'a Part> {
        self.parts.get(&node).copied()
    }

    /// What was seen outweighs what names and tags say.
    pub(super) fn correct(&self, dom: &Dom, regions: &mut Regions) {
        let mut parts: Vec<(NodeId, &Part)> = self.parts.iter().map(|(node, part)| (*node, *part)).collect();
        parts.sort_unstable_by_key(|(node, _)| *node);
        for (node, part) in &parts {
            // pictures that have not been loaded have no area, and those of a gallery wait for their turn
            if part.picture.is_some() {
                continue;
            }
            let is_heading = dom.tag(*node).is_heading();
            let unseen = part.hidden || (part.outside && !is_heading && !is_said_twice(dom, *node));
            let struck = if part.struck { Region::OLD } else { Region::default() };
            let (has, has_not) = if unseen {
                (Region::HIDDEN, Region::default())
            } else {
                (Region::default(), Region::HIDDEN)
            };
            regions.correct(dom, *node, has.or(struck), has_not);
        }
        let is_hidden = |node: NodeId| self.of_node(node).is_some_and(|part| part.hidden);
        if regions.headline().is_some_and(is_hidden) {
            let seen = parts.iter().find(|(node, part)| dom.tag(*node) == Tag::H1 && !part.hidden);
            if let Some((node, _)) = seen {
                regions.set_headline(*node);
            }
        }
    }

    /// The largest print in which the text of a node is set.
    pub(super) fn font(&self, dom: &Dom, node: NodeId) -> Option<i32> {
        self.parts_in(dom, node).map(|part| part.font).max()
    }

    /// Where the text of a node begins, downwards.
    pub(super) fn top(&self, dom: &Dom, node: NodeId) -> Option<i32> {
        self.parts_in(dom, node).map(|part| part.y).min()
    }

    /// The smaller side of a picture as it is or as it is shown; `None` where neither is known.
    pub(super) fn picture_side(&self, node: NodeId) -> Option<u32> {
        let part = self.of_node(node)?;
        let own = part.picture.as_ref().map_or(0, |picture| picture.width.min(picture.height));
        let shown = u32::try_from(part.width.min(part.height)).unwrap_or(0);
        Some(own.max(shown)).filter(|side| *side > 1)
    }

    fn parts_in(&self, dom: &Dom, node: NodeId) -> impl Iterator<Item = &'a Part> {
        const MOST: usize = 40;
        let near = if dom.is_text(node) { dom.parent(node) } else { None };
        let nodes = std::iter::once(near.unwrap_or(node)).chain(dom.descendants(node).take(MOST));
        let nodes = if self.parts.is_empty() { None } else { Some(nodes) };
        nodes.into_iter().flatten().filter_map(|node| self.of_node(node)).filter(|part| !part.hidden)
    }
}

/// Tools for tests of variants hide a whole page until they have chosen one: then its looks tell nothing.
fn is_curtained<'a>(parts: impl Iterator<Item = &'a Part>) -> bool {
    const SEEN: f64 = 0.1;
    let texts: Vec<&Part> = parts.filter(|part| part.picture.is_none()).collect();
    let seen = texts.iter().filter(|part| !part.hidden).count();
    (seen as f64) < SEEN * texts.len() as f64
}

/// An amount for screen readers is a copy of the one that is seen, in one piece: it may be read in its place.
fn is_said_twice(dom: &Dom, node: NodeId) -> bool {
    const LEVELS: usize = 2;
    const LONGEST: usize = 80;
    let digits = |node| dom.text(node, LONGEST).chars().filter(|c| c.is_numeric()).collect::<String>();
    let own = digits(node);
    !own.is_empty()
        && dom.ancestors(node).take(LEVELS).any(|around| digits(around).matches(own.as_str()).count() >= 2)
}

#[cfg(test)]
mod tests;
