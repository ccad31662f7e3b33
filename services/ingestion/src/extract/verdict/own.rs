//! What on the page is its own and not the frame's or a recommendation's.

use std::collections::BTreeMap;

use super::super::dom::{NodeId, Tag};
use super::super::likeness::coverage;
use super::super::money;
use super::super::regions::Region;
use super::super::view::View;

/// The headline says more than a word and the document's title repeats it.
pub(super) fn is_named(view: &View<'_>) -> bool {
    const REPEATED: f64 = 0.5;
    let Some(headline) = view.regions.headline() else { return false };
    let name = view.dom.text(headline, 500);
    if names_the_shop(view, headline, &name) {
        return false;
    }
    let title = view.document_title().unwrap_or_default();
    let alike = coverage(&name, &title).max(coverage(&title, &name));
    alike >= REPEATED && name.len() > 8
}

/// A logo's headline: it leads to the front, or the host is called so.
fn names_the_shop(view: &View<'_>, headline: NodeId, name: &str) -> bool {
    const TELLING: usize = 5;
    let compact =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let dom = view.dom;
    let mut links = dom.descendants(headline).take(10).chain(dom.ancestors(headline).take(2));
    let leads_home = links.any(|node| {
        dom.tag(node) == Tag::A
            && dom.filled_attr(node, "href").and_then(|href| view.absolute(href)).is_some_and(|url| {
                url.path() == "/" && url.query().is_none() && url.host_str() == view.url.host_str()
            })
    });
    let name = compact(name);
    let is_host =
        || name.len() >= TELLING && compact(view.url.host_str().unwrap_or_default()).contains(&name);
    let is_site =
        || view.meta("og:site_name").is_some_and(|site| name.len() >= TELLING && compact(site) == name);
    leads_home || is_host() || is_site()
}

/// Buy buttons of its own that lead to no other site: what a shop has, and a review has not.
pub(super) fn orders(view: &View<'_>) -> usize {
    let outside = Region::FRAME.or(Region::ASIDE);
    let leads_away = |node: NodeId| {
        let link = std::iter::once(node).chain(view.dom.ancestors(node).take(2));
        let mut links = link.filter_map(|up| view.absolute(view.dom.filled_attr(up, "href")?));
        links.any(|url| url.host_str() != view.url.host_str())
    };
    let own = view.flow.buy_buttons().iter().filter(|button| !view.regions.of_node(button.node).has(outside));
    own.filter(|button| !button.disabled && !leads_away(button.node)).count()
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
