//! Processor, memory and storage of a computer, from its title and its table. Of a computer only: a graphics
//! card's 4 GB are no RAM, and a phone's are not asked for.

mod patterns;

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use patterns::{CAPACITY, COMPUTERS, CPU, GPU, PARTS, RAM, STORAGE};

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
