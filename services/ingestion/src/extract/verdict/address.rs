//! What an address says about its page.

use super::super::view::View;

/// The kind of page that an address is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// Results of a search, or a path where the shop has no products.
    Listing,
    /// Named like a category. Products are found below such paths too, so markup outweighs it.
    Category,
    Unknown,
}

const SEARCHED: [&str; 8] =
    ["q", "query", "search", "keyword", "keywords", "searchterm", "search_query", "_nkw"];
const SEARCHES: [&str; 5] = ["search", "suche", "recherche", "busca", "buscar"];
const CATEGORIES: [&str; 6] = ["category", "categories", "kategorie", "collections", "tag", "brands"];
/// Parts of paths that stand before a product's name or number.
const PRODUCTS: [&str; 8] = ["/p/", "/product", "/item/", "/itm/", "/dp/", "/listing/", "/artikel/", "/ip/"];

pub(super) fn of(view: &View<'_>) -> Address {
    if let Some(shop) = view.shop.filter(|shop| shop.knows_paths()) {
        let path = view.url.path();
        let listing = shop.is_listing_path(path) && !shop.is_product_path(path);
        return if listing { Address::Listing } else { Address::Unknown };
    }
    let path = view.url.path().to_ascii_lowercase();
    if PRODUCTS.iter().any(|part| path.contains(part)) {
        return Address::Unknown;
    }
    let mut pairs = view.url.query_pairs().take(50);
    let searched =
        pairs.any(|(key, value)| SEARCHED.contains(&key.to_ascii_lowercase().as_str()) && !value.is_empty());
    let has_segment = |names: &[&str]| path.split('/').any(|segment| names.contains(&segment));
    if searched || has_segment(&SEARCHES) {
        Address::Listing
    } else if has_segment(&CATEGORIES) {
        Address::Category
    } else {
        Address::Unknown
    }
}
