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

#[test]
fn names_in_scripts_without_spaces_are_read() {
    check(&[
        ("ミニPC インテルCore i5-12450H 16GB 512GB", "Intel Core i5-12450H / 16 / 512 / -"),
        (
            "ゲーミングPC Core Ultra 7 プロセッサー 265F RTX5070搭載 メモリ32GB SSD1TB",
            "Core Ultra 7 processor 265F / 32 / 1000 / RTX5070",
        ),
        ("联想笔记本电脑 酷睿i7-13700H 16GB内存 1TB固态 RTX4060独显", "Core i7-13700H / 16 / 1000 / RTX4060"),
        ("노트북 인텔 코어 i5-1340P 16GB 512GB", "Intel Core i5-1340P / 16 / 512 / -"),
        ("게이밍 노트북 라이젠 7 8845HS 32GB 1TB", "Ryzen 7 8845HS / 32 / 1000 / -"),
        ("中古ノートパソコン 第8世代Core i5 8250U メモリ8GB SSD256GB", "Core i5 8250U / 8 / 256 / -"),
    ]);
}

#[test]
fn titles_as_shops_write_them_are_read() {
    check(&[
        (
            "Dell OptiPlex 7060 SFF Intel Core i7-8700 3.2GHz 32GB RAM 1TB SSD Windows 11 Pro WiFi (Renewed)",
            "Intel Core i7-8700 / 32 / 1000 / -",
        ),
        (
            "HP 15.6\" Laptop, Intel Core i3-1215U, 8GB RAM, 256GB SSD, Natural Silver, Windows 11 Home in S mode, 15-dy5131wm",
            "Intel Core i3-1215U / 8 / 256 / -",
        ),
        (
            "Lenovo ThinkPad T14 Gen 3 14\" FHD Touch i5-1245U vPro 16GB 512GB SSD 4G LTE W11P",
            "i5-1245U / 16 / 512 / -",
        ),
        (
            "ASUS ROG Strix G16 (2024) Gaming Laptop, 16” 16:10 FHD 165Hz, GeForce RTX 4060, Intel Core i7-13650HX, 16GB DDR5, 1TB PCIe SSD, Wi-Fi 6E",
            "Intel Core i7-13650HX / 16 / 1000 / GeForce RTX 4060",
        ),
        (
            "CyberPowerPC Gamer Xtreme VR Gaming PC, Intel Core i5-13400F 2.5GHz, GeForce RTX 4060 8GB, 16GB DDR5, 1TB PCIe 4.0 SSD, WiFi Ready & Windows 11 Home",
            "Intel Core i5-13400F / 16 / 1000 / GeForce RTX 4060",
        ),
        (
            "Skytech Gaming PC Desktop – AMD Ryzen 7 7700X 4.5 GHz, NVIDIA RTX 4070 Super 12GB, 1TB NVME SSD, 32GB DDR5 RAM 6000 RGB, 750W Gold PSU",
            "AMD Ryzen 7 7700X / 32 / 1000 / NVIDIA RTX 4070 Super",
        ),
        (
            "GMKtec Mini PC G3 Plus, Intel N150 (Up to 3.6GHz), 8GB RAM 256GB M.2 SSD, Dual 4K Display, WiFi 5, BT 5.0",
            "Intel N150 / 8 / 256 / -",
        ),
        (
            "MINISFORUM UM890 Pro Mini PC AMD Ryzen 9 8945HS, 64GB DDR5 2TB PCIe4.0 SSD, AMD Radeon 780M, 2x USB4, 2x 2.5G LAN, OCuLink",
            "AMD Ryzen 9 8945HS / 64 / 2000 / AMD Radeon 780M",
        ),
        (
            "Apple 2024 MacBook Air 13-inch Laptop with M3 chip: 8GB Unified Memory, 256GB SSD Storage - Midnight",
            "M3 chip / 8 / 256 / -",
        ),
        (
            "Apple 2024 Mac mini Desktop Computer with M4 chip with 10‑core CPU and 10‑core GPU: Built for Apple Intelligence, 16GB Unified Memory, 256GB SSD Storage",
            "M4 chip / 16 / 256 / 10-core GPU",
        ),
        ("Apple MacBook Pro 14\" M3 Pro 11-Core 18GB 512GB Space Black MRX33LL/A", "M3 Pro / 18 / 512 / -"),
        ("HP EliteDesk 800 G5 Mini i5-9500T 16GB 512GB NVMe Win 11 Pro", "i5-9500T / 16 / 512 / -"),
        (
            "Lenovo ThinkCentre M920q Tiny, i5 8500T, 16 GB RAM, 256 GB SSD, gebraucht",
            "i5 8500T / 16 / 256 / -",
        ),
        (
            "MEDION ERAZER Major X20, Gaming Notebook mit 16 Zoll Display, Intel Core i9-13900HX, 32 GB RAM, 1 TB SSD, NVIDIA GeForce RTX 4070",
            "Intel Core i9-13900HX / 32 / 1000 / NVIDIA GeForce RTX 4070",
        ),
        (
            "PC Gamer Fixe - Intel Core i5-12400F - RTX 3060 12 Go - 16 Go DDR4 - SSD 1 To - Windows 11",
            "Intel Core i5-12400F / 16 / 1000 / RTX 3060",
        ),
        (
            "Portátil Gaming Aldaba 15 - Intel Core i7-12650H, 16 GB RAM, 1 TB SSD, GeForce RTX 4050 6 GB",
            "Intel Core i7-12650H / 16 / 1000 / GeForce RTX 4050",
        ),
        (
            "Notebook Gamer Araponga Intel Core i5-12450H 8GB 512GB SSD Placa de Vídeo RTX 3050 4GB",
            "Intel Core i5-12450H / 8 / 512 / RTX 3050",
        ),
        (
            "Komputer do gier Ryzen 5 5600, RTX 4060, 16GB RAM, 1TB SSD, karta graficzna 8GB",
            "Ryzen 5 5600 / 16 / 1000 / RTX 4060",
        ),
        (
            "Игровой компьютер Intel Core i5-12400F, GeForce RTX 4060 8 ГБ, 16 ГБ DDR4, SSD 512 ГБ",
            "Intel Core i5-12400F / 16 / 512 / GeForce RTX 4060",
        ),
        (
            "Dell Precision 3660 Tower i9-12900K 64GB DDR5 1TB SSD + 4TB HDD RTX A4000 16GB",
            "i9-12900K / 64 / 5000 / RTX A4000",
        ),
        ("Dell PowerEdge R730 2x Xeon E5-2690 v4 256GB RAM 8x 1.2TB SAS", "Xeon E5-2690 v4 / 256 / 9600 / -"),
        (
            "HP Z2 Mini G9 Workstation i7-12700 32GB (2x16GB) DDR5 1TB NVMe T1000 8GB",
            "i7-12700 / 32 / 1000 / -",
        ),
        ("Raspberry Pi 5 8GB", "- / - / - / -"),
        ("Steam Deck OLED 1TB 16GB RAM Handheld Console", "- / 16 / 1000 / -"),
        ("ASUS ROG Ally X Ryzen Z1 Extreme 24GB 1TB Handheld", "Ryzen Z1 Extreme / 24 / 1000 / -"),
        ("Samsung Galaxy Tab S9 12GB 256GB Snapdragon 8 Gen 2", "- / - / - / -"),
        (
            "Microsoft Surface Laptop 7 13.8\" Snapdragon X Plus (10 Core) 16GB 512GB Platinum",
            "Snapdragon X Plus / 16 / 512 / -",
        ),
        ("Surface Pro 9 i5-1235U 8GB/256GB", "i5-1235U / 8 / 256 / -"),
        (
            "Acer Aspire 3 A315-24P-R7VH Slim Laptop AMD Ryzen 3 7320U Quad-Core 8GB LPDDR5 128GB NVMe SSD",
            "AMD Ryzen 3 7320U / 8 / 128 / -",
        ),
        (
            "Lenovo IdeaPad Slim 3 Chromebook MediaTek Kompanio 520 4GB LPDDR4X 64GB eMMC",
            "MediaTek Kompanio 520 / 4 / 64 / -",
        ),
        (
            "Intel NUC 13 Pro Kit NUC13ANKi7 Core i7-1360P Barebone, max. 64GB DDR4, M.2 2280",
            "Core i7-1360P / - / - / -",
        ),
        ("Lot of 5 HP ProDesk 400 G6 i5-9500 8GB RAM No HDD No OS", "i5-9500 / 8 / - / -"),
        ("Dell Latitude 7490 i7-8650U 16GB RAM - no SSD, no charger, for parts", "i7-8650U / 16 / - / -"),
        (
            "MSI Katana 15 B13VFK-1287US 15.6\" 144Hz i7-13620H 16GB (8GB*2) DDR5 1TB RTX 4060",
            "i7-13620H / 16 / 1000 / RTX 4060",
        ),
        (
            "Gaming PC Ryzen 5 5600X 16GB RAM 500GB NVMe + 2TB HDD RX 6700 XT 12GB",
            "Ryzen 5 5600X / 16 / 2500 / RX 6700 XT",
        ),
        ("Mini PC Ryzen 7 5825U 16 GB RAM/512 GB SSD/Win 11 Pro/WiFi 6", "Ryzen 7 5825U / 16 / 512 / -"),
        (
            "ThinkStation P520 Xeon W-2135 64GB ECC 512GB NVMe Quadro P4000 8GB",
            "Xeon W-2135 / 64 / 512 / Quadro P4000",
        ),
        ("iMac 24 M1 8-Core 8GB 256GB", "M1 / 8 / 256 / -"),
        ("Laptop HP 250 G9, i5-1235U, 8GB RAM extensibil până la 32GB, SSD 512GB", "i5-1235U / 8 / 512 / -"),
        (
            "Gaming PC Intel i7 14700KF - 32GB RAM - 2 TB NVMe - RTX 4080 SUPER 16GB - 1 jaar garantie",
            "Intel i7 14700KF / 32 / 2000 / RTX 4080 SUPER",
        ),
        (
            "Stationär dator Ryzen 7 5700X 32GB RAM 1TB SSD RTX 3080 10GB",
            "Ryzen 7 5700X / 32 / 1000 / RTX 3080",
        ),
    ]);
}
