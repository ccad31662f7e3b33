//! Which hosts are a shop's: `shop.example` with everything below it, or `shop.*` in every country.

use std::fmt;

/// Labels that some countries put before their own: `co.uk`, `com.br`, `or.jp`.
const SECOND_LEVEL: [&str; 6] = ["co", "com", "net", "org", "or", "ne"];

/// The end of a host's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostPattern {
    /// Lowercase, without the `.*`.
    name: String,
    any_country: bool,
}

impl HostPattern {
    /// `None` for what is no name, or names a whole country.
    pub(super) fn parse(text: &str) -> Option<HostPattern> {
        let (name, any_country) = text.strip_suffix(".*").map_or((text, false), |name| (name, true));
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let is_whole = any_country || !without_country(name).is_empty();
        (is_whole && name.split('.').all(is_label))
            .then(|| HostPattern { name: name.to_owned(), any_country })
    }

    /// `host` is lowercase, without a dot at its end.
    pub(super) fn matches(&self, host: &str) -> bool {
        let host = if self.any_country { without_country(host) } else { host };
        host.strip_suffix(self.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Higher for a pattern that fewer hosts fit: more labels, then a given country.
    pub(super) fn precision(&self) -> (usize, bool) {
        let labels = without_country(&self.sample()).split('.').count();
        (labels, !self.any_country)
    }

    /// A host that fits.
    pub(super) fn sample(&self) -> String {
        if self.any_country { format!("{}.com", self.name) } else { self.name.clone() }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.name, if self.any_country { ".*" } else { "" })
    }
}

/// `www.shop` of `www.shop.co.uk`; empty where there is nothing before the country.
fn without_country(host: &str) -> &str {
    let Some((rest, _)) = host.rsplit_once('.') else { return "" };
    match rest.rsplit_once('.') {
        Some((before, second)) if SECOND_LEVEL.contains(&second) => before,
        None if SECOND_LEVEL.contains(&rest) => "",
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::HostPattern;

    #[test]
    fn patterns_are_ends_of_names() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            (
                "shop.example",
                &["shop.example", "www.shop.example"],
                &["myshop.example", "shop.example.com", "shop.test"],
            ),
            (
                "shop.*",
                &["shop.de", "www.shop.co.uk", "item.shop.com.ar", "shop.com"],
                &["shop.other.com", "myshop.de", "shop"],
            ),
            ("item.shop.*", &["item.shop.co.jp"], &["shop.co.jp", "www.shop.co.jp"]),
        ];
        for (pattern, fitting, others) in cases {
            let parsed = HostPattern::parse(pattern).expect("a pattern");
            assert_eq!(parsed.to_string(), *pattern);
            for host in *fitting {
                assert!(parsed.matches(host), "{pattern} {host}");
            }
            for host in *others {
                assert!(!parsed.matches(host), "{pattern} {host}");
            }
        }
    }

    #[test]
    fn what_names_no_shop_is_refused() {
        for text in [
            "",
            "*",
            ".*",
            "com",
            "co.uk",
            "Shop.de",
            "https://shop.de",
            "shop.de/p",
            "*.shop.de",
            "shop..de",
        ] {
            assert_eq!(HostPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_narrower_pattern_is_more_precise() {
        let precision = |text: &str| HostPattern::parse(text).expect("a pattern").precision();
        assert!(precision("outlet.shop.de") > precision("shop.de"));
        assert!(precision("shop.co.uk") > precision("shop.*"));
        assert_eq!(precision("shop.co.uk"), precision("shop.de"));
    }
}
