//! A page in, a product out: pure functions over the page's text. No network, no clock, no browser, no HTTP.
//!
//! [`extract`] parses the page once, asks every source in [`sources`] for candidates, asks [`verdict`] whether
//! this is a product page at all, and lets [`decide`] choose. A new source is a module in `sources`; a new shop
//! a data file in `shops` or of the operator's own; what follows from a word a list in `words`.

mod candidate;
mod computer;
mod confidence;
mod decide;
mod dom;
mod explain;
mod flow;
mod layout;
mod likeness;
mod money;
mod product;
mod rank;
mod regions;
mod select;
mod shops;
mod sources;
mod specs;
mod verdict;
mod view;
mod wording;
mod words;

use url::Url;

pub use confidence::Signals;
pub use explain::{Explanation, Standing, explain};
pub use layout::{Layout, Part, Picture};
pub use product::{
    Availability, Condition, Evidence, Field, FoundValue, Marketplace, Product, Quality, Refusal, Source,
    UnknownName, Verdict,
};
pub use shops::{BadRules, ShopRules};

use candidate::Candidates;
use decide::Decisions;
use view::View;

/// An expression for the browser: `""` until a title and a price (or an out-of-stock mark) are visible, then a
/// short fingerprint of them, equal as long as they are.
pub const FIELDS_PROBE: &str = include_str!("extract/probe.js");

/// A page as it came.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The document as text: the rendered DOM, or what a caller brought.
    pub html: &'a str,
    /// Its address, the base of relative ones.
    pub url: &'a Url,
    /// A hint. The host wins where they disagree.
    pub marketplace: Option<Marketplace>,
    pub status: Option<u16>,
    pub content_type: Option<&'a str>,
    /// How it looked in a browser, where one has rendered it.
    pub layout: Option<&'a Layout>,
}

impl<'a> Page<'a> {
    /// A page of which nothing is known but its text and its address.
    pub fn new(html: &'a str, url: &'a Url) -> Page<'a> {
        Page { html, url, marketplace: None, status: None, content_type: None, layout: None }
    }
}

/// The product that the page is about, or the verdict that there is none; by the built-in rules of shops.
pub fn extract(page: &Page<'_>) -> Result<Product, Refusal> {
    extract_with(ShopRules::built_in(), page)
}

/// The same by an operator's rules of shops.
pub fn extract_with(rules: &ShopRules, page: &Page<'_>) -> Result<Product, Refusal> {
    read(rules, page, &[])
}

/// The same as if some sources had found nothing: what confidence is fitted on.
pub fn extract_without(page: &Page<'_>, sources: &[Source]) -> Result<Product, Refusal> {
    read(ShopRules::built_in(), page, sources)
}

fn read(rules: &ShopRules, page: &Page<'_>, without: &[Source]) -> Result<Product, Refusal> {
    if let Some(refusal) = verdict::of_response(page.html, page.status, page.content_type) {
        return Err(refusal);
    }
    let host = page.url.host_str().unwrap_or_default();
    let of_host = rules.of_host(host);
    let marketplace = match (Marketplace::of_host(host), of_host) {
        (Marketplace::Other, None) => page.marketplace.unwrap_or(Marketplace::Other),
        (known, _) => known,
    };
    let shop = of_host.or_else(|| rules.of_marketplace(marketplace));
    let dom = dom::Dom::parse(page.html);
    let view = View::of(&dom, page, marketplace, shop);
    let mut found = sources::collect(&view);
    found.forget(without);
    if let Some(refusal) = verdict::of_page(&view, &found, page.status) {
        return Err(refusal);
    }
    let decisions = decide::decide(&found, view.locale);
    let ignored = page.marketplace.filter(|hint| *hint != marketplace);
    product(&view, &found, decisions, ignored).ok_or_else(|| Refusal {
        verdict: Verdict::EmptyShell,
        evidence: "the page names no product".to_owned(),
    })
}

fn product(
    view: &View<'_>,
    found: &Candidates,
    decisions: Decisions,
    ignored: Option<Marketplace>,
) -> Option<Product> {
    let title = decisions.title.clone().filter(|title| !title.is_empty())?;
    let specs = specs::specs(view, &title);
    let signals = Signals::of(&decisions);
    let missing_fields = missing(&decisions);
    let mut texts = decisions.texts;
    let metadata =
        decisions.evidence.into_iter().map(|(field, evidence)| (field.as_str().to_owned(), evidence));
    Some(Product {
        title,
        price: decisions.price,
        currency: decisions.currency.map(|currency| currency.code().to_owned()),
        specs,
        images: decisions.images,
        extraction_confidence: signals.probability(),
        signals,
        marketplace: view.marketplace,
        condition: decisions.condition,
        list_price: decisions.list_price,
        description: texts.remove(&Field::Description),
        seller: texts.remove(&Field::Seller),
        vendor_item_id: texts.remove(&Field::VendorItemId),
        manufacturer: texts.remove(&Field::Manufacturer),
        model_number: texts.remove(&Field::ModelNumber),
        sku: texts.remove(&Field::Sku),
        gtin: texts.remove(&Field::Gtin),
        availability: decisions.availability,
        quality: if decisions.price.is_some() { Quality::Full } else { Quality::Partial },
        missing_fields,
        extraction_metadata: metadata.collect(),
        marketplace_hint_ignored: ignored,
        candidates: found.all().iter().map(|candidate| candidate.report(view.locale)).collect(),
    })
}

/// Names of the fields that a listing should have and that were not found.
fn missing(decisions: &Decisions) -> Vec<String> {
    let wanted = [
        ("price", decisions.price.is_none()),
        ("currency", decisions.currency.is_none()),
        ("images", decisions.images.is_empty()),
        ("condition", decisions.condition.is_none()),
        ("availability", decisions.availability.is_none()),
    ];
    wanted.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests;
