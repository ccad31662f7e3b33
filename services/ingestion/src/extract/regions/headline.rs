//! Which element names what the page is about: the `h1`, and what stands in for it where the only `h1` is the
//! shop's logo or there is none.

use super::super::dom::{Dom, NodeId, Tag};
use super::super::likeness::{coverage, likeness};
use super::super::rank;

/// Headlines and other headings that are compared with the page's titles.
const MOST: usize = 40;
/// Texts that are compared with them where a page has no heading at all.
const MOST_TEXTS: usize = 400;
const LONGEST: usize = 500;

pub(super) fn of(dom: &Dom) -> Option<NodeId> {
    let titles = titles(dom);
    let fit = |text: &str| titles.iter().map(|title| alike(text, title)).fold(0.0, f64::max);
    let headlines = dom.all().filter(|node| dom.tag(*node) == Tag::H1 && !dom.text(*node, 16).is_empty());
    let ranked = headlines.take(MOST).map(|node| {
        let logo = if is_logo(dom, node) { -1.0 } else { 0.0 };
        (fit(&dom.text(node, LONGEST)) + logo, node)
    });
    let best = rank::best(ranked);
    match best {
        Some((fit, node)) if fit >= 0.0 => Some(node),
        _ => heading(dom, fit).or_else(|| text(dom, &titles)).or(best.map(|(_, node)| node)),
    }
}

/// The `title` of the document and of its card.
fn titles(dom: &Dom) -> Vec<String> {
    const HEAD: usize = 3_000;
    let head = || dom.all().take(HEAD);
    let title = head().find(|node| dom.tag(*node) == Tag::Title).map(|node| dom.text(node, LONGEST));
    let card = head().filter(|node| dom.tag(*node) == Tag::Meta);
    let card = card
        .filter(|node| dom.attr(*node, "property") == Some("og:title"))
        .find_map(|node| dom.filled_attr(node, "content"));
    title.into_iter().chain(card.map(str::to_owned)).filter(|text| text.len() > 3).collect()
}

/// A title often says a headline and more; a single shared word proves nothing.
fn alike(text: &str, title: &str) -> f64 {
    let whole = if text.split_whitespace().count() > 2 { coverage(text, title) * 0.9 } else { 0.0 };
    likeness(text, title).max(whole)
}

/// In what is named a logo, or the page's header and a link to the shop's first page.
fn is_logo(dom: &Dom, node: NodeId) -> bool {
    const LEVELS: usize = 4;
    let around = || std::iter::once(node).chain(dom.ancestors(node).take(LEVELS));
    let named = around().any(|up| {
        ["id", "class"].iter().filter_map(|name| dom.attr(up, name)).any(|name| {
            let lower = name.get(..name.floor_char_boundary(100)).unwrap_or_default().to_ascii_lowercase();
            lower.contains("logo") || lower.contains("site-title") || lower.contains("site-name")
        })
    });
    let links_home = || {
        let inner = dom.descendants(node).take(6).chain(dom.ancestors(node).take(1));
        let mut links = inner.filter(|n| dom.tag(*n) == Tag::A).filter_map(|n| dom.filled_attr(n, "href"));
        links.any(|href| {
            href.strip_suffix('/').unwrap_or(href).matches('/').count() % 2 == 0 && href.len() < 40
        })
    };
    named || (around().any(|up| dom.tag(up) == Tag::Header) && links_home())
}

fn heading(dom: &Dom, fit: impl Fn(&str) -> f64) -> Option<NodeId> {
    const ALIKE: f64 = 0.6;
    let named = |node: &NodeId| dom.tag(*node).is_heading() || dom.attr(*node, "itemprop") == Some("name");
    let headings = dom.all().filter(|node| dom.tag(*node) != Tag::H1).filter(named).take(MOST);
    let ranked = headings.map(|node| (fit(&dom.text(node, LONGEST)), node));
    rank::best(ranked.filter(|(fit, _)| *fit >= ALIKE)).map(|(_, node)| node)
}

/// The element of a text that the titles repeat, in pages of tables and fonts.
fn text(dom: &Dom, titles: &[String]) -> Option<NodeId> {
    const ALIKE: f64 = 0.5;
    let longest = titles.iter().map(String::len).max()?;
    let own = dom.all().filter(|node| dom.is_text(*node)).filter(|node| {
        let length = dom.characters(*node).trim().len();
        length >= 8 && length * 3 >= longest && length <= longest * 3
    });
    let shown = own.filter(|node| {
        dom.ancestors(*node)
            .take(3)
            .all(|up| !dom.tag(up).is_unseen() && !matches!(dom.tag(up), Tag::Title | Tag::Option))
    });
    let ranked = shown.take(MOST_TEXTS).map(|node| {
        let text = dom.characters(node);
        (titles.iter().map(|title| alike(text, title)).fold(0.0, f64::max), node)
    });
    let (_, best) = rank::best(ranked.filter(|(fit, _)| *fit >= ALIKE))?;
    dom.parent(best)
}

#[cfg(test)]
mod tests {
    use crate::extract::dom::Dom;

    #[test]
    fn the_headline_names_the_product() {
        let cases = [
            ("<title>Blue Lamp</title><h1>Blue Lamp</h1><h1>News</h1>", "Blue Lamp"),
            (
                "<title>Blue Lamp 40 | Lightly</title><div id=logo><h1><a href=/>Lightly</a></h1></div><h1>Blue Lamp 40</h1>",
                "Blue Lamp 40",
            ),
            ("<title>Blue Lamp 40 | Lightly</title><h2>News</h2><h2>Blue Lamp 40</h2>", "Blue Lamp 40"),
            (
                "<title>Blue Lamp 40 cm | Lightly</title><td><font><b>Blue Lamp 40 cm</b></font>",
                "Blue Lamp 40 cm",
            ),
            ("<title>Shop</title><h1>A slogan</h1>", "A slogan"),
        ];
        for (html, expected) in cases {
            let dom = Dom::parse(html);
            let found = super::of(&dom).map(|node| dom.text(node, 100));
            assert_eq!(found.as_deref(), Some(expected), "{html}");
        }
    }
}
