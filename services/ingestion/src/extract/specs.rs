//! The page's table of properties: its rows and, where the page is a computer's, the normalised keys.

mod rows;

use serde_json::{Map, Value as Json};

use super::computer;
use super::dom::Tag;
use super::regions::Region;
use super::sources::jsonld;
use super::view::View;

/// Rows of one page.
const MOST: usize = 400;
const LONGEST_KEY: usize = 80;
const LONGEST_VALUE: usize = 800;

/// One property of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The heading that it stands under.
    pub(super) group: Option<String>,
    pub(super) key: String,
    pub(super) value: String,
}

/// The rows of one page.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// The same without headings.
    pub(super) pairs: Vec<(String, String)>,
}

/// All rows, and where the page is a computer's the normalised keys. A key that a second group has too carries
/// the group's name: "Memory: Type".
pub(super) fn specs(view: &View<'_>, title: &str) -> Map<String, Json> {
    let rows = &view.table().rows;
    let mut specs = Map::new();
    for row in rows {
        let key = match specs.get(&row.key) {
            None => row.key.clone(),
            Some(known) if known.as_str() == Some(&row.value) => continue,
            Some(_) => match &row.group {
                Some(group) => format!("{group}: {}", row.key),
                None => continue,
            },
        };
        if !specs.contains_key(&key) {
            specs.insert(key, Json::String(row.value.clone()));
        }
    }
    specs.extend(computer::normalised(view, title, rows));
    specs
}

/// The rows in document order, structured data last.
pub(super) fn table(view: &View<'_>) -> Table {
    let outside = Region::FRAME.or(Region::ASIDE);
    let dom = view.dom;
    let mut found: Vec<Row> = Vec::new();
    let mut group: Option<String> = None;
    let mut of_class = rows::of_class(dom);
    for node in dom.all() {
        if found.len() >= MOST {
            break;
        }
        let tag = dom.tag(node);
        if tag == Tag::Text || view.regions.of_node(node).has(outside) {
            continue;
        }
        if let Some(heading) = rows::heading(dom, node, tag) {
            group = Some(heading);
            continue;
        }
        for (key, value) in rows::of_node(dom, node, tag).into_iter().chain(of_class.remove(&node)) {
            found.extend(row(group.clone(), &key, &value).filter(|row| !found.contains(row)));
        }
    }
    let stated = jsonld::properties(view).into_iter();
    found.extend(stated.filter_map(|(key, value)| row(None, &key, &value)));
    let pairs = found.iter().map(|row| (row.key.clone(), row.value.clone())).collect();
    Table { rows: found, pairs }
}

fn row(group: Option<String>, key: &str, value: &str) -> Option<Row> {
    let key = key.trim().trim_end_matches([':', '：', ' ', '\u{a0}']).trim();
    let value = value.trim().trim_start_matches([':', '：', ' ', '\u{a0}']).trim();
    let names = !key.is_empty() && key.len() <= LONGEST_KEY && key.chars().any(char::is_alphabetic);
    (names && !value.is_empty() && value.len() <= LONGEST_VALUE).then(|| Row {
        group,
        key: key.to_owned(),
        value: value.to_owned(),
    })
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
        let rows = super::table(&View::new(&dom, &url, Marketplace::Other)).pairs;
        let expected =
            [("Brand", "LG"), ("Screen", "27\""), ("Weight", "5 kg"), ("Colour", "red"), ("Depth", "9 cm")];
        let got: Vec<(&str, &str)> = rows.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn tables_without_markup_and_with_groups_are_read() {
        let html = "<h1>PC</h1><table><caption>Processor</caption><tr><th>Type<td>Core i5<tr><th colspan=2>Memory<tr><th>Type<td>DDR4
            <tr><td>Case:<td>steel<td>Colour:<td>black<tr><th rowspan=2>Ports<th>USB<td>4</table>
            <section><div><div>CPU</div><div>N100</div></div><div><div>RAM</div><div>16 GB</div></div><div><div>Fan</div><div>none</div></div></section>
            <div><p>Graphics: <b>UHD</b></p></div>
            <div><h3>Memory</h3><div class=row><i>Capacity</i><i>32 GB</i></div></div>
            <div><h3>Storage</h3><div class=row><i>SSD</i><i>2 TB</i></div></div><div><h3>Box</h3><div class=row><i>Feet</i><i>4</i></div></div>
            <table><tr><td>Disks<td><table><tr><td>SSD 120 GB<tr><td>HDD 1 TB</table></table>
            <div><div class=card><h4>Box SSD 1 TB</h4><i>$99.00</i></div><div class=card><h4>RAM kit</h4><i>$59.00</i></div><div class=card><h4>Mouse</h4><i>$9.00</i></div></div>";
        let dom = Dom::parse(html);
        let url = Url::parse("https://shop.example/").expect("a valid address");
        let view = View::new(&dom, &url, Marketplace::Other);
        let specs = super::specs(&view, "PC");
        let text = |key: &str| specs.get(key).and_then(|value| value.as_str()).unwrap_or("-");
        let expected = [
            ("Type", "Core i5"),
            ("Memory: Type", "DDR4"),
            ("Case", "steel"),
            ("Colour", "black"),
            ("USB", "4"),
            ("CPU", "N100"),
            ("Fan", "none"),
            ("Graphics", "UHD"),
            ("Capacity", "32 GB"),
            ("SSD", "2 TB"),
            ("Feet", "4"),
            ("Disks", "SSD 120 GB HDD 1 TB"),
            ("RAM kit", "-"),
        ];
        for (key, value) in expected {
            assert_eq!(text(key), value, "{key}");
        }
    }
}
