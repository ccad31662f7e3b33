//! What is kept of a page, and what is not: no cookies, no headers, no values of the address's query but those that
//! choose a product.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::extract::{Layout, Marketplace, Page, Product, Refusal};

/// Parameters whose values choose what is shown and name nobody. All others lose theirs: a page's address carries
/// sessions, signatures and mail addresses there. The extraction looks at these only.
const TELLING: [&str; 36] = [
    "article",
    "asin",
    "attr",
    "cat",
    "category",
    "color",
    "colour",
    "condition",
    "id",
    "item",
    "itemid",
    "k",
    "keyword",
    "keywords",
    "model",
    "p",
    "page",
    "pid",
    "product",
    "productid",
    "product_id",
    "q",
    "query",
    "s",
    "search",
    "search_query",
    "searchterm",
    "size",
    "sku",
    "skuid",
    "style",
    "th",
    "var",
    "variant",
    "variation",
    "_nkw",
];
/// Characters of such a value; longer ones are no choice.
const LONGEST_VALUE: usize = 40;
/// In place of a value: not nothing, for a search for something is told from a search for nothing.
const REDACTED: &str = "-";

/// A file of the folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptPage {
    pub(crate) request_id: String,
    /// RFC 3339, UTC.
    pub(crate) kept_at: String,
    /// The version of the service that read it.
    pub(crate) version: String,
    /// After redirects, its query redacted.
    pub(crate) url: Url,
    /// The caller's hint.
    #[serde(default)]
    pub(crate) marketplace: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    pub(crate) outcome: Outcome,
    #[serde(default)]
    pub(crate) layout: Option<Layout>,
    /// With the numbers of the layout's parts.
    pub(crate) html: String,
}

/// What it was read as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Refused { verdict: String, evidence: String },
    Product(Value),
}

impl Outcome {
    /// Without the candidates: they are found again.
    pub(crate) fn of_product(product: &Product) -> Outcome {
        let mut value = serde_json::to_value(product).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("candidates");
        }
        Outcome::Product(value)
    }

    pub(crate) fn of_refusal(refusal: &Refusal) -> Outcome {
        Outcome::Refused { verdict: refusal.verdict.as_str().to_owned(), evidence: refusal.evidence.clone() }
    }
}

impl KeptPage {
    /// Sorts by time. Of the id only what is safe in a file's name.
    pub(super) fn file_name(&self) -> String {
        let safe = |text: &str, most: usize| -> String {
            text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(most).collect()
        };
        format!("{}-{}", safe(&self.kept_at, 40), safe(&self.request_id, 64))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// As the extraction takes it.
    pub(crate) fn page(&self) -> Page<'_> {
        Page {
            html: &self.html,
            url: &self.url,
            marketplace: self.marketplace.as_deref().and_then(|name| name.parse::<Marketplace>().ok()),
            status: self.status,
            content_type: self.content_type.as_deref(),
            layout: self.layout.as_ref(),
        }
    }
}

/// The address without what may be somebody's.
pub(crate) fn redacted(url: &Url) -> Url {
    let mut kept = url.clone();
    kept.set_fragment(None);
    let _ = kept.set_username("");
    let _ = kept.set_password(None);
    if url.query().is_none() {
        return kept;
    }
    kept.query_pairs_mut().clear().extend_pairs(url.query_pairs().map(|(name, value)| {
        let is_telling = TELLING.contains(&name.to_ascii_lowercase().as_str());
        let is_choice = value.len() <= LONGEST_VALUE && !value.contains('@');
        let value = if value.is_empty() || (is_telling && is_choice) { value } else { REDACTED.into() };
        (name, value)
    }));
    kept
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::redacted;

    #[test]
    fn values_of_the_query_are_kept_only_where_they_choose_a_product() {
        let cases = [
            ("https://shop.example/p/1", "https://shop.example/p/1"),
            ("https://shop.example/p?sku=A-1&color=blue", "https://shop.example/p?sku=A-1&color=blue"),
            ("https://shop.example/p?token=abc&Variant=22", "https://shop.example/p?token=-&Variant=22"),
            ("https://shop.example/s?q=a%40b.example", "https://shop.example/s?q=-"),
            ("https://shop.example/s?q=&x=", "https://shop.example/s?q=&x="),
            ("https://shop.example/p?abcdef#me", "https://shop.example/p?abcdef="),
        ];
        for (address, expected) in cases {
            let kept = redacted(&Url::parse(address).expect("an address"));
            assert_eq!(kept.as_str(), expected, "{address}");
        }
        let long = format!("https://shop.example/p?id={}", "a".repeat(41));
        assert_eq!(redacted(&Url::parse(&long).expect("an address")).as_str(), "https://shop.example/p?id=-");
    }
}
