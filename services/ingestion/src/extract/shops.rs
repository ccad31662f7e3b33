//! Rules of single shops. They are data: a file a shop in `shops/`, read here and applied by `sources::shop`.
//!
//! A rule belongs in a file when it holds for the shop's pages in general (its ids have been the same for
//! years); what holds for shops in general belongs in the other sources.

use std::sync::LazyLock;

use serde::Deserialize;

use super::product::{Availability, Condition, Field, Marketplace};
use super::select::Selector;

/// One shop's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shop {
    pub(super) marketplace: String,
    /// Parts of paths that only product pages have.
    pub(super) product_paths: Vec<String>,
    /// Beginnings of paths that no product page has.
    #[serde(default)]
    pub(super) listing_paths: Vec<String>,
    /// Fields that generic visible elements are not asked for: the rules know all places.
    #[serde(default, deserialize_with = "names")]
    pub(super) authoritative: Vec<Field>,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(deserialize_with = "name")]
    pub(super) field: Field,
    pub(super) select: Selector,
    /// Matches inside one of these do not count.
    #[serde(default)]
    pub(super) not_within: Option<Selector>,
    /// The attribute that holds the value instead of the text; the first that is filled.
    #[serde(default)]
    pub(super) attr: Vec<String>,
    /// Words around the value, taken off.
    #[serde(default)]
    pub(super) strip: Vec<String>,
    /// The presence of the element means this condition.
    #[serde(default)]
    pub(super) condition: Option<String>,
    /// The presence of the element means this availability.
    #[serde(default)]
    pub(super) availability: Option<String>,
    #[serde(default = "usual_trust")]
    pub(super) trust: f64,
}

fn usual_trust() -> f64 {
    0.95
}

fn name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn names<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Field>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| name.parse().map_err(serde::de::Error::custom)).collect()
}

impl Rule {
    pub(super) fn means_condition(&self) -> Option<Condition> {
        self.condition.as_deref().and_then(|name| name.parse().ok())
    }

    pub(super) fn means_availability(&self) -> Option<Availability> {
        self.availability.as_deref().and_then(|name| name.parse().ok())
    }
}

const FILES: [&str; 4] = [
    include_str!("shops/amazon.toml"),
    include_str!("shops/ebay.toml"),
    include_str!("shops/walmart.toml"),
    include_str!("shops/newegg.toml"),
];

/// A file that cannot be read is left out, and a test refuses it.
static SHOPS: LazyLock<Vec<Shop>> =
    LazyLock::new(|| FILES.iter().filter_map(|file| toml::from_str(file).ok()).collect());

impl Shop {
    pub(super) fn of(marketplace: Marketplace) -> Option<&'static Shop> {
        SHOPS.iter().find(|shop| shop.marketplace == marketplace.as_str())
    }

    pub(super) fn is_product_path(&self, path: &str) -> bool {
        self.product_paths.iter().any(|part| path.contains(part.as_str()))
    }

    pub(super) fn is_listing_path(&self, path: &str) -> bool {
        path == "/" || self.listing_paths.iter().any(|start| path.starts_with(start.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::{FILES, Shop};
    use crate::extract::product::{Field, Marketplace};

    #[test]
    fn every_file_is_valid() {
        for file in FILES {
            let shop: Shop = toml::from_str(file).expect("a valid file of rules");
            assert!(shop.marketplace.parse::<Marketplace>().is_ok(), "{}", shop.marketplace);
            for rule in &shop.rules {
                assert!((0.0..=1.0).contains(&rule.trust), "{rule:?}");
                let named = usize::from(rule.condition.is_some()) + usize::from(rule.availability.is_some());
                let read = usize::from(rule.means_condition().is_some())
                    + usize::from(rule.means_availability().is_some());
                assert_eq!(named, read, "{rule:?}");
            }
        }
    }

    #[test]
    fn every_named_shop_has_rules_for_the_core() {
        for marketplace in Marketplace::ALL.iter().filter(|m| **m != Marketplace::Other) {
            let shop = Shop::of(*marketplace).expect("a file of rules");
            for field in [Field::Title, Field::Price, Field::Image] {
                assert!(shop.rules.iter().any(|rule| rule.field == field), "{marketplace:?} {field:?}");
            }
        }
        assert!(Shop::of(Marketplace::Other).is_none());
    }
}
