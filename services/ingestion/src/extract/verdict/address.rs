//! What an address says about its page.

use super::super::view::View;

/// The kind of page that an address is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// Results of a search, or a path where the shop has no products.
    Listing,
    /// Named like a category. Products are found below such paths too, so markup outweighs it.
    Category,
    /// Where a visitor orders, reads, asks or signs in. Markup outweighs it too.
    Service,
    Unknown,
}

const SEARCHED: [&str; 8] =
    ["q", "query", "search", "keyword", "keywords", "searchterm", "search_query", "_nkw"];
const SEARCHES: [&str; 10] =
    ["search", "suche", "recherche", "busca", "buscar", "szukaj", "zoeken", "cerca", "ara", "catalogsearch"];
const CATEGORIES: [&str; 15] = [
    "category",
    "categories",
    "kategorie",
    "kategorien",
    "categorie",
    "categoria",
    "collections",
    "collection",
    "tag",
    "brands",
    "product-category",
    "product-tag",
    "product-categories",
    "produkt-kategorie",
    "kategoria",
];
/// Parts of paths of carts, articles, help, accounts.
const SERVICES: [&str; 26] = [
    "cart",
    "basket",
    "checkout",
    "warenkorb",
    "panier",
    "carrito",
    "carrello",
    "carrinho",
    "winkelwagen",
    "winkelmandje",
    "koszyk",
    "sepet",
    "wishlist",
    "compare",
    "account",
    "login",
    "blog",
    "blogs",
    "news",
    "magazin",
    "magazine",
    "guides",
    "help",
    "support",
    "stores",
    "faq",
];
/// Parts of paths that stand before a product's name or number.
const PRODUCTS: [&str; 15] = [
    "/p/",
    "/product",
    "/produkt",
    "/produit",
    "/producto",
    "/prodotto",
    "/produto",
    "/item/",
    "/itm/",
    "/dp/",
    "/listing/",
    "/artikel/",
    "/ip/",
    "/goods/",
    "/shop/g/",
];

/// Whether the path alone says that a product is found there.
pub(super) fn is_product(view: &View<'_>) -> bool {
    let path = view.url.path().to_ascii_lowercase();
    let query = || {
        view.url
            .query_pairs()
            .take(20)
            .any(|(key, _)| matches!(&*key, "product_id" | "products_id" | "sku" | "pid"))
    };
    of(view) == Address::Unknown && (PRODUCTS.iter().any(|part| path.contains(part)) || query())
}

pub(super) fn of(view: &View<'_>) -> Address {
    if let Some(shop) = view.shop.filter(|shop| shop.knows_paths()) {
        let path = view.url.path();
        let listing = shop.is_listing_path(path) && !shop.is_product_path(path);
        return if listing { Address::Listing } else { Address::Unknown };
    }
    let path = view.url.path().to_ascii_lowercase();
    let has_segment = |names: &[&str]| path.split('/').any(|segment| names.contains(&segment));
    let is_category =
        has_segment(&["product-category", "product-tag", "product-categories", "produkt-kategorie"]);
    let of_all = path.trim_end_matches('/').ends_with("/products");
    if !is_category && !of_all && PRODUCTS.iter().any(|part| path.contains(part)) {
        return Address::Unknown;
    }
    let mut pairs = view.url.query_pairs().take(50);
    let searched =
        pairs.any(|(key, value)| SEARCHED.contains(&key.to_ascii_lowercase().as_str()) && !value.is_empty());
    if searched || has_segment(&SEARCHES) {
        Address::Listing
    } else if has_segment(&SERVICES) {
        Address::Service
    } else if of_all || has_segment(&CATEGORIES) {
        Address::Category
    } else {
        Address::Unknown
    }
}

/// The shop's front: `/`, `/en/`, `/index.html`. With a query it may be anything; and who saved a page may have
/// lost its address.
pub(super) fn is_first_page(view: &View<'_>) -> bool {
    let path = view.url.path().trim_matches('/').to_ascii_lowercase();
    let is_language = (path.len() == 2 || (path.len() == 5 && path.contains(['-', '_', '/'])))
        && path.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | '/'));
    let is_index =
        matches!(&*path, "index.html" | "index.htm" | "index.php" | "default.aspx" | "home" | "index");
    view.url.query().is_none() && (path.is_empty() || is_language || is_index)
}
