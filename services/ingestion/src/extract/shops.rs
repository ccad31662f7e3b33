//! Rules of single shops. They are data: a file a shop, built in (`shops/*.toml`) or of the operator's own folder,
//! read by `read` and applied by `sources::shop`.
//!
//! A rule belongs in a file when it holds for the shop's pages in general (its ids have been the same for
//! years); what holds for shops in general belongs in the other sources.

mod hosts;
mod read;

use std::path::Path;
use std::sync::LazyLock;

use super::product::{Availability, Condition, Field, Marketplace};
use super::select::Selector;

use hosts::HostPattern;
pub use read::BadRules;

/// The rules of all known shops.
#[derive(Debug)]
pub struct ShopRules {
    /// Of several that fit a page the first is taken: the operator's stand before the built-in ones.
    shops: Vec<Shop>,
}

/// One shop's file.
#[derive(Debug)]
pub(super) struct Shop {
    identity: Identity,
    /// Parts of paths that only product pages have. Without any, addresses are judged as those of unknown shops.
    product_paths: Vec<String>,
    /// Beginnings of paths that no product page has.
    listing_paths: Vec<String>,
    /// Fields that generic visible elements are not asked for: the rules know all places.
    pub(super) authoritative: Vec<Field>,
    pub(super) rules: Vec<Rule>,
}

/// By what a page is known as the shop's.
#[derive(Debug)]
enum Identity {
    /// One of the shops that the API names.
    Marketplace(Marketplace),
    Hosts {
        name: String,
        hosts: Vec<HostPattern>,
    },
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) field: Field,
    pub(super) select: Selector,
    /// Matches inside one of these do not count.
    pub(super) not_within: Option<Selector>,
    /// The attribute that holds the value instead of the text; the first that is filled.
    pub(super) attr: Vec<String>,
    /// Words around the value, taken off.
    pub(super) strip: Vec<String>,
    /// The presence of the element means this condition.
    pub(super) condition: Option<Condition>,
    /// The presence of the element means this availability.
    pub(super) availability: Option<Availability>,
    pub(super) trust: f64,
}

/// The files that come with the program, by their names.
const FILES: [(&str, &str); 14] = [
    ("amazon.toml", include_str!("shops/amazon.toml")),
    ("ebay.toml", include_str!("shops/ebay.toml")),
    ("walmart.toml", include_str!("shops/walmart.toml")),
    ("newegg.toml", include_str!("shops/newegg.toml")),
    ("aliexpress.toml", include_str!("shops/aliexpress.toml")),
    ("bestbuy.toml", include_str!("shops/bestbuy.toml")),
    ("bhphotovideo.toml", include_str!("shops/bhphotovideo.toml")),
    ("craigslist.toml", include_str!("shops/craigslist.toml")),
    ("etsy.toml", include_str!("shops/etsy.toml")),
    ("jd.toml", include_str!("shops/jd.toml")),
    ("kleinanzeigen.toml", include_str!("shops/kleinanzeigen.toml")),
    ("leboncoin.toml", include_str!("shops/leboncoin.toml")),
    ("mercadolibre.toml", include_str!("shops/mercadolibre.toml")),
    ("target.toml", include_str!("shops/target.toml")),
];

/// A file that cannot be read is left out, and a test refuses it.
static BUILT_IN: LazyLock<ShopRules> = LazyLock::new(|| ShopRules { shops: built_in() });

fn built_in() -> Vec<Shop> {
    FILES.iter().filter_map(|(name, text)| read::shop(name, text).ok()).collect()
}

impl ShopRules {
    /// The rules that come with the program.
    pub fn built_in() -> &'static ShopRules {
        &BUILT_IN
    }

    /// The built-in rules and those of a folder's `*.toml` files. A file for the marketplace or with the name of a
    /// built-in one replaces it.
    ///
    /// # Errors
    /// Every mistake in every file, not only the first.
    pub fn load(folder: Option<&Path>) -> Result<ShopRules, BadRules> {
        let mut shops = folder.map_or_else(|| Ok(Vec::new()), read::folder)?;
        let own = shops.len();
        for shop in built_in() {
            if !shops[..own].iter().any(|mine| mine.name() == shop.name()) {
                shops.push(shop);
            }
        }
        Ok(ShopRules { shops })
    }

    /// Reads files and says what is wrong with them, each alone and all of them together.
    ///
    /// # Errors
    /// Every mistake in every file, not only the first.
    pub fn check<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<Vec<String>, BadRules> {
        let shops = read::files(files)?;
        Ok(shops.iter().map(Shop::describe).collect())
    }

    /// The shop that has this host; the marketplaces are not among these.
    pub(super) fn of_host(&self, host: &str) -> Option<&Shop> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let fitting = self.shops.iter().filter_map(|shop| match &shop.identity {
            Identity::Hosts { hosts, .. } => {
                let best = hosts.iter().filter(|pattern| pattern.matches(&host)).map(HostPattern::precision);
                Some((best.max()?, shop))
            }
            Identity::Marketplace(_) => None,
        });
        fitting.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, shop)| shop)
    }

    pub(super) fn of_marketplace(&self, marketplace: Marketplace) -> Option<&Shop> {
        let is_its = |shop: &&Shop| matches!(shop.identity, Identity::Marketplace(own) if own == marketplace);
        self.shops.iter().find(is_its)
    }
}

impl Shop {
    fn name(&self) -> &str {
        match &self.identity {
            Identity::Marketplace(marketplace) => marketplace.as_str(),
            Identity::Hosts { name, .. } => name,
        }
    }

    /// For the person who has written the file.
    fn describe(&self) -> String {
        let place = match &self.identity {
            Identity::Marketplace(_) => "the marketplace".to_owned(),
            Identity::Hosts { hosts, .. } => {
                hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
        };
        let rules = self.rules.len();
        format!("{} ({place}): {rules} rule{}", self.name(), if rules == 1 { "" } else { "s" })
    }

    /// Whether the file says where the shop's products are, and where they are not.
    pub(super) fn knows_paths(&self) -> bool {
        !self.product_paths.is_empty()
    }

    pub(super) fn is_product_path(&self, path: &str) -> bool {
        path != "/" && self.product_paths.iter().any(|part| path.contains(part.as_str()))
    }

    /// The same, where a file that knows no paths excludes none.
    pub(super) fn may_be_product_path(&self, path: &str) -> bool {
        !self.knows_paths() || self.is_product_path(path)
    }

    pub(super) fn is_listing_path(&self, path: &str) -> bool {
        path == "/" || self.listing_paths.iter().any(|start| path.starts_with(start.as_str()))
    }
}

#[cfg(test)]
mod tests;
