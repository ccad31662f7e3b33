//! Who made it: an element near the headline that is named a brand, a line above the headline, the path of
//! categories, and the makers that everybody knows.

use super::super::super::candidate::Candidates;
use super::super::super::dom::Tag;
use super::super::super::product::{Field, Source};
use super::super::super::regions::Region;
use super::super::super::words;
use super::{BEFORE, Scene, makers};

const LONGEST: usize = 40;

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    named_elements(scene, found);
    line_above(scene, found);
    let headline = scene.anchor.map(|node| scene.view.dom.text(node, 500));
    let titles = super::titles(scene.view);
    for title in titles.iter().chain(&headline) {
        own_shop(scene, title, found);
    }
    let Some(title) = headline.or_else(|| titles.into_iter().next()) else { return };
    trail(scene, &title, found);
    by_line(&title, found);
    if let Some((maker, trust)) = makers::in_title(&title) {
        found.push_text(Field::Manufacturer, maker, Source::Visible, "title", trust);
    }
}

/// `class="product-brand"`, `data-brand="…"`, a link to the maker's page.
fn named_elements(scene: &Scene<'_, '_>, found: &mut Candidates) {
    const AFTER: usize = 600;
    const MOST: usize = 3;
    const MOST_NAMED: usize = 100;
    const NAMES: [&str; 6] = ["brand", "manufacturer", "vendor", "hersteller", "marca", "marque"];
    const DATA: [&str; 4] = ["data-brand", "data-manufacturer", "data-vendor", "data-product-brand"];
    let Some(anchor) = scene.anchor_offset() else { return };
    let (dom, regions) = (scene.view.dom, &scene.view.regions);
    let outside = Region::HIDDEN.or(Region::FRAME).or(Region::ASIDE);
    let elements = dom.all().filter(|node| !dom.is_text(*node) && !regions.of_node(*node).has(outside));
    let near = elements.filter(|node| {
        let offset = scene.flow.offset(*node);
        offset + BEFORE >= anchor && offset <= anchor + AFTER
    });
    let (mut given, mut named_so) = (0, 0);
    for node in near {
        let stated = DATA.iter().find_map(|name| dom.filled_attr(node, name));
        if let Some(name) = stated.filter(|name| is_name(name)) {
            found.push_text(Field::Manufacturer, name, Source::Visible, "data-brand", 0.7);
            given += 1;
        }
        let names = ["class", "id", "itemprop"].into_iter().filter_map(|name| dom.attr(node, name));
        let mut names = names.take(3).flat_map(|value| value.split_ascii_whitespace().take(8));
        let named = names.any(|class| {
            let class = class.to_ascii_lowercase();
            NAMES.iter().any(|name| class.contains(name)) && !class.contains("navbar")
        });
        let linked = dom.tag(node) == Tag::A
            && dom.filled_attr(node, "href").is_some_and(|href| {
                [
                    "/brand/",
                    "/brands/",
                    "/marke/",
                    "/marken/",
                    "/marque/",
                    "/hersteller/",
                    "/vendor/",
                    "/vendors?",
                ]
                .iter()
                .any(|part| href.contains(part))
                    || is_filtered_by_maker(href)
            });
        if named || linked {
            named_so += 1;
            let text = dom.text(node, LONGEST + 20);
            let picture = || dom.descendants(node).take(6).find_map(|inner| dom.filled_attr(inner, "alt"));
            let text = if text.is_empty() { picture().unwrap_or_default().to_owned() } else { text };
            let name = without_introduction(&text);
            if is_name(name) {
                let place = dom.describe(node);
                found.push_text(Field::Manufacturer, name, Source::Visible, &place, 0.68);
                given += 1;
            }
        }
        if given >= MOST || named_so >= MOST_NAMED {
            return;
        }
    }
}

/// A link to all of one maker's: `?brand=Acme`, `/s?field-brandtextbin=Acme`.
fn is_filtered_by_maker(href: &str) -> bool {
    const KEYS: [&str; 6] = ["brand", "manufacturer", "hersteller", "marke", "marque", "marca"];
    let query = href.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split(['&', ';']).take(20).filter_map(|pair| pair.split_once('='));
    pairs.any(|(key, value)| {
        let key = key.to_ascii_lowercase();
        !value.is_empty() && KEYS.iter().any(|name| key.contains(name)) && !key.contains("market")
    })
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    let label = words::BRAND_LABEL.find(&text.to_lowercase()).is_some_and(|hit| hit.len() == text.len());
    text.len() <= LONGEST
        && text.chars().filter(|c| c.is_alphanumeric()).count() > 1
        && (text.len() > 3 || text.chars().any(|c| c.is_uppercase() || !c.is_ascii()))
        && text.split_whitespace().count() <= 4
        && !text.contains([':', '{', '?', '$', '€'])
        && !label
}

/// "Visit the X Store", "by X", "Brand: X".
fn without_introduction(text: &str) -> &str {
    const BEGINNINGS: [&str; 14] = [
        "visit the ",
        "shop all ",
        "brand: ",
        "brand ",
        "by ",
        "von ",
        "par ",
        "marke: ",
        "marque : ",
        "marque: ",
        "marca: ",
        "hersteller: ",
        "merk: ",
        "marka: ",
    ];
    const ENDS: [&str; 4] = [" store", " shop", "-store", "-shop"];
    let mut rest = text.trim();
    for beginning in BEGINNINGS {
        let head = rest.get(..beginning.len()).unwrap_or_default();
        if head.to_lowercase() == beginning {
            rest = rest.get(beginning.len()..).unwrap_or_default().trim();
        }
    }
    for end in ENDS {
        let at = rest.len().saturating_sub(end.len());
        if rest.get(at..).unwrap_or_default().eq_ignore_ascii_case(end) {
            rest = rest.get(..at).unwrap_or_default().trim();
        }
    }
    rest
}

/// The short line right above the headline, if the headline or the site's name repeats it.
fn line_above(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let (Some(anchor), Some(at)) = (scene.anchor, scene.anchor_offset()) else { return };
    let dom = scene.view.dom;
    let above = scene.own_texts(BEFORE, 0);
    let mut above =
        above.into_iter().rev().filter(|(node, offset)| *offset < at && !dom.contains(anchor, *node));
    let Some((node, _)) = above.find(|(node, _)| !dom.characters(*node).trim().is_empty()) else { return };
    let together = dom.ancestors(node).take(3).any(|up| dom.contains(up, anchor));
    let line = dom.characters(node).trim();
    let title = dom.text(anchor, 500).to_lowercase();
    let site = scene.view.meta("og:site_name").unwrap_or_default();
    let repeated = title.starts_with(&line.to_lowercase()) || site.eq_ignore_ascii_case(line);
    if together && repeated && is_name(line) {
        found.push_text(Field::Manufacturer, line, Source::Visible, "line above the headline", 0.55);
    }
}

/// "VAYU laptops" above a title that begins with VAYU.
fn trail(scene: &Scene<'_, '_>, title: &str, found: &mut Candidates) {
    let parts = super::trail::parts(scene.view);
    for (at, part) in parts.iter().enumerate() {
        let is_series = at + 1 == parts.len() && !part.split_whitespace().any(makers::is_kind);
        let own = part.split_whitespace().filter(|word| !makers::is_kind(word)).collect::<Vec<_>>().join(" ");
        if is_series || own.is_empty() || own.len() >= title.len() || !is_name(&own) {
            continue;
        }
        let (head, rest) = title.split_at(title.floor_char_boundary(own.len()));
        if head.to_lowercase() == own.to_lowercase() && rest.starts_with(|c: char| !c.is_alphanumeric()) {
            found.push_text(Field::Manufacturer, head, Source::Visible, "breadcrumb", 0.5);
            return;
        }
    }
}

/// "Copper Shade by Tom Dixon".
fn by_line(title: &str, found: &mut Candidates) {
    let Some((name, maker)) = title.rsplit_once(" by ") else { return };
    let maker = maker.split([',', '(', '|', '-']).next().unwrap_or_default().trim();
    let is_proper =
        maker.split_whitespace().all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()));
    if name.len() > 3 && is_proper && is_name(maker) {
        found.push_text(Field::Manufacturer, maker, Source::Visible, "title", 0.5);
    }
}

/// A maker's own shop: the product's name begins with the shop's.
fn own_shop(scene: &Scene<'_, '_>, title: &str, found: &mut Candidates) {
    let document = scene.view.document_title().unwrap_or_default();
    let last = document.rsplit(['|', '–', '—', '｜']).next().filter(|last| last.len() < document.len());
    let names = scene.view.meta("og:site_name").into_iter().chain(last).map(str::trim);
    for name in names.filter(|name| is_name(name) && name.len() < title.len()) {
        let (head, rest) = title.split_at(title.floor_char_boundary(name.len()));
        if head.to_lowercase() == name.to_lowercase() && !rest.starts_with(char::is_alphanumeric) {
            found.push_text(Field::Manufacturer, head, Source::Visible, "title and shop", 0.5);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_filtered_by_maker, is_name, without_introduction};

    #[test]
    fn a_list_of_one_makers_things_names_it() {
        for href in ["/s?field-brandtextbin=Acme", "?q=&Brand=7", "/all?filter.manufacturer=acme"] {
            assert!(is_filtered_by_maker(href), "{href}");
        }
        for href in ["/s?brand=", "/brand", "/?marketplace=1", "/s?k=brand"] {
            assert!(!is_filtered_by_maker(href), "{href}");
        }
    }

    #[test]
    fn introductions_are_no_part_of_a_name() {
        let cases = [
            ("Visit the Acme Store", "Acme"),
            ("Brand: Acme", "Acme"),
            ("by Tom Dixon", "Tom Dixon"),
            ("Acme", "Acme"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_introduction(text), expected);
        }
        assert!(is_name("Tom Dixon") && !is_name("Brand") && !is_name("a sentence that goes on and on"));
    }
}
