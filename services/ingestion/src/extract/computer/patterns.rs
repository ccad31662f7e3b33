//! How processors, graphics, memories and computers are written.

use std::sync::LazyLock;

use regex::Regex;

use super::super::words::Phrases;

/// Patterns are constants, and a test compiles them all.
fn pattern(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

pub(super) static CPU: LazyLock<Option<Regex>> = LazyLock::new(|| {
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
pub(super) static GPU: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:
        (?:nvidia\s+)? (?:geforce\s+)? (?:rtx|gtx|gt|mx) \s* a?\d{3,4} (?:\s*(?:ti|super|max-q|ada))*
        | (?:nvidia\s+)? quadro \s+ [a-z]*\s?\d{3,4}[a-z]?
        | (?:amd\s+)? radeon (?:\s+(?:rx|pro|vega|graphics|hd|r[579]))* (?:\s+\d{1,4}[a-z]{0,3})?
        | intel \s+ (?:iris\s+(?:xe|plus|pro)|uhd|hd|arc) (?:\s+graphics)? (?:\s+[a-z]?\d{3,4}[a-z]?)?
        )\b",
    )
});
pub(super) static RAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(\d{1,4})\s*(?:gb|go|гб|g)\b[\s,]*(?:of\s+)?(?:(?:lp)?ddr\d?[a-z0-9-]*|ram|memory|unified|arbeitsspeicher|sdram|so-?dimm|mémoire|оперативн)",
    )
});
pub(super) static STORAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(\d{1,4}(?:[.,]\d)?)\s*(tb|to|тб|gb|go|гб|t|g)\b[\s,]*((?:(?:m\.?2|pcie?[\w.]*|nvme|sata|gen\d?|ssd|hdd|emmc|ufs|solid|state|hard|drive|disk|rom|storage|festplatte|disque)[\s,-]*)+)",
    )
});
pub(super) static CAPACITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)(\d{1,5}(?:[.,]\d{1,2})?)\s*(tb|to|тб|gb|go|гб)(?:\b|$)"));

pub(super) static COMPUTERS: LazyLock<Phrases> = LazyLock::new(|| {
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
pub(super) static PARTS: LazyLock<Phrases> = LazyLock::new(|| {
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
