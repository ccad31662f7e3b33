//! The picture that a reader takes for the product's.

use url::Url;

use super::super::super::candidate::Candidates;
use super::super::super::dom::{Dom, NodeId, Tag};
use super::super::super::likeness::coverage;
use super::super::super::product::{Field, Source};
use super::super::super::regions::Region;
use super::super::super::view::View;
use super::Scene;

/// Pictures that are weighed, and those that are handed in.
const MOST: usize = 400;
const HANDED_IN: usize = 12;

/// Of these the first hold a larger version than any source set.
const SMALLER: usize = 7;

/// Attributes that hold a picture's address, the largest version first.
const ADDRESSES: [&str; 12] = [
    "data-zoom-image",
    "data-zoom",
    "data-large-image",
    "data-large_image",
    "data-zoom-src",
    "data-old-hires",
    "data-large",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-src",
    "src",
];

/// The address of an `img`, lazily loaded ones included: the largest that is named and no stand-in.
pub(in crate::extract) fn image_address(view: &View<'_>, node: NodeId) -> Option<Url> {
    let dom = view.dom;
    let address = |name: &&str| view.absolute(&filled_in(dom.filled_attr(node, name)?));
    let mut stated = ADDRESSES.iter().filter_map(address);
    let first = stated.next();
    let sets = || {
        ["srcset", "data-srcset"].into_iter().filter_map(|name| largest(view, dom.filled_attr(node, name)?))
    };
    let has_zoom = ADDRESSES.iter().take(SMALLER).any(|name| dom.filled_attr(node, name).is_some());
    let of_set = if has_zoom { None } else { sets().find(|url| !is_decoration(url)) };
    let picture = || of_picture(view, node);
    let shown = first.clone().filter(|url| !is_decoration(url));
    // what the browser has chosen of the sources around it
    let chosen = || view.absolute(&view.looks.of_node(node)?.picture.as_ref()?.address);
    let stated = || stated.find(|url| !is_decoration(url));
    of_set.or(shown).or_else(picture).or_else(stated).or_else(chosen).or(first)
}

/// A script would fill in the width.
fn filled_in(address: &str) -> String {
    address.replace("{width}", "1080").replace("{size}", "1080x")
}

/// The address of the largest version in a source set, whose entries white space and commas part: the comma may
/// stand before, after or without white space.
fn largest(view: &View<'_>, set: &str) -> Option<Url> {
    const LONGEST: usize = 20_000;
    const MOST: usize = 80;
    let set = set.get(..set.floor_char_boundary(LONGEST)).unwrap_or_default();
    let mut best: Option<(f64, &str)> = None;
    let mut open: Option<&str> = None;
    for word in set.split_ascii_whitespace().take(MOST) {
        let (size, rest) = descriptor(word).unwrap_or((1.0, word));
        if let Some(address) = open.take()
            && best.is_none_or(|(largest, _)| size > largest)
        {
            best = Some((size, address));
        }
        open = Some(rest.trim_matches(',')).filter(|address| !address.is_empty());
    }
    let last = open.filter(|_| best.is_none());
    let address = best.map(|(_, address)| address).or(last)?;
    view.absolute(&filled_in(address))
}

/// `640w` or `2x`, and what follows its comma.
fn descriptor(word: &str) -> Option<(f64, &str)> {
    let (size, rest) = word.split_once(',').unwrap_or((word, ""));
    let number = size.strip_suffix(['w', 'x', 'h'])?;
    number.parse().ok().map(|size| (size, rest))
}

/// What the `source` elements beside the `img` name.
fn of_picture(view: &View<'_>, node: NodeId) -> Option<Url> {
    let dom = view.dom;
    let picture = dom.parent(node).filter(|parent| dom.tag(*parent) == Tag::Picture)?;
    let sources = dom.children(picture).filter(|child| dom.tag(*child) == Tag::Source);
    let sets = sources.filter_map(|source| {
        dom.filled_attr(source, "srcset").or_else(|| dom.filled_attr(source, "data-srcset"))
    });
    sets.filter_map(|set| largest(view, set)).find(|url| !is_decoration(url))
}

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    let view = scene.view;
    let titles = super::titles(view);
    let outside = Region::FRAME.or(Region::ASIDE);
    let images = view.dom.all().filter(|node| view.dom.tag(*node) == Tag::Img);
    let images = images.filter(|node| !view.regions.of_node(*node).has(outside)).take(MOST);
    let mut weighed: Vec<(f64, NodeId, Url)> = Vec::new();
    for node in images {
        if let Some(url) = image_address(view, node).filter(|url| !is_decoration(url)) {
            weighed.push((weigh(scene, node, &url, &titles), node, url));
        }
    }
    // stable: of equals the first
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (trust, node, url) in weighed.iter().filter(|(trust, _, _)| *trust > 0.15).take(HANDED_IN) {
        let address = enlarged(view, *node).map_or_else(|| url.to_string(), String::from);
        found.push_text(Field::Image, &address, Source::Visible, &view.dom.describe(*node), *trust);
    }
}

/// A link around the picture leads to its large version.
fn enlarged(view: &View<'_>, node: NodeId) -> Option<Url> {
    let link = view.dom.ancestors(node).take(2).find(|up| view.dom.tag(*up) == Tag::A)?;
    let url = view.absolute(view.dom.filled_attr(link, "href")?)?;
    let path = url.path().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".webp", ".avif"].iter().any(|ending| path.ends_with(ending)).then_some(url)
}

/// Logos, icons, pixels: by their names.
pub(in crate::extract) fn is_decoration(url: &Url) -> bool {
    const NAMES: [&str; 36] = [
        "logo",
        "sprite",
        "icon",
        "pixel",
        "spacer",
        "blank.",
        "1x1",
        "transparent",
        "placeholder",
        "loading",
        "loader",
        "banner",
        "button",
        "arrow",
        "badge",
        "rating",
        "star",
        "flag",
        "payment",
        "no-image",
        "noimage",
        "avatar",
        "no_image",
        "nophoto",
        "no-photo",
        "no_photo",
        "coming-soon",
        "comingsoon",
        "image-not",
        "ogp",
        "default-image",
        "default_image",
        "og-default",
        "og_default",
        "throbber",
        "spinner",
    ];
    const FOLDERS: [&str; 11] = [
        "banner", "banners", "icon", "icons", "logo", "logos", "button", "buttons", "sprites", "flags",
        "badges",
    ];
    let path = url.path().to_ascii_lowercase();
    let file = path.rsplit('/').next().unwrap_or_default();
    ends_in(file, "svg")
        || (ends_in(file, "gif") && file.len() < 12)
        || NAMES.iter().any(|name| file.contains(name))
        || path.split('/').any(|segment| FOLDERS.contains(&segment))
}

fn ends_in(file: &str, extension: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, own)| own == extension)
}

fn weigh(scene: &Scene<'_, '_>, node: NodeId, url: &Url, titles: &[String]) -> f64 {
    let dom = scene.view.dom;
    let mut trust: f64 = 0.2;
    let alt = dom.filled_attr(node, "alt").or_else(|| dom.filled_attr(node, "title")).unwrap_or_default();
    let words =
        titles.iter().map(|title| coverage(alt, title).min(coverage(title, alt) * 2.0)).fold(0.0, f64::max);
    trust += 0.25 * words;
    trust += match size(dom, node).or_else(|| scene.view.looks.picture_side(node)) {
        Some(side) if side >= 250 => 0.2,
        Some(side) if side >= 120 => 0.08,
        Some(side) if side < 60 => -0.3,
        _ => 0.0,
    };
    let names = named(dom, node);
    if ["product", "main", "gallery", "zoom", "primary", "hero", "large", "detail"]
        .iter()
        .any(|word| names.contains(word))
    {
        trust += 0.12;
    }
    if names.contains("thumb") || url.path().contains("thumb") {
        trust -= 0.08;
    }
    if enlarged(scene.view, node).is_some() {
        trust += 0.12;
    }
    let is_link = |up| {
        dom.tag(up) == Tag::A && dom.filled_attr(up, "href").is_some_and(|href| !href.starts_with(['#', 'j']))
    };
    let links_away = dom.ancestors(node).take(3).any(is_link) && enlarged(scene.view, node).is_none();
    if links_away {
        trust -= 0.1;
    }
    let distance = scene.anchor_offset().map(|anchor| scene.flow.offset(node).abs_diff(anchor));
    trust += distance.map_or(0.0, |bytes| 0.15 * (-(bytes as f64) / 600.0).exp());
    trust.clamp(0.0, 0.7)
}

/// The smaller side in CSS pixels, where the element or the address tells.
fn size(dom: &Dom, node: NodeId) -> Option<u32> {
    let side =
        |name| dom.filled_attr(node, name).and_then(|value| value.trim_end_matches("px").parse::<u32>().ok());
    match (side("width"), side("height")) {
        (Some(width), Some(height)) => Some(width.min(height)),
        (one, other) => one.or(other),
    }
}

/// Class names and ids of the picture and what is right around it, lowercase.
fn named(dom: &Dom, node: NodeId) -> String {
    let near = std::iter::once(node).chain(dom.ancestors(node).take(3));
    let names = near.flat_map(|up| [dom.attr(up, "id"), dom.attr(up, "class"), dom.attr(up, "itemprop")]);
    let mut all = String::new();
    for name in names.flatten() {
        all.push_str(name.get(..name.floor_char_boundary(200)).unwrap_or_default());
        all.push(' ');
    }
    all.make_ascii_lowercase();
    all
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::image_address;
    use crate::extract::dom::{Dom, Tag};
    use crate::extract::product::Marketplace;
    use crate::extract::view::View;

    #[test]
    fn the_largest_version_is_taken() {
        let cases = [
            ("<img src=/s.jpg srcset='/a.jpg 320w, /b.jpg 1280w, /c.jpg 640w'>", "/b.jpg"),
            ("<img src=/s.jpg srcset='/a.jpg 40w,/b.jpg 80w'>", "/b.jpg"),
            ("<img src=/s.jpg srcset='/a.jpg, /b.jpg 2x'>", "/b.jpg"),
            ("<img src=/s.jpg srcset='/a,w_300.jpg 1x, /a,w_600.jpg 2x'>", "/a,w_600.jpg"),
            ("<img src=/s.jpg srcset='/a.jpg'>", "/a.jpg"),
            ("<img src=/blank.gif data-src=/a.jpg>", "/a.jpg"),
            ("<img src=/placeholder.png data-srcset='/a.jpg 1x, /b.jpg 2x'>", "/b.jpg"),
            ("<img src=/s.jpg data-zoom-image=/z.jpg srcset='/a.jpg 2x'>", "/z.jpg"),
            ("<img data-src='/a_{width}x.jpg'>", "/a_1080x.jpg"),
            (
                "<picture><source srcset='/a.webp 400w, /b.webp 800w'><img src='data:image/gif;base64,R0'></picture>",
                "/b.webp",
            ),
            ("<img src=/s.jpg>", "/s.jpg"),
        ];
        let url = Url::parse("https://shop.example/p/1").expect("a valid address");
        for (html, expected) in cases {
            let dom = Dom::parse(html);
            let view = View::new(&dom, &url, Marketplace::Other);
            let image = dom.all().find(|node| dom.tag(*node) == Tag::Img).expect("a picture");
            let address = image_address(&view, image);
            assert_eq!(address.as_ref().map(Url::path), Some(expected), "{html}");
        }
    }
}
