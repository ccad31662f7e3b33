//! The selectors that rule files are written in: `tag#id.class[name=value]`, descendants, alternatives.
//!
//! A small part of CSS, so that a file can be checked when it is read and every match is linear in the page.

use std::collections::HashMap;

use serde::Deserialize;

use super::dom::{Dom, NodeId};

/// Alternatives separated by commas, in order of preference.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Selector(Vec<Vec<Compound>>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Compound {
    tag: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
    attrs: Vec<(String, Test)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Present,
    Is(String),
    Contains(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "selector {selector:?}: expected tag, #id, .class or [name=value], descendants by a space, alternatives by a comma"
)]
pub(super) struct BadSelector {
    selector: String,
}

impl TryFrom<String> for Selector {
    type Error = BadSelector;

    fn try_from(text: String) -> Result<Selector, BadSelector> {
        let alternatives: Option<Vec<Vec<Compound>>> = text
            .split(',')
            .map(|path| {
                path.split_whitespace()
                    .map(Compound::parse)
                    .collect::<Option<Vec<_>>>()
                    .filter(|p| !p.is_empty())
            })
            .collect();
        alternatives.map(Selector).ok_or(BadSelector { selector: text })
    }
}

impl Compound {
    fn parse(text: &str) -> Option<Compound> {
        let mut compound = Compound::default();
        let mut rest = text;
        while !rest.is_empty() {
            let kind = rest.chars().next()?;
            if kind == '[' {
                let (test, after) = rest[1..].split_once(']')?;
                compound.attrs.push(parse_test(test)?);
                rest = after;
                continue;
            }
            let body = rest.strip_prefix(['#', '.']).unwrap_or(rest);
            let name = &body[..body.find(['#', '.', '[']).unwrap_or(body.len())];
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
                return None;
            }
            match kind {
                '#' => compound.id = Some(name.to_owned()),
                '.' => compound.classes.push(name.to_owned()),
                _ => compound.tag = Some(name.to_owned()),
            }
            rest = &body[name.len()..];
        }
        Some(compound)
    }

    fn matches(&self, dom: &Dom, node: NodeId) -> bool {
        let class = || dom.attr(node, "class").unwrap_or_default();
        !dom.is_text(node)
            && self.tag.as_deref().is_none_or(|tag| dom.name(node) == tag)
            && self.id.as_deref().is_none_or(|id| dom.attr(node, "id") == Some(id))
            && self.classes.iter().all(|wanted| class().split_ascii_whitespace().any(|own| own == wanted))
            && self.attrs.iter().all(|(name, test)| test.holds(dom.attr(node, name)))
    }
}

fn parse_test(text: &str) -> Option<(String, Test)> {
    let Some((name, value)) = text.split_once('=') else {
        return (!text.is_empty()).then(|| (text.to_owned(), Test::Present));
    };
    let value = value.trim_matches(['"', '\'']).to_owned();
    match name.strip_suffix('*') {
        Some(name) => Some((name.to_owned(), Test::Contains(value))),
        None => Some((name.to_owned(), Test::Is(value))),
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (_, None) => false,
            (Test::Present, Some(_)) => true,
            (Test::Is(wanted), Some(value)) => wanted == value,
            (Test::Contains(part), Some(value)) => value.contains(part.as_str()),
        }
    }
}

/// The elements of a page by their id, and those that have a class.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    nodes: HashMap<&'a str, Vec<NodeId>>,
    classed: Vec<(NodeId, &'a str)>,
}

impl<'a> Ids<'a> {
    pub(super) fn of(dom: &'a Dom) -> Ids<'a> {
        let mut ids = Ids { nodes: HashMap::new(), classed: Vec::new() };
        for node in dom.all() {
            for (name, value) in dom.attributes(node) {
                match name {
                    "id" => ids.nodes.entry(value).or_default().push(node),
                    "class" => ids.classed.push((node, value)),
                    _ => {}
                }
            }
        }
        ids
    }
}

impl Selector {
    /// The matches, those of the first alternative first, each alternative in document order.
    pub(super) fn select(&self, dom: &Dom, ids: &Ids<'_>) -> Vec<NodeId> {
        self.0.iter().flat_map(|path| select_path(path, dom, ids)).collect()
    }
}

fn select_path(path: &[Compound], dom: &Dom, ids: &Ids<'_>) -> Vec<NodeId> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    let matching = |node: &NodeId| first.matches(dom, *node);
    let mut found: Vec<NodeId> = match (&first.id, first.classes.first()) {
        (Some(id), _) => ids.nodes.get(id.as_str()).into_iter().flatten().copied().filter(matching).collect(),
        (None, Some(class)) => {
            let with_class = ids.classed.iter().filter(|(_, own)| own.contains(class.as_str()));
            with_class.map(|(node, _)| *node).filter(matching).collect()
        }
        (None, None) => dom.all().filter(matching).collect(),
    };
    for compound in rest {
        let mut below = Vec::new();
        let mut covered: Option<NodeId> = None;
        for outer in found {
            // what is nested in the last subtree has been searched with it
            if covered.is_some_and(|last| dom.contains(last, outer)) {
                continue;
            }
            covered = Some(outer);
            below.extend(dom.descendants(outer).filter(|node| compound.matches(dom, *node)));
        }
        found = below;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Ids, Selector};
    use crate::extract::dom::Dom;

    fn texts(html: &str, selector: &str) -> Vec<String> {
        let dom = Dom::parse(html);
        let selector = Selector::try_from(selector.to_owned()).expect("a selector");
        selector.select(&dom, &Ids::of(&dom)).into_iter().map(|node| dom.text(node, 50)).collect()
    }

    #[test]
    fn parts_of_css_are_understood() {
        let html = "<div id=a><p class='x y'>1</p><p data-k=v>2<b>3</b></p></div><p class=x>4</p>";
        let cases: &[(&str, &[&str])] = &[
            ("#a p", &["1", "23"]),
            ("p.x", &["1", "4"]),
            ("p.x.y", &["1"]),
            ("#a [data-k=v] b", &["3"]),
            ("[data-k]", &["23"]),
            ("[data-k*=v]", &["23"]),
            ("#none, p.x, b", &["1", "4", "3"]),
            ("#a.x", &[]),
        ];
        for (selector, expected) in cases {
            assert_eq!(texts(html, selector), *expected, "{selector}");
        }
    }

    #[test]
    fn nested_matches_are_found_once() {
        assert_eq!(texts("<div class=a><div class=a><b>1</b></div></div>", ".a b"), ["1"]);
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["", "a,,b", "p > b", "p:first-child", "[x", "#"] {
            assert!(Selector::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
