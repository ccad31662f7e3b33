//! Whatever a page is, what is made of it keeps what the API promises.

use url::Url;

use crate::extract::{
    Availability, Layout, Marketplace, Page, Product, Quality, ShopRules, Source, explain, extract,
    extract_with, extract_without,
};

/// Where a page comes from that does not say it in its first line.
const ADDRESSES: [&str; 6] = [
    "https://www.amazon.com/dp/B0CX7KRVK8",
    "https://www.ebay.de/itm/123456789012",
    "https://www.walmart.com/ip/lamp/12345",
    "https://www.newegg.com/p/N82E16856102001",
    "http://shop.example/p/blue-lamp",
    "https://shop.example.co.jp/",
];

/// An address in the first line, else one that its length chooses; the page; after a NUL its layout as JSON.
pub fn page(input: &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let layout: Option<Layout> = parts.next().and_then(|json| serde_json::from_slice(json).ok());
    let (first, rest) = text.split_once('\n').unwrap_or_default();
    let given = Url::parse(first).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let default = || Url::parse(ADDRESSES[text.len() % ADDRESSES.len()]).expect("an address");
    let (url, html) = match given {
        Some(url) => (url, rest),
        None => (default(), text.as_ref()),
    };
    if let Some(layout) = &layout {
        assert!(layout.unmark(html).len() <= html.len());
    }
    let hint = [None, Some(Marketplace::Ebay)][text.len() % 2];
    let page = Page { layout: layout.as_ref(), marketplace: hint, ..Page::new(html, &url) };
    let read = extract(&page);
    assert_eq!(read, extract_with(ShopRules::built_in(), &page), "the same page, read twice");
    match &read {
        Ok(product) => keeps_promises(product),
        Err(refusal) => assert!(!refusal.evidence.is_empty(), "{refusal}"),
    }
    if let Ok(product) = extract_without(&page, &[Source::JsonLd, Source::Shop]) {
        keeps_promises(&product);
    }
}

fn keeps_promises(product: &Product) {
    let misses = |field: &str| product.missing_fields.iter().any(|missing| missing == field);
    assert!(!product.title.trim().is_empty(), "no title");
    match product.price {
        Some(price) => {
            assert!(price.is_finite() && price > 0.0, "price {price}");
            assert!(product.currency.is_some(), "{price} of what?");
            assert!(product.quality == Quality::Full && !misses("price"));
            assert_ne!(product.availability, Some(Availability::OutOfStock), "a price of what is gone");
        }
        None => assert!(product.quality == Quality::Partial && misses("price")),
    }
    if let Some(listed) = product.list_price {
        assert!(
            product.price.is_some_and(|price| listed.is_finite() && listed > price),
            "list price {listed}"
        );
    }
    if let Some(currency) = &product.currency {
        assert!(currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()), "{currency}");
    }
    assert_eq!(misses("images"), product.images.is_empty());
    for (at, image) in product.images.iter().enumerate() {
        let url = Url::parse(image).expect("an image has an absolute address");
        assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{image}");
        assert!(!product.images[..at].contains(image), "{image} twice");
    }
    if let Some(gtin) = &product.gtin {
        assert!(gtin.bytes().all(|byte| byte.is_ascii_digit()), "{gtin}");
    }
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    assert!(is_share(product.extraction_confidence), "confidence {}", product.extraction_confidence);
    assert!(product.candidates.iter().all(|candidate| is_share(candidate.trust)));
    assert!(product.extraction_metadata.values().all(|evidence| is_share(evidence.confidence)));
    for number in ["ram_gb", "storage_gb"].iter().filter_map(|key| product.specs.get(*key)?.as_f64()) {
        assert!(number > 0.0 && number.is_finite(), "{number} GB");
    }
    serde_json::to_string(product).expect("a product is JSON");
    assert!(explain(product).iter().all(|explanation| !explanation.candidates.is_empty()));
}
