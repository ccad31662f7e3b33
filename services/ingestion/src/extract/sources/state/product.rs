//! The page's product among all objects of its scripts' data: the one that bears its name.

use serde_json::{Map, Value as Json};

use super::super::super::likeness::{coverage, likeness};
use super::super::super::money::{self, Sign};

type Object = Map<String, Json>;

/// Values that are looked at in one page.
const MOST_VALUES: usize = 50_000;
/// Objects with a name and a price that are compared with the titles.
const MOST_NAMED: usize = 300;

const NAMES: [&str; 8] = [
    "name",
    "title",
    "item_name",
    "productName",
    "product_name",
    "displayName",
    "productTitle",
    "model_name",
];
const SLUGS: [&str; 4] = ["handle", "slug", "urlKey", "url_key"];

/// What a buyer pays now, the surer names first.
const PRICES: [&str; 15] = [
    "salePrice",
    "sale_price",
    "finalPrice",
    "final_price",
    "specialPrice",
    "special_price",
    "currentPrice",
    "current_price",
    "sellingPrice",
    "offerPrice",
    "priceWithTax",
    "price_incl_tax",
    "priceInclTax",
    "display_price",
    "price",
];
const LIST_PRICES: [&str; 12] = [
    "compare_at_price",
    "compareAtPrice",
    "listPrice",
    "list_price",
    "wasPrice",
    "originalPrice",
    "original_price",
    "regularPrice",
    "regular_price",
    "display_regular_price",
    "oldPrice",
    "msrp",
];
/// Objects between a product and its price.
const HOLDERS: [&str; 7] = ["priceInfo", "pricing", "prices", "price", "offer", "buyBox", "priceRange"];
const CURRENCIES: [&str; 5] = ["currency", "currencyCode", "priceCurrency", "currency_code", "currencyIso"];

/// A product's amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Priced {
    pub(super) price: f64,
    pub(super) list_price: Option<f64>,
    pub(super) sign: Option<Sign>,
}

/// The product that bears one of the titles or the last part of the page's path, and its amounts.
pub(super) fn find(data: &Json, titles: &[String], slug: &str) -> Option<Priced> {
    const ALIKE: f64 = 0.6;
    let mut open = vec![(data, None)];
    let (mut seen, mut named) = (0, 0);
    let mut best: Option<(f64, Priced)> = None;
    while let Some((json, outer)) = open.pop() {
        seen += 1;
        if seen > MOST_VALUES || named > MOST_NAMED {
            break;
        }
        match json {
            Json::Array(items) => open.extend(items.iter().rev().map(|item| (item, outer))),
            Json::Object(object) => {
                let sign = sign(object).or(outer);
                if let Some(priced) = priced(object, sign) {
                    named += 1;
                    let fit = fit(object, titles, slug);
                    if fit >= ALIKE && best.is_none_or(|(best, _)| fit > best) {
                        best = Some((fit, priced));
                    }
                }
                open.extend(object.values().rev().map(|value| (value, sign)));
            }
            _ => {}
        }
    }
    best.map(|(_, priced)| priced)
}

fn fit(object: &Object, titles: &[String], slug: &str) -> f64 {
    let text = |keys: &[&str]| keys.iter().find_map(|key| object.get(*key)?.as_str().map(str::to_owned));
    if text(&SLUGS).is_some_and(|own| own.len() > 3 && own == slug) {
        return 1.0;
    }
    let Some(name) = text(&NAMES) else { return 0.0 };
    let covered =
        |title: &String| if name.split(' ').count() > 2 { coverage(&name, title) * 0.9 } else { 0.0 };
    titles.iter().map(|title| likeness(title, &name).max(covered(title))).fold(0.0, f64::max)
}

fn priced(object: &Object, sign: Option<Sign>) -> Option<Priced> {
    if !NAMES.iter().chain(&SLUGS).any(|key| object.contains_key(*key)) {
        return None;
    }
    let in_cents = object.contains_key("compare_at_price")
        || (object.contains_key("handle") && object.contains_key("variants"));
    let held = HOLDERS.iter().filter_map(|key| object.get(*key)?.as_object());
    let places: Vec<&Object> = std::iter::once(object).chain(held).collect();
    let find = |keys: &[&str]| {
        places.iter().find_map(|place| keys.iter().find_map(|key| amount(place.get(*key)?, in_cents)))
    };
    let price = find(&PRICES)?;
    let list_price = find(&LIST_PRICES).filter(|listed| *listed > price);
    let held_sign = places.iter().skip(1).find_map(|place| self::sign(place));
    Some(Priced { price, list_price, sign: held_sign.or(sign) })
}

fn sign(object: &Object) -> Option<Sign> {
    CURRENCIES.iter().find_map(|key| Sign::parse(object.get(*key)?.as_str()?))
}

/// A number, a text, or an object around one.
pub(super) fn amount(json: &Json, in_cents: bool) -> Option<f64> {
    const INNER: [&str; 7] = ["amount", "value", "price", "current", "finalPrice", "withTax", "minPrice"];
    let mut json = json;
    for _ in 0..3 {
        match json {
            Json::Number(number) => {
                let cents = in_cents && number.is_u64();
                let amount = number.as_f64()? / if cents { 100.0 } else { 1.0 };
                return Some(amount).filter(|amount| money::is_price(*amount));
            }
            Json::String(text) => return money::read_machine(text).map(|found| found.amount),
            Json::Object(object) => {
                if let Some(cents) = object.get("centAmount").and_then(Json::as_f64) {
                    return Some(cents / 100.0).filter(|amount| money::is_price(*amount));
                }
                json = INNER.iter().find_map(|key| object.get(*key))?;
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::find;

    #[test]
    fn the_product_is_found_by_its_name() {
        let titles = ["Blue Lamp 40 cm".to_owned()];
        let cases = [
            (
                json!({"props": {"product": {"name": "Blue Lamp 40 cm", "price": 12.5, "currency": "EUR"}}}),
                Some((12.5, None)),
            ),
            (
                json!([{"event": "view_item", "ecommerce": {"items": [{"item_name": "Blue Lamp 40 cm", "price": "12.50"}]}}]),
                Some((12.5, None)),
            ),
            (
                json!({"id": 1, "handle": "blue-lamp", "price": 149_900, "compare_at_price": 159_900}),
                Some((1499.0, Some(1599.0))),
            ),
            (
                json!({"name": "Blue Lamp 40 cm", "priceInfo": {"currentPrice": {"price": 9}, "wasPrice": {"price": 12}}}),
                Some((9.0, Some(12.0))),
            ),
            (
                json!({"name": "Blue Lamp 40 cm", "price": {"centAmount": 1250, "currencyCode": "EUR"}}),
                Some((12.5, None)),
            ),
            (json!({"name": "Red Chair", "price": 12.5}), None),
            (json!({"name": "Blue Lamp 40 cm", "price": 0}), None),
        ];
        for (data, expected) in cases {
            let found = find(&data, &titles, "blue-lamp").map(|priced| (priced.price, priced.list_price));
            assert_eq!(found, expected, "{data}");
        }
    }
}
