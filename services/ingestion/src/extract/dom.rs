//! The page as one flat table of nodes in document order.
//!
//! Parsing happens here, once a page, and nothing here knows what a product is. The tree is built by
//! `build` from html5gum's tokens and not by html5ever, whose tree builder walks all open elements for every
//! `<div>`: 60 000 nested elements take it seven seconds. Every walk in this module is a loop over indices, so
//! depth costs no stack.

mod build;
mod tag;
mod text;

pub(super) use tag::Tag;
pub(super) use text::folded;

/// Bytes of a page that are looked at. What comes later in a page of this size is no product.
const MAX_PAGE_BYTES: usize = 32 << 20;

/// Index of a node; smaller is earlier in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    pub(super) const ROOT: NodeId = NodeId(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A piece of `Dom::text`.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    tag: Tag,
    parent: NodeId,
    /// One past the last node of the subtree.
    end: u32,
    first_attr: u32,
    attrs: u32,
    /// The characters of a text node, the name of an element.
    text: Span,
}

#[derive(Debug, Clone, Copy)]
struct Attr {
    name: Span,
    value: Span,
}

#[derive(Debug)]
pub(super) struct Dom {
    nodes: Vec<Node>,
    attrs: Vec<Attr>,
    text: String,
}

impl Dom {
    /// Parses any text; what is no HTML becomes one text node. Never fails.
    pub(super) fn parse(html: &str) -> Dom {
        let cut = html.floor_char_boundary(MAX_PAGE_BYTES);
        build::parse(html.get(..cut).unwrap_or_default())
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn slice(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.text.get(start..start + span.len as usize).unwrap_or_default()
    }

    pub(super) fn tag(&self, node: NodeId) -> Tag {
        self.nodes[node.index()].tag
    }

    pub(super) fn is_text(&self, node: NodeId) -> bool {
        self.tag(node) == Tag::Text
    }

    /// The element's lowercase name; empty for text.
    pub(super) fn name(&self, node: NodeId) -> &str {
        if self.is_text(node) { "" } else { self.slice(self.nodes[node.index()].text) }
    }

    /// The characters of a text node as written, entities resolved; empty for an element.
    pub(super) fn characters(&self, node: NodeId) -> &str {
        if self.is_text(node) { self.slice(self.nodes[node.index()].text) } else { "" }
    }

    pub(super) fn parent(&self, node: NodeId) -> Option<NodeId> {
        (node != NodeId::ROOT).then(|| self.nodes[node.index()].parent)
    }

    /// Parent, grandparent … without the node itself.
    pub(super) fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(node), |at| self.parent(*at))
    }

    /// All nodes in document order.
    pub(super) fn all(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The nodes below `node` in document order, without itself.
    pub(super) fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (node.0 + 1..self.nodes[node.index()].end).map(NodeId)
    }

    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.nodes[node.index()].end;
        let first = (node.0 + 1 < end).then_some(node.0 + 1);
        std::iter::successors(first, move |at| {
            let next = self.nodes[*at as usize].end;
            (next < end).then_some(next)
        })
        .map(NodeId)
    }

    /// The first node after the subtree of `node`, if the document goes on.
    pub(super) fn after(&self, node: NodeId) -> Option<NodeId> {
        let end = self.nodes[node.index()].end;
        ((end as usize) < self.nodes.len()).then_some(NodeId(end))
    }

    pub(super) fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        outer <= inner && inner.0 < self.nodes[outer.index()].end
    }

    /// The attribute's value with entities resolved. Names are lowercase.
    pub(super) fn attr(&self, node: NodeId, name: &str) -> Option<&str> {
        let node = &self.nodes[node.index()];
        let first = node.first_attr as usize;
        self.attrs
            .get(first..first + node.attrs as usize)?
            .iter()
            .find(|attr| attr.name.len as usize == name.len() && self.slice(attr.name) == name)
            .map(|attr| self.slice(attr.value))
    }

    pub(super) fn attributes(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> + '_ {
        let node = &self.nodes[node.index()];
        let first = node.first_attr as usize;
        let attrs = self.attrs.get(first..first + node.attrs as usize).unwrap_or_default();
        attrs.iter().map(|attr| (self.slice(attr.name), self.slice(attr.value)))
    }

    /// A non-blank attribute, trimmed.
    pub(super) fn filled_attr(&self, node: NodeId, name: &str) -> Option<&str> {
        self.attr(node, name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// What a person would call the place: `div#corePrice` or `span.price`.
    pub(super) fn describe(&self, node: NodeId) -> String {
        const LONGEST: usize = 60;
        let mut place = self.name(node).to_owned();
        if let Some(id) = self.filled_attr(node, "id") {
            place.push('#');
            place.push_str(id);
        } else if let Some(class) = self.attr(node, "class").and_then(|c| c.split_whitespace().next()) {
            place.push('.');
            place.push_str(class);
        }
        place.truncate(place.floor_char_boundary(LONGEST));
        place
    }
}

#[cfg(test)]
mod tests;
