//! Tokens to tree: implied end tags and misnested markup as browsers read them, near enough for extraction.
//!
//! The input is mostly Chromium's own serialisation, which is well nested; what callers bring themselves may
//! be older. Every search among the open elements is bounded by `REACH`, so the cost is linear in the page.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span as HtmlSpan, Tokenizer};

use super::{Attr, Dom, Node, NodeId, Span, Tag};

/// Open elements that an end tag or an implied end is looked for in. Real pages need some dozens.
const REACH: usize = 256;
/// Blocks reopened when a formatting element is closed across them, HTML's "adoption agency".
const REOPENED: usize = 8;

pub(super) fn parse(html: &str) -> Dom {
    let mut tree = TreeBuilder::new(html.len());
    let mut emitter =
        CallbackEmitter::new(|event: CallbackEvent<'_>, _: HtmlSpan<()>| -> Option<Infallible> {
            tree.take(&event);
            None
        });
    emitter.naively_switch_states(true);
    let mut tokens = Tokenizer::new_with_emitter(html, Quiet(emitter));
    // the callback never yields, so the iterator is drained for its effects; a string cannot fail to be read
    while tokens.next().is_some() {}
    drop(tokens);
    tree.finish()
}

/// Parse errors are nobody's concern here, and looking for them takes a sixth of the extraction.
struct Quiet<E>(E);

impl<E: Emitter> ForwardingEmitter for Quiet<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = E::Token> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

struct TreeBuilder {
    dom: Dom,
    open: Vec<(NodeId, Tag)>,
    /// The element whose start tag is being read.
    starting: Option<NodeId>,
    foreign: usize,
}

impl TreeBuilder {
    fn new(bytes: usize) -> TreeBuilder {
        let root = Node {
            tag: Tag::Document,
            parent: NodeId::ROOT,
            end: 1,
            first_attr: 0,
            attrs: 0,
            text: Span::default(),
        };
        let mut dom = Dom { nodes: Vec::with_capacity(bytes / 40), attrs: Vec::new(), text: String::new() };
        dom.text.reserve(bytes);
        dom.attrs.reserve(bytes / 40);
        dom.nodes.push(root);
        TreeBuilder { dom, open: vec![(NodeId::ROOT, Tag::Document)], starting: None, foreign: 0 }
    }

    fn finish(mut self) -> Dom {
        while !self.open.is_empty() {
            self.pop();
        }
        self.dom
    }

    fn take(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.start(name),
            CallbackEvent::AttributeName { name } => self.attribute(name),
            CallbackEvent::AttributeValue { value } => self.attribute_value(value),
            CallbackEvent::CloseStartTag { self_closing } => self.close_start(*self_closing),
            CallbackEvent::EndTag { name } => {
                self.starting = None;
                self.end(Tag::of_name(name), name);
            }
            CallbackEvent::String { value } => self.characters(value),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn store(&mut self, bytes: &[u8]) -> Span {
        let start = position(self.dom.text.len());
        match std::str::from_utf8(bytes) {
            Ok(text) => self.dom.text.push_str(text),
            Err(_) => self.dom.text.push_str(&String::from_utf8_lossy(bytes)),
        }
        Span { start, len: position(self.dom.text.len()) - start }
    }

    fn push_node(&mut self, tag: Tag, text: Span) -> NodeId {
        let id = NodeId(position(self.dom.nodes.len()));
        let parent = self.open.last().map_or(NodeId::ROOT, |(node, _)| *node);
        let first_attr = position(self.dom.attrs.len());
        self.dom.nodes.push(Node { tag, parent, end: id.0 + 1, first_attr, attrs: 0, text });
        id
    }

    fn characters(&mut self, value: &[u8]) {
        let blank = value.iter().all(u8::is_ascii_whitespace);
        let text = self.store(if blank { b" " } else { value });
        self.push_node(Tag::Text, text);
    }

    fn start(&mut self, name: &[u8]) {
        let tag = Tag::of_name(name);
        self.starting = None;
        if matches!(tag, Tag::Html | Tag::Body | Tag::Head)
            && self.dom.nodes.iter().take(64).any(|n| n.tag == tag)
        {
            return;
        }
        if self.foreign == 0 {
            self.close_implied(tag);
        }
        let text = self.store(name);
        self.starting = Some(self.push_node(tag, text));
    }

    fn attribute(&mut self, name: &[u8]) {
        let Some(node) = self.starting else { return };
        let name = self.store(name);
        self.dom.attrs.push(Attr { name, value: Span::default() });
        self.dom.nodes[node.index()].attrs += 1;
    }

    fn attribute_value(&mut self, value: &[u8]) {
        if self.starting.is_none() {
            return;
        }
        let value = self.store(value);
        if let Some(attr) = self.dom.attrs.last_mut() {
            attr.value = value;
        }
    }

    fn close_start(&mut self, self_closing: bool) {
        let Some(node) = self.starting.take() else { return };
        let tag = self.dom.nodes[node.index()].tag;
        if tag.is_void() || (self_closing && (self.foreign > 0 || matches!(tag, Tag::Svg | Tag::Math))) {
            return;
        }
        self.foreign += usize::from(matches!(tag, Tag::Svg | Tag::Math));
        self.open.push((node, tag));
        if tag == Tag::Template && self.is_shadow_tree(node) {
            self.dom.nodes[node.index()].tag = Tag::Div;
        }
    }

    /// What a browser draws in its host's place; any other template is drawn nowhere.
    fn is_shadow_tree(&self, node: NodeId) -> bool {
        let Node { first_attr, attrs, .. } = self.dom.nodes[node.index()];
        let own = first_attr as usize..(first_attr + attrs) as usize;
        let text = |span: Span| &self.dom.text[span.start as usize..(span.start + span.len) as usize];
        self.dom.attrs[own]
            .iter()
            .any(|attr| text(attr.name) == "shadowrootmode" && text(attr.value) == "open")
    }

    fn pop(&mut self) {
        if let Some((node, tag)) = self.open.pop() {
            self.dom.nodes[node.index()].end = position(self.dom.nodes.len());
            self.foreign -= usize::from(matches!(tag, Tag::Svg | Tag::Math) && self.foreign > 0);
        }
    }

    fn pop_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.pop();
        }
    }

    /// The nearest open element that `wanted` accepts, not looking past one that `bound` accepts.
    fn nearest(&self, wanted: impl Fn(Tag) -> bool, bound: impl Fn(Tag) -> bool) -> Option<usize> {
        for (depth, (_, tag)) in self.open.iter().enumerate().rev().take(REACH) {
            if wanted(*tag) {
                return Some(depth);
            }
            if bound(*tag) {
                return None;
            }
        }
        None
    }

    fn close_nearest(&mut self, wanted: impl Fn(Tag) -> bool, bound: impl Fn(Tag) -> bool) {
        if let Some(depth) = self.nearest(wanted, bound) {
            self.pop_to(depth);
        }
    }

    /// End tags that HTML lets authors leave out.
    fn close_implied(&mut self, tag: Tag) {
        use Tag::{
            Dd, Dl, Dt, Li, Ol, Optgroup, Option, P, Select, Table, Tbody, Td, Tfoot, Th, Thead, Tr, Ul,
        };
        if tag.closes_paragraph() {
            // only through inline markup: a block inside the paragraph has ended it already
            self.close_nearest(|t| t == P, |t| !(t.is_formatting() || t == Tag::Span));
        }
        let in_table = |t: Tag| t == Table || t == Tag::Template;
        match tag {
            Li => self.close_nearest(|t| t == Li, |t| matches!(t, Ul | Ol) || t.bounds_scope()),
            Dt | Dd => self.close_nearest(|t| matches!(t, Dt | Dd), |t| t == Dl || t.bounds_scope()),
            Option => self.close_nearest(|t| t == Option, |t| t == Select),
            Optgroup => self.close_nearest(|t| matches!(t, Option | Optgroup), |t| t == Select),
            Td | Th => self.close_nearest(|t| matches!(t, Td | Th), |t| t == Tr || in_table(t)),
            Tr => self.close_nearest(|t| t == Tr, |t| matches!(t, Tbody | Thead | Tfoot) || in_table(t)),
            Tbody | Thead | Tfoot => self.close_nearest(|t| matches!(t, Tbody | Thead | Tfoot), in_table),
            Tag::Body => self.close_nearest(|t| t == Tag::Head, |_| false),
            _ => {}
        }
    }

    fn end(&mut self, tag: Tag, name: &[u8]) {
        if matches!(tag, Tag::Html | Tag::Body) {
            // what follows belongs to the body all the same
            return;
        }
        let Some(depth) = self.find_open(tag, name) else { return };
        if !tag.is_formatting() {
            self.pop_to(depth);
            return;
        }
        let crossed: Vec<NodeId> = self.open[depth + 1..].iter().map(|(node, _)| *node).collect();
        self.pop_to(depth);
        if crossed.len() <= REOPENED {
            for node in crossed {
                self.reopen(node);
            }
        }
    }

    /// A block that a formatting element's end tag cut in two goes on as an element of the same kind.
    fn reopen(&mut self, node: NodeId) {
        let Node { tag, text, first_attr, attrs, .. } = self.dom.nodes[node.index()];
        if tag.is_formatting() || tag == Tag::Span {
            return;
        }
        let again = self.push_node(tag, text);
        let copy = &mut self.dom.nodes[again.index()];
        copy.first_attr = first_attr;
        copy.attrs = attrs;
        self.foreign += usize::from(matches!(tag, Tag::Svg | Tag::Math));
        self.open.push((again, tag));
    }

    fn find_open(&self, tag: Tag, name: &[u8]) -> Option<usize> {
        for (depth, (node, open)) in self.open.iter().enumerate().rev().take(REACH) {
            if *open == tag && (tag != Tag::Other || self.dom.name(*node).as_bytes() == name) {
                return Some(depth);
            }
            let table_part = matches!(tag, Tag::Table | Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot);
            if open.bounds_scope() && !(table_part && matches!(open, Tag::Td | Tag::Th | Tag::Caption)) {
                return None;
            }
        }
        None
    }
}

/// Positions fit in 32 bits because a page is cut at `MAX_PAGE_BYTES`.
fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
