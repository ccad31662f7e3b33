//! JSON-LD: the product that the page is about, told from the others that it also mentions.

mod offers;
mod parse;

use serde_json::{Map, Value as Json};

use super::super::candidate::Candidates;
use super::super::dom::Dom;
use super::super::likeness::likeness;
use super::super::money::{Currency, Sign};
use super::super::product::{Field, Source};
use super::super::rank;
use super::super::view::View;
use super::{Place, push_markup};

type Object = Map<String, Json>;

/// All JSON-LD of a page.
#[derive(Debug, Default)]
pub(in crate::extract) struct Entities {
    documents: Vec<Json>,
}

/// Objects that are looked at in one page; what has more is a bomb or a catalogue.
const MOST_OBJECTS: usize = 20_000;

pub(in crate::extract) fn entities(dom: &Dom) -> Entities {
    Entities { documents: parse::documents(dom) }
}

/// Products that one offer is read to be for.
const MOST_OFFERED: usize = 20;

impl Entities {
    /// The objects that stand for the page or a part of it, without what they only refer to.
    fn main_objects(&self) -> Vec<&Object> {
        // `object`: of an action, such as buying it.
        const GATEWAYS: [&str; 5] = ["@graph", "mainEntity", "mainEntityOfPage", "about", "object"];
        let mut open: Vec<&Json> = self.documents.iter().rev().collect();
        let mut found = Vec::new();
        let mut seen = 0;
        while let Some(json) = open.pop() {
            seen += 1;
            if seen > MOST_OBJECTS {
                break;
            }
            match json {
                Json::Array(items) => open.extend(items.iter().rev()),
                Json::Object(object) => {
                    found.push(object);
                    open.extend(GATEWAYS.iter().filter_map(|key| object.get(*key)));
                }
                _ => {}
            }
        }
        found
    }

    pub(in crate::extract) fn has_type(&self, wanted: &[&str]) -> bool {
        self.main_objects().into_iter().any(|object| is_a(object, wanted))
    }

    fn products(&self) -> Vec<&Object> {
        let mut products: Vec<&Object> = Vec::new();
        for object in self.main_objects() {
            if is_product(object) {
                products.push(object);
                continue;
            }
            let of_offer = object.get("offers").and_then(|offers| offers.get("itemOffered"));
            match object.get("itemOffered").or(of_offer) {
                Some(Json::Object(offered)) => products.push(offered),
                Some(Json::Array(several)) => {
                    products.extend(several.iter().take(MOST_OFFERED).filter_map(Json::as_object));
                }
                _ => {}
            }
        }
        products
    }

    /// The product that the page is about: the only one, or the one that the page's titles and address name.
    pub(in crate::extract) fn product(&self, titles: &[String], address: &str) -> Option<&Object> {
        /// Of several products, one must be named by the page; a list of them is no product page.
        const ALIKE: f64 = 0.5;
        let products = self.products();
        if let [only] = products.as_slice() {
            return Some(only);
        }
        let scored = products.into_iter().map(|product| (score(product, titles, address), product));
        rank::best(scored.filter(|(score, _)| *score >= ALIKE)).map(|(_, product)| product)
    }

    pub(in crate::extract) fn product_count(&self) -> usize {
        self.products().len()
    }

    /// The currency that all offers of all products name.
    pub(in crate::extract) fn currency(&self) -> Option<Currency> {
        let products = self.products();
        let mut named = products.iter().flat_map(|product| offers::currencies(product));
        let first = named.next()?;
        named.all(|other| other == first).then_some(first)
    }
}

fn score(product: &Object, titles: &[String], address: &str) -> f64 {
    let name = text(product, "name").unwrap_or_default();
    let alike = titles.iter().map(|title| likeness(title, &name)).fold(0.0, f64::max);
    let own_address =
        ["url", "@id"].iter().filter_map(|key| text(product, key)).any(|url| same_page(&url, address));
    let own_number = ["sku", "productID", "mpn"].iter().filter_map(|key| text(product, key));
    let numbered = own_number.into_iter().any(|number| number.len() > 4 && address.contains(&number));
    let offers = product.contains_key("offers") || product.contains_key("hasVariant");
    alike
        + if own_address { 0.6 } else { 0.0 }
        + if numbered { 0.4 } else { 0.0 }
        + if offers { 0.05 } else { 0.0 }
}

/// The same address without query, fragment, scheme and a trailing slash.
fn same_page(url: &str, address: &str) -> bool {
    let path = |url: &str| {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        url.trim_start_matches("www.").trim_end_matches('/').to_owned()
    };
    let (url, address) = (path(url), path(address));
    !url.is_empty() && (url == address || (url.starts_with('/') && url.len() > 1 && address.ends_with(&url)))
}

const PRODUCT_TYPES: [&str; 10] = [
    "product",
    "productgroup",
    "individualproduct",
    "productmodel",
    "someproducts",
    "vehicle",
    "car",
    "book",
    "isoffered",
    "productcollection",
];

fn is_product(object: &Object) -> bool {
    let book = is_a(object, &["book"]);
    is_a(object, &PRODUCT_TYPES) && (!book || object.contains_key("offers"))
}

/// Whether `@type` is one of the types (lowercase, without the vocabulary's address).
fn is_a(object: &Object, wanted: &[&str]) -> bool {
    let named = |json: &Json| {
        let name = json.as_str().unwrap_or_default();
        let name = name.rsplit(['/', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
        wanted.contains(&name.as_str())
    };
    match object.get("@type") {
        Some(Json::Array(types)) => types.iter().take(10).any(named),
        Some(one) => named(one),
        None => false,
    }
}

/// A property as text: a string, a number, the first of a list, the `@value` or `name` of an object.
fn text(object: &Object, key: &str) -> Option<String> {
    plain(object.get(key)?)
}

fn plain(json: &Json) -> Option<String> {
    let mut json = json;
    // lists of lists and objects in objects: four steps are more than anybody writes
    for _ in 0..4 {
        json = match json {
            Json::String(text) => return Some(unescaped(text)).filter(|text| !text.trim().is_empty()),
            Json::Number(number) => return Some(number.to_string()),
            Json::Array(items) => items.first()?,
            Json::Object(object) => {
                ["@value", "name", "value", "url", "@id"].iter().find_map(|key| object.get(*key))?
            }
            _ => return None,
        };
    }
    None
}

/// Shops escape for HTML what stands in a script, where nobody unescapes it.
fn unescaped(text: &str) -> String {
    if !text.contains('&') && !text.contains('<') {
        return text.to_owned();
    }
    let dom = Dom::parse(text);
    dom.text(super::super::dom::NodeId::ROOT, text.len())
}

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    let titles = super::visible::titles(view);
    let Some(product) = view.entities.product(&titles, view.url.as_str()) else { return };
    let fields = [
        (Field::Title, "name", 0.85),
        (Field::Description, "description", 0.8),
        (Field::Manufacturer, "brand", 0.9),
        (Field::Manufacturer, "manufacturer", 0.7),
        (Field::ModelNumber, "mpn", 0.85),
        (Field::ModelNumber, "model", 0.8),
        (Field::VendorItemId, "sku", 0.8),
        (Field::VendorItemId, "productID", 0.75),
        (Field::Sku, "sku", 0.85),
        (Field::Gtin, "gtin13", 0.9),
        (Field::Gtin, "gtin", 0.9),
        (Field::Gtin, "gtin12", 0.9),
        (Field::Gtin, "gtin14", 0.9),
        (Field::Gtin, "gtin8", 0.9),
        (Field::Gtin, "isbn", 0.85),
        (Field::Gtin, "ean", 0.8),
        (Field::Condition, "itemCondition", 0.8),
    ];
    for (field, key, trust) in fields {
        if let Some(text) = text(product, key) {
            push_markup(found, field, &text, None, Place { source: Source::JsonLd, name: key, trust });
        }
    }
    images(view, product, found);
    offers::collect(view, product, found);
}

fn images(view: &View<'_>, product: &Object, found: &mut Candidates) {
    const MOST: usize = 30;
    let first =
        product.get("hasVariant").and_then(Json::as_array).and_then(|v| v.first()).and_then(Json::as_object);
    // the variant that the address selects has a picture of its own
    let of_variant = offers::variant_of_page(product, view.url).and_then(|variant| variant.get("image"));
    let own = product.get("image").or_else(|| first?.get("image"));
    let lists = [of_variant, own].into_iter().flatten().flat_map(|images| match images {
        Json::Array(items) => items.iter().take(MOST).collect(),
        one => vec![one],
    });
    for image in lists {
        let address = match image {
            Json::Object(object) => ["contentUrl", "url", "@id"].iter().find_map(|key| text(object, key)),
            other => plain(other),
        };
        if let Some(url) = address.and_then(|address| view.absolute(&address)) {
            found.push_text(Field::Image, url.as_str(), Source::JsonLd, "image", 0.85);
        }
    }
}

/// `additionalProperty` as rows of specifications.
pub(in crate::extract) fn properties(view: &View<'_>) -> Vec<(String, String)> {
    const MOST: usize = 200;
    let titles = super::visible::titles(view);
    let product = view.entities.product(&titles, view.url.as_str());
    let list = product.and_then(|p| p.get("additionalProperty")).and_then(Json::as_array);
    let objects = list.into_iter().flatten().filter_map(Json::as_object).take(MOST);
    objects.filter_map(|object| Some((text(object, "name")?, text(object, "value")?))).collect()
}

/// Where the product is filed, the widest category first: its own `category`, the page's breadcrumbs.
pub(in crate::extract) fn categories(view: &View<'_>) -> Vec<String> {
    const MOST: usize = 20;
    let titles = super::visible::titles(view);
    let objects = view.entities.main_objects();
    let trails = objects.iter().filter_map(|object| {
        if is_a(object, &["breadcrumblist"]) { Some(*object) } else { object.get("breadcrumb")?.as_object() }
    });
    let items = trails.filter_map(|trail| trail.get("itemListElement")?.as_array()).flatten();
    let names = items
        .filter_map(Json::as_object)
        .filter_map(|item| text(item, "name").or_else(|| text(item.get("item")?.as_object()?, "name")));
    let mut found: Vec<String> = names.take(MOST).collect();
    let own = view.entities.product(&titles, view.url.as_str()).and_then(|product| text(product, "category"));
    found.extend(
        own.iter().flat_map(|own| own.split(['>', '›', '/'])).take(MOST).map(|name| name.trim().to_owned()),
    );
    found
}

/// The sign of a `priceCurrency`.
fn sign(object: &Object) -> Option<Sign> {
    text(object, "priceCurrency").or_else(|| text(object, "currency")).and_then(|code| Sign::parse(&code))
}

#[cfg(test)]
mod tests;
