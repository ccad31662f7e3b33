//! How rows are written: table rows, definition lists, "key: value" lines, pairs of elements.

use std::collections::HashMap;

use super::super::computer;
use super::super::dom::{Dom, NodeId, Tag};
use super::super::money;
use super::{LONGEST_KEY, LONGEST_VALUE};

type Pair = (String, String);

/// The pairs that begin at this node.
pub(super) fn of_node(dom: &Dom, node: NodeId, tag: Tag) -> Vec<Pair> {
    let one = match tag {
        Tag::Tr => return table_row(dom, node),
        Tag::Dt => definition(dom, node),
        Tag::Li => list_item(dom, node).or_else(|| named_pair(dom, node)),
        Tag::Div | Tag::Span | Tag::P | Tag::Label | Tag::Strong => {
            named_pair(dom, node).or_else(|| line(dom, node, tag))
        }
        _ => None,
    };
    let mut pairs: Vec<Pair> = one.into_iter().collect();
    if matches!(tag, Tag::Div | Tag::Ul | Tag::Ol | Tag::Section | Tag::Article | Tag::Td | Tag::Other) {
        pairs.extend(alike(dom, node));
    }
    pairs
}

/// The name of a group of rows: a caption, a heading, a row of one cell.
pub(super) fn heading(dom: &Dom, node: NodeId, tag: Tag) -> Option<String> {
    const LONGEST: usize = 50;
    let names = match tag {
        Tag::Caption | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 => true,
        Tag::Tr => {
            let mut cells = dom.children(node).filter(|cell| matches!(dom.tag(*cell), Tag::Td | Tag::Th));
            let first = cells.next()?;
            cells.next().is_none() && dom.attr(first, "colspan").is_some_and(|span| span != "1")
        }
        _ => false,
    };
    if !names {
        return None;
    }
    let text = dom.text(node, LONGEST + 1);
    (text.len() <= LONGEST && text.chars().any(char::is_alphabetic)).then_some(text)
}

/// `th`/`td` or `td`/`td`, once or several times beside each other, after the name of a group at times.
fn table_row(dom: &Dom, row: NodeId) -> Vec<Pair> {
    const MOST_CELLS: usize = 8;
    const SMALL: usize = 24;
    let cells: Vec<NodeId> = dom
        .children(row)
        .filter(|node| matches!(dom.tag(*node), Tag::Td | Tag::Th))
        .take(MOST_CELLS + 1)
        .collect();
    let holds = |cell: NodeId, tags: &[Tag]| {
        dom.descendants(cell).take(200).any(|inner| tags.contains(&dom.tag(inner)))
    };
    let is_small = |cell: NodeId| dom.after(cell).map_or(dom.len(), NodeId::index) - cell.index() <= SMALL;
    // old shops lay out a value in a table of its own
    let is_layout = |(at, cell): (usize, &NodeId)| {
        holds(*cell, &[Tag::Form, Tag::H1, Tag::Input, Tag::Select])
            || (holds(*cell, &[Tag::Table]) && (at == 0 || !is_small(*cell)))
    };
    if cells.iter().enumerate().any(is_layout) {
        return Vec::new();
    }
    let key = |cell: NodeId| dom.text(cell, LONGEST_KEY + 1);
    let pair = |name: NodeId, value: NodeId| (key(name), dom.text(value, LONGEST_VALUE));
    let is_key = |cell: NodeId| dom.tag(cell) == Tag::Th || key(cell).ends_with([':', '：']);
    match cells.as_slice() {
        [name, value] => vec![pair(*name, *value)],
        [group, name, value] if dom.attr(*group, "rowspan").is_some() => vec![pair(*name, *value)],
        many if many.len() % 2 == 0 && many.len() <= MOST_CELLS => {
            let pairs = many.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
            let pairs: Vec<(NodeId, NodeId)> = pairs.collect();
            let keyed = pairs.iter().all(|(name, value)| {
                (is_key(*name) && !(dom.tag(*value) == Tag::Th)) || key(*name).is_empty()
            });
            if keyed {
                pairs.into_iter().map(|(name, value)| pair(name, value)).collect()
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}

fn definition(dom: &Dom, term: NodeId) -> Option<Pair> {
    let next = next_element(dom, term).filter(|next| dom.tag(*next) == Tag::Dd)?;
    Some((dom.text(term, LONGEST_KEY + 1), dom.text(next, LONGEST_VALUE)))
}

/// `Key: value` without further structure.
fn list_item(dom: &Dom, item: NodeId) -> Option<Pair> {
    const FEW: usize = 40;
    let size = dom.after(item).map_or(dom.len(), NodeId::index) - item.index();
    if size > FEW {
        return None;
    }
    let text = dom.text(item, LONGEST_KEY + LONGEST_VALUE);
    let (key, value) = text.split_once([':', '：'])?;
    let is_time =
        key.ends_with(|c: char| c.is_ascii_digit()) && value.starts_with(|c: char| c.is_ascii_digit());
    (!is_time && key.split_whitespace().count() <= 6 && !value.starts_with("//"))
        .then(|| (key.to_owned(), value.to_owned()))
}

/// Two elements side by side of which the classes say what they are: `spec__label` and `spec__value`.
fn named_pair(dom: &Dom, first: NodeId) -> Option<Pair> {
    const NAMES: [&str; 6] = ["name", "label", "key", "title", "term", "attribute"];
    const VALUES: [&str; 6] = ["value", "data", "content", "text", "description", "definition"];
    let stem = |class: &str, words: &[&str]| {
        let class = class.strip_suffix('s').unwrap_or(class);
        words
            .iter()
            .find_map(|word| class.strip_suffix(word))
            .filter(|stem| stem.len() > 2)
            .map(str::to_owned)
    };
    let classes = |node| dom.attr(node, "class").unwrap_or_default().split_ascii_whitespace().take(8);
    let own: Vec<String> = classes(first).filter_map(|class| stem(class, &NAMES)).collect();
    if own.is_empty() {
        return None;
    }
    let second = next_element(dom, first)?;
    let pairs = classes(second).filter_map(|class| stem(class, &VALUES)).any(|stem| own.contains(&stem));
    pairs.then(|| (dom.text(first, LONGEST_KEY + 1), dom.text(second, LONGEST_VALUE)))
}

/// What follows the element under the same parent, white space aside.
fn next_element(dom: &Dom, node: NodeId) -> Option<NodeId> {
    let mut next = dom.after(node)?;
    while dom.is_text(next) && dom.characters(next).trim().is_empty() {
        next = dom.after(next)?;
    }
    (!dom.is_text(next) && dom.parent(next) == dom.parent(node)).then_some(next)
}

/// "Processor: N100" in a paragraph, where the key is a computer's.
fn line(dom: &Dom, node: NodeId, tag: Tag) -> Option<Pair> {
    const FEW: usize = 12;
    const SHORT: usize = 160;
    let size = dom.after(node).map_or(dom.len(), NodeId::index) - node.index();
    if size > FEW || !matches!(tag, Tag::P | Tag::Div) || dom.descendants(node).any(|n| dom.tag(n).is_block())
    {
        return None;
    }
    let text = dom.text(node, SHORT + 1);
    let (key, value) = text.split_once([':', '：'])?;
    (text.len() <= SHORT && computer::is_part(key) && !value.trim().is_empty())
        .then(|| (key.to_owned(), value.to_owned()))
}

/// Three children or more of two elements each, of which one tells of a computer's part: a table in other words.
fn alike(dom: &Dom, node: NodeId) -> Vec<Pair> {
    const FEWEST: usize = 3;
    const MOST_CHILDREN: usize = 120;
    let children = dom.children(node).filter(|child| !dom.is_text(*child)).take(MOST_CHILDREN);
    let mut seen = 0;
    let mut pairs = Vec::new();
    for child in children {
        seen += 1;
        if let Some((first, second)) = two(dom, child) {
            pairs.push((first, second));
        }
    }
    if pairs.len() < FEWEST || pairs.len() * 2 < seen {
        return Vec::new();
    }
    let read = |(first, second): (NodeId, NodeId)| {
        (dom.text(first, LONGEST_KEY + 1), dom.text(second, LONGEST_VALUE))
    };
    let pairs: Vec<Pair> = pairs.into_iter().map(read).collect();
    if tells_of_parts(&pairs) { pairs } else { Vec::new() }
}

/// A computer's part is among the keys, and the values are no prices, as in a list of products.
fn tells_of_parts(pairs: &[Pair]) -> bool {
    const SHORT: usize = 40;
    let is_priced = |value: &str| value.len() <= SHORT && !money::find(value).is_empty();
    let priced = pairs.iter().filter(|(_, value)| is_priced(value)).count();
    priced * 2 < pairs.len() && pairs.iter().any(|(key, _)| key.len() <= 50 && computer::is_part(key))
}

/// The same where the pairs of several groups stand under headings of their own: elements of one class, each of
/// two elements.
pub(super) fn of_class(dom: &Dom) -> HashMap<NodeId, Pair> {
    const FEWEST: usize = 3;
    const MOST_NODES: usize = 600;
    let classed = dom.all().filter_map(|node| Some((node, dom.filled_attr(node, "class")?)));
    let mut alike: HashMap<&str, Vec<(NodeId, Pair)>> = HashMap::new();
    for (node, class) in classed {
        if let Some((first, second)) = two(dom, node) {
            let list = alike.entry(class).or_default();
            if list.len() < MOST_NODES {
                let pair = (dom.text(first, LONGEST_KEY + 1), dom.text(second, LONGEST_VALUE));
                list.push((node, pair));
            }
        }
    }
    let telling = alike.into_values().filter(|list| {
        let pairs: Vec<Pair> = list.iter().map(|(_, pair)| pair.clone()).collect();
        pairs.len() >= FEWEST && tells_of_parts(&pairs)
    });
    telling.flatten().collect()
}

/// The two elements that a small element consists of.
fn two(dom: &Dom, node: NodeId) -> Option<(NodeId, NodeId)> {
    const SMALL: usize = 60;
    let size = dom.after(node).map_or(dom.len(), NodeId::index) - node.index();
    let fits = matches!(dom.tag(node), Tag::Div | Tag::Li | Tag::P | Tag::Section | Tag::Other);
    if !fits || size > SMALL {
        return None;
    }
    let mut children = dom.children(node).filter(|child| {
        if dom.is_text(*child) {
            !dom.characters(*child).trim().is_empty()
        } else {
            !matches!(dom.tag(*child), Tag::Br | Tag::Hr)
        }
    });
    let (first, second) = (children.next()?, children.next()?);
    let plain = |tag: Tag| {
        !matches!(
            tag,
            Tag::Img | Tag::Input | Tag::Button | Tag::Select | Tag::Svg | Tag::Picture | Tag::A | Tag::Text
        )
    };
    let value = dom.tag(second);
    (children.next().is_none()
        && plain(dom.tag(first))
        && (plain(value) || matches!(value, Tag::A | Tag::Text)))
    .then_some((first, second))
}
