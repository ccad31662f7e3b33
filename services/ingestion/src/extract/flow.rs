//! The page as a reader meets it: all visible text in one line-broken string, and where each node stands in it.
//!
//! Distances in this string stand in for distances on the screen, which the serialised page does not have.

use super::dom::{Dom, NodeId, Tag};
use super::regions::Regions;
use super::words;

#[derive(Debug)]
pub(super) struct Flow {
    text: String,
    /// By node: where its text begins.
    at: Vec<u32>,
    buttons: Vec<BuyButton>,
}

/// A button or link whose label says that it takes an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BuyButton {
    pub(super) node: NodeId,
    pub(super) disabled: bool,
}

impl Flow {
    pub(super) fn of(dom: &Dom, regions: &Regions) -> Flow {
        let mut flow = Flow { text: String::new(), at: Vec::with_capacity(dom.len()), buttons: Vec::new() };
        let mut blocks: Vec<NodeId> = Vec::new();
        for node in dom.all() {
            while blocks.last().is_some_and(|block| !dom.contains(*block, node)) {
                blocks.pop();
                flow.break_line();
            }
            flow.at.push(u32::try_from(flow.text.len()).unwrap_or(u32::MAX));
            if regions.is_hidden(node) {
                continue;
            }
            if dom.is_text(node) {
                flow.append(dom.characters(node));
            } else if dom.tag(node).is_block() {
                flow.break_line();
                blocks.push(node);
            }
        }
        flow.buttons = buy_buttons(dom, regions);
        flow
    }

    fn append(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn break_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of visible text before the node.
    pub(super) fn offset(&self, node: NodeId) -> usize {
        self.at.get(node.index()).map_or(self.text.len(), |at| *at as usize)
    }

    /// What introduces the text at an offset, at most `bytes` of it: the line up to there or, where the line
    /// begins there, the line before if it is a label, that is, holds no number.
    pub(super) fn label_before(&self, offset: usize, bytes: usize) -> &str {
        let start = self.text.ceil_char_boundary(offset.saturating_sub(bytes));
        let end = self.text.floor_char_boundary(offset.min(self.text.len()));
        let piece = self.text.get(start..end).unwrap_or_default();
        let mut lines = piece.rsplit('\n');
        let line = lines.next().unwrap_or_default();
        if !line.trim().is_empty() {
            return line;
        }
        lines.next().filter(|previous| !previous.chars().any(char::is_numeric)).unwrap_or_default()
    }

    /// Up to `bytes` of text from an offset to the end of its line.
    pub(super) fn after(&self, offset: usize, bytes: usize) -> &str {
        let start = self.text.ceil_char_boundary(offset.min(self.text.len()));
        let end = self.text.floor_char_boundary(offset.saturating_add(bytes).min(self.text.len()));
        let piece = self.text.get(start..end).unwrap_or_default();
        piece.split('\n').next().unwrap_or_default()
    }

    /// Whether a line begins at the offset.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        offset >= self.text.len() || self.text.get(..offset).is_none_or(|before| before.ends_with('\n'))
    }

    /// The text between two offsets.
    pub(super) fn between(&self, start: usize, end: usize) -> &str {
        let start = self.text.ceil_char_boundary(start.min(self.text.len()));
        let end = self.text.floor_char_boundary(end.min(self.text.len()));
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn buy_buttons(&self) -> &[BuyButton] {
        &self.buttons
    }
}

fn buy_buttons(dom: &Dom, regions: &Regions) -> Vec<BuyButton> {
    const LONGEST: usize = 48;
    const MOST: usize = 200;
    let label = |node: NodeId| match dom.tag(node) {
        Tag::Input if matches!(dom.attr(node, "type"), Some("submit" | "button" | "image")) => {
            dom.filled_attr(node, "value").or_else(|| dom.filled_attr(node, "alt")).map(str::to_owned)
        }
        Tag::Button | Tag::A => Some(button_label(dom, regions, node, LONGEST)),
        _ if dom.attr(node, "role") == Some("button") => Some(button_label(dom, regions, node, LONGEST)),
        Tag::Div | Tag::Span if is_styled_button(dom, node) => {
            Some(button_label(dom, regions, node, LONGEST))
        }
        _ => None,
    };
    let visible = dom.all().filter(|node| !regions.is_hidden(*node));
    let labelled = visible.filter_map(|node| Some((node, label(node)?)));
    let buying =
        labelled.filter(|(_, label)| label.len() < LONGEST && words::BUY.occur_in(&label.to_lowercase()));
    let disabled = |node| {
        dom.attr(node, "disabled").is_some()
            || dom.attr(node, "aria-disabled") == Some("true")
            || dom.attr(node, "class").is_some_and(is_disabled_class)
    };
    buying.map(|(node, _)| BuyButton { node, disabled: disabled(node) }).take(MOST).collect()
}

/// A button that a script makes of any element: the innermost that is named one.
fn is_styled_button(dom: &Dom, node: NodeId) -> bool {
    let named =
        |class: &str| ["add-to-cart", "addtocart", "add_to_cart"].iter().any(|name| class.contains(name));
    let holds_text = |node| dom.children(node).take(2).all(|child| dom.is_text(child));
    let within = || dom.ancestors(node).take(3).any(|up| matches!(dom.tag(up), Tag::Button | Tag::A));
    dom.attr(node, "class").is_some_and(named) && holds_text(node) && !within()
}

/// Disabled by style; not when it only waits for a choice.
fn is_disabled_class(class: &str) -> bool {
    let mut names = class.split_ascii_whitespace().take(40);
    let disabled =
        names.any(|name| matches!(name, "disabled" | "is-disabled" | "btn-disabled" | "button--disabled"));
    disabled && !class.contains("selection-needed")
}

/// The text, or what stands for it: a label for screen readers, a picture's description.
///
/// A button often holds the labels of all its states, of which style shows one.
fn button_label(dom: &Dom, regions: &Regions, node: NodeId, longest: usize) -> String {
    let shown = dom.text_unless(node, longest, |inner| regions.is_hidden(inner));
    let text = if shown.is_empty() { dom.text(node, longest) } else { shown };
    if !text.is_empty() {
        return text;
    }
    let named = ["aria-label", "title"].iter().find_map(|name| dom.filled_attr(node, name));
    let picture = || dom.descendants(node).take(8).find_map(|inner| dom.filled_attr(inner, "alt"));
    named.or_else(picture).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Flow;
    use crate::extract::dom::{Dom, Tag};
    use crate::extract::regions::Regions;

    #[test]
    fn lines_follow_blocks() {
        let dom = Dom::parse(
            "<h1>Lamp</h1><div>Price: <b>$5</b><i hidden>x</i></div><p>now</p><button>Add to  cart</button>",
        );
        let flow = Flow::of(&dom, &Regions::of(&dom));
        assert_eq!(flow.text(), "Lamp\nPrice: $5\nnow\nAdd to cart");
        let bold = dom.all().find(|node| dom.tag(*node) == Tag::B).expect("a bold amount");
        let offset = flow.offset(bold);
        assert_eq!(flow.label_before(offset, 40), "Price: ");
        let start_of_line = offset - "Price: ".len();
        assert_eq!(flow.label_before(start_of_line, 40), "Lamp");
        assert_eq!(flow.after(offset, 40), "$5");
        assert_eq!(flow.buy_buttons().len(), 1);
    }

    #[test]
    fn of_a_buttons_labels_the_shown_one_counts() {
        let cases = [
            ("<button><span>Add to cart</span><span hidden>Sold out</span></button>", 1),
            ("<button><b hidden>Add to cart</b><b>Sold out</b></button>", 0),
            ("<button><i></i><span class='hidden'>Add to cart</span></button>", 1),
        ];
        for (html, expected) in cases {
            let dom = Dom::parse(html);
            let flow = Flow::of(&dom, &Regions::of(&dom));
            assert_eq!(flow.buy_buttons().len(), expected, "{html}");
        }
    }
}
