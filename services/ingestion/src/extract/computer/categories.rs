//! Where the shop files the product: breadcrumbs, markup, the row that tells the type.

use super::super::dom::{NodeId, Tag};
use super::super::sources::jsonld;
use super::super::specs::Row;
use super::super::view::View;
use super::plain::lower;

const MOST: usize = 12;
const LONGEST: usize = 120;

/// Names of categories, the narrowest first.
pub(super) fn categories(view: &View<'_>, rows: &[Row], title: &str) -> Vec<String> {
    let mut found: Vec<String> = of_rows(rows).collect();
    let mut crumbs = jsonld::categories(view);
    crumbs.reverse();
    found.extend(crumbs);
    let mut crumbs = of_crumbs(view);
    crumbs.reverse();
    found.extend(crumbs);
    found.extend(
        ["product:category", "category", "product:product_type"]
            .iter()
            .filter_map(|name| view.meta(name))
            .map(str::to_owned),
    );
    let own = lower(title);
    let is_own = |name: &String| {
        let name = lower(name);
        name.len() > 8 && (own.starts_with(&name) || name.starts_with(&own))
    };
    found.retain(|name| !name.is_empty() && name.len() <= LONGEST && !is_own(name));
    found.truncate(MOST);
    found
}

fn of_rows(rows: &[Row]) -> impl Iterator<Item = String> {
    const KEYS: [&str; 34] = [
        "type",
        "typ",
        "product type",
        "item type",
        "producttype",
        "product category",
        "category",
        "kategorie",
        "produkttyp",
        "produktart",
        "geräteart",
        "gerätetyp",
        "type de produit",
        "catégorie",
        "tipo",
        "tipo de producto",
        "tipo di prodotto",
        "tipo de produto",
        "categoría",
        "categoria",
        "soort",
        "producttype",
        "kategori",
        "kategoria",
        "typ produktu",
        "ürün tipi",
        "тип",
        "тип товара",
        "категория",
        "種類",
        "カテゴリ",
        "类型",
        "商品类型",
        "종류",
    ];
    rows.iter().filter(|row| KEYS.contains(&lower(&row.key).as_str())).map(|row| row.value.clone())
}

fn of_crumbs(view: &View<'_>) -> Vec<String> {
    let dom = view.dom;
    let is_trail = |node: NodeId| {
        dom.attributes(node).any(|(name, value)| {
            matches!(name, "class" | "id" | "aria-label" | "data-testid" | "data-test" | "itemtype") && {
                let value = value.to_ascii_lowercase();
                value.contains("breadcrumb")
                    || value.contains("crumb")
                    || value.contains("brotkrumen")
                    || value.contains("fil d")
            }
        })
    };
    let Some(trail) = dom.all().find(|node| {
        !dom.is_text(*node)
            && dom.tag(*node) != Tag::Script
            && is_trail(*node)
            && !dom.text(*node, 20).is_empty()
    }) else {
        return Vec::new();
    };
    let texts = dom.descendants(trail).filter(|node| dom.is_text(*node)).take(60);
    let names = texts.flat_map(|node| dom.characters(node).split(['/', '>', '›', '»', '|']).take(8));
    names
        .map(|name| name.trim().to_owned())
        .filter(|name| name.chars().filter(|c| c.is_alphabetic()).count() > 1)
        .take(MOST)
        .collect()
}
