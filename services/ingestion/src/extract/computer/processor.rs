//! How processors are written.

use std::sync::LazyLock;

use regex::Regex;

use super::capacity_follows;
use super::plain::spaced;

/// "Core i7 (13th Gen) 13700H", "Core i5 de 12e génération 1235U".
const GENERATION: &str = r"(?:[\s,-]*\(?(?:de\s+)?\d{1,2}\s?(?:th|st|nd|rd|\.|e|ª|º|a|ème|-?го|-?е)?[\s.-]*(?:gen(?:eration|eración|erazione|eratie|erație|\.)?|génération|geração|nesil|поколени\w{1,2})\)?[\s,-]*)?";

/// Names with a model number.
static EXACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let core = format!(
        r"(?:intel\s*)?core\s*(?:processor\s+)?i[3579](?:\s+(?:processor|cpu|vpro))?{GENERATION}[\s-]*(?:n\d{{3}}|\d{{3,5}}[a-z]{{0,3}}\d?)"
    );
    Regex::new(&format!(
        r"(?ix)\b(?:
        (?:amd\s*)?ryzen(?:\s*-?\s*(?:ai|max\+?|threadripper|embedded|pro|hx|[3579]\b))*[\s-]+(?:pro\s+)?(?:hx[\s-]+)?(?:[a-z]?\d{{3,4}}[a-z0-9]{{0,4}}|z[12](?:\s+extreme)?)
        | (?:amd\s+)?threadripper(?:\s+pro)?\s+\d{{4}}[a-z]{{0,2}}
        | (?:amd\s+)?(?:athlon|sempron|turion|phenom|opteron|epyc)(?:\s+(?:gold|silver|pro|ii|neo|dual|x[2346]|64))*[\s-]+[a-z]{{0,2}}\d{{3,4}}[a-z0-9]{{0,3}}
        | (?:amd\s+)?r[3579][\s-]\d{{4}}[a-z0-9]{{0,3}}
        | (?:amd\s+)?(?:a(?:4|6|8|9|10|12)|e[12]|fx)[\s-]+(?:pro[\s-]+)?\d{{4}}[a-z]?
        | amd\s+(?:3015e|3020e)
        | (?:amd\s+)?gx-\d{{3}}[a-z]{{2}}
        | {core}
        | (?:intel\s*)?core\s+(?:processor\s+)?[3579][\s-]+(?:processor\s+)?\d{{3}}[a-z]{{1,2}}
        | (?:intel\s*)?(?:core\s*)?ultra\s*[3579x]\d?(?:\s+processor)?[\s-]+\d{{3}}[a-z]{{0,2}}
        | u[579][\s-]\d{{3}}[a-z]{{1,2}}
        | (?:intel\s*)?i[3579]\s?-\s?(?:n\d{{3}}|\d{{3,5}}[a-z]{{0,3}}\d?)
        | (?:intel\s*)?i[3579]\s+(?:processor\s+)?\d{{4,5}}[a-z]{{0,2}}\d?
        | (?:intel\s*)?i[3579]{GENERATION}\s*\d{{4,5}}[a-z]{{0,2}}\d?
        | (?:intel\s*)?core\s*2\s+(?:duo|quad|extreme)\s+[a-z]{{0,2}}\d{{4}}
        | (?:intel\s*)?core\s+(?:duo|solo)\s+[a-z]\d{{4}}
        | (?:intel\s*)?(?:core\s+)?m[357]?-\d[a-z0-9]{{3,4}}
        | (?:intel\s*)?core\s+m[357]\s+\d[a-z0-9]{{3,4}}
        | (?:intel\s*)?(?:celeron|pentium|atom)(?:\s+(?:gold|silver|dual[\s-]core|quad[\s-]core|processor|cpu|x[57]))*[\s-]*[a-z]{{0,2}}-?\d{{3,5}}[a-z]{{0,2}}
        | (?:intel\s*)?xeon(?:\s+(?:gold|silver|bronze|platinum|processor|cpu))*[\s-]*(?:[ewdxl][3579]?[\s-]?)?\d{{4,5}}[a-z]{{0,2}}(?:\s*v\d)?
        | e[357]-\d{{4}}[a-z]?(?:\s*v\d)?
        | (?:intel\s*)(?:alder\s+lake[\s-]*|twin\s+lake[\s-]*|processor\s+|core\s+[3i][3\s-]*)?[nuj]\d{{2,4}}
        | apple\s+m[1-9](?:\s+(?:pro|max|ultra)\b)?
        | m[1-9](?:\s+(?:pro|max|ultra))?[\s-]+(?:chip|puce|prozessor|processor|cpu|soc)
        | (?:qualcomm\s+)?snapdragon\s+(?:x2?(?:\s+(?:elite|plus|extreme))?(?:[\s(-]+x[12][ep]?[a-z0-9-]*\d)?|8cx(?:\s+gen\s*\d)?|[78]c(?:\s+gen\s*\d)?|8[35]0)
        | microsoft\s+sq[123]
        | (?:mediatek\s+)?kompanio\s+\d{{3,4}}
        | mediatek\s+mt8\d{{3}}[a-z]?
        )",
    ))
    .ok()
});

/// Model numbers that stand alone, which mean a processor only on a computer's page.
static CODES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:n(?:50|95|97|100|150|200|250|305|355)|[nj][3-6]\d{3}|x[57]-[ez]?\d{4}|z\d{4}f?|u300|fx-\d{4}|g\d{4}t?)\b").ok()
});

static APPLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bm[1-9](?:\s+(?:pro|max|ultra)\b)?").ok());

/// Families without a number, better than nothing.
static FAMILIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:
        (?:intel\s*)?core\s*(?:ultra\s*[3579]|i[3579]|m[357]?|2\s+(?:duo|quad)|[3579])
        | intel\s*(?:i[3579]|celeron|pentium|atom|xeon)(?:\s+(?:gold|silver))?
        | (?:intel\s+)?(?:celeron|pentium|xeon)(?:\s+(?:gold|silver))?
        | i[3579]
        | (?:amd\s*)?ryzen(?:\s+(?:ai|threadripper))?(?:\s+[3579])?(?:\s+pro)?
        | (?:amd\s*)?(?:athlon|epyc|sempron)(?:\s+(?:gold|silver))?
        | amd\s+(?:a(?:4|6|8|9|10|12)|e[12])
        )\b",
    )
    .ok()
});

/// A processor with its model number.
pub(super) fn exact(text: &str) -> Option<String> {
    let pattern = EXACT.as_ref()?;
    let text: &str = &spaced(text);
    // the number must be whole, and no capacity or frequency: "Core i5 512GB", "i7 3400 MHz"
    pattern
        .find_iter(text)
        .find(|found| {
            let tail = text.get(found.end()..).unwrap_or_default();
            let whole = !tail.starts_with(|c: char| c.is_ascii_alphanumeric());
            whole && !ends_in_unit(found.as_str()) && !capacity_follows(tail)
        })
        .map(|found| tidy(found.as_str()))
}

pub(super) fn code(text: &str) -> Option<String> {
    CODES.as_ref()?.find(&spaced(text)).map(|found| tidy(found.as_str()))
}

/// In the name of a Mac.
pub(super) fn apple(text: &str) -> Option<String> {
    let found = APPLE.as_ref()?.find_iter(text).find(|found| {
        let tail = text.get(found.end()..).unwrap_or_default();
        !tail.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
    })?;
    Some(tidy(found.as_str()))
}

pub(super) fn family(text: &str) -> Option<String> {
    FAMILIES.as_ref()?.find(&spaced(text)).map(|found| tidy(found.as_str()))
}

/// A row's value that names a processor, though none of a computer.
pub(super) fn is_foreign(value: &str) -> bool {
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count();
    let known = [
        "intel",
        "amd",
        "apple",
        "ghz",
        "mhz",
        "core",
        "cores",
        "quad",
        "dual",
        "kerne",
        "series",
        "serie",
        "processor",
        "prozessor",
    ];
    let words = value.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| !known.contains(&word.as_str())).map(|word| letters(&word)).sum::<usize>() > 3
}

/// The model number alone, as some tables have it beside the family.
pub(super) fn is_number(value: &str) -> bool {
    let value = value.trim();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    value.len() <= 10
        && (3..=5).contains(&digits)
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && value
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .starts_with(|c: char| c.is_ascii_digit())
}

fn ends_in_unit(found: &str) -> bool {
    let last = found.rsplit([' ', '-']).next().unwrap_or_default().to_ascii_lowercase();
    let unit = last.trim_start_matches(|c: char| c.is_ascii_digit());
    let units =
        ["gb", "g", "go", "tb", "mb", "mhz", "ghz", "hz", "nm", "rpm", "mo", "to", "nit", "ssd", "hdd"];
    last.len() > unit.len() && units.contains(&unit) && !(unit == "g" && last.len() > 4)
}

fn tidy(found: &str) -> String {
    let words: Vec<&str> = found.split_whitespace().collect();
    words.join(" ").trim_end_matches([' ', '-', '(']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{CODES, EXACT, FAMILIES, apple, code, exact, family};

    #[test]
    fn patterns_are_valid() {
        assert!([&EXACT, &CODES, &FAMILIES].iter().all(|pattern| pattern.is_some()));
    }

    #[test]
    fn processors_of_all_years_are_read() {
        let whole = [
            "Core Ultra 7 155H",
            "Intel Core Ultra 9 285",
            "Ultra 5 125U",
            "AMD Ryzen AI 9 HX 370",
            "Ryzen AI Max+ 395",
            "Ryzen 5 PRO 4650GE",
            "AMD Ryzen 7 8745H",
            "R7-5800H",
            "i5-12400F",
            "i5 8350U",
            "Core i7 (13th Gen) 13700H",
            "Intel Core i9 13th Gen 13900H",
            "Core i7-1185G7",
            "Intel Core i7-860",
            "Celeron N4500",
            "Pentium Silver N6000",
            "Pentium G4560",
            "Xeon W-2135",
            "Xeon W3-2435",
            "Intel Xeon E5-2670 v2",
            "Xeon Gold 6130",
            "Apple M3 Pro",
            "Snapdragon X Elite X1E-78-100",
            "Snapdragon X Plus",
            "Athlon Silver 3050U",
            "A8-5557M",
            "AMD A6-9225",
            "FX-8350",
            "Threadripper PRO 5995WX",
            "AMD EPYC 7302P",
            "Core 5 120U",
            "Core 2 Duo E8400",
            "Core m3-8100Y",
            "Atom x5-Z8350",
            "Intel N100",
            "Core i3-N305",
        ];
        for name in whole {
            assert_eq!(exact(&format!("PC {name}, 16 GB")).as_deref(), Some(name));
        }
        for text in [
            "Core i5 512GB SSD",
            "Core i5 512 GB",
            "Core i7 3.4 GHz",
            "Galaxy S24 Ultra 512GB",
            "RTX 4070",
            "i7 3400 MHz",
        ] {
            assert_eq!(exact(text), None, "{text}");
        }
        assert_eq!(code("Mini PC N100 16GB").as_deref(), Some("N100"));
        assert_eq!(apple("MacBook Air M2 8GB, M.2").as_deref(), Some("M2"));
        assert_eq!(family("Laptop Core i5 16 GB").as_deref(), Some("Core i5"));
    }
}
