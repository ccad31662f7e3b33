//! The page's prose, line by line: paragraphs, list items, what stands between two `<br>`.

use super::super::dom::{NodeId, Tag};
use super::super::regions::Region;
use super::super::view::View;

const MOST_LINES: usize = 600;
const MOST_BYTES: usize = 96 << 10;
const LONGEST: usize = 1_200;

/// The lines after the headline, without the page's frame, other products and what can be chosen.
pub(super) fn lines(view: &View<'_>) -> Vec<String> {
    let dom = view.dom;
    let outside = Region::FRAME.or(Region::ASIDE);
    let cards = super::cards::cards(view);
    let start = view.regions.headline().map_or(0, NodeId::index);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut total = 0;
    let mut skip_to = start;
    let mut block = None;
    for node in dom.all().skip(start) {
        if node.index() < skip_to {
            continue;
        }
        let tag = dom.tag(node);
        let chosen_from = matches!(tag, Tag::Select | Tag::Option | Tag::Button | Tag::Fieldset | Tag::Label);
        if tag.is_unseen() || chosen_from || view.regions.of_node(node).has(outside) || cards.contains(&node)
        {
            skip_to = dom.after(node).map_or(dom.len(), NodeId::index);
            push(&mut lines, &mut line);
            continue;
        }
        if tag == Tag::Text {
            let own = block_of(view, node);
            if own != block {
                block = own;
                total += line.len();
                push(&mut lines, &mut line);
            }
            // pieces of one line in elements of their own are shown apart
            line.push(' ');
            let text = dom.characters(node);
            let room = text.floor_char_boundary(LONGEST.saturating_sub(line.len()));
            line.push_str(text.get(..room).unwrap_or_default());
        } else if tag.is_block() {
            total += line.len();
            push(&mut lines, &mut line);
        }
        if lines.len() >= MOST_LINES || total >= MOST_BYTES {
            break;
        }
    }
    push(&mut lines, &mut line);
    lines
}

/// The nearest block around the text: where it differs from that of the text before, a line has ended.
fn block_of(view: &View<'_>, node: NodeId) -> Option<NodeId> {
    const LEVELS: usize = 8;
    view.dom.ancestors(node).take(LEVELS).find(|up| view.dom.tag(*up).is_block())
}

fn push(lines: &mut Vec<String>, line: &mut String) {
    let folded = super::plain::plain(line.trim());
    line.clear();
    if folded.len() > 2 {
        lines.push(folded);
    }
}
