//! How graphics are written.

use std::sync::LazyLock;

use regex::Regex;

use super::capacity_follows;
use super::plain::spaced;
use super::wordset::word_list;

static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:
        (?:nvidia\s*)?(?:geforce\s*)?(?:rtx|gtx|gts|gt|mx)\s?-?\s?(?:pro\s+)?a?\d{3,4}(?:\s?(?:ti|super|max-q|ada|m|d)\b)*
        | (?:nvidia\s*)?quadro\s+(?:rtx\s+|fx\s+)?[a-z]{0,2}\s?\d{3,4}[a-z]?(?:\s+max-q)?
        | (?:nvidia\s*)?geforce\s+(?:gt\s+)?\d{3,4}\s?(?:mx?|gtx?|gs|a)?
        | nvidia\s+(?:[tapkm]\d{3,4}m?|\d{3}mx?|nvs\s+\d{3,4}[a-z]?|tesla\s+\w+)
        | nvs\s+\d{3,4}[a-z]?
        | (?:amd\s*)?(?:ati\s*)?radeon(?:\s+(?:rx|pro|vega|graphics|hd|r[2-9]|w|ai))*\s*(?:[a-z]{0,2}\d{2,4}[a-z]{0,3}(?:\s?(?:xtx|xt|gre)\b)?|\d\b|graphics\b|grafik\b)?
        | (?:amd\s*)?rx\s?\d{3,4}\s?(?:xtx|xt|gre|m|s|le)?
        | (?:amd\s*)?firepro\s+[a-z]?\d{3,4}
        | (?:amd\s*)?vega\s?\d{1,2}
        | (?:intel\s*)?(?:iris\s*(?:xe|plus|pro|graphics)|uhd\s*(?:graphics|grafik|[67]\d\d))(?:\s*-?(?:graphics|grafik|max))*(?:\s*(?:\d{3}|p\d{3}|g[147]))?
        | intel\s+(?:uhd|hd|iris)(?:\s+(?:graphics|grafik))?(?:\s*p?\d{3,4})?
        | (?:intel\s*)?hd\s+(?:graphics|grafik)(?:\s*p?\d{3,4})?
        | hd\s?(?:[2-6]000|2500|4[246]00|5[35]00|5[0-3]\d|6[0-3]\d)
        | (?:intel\s*)?arc(?:\s+pro)?\s+(?:graphics|[ab]?\d{2,3}[a-z]{0,2})(?:\s+graphics)?
        | intel\s+arc
        | intel\s+(?:integrated\s+)?(?:graphics|grafik|gma)(?:\s+[a-z]?\d{3,4})?
        | amd\s+(?:integrated\s+)?graphics
        | \d{1,2}[\s-]?(?:core|cœurs?|kern(?:e|ig\w*)?|núcleos|コア)[\s-]*gpu
        | gpu[\s-]+(?:\w+\s+){0,2}\d{1,2}[\s-]?(?:core|cœurs?|kerne?|núcleos)
        | (?:qualcomm\s*)?adreno(?:\s+(?:gpu|[a-z]?\d[\w-]*))?
        | mali-[gt]\d+
        )",
    )
    .ok()
});

/// Short names of workstation cards, in a row that is about graphics.
static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:[tapkmw]\d{3,4}m?|8060s|[678][0-9]0m|uhd|hd\s?\d{3,4}|iris)\b").ok()
});

/// What a row says of graphics that have no name.
const MAKERS: &[&str] = word_list! { "nvidia" "geforce" "radeon" "intel" "amd" "uma" };
const BUILT_IN: &[&str] = word_list! {
    "integr" "intégr" "onboard" "on-board" "shared" "embedded" "beépített" "zintegr" "встроен" "интегр" "内蔵"
    "集成" "内置" "내장" "dahili" "tümleşik"
};

/// A row that says so and names no card.
pub(super) fn is_built_in(value: &str) -> bool {
    let low = value.to_lowercase();
    BUILT_IN.iter().any(|word| low.contains(word)) && !of_row(value).is_some_and(|name| is_card(&name))
}

/// A name anywhere in a text, that of a card before that of what is built in.
pub(super) fn named(text: &str) -> Option<String> {
    const MOST: usize = 20;
    let text: &str = &spaced(text);
    let whole =
        |end: usize| !text.get(end..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric());
    let found = NAMES.as_ref()?.find_iter(text).take(MOST).filter(|found| whole(found.end()));
    let found = found.filter(|found| !is_other_thing(text, found.start(), found.end()));
    let names: Vec<String> =
        found.map(|found| tidy(found.as_str(), text.get(found.end()..).unwrap_or_default())).collect();
    names.iter().find(|name| is_card(name)).or(names.first()).cloned()
}

/// "16 Gt 512 Gt" are a Finn's gigabytes, "Full HD 500 nits" a screen.
fn is_other_thing(text: &str, start: usize, end: usize) -> bool {
    let name = text.get(start..end).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default().trim_end();
    let after = text.get(end..).unwrap_or_default().trim_start().to_ascii_lowercase();
    let is_unit = name.starts_with("Gt") && before.ends_with(|c: char| c.is_ascii_digit());
    let last = before.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
    let is_screen = name.to_ascii_lowercase().starts_with("hd")
        && (matches!(last.as_str(), "full" | "ultra" | "quad" | "wide")
            || ["nit", "cd", "x", ":"].iter().any(|word| after.starts_with(word)));
    is_unit || is_screen
}

/// "Radeon 16 GB": the number is the memory's.
fn tidy(found: &str, tail: &str) -> String {
    let mut name: Vec<&str> = found.split_whitespace().collect();
    if name.len() > 1
        && capacity_follows(tail)
        && name.last().is_some_and(|last| is_number(last) && last.len() <= 2)
    {
        name.pop();
    }
    while name.len() > 1 && name.last().is_some_and(|last| has_unit(last)) {
        name.pop();
    }
    name.join(" ")
}

pub(super) fn is_card(name: &str) -> bool {
    let low = name.to_ascii_lowercase();
    ["rtx", "gtx", "geforce", "quadro", "rx", "nvidia", "firepro"].iter().any(|word| low.contains(word))
}

/// Names a model, not only a maker.
pub(super) fn is_precise(name: &str) -> bool {
    let low = name.to_ascii_lowercase();
    name.chars().any(|c| c.is_ascii_digit()) || ["iris", "uhd", "arc"].iter().any(|word| low.contains(word))
}

/// Of the names of one card the fullest: "RX 7700" and "AMD Radeon RX 7700 XT".
pub(super) fn fullest<'a>(name: &'a str, all: &'a [String]) -> &'a str {
    let compact =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let known = compact(name);
    let fuller = all.iter().filter(|other| other.len() > name.len() && compact(other).contains(&known));
    fuller.max_by_key(|other| other.len()).map_or(name, String::as_str)
}

/// The value of a row about graphics.
pub(super) fn of_row(value: &str) -> Option<String> {
    named(value).or_else(|| SHORT.as_ref()?.find(value).map(|found| found.as_str().to_owned()))
}

/// "Integrated", of a row about graphics.
pub(super) fn nameless(value: &str) -> Option<String> {
    const LONGEST: usize = 80;
    let lower = value.to_lowercase();
    let mut words = BUILT_IN.iter().chain(MAKERS);
    (value.len() <= LONGEST && words.any(|word| lower.contains(word))).then(|| value.to_owned())
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

fn has_unit(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let unit = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    lower.len() > unit.len() && ["gb", "go", "tb", "hz", "mhz"].contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, SHORT, named, of_row};

    #[test]
    fn patterns_are_valid() {
        assert!(NAMES.is_some() && SHORT.is_some());
    }

    #[test]
    fn graphics_of_all_years_are_read() {
        let whole = [
            "RTX 4070 Ti SUPER",
            "RTX4060Ti",
            "NVIDIA GeForce RTX 4060",
            "GTX 1650",
            "RTX A2000",
            "NVIDIA T2000",
            "Quadro K4000",
            "GeForce 940MX",
            "NVIDIA GeForce MX450",
            "AMD Radeon RX 7600S",
            "RX 9070 XT",
            "Radeon 780M",
            "AMD Radeon Graphics",
            "Radeon Vega 8",
            "AMD Radeon HD 8650G",
            "Intel Iris Xe",
            "Iris Xe Graphics",
            "Intel UHD Graphics 630",
            "UHD 770",
            "HD 620",
            "Intel HD Graphics 4400",
            "Intel Arc Graphics",
            "Arc 140V",
            "Intel Graphics",
            "14-core GPU",
            "Qualcomm Adreno GPU",
        ];
        for name in whole {
            assert_eq!(named(&format!("16 GB, {name}, x")).as_deref(), Some(name));
        }
        for text in [
            "4K UHD 3840x2160",
            "Full HD 1080p",
            "HD webcam",
            "LTE 512 GB",
            "Full HD 500 nits",
            "16 Gt 512 Gt",
        ] {
            assert_eq!(named(text), None, "{text}");
        }
        assert_eq!(named("AMD Radeon 16 GB").as_deref(), Some("AMD Radeon"));
        assert_eq!(of_row("T1000 4 GB").as_deref(), Some("T1000"));
    }
}
