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
