//! Offers in all the forms that schema.org allows: one, a list, an aggregate, price specifications, variants.

use serde_json::Value as Json;
use url::Url;

use super::super::super::candidate::{Candidates, Value};
use super::super::super::money::{Currency, Sign};
use super::super::super::product::{Availability, Condition, Field, Source};
use super::super::super::view::View;
use super::super::super::wording;
use super::super::{Place, push_markup};
use super::{Object, is_a, sign, text};

/// Offers that are looked at; a marketplace lists hundreds.
const MOST_OFFERS: usize = 60;

/// What is left of the trust in a price without tax, which the page shows beside the other.
const UNTAXED: f64 = 0.7;

/// One offer and how much it is the page's own.
struct Offer<'a> {
    object: &'a Object,
    /// The variant that it belongs to, for its condition and number.
    variant: Option<&'a Object>,
    path: &'static str,
}

fn objects(json: Option<&Json>) -> Vec<&Object> {
    match json {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_object).take(MOST_OFFERS).collect(),
        Some(Json::Object(object)) => vec![object],
        _ => Vec::new(),
    }
}

fn offers(product: &Object) -> Vec<Offer<'_>> {
    let mut found = Vec::new();
    for offer in objects(product.get("offers")) {
        let nested = objects(offer.get("offers"));
        let has_own = ["price", "lowPrice", "priceSpecification"].iter().any(|key| offer.contains_key(*key));
        if has_own || nested.is_empty() {
            found.push(Offer { object: offer, variant: None, path: "offers" });
        }
        found.extend(nested.into_iter().map(|object| Offer { object, variant: None, path: "offers.offers" }));
    }
    for variant in objects(product.get("hasVariant")) {
        let own = objects(variant.get("offers")).into_iter();
        found.extend(own.map(|object| Offer { object, variant: Some(variant), path: "hasVariant.offers" }));
    }
    found.truncate(MOST_OFFERS);
    found
}

pub(super) fn currencies(product: &Object) -> Vec<Currency> {
    let signs = offers(product).into_iter().filter_map(|offer| {
        sign(offer.object)
            .or_else(|| objects(offer.object.get("priceSpecification")).into_iter().find_map(sign))
    });
    signs.filter_map(Sign::single).collect()
}

pub(super) fn collect(view: &View<'_>, product: &Object, found: &mut Candidates) {
    let all = offers(product);
    // Where nothing is chosen yet, one that can be had stands for all of them.
    let of_page = all.iter().find(|offer| is_this_page(offer, view.url));
    let Some(first) = of_page.or_else(|| all.iter().find(|offer| !is_gone(offer))).or_else(|| all.first())
    else {
        return;
    };
    describe(first, found);
    condition(&all, first, found);
    price(first, 0.85, found);
    let is_first = |offer: &&Offer<'_>| std::ptr::eq(offer.object, first.object);
    for offer in all.iter().filter(|offer| !is_first(offer)) {
        price(offer, 0.3, found);
    }
}

/// The variant of a group that the page's address selects.
pub(super) fn variant_of_page<'a>(product: &'a Object, page: &Url) -> Option<&'a Object> {
    let of_page = offers(product).into_iter().find(|offer| is_this_page(offer, page));
    of_page.and_then(|offer| offer.variant)
}

fn is_gone(offer: &Offer<'_>) -> bool {
    let told = text(offer.object, "availability")
        .or_else(|| offer.variant.and_then(|variant| text(variant, "availability")));
    told.and_then(|told| wording::availability_of_markup(&told)) == Some(Availability::OutOfStock)
}

/// The offer of the variant that the address selects.
fn is_this_page(offer: &Offer<'_>, page: &Url) -> bool {
    let address =
        text(offer.object, "url").or_else(|| offer.variant.and_then(|variant| text(variant, "url")));
    // campaigns add parameters of their own
    let selects = |url: &str| {
        let Ok(url) = page.join(url) else { return false };
        let is_given = |wanted: (_, _)| page.query_pairs().take(50).any(|given| given == wanted);
        url.path() == page.path()
            && url.query().is_some_and(|query| !query.is_empty())
            && url.query_pairs().take(50).all(is_given)
    };
    let sku = text(offer.object, "sku").or_else(|| offer.variant.and_then(|variant| text(variant, "sku")));
    let in_query =
        |sku: &String| sku.len() > 3 && page.query().is_some_and(|query| query.contains(sku.as_str()));
    address.is_some_and(|url| selects(&url)) || sku.is_some_and(|sku| in_query(&sku))
}

fn describe(offer: &Offer<'_>, found: &mut Candidates) {
    let fields = [
        (Field::Availability, "availability", 0.8),
        (Field::Seller, "seller", 0.8),
        (Field::Seller, "offeredBy", 0.7),
        (Field::VendorItemId, "sku", 0.7),
        (Field::Sku, "sku", 0.8),
        (Field::Gtin, "gtin13", 0.85),
        (Field::Gtin, "gtin", 0.85),
    ];
    for (field, key, trust) in fields {
        let value = text(offer.object, key).or_else(|| offer.variant.and_then(|variant| text(variant, key)));
        if let Some(value) = value {
            push_markup(
                found,
                field,
                &value,
                None,
                Place { source: Source::JsonLd, name: &format!("{}.{key}", offer.path), trust },
            );
        }
    }
}

/// The condition that all offers share; of mixed ones the page's own is new, the others are offered beside it.
fn condition(all: &[Offer<'_>], first: &Offer<'_>, found: &mut Candidates) {
    let stated = |offer: &Offer<'_>| {
        let of_variant = || offer.variant.and_then(|variant| text(variant, "itemCondition"));
        text(offer.object, "itemCondition").or_else(of_variant)
    };
    let told: Vec<Condition> =
        all.iter().filter_map(stated).filter_map(|text| wording::condition_of_markup(&text)).collect();
    let agree = told.windows(2).all(|two| two[0] == two[1]);
    let place = format!("{}.itemCondition", first.path);
    match told.first() {
        Some(condition) if agree => {
            found.push(Field::Condition, Value::Condition(*condition), Source::JsonLd, &place, 0.8);
        }
        Some(_) if told.contains(&Condition::New) => {
            found.push(Field::Condition, Value::Condition(Condition::New), Source::JsonLd, &place, 0.5);
        }
        _ => {}
    }
}

fn price(offer: &Offer<'_>, trust: f64, found: &mut Candidates) {
    let own = text(offer.object, "priceCurrency").or_else(|| text(offer.object, "currency"));
    let mut push = |field, object: &Object, key: &str, trust| {
        let Some(amount) = text(object, key) else { return false };
        let currency = text(object, "priceCurrency").or_else(|| own.clone());
        let place = Place { source: Source::JsonLd, name: &format!("{}.{key}", offer.path), trust };
        push_markup(found, field, &amount, currency.as_deref(), place);
        true
    };
    let specifications = objects(offer.object.get("priceSpecification"));
    let untaxed = is_untaxed(offer.object) || specifications.iter().any(|spec| is_untaxed(spec));
    let trust = if untaxed { trust * UNTAXED } else { trust };
    let paid_now = specifications.iter().filter(|spec| !is_list_price(spec) && !is_rate(spec));
    let mut specified = false;
    for spec in paid_now {
        specified |= push(Field::Price, spec, "price", if specified { trust * 0.5 } else { trust });
    }
    for spec in specifications.iter().filter(|spec| is_list_price(spec)) {
        push(Field::ListPrice, spec, "price", trust);
    }
    let rest = if specified { trust * 0.6 } else { trust };
    if !push(Field::Price, offer.object, "price", rest)
        && !push(Field::Price, offer.object, "lowPrice", rest * 0.9)
    {
        push(Field::Price, offer.object, "highPrice", rest * 0.5);
    }
}

fn is_list_price(spec: &Object) -> bool {
    let kind = text(spec, "priceType").unwrap_or_default().to_ascii_lowercase();
    ["list", "strikethrough", "srp", "msrp", "regular"].iter().any(|word| kind.contains(word))
}

/// Without the tax that a consumer pays, as the markup itself says.
fn is_untaxed(object: &Object) -> bool {
    text(object, "valueAddedTaxIncluded").is_some_and(|included| included.eq_ignore_ascii_case("false"))
        || matches!(object.get("valueAddedTaxIncluded"), Some(Json::Bool(false)))
}

/// A price per kilogram, per month or for members, a delivery charge.
fn is_rate(spec: &Object) -> bool {
    let rate = ["referenceQuantity", "billingDuration", "billingIncrement", "validForMemberTier"]
        .iter()
        .any(|key| spec.contains_key(*key));
    rate || is_a(spec, &["deliverychargespecification", "paymentchargespecification"])
}
