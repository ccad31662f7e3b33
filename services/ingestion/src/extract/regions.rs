//! What kind of place each node stands in: hidden, struck out, among recommendations, in the page's frame.
//!
//! One pass in document order, a word of flags a node, inherited. Class names and ids are read as the hints
//! that they are: an element that contains the headline is never set aside because of its name.

mod headline;
mod names;
mod stylesheet;

use super::dom::{Dom, NodeId, Tag};
use super::words;
use stylesheet::Stylesheet;

/// Flags of a node; those of its ancestors included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Region(u8);

impl Region {
    /// Not displayed.
    pub(super) const HIDDEN: Region = Region(1);
    /// Struck out or named as the price before a discount.
    pub(super) const OLD: Region = Region(2);
    /// Header, footer, navigation, overlays: the same on every page of the shop.
    pub(super) const FRAME: Region = Region(4);
    /// Other products: recommendations, carousels, grids; and reviews.
    pub(super) const ASIDE: Region = Region(8);
    /// Financing, shipping, warranty, unit prices.
    pub(super) const TERMS: Region = Region(16);
    /// In something that calls itself a price.
    pub(super) const PRICE: Region = Region(32);
    /// In something that slides: other products, or this one's pictures.
    pub(super) const SLIDES: Region = Region(64);

    /// Only stands in for what has not come.
    pub(super) const STAND_IN: Region = Region(128);

    const NONE: Region = Region(0);

    pub(super) fn or(self, other: Region) -> Region {
        Region(self.0 | other.0)
    }

    pub(super) fn has(self, any: Region) -> bool {
        self.0 & any.0 != 0
    }
}

/// The flags of every node of one page.
#[derive(Debug)]
pub(super) struct Regions {
    flags: Vec<Region>,
    headline: Option<NodeId>,
    /// `aside` elements that hold the page's buy box.
    buy_boxes: Vec<NodeId>,
}

impl Regions {
    pub(super) fn of(dom: &Dom) -> Regions {
        let headline = headline::of(dom);
        let sheet = Stylesheet::of(dom);
        let mut regions =
            Regions { flags: vec![Region::NONE; dom.len()], headline, buy_boxes: buy_boxes(dom) };
        for node in dom.all().skip(1) {
            let inherited = dom.parent(node).map_or(Region::NONE, |parent| regions.of_node(parent));
            let own = if dom.is_text(node) {
                Region::NONE
            } else {
                regions.own(dom, node).or(sheet.region_of(dom, node))
            };
            regions.flags[node.index()] = inherited.or(own);
        }
        regions.set_recommendations_aside(dom);
        regions
    }

    pub(super) fn of_node(&self, node: NodeId) -> Region {
        self.flags.get(node.index()).copied().unwrap_or_default()
    }

    pub(super) fn is_hidden(&self, node: NodeId) -> bool {
        self.of_node(node).has(Region::HIDDEN)
    }

    /// What names the page's subject: usually its `h1`.
    pub(super) fn headline(&self) -> Option<NodeId> {
        self.headline
    }

    /// What was seen of a node and a few below it, against what its names say.
    pub(super) fn correct(&mut self, dom: &Dom, node: NodeId, has: Region, has_not: Region) {
        const MOST_BELOW: usize = 100;
        let below = dom.descendants(node).take(MOST_BELOW);
        for node in std::iter::once(node).chain(below).filter(|node| !dom.tag(*node).is_unseen()) {
            let flags = &mut self.flags[node.index()];
            *flags = Region((flags.0 & !has_not.0) | has.0);
        }
    }

    /// The headline that is seen, where it is known what is.
    pub(super) fn set_headline(&mut self, node: NodeId) {
        self.headline = Some(node);
    }

    fn holds_headline(&self, dom: &Dom, node: NodeId) -> bool {
        self.headline.is_some_and(|h1| dom.contains(node, h1))
    }

    fn own(&self, dom: &Dom, node: NodeId) -> Region {
        let tag = dom.tag(node);
        let mut region = match tag {
            Tag::Head => return Region::HIDDEN,
            Tag::Body | Tag::Html | Tag::Main => return Region::NONE,
            tag if tag.is_unseen() => return Region::HIDDEN,
            Tag::S | Tag::Strike | Tag::Del => Region::OLD,
            Tag::Footer | Tag::Nav | Tag::Header | Tag::Dialog => Region::FRAME,
            Tag::Aside if !self.buy_boxes.contains(&node) && !is_buy_box(dom, node) => Region::ASIDE,
            _ => Region::NONE,
        };
        // an element that a shop has defined says in its name what it holds
        if tag == Tag::Other && dom.name(node).contains('-') {
            region = region.or(names::region_of(dom.name(node)));
        }
        for (name, value) in dom.attributes(node) {
            region = region.or(match name {
                // a picture's own name tells what it shows, not where it stands
                "id" | "class" if tag == Tag::Img => hidden_class(value),
                "id" | "class" => names::region_of(value).or(hidden_class(value)),
                "data-testid" | "data-test" | "data-component-type" | "data-hook" | "aria-label" => {
                    names::region_of(value)
                }
                "hidden" if value != "until-found" => Region::HIDDEN,
                "style" => of_style(value),
                "data-a-strike" if value == "true" => Region::OLD,
                _ => Region::NONE,
            });
        }
        if is_stand_in(dom, node) {
            region = region.or(Region::STAND_IN);
        }
        if self.holds_headline(dom, node) { Region(region.0 & Region::PRICE.0) } else { region }
    }

    /// A heading such as "Customers also bought" sets aside the section that it heads.
    fn set_recommendations_aside(&mut self, dom: &Dom) {
        const HEADINGS: usize = 200;
        const LONGEST: usize = 90;
        let headings = dom.all().filter(|node| dom.tag(*node).is_heading() && dom.tag(*node) != Tag::H1);
        for heading in headings.take(HEADINGS) {
            if self.of_node(heading).has(Region::ASIDE) {
                continue;
            }
            let text = dom.text(heading, LONGEST).to_lowercase();
            let own = Some(heading) == self.headline;
            if !own && text.len() < LONGEST && words::RECOMMENDATION.occur_in(&text) {
                self.set_section_aside(dom, heading);
            }
        }
        let titles = dom.all().filter(|node| dom.is_text(*node)).filter_map(|node| title_like(dom, node));
        for title in titles.take(HEADINGS).collect::<Vec<_>>() {
            self.set_section_aside(dom, title);
        }
    }

    fn set_section_aside(&mut self, dom: &Dom, heading: NodeId) {
        const FEW_NODES: usize = 12;
        const LEVELS: usize = 3;
        let size = |node: NodeId| dom.after(node).map_or(dom.len(), NodeId::index) - node.index();
        let free = |node: &NodeId| {
            !matches!(dom.tag(*node), Tag::Body | Tag::Html | Tag::Document | Tag::Main)
                && !self.holds_headline(dom, *node)
        };
        let own_size = size(heading);
        let mut wrappers = dom.ancestors(heading).take(LEVELS).take_while(free);
        if let Some(section) = wrappers.find(|node| size(*node) > own_size + FEW_NODES) {
            self.set_aside(dom, section);
            return;
        }
        let top = dom.ancestors(heading).take(LEVELS).take_while(free).last().unwrap_or(heading);
        self.set_followers_aside(dom, heading, top);
    }

    /// Heading and section side by side: what follows up to the next heading of the same rank.
    fn set_followers_aside(&mut self, dom: &Dom, heading: NodeId, top: NodeId) {
        const SIBLINGS: usize = 24;
        let rank = heading_rank(dom, heading);
        let mut next = dom.after(top);
        for _ in 0..SIBLINGS {
            let Some(node) = next.filter(|node| dom.parent(*node) == dom.parent(top)) else { return };
            let first_inside = dom.descendants(node).take(4).find(|inner| dom.tag(*inner).is_heading());
            let ends = (dom.tag(node).is_heading() && heading_rank(dom, node) <= rank)
                || first_inside.is_some_and(|inner| heading_rank(dom, inner) < rank)
                || self.holds_headline(dom, node);
            if ends {
                return;
            }
            self.set_aside(dom, node);
            next = dom.after(node);
        }
    }

    fn set_aside(&mut self, dom: &Dom, section: NodeId) {
        let end = dom.after(section).map_or(dom.len(), NodeId::index);
        for flags in &mut self.flags[section.index()..end] {
            *flags = flags.or(Region::ASIDE);
        }
    }
}

/// The number in the name of a heading; a title without one is taken for a third.
fn heading_rank(dom: &Dom, heading: NodeId) -> u8 {
    let name = dom.name(heading).as_bytes();
    name.get(1).filter(|_| dom.tag(heading).is_heading()).map_or(3, |digit| digit - b'0')
}

/// The element of a short text that is no heading and yet titles other products. Single words are no titles.
fn title_like(dom: &Dom, text: NodeId) -> Option<NodeId> {
    const LONGEST: usize = 90;
    const SHARE: f64 = 0.4;
    let characters = dom.characters(text).trim();
    if characters.len() < 6 || characters.len() > LONGEST {
        return None;
    }
    let parent = dom.parent(text)?;
    if !matches!(
        dom.tag(parent),
        Tag::B | Tag::Strong | Tag::P | Tag::Div | Tag::Span | Tag::Td | Tag::Th | Tag::Font
    ) {
        return None;
    }
    let lower = characters.to_lowercase();
    let hit = words::RECOMMENDATION.find(&lower)?;
    let phrase = lower.get(hit.clone())?;
    let is_phrase = phrase.contains(' ') || (!phrase.is_ascii() && phrase.chars().count() >= 4);
    (is_phrase && hit.len() as f64 >= SHARE * lower.len() as f64).then_some(parent)
}

/// An `aside` that calls itself the product's own or holds the one button to order: many shops put price and button into one.
fn is_buy_box(dom: &Dom, node: NodeId) -> bool {
    const NAMES: [&str; 9] = [
        "buy",
        "purchase",
        "product-info",
        "product-detail",
        "product__",
        "summary",
        "pdp",
        "price",
        "offer",
    ];
    const LOOKED_AT: usize = 300;
    let names = ["id", "class"].into_iter().filter_map(|name| dom.attr(node, name));
    let buttons = dom.descendants(node).take(LOOKED_AT).filter(|inner| dom.tag(*inner) == Tag::Button);
    let orders = buttons.filter(|button| words::BUY.occur_in(&dom.text(*button, 40).to_lowercase()));
    let sells_one = orders.take(2).count() == 1;
    sells_one
        || names.take(2).any(|name| {
            let lower = name.get(..name.floor_char_boundary(200)).unwrap_or_default().to_ascii_lowercase();
            NAMES.iter().any(|part| lower.contains(part))
        })
}

/// A buy box beside the gallery is an `aside` in some shops: it holds one buy button, a list of others many.
fn buy_boxes(dom: &Dom) -> Vec<NodeId> {
    const MOST: usize = 30;
    const MOST_NODES: usize = 600;
    const MOST_BUTTONS: usize = 20;
    const LONGEST: usize = 48;
    let is_buying = |node: &NodeId| words::BUY.occur_in(&dom.text(*node, LONGEST).to_lowercase());
    let holds_one = |aside: &NodeId| {
        let inner = dom.descendants(*aside).take(MOST_NODES);
        let buttons = inner.filter(|node| dom.tag(*node) == Tag::Button).take(MOST_BUTTONS);
        buttons.filter(is_buying).take(2).count() == 1
    };
    dom.all().filter(|node| dom.tag(*node) == Tag::Aside).take(MOST).filter(holds_one).collect()
}

/// Drawn in place of what is still to come: by its own word, or by the usual name of such a thing. Whole pages that
/// forget to take the word back are not meant.
fn is_stand_in(dom: &Dom, node: NodeId) -> bool {
    const MOST_NODES: usize = 30;
    let is_busy = dom.attr(node, "aria-busy").is_some_and(|busy| busy.eq_ignore_ascii_case("true"));
    let is_named = |class: &str| {
        matches!(class, "skeleton" | "shimmer" | "placeholder-glow" | "placeholder-wave")
            || class.ends_with("-skeleton")
            || class.ends_with("_skeleton")
    };
    let has_name = || dom.attr(node, "class").unwrap_or_default().split_ascii_whitespace().any(is_named);
    (is_busy || has_name()) && dom.descendants(node).take(MOST_NODES).count() < MOST_NODES
}

fn hidden_class(value: &str) -> Region {
    let hides = |class: &str| {
        matches!(
            class,
            "hidden"
                | "hide"
                | "d-none"
                | "is-hidden"
                | "js-hidden"
                | "aok-hidden"
                | "display-none"
                | "ng-hide"
                | "uk-hidden"
                | "u-hidden"
        )
    };
    if value.split_ascii_whitespace().take(40).any(hides) { Region::HIDDEN } else { Region::NONE }
}

fn of_style(style: &str) -> Region {
    const LONGEST: usize = 2_000;
    let style = style.get(..style.floor_char_boundary(LONGEST)).unwrap_or_default();
    let compact: String =
        style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let mut region = Region::NONE;
    if compact.contains("display:none") || compact.contains("visibility:hidden") {
        region = region.or(Region::HIDDEN);
    }
    if compact.contains("line-through") {
        region = region.or(Region::OLD);
    }
    region
}

#[cfg(test)]
mod tests {
    use super::{Region, Regions};
    use crate::extract::dom::Dom;

    fn region_of(html: &str, text: &str) -> Region {
        let dom = Dom::parse(html);
        let regions = Regions::of(&dom);
        let node = dom.all().find(|n| dom.characters(*n) == text).expect("the text is in the page");
        regions.of_node(node)
    }

    #[test]
    fn names_and_tags_tell_the_place() {
        let cases = [
            ("<div class='price'><s>X</s></div>", Region::OLD),
            ("<span class='priceOld'><span>X</span></span>", Region::PRICE),
            ("<span style='TEXT-DECORATION: line-through'>X</span>", Region::OLD),
            ("<div class='product-carousel'>X</div>", Region::SLIDES),
            ("<div id='RelatedItems'>X</div>", Region::ASIDE),
            ("<div hidden>X</div>", Region::HIDDEN),
            ("<template>X</template>", Region::HIDDEN),
            ("<div style='display: none'><b>X</b></div>", Region::HIDDEN),
            ("<p class='klarna-message'>X</p>", Region::TERMS),
            ("<p class='price' aria-busy='true'><b>X</b></p>", Region::STAND_IN),
            ("<p class='price price-skeleton'>X</p>", Region::STAND_IN),
            ("<footer>X</footer>", Region::FRAME),
            ("<similar-items><b>X</b></similar-items>", Region::ASIDE),
            ("<mini-cart>X</mini-cart>", Region::FRAME),
        ];
        for (html, expected) in cases {
            assert!(region_of(html, "X").has(expected), "{html}");
        }
    }

    #[test]
    fn parts_of_longer_words_do_not_count() {
        for html in [
            "<div class='preview'>X</div>",
            "<div class='pretty'>X</div>",
            "<div class='accreditation'>X</div>",
        ] {
            assert_eq!(region_of(html, "X"), Region::default(), "{html}");
        }
    }

    #[test]
    fn what_holds_the_headline_is_not_aside() {
        let html = "<div class='product-card'><h1>Lamp</h1><b>X</b></div>";
        assert!(!region_of(html, "X").has(Region::ASIDE));
    }

    #[test]
    fn a_heading_sets_its_section_aside() {
        let items = "<li><a>b</a></li>".repeat(10);
        let html = format!(
            "<h1>Lamp</h1><p>Y</p><div><h2>Customers also bought</h2><ul>{items}<li>X</li></ul></div>"
        );
        assert!(region_of(&html, "X").has(Region::ASIDE));
        assert!(!region_of(&html, "Y").has(Region::ASIDE));
    }

    #[test]
    fn a_title_beside_its_section_sets_it_aside_too() {
        for title in ["<h3>You may also like</h3>", "<div class=t><b>この商品を見た人はこちらも</b></div>"]
        {
            let html =
                format!("<div><h1>Lamp</h1><p>Y</p>{title}<ul><li>X</li></ul><h2>Details</h2><i>Z</i></div>");
            assert!(region_of(&html, "X").has(Region::ASIDE), "{title}");
            assert!(!region_of(&html, "Y").has(Region::ASIDE), "{title}");
            assert!(!region_of(&html, "Z").has(Region::ASIDE), "{title}");
        }
    }

    #[test]
    fn a_buy_box_may_be_an_aside() {
        assert!(!region_of("<aside class=buy-box>X</aside>", "X").has(Region::ASIDE));
        assert!(region_of("<aside class=sidebar>X</aside>", "X").has(Region::ASIDE));
    }
}
