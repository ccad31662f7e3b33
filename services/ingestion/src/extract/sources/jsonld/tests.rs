use url::Url;

use crate::extract::candidate::{Candidates, Value};
use crate::extract::dom::Dom;
use crate::extract::product::{Availability, Field, Marketplace};
use crate::extract::view::View;

fn candidates(jsonld: &str) -> Candidates {
    let html = format!(
        "<title>Blue Lamp</title><h1>Blue Lamp</h1><script type=application/ld+json>{jsonld}</script>"
    );
    let dom = Dom::parse(&html);
    let url = Url::parse("https://shop.example/lamps/blue?variant=22").expect("a valid address");
    let view = View::new(&dom, &url, Marketplace::Other);
    let mut found = Candidates::default();
    super::collect(&view, &mut found);
    found
}

/// The most trusted price.
fn price(jsonld: &str) -> Option<f64> {
    let found = candidates(jsonld);
    let best =
        found.of(Field::Price).fold(
            None::<&crate::extract::candidate::Candidate>,
            |best, next| match best {
                Some(best) if best.trust >= next.trust => Some(best),
                _ => Some(next),
            },
        )?;
    match best.value {
        Value::Money { amount, .. } => Some(amount),
        _ => None,
    }
}

#[test]
fn offers_come_in_many_forms() {
    let product =
        |offers: &str| format!(r#"{{"@type": "Product", "name": "Blue Lamp", "offers": {offers}}}"#);
    let cases = [
        (r#"{"price": "12.50", "priceCurrency": "USD"}"#, 12.5),
        (r#"{"@type": "AggregateOffer", "lowPrice": 9, "highPrice": 20}"#, 9.0),
        (r#"[{"price": 5}, {"price": 7, "url": "/lamps/blue?variant=22"}]"#, 7.0),
        (r#"{"priceSpecification": {"price": 8, "priceCurrency": "EUR"}}"#, 8.0),
        (
            r#"{"priceSpecification": [{"price": 20, "priceType": "https://schema.org/ListPrice"}, {"price": 15}]}"#,
            15.0,
        ),
        (r#"{"priceSpecification": [{"price": 3, "referenceQuantity": {"value": 1}}, {"price": 15}]}"#, 15.0),
        (r#"{"@type": "AggregateOffer", "offers": [{"price": "1.299,00"}]}"#, 1299.0),
    ];
    for (offers, expected) in cases {
        assert_eq!(price(&product(offers)), Some(expected), "{offers}");
    }
    assert_eq!(price(&product(r#"{"price": 0}"#)), None);
}

#[test]
fn variants_and_graphs_are_entered() {
    let group = r#"{"@graph": [{"@type": "WebPage"}, {"@type": "ProductGroup", "name": "Blue Lamp",
        "hasVariant": [{"@type": "Product", "sku": "11", "offers": {"price": 1}},
                       {"@type": "Product", "url": "?variant=22", "offers": {"price": 2}}]}]}"#;
    assert_eq!(price(group), Some(2.0));
}

#[test]
fn the_variant_in_the_address_shows_its_own_picture_whatever_else_the_address_says() {
    let image = |selected: &str| {
        let group = format!(
            r#"{{"@type": "ProductGroup", "name": "Blue Lamp", "image": "/any.jpg", "hasVariant": [
                {{"image": "/a.jpg", "offers": {{"price": 1, "url": "/lamps/blue?variant=21"}}}},
                {{"image": "/b.jpg", "offers": {{"price": 2, "url": "/lamps/blue?{selected}"}}}}]}}"#
        );
        let found = candidates(&group);
        let first = found.of(Field::Image).next().map(|candidate| candidate.value.clone());
        let file = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        if let Some(Value::Text(url)) = first { file(&url) } else { String::new() }
    };
    assert_eq!(image("variant=22"), "b.jpg");
    assert_eq!(image("variant=23"), "any.jpg");
    assert_eq!(image(""), "any.jpg");
}

#[test]
fn other_products_are_not_this_one() {
    let related = r#"{"@type": "Product", "name": "Blue Lamp", "isRelatedTo": [{"@type": "Product", "name": "Red", "offers": {"price": 3}}]}"#;
    assert_eq!(price(related), None);
    let list = r#"[{"@type": "Product", "name": "Red Rug", "offers": {"price": 3}}, {"@type": "Product", "name": "Green Mat", "offers": {"price": 4}}]"#;
    assert_eq!(price(list), None);
    let named = r#"[{"@type": "Product", "name": "Red Rug", "offers": {"price": 3}}, {"@type": "Product", "name": "Blue Lamp", "offers": {"price": 4}}]"#;
    assert_eq!(price(named), Some(4.0));
}

#[test]
fn the_rest_of_the_product_is_read() {
    let found = candidates(
        r#"{"@type": ["Product"], "name": "Blue &amp; Lamp", "brand": {"name": "Lumen"}, "sku": 77,
            "image": ["/a.jpg", {"url": "https://cdn.example/b.jpg"}, "data:image/png;base64,x"],
            "offers": {"availability": "https://schema.org/OutOfStock", "seller": {"name": "Shop"}}}"#,
    );
    let texts = |field| -> Vec<String> {
        let text = |value: &Value| if let Value::Text(text) = value { text.clone() } else { String::new() };
        found.of(field).map(|candidate| text(&candidate.value)).collect()
    };
    assert_eq!(texts(Field::Title), ["Blue & Lamp"]);
    assert_eq!(texts(Field::Manufacturer), ["Lumen"]);
    assert_eq!(texts(Field::VendorItemId), ["77"]);
    assert_eq!(texts(Field::Seller), ["Shop"]);
    assert_eq!(texts(Field::Image), ["https://shop.example/a.jpg", "https://cdn.example/b.jpg"]);
    let stock: Vec<&Value> = found.of(Field::Availability).map(|candidate| &candidate.value).collect();
    assert_eq!(stock, [&Value::Availability(Availability::OutOfStock)]);
}
