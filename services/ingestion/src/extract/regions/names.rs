//! What class names, ids and the like say about the place of an element.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Region;

/// Parts of class names and ids. Matched within a name as `price-old`, `priceOld` and `old_price` are.
const MARKS: &[(Region, &[&str])] = &[
    (
        Region::ASIDE,
        &[
            "recommend",
            "recs-",
            "related",
            "similar",
            "upsell",
            "up-sell",
            "crosssell",
            "cross-sell",
            "cross_sell",
            "alsobought",
            "also-bought",
            "alsoviewed",
            "also-viewed",
            "also-like",
            "alsolike",
            "youmay",
            "you-may",
            "recentlyviewed",
            "recently-viewed",
            "recently_viewed",
            "sponsored",
            "advert",
            "frequentlybought",
            "frequently-bought",
            "boughttogether",
            "bought-together",
            "morefrom",
            "more-from",
            "product-list",
            "productlist",
            "product-grid",
            "productgrid",
            "product-card",
            "productcard",
            "product-tile",
            "producttile",
            "product_tile",
            "productteaser",
            "product-teaser",
            "search-result",
            "searchresult",
            "products-grid",
            "products-list",
            "review",
            "testimonial",
            "accessor",
            "suggestion",
            "complementary",
            "bundle",
            "add-on",
            "addon",
            "compare-product",
            "widget-product",
            "osusume",
            "other-products",
            "otherproducts",
        ],
    ),
    (Region::SLIDES, &["carousel", "slider", "swiper", "slick", "owl-", "splide", "glide"]),
    (
        Region::TERMS,
        &[
            "installment",
            "instalment",
            "financ",
            "monthly",
            "per-month",
            "permonth",
            "afterpay",
            "klarna",
            "affirm",
            "paypal",
            "shipping",
            "delivery",
            "warrant",
            "protection",
            "unit-price",
            "price-unit",
            "unitprice",
            "unit_price",
            "price-per",
            "priceper",
            "price_per",
            "per-unit",
            "perunit",
            "ppu",
            "grundpreis",
            "giftcard",
            "gift-card",
            "tradein",
            "trade-in",
            "coupon",
            "yousave",
            "you-save",
            "savings",
            "saving",
            "cashback",
            "reward",
            "loyalty",
            "leasing",
            "credit",
        ],
    ),
    (
        Region::OLD,
        &[
            "strike",
            "line-through",
            "linethrough",
            "wasprice",
            "was-price",
            "was_price",
            "price-was",
            "pricewas",
            "price_was",
            "oldprice",
            "old-price",
            "old_price",
            "price-old",
            "priceold",
            "price_old",
            "listprice",
            "list-price",
            "list_price",
            "msrp",
            "rrp",
            "compare-at",
            "compareat",
            "compare_at",
            "price-compare",
            "price--compare",
            "originalprice",
            "original-price",
            "original_price",
            "price-original",
            "price--original",
            "beforeprice",
            "before-price",
            "price-before",
            "previousprice",
            "previous-price",
            "price-previous",
            "streichpreis",
            "crossed",
            "prc-org",
            "price-standard",
            "retailprice",
            "retail-price",
        ],
    ),
    (
        Region::FRAME,
        &[
            "footer",
            "site-header",
            "siteheader",
            "page-header",
            "navbar",
            "navigation",
            "nav-",
            "breadcrumb",
            "cookie",
            "newsletter",
            "minicart",
            "cart-total",
            "carttotal",
            "header-cart",
            "basket-total",
            "mini-cart",
            "mini_cart",
            "cart-drawer",
            "cartdrawer",
            "gnav",
            "globalnav",
            "global-nav",
            "mainnav",
            "main-nav",
            "main-menu",
            "mainmenu",
            "top-menu",
            "topmenu",
            "topnav",
            "top-bar",
            "topbar",
            "site-nav",
            "megamenu",
            "mega-menu",
            "modal",
            "popup",
            "overlay",
            "toast",
            "offcanvas",
        ],
    ),
    (
        Region::PRICE,
        &["price", "preis", "prix", "precio", "prezzo", "prijs", "cena", "pret", "amount", "offer", "prc"],
    ),
];

/// Marks that mean nothing inside a longer word.
const WHOLE_WORDS: &[&str] = &[
    "rrp", "ppu", "msrp", "nav-", "cena", "pret", "review", "bundle", "credit", "owl-", "offer", "modal",
    "glide", "prc",
];

struct Marks {
    finder: Option<AhoCorasick>,
    /// By pattern number.
    meaning: Vec<(Region, bool)>,
}

static NAMES: LazyLock<Marks> = LazyLock::new(|| {
    let words: Vec<(&str, Region)> =
        MARKS.iter().flat_map(|(region, words)| words.iter().map(|word| (*word, *region))).collect();
    // every class and id of a page is read by it: the larger table is worth its 200 KB
    let finder = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(words.iter().map(|(word, _)| *word))
        .ok();
    let meaning = words.iter().map(|(word, region)| (*region, WHOLE_WORDS.contains(word))).collect();
    Marks { finder, meaning }
});

pub(super) fn region_of(name: &str) -> Region {
    /// Longer names are generated and mean nothing.
    const LONGEST: usize = 600;
    let name = name.get(..name.floor_char_boundary(LONGEST)).unwrap_or_default();
    let Some(finder) = &NAMES.finder else { return Region::NONE };
    let mut region = Region::NONE;
    for hit in finder.find_overlapping_iter(name) {
        let (meaning, whole) = NAMES.meaning[hit.pattern().as_usize()];
        let is_state = ["with-", "has-", "no-", "with_", "has_"]
            .iter()
            .any(|state| name.get(..hit.start()).is_some_and(|before| before.ends_with(state)));
        // the options of a product that is put together
        let rest = name.get(hit.end()..).unwrap_or_default();
        let is_own_bundle = name.get(hit.range()) == Some("bundle")
            && ["-option", "-info", "-summary", "-product", "_option"]
                .iter()
                .any(|part| rest.starts_with(part));
        if is_own_bundle {
            continue;
        }
        // "with-list-price" says what else is there
        if is_state && meaning != Region::PRICE {
            continue;
        }
        if !whole || is_name_part(name.as_bytes(), hit.start(), hit.end()) {
            region = region.or(meaning);
        }
    }
    region
}

/// Bounded by a hyphen, an underscore, a space or a change of case.
fn is_name_part(name: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| name.get(at));
    let begins = !before.is_some_and(u8::is_ascii_alphabetic)
        || (name[start].is_ascii_uppercase() && before.is_some_and(u8::is_ascii_lowercase));
    let last = name[end - 1];
    let ends =
        !last.is_ascii_alphabetic() || name.get(end).is_none_or(|c| !c.is_ascii_lowercase() || *c == b's');
    begins && ends
}
