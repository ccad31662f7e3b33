//! What a reader sees, for pages without markup and as a check on those with it.

mod condition;
mod image;
mod labels;
mod maker;
mod makers;
mod price;
mod print;
mod state;
mod stock;
mod trail;

use super::super::candidate::Candidates;
use super::super::dom::{NodeId, Tag};
use super::super::flow::{BuyButton, Flow};
use super::super::likeness::{coverage, likeness};
use super::super::product::{Field, Source};
use super::super::rank;
use super::super::regions::Region;
use super::super::view::View;

pub(in crate::extract) use image::{image_address, is_decoration};

/// Bytes of text around the headline in which a state is this product's.
const BEFORE: usize = 300;
const AFTER: usize = 4_000;

/// Where on the page the product is: by its headline, and the buy buttons outside recommendations.
#[derive(Debug)]
struct Scene<'v, 'a> {
    view: &'v View<'a>,
    flow: &'v Flow,
    anchor: Option<NodeId>,
    /// Offsets of the buttons that may be this product's.
    buttons: Vec<usize>,
}

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    let anchor = headline(view);
    if let Some(node) = anchor {
        let trust = match view.dom.tag(node) {
            Tag::H1 if is_repeated(view, node) => 0.74,
            Tag::H1 => 0.6,
            _ if is_repeated(view, node) => 0.72,
            _ => 0.4,
        };
        found.push_text(
            Field::Title,
            &view.dom.text(node, 1_000),
            Source::Visible,
            &view.dom.describe(node),
            trust,
        );
    }
    let aside = Region::ASIDE.or(Region::FRAME);
    let buttons =
        view.flow.buy_buttons().iter().filter(|button| !view.regions.of_node(button.node).has(aside));
    let buttons = buttons.map(|button| view.flow.offset(button.node)).collect();
    let scene = Scene { view, flow: &view.flow, anchor, buttons };
    if !view.is_authoritative(Field::Price) {
        price::collect(&scene, found);
    }
    if !view.is_authoritative(Field::Image) {
        image::collect(&scene, found);
    }
    state::collect(&scene, found);
}

impl Scene<'_, '_> {
    fn anchor_offset(&self) -> Option<usize> {
        self.anchor.map(|node| self.flow.offset(node))
    }

    /// Texts outside frame and recommendations, up to so many bytes of visible text before and after the
    /// headline, with where they stand.
    fn own_texts(&self, before: usize, after: usize) -> Vec<(NodeId, usize)> {
        let anchor = self.anchor_offset().unwrap_or_default();
        let (dom, regions) = (self.view.dom, &self.view.regions);
        let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE);
        let texts = dom.all().filter(|node| dom.is_text(*node) && !regions.of_node(*node).has(outside));
        let placed = texts.map(|node| (node, self.flow.offset(node)));
        placed
            .skip_while(|(_, offset)| offset + before < anchor)
            .take_while(|(_, offset)| *offset <= anchor + after)
            .collect()
    }

    /// Buy buttons outside frame and recommendations.
    fn own_buttons(&self) -> impl Iterator<Item = &BuyButton> {
        let aside = Region::ASIDE.or(Region::FRAME);
        self.flow
            .buy_buttons()
            .iter()
            .filter(move |button| !self.view.regions.of_node(button.node).has(aside))
    }
}

/// The titles that the page gives itself outside structured data: headline, `og:title`, `title`.
pub(in crate::extract) fn titles(view: &View<'_>) -> Vec<String> {
    let headline = view.regions.headline().map(|node| view.dom.text(node, 500));
    let meta = view.meta("og:title").map(str::to_owned);
    headline.into_iter().chain(meta).chain(view.document_title()).filter(|title| !title.is_empty()).collect()
}

/// Whether the page's titles say the same or only begin to: a headline names the product, a title also sells.
fn is_repeated(view: &View<'_>, headline: NodeId) -> bool {
    const MOST: f64 = 0.6;
    let text = view.dom.text(headline, 500);
    let several = text.split_whitespace().count() > 1;
    let others = view.meta("og:title").map(str::to_owned).into_iter().chain(view.document_title());
    let mut begun = others.filter_map(|title| {
        let ends = [" | ", " - ", " – ", " — ", "｜"].into_iter().filter_map(|parts| title.find(parts));
        let end = ends.min().unwrap_or(title.len());
        title.get(..end).map(str::to_owned)
    });
    several && begun.any(|title| coverage(&title, &text) > MOST || coverage(&text, &title) > MOST)
}

/// The heading that the page's own titles repeat; else the first `h1`; else the text in bold that they repeat.
fn headline(view: &View<'_>) -> Option<NodeId> {
    /// A slogan shares no words with the title, a product's name all.
    const ALIKE: f64 = 0.45;
    const LONGEST: usize = 400;
    let dom = view.dom;
    let meta = view.meta("og:title").map(str::to_owned);
    let titles: Vec<String> = meta.into_iter().chain(view.document_title()).collect();
    let fit = |node: NodeId| {
        let text = dom.text(node, LONGEST);
        if text.len() < 3 || text.len() >= LONGEST {
            return 0.0;
        }
        titles
            .iter()
            .map(|title| likeness(title, &text).max(coverage(&text, title) * 0.9))
            .fold(0.0, f64::max)
    };
    let outside = Region::HIDDEN.or(Region::ASIDE).or(Region::SLIDES).or(Region::FRAME);
    let visible = |node: &NodeId| !view.regions.of_node(*node).has(outside);
    let is_name = |node: &NodeId| dom.attr(*node, "itemprop") == Some("name");
    let headings = dom.all().filter(|n| dom.tag(*n).is_heading() || is_name(n)).filter(visible).take(100);
    let ranked = headings.map(|node| (fit(node) + if dom.tag(node) == Tag::H1 { 0.15 } else { 0.0 }, node));
    let best = rank::best(ranked.filter(|(fit, _)| *fit >= ALIKE));
    let bold = || {
        let bold = dom
            .all()
            .filter(|n| matches!(dom.tag(*n), Tag::Strong | Tag::B | Tag::Span | Tag::Div | Tag::Td))
            .filter(visible);
        let short = bold.filter(|node| dom.children(*node).count() == 1).take(2_000);
        rank::best(short.map(|node| (fit(node), node)).filter(|(fit, _)| *fit > 0.7))
    };
    best.map(|(_, node)| node).or_else(|| view.regions.headline()).or_else(|| bold().map(|(_, node)| node))
}

#[cfg(test)]
mod tests;
