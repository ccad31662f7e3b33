//! `meta` elements: Open Graph, its product extension, Twitter cards, plain names.

use super::super::candidate::Candidates;
use super::super::product::{Field, Source};
use super::super::view::View;
use super::{Place, push_markup};

/// Meta name → field and trust, the better of two synonyms first.
const TEXTS: &[(&str, Field, f64)] = &[
    ("og:title", Field::Title, 0.7),
    ("twitter:title", Field::Title, 0.5),
    ("og:description", Field::Description, 0.6),
    ("description", Field::Description, 0.5),
    ("product:brand", Field::Manufacturer, 0.8),
    ("og:brand", Field::Manufacturer, 0.7),
    ("product:retailer_item_id", Field::VendorItemId, 0.7),
    ("product:retailer_part_no", Field::Sku, 0.6),
    ("product:ean", Field::Gtin, 0.8),
    ("product:upc", Field::Gtin, 0.8),
    ("product:gtin", Field::Gtin, 0.8),
    ("product:isbn", Field::Gtin, 0.8),
    ("product:mfr_part_no", Field::ModelNumber, 0.7),
    ("product:availability", Field::Availability, 0.7),
    ("og:availability", Field::Availability, 0.65),
    ("product:condition", Field::Condition, 0.75),
    ("og:condition", Field::Condition, 0.7),
];

/// An amount and the meta that names its currency.
const PRICES: &[(&str, &str, f64)] = &[
    ("product:sale_price:amount", "product:sale_price:currency", 0.78),
    ("product:price:amount", "product:price:currency", 0.76),
    ("og:price:amount", "og:price:currency", 0.74),
    ("og:product:price:amount", "og:product:price:currency", 0.7),
    ("product:price", "product:price:currency", 0.6),
    ("og:price", "og:price:currency", 0.55),
    ("price", "currency", 0.5),
];

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    for (name, field, trust) in TEXTS {
        if let Some(content) = view.meta(name) {
            push_markup(found, *field, content, None, Place { source: Source::Meta, name, trust: *trust });
        }
    }
    let on_sale = view.meta("product:sale_price:amount").is_some();
    for (name, currency, trust) in PRICES {
        let Some(amount) = view.meta(name) else { continue };
        let field = if on_sale && *name == "product:price:amount" { Field::ListPrice } else { Field::Price };
        push_markup(
            found,
            field,
            amount,
            view.meta(currency),
            Place { source: Source::Meta, name, trust: *trust },
        );
    }
    let listed = [
        ("product:original_price:amount", "product:original_price:currency"),
        ("product:price:standard_amount", "product:price:currency"),
        ("og:price:standard_amount", "og:price:currency"),
    ];
    for (name, currency) in listed {
        let Some(amount) = view.meta(name) else { continue };
        push_markup(
            found,
            Field::ListPrice,
            amount,
            view.meta(currency),
            Place { source: Source::Meta, name, trust: 0.7 },
        );
    }
    twitter_labels(view, found);
    images(view, found);
    if let Some(title) = view.document_title() {
        found.push_text(Field::Title, &title, Source::Meta, "title", 0.45);
    }
}

/// `twitter:label1` "Price", `twitter:data1` "$12".
fn twitter_labels(view: &View<'_>, found: &mut Candidates) {
    for (label, data) in [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")] {
        let (Some(label), Some(value)) = (view.meta(label), view.meta(data)) else { continue };
        let field = match label.to_ascii_lowercase().as_str() {
            "price" => Field::Price,
            "availability" => Field::Availability,
            "brand" => Field::Manufacturer,
            _ => continue,
        };
        push_markup(found, field, value, None, Place { source: Source::Meta, name: data, trust: 0.6 });
    }
}

fn images(view: &View<'_>, found: &mut Candidates) {
    let names = [
        ("og:image:secure_url", 0.75),
        ("og:image", 0.75),
        ("og:image:url", 0.7),
        ("twitter:image", 0.6),
        ("twitter:image:src", 0.6),
    ];
    // the card shows the product, a variant has its own picture
    let of_variant =
        view.url.query_pairs().take(20).any(|(key, _)| key == "variant" || key == "variation_id");
    for (name, trust) in names {
        let trust = if of_variant { trust - 0.45 } else { trust };
        for url in view.metas(name).iter().filter_map(|content| view.absolute(content)) {
            found.push_text(Field::Image, url.as_str(), Source::Meta, name, trust);
        }
    }
    let dom = view.dom;
    let links = dom.all().filter(|n| dom.attr(*n, "rel").is_some_and(|rel| rel == "image_src")).take(3);
    for url in links.filter_map(|node| view.absolute(dom.filled_attr(node, "href")?)) {
        found.push_text(Field::Image, url.as_str(), Source::Meta, "link[rel=image_src]", 0.7);
    }
}
