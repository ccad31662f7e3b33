//! What is chosen in the page's pickers: selected options, checked inputs, pressed buttons, highlighted swatches.

use std::collections::HashMap;

use super::super::dom::{NodeId, Tag};
use super::super::regions::Region;
use super::super::view::View;
use super::plain::plain;

const MOST: usize = 60;
const LONGEST: usize = 90;

/// The name of the choice, where there is one, and what is chosen.
pub(super) fn chosen(view: &View<'_>) -> Vec<(String, String)> {
    let dom = view.dom;
    let outside = Region::FRAME.or(Region::ASIDE);
    let labels = labels_by_id(view);
    let mut found: Vec<(String, String)> = Vec::new();
    for node in dom.all() {
        if found.len() >= MOST {
            break;
        }
        let tag = dom.tag(node);
        if tag == Tag::Text || !is_chosen(view, node, tag) {
            continue;
        }
        // "bundle" names other products, and the options of this one
        let of_form = matches!(tag, Tag::Option | Tag::Input) && is_in_form(view, node);
        if view.regions.of_node(node).has(if of_form { Region::FRAME } else { outside }) {
            continue;
        }
        let text = match tag {
            Tag::Input => {
                let label = dom.attr(node, "id").and_then(|id| labels.get(id)).copied();
                let around = dom.ancestors(node).take(3).find(|up| dom.tag(*up) == Tag::Label);
                label.or(around).map(|label| text_of(view, label)).unwrap_or_default()
            }
            _ => text_of(view, node),
        };
        let text = plain(&text);
        if text.len() <= LONGEST && text.chars().any(|c| c.is_ascii_digit()) {
            found.push((group_of(view, node), text));
        }
    }
    found
}

/// The pieces of a text apart, as they are shown: `<span>16 GB</span><span>199 €</span>`.
fn text_of(view: &View<'_>, node: NodeId) -> String {
    const MOST_NODES: usize = 40;
    let dom = view.dom;
    let pieces = dom.descendants(node).take(MOST_NODES).filter(|piece| dom.is_text(*piece));
    let seen = pieces.filter(|piece| dom.parent(*piece).is_none_or(|parent| !dom.tag(parent).is_unseen()));
    let mut text = String::new();
    for piece in seen {
        text.push_str(dom.characters(piece).trim());
        text.push(' ');
        if text.len() > LONGEST * 2 {
            break;
        }
    }
    text
}

fn is_in_form(view: &View<'_>, node: NodeId) -> bool {
    const LEVELS: usize = 10;
    view.dom.ancestors(node).take(LEVELS).any(|up| view.dom.tag(up) == Tag::Form)
}

fn labels_by_id<'a>(view: &View<'a>) -> HashMap<&'a str, NodeId> {
    const MOST_LABELS: usize = 500;
    let labels = view.dom.all().filter(|node| view.dom.tag(*node) == Tag::Label);
    labels.filter_map(|node| Some((view.dom.attr(node, "for")?, node))).take(MOST_LABELS).collect()
}

fn is_chosen(view: &View<'_>, node: NodeId, tag: Tag) -> bool {
    let dom = view.dom;
    match tag {
        Tag::Option => return dom.attr(node, "selected").is_some(),
        Tag::Input => {
            return dom.attr(node, "checked").is_some() && matches!(dom.attr(node, "type"), Some("radio"));
        }
        Tag::Button | Tag::Li | Tag::A | Tag::Span | Tag::Div | Tag::Label | Tag::Other => {}
        _ => return false,
    }
    dom.attributes(node).any(|(name, value)| match name {
        "aria-checked" | "aria-pressed" | "data-selected" | "data-active" => value == "true",
        "aria-selected" => value == "true" && dom.attr(node, "role") != Some("tab"),
        "data-selected-value" | "data-selected-variant" => true,
        "class" => value.split_ascii_whitespace().take(12).any(names_the_chosen),
        _ => false,
    })
}

fn names_the_chosen(class: &str) -> bool {
    matches!(
        class,
        "selected"
            | "is-selected"
            | "swatchSelect"
            | "active"
            | "is-active"
            | "current"
            | "checked"
            | "selection"
            | "chosen"
            | "on"
    ) || [
        "--selected",
        "-selected",
        "_selected",
        "--active",
        "-active",
        "--checked",
        "selected-value",
        "selected-option",
        "selectedValue",
    ]
    .iter()
    .any(|end| class.ends_with(end))
        || class.split("--").flat_map(|piece| piece.split('_')).skip(1).any(is_state)
}

/// "item--selected--x7Yz": tools add a piece to the names that a style sheet has.
fn is_state(piece: &str) -> bool {
    matches!(piece, "selected" | "checked" | "chosen")
}

/// A label, legend or heading before the options, or the name in an attribute.
fn group_of(view: &View<'_>, node: NodeId) -> String {
    const LEVELS: usize = 5;
    const LONGEST_NAME: usize = 60;
    let dom = view.dom;
    for up in dom.ancestors(node).take(LEVELS) {
        if matches!(dom.tag(up), Tag::Body | Tag::Main | Tag::Form | Tag::Html) {
            break;
        }
        let named = ["aria-label", "data-attribute_name", "data-option-name", "name"];
        if let Some(name) = named.iter().find_map(|name| dom.filled_attr(up, name)) {
            return plain(name.get(..name.floor_char_boundary(LONGEST_NAME)).unwrap_or_default());
        }
        let heading = dom.children(up).take(4).take_while(|child| *child < node).find(|child| {
            !dom.contains(*child, node)
                && (dom.tag(*child).is_heading()
                    || matches!(
                        dom.tag(*child),
                        Tag::Label
                            | Tag::Strong
                            | Tag::B
                            | Tag::P
                            | Tag::Span
                            | Tag::Other
                            | Tag::Dt
                            | Tag::Div
                            | Tag::Td
                            | Tag::Th
                    ))
        });
        if let Some(heading) = heading {
            let text = plain(&dom.text(heading, LONGEST_NAME));
            // "Colour: black"
            let name = text.split(':').next().unwrap_or_default().trim().to_owned();
            if name.chars().any(char::is_alphabetic) && !name.starts_with(|c: char| c.is_ascii_digit()) {
                return name;
            }
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::chosen;
    use crate::extract::dom::Dom;
    use crate::extract::product::Marketplace;
    use crate::extract::view::View;

    #[test]
    fn pickers_of_all_kinds_are_read() {
        let html = "<h1>PC</h1><label for=m>Memory</label><div aria-label=Memory><select id=m><option>8 GB<option selected>16 GB</select></div>
            <fieldset><legend>Disk</legend><input type=radio id=a><label for=a>256 GB</label><input type=radio checked id=b><label for=b>512 GB</label></fieldset>
            <section><h2>Mémoire</h2><ul><li><button aria-pressed=false>8 Go</button><li><button aria-pressed=true>32 Go</button></ul></section>
            <div id=x><ul><li class='swatchAvailable swatchSelect'>1 TB<li class=swatchAvailable>2 TB</ul></div>
            <div><b>Colour: 16G 512G SSD</b><span class=item--sold>8G 256G</span><span class='item--text item--selected--x7'>16G 512G SSD</span></div>
            <div>Configuration: <span data-selected-value>64GB + 4TB</span></div><nav><ul><li class=active>24 GB</ul></nav>";
        let dom = Dom::parse(html);
        let url = Url::parse("https://shop.example/").expect("a valid address");
        let got = chosen(&View::new(&dom, &url, Marketplace::Other));
        let texts: Vec<&str> = got.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["16 GB", "512 GB", "32 Go", "1 TB", "16G 512G SSD", "64GB + 4TB"]);
        assert_eq!(got[4].0, "Colour");
        assert_eq!(got[0].0, "Memory");
        assert_eq!(got[1].0, "Disk");
        assert_eq!(got[2].0, "Mémoire");
    }
}
