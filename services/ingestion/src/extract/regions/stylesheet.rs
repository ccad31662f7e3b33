//! What the page's own style sheets hide or strike out by the plainest of selectors: `.old`, `span.old`.
//!
//! Rules inside `@media` and the like, longer selectors and files elsewhere are not followed; a rule that shows
//! an element again wins.

use std::collections::HashMap;

use super::super::dom::{Dom, NodeId, Tag};
use super::Region;

/// Style text that is read in one page.
const MOST_BYTES: usize = 1 << 20;
/// Rules that are kept.
const MOST_RULES: usize = 2_000;

#[derive(Debug, Default)]
pub(super) struct Stylesheet {
    rules: Vec<Rule>,
    /// Class → the rules that are tried where an element has it: each under the one of its classes that fewest name,
    /// so that no class that all elements have brings all rules with it.
    by_class: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Rule {
    tag: Option<String>,
    classes: Vec<String>,
    effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Hide,
    Show,
    Strike,
}

impl Stylesheet {
    pub(super) fn of(dom: &Dom) -> Stylesheet {
        let mut sheet = Stylesheet::default();
        let mut left = MOST_BYTES;
        for style in dom.all().filter(|node| dom.tag(*node) == Tag::Style) {
            for text in dom.children(style) {
                let css = dom.characters(text);
                let css = css.get(..css.floor_char_boundary(left)).unwrap_or_default();
                left -= css.len();
                sheet.read(css);
            }
        }
        sheet.index();
        sheet
    }

    fn index(&mut self) {
        let mut named: HashMap<&str, usize> = HashMap::new();
        for class in self.rules.iter().flat_map(|rule| &rule.classes) {
            *named.entry(class).or_default() += 1;
        }
        let rarest = |rule: &Rule| {
            let rank = |class: &&String| named.get(class.as_str()).copied();
            rule.classes.iter().min_by_key(rank).cloned().unwrap_or_default()
        };
        for (at, rule) in self.rules.iter().enumerate() {
            self.by_class.entry(rarest(rule)).or_default().push(at);
        }
    }

    pub(super) fn region_of(&self, dom: &Dom, node: NodeId) -> Region {
        if self.rules.is_empty() {
            return Region::NONE;
        }
        let Some(class) = dom.attr(node, "class") else { return Region::NONE };
        let own: Vec<&str> = class.split_ascii_whitespace().take(40).collect();
        let (mut hidden, mut shown, mut struck) = (false, false, false);
        let tried = own.iter().filter_map(|class| self.by_class.get(*class)).flatten();
        for rule in tried.filter_map(|at| self.rules.get(*at)) {
            let applies = rule.tag.as_deref().is_none_or(|tag| dom.name(node) == tag)
                && rule.classes.iter().all(|other| own.contains(&other.as_str()));
            hidden |= applies && rule.effect == Effect::Hide;
            shown |= applies && rule.effect == Effect::Show;
            struck |= applies && rule.effect == Effect::Strike;
        }
        let hidden = if hidden && !shown { Region::HIDDEN } else { Region::NONE };
        hidden.or(if struck { Region::OLD } else { Region::NONE })
    }

    fn read(&mut self, css: &str) {
        let mut rest = css;
        while let Some((selectors, body)) = rest.split_once('{') {
            let selectors = without_comments(selectors);
            if selectors.trim_start().starts_with('@') {
                rest = after_block(body);
                continue;
            }
            let Some((declarations, after)) = body.split_once('}') else { return };
            rest = after;
            if let Some(effect) = effect(declarations) {
                for selector in selectors.split(',').take(50) {
                    self.add(selector.trim(), effect);
                }
            }
        }
    }

    /// To show is believed of the last part of any selector; to hide or strike only of a single one.
    fn add(&mut self, selector: &str, effect: Effect) {
        let last = selector.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
        if (last.len() != selector.len() && effect != Effect::Show) || self.rules.len() >= MOST_RULES {
            return;
        }
        let mut parts = last.split('.');
        let tag = parts.next().filter(|tag| !tag.is_empty()).map(str::to_ascii_lowercase);
        let is_plain = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        };
        let classes: Vec<String> = parts.map(str::to_owned).collect();
        if classes.is_empty() || !classes.iter().chain(&tag).all(|name| is_plain(name)) {
            return;
        }
        self.rules.push(Rule { tag, classes, effect });
    }
}

/// What follows the block whose opening brace has been read.
fn after_block(body: &str) -> &str {
    let mut depth = 1_usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return body.get(at + 1..).unwrap_or_default();
        }
    }
    ""
}

fn without_comments(selectors: &str) -> &str {
    let selectors = selectors.rsplit("*/").next().unwrap_or_default();
    // an @charset or @import before the first rule
    selectors.rsplit(';').next().unwrap_or_default()
}

fn effect(declarations: &str) -> Option<Effect> {
    const LONGEST: usize = 2_000;
    let declarations = declarations.get(..declarations.floor_char_boundary(LONGEST)).unwrap_or_default();
    if !declarations.contains("display") && !declarations.contains("line-through") {
        return None;
    }
    let mut effect = None;
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if name == "display" {
            effect = Some(if value.starts_with("none") { Effect::Hide } else { Effect::Show });
        } else if name.starts_with("text-decoration") && value.contains("line-through") && effect.is_none() {
            effect = Some(Effect::Strike);
        }
    }
    effect
}

#[cfg(test)]
mod tests {
    use super::super::{Region, Regions};
    use super::Stylesheet;
    use crate::extract::dom::Dom;

    #[test]
    fn plain_selectors_hide_and_strike() {
        let cases = [
            (".a{display:none}", Region::HIDDEN),
            ("p{} .b, .a { color: red; display : none !important }", Region::HIDDEN),
            ("b.a.c{display:none}", Region::HIDDEN),
            ("/* .a */ .a{text-decoration: line-through}", Region::OLD),
            ("@import 'x'; .a{text-decoration-line:line-through}", Region::OLD),
            ("@media print{.x{display:none} .a{display:none}}", Region::default()),
            (".shop .a{display:none}", Region::default()),
            (".a:hover{display:none}", Region::default()),
            ("i.a{display:none}", Region::default()),
            (".a.d{display:none}", Region::default()),
            (".a{display:none} .shop .a{display:block}", Region::default()),
            (".a{display:none", Region::default()),
        ];
        for (css, expected) in cases {
            let dom = Dom::parse(&format!("<style>{css}</style><b class='c a'>X</b>"));
            let regions = Regions::of(&dom);
            let node = dom.all().find(|n| dom.characters(*n) == "X").expect("the text is in the page");
            assert_eq!(regions.of_node(node), expected, "{css}");
        }
    }

    #[test]
    fn a_class_that_everything_has_brings_no_rules_with_it() {
        let rules: Vec<String> = (0..500).map(|n| format!(".all.x{n}{{display:none}}")).collect();
        let dom = Dom::parse(&format!("<style>{}</style>", rules.concat()));
        let sheet = Stylesheet::of(&dom);
        assert_eq!(sheet.rules.len(), 500);
        assert!(sheet.by_class.values().all(|tried| tried.len() == 1));
    }

    #[test]
    fn hostile_sheets_are_survived() {
        for css in
            ["{".repeat(100_000), "@a{".repeat(100_000), ".a{display:none}".repeat(100_000), "}".repeat(9)]
        {
            let dom = Dom::parse(&format!("<style>{css}</style><b class=c>X</b>"));
            Regions::of(&dom);
        }
    }
}
