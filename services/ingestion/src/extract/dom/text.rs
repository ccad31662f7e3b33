//! Text as a reader sees it: white space folded, blocks apart, what is never shown left out.

use super::{Dom, NodeId, Tag};

/// Nodes that are looked at for a text: some, and more for a longer one.
const FREE_STEPS: usize = 200;
const STEPS_PER_BYTE: usize = 8;

impl Dom {
    /// The visible text below `node` (or of the text node itself), at most about `limit` bytes.
    pub(in crate::extract) fn text(&self, node: NodeId, limit: usize) -> String {
        self.text_unless(node, limit, |_| false)
    }

    /// The same, without the subtrees that `skip` names.
    pub(in crate::extract) fn text_unless(
        &self,
        node: NodeId,
        limit: usize,
        skip: impl Fn(NodeId) -> bool,
    ) -> String {
        let mut out = String::new();
        let end = self.after(node).map_or(self.len(), NodeId::index);
        let mut at = node.index();
        // nested elements without text would be walked once for each of them
        let mut steps = FREE_STEPS.saturating_add(limit.saturating_mul(STEPS_PER_BYTE));
        while at < end && out.len() < limit && steps > 0 {
            steps -= 1;
            let id = NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            let tag = self.tag(id);
            if (tag.is_unseen() && id != node) || skip(id) {
                at = self.after(id).map_or(end, NodeId::index);
                continue;
            }
            if tag == Tag::Text {
                push_folded(&mut out, self.characters(id), limit);
            } else if tag.is_block() {
                push_space(&mut out);
            }
            at += 1;
            if self.block_ends_before(at, id) {
                push_space(&mut out);
            }
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// Whether a block element of which `last` is the last node ends before index `at`.
    fn block_ends_before(&self, at: usize, last: NodeId) -> bool {
        const LOOKED_AT: usize = 6;
        self.ancestors(last)
            .take(LOOKED_AT)
            .take_while(|node| self.nodes[node.index()].end as usize == at)
            .any(|node| self.tag(node).is_block())
    }
}

fn push_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn push_folded(out: &mut String, text: &str, limit: usize) {
    for c in text.chars() {
        if out.len() >= limit {
            return;
        }
        if c.is_whitespace() || c == '\u{200b}' {
            push_space(out);
        } else if !is_invisible(c) {
            out.push(c);
        }
    }
}

/// Direction marks, joiners' byte order mark and soft hyphens: part of the layout, not of the words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || c.is_control()
}

/// Folds white space and drops invisible characters of a value that is no DOM text.
pub(in crate::extract) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4096));
    push_folded(&mut out, text, usize::MAX);
    out.truncate(out.trim_end().len());
    out
}
