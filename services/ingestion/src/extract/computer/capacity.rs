//! Capacities in a text and what each is the capacity of.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::labels::{LABELS, LIMITS, LIMITS_AFTER, Label};
use super::plain::lower;

/// `32GB DDR5` in "Mini PC, 32GB DDR5".
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mention {
    /// Gigabytes, a terabyte being a thousand; several alike modules added up.
    pub(super) gb: f64,
    pub(super) unit: Unit,
    pub(super) times: u32,
    /// The number and its unit, as written.
    pub(super) written: Range<usize>,
    pub(super) label: Option<Label>,
    /// The words of the label.
    pub(super) named: Range<usize>,
    /// What could be fitted, not what is.
    pub(super) limit: bool,
    /// A plus sign or "and" stands before it.
    pub(super) added: bool,
    /// In brackets after a capacity of the same size: its parts.
    pub(super) repeats: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Mega,
    Giga,
    Tera,
    /// `G` or `T` alone, which mean other things as well.
    Short,
}

static CAPACITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        (?:(\d{1,2})\s?[x*]\s?)?
        (\d{1,5}(?:[.,]\d{1,3})?|one|two|four|eight|twelve|sixteen|twenty-four|thirty-two|forty-eight|sixty-four|ninety-six)
        [\s-]{0,2}
        (gigabytes?|gigas?|gib|gb|go|gt|гб|гигабайт\w{0,2}|ギガバイト|ギガ|기가바이트|기가|terabytes?|teras?|tib|tb|to|tt|тб|терабайт\w{0,2}|テラバイト|テラ|테라바이트|테라|megabytes?|mb|mo|мб|g|t)",
    )
    .ok()
});

const NUMERALS: [(&str, f64); 11] = [
    ("one", 1.0),
    ("two", 2.0),
    ("four", 4.0),
    ("eight", 8.0),
    ("twelve", 12.0),
    ("sixteen", 16.0),
    ("twenty-four", 24.0),
    ("thirty-two", 32.0),
    ("forty-eight", 48.0),
    ("sixty-four", 64.0),
    ("ninety-six", 96.0),
];

fn number(text: &str) -> Option<f64> {
    if let Some((_, value)) = NUMERALS.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let thousands = text.split_once(['.', ',']).is_some_and(|(_, decimals)| decimals.len() == 3);
    if thousands { text.replace(['.', ','], "").parse().ok() } else { text.replace(',', ".").parse().ok() }
}

/// Capacities that are looked at in one text.
const MOST: usize = 60;

/// All capacities of `text`, which is plain, in their order.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let low = lower(text);
    let mut found = bare(text, &low);
    if found.is_empty() {
        return found;
    }
    let labels: Vec<(Label, Range<usize>)> = LABELS.find_all(&low).collect();
    name(&low, &mut found, &labels);
    for at in 0..found.len() {
        let from = zone_start(&low, &found, at);
        let to = zone_end(&low, &found, at);
        let written = found[at].written.clone();
        let before = low.get(from..written.start).unwrap_or_default();
        let after = low.get(written.end..to).unwrap_or_default();
        found[at].limit = is_limit_before(before) || is_limit_after(after);
        let gap = at.checked_sub(1).and_then(|previous| low.get(found[previous].written.end..written.start));
        found[at].added = gap.is_some_and(is_addition);
        // "supports 64GB and 4TB"
        found[at].limit |= at > 0 && found[at - 1].limit && gap.is_some_and(goes_on);
        found[at].repeats = gap.is_some_and(|gap| gap.trim_end().ends_with('(') || gap.trim() == "=")
            && at > 0
            && (found[at].gb - found[at - 1].gb).abs() < 0.01;
        if found[at].repeats && found[at - 1].label.is_none() {
            found[at - 1].label = found[at].label;
            found[at - 1].named = found[at].named.clone();
        }
    }
    found
}

fn bare(text: &str, low: &str) -> Vec<Mention> {
    let Some(pattern) = CAPACITY.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for hit in pattern.captures_iter(low).take(MOST * 4) {
        let (Some(whole), Some(amount), Some(unit)) = (hit.get(0), hit.get(2), hit.get(3)) else { continue };
        let is_free = |start: usize| stands_free(low, &(start..whole.end()), unit.as_str());
        // "9700X 64 GB" and "LPDDR4X 64GB" are no 0 or 4 times as much
        let count = hit.get(1).filter(|count| !ends_in_digit(low, count.start()) && is_free(count.start()));
        let start = count.map_or(amount.start(), |count| count.start());
        if !is_free(start) {
            continue;
        }
        let (times, end) = match count.and_then(|count| count.as_str().parse().ok()) {
            Some(times) => (times, whole.end()),
            None => times_after(low, whole.end()).unwrap_or((1, whole.end())),
        };
        let written = start..end;
        let spelled = text.get(unit.range()).unwrap_or_default();
        let glued = low.get(amount.end()..unit.start()).is_some_and(str::is_empty);
        let is_word = is_english_to(spelled, glued) || matches!(spelled, "GT" | "TT");
        if is_word {
            continue;
        }
        let Some(amount) = number(amount.as_str()) else { continue };
        let (unit, factor) = match unit.as_str() {
            "g" => (Unit::Short, 1.0),
            "t" => (Unit::Short, 1_000.0),
            unit if unit.starts_with(['t', 'т', 'テ', '테']) => (Unit::Tera, 1_000.0),
            unit if unit.starts_with(['m', 'м']) => (Unit::Mega, 1.0 / 1_024.0),
            _ => (Unit::Giga, 1.0),
        };
        if amount > 0.0 && (1..=16).contains(&times) && found.len() < MOST {
            found.push(Mention {
                gb: amount * factor * f64::from(times),
                unit,
                times,
                written,
                label: None,
                named: 0..0,
                limit: false,
                added: false,
                repeats: false,
            });
        }
    }
    found
}

/// "8GB*2", "16GB x2", and where that ends.
fn times_after(low: &str, at: usize) -> Option<(u32, usize)> {
    const MOST: u32 = 8;
    let tail = low.get(at..)?;
    let number = tail.trim_start().strip_prefix(['x', '*'])?.trim_start();
    let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = number.get(digits..)?;
    let times = number.get(..digits)?.parse().ok().filter(|times| (1..=MOST).contains(times))?;
    // no size, resolution or capacity
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.') && !super::capacity_follows(rest);
    ends.then_some((times, low.len() - rest.len()))
}

fn ends_in_digit(low: &str, at: usize) -> bool {
    low.get(..at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_digit()))
}

/// No letter or digit touches it, but for a script without spaces and a word such as `SSD` before it; and it is
/// no speed (`GB/s`).
fn stands_free(low: &str, range: &Range<usize>, unit: &str) -> bool {
    let head = low.get(..range.start).unwrap_or_default();
    let tail = low.get(range.end..).unwrap_or_default();
    let before_is_free = match head.chars().next_back() {
        Some('.' | ',') => !head.trim_end_matches(['.', ',']).ends_with(|c: char| c.is_ascii_digit()),
        Some('-') => {
            head.len() < 2
                || !head[..head.len() - 1].ends_with(|c: char| c.is_ascii_alphanumeric())
                || unit.len() > 1
        }
        Some(c) if c.is_ascii_alphabetic() => {
            ["ssd", "hdd", "ram", "nvme", "emmc", "ddr4", "ddr5"].iter().any(|word| head.ends_with(word))
        }
        Some(c) => !c.is_numeric(),
        None => true,
    };
    let after = tail.chars().next();
    let after_is_free = after.is_none_or(|c| !c.is_alphanumeric() || super::plain::is_unspaced(c))
        || times_after(low, range.end).is_some()
        || ["ram", "ssd", "ddr", "lpddr", "hdd", "nvme", "emmc"].iter().any(|word| tail.starts_with(word));
    let is_speed = ["/s", "/sec", " per second", "/sn", "/с", "/seg"]
        .iter()
        .any(|speed| tail.strip_prefix(speed).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)));
    before_is_free && after_is_free && !is_speed
}

/// "2 to 4", where a French page writes "2 To".
fn is_english_to(spelled: &str, glued: bool) -> bool {
    matches!(spelled, "to" | "go" | "mo") && !glued && spelled != "go"
}

/// Where one part of a list ends.
fn is_break(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    match rest.chars().next() {
        Some(',') => !rest.get(1..).is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_digit())),
        Some(';' | '|' | '/' | '(' | ')' | '[' | ']' | '、' | '，' | '。' | '・' | '•' | '+' | '\n') => {
            true
        }
        Some(' ') => [" - ", " & "].iter().any(|mark| rest.starts_with(mark)),
        Some('.') => {
            let head = text.get(..at).unwrap_or_default();
            let shortened = ["max", "maks", "макс", "inkl", "incl", "approx", "ca", "min"];
            rest.get(1..).is_some_and(|tail| tail.starts_with(' '))
                && !shortened.iter().any(|word| head.ends_with(word))
        }
        _ => false,
    }
}

/// Bytes on either side of a capacity in which its name may stand.
const REACH: usize = 48;

fn zone_start(low: &str, found: &[Mention], at: usize) -> usize {
    let end = found[at].written.start;
    let floor = at.checked_sub(1).map_or(0, |previous| found[previous].written.end);
    let from = low.ceil_char_boundary(floor.max(end.saturating_sub(REACH)));
    let zone = low.get(from..end).unwrap_or_default();
    let mut places = zone.char_indices().map(|(at, _)| from + at);
    let last = places.rfind(|at| is_break(low, *at));
    last.map_or(from, |at| low.ceil_char_boundary(at + 1))
}

fn zone_end(low: &str, found: &[Mention], at: usize) -> usize {
    let start = found[at].written.end;
    let ceiling = found.get(at + 1).map_or(low.len(), |next| next.written.start);
    let to = low.floor_char_boundary(ceiling.min(start + REACH)).max(start);
    let zone = low.get(start..to).unwrap_or_default();
    // "1TB (SSD)"
    let skipped = zone.len() - zone.trim_start().trim_start_matches('(').len();
    // and "32GB (2x16GB) DDR5"
    let closed = zone.len() - zone.trim_start().trim_start_matches(')').len();
    let opened = zone.trim_start().starts_with('(');
    let from = if opened {
        skipped
    } else if zone.trim_start().starts_with(')') {
        closed
    } else {
        0
    };
    let rest = zone.get(from..).unwrap_or_default();
    rest.char_indices().map(|(at, _)| start + from + at).find(|at| is_break(low, *at)).unwrap_or(to)
}

/// Gives each capacity the label before or after it, as the text does it throughout.
fn name(low: &str, found: &mut [Mention], labels: &[(Label, Range<usize>)]) {
    let zones: Vec<(usize, usize)> =
        (0..found.len()).map(|at| (zone_start(low, found, at), zone_end(low, found, at))).collect();
    let is_apple = ["mac", "apple", "ipad"].iter().any(|word| low.contains(word));
    // before a capacity an M2 is a chip rather than a slot
    let is_m2 = |range: &Range<usize>| low.get(range.clone()) == Some("m2");
    let before: Vec<Option<usize>> = (0..found.len())
        .map(|at| {
            let zone = zones[at].0..found[at].written.start;
            labels
                .iter()
                .rposition(|(_, range)| range.start >= zone.start && range.end <= zone.end && !is_m2(range))
        })
        .collect();
    let after: Vec<Option<usize>> = (0..found.len())
        .map(|at| {
            let zone = found[at].written.end..zones[at].1;
            labels.iter().position(|(label, range)| {
                *label != Label::Model
                    && range.start >= zone.start
                    && range.end <= zone.end
                    && !(is_apple && is_m2(range))
                    && !is_built_in(low.get(zone.start..range.start).unwrap_or_default(), *label)
            })
        })
        .collect();
    let hard = |label: Option<usize>| label.filter(|at| labels[*at].0 != Label::Model);
    let mut first = 0;
    while first < found.len() {
        let mut last = first;
        while last + 1 < found.len() && zones[last].1 >= found[last + 1].written.start {
            last += 1;
        }
        let leads = hard(before[first]).is_some() && after[last].is_none();
        let mut claimed: Option<usize> = None;
        for at in first..=last {
            let own_after = after[at].filter(|label| {
                let next = found.get(at + 1).filter(|_| at < last);
                let shared = next.is_some() && before.get(at + 1).copied().flatten() == Some(*label);
                let better_next = next.is_some_and(|next| {
                    !fits(labels[*label].0, found[at].gb) && fits(labels[*label].0, next.gb)
                });
                !(shared && better_next)
            });
            let own_before = before[at].filter(|label| claimed != Some(*label));
            let label =
                if leads { hard(own_before).or(own_after).or(own_before) } else { own_after.or(own_before) };
            if let Some(label) = label {
                claimed = Some(label);
                found[at].label = Some(labels[label].0);
                found[at].named = labels[label].1.clone();
            }
        }
        first = last + 1;
    }
    for mention in found.iter_mut().filter(|mention| mention.label == Some(Label::Either)) {
        mention.label = Some(if mention.gb > 96.0 { Label::Drive } else { Label::Memory });
    }
}

/// "256GB UHD Graphics": what is built in has no memory of its own.
fn is_built_in(before: &str, label: Label) -> bool {
    const NAMES: [&str; 8] = ["uhd", "hd", "iris", "xe", "arc", "vega", "integrated", "intel"];
    label == Label::Other && before.split(|c: char| !c.is_alphanumeric()).any(|word| NAMES.contains(&word))
}

fn fits(label: Label, gb: f64) -> bool {
    match label {
        Label::Memory => gb <= 192.0,
        Label::Drive => gb >= 60.0,
        _ => true,
    }
}

/// "up to" with no other number between it and the capacity.
fn is_limit_before(zone: &str) -> bool {
    let last = LIMITS.find_all(zone).filter(|((), range)| !is_of_a_name(zone, range)).last();
    last.is_some_and(|((), range)| {
        !zone.get(range.end..).unwrap_or_default().contains(|c: char| c.is_ascii_digit())
    }) || [" do", " до", " tot", " a", " até", " až"].iter().any(|word| {
        let trimmed = zone.trim_end();
        trimmed == word.trim_start() && word.len() > 2 || (word.len() > 2 && trimmed.ends_with(word))
    })
}

/// "M3 Max", "RTX 2080 Max-Q", "Ryzen AI Max+".
fn is_of_a_name(zone: &str, range: &Range<usize>) -> bool {
    let before = zone.get(..range.start).unwrap_or_default().trim_end();
    let after = zone.get(range.end..).unwrap_or_default();
    let last = before.rsplit([' ', '-', '/']).next().unwrap_or_default();
    let is_chip =
        last.strip_prefix('m').is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    zone.get(range.clone()) == Some("max")
        && (is_chip || last == "ai" || after.starts_with("-q") || after.starts_with('+'))
}

fn is_limit_after(zone: &str) -> bool {
    LIMITS_AFTER.find_all(zone).next().is_some_and(|((), range)| range.start < 24)
}

const AND: [&str; 12] = [
    " and ",
    " und ",
    " et ",
    " y ",
    " & ",
    " och ",
    " og ",
    " en ",
    " ja ",
    " plus ",
    " zusätzlich ",
    " и ",
];

fn is_addition(gap: &str) -> bool {
    const LONGEST: usize = 40;
    gap.len() <= LONGEST && (gap.contains('+') || AND.iter().any(|word| gap.contains(word)))
}

/// A limit's "and": no bracket or comma has closed it.
fn goes_on(gap: &str) -> bool {
    is_addition(gap) && !gap.contains([')', ',', ';', '.', '|', '+', '('])
}

#[cfg(test)]
mod tests {
    use super::super::plain::plain;
    use super::{Label, mentions};

    fn read(text: &str) -> String {
        let shown = mentions(&plain(text)).into_iter().map(|mention| {
            let label = match mention.label {
                Some(Label::Memory) => "m",
                Some(Label::Drive) => "d",
                Some(Label::Other) => "o",
                Some(Label::Model) => "v",
                Some(Label::Either) => "?",
                None => "-",
            };
            let marks = [(mention.limit, "!"), (mention.added, "+"), (mention.repeats, "=")];
            let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
            format!("{}{label}{marks}", mention.gb)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "(?:[ ,;(/、°×-]|[0-9]{1,4}|GB|To|T|SSD|RAM|max|bis zu|メモリ|İ|\\PC){0,40}") {
            let text = plain(&text);
            for mention in mentions(&text) {
                assert!(text.get(mention.written.clone()).is_some() && text.get(mention.named.clone()).is_some());
            }
            super::super::sizes::of_title(&text);
            super::super::processor::exact(&text);
            super::super::graphics::named(&text);
            super::super::kind::of_title(&text);
        }
    }

    #[test]
    fn capacities_are_named_by_what_stands_beside_them() {
        let cases = [
            ("16GB DDR4 RAM, 512GB SSD", "16m 512d"),
            ("i5-5300U 8GB 256GB SSD", "8- 256d"),
            ("SSD 512 Go RAM 16 Go", "512d 16m"),
            ("Ryzen 7 7700 メモリ32GB SSD1TB RTX4060Ti", "32m 1000d"),
            ("Core i5-1235U 8GB SSD 512GB 15,6\"", "8- 512d"),
            ("RTX 5060 Ti 16GB / 32GB / 1TB", "16v 32- 1000-"),
            ("256GB SSD + 1TB HDD", "256d 1000d+"),
            ("32GB, 2x 1TB", "32- 2000-"),
            ("16GB (2x8GB) DDR5, max. 64GB", "16m 16m= 64-!"),
            ("16GB de memória, expansível até 64GB", "16m 64-!"),
            ("Up to 64GB DDR5", "64m!"),
            ("7 400 Mo/s, 40 GB/s, 5 GHz", ""),
            ("2 to 4 days, RTX4060Ti", ""),
            ("thirty-two gigabytes of memory and a two-terabyte drive", "32m 2000d+"),
            ("8 GB GDDR6, 6 MB cache", "8o 0.005859375o"),
            ("ОЗУ 16 ГБ, SSD 1 ТБ", "16m 1000d"),
            ("8Гб/SSD 256Гб", "8- 256d"),
            ("メモリ16GB、最大64GB", "16m 64-!"),
            ("1.024 GB SSD; 1,5 TB HDD", "1024d 1500d"),
            ("16 Gt DDR4 (enintään 64 Gt), 1 Tt SSD", "16m 64-! 1000d"),
            ("GeForce 9600 GT 512 MB, 8 GT/s", "0.5v"),
            ("Ryzen 7 9700X 64 GB RAM 2 TB + 4 TB NVMe", "64m 2000- 4000d+"),
            ("supports 64GB and 4TB, 16GB fitted", "64-! 4000-!+ 16-"),
            ("M3 Max 36GB, RTX 2080 Max-Q 16GB", "36- 16v"),
            ("M2 16GB 512GB SSD", "16- 512d"),
            ("512GB SSD M2", "512d"),
            ("8GB 256GB UHD Graphics", "8- 256-"),
            ("32GB (2x16GB) DDR5 1TB NVMe 8GB", "32m 32m= 1000d 8-"),
            ("16GB (8GB*2) DDR5, LPDDR4X 64GB eMMC", "16m 16m= 64d"),
            ("32GB (16GB×2, DDR5-5600), 2 TB x 2 NVMe, 4 GB x 1080", "32- 32-= 4000d 4-"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
