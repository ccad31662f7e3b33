//! Processor, memory and storage of a computer, from its title and its table. Of a computer only: a graphics
//! card's 4 GB are no RAM, and a phone's are not asked for.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::words::Phrases;

/// Patterns are constants, and a test compiles them all.
fn pattern(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

static CPU: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:
        (?:amd\s+)? ryzen (?:\s+(?:ai|max\+?|threadripper|embedded))* (?:\s+[3579])? (?:\s+pro)? (?:\s+hx)? \s+ [a-z]?\d{3,4}[a-z0-9]{0,4}
        | (?:amd\s+)? (?:athlon|epyc) (?:\s+(?:gold|silver|pro|ii|x[24]))* \s+ [a-z0-9]+
        | (?:intel\s+)? core (?:\s*(?:™|\(tm\)|®|\(r\)))? (?:\s+ultra)? \s+ i?[3579] (?:\s+processor)? \s* -? \s* \d{3,5}[a-z]{0,3}\d?
        | (?:intel\s+)? i[3579] \s? - \s? \d{3,5}[a-z]{0,3}\d?
        | i[3579] \s \d{4,5}[a-z]{0,2}
        | (?:intel\s+)? core \s+ (?:2\s+(?:duo|quad)|m[357]) (?:\s*-?\s*[a-z]?\d{4}[a-z]?)?
        | (?:intel\s+)? ultra \s+ [579] \s+ \d{3}[a-z]?
        | (?:intel\s+)? (?:celeron|pentium|atom|xeon) (?:\s+(?:gold|silver|bronze|platinum|processor|e[357]|w))* \s* -? \s* [a-z]?\d{3,5}[a-z0-9]{0,2} (?:\s+v\d)?
        | (?:intel\s+ (?:alder\s+lake\s+|twin\s+lake\s+|processor\s+)? )? n(?:50|95|97|100|150|200|305|355)
        | (?:apple\s+)? m[1-5] (?:\s+(?:pro|max|ultra))? (?:\s+chip)
        | apple\s+m[1-5] (?:\s+(?:pro|max|ultra))?
        | snapdragon\s+x (?:\s+(?:elite|plus))? (?:\s+[a-z0-9-]*\d[a-z0-9-]*)?
        )\b",
    )
});
static GPU: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:
        (?:nvidia\s+)? (?:geforce\s+)? (?:rtx|gtx|gt|mx) \s* a?\d{3,4} (?:\s*(?:ti|super|max-q|ada))*
        | (?:nvidia\s+)? quadro \s+ [a-z]*\s?\d{3,4}[a-z]?
        | (?:amd\s+)? radeon (?:\s+(?:rx|pro|vega|graphics|hd|r[579]))* (?:\s+\d{1,4}[a-z]{0,3})?
        | intel \s+ (?:iris\s+(?:xe|plus|pro)|uhd|hd|arc) (?:\s+graphics)? (?:\s+[a-z]?\d{3,4}[a-z]?)?
        )\b",
    )
});
static RAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(\d{1,4})\s*(?:gb|go|гб|g)\b[\s,]*(?:of\s+)?(?:(?:lp)?ddr\d?[a-z0-9-]*|ram|memory|unified|arbeitsspeicher|sdram|so-?dimm|mémoire|оперативн)",
    )
});
static STORAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(\d{1,4}(?:[.,]\d)?)\s*(tb|to|тб|gb|go|гб|t|g)\b[\s,]*((?:(?:m\.?2|pcie?[\w.]*|nvme|sata|gen\d?|ssd|hdd|emmc|ufs|solid|state|hard|drive|disk|rom|storage|festplatte|disque)[\s,-]*)+)",
    )
});
static CAPACITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)(\d{1,5}(?:[.,]\d{1,2})?)\s*(tb|to|тб|gb|go|гб)(?:\b|$)"));

static COMPUTERS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "laptop",
        "notebook",
        "ultrabook",
        "chromebook",
        "macbook",
        "imac",
        "mac mini",
        "mac studio",
        "mini pc",
        "mini-pc",
        "minipc",
        "mini computer",
        "desktop",
        "desktop pc",
        "workstation",
        "all-in-one",
        "all in one",
        "gaming pc",
        "computer",
        "pc",
        "nuc",
        "thinkpad",
        "thinkcentre",
        "ideapad",
        "optiplex",
        "elitedesk",
        "prodesk",
        "elitebook",
        "probook",
        "latitude",
        "precision",
        "ordinateur",
        "pc portable",
        "ordenador",
        "portátil",
        "computador",
        "rechner",
        "komputer",
        "ноутбук",
        "компьютер",
        "ノートパソコン",
        "ノートpc",
        "パソコン",
        "笔记本",
        "筆電",
        "노트북",
        "calculator",
        "počítač",
        "számítógép",
        "bilgisayar",
        "dator",
    ])
});
/// What is for a computer, or in one, and is none.
static PARTS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "monitor",
        "graphics card",
        "video card",
        "grafikkarte",
        "carte graphique",
        "tarjeta gráfica",
        "motherboard",
        "mainboard",
        "power supply",
        "psu",
        "charger",
        "adapter",
        "keyboard",
        "mouse",
        "battery",
        "stand",
        "bag",
        "sleeve",
        "backpack",
        "case for",
        "docking station",
        "dock",
        "hub",
        "cable",
        "memory kit",
        "ram kit",
        "internal ssd",
        "external",
        "hard drive for",
        "replacement",
        "compatible with",
        "cooler",
        "fan",
        "webcam",
        "speaker",
        "headset",
        "sticker",
        "skin",
        "printer",
        "router",
        "for laptop",
        "for pc",
        "barebone case",
        "enclosure",
        "memory card",
        "flash drive",
        "phone",
        "telefon",
        "smartphone",
        "tablet",
    ])
});

/// A capacity in gigabytes, a terabyte being a thousand.
fn gigabytes(number: &str, unit: &str) -> Option<f64> {
    let number: f64 = number.replace(',', ".").parse().ok()?;
    let tera = unit.to_lowercase().starts_with(['t', 'т']);
    Some(if tera { number * 1_000.0 } else { number })
}

fn whole(value: f64) -> Json {
    if value.fract() == 0.0 { json!(value as u64) } else { json!(value) }
}

/// The normalised keys; none where the page is not a computer's.
pub(super) fn normalised(title: &str, rows: &[(String, String)]) -> Map<String, Json> {
    let mut specs = Map::new();
    let cpu = cpu(title, rows);
    let ram = ram(title, rows);
    let storage = storage(title, rows);
    if !is_computer(title, cpu.is_some(), ram.is_some(), storage.is_some()) {
        return specs;
    }
    specs.extend(cpu.map(|cpu| ("cpu".to_owned(), json!(cpu))));
    specs.extend(gpu(title, rows).map(|gpu| ("gpu".to_owned(), json!(gpu))));
    specs.extend(ram.map(|ram| ("ram_gb".to_owned(), whole(ram))));
    if let Some((text, gb)) = storage {
        specs.insert("storage".to_owned(), json!(text));
        specs.insert("storage_gb".to_owned(), whole(gb));
    }
    specs
}

fn is_computer(title: &str, cpu: bool, ram: bool, storage: bool) -> bool {
    let lower = title.to_lowercase();
    let whole = cpu && ram && storage;
    let named = COMPUTERS.find(&lower);
    let part = PARTS.find(&lower);
    // "Laptop ... with backpack" is a laptop, "Backpack for laptop" is not
    let part_first =
        part.as_ref().is_some_and(|part| named.as_ref().is_none_or(|name| part.start < name.start));
    !part_first && ((named.is_some() && (cpu || (ram && storage))) || (whole && part.is_none()))
}

fn first_match(pattern: &LazyLock<Option<Regex>>, text: &str) -> Option<String> {
    let found = pattern.as_ref()?.find(text)?;
    Some(found.as_str().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn values<'a>(
    rows: &'a [(String, String)],
    keys: &'a [&'a str],
    not: &'a [&'a str],
) -> impl Iterator<Item = &'a str> {
    rows.iter().filter_map(move |(key, value)| {
        let key = key.to_lowercase();
        (keys.iter().any(|wanted| key.contains(wanted)) && !not.iter().any(|other| key.contains(other)))
            .then_some(value.as_str())
    })
}

fn cpu(title: &str, rows: &[(String, String)]) -> Option<String> {
    let keys = [
        "cpu",
        "processor",
        "prozessor",
        "processeur",
        "procesador",
        "procesor",
        "processore",
        "processador",
        "процессор",
        "プロセッサ",
        "处理器",
        "프로세서",
    ];
    let not = ["brand", "count", "speed", "manufacturer", "cores", "nuclee", "cache", "graphics"];
    first_match(&CPU, title).or_else(|| values(rows, &keys, &not).find_map(|value| first_match(&CPU, value)))
}

fn gpu(title: &str, rows: &[(String, String)]) -> Option<String> {
    let keys = [
        "gpu",
        "graphic",
        "video card",
        "grafik",
        "carte graphique",
        "gráfica",
        "placa video",
        "видеокарта",
        "グラフィック",
        "显卡",
    ];
    first_match(&GPU, title).or_else(|| {
        values(rows, &keys, &["interface", "description type"]).find_map(|value| first_match(&GPU, value))
    })
}

fn capacity(text: &str) -> Option<f64> {
    let found = CAPACITY.as_ref()?.captures(text)?;
    gigabytes(found.get(1)?.as_str(), found.get(2)?.as_str())
}

fn ram(title: &str, rows: &[(String, String)]) -> Option<f64> {
    let in_title = RAM
        .as_ref()
        .and_then(|pattern| pattern.captures(title))
        .and_then(|found| gigabytes(found.get(1)?.as_str(), "gb"));
    let keys = [
        "ram",
        "memory",
        "arbeitsspeicher",
        "mémoire",
        "memoria",
        "memorie",
        "memória",
        "память",
        "メモリ",
        "内存",
        "메모리",
    ];
    let not = [
        "graphic",
        "video",
        "gpu",
        "max",
        "speed",
        "type",
        "tip",
        "technology",
        "slot",
        "card",
        "grafi",
        "storage",
        "hard",
        "flash",
        "frequency",
        "frecv",
        "cache",
        "diagram",
        "program",
        "stocare",
    ];
    in_title
        .or_else(|| values(rows, &keys, &not).find_map(capacity))
        .filter(|gb| (0.25..=4_096.0).contains(gb))
}

fn storage(title: &str, rows: &[(String, String)]) -> Option<(String, f64)> {
    let of_text = |text: &str| {
        let found = STORAGE.as_ref()?.captures(text)?;
        let gb = gigabytes(found.get(1)?.as_str(), found.get(2)?.as_str())?;
        Some((found.get(0)?.as_str().trim_end_matches([',', ' ', '-']).to_owned(), gb))
    };
    let keys = [
        "storage",
        "ssd",
        "hard drive",
        "hard disk",
        "hdd",
        "festplatte",
        "disque",
        "disco",
        "stocare",
        "stockage",
        "almacenamiento",
        "opslag",
        "накопитель",
        "ストレージ",
        "硬盘",
        "저장",
    ];
    let not = ["interface", "type", "tip", "speed", "rpm", "slots", "max"];
    let of_rows = || {
        values(rows, &keys, &not)
            .find_map(|value| of_text(value).or_else(|| Some((value.to_owned(), capacity(value)?))))
    };
    of_text(title).or_else(of_rows).filter(|(_, gb)| (8.0..=200_000.0).contains(gb))
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, CPU, GPU, RAM, STORAGE, normalised};

    fn specs(title: &str, rows: &[(&str, &str)]) -> String {
        let rows: Vec<(String, String)> =
            rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let specs = normalised(title, &rows);
        let show =
            |key: &str| specs.get(key).map_or("-".to_owned(), |v| v.to_string().trim_matches('"').to_owned());
        [show("cpu"), show("ram_gb"), show("storage_gb"), show("gpu")].join(" / ")
    }

    #[test]
    fn patterns_are_valid() {
        assert!([&CPU, &GPU, &RAM, &STORAGE, &CAPACITY].iter().all(|pattern| pattern.is_some()));
    }

    #[test]
    fn titles_tell_the_parts() {
        let cases = [
            (
                "Beelink Mini PC, AMD Ryzen 7 6800U(up to 4.7 GHz), 24GB LPDDR5 RAM 500GB PCIe4.0x4 SSD",
                "AMD Ryzen 7 6800U / 24 / 500 / -",
            ),
            (
                "Laptop Lenovo IdeaPad 1, 15.6\", AMD Ryzen 5 5500U, 12GB RAM, 512GB SSD, AMD Radeon",
                "AMD Ryzen 5 5500U / 12 / 512 / AMD Radeon",
            ),
            (
                "Dell OptiPlex 7050 Micro Desktop Intel Core i5-7500T 16GB DDR4 1TB NVMe SSD",
                "Intel Core i5-7500T / 16 / 1000 / -",
            ),
            ("Gaming PC i7-12700KF RTX 4070 Ti 32 GB DDR5 2TB SSD", "i7-12700KF / 32 / 2000 / RTX 4070 Ti"),
            ("Mini PC N100 16GB RAM 512GB SSD", "N100 / 16 / 512 / -"),
            (
                "HP EliteBook 840 G8 | Intel Core Ultra 7 155H | 16 Go RAM | 1 To SSD",
                "Intel Core Ultra 7 155H / 16 / 1000 / -",
            ),
        ];
        for (title, expected) in cases {
            assert_eq!(specs(title, &[]), expected, "{title}");
        }
    }

    #[test]
    fn tables_fill_in_what_the_title_leaves_out() {
        let rows = [
            ("CPU Model", "Ryzen 7"),
            ("Processor", "AMD Ryzen 7 5800H"),
            ("RAM Memory Installed Size", "32 GB"),
            ("Graphics memory", "8 GB"),
            ("Hard Drive", "500 GB SSD"),
        ];
        assert_eq!(specs("Mini PC SER5", &rows), "AMD Ryzen 7 5800H / 32 / 500 / -");
    }

    #[test]
    fn parts_and_other_things_are_no_computers() {
        let titles = [
            "ASUS Graphics Card RTX 4070 12GB GDDR6X",
            "Telefon mobil 32GB, 4GB RAM",
            "Backpack for laptop 15.6\"",
            "Crucial 16GB DDR4 RAM kit for PC",
            "Maple Workbench",
        ];
        for title in titles {
            assert_eq!(specs(title, &[]), "- / - / - / -", "{title}");
        }
    }
}
