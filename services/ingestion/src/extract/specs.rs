//! The page's table of properties: table rows, definition lists, "key: value" lists, named pairs of elements.

use serde_json::{Map, Value as Json};

use super::computer;
use super::dom::{Dom, NodeId, Tag};
use super::regions::Region;
use super::sources::jsonld;
use super::view::View;

/// Rows of one page.
const MOST: usize = 400;
const LONGEST_KEY: usize = 80;
const LONGEST_VALUE: usize = 800;

/// All rows, and where the page is a computer's the normalised keys.
pub(super) fn specs(view: &View<'_>, title: &str) -> Map<String, Json> {
    let rows = view.rows();
    let mut specs = Map::new();
    for (key, value) in rows {
        if !specs.contains_key(key) {
            specs.insert(key.clone(), Json::String(value.clone()));
        }
    }
    specs.extend(computer::normalised(title, rows));
    specs
}

/// The rows in document order, structured data last.
pub(super) fn rows(view: &View<'_>) -> Vec<(String, String)> {
    let outside = Region::FRAME.or(Region::ASIDE);
    let mut rows: Vec<(String, String)> = Vec::new();
    for node in view.dom.all() {
        if rows.len() >= MOST {
            break;
        }
        if view.regions.of_node(node).has(outside) {
            continue;
        }
        let row = match view.dom.tag(node) {
            Tag::Tr => table_row(view.dom, node),
            Tag::Dt => definition(view.dom, node),
            Tag::Li => list_item(view.dom, node).or_else(|| named_pair(view.dom, node)),
            Tag::Div | Tag::Span | Tag::P | Tag::Label | Tag::Strong => named_pair(view.dom, node),
            _ => None,
        };
        rows.extend(row.and_then(|(key, value)| cleaned(&key, &value)));
    }
    let stated = jsonld::properties(view).into_iter();
    rows.extend(stated.filter_map(|(key, value)| cleaned(&key, &value)));
    rows
}

/// A row of two cells: `th`/`td`, or `td`/`td` of which the first is a name.
fn table_row(dom: &Dom, row: NodeId) -> Option<(String, String)> {
    let mut cells = dom.children(row).filter(|node| matches!(dom.tag(*node), Tag::Td | Tag::Th));
    let (key, value) = (cells.next()?, cells.next()?);
    let more = cells.next().is_some();
    let is_layout = |cell: NodeId| {
        dom.descendants(cell).take(200).any(|n| matches!(dom.tag(n), Tag::Table | Tag::Form | Tag::H1))
    };
    if more || is_layout(key) || is_layout(value) {
        return None;
    }
    Some((dom.text(key, LONGEST_KEY + 1), dom.text(value, LONGEST_VALUE)))
}

fn definition(dom: &Dom, term: NodeId) -> Option<(String, String)> {
    let next = next_element(dom, term).filter(|next| dom.tag(*next) == Tag::Dd)?;
    Some((dom.text(term, LONGEST_KEY + 1), dom.text(next, LONGEST_VALUE)))
}

/// `Key: value` without further structure.
fn list_item(dom: &Dom, item: NodeId) -> Option<(String, String)> {
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
fn named_pair(dom: &Dom, first: NodeId) -> Option<(String, String)> {
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

fn cleaned(key: &str, value: &str) -> Option<(String, String)> {
    let key = key.trim().trim_end_matches([':', '：', ' ', '\u{a0}']).trim();
    let value = value.trim().trim_start_matches([':', '：', ' ', '\u{a0}']).trim();
    let names = !key.is_empty() && key.len() <= LONGEST_KEY && key.chars().any(char::is_alphabetic);
    (names && !value.is_empty() && value.len() <= LONGEST_VALUE).then(|| (key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::dom::Dom;
    use crate::extract::product::Marketplace;
    use crate::extract::view::View;

    #[test]
    fn rows_of_all_kinds_are_read() {
        let html = "<table><tr><th>Brand <td>LG<tr><td>Screen<td>27\"<tr><td>a<td>b<td>c</table>
            <dl><dt>Weight:</dt> <dd>5 kg</dd></dl><ul><li>Colour: <b>red</b><li>At 10:30 we open<li>No pair</ul>
            <div class=spec__label>Depth</div> <div class='spec__value x'>9 cm</div><div class=card__title>A</div><div class=b__text>B</div>
            <footer><ul><li>Phone: 1</ul></footer>";
        let dom = Dom::parse(html);
        let url = Url::parse("https://shop.example/").expect("a valid address");
        let rows = super::rows(&View::new(&dom, &url, Marketplace::Other));
        let expected =
            [("Brand", "LG"), ("Screen", "27\""), ("Weight", "5 kg"), ("Colour", "red"), ("Depth", "9 cm")];
        let got: Vec<(&str, &str)> = rows.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(got, expected);
    }
}
