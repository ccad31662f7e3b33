//! Memory and drives from a text's capacities.

use super::capacity::{Mention, Unit, mentions};
use super::keys::Part;
use super::labels::Label;
use super::plain::lower;
use super::wordset::word_list;

/// One drive or several alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drive {
    pub(super) gb: f64,
    /// Capacity and kind: `512GB NVMe SSD`.
    pub(super) text: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sizes {
    pub(super) memory: Option<f64>,
    /// It stands right after a graphics card, whose own it may be: "RTX 5070 Ti 16GB".
    pub(super) memory_in_doubt: bool,
    pub(super) drives: Vec<Drive>,
}

/// A title need not name what its capacities are of: "i5 8GB 256GB".
pub(super) fn of_title(title: &str) -> Sizes {
    let found: Vec<Mention> =
        mentions(title).into_iter().filter(|mention| !mention.limit && !mention.repeats).collect();
    let is_drive = |mention: &&Mention| mention.label == Some(Label::Drive);
    let has_drive = found.iter().any(|mention| is_drive(&mention));
    let open =
        |mention: &Mention| matches!(mention.label, None | Some(Label::Model)) && mention.unit != Unit::Mega;
    let could_be_memory = |at: usize, mention: &Mention| {
        let bigger_follows = found.iter().skip(at + 1).any(|later| open(later) && later.gb > mention.gb);
        mention.gb < 1_000.0
            && is_module_size(mention.gb)
            && (has_drive && mention.gb <= 256.0 || bigger_follows || mention.gb <= 64.0)
    };
    let named = found.iter().position(|mention| mention.label == Some(Label::Memory));
    let unnamed = |label: Option<Label>| {
        found
            .iter()
            .enumerate()
            .position(|(at, mention)| mention.label == label && open(mention) && could_be_memory(at, mention))
    };
    let memory = named.or_else(|| unnamed(None)).or_else(|| unnamed(Some(Label::Model)));
    let mut drives: Vec<&Mention> = Vec::new();
    for (at, mention) in found.iter().enumerate() {
        let unnamed = open(mention) && Some(at) != memory && mention.label.is_none();
        let big = mention.gb >= 32.0 && mention.unit != Unit::Mega;
        // "1TB+2TB NVMe"
        let leads = found.get(at + 1).is_some_and(|next| next.added && is_drive(&next));
        if is_drive(&mention) || (unnamed && big && (mention.added || leads || !has_drive)) {
            drives.push(mention);
        }
    }
    if !has_drive && memory.is_none() && drives.first().is_some_and(|first| first.unit == Unit::Short) {
        drives.clear();
    }
    let memory = memory.and_then(|at| found.get(at));
    let in_doubt = memory.is_some_and(|mention| mention.label == Some(Label::Model));
    // with a card's name and nothing else it is the card's
    let memory = memory.filter(|_| !in_doubt || !drives.is_empty());
    Sizes {
        memory: memory.map(|mention| mention.gb),
        memory_in_doubt: in_doubt,
        drives: distinct(title, &drives),
    }
}

/// Sizes that memory is sold in.
fn is_module_size(gb: f64) -> bool {
    [
        1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 18.0, 20.0, 24.0, 32.0, 36.0, 40.0, 48.0, 64.0, 72.0,
        96.0, 128.0, 192.0, 256.0, 384.0, 512.0,
    ]
    .iter()
    .any(|size| (size - gb).abs() < 0.01)
}

/// The memory that a text names; unnamed capacities count where the text is about memory.
pub(super) fn memory(text: &str, about: Option<Part>) -> Option<f64> {
    let found = mentions(text);
    let fits = |mention: &&Mention| {
        !mention.limit
            && !mention.repeats
            && mention.gb >= 0.25
            && match mention.label {
                Some(Label::Memory) => mention.unit != Unit::Mega || mention.gb >= 0.5,
                None => about == Some(Part::Memory),
                _ => false,
            }
    };
    let first = found.iter().position(|mention| fits(&mention))?;
    // "8 GB + 8 GB"
    let more = found.iter().skip(first + 1).take_while(|mention| {
        mention.added
            && fits(mention)
            && about == Some(Part::Memory)
            && text.get(mention.written.clone()) == found.get(first).and_then(|f| text.get(f.written.clone()))
    });
    let sum = found.get(first).map(|mention| mention.gb)? + more.map(|mention| mention.gb).sum::<f64>();
    Some(sum)
}

/// The drives that a text names.
pub(super) fn drives(text: &str, about: Option<Part>, memory: Option<f64>) -> Vec<Drive> {
    let found = mentions(text);
    let mut chosen: Vec<&Mention> = Vec::new();
    for mention in
        found.iter().filter(|mention| !mention.limit && !mention.repeats && mention.unit != Unit::Mega)
    {
        let named = mention.label == Some(Label::Drive) && mention.gb >= 8.0;
        let unnamed = mention.label.is_none()
            && (about == Some(Part::Drive) || (about.is_none() && mention.added && !chosen.is_empty()));
        // "16GB + 512GB" of a choice without a name
        let pair =
            mention.label.is_none() && mention.added && memory.is_some_and(|memory| memory < mention.gb);
        if named || unnamed || pair {
            chosen.push(mention);
        }
    }
    if about == Some(Part::Drive) || chosen.iter().skip(1).all(|mention| mention.added) {
        return distinct(text, &chosen);
    }
    distinct(text, &chosen.into_iter().take(1).collect::<Vec<_>>())
}

/// Drives that are named twice count once; what is added with a plus sign counts.
fn distinct(text: &str, mentions: &[&Mention]) -> Vec<Drive> {
    let mut drives: Vec<(Drive, Media)> = Vec::new();
    for mention in mentions {
        let (drive, media) = drive_of(text, mention);
        let known = drives.iter().any(|(other, kind)| {
            is_same_size(other.gb, drive.gb)
                || *kind == media
                || *kind == Media::Unknown
                || media == Media::Unknown
        });
        if !known || mention.added {
            drives.push((drive, media));
        }
    }
    drives.into_iter().map(|(drive, _)| drive).collect()
}

/// "1 TB" here is "1024 GB" there.
fn is_same_size(one: f64, other: f64) -> bool {
    let (small, big) = (one.min(other), one.max(other));
    big - small < 0.01 || (small >= 1_000.0 && (big / small - 1.024).abs() < 0.001)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Flash,
    Disk,
    Unknown,
}

fn media(text: &str) -> Media {
    let low = lower(text);
    let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
    if has(&["ssd", "nvme", "emmc", "solid", "m.2", "pcie", "flash", "固态"]) {
        Media::Flash
    } else if has(&[
        "hdd",
        "hard",
        "rpm",
        "tr/min",
        "u/min",
        "giri/min",
        "obr/min",
        "об/мин",
        "festplatte",
        "harde",
        "disque dur",
        "disco duro",
        "disco rigido",
        "жестк",
        "硬盘",
    ]) {
        Media::Disk
    } else {
        Media::Unknown
    }
}

fn drive_of(text: &str, mention: &Mention) -> (Drive, Media) {
    const REST: usize = 40;
    let written = text.get(mention.written.clone()).unwrap_or_default();
    // "2x 1TB" as two of 1TB
    let one = written
        .split_once(['x', 'X', '*'])
        .filter(|_| mention.times > 1)
        .map_or(written, |(one, other)| if other.contains(char::is_alphabetic) { other } else { one })
        .trim();
    let spelled = format!("{} GB", mention.gb / f64::from(mention.times.max(1)));
    let one = if one.contains(|c: char| c.is_ascii_digit()) { one } else { &spelled };
    let after = text.get(mention.written.end..).unwrap_or_default();
    let end = after.floor_char_boundary(REST);
    let near = after.get(..end).unwrap_or_default();
    let own: String = near
        .trim_start()
        .split([' ', '/', '|'])
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .take_while(|word| is_drive_word(word))
        .collect::<Vec<_>>()
        .join(" ");
    let named = text.get(mention.named.clone()).unwrap_or_default();
    let kind =
        if own.is_empty() && mention.named.end <= mention.written.start { named } else { own.as_str() };
    let one = format!("{one} {kind}").trim().to_owned();
    let text = vec![one; usize::try_from(mention.times).unwrap_or(1).clamp(1, 8)].join(" + ");
    let media = media(if kind.is_empty() { named } else { kind });
    (Drive { gb: mention.gb, text }, media)
}

fn is_drive_word(word: &str) -> bool {
    const WORDS: &[&str] = word_list! {
        "m.2" "nvme" "pcie" "ssd" "hdd" "emmc" "ufs" "sata" "sata3" "solid" "state" "hard" "drive" "disk" "2.5"
        "3.5" "opal" "performance" "sed" "storage"
    };
    let low = word.to_ascii_lowercase();
    WORDS.contains(&low.as_str()) || low.starts_with("gen") || low.starts_with("pcie")
}

/// Drives from the keys and values of a table's rows, each of which may tell of one drive, all of them, or the
/// same again. "SSD" and "Hard drive" are two drives, and so are "Drive 1" and "Drive 2".
pub(super) fn of_rows<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Drive> {
    let mut all: Vec<(Drive, Media)> = Vec::new();
    let mut keys: Vec<&str> = Vec::new();
    for (key, value) in rows {
        let found = drives(value, Some(Part::Drive), None);
        if found.is_empty() {
            continue;
        }
        let kind = Some(media(value)).filter(|kind| *kind != Media::Unknown).unwrap_or_else(|| media(key));
        let again = all.iter().any(|(other, of)| {
            *of == kind
                || *of == Media::Unknown
                || kind == Media::Unknown
                || found.iter().any(|drive| is_same_size(drive.gb, other.gb))
        });
        if all.is_empty() || !again || keys.iter().any(|other| is_next_number(other, key)) {
            all.extend(found.into_iter().map(|drive| (drive, kind)));
            keys.push(key);
        }
    }
    all.into_iter().map(|(drive, _)| drive).collect()
}

/// Keys that only their numbers tell apart.
fn is_next_number(one: &str, other: &str) -> bool {
    let letters = |key: &str| key.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().to_lowercase();
    let number = |key: &str| key.chars().filter(char::is_ascii_digit).collect::<String>();
    let (first, second) = (number(one), number(other));
    first != second && first.len().max(second.len()) == 1 && letters(one).trim() == letters(other).trim()
}

#[cfg(test)]
mod tests {
    use super::{drives, memory, of_rows, of_title};
    use crate::extract::computer::keys::Part;
    use crate::extract::computer::plain::plain;

    #[test]
    fn titles_tell_memory_and_drives() {
        let cases: [(&str, Option<f64>, f64); 18] = [
            ("i5-5300U 8GB 256GB SSD", Some(8.0), 256.0),
            ("Studio Ultra 9 285, RTX 5070 Ti, 64 GB, 2 TB", Some(64.0), 2_000.0),
            ("RTX 5060 Ti 16GB / 32GB / 1TB", Some(32.0), 1_000.0),
            ("i5-13450HX RTX 4050 16GB 512GB 144Hz", Some(16.0), 512.0),
            ("i5-8500 | 16GB | 256GB SSD + 1TB HDD", Some(16.0), 1_256.0),
            ("2x Xeon 64GB 256GB SSD + 2TB Quadro K4000", Some(64.0), 2_256.0),
            ("Ryzen 7 8845HS, 32GB, 2x 1TB", Some(32.0), 2_000.0),
            ("i9-14900HX/32GB/1TB/Win11 RTX4080", Some(32.0), 1_000.0),
            ("Core i5-10310U/8GB/256GB/13.3", Some(8.0), 256.0),
            ("15 8GB SSD 512GB 15,6\" Linux", Some(8.0), 512.0),
            ("Chromebook 4GB/64GB eMMC", Some(4.0), 64.0),
            ("16G 512G SSD", Some(16.0), 512.0),
            ("MacBook Air M2 256GB", None, 256.0),
            ("Core i5 3 GHz - SSD 512 Go RAM 16 Go", Some(16.0), 512.0),
            ("i7, 32 GB, 500GB + 2TB NVMe", Some(32.0), 2_500.0),
            ("Radeon RX 7600 8GB", None, 0.0),
            ("i5 16GB + 512GB SSD", Some(16.0), 512.0),
            ("MacBook Pro M4 Max 48GB 1TB", Some(48.0), 1_000.0),
        ];
        for (title, ram, storage) in cases {
            let sizes = of_title(&plain(title));
            assert_eq!(sizes.memory, ram, "{title}");
            let sum = sizes.drives.iter().map(|drive| drive.gb).sum::<f64>();
            assert!((sum - storage).abs() < 0.01, "{title}: {sum}");
        }
    }

    #[test]
    fn texts_tell_what_they_name() {
        assert_eq!(memory("16GB (1x16GB) DDR5 4800MHz (2 slots, max 32GB)", Some(Part::Memory)), Some(16.0));
        assert_eq!(memory("2 x 8 GB", Some(Part::Memory)), Some(16.0));
        assert_eq!(memory("4096 MB", Some(Part::Memory)), Some(4.0));
        assert_eq!(memory("Up to 64GB DDR5", Some(Part::Memory)), None);
        let texts = |text: &str, about| {
            drives(text, about, None).into_iter().map(|drive| drive.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("1TB M.2 PCIe Gen4 SSD", Some(Part::Drive)), ["1TB M.2 PCIe Gen4 SSD"]);
        assert_eq!(texts("SSD 512GB", None), ["512GB SSD"]);
        assert_eq!(texts("1TB x2 SSD", None), ["1TB SSD + 1TB SSD"]);
        assert_eq!(texts("2x 1TB SSD", None), ["1TB SSD + 1TB SSD"]);
    }

    #[test]
    fn rows_tell_one_drive_or_several() {
        let cases: [(&[(&str, &str)], f64); 8] = [
            (&[("SSD", "1 To NVMe"), ("Disque dur", "4 To 7200 tr/min")], 5_000.0),
            (&[("SSD capacity", "256 GB"), ("Hard drive", "2 TB")], 2_256.0),
            (&[("Drive 1", "1 TB NVMe SSD"), ("Drive 2", "1 TB NVMe SSD")], 2_000.0),
            (&[("Storage", "1 TB"), ("SSD", "1024 GB")], 1_000.0),
            (&[("Hard Disk Size", "512 GB"), ("SSD", "512 GB"), ("Storage", "512 GB SSD")], 512.0),
            (&[("SSD", "512 GB"), ("HDD", "1 TB"), ("Total storage", "1.5 TB")], 1_512.0),
            (&[("Storage type", "SSD"), ("Hard drive capacity", "256 GB")], 256.0),
            (&[("Storage", "up to 2 TB"), ("SSD", "512 GB")], 512.0),
        ];
        for (rows, expected) in cases {
            let sum = of_rows(rows.iter().copied()).iter().map(|drive| drive.gb).sum::<f64>();
            assert!((sum - expected).abs() < 0.01, "{rows:?}: {sum}");
        }
    }
}
