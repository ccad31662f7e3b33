use url::Url;

use crate::extract::dom::Dom;
use crate::extract::product::Marketplace;
use crate::extract::specs::specs;
use crate::extract::view::View;

fn read(title: &str, body: &str) -> String {
    let html = format!("<h1>{title}</h1>{body}");
    let dom = Dom::parse(&html);
    let url = Url::parse("https://shop.example/").expect("a valid address");
    let specs = specs(&View::new(&dom, &url, Marketplace::Other), title);
    let show =
        |key: &str| specs.get(key).map_or("-".to_owned(), |v| v.to_string().trim_matches('"').to_owned());
    [show("cpu"), show("ram_gb"), show("storage_gb"), show("gpu")].join(" / ")
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
        ("Barebone Mini PC Ryzen 7 8745H, no RAM, no SSD", "Ryzen 7 8745H / - / - / -"),
    ];
    for (title, expected) in cases {
        assert_eq!(read(title, ""), expected, "{title}");
    }
}

#[test]
fn tables_fill_in_what_the_title_leaves_out() {
    let table = "<table><tr><th>CPU Model<td>Ryzen 7<tr><th>Processor<td>AMD Ryzen 7 5800H<tr><th>RAM Memory Installed Size<td>32 GB
        <tr><th>Graphics memory<td>8 GB<tr><th>Max RAM<td>64 GB<tr><th>Hard Drive<td>500 GB SSD</table>";
    assert_eq!(read("Mini PC SER5", table), "AMD Ryzen 7 5800H / 32 / 500 / -");
}

#[test]
fn prose_and_choices_tell_too() {
    let prose =
        "<p>A laptop with an Intel Core i5-1235U, 16 GB of RAM (expandable to 64 GB) and a 512 GB SSD.</p>";
    assert_eq!(read("Laptop Nova", prose), "Intel Core i5-1235U / 16 / 512 / -");
    let choice = "<p>Intel N100</p><label>Memory</label><select aria-label=Memory><option>8 GB<option selected>16 GB</select>
        <select aria-label=Storage><option selected>1 TB<option>2 TB</select>";
    assert_eq!(read("Mini PC Nova", choice), "Intel N100 / 16 / 1000 / -");
}

#[test]
fn parts_and_other_things_are_no_computers() {
    let table =
        "<table><tr><th>Processor<td>Intel Core i9-14900K<tr><th>Memory<td>32 GB<tr><th>SSD<td>2 TB</table>";
    let titles = [
        "ASUS Graphics Card RTX 4070 12GB GDDR6X",
        "16GB Pallex GeForce RTX 4070 Ti SUPER Phantom",
        "Telefon mobil 32GB, 4GB RAM",
        "Backpack for laptop 15.6\"",
        "Crucial 16GB DDR4 RAM kit for PC",
        "Maple Workbench",
        "AMD Ryzen 7 7800X3D (4.2 GHz / 5.0 GHz)",
    ];
    for title in titles {
        assert_eq!(read(title, ""), "- / - / - / -", "{title}");
    }
    assert_eq!(read(titles[1], table), "- / - / - / -");
}

/// All that differs at once, so that a table of cases is read in one run.
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(title, expected)| {
            let got = read(title, "");
            (got != *expected).then(|| format!("{title}\n     got {got}\n  wanted {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn units_of_other_languages_are_read() {
    check(&[
        ("PC portable Kestrel 14 Core i5-1335U 16 Go 512 Go SSD", "Core i5-1335U / 16 / 512 / -"),
        ("PC de bureau Ryzen 5 5600G, 16 Go de RAM, SSD 1 To", "Ryzen 5 5600G / 16 / 1000 / -"),
        ("Ноутбук Сокол 15 i5-12450H 16 ГБ 512 ГБ SSD", "i5-12450H / 16 / 512 / -"),
        ("Ноутбук Сокол i7-13620H 32Гб/1ТБ SSD RTX 4060", "i7-13620H / 32 / 1000 / RTX 4060"),
        ("Kannettava Tuuli 14 i5-1240P 16 Gt 512 Gt SSD", "i5-1240P / 16 / 512 / -"),
        ("Tietokone Tuuli Ryzen 7 7700 32 Gt RAM 2 Tt NVMe", "Ryzen 7 7700 / 32 / 2000 / -"),
        ("Mini PC Tuuli i5-12500T 8 Gt 256 Gt", "i5-12500T / 8 / 256 / -"),
        ("ノートパソコン Core i5-1235U メモリ16ギガ SSD512ギガ", "Core i5-1235U / 16 / 512 / -"),
        ("ノートPC Ryzen 5 7530U 16GBメモリ 1TB SSD", "Ryzen 5 7530U / 16 / 1000 / -"),
        ("笔记本电脑 i7-13700H 16G内存 512G固态", "i7-13700H / 16 / 512 / -"),
        ("노트북 i5-1340P 16기가 512기가 SSD", "i5-1340P / 16 / 512 / -"),
    ]);
}

#[test]
fn sizes_are_added_and_limits_are_not() {
    check(&[
        ("Gaming PC i7 13700 2x16GB DDR5 1TB+2TB NVMe", "i7 13700 / 32 / 3000 / -"),
        ("Desktop PC i5-13400 32GB (2x16GB) DDR4 1TB SSD", "i5-13400 / 32 / 1000 / -"),
        ("Gaming PC Ryzen 5 7600, DDR5-5600 16GB, 1TB SSD", "Ryzen 5 7600 / 16 / 1000 / -"),
        ("Gaming-PC Ryzen 7 9700X, 32 GB, 1 TB NVMe + 4 TB HDD", "Ryzen 7 9700X / 32 / 5000 / -"),
        ("Gaming-PC Ryzen 7 9700X 64 GB RAM 2 TB + 4 TB NVMe", "Ryzen 7 9700X / 64 / 6000 / -"),
        ("Mini PC N100 8GB 128GB eMMC + 512GB SSD", "N100 / 8 / 640 / -"),
        ("Mini PC Ryzen 7 8845HS 32GB 1TB SSD, up to 64GB, supports 4TB", "Ryzen 7 8845HS / 32 / 1000 / -"),
        ("Barebone Mini PC i5-1235U no RAM no SSD, supports 64GB and 4TB", "i5-1235U / - / - / -"),
        ("Gaming PC Ryzen 7 7800X3D RTX 5070 Ti 16GB", "Ryzen 7 7800X3D / - / - / RTX 5070 Ti"),
        ("Gaming PC i5-14400F RTX 4060 8GB GDDR6 32GB DDR5 1TB", "i5-14400F / 32 / 1000 / RTX 4060"),
        ("Laptop i7-1255U 16GB 1024GB SSD", "i7-1255U / 16 / 1024 / -"),
        ("Laptop N4020 4GB RAM 64GB eMMC with 128GB microSD", "N4020 / 4 / 64 / -"),
        ("Laptop i3-1215U 8GB RAM 256GB SSD + 64GB USB stick", "i3-1215U / 8 / 256 / -"),
        ("Apple Mac mini M2 16GB 512GB SSD", "M2 / 16 / 512 / -"),
        ("Apple Mac mini M4 Pro 14-core CPU 20-core GPU 24GB 1TB", "M4 Pro / 24 / 1000 / 20-core GPU"),
        ("Apple MacBook Pro M3 Max 36GB 1TB Space Black", "M3 Max / 36 / 1000 / -"),
        ("Mini PC N150 16G 512G SSD", "N150 / 16 / 512 / -"),
        ("Mini PC Intel N150, ohne RAM ohne SSD, DDR5 SO-DIMM, 2x M.2", "Intel N150 / - / - / -"),
        ("Mini PC N305 16GB SODIMM DDR5 1TB M.2 2280", "N305 / 16 / 1000 / -"),
    ]);
}

#[test]
fn processors_and_graphics_of_all_lines_are_read() {
    check(&[
        ("Laptop Ryzen AI 9 HX 370 Radeon 890M 32GB 1TB", "Ryzen AI 9 HX 370 / 32 / 1000 / Radeon 890M"),
        ("Laptop Snapdragon X Elite X1E-80-100 16GB 512GB", "Snapdragon X Elite X1E-80-100 / 16 / 512 / -"),
        ("Laptop Core Ultra 7 258V 32GB 1TB Arc 140V", "Core Ultra 7 258V / 32 / 1000 / Arc 140V"),
        ("Mini PC Core Ultra 9 285H Arc 140T 32GB 1TB", "Core Ultra 9 285H / 32 / 1000 / Arc 140T"),
        ("Workstation Xeon w5-2455X 64GB 2TB RTX PRO 4000", "Xeon w5-2455X / 64 / 2000 / RTX PRO 4000"),
        (
            "Workstation Threadripper PRO 7965WX 128GB 4TB RTX A4000",
            "Threadripper PRO 7965WX / 128 / 4000 / RTX A4000",
        ),
        ("Server EPYC 9354P 256GB 2x 1.92TB NVMe", "EPYC 9354P / 256 / 3840 / -"),
        ("Mini PC Celeron J4125 8GB 128GB", "Celeron J4125 / 8 / 128 / -"),
        ("Laptop Athlon Silver 3050U 4GB 128GB SSD", "Athlon Silver 3050U / 4 / 128 / -"),
        ("Laptop Pentium Gold 7505 8GB 256GB", "Pentium Gold 7505 / 8 / 256 / -"),
        ("Desktop PC Core 2 Duo E8400 4GB 250GB HDD", "Core 2 Duo E8400 / 4 / 250 / -"),
        ("Desktop PC i5-2400 8GB 500GB HDD", "i5-2400 / 8 / 500 / -"),
        ("Laptop Intel Core 5 120U 16GB 512GB", "Intel Core 5 120U / 16 / 512 / -"),
        ("Desktop PC i7-13700 UHD 770 16GB 512GB", "i7-13700 / 16 / 512 / UHD 770"),
        ("Mini PC Ryzen 9 7940HS Radeon 780M 32GB 1TB", "Ryzen 9 7940HS / 32 / 1000 / Radeon 780M"),
        ("Gaming PC Ryzen 9 9950X3D RX 9070 XT 64GB 2TB", "Ryzen 9 9950X3D / 64 / 2000 / RX 9070 XT"),
        ("Gaming PC i9-14900KS RTX 5090 32GB 64GB DDR5 4TB", "i9-14900KS / 64 / 4000 / RTX 5090"),
        ("Mini PC Ryzen AI Max+ 395 128GB 2TB Radeon 8060S", "Ryzen AI Max+ 395 / 128 / 2000 / Radeon 8060S"),
        ("Laptop Ryzen 7 250 16GB 1TB", "Ryzen 7 250 / 16 / 1000 / -"),
        ("Mini PC Intel Core i3-N305 8GB 256GB UHD Graphics", "Intel Core i3-N305 / 8 / 256 / UHD Graphics"),
        (
            "Gaming PC Core Ultra 7 265K RTX 5070 Ti 16GB 32GB DDR5 2TB",
            "Core Ultra 7 265K / 32 / 2000 / RTX 5070 Ti",
        ),
        ("Notebook Core 7 240H RTX 5050 16GB 1TB", "Core 7 240H / 16 / 1000 / RTX 5050"),
        ("Handheld PC Ryzen Z1 Extreme 16GB 512GB", "Ryzen Z1 Extreme / 16 / 512 / -"),
        ("Chromebook Kompanio 520 8GB 64GB eMMC", "Kompanio 520 / 8 / 64 / -"),
        ("ThinkPad T480 i5-8350U 16GB 256GB NVMe HD 620", "i5-8350U / 16 / 256 / HD 620"),
        ("Laptop i5 13th Gen 13420H 16GB 512GB Arc A350M", "i5 13th Gen 13420H / 16 / 512 / Arc A350M"),
    ]);
}

#[test]
fn things_for_computers_and_like_them_are_none() {
    let table = "<table><tr><th>Processor<td>Intel Core i7-13700K<tr><th>Memory<td>16 GB<tr><th>Storage<td>512 GB</table>";
    let none = "- / - / - / -";
    for title in [
        "Mid-Tower PC Case ATX, for Intel Core i7 and RTX 4090",
        "Osprel 750W Gold Modular PSU for RTX 4070 Gaming PC",
        "Mechanical Keyboard for PC and Mac",
        "2-Bay NAS Celeron J4125 4GB DDR4",
        "USB-C Docking Station for Laptop i7, 16GB, 512GB",
        "27\" Gaming Monitor for PC 1TB RTX",
        "Smartphone Snapdragon 8 Gen 3 12GB 256GB",
        "Android Tablet 11\" 8GB 256GB Snapdragon 870",
        "Game Console 1TB AMD Zen 2 16GB GDDR6",
        "32GB (2x16GB) DDR5-6000 RAM Kit for Intel Core i7-13700K",
        "2TB NVMe SSD PCIe 4.0 for laptop and desktop",
        "B760M Motherboard for Intel Core i7-14700K DDR5",
        "CPU Cooler for Intel Core i9-13900K and Ryzen 9 7950X",
        "16GB DDR4 3200 SO-DIMM Laptop RAM",
        "SO-DIMM 16GB DDR5-5600 for Laptop i7-13700H",
        "Arbeitsspeicher 16GB SO-DIMM für Notebook",
        "Mémoire PC portable SO-DIMM 8 Go DDR4",
        "Dunmore 16GB DDR5-5600 SODIMM Mini PC Memory",
        "Laptop Sleeve 15.6 inch for MacBook Pro M3",
        "Replacement Fan for Laptop i5-8250U 8GB 256GB",
        "Intel Core i7-14700K Desktop Processor",
        "NVMe Enclosure for 2TB SSD, Mac mini M2",
    ] {
        let got = [read(title, ""), read(title, table)];
        assert_eq!(got, [none, none], "{title}");
    }
}
