//! What kind of place each node stands in: hidden, struck out, among recommendations, in the page's frame.
//!
//! One pass in document order, a word of flags a node, inherited. Class names and ids are read as the hints
//! that they are: an element that contains the headline is never set aside because of its name.

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
        let headline = headline(dom);
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

    /// The first `h1` that has text.
    pub(super) fn headline(&self) -> Option<NodeId> {
        self.headline
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
            Tag::Aside if !self.buy_boxes.contains(&node) => Region::ASIDE,
            _ => Region::NONE,
        };
        for (name, value) in dom.attributes(node) {
            region = region.or(match name {
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
            if text.len() < LONGEST && words::RECOMMENDATION.occur_in(&text) {
                self.set_section_aside(dom, heading);
            }
        }
    }

    /// Without an element of its own, the section goes on to the next heading of its parent.
    fn set_following_aside(&mut self, dom: &Dom, heading: NodeId) {
        const MOST_SIBLINGS: usize = 200;
        let sibling = |node: NodeId| dom.after(node).filter(|next| dom.parent(*next) == dom.parent(heading));
        let following = std::iter::successors(sibling(heading), |node| sibling(*node)).take(MOST_SIBLINGS);
        let own =
            following.take_while(|node| !dom.tag(*node).is_heading() && !self.holds_headline(dom, *node));
        let Some(last) = own.last() else { return };
        let end = dom.after(last).map_or(dom.len(), NodeId::index);
        for flags in &mut self.flags[heading.index()..end] {
            *flags = flags.or(Region::ASIDE);
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
        let section = dom
            .ancestors(heading)
            .take(LEVELS)
            .take_while(free)
            .find(|node| size(*node) > own_size + FEW_NODES);
        if section.is_none() {
            self.set_following_aside(dom, heading);
        }
        if let Some(section) = section {
            let end = section.index() + size(section);
            for flags in &mut self.flags[section.index()..end] {
                *flags = flags.or(Region::ASIDE);
            }
        }
    }
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

/// The first `h1` that has text, rather not the shop's name in its header.
fn headline(dom: &Dom) -> Option<NodeId> {
    const MOST: usize = 20;
    const LEVELS: usize = 12;
    let titled = |node: &NodeId| dom.tag(*node) == Tag::H1 && !dom.text(*node, 16).is_empty();
    let all: Vec<NodeId> = dom.all().filter(titled).take(MOST).collect();
    let is_frame = |up: NodeId| {
        let named = dom.attr(up, "id").or_else(|| dom.attr(up, "class")).unwrap_or_default();
        matches!(dom.tag(up), Tag::Header | Tag::Nav | Tag::Footer)
            || named.to_ascii_lowercase().contains("logo")
    };
    let in_frame = |node: NodeId| std::iter::once(node).chain(dom.ancestors(node)).take(LEVELS).any(is_frame);
    all.iter().find(|node| all.len() > 1 && !in_frame(**node)).or(all.first()).copied()
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
            ("<footer>X</footer>", Region::FRAME),
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
}
