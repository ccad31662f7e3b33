//! What comes out: the product, or the reason why there is none. The names are those of the API.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::confidence::Signals;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name in the API, in metrics and in data files.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<$name, UnknownName> {
                $name::ALL.iter().copied().find(|name| name.as_str() == text).ok_or_else(|| UnknownName {
                    expected: [$($text),+].join(", "),
                })
            }
        }
    };
}

/// A word that is none of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}")]
pub struct UnknownName {
    expected: String,
}

names! {
    /// The shops that have a name of their own in the API.
    Marketplace {
        Amazon = "amazon",
        Ebay = "ebay",
        Walmart = "walmart",
        Newegg = "newegg",
        Other = "other",
    }
}

impl Marketplace {
    /// By the registrable name in the host: `www.amazon.co.uk` and `amazon.com.au`, not `amazon.example.com`.
    pub fn of_host(host: &str) -> Marketplace {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let mut labels = host.rsplit('.');
        labels.next();
        let second_level = |label: &&str| !matches!(*label, "co" | "com" | "net" | "org");
        match labels.find(second_level) {
            Some("amazon") => Marketplace::Amazon,
            Some("ebay") => Marketplace::Ebay,
            Some("walmart") => Marketplace::Walmart,
            Some("newegg") => Marketplace::Newegg,
            _ => Marketplace::Other,
        }
    }
}

names! {
    /// Why a page is no product page.
    Verdict {
        /// The site refuses to serve us.
        Blocked = "blocked",
        Captcha = "captcha",
        LoginWall = "login_wall",
        /// Nothing is at this address, or the product is gone for good.
        NotFound = "not_found",
        /// Search results, a category, a home page.
        Listing = "listing",
        Article = "article",
        /// Hardly anything was rendered.
        EmptyShell = "empty_shell",
        NotHtml = "not_html",
    }
}

names! {
    Condition { New = "new", Refurb = "refurb", Used = "used" }
}

names! {
    Availability { InStock = "in_stock", OutOfStock = "out_of_stock", Preorder = "preorder" }
}

names! {
    Quality {
        /// Title and price are known.
        Full = "full",
        Partial = "partial",
    }
}

names! {
    /// A field that is decided among candidates.
    Field {
        Title = "title",
        Price = "price",
        ListPrice = "list_price",
        Image = "images",
        Condition = "condition",
        Availability = "availability",
        Description = "description",
        Seller = "seller",
        VendorItemId = "vendor_item_id",
        Manufacturer = "manufacturer",
        ModelNumber = "model_number",
        Sku = "sku",
        Gtin = "gtin",
    }
}

names! {
    /// Where on a page something was found.
    Source {
        /// The rules of the shop.
        Shop = "shop",
        JsonLd = "json_ld",
        Microdata = "microdata",
        /// Open Graph and other `meta` elements.
        Meta = "meta",
        /// Data that the page's scripts are given.
        State = "state",
        /// What a reader sees.
        Visible = "visible",
    }
}

/// A page that came and holds no product.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {evidence}", .verdict.as_str())]
pub struct Refusal {
    pub verdict: Verdict,
    /// What on the page says so, for a person to read.
    pub evidence: String,
}

/// A value that was found for a field.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FoundValue {
    pub field: Field,
    /// As text; amounts with their currency, `329.99 USD`.
    pub value: String,
    pub source: Source,
    /// The element or property, `h1` or `offers.price`.
    pub place: String,
    /// How far this source alone is believed, 0…1.
    pub trust: f64,
}

/// How a field was decided.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evidence {
    /// The most trusted source of the value that won.
    pub source: Source,
    pub place: String,
    /// 0…1, from the trust in all sources that agree.
    pub confidence: f64,
    /// The sources that agree, the winning one first.
    pub agreeing: Vec<Source>,
    /// The best of the values that lost, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<FoundValue>,
}

/// A product as `POST /v1/extract` returns it, without what only the service knows (times, raw HTML).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Product {
    /// Never empty.
    pub title: String,
    /// What a buyer pays now, in `currency`; `null` if the page has no price or the product is out of stock.
    pub price: Option<f64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The page's whole table of properties; for a computer also `cpu`, `gpu`, `ram_gb`, `storage`, `storage_gb`.
    #[schema(value_type = Object)]
    pub specs: Map<String, Value>,
    /// Absolute, main image first.
    pub images: Vec<String>,
    /// Calibrated probability that title, price and currency are all right, 0…1.
    pub extraction_confidence: f64,
    pub marketplace: Marketplace,
    /// `null` where the page does not tell.
    pub condition: Option<Condition>,
    /// The price before a discount.
    pub list_price: Option<f64>,
    pub description: Option<String>,
    pub seller: Option<String>,
    /// The shop's own number of the item.
    pub vendor_item_id: Option<String>,
    pub manufacturer: Option<String>,
    pub model_number: Option<String>,
    /// The seller's number of this variant, as the page's markup gives it.
    pub sku: Option<String>,
    /// The number that all shops share: GTIN, EAN, UPC or ISBN, digits only, its check digit right.
    pub gtin: Option<String>,
    pub availability: Option<Availability>,
    pub quality: Quality,
    /// Names of the fields that a listing should have and this page did not give.
    pub missing_fields: Vec<String>,
    /// Field → how it was decided.
    pub extraction_metadata: BTreeMap<String, Evidence>,
    /// The marketplace that the caller named, where the host says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketplace_hint_ignored: Option<Marketplace>,
    /// Everything that was found, decided or not; for callers that ask for an explanation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<FoundValue>,
    /// What `extraction_confidence` was computed from.
    #[serde(skip)]
    #[schema(ignore)]
    pub signals: Signals,
}

#[cfg(test)]
mod tests {
    use super::{Marketplace, Verdict};

    #[test]
    fn hosts_tell_marketplaces() {
        let cases = [
            ("www.amazon.com", Marketplace::Amazon),
            ("amazon.co.uk", Marketplace::Amazon),
            ("www.amazon.com.au.", Marketplace::Amazon),
            ("EBAY.de", Marketplace::Ebay),
            ("cgi.ebay.co.uk", Marketplace::Ebay),
            ("www.walmart.com", Marketplace::Walmart),
            ("newegg.ca", Marketplace::Newegg),
            ("amazon.example.com", Marketplace::Other),
            ("notamazon.com", Marketplace::Other),
            ("localhost", Marketplace::Other),
            ("", Marketplace::Other),
        ];
        for (host, expected) in cases {
            assert_eq!(Marketplace::of_host(host), expected, "{host}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for verdict in Verdict::ALL {
            assert_eq!(verdict.as_str().parse(), Ok(*verdict));
        }
        let error = "neweg".parse::<Marketplace>().expect_err("a misspelt name").to_string();
        assert_eq!(error, "expected one of amazon, ebay, walmart, newegg, other");
    }
}
