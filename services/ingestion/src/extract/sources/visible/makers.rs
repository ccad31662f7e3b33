//! Makers of computers, parts and household goods that titles name, and the words for kinds of goods that are
//! no maker's name. A list of facts about the world, not of any shop.

/// As they write themselves. Where one name begins another, the longer stands first.
const MAKERS: &[&str] = &[
    "Hewlett Packard Enterprise", "Hewlett-Packard", "Hewlett Packard", "HPE", "HP", "Dell", "Alienware", "Lenovo", "Apple", "ASUS",
    "ASRock", "Acer", "MSI", "Gigabyte", "AORUS", "Samsung", "LG", "Sony", "Toshiba", "Dynabook", "Fujitsu", "Panasonic", "Microsoft", "Razer",
    "Huawei", "Honor", "Xiaomi", "Redmi", "OnePlus", "OPPO", "Realme", "Motorola", "Nokia", "Google", "Medion", "Terra", "Wortmann", "Tuxedo",
    "Framework", "System76", "Beelink", "Minisforum", "GEEKOM", "GMKtec", "AOOSTAR", "ACEMAGIC", "ACEMAGICIAN", "BMAX", "Chuwi", "Trigkey",
    "KAMRUI", "NiPoGi", "Topton", "CWWK", "Protectli", "Zotac", "Shuttle", "Intel", "AMD", "NVIDIA", "Raspberry Pi", "Sapphire", "PowerColor",
    "XFX", "Palit", "Gainward", "PNY", "EVGA", "INNO3D", "KFA2", "GALAX", "Colorful", "Corsair", "Kingston", "Crucial", "G.Skill", "Patriot", "TEAMGROUP",
    "ADATA", "XPG", "Lexar", "SanDisk", "Western Digital", "WD", "Seagate", "Hitachi", "HGST", "SK hynix", "Micron", "Synology", "QNAP",
    "TerraMaster", "Ubiquiti", "TP-Link", "Netgear", "D-Link", "MikroTik", "Cisco", "Zyxel", "Supermicro", "Noctua", "be quiet!", "Cooler Master",
    "NZXT", "Fractal Design", "Lian Li", "Phanteks", "Thermaltake", "Seasonic", "Arctic", "DeepCool", "SilverStone", "Logitech", "SteelSeries",
    "HyperX", "Roccat", "Keychron", "Cherry", "BenQ", "AOC", "Philips", "iiyama", "ViewSonic", "EIZO", "NEC", "Sharp", "Hisense", "TCL", "JBL", "Bose",
    "Sennheiser", "Canon", "Nikon", "Epson", "Brother", "Kyocera", "Lexmark", "Xerox", "Ricoh", "Zebra", "Honeywell", "APC", "Eaton", "Anker", "Belkin",
    "UGREEN", "StarTech", "Elgato", "Valve", "Nintendo", "Bosch", "Siemens", "Miele", "AEG", "Braun", "Makita", "DeWalt", "Dyson", "Garmin", "GoPro",
    "DJI", "LEGO", "Wacom", "Getac", "CyberPowerPC", "iBUYPOWER", "Skytech", "Mouse Computer", "Dospara", "Positivo", "Casper", "Monster",
    "レノボ", "富士通", "東芝", "パナソニック", "マウスコンピューター", "삼성", "엘지", "华为", "小米", "联想",
];

/// Kinds of goods, of which paths of categories are made.
const KINDS: &[&str] = &[
    "laptop", "laptops", "notebook", "notebooks", "ultrabook", "desktop", "desktops", "computer", "computers", "pc", "pcs", "mini", "gaming",
    "workstation", "workstations", "server", "servers", "monitor", "monitors", "tablet", "tablets", "portable", "portables", "portátil",
    "portátiles", "ordinateur", "ordinateurs", "ordenador", "ordenadores", "portatile", "portatili", "rechner", "computadoras", "new", "used",
    "refurbished", "all", "home", "business", "office", "bilgisayar", "laptopy", "komputery", "ноутбуки", "ноутбук", "компьютеры", "tv", "tvs",
    "phones", "phone", "smartphone", "smartphones", "ssd", "ram", "cpu", "gpu", "processor", "processors", "graphics", "card", "cards", "carte",
    "graphique", "grafikkarten", "prozessoren", "motherboard", "motherboards", "placa", "mãe", "storage", "memory", "accessories", "parts", "components",
    "barebone", "barebones", "and", "&", "und", "et", "y", "e", "i",
];

/// The maker that a title begins with or names before anything that it is made for, and how sure that is.
pub(super) fn in_title(title: &str) -> Option<(&'static str, f64)> {
    /// A name further on is often a part's.
    const FIRST_BYTES: usize = 60;
    const MADE_FOR: [&str; 10] =
        [" for ", " für ", " pour ", " para ", " per ", " voor ", " dla ", " для ", " with ", " compatible"];
    let lower = title.to_lowercase();
    let end = MADE_FOR.iter().filter_map(|word| lower.find(word)).min().unwrap_or(lower.len());
    let end = lower.floor_char_boundary(end.min(FIRST_BYTES));
    let head = lower.get(..end)?;
    let hits = MAKERS.iter().filter_map(|maker| {
        let at = whole_word(head, lower.as_str(), &maker.to_lowercase())?;
        Some((at, *maker))
    });
    let (at, maker) = hits.min_by_key(|(at, _)| *at)?;
    let is_part = matches!(maker, "Intel" | "AMD" | "NVIDIA" | "Microsoft" | "Google" | "Terra" | "Monster" | "Sharp" | "Honor" | "Arctic");
    match (at, is_part) {
        (0, false) => Some((maker, 0.6)),
        (0, true) => Some((maker, 0.35)),
        (_, false) => Some((maker, 0.4)),
        (_, true) => None,
    }
}

fn whole_word(head: &str, title: &str, name: &str) -> Option<usize> {
    let at = head.find(name)?;
    let joins = |c: char| c.is_ascii_alphanumeric();
    let before = title.get(..at)?.chars().next_back().is_some_and(joins);
    let after = title.get(at + name.len()..)?.chars().next().is_some_and(joins);
    (!before && !after).then_some(at)
}

pub(super) fn is_kind(word: &str) -> bool {
    KINDS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::in_title;

    #[test]
    fn titles_name_makers() {
        let cases = [
            ("HP EliteDesk 800 G4", Some("HP")),
            ("Refurbished Dell OptiPlex 7050", Some("Dell")),
            ("Charger for Dell laptops", None),
            ("Dellwood table", None),
            ("Gaming PC Intel Core i7", None),
            ("Intel Core i7-9700K", Some("Intel")),
        ];
        for (title, expected) in cases {
            assert_eq!(in_title(title).map(|(maker, _)| maker), expected, "{title}");
        }
    }
}
