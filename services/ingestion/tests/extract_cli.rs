//! The command line as scripts use it: exit codes, stdout, one file a page.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const PRODUCT: &str =
    "<title>Blue Lamp</title><h1>Blue Lamp</h1><p class=price>€49.90</p><button>Add to cart</button>";
const WALL: &str = "<title>Robot or human?</title><h1>Robot or human?</h1>";

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("extract-cli-{name}"));
    if path.exists() {
        fs::remove_dir_all(&path).expect("the folder of an earlier run can be removed");
    }
    fs::create_dir_all(path.join("pages")).expect("a folder can be made");
    path
}

fn extract(args: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_playwright-ingestion");
    Command::new(binary).arg("extract").args(args).output().expect("the program runs")
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("stdout is JSON")
}

#[test]
fn a_product_is_printed_and_succeeds() {
    let page = folder("product").join("lamp.html");
    fs::write(&page, PRODUCT).expect("a page can be written");
    let output = extract(&["--file", &page.to_string_lossy(), "--url", "https://shop.example/p/blue-lamp"]);
    assert_eq!(output.status.code(), Some(0));
    let product = answer(&output);
    assert_eq!(product["title"], "Blue Lamp");
    assert_eq!(product["price"], 49.9);
    assert_eq!(product["currency"], "EUR");
    assert_eq!(product["raw_html"], Value::Null);
    assert_eq!(product["timings"]["extract"], product["timings"]["total"]);
    assert!(product["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{product}");
    assert!(product.get("candidates").is_none(), "only with --explain");
}

#[test]
fn a_page_without_a_product_is_the_apis_error_and_fails() {
    let page = folder("wall").join("wall.html");
    fs::write(&page, WALL).expect("a page can be written");
    let output = extract(&["--file", &page.to_string_lossy(), "--url", "https://shop.example/p/1"]);
    assert_eq!(output.status.code(), Some(1));
    let error = answer(&output);
    assert_eq!(error["error_type"], "extraction_failed");
    assert_eq!(error["verdict"], "captcha");
    assert_eq!(error["retriable"], false);
}

#[test]
fn a_folder_gives_one_file_a_page() {
    let folder = folder("folder");
    let manifest = r#"[{"id": "lamp", "url": "https://shop.example/p/blue-lamp", "size": 1},
        {"id": "wall", "url": "https://shop.example/"},
        {"id": "latin", "url": "https://shop.example/p/cafe", "encoding": "iso-8859-1"}]"#;
    fs::write(folder.join("manifest.json"), manifest).expect("a manifest can be written");
    fs::write(folder.join("pages/lamp.html"), PRODUCT).expect("a page can be written");
    fs::write(folder.join("wall.html"), WALL).expect("a page can be written");
    let latin = b"<h1>Caf\xe9</h1><p class=price>\xa34.00</p><button>Buy now</button>";
    fs::write(folder.join("latin.html"), latin).expect("a page can be written");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let manifest = path("manifest.json");
    let output =
        extract(&["--folder", &path(""), "--manifest", &manifest, "--out", &path("out"), "--explain"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |id: &str| -> Value {
        let text = fs::read_to_string(folder.join(format!("out/{id}.json"))).expect("a result of the page");
        serde_json::from_str(&text).expect("a result is JSON")
    };
    assert_eq!(read("lamp")["price"], 49.9);
    assert!(read("lamp")["candidates"].as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!(read("wall")["verdict"], "captcha");
    assert_eq!(read("latin")["title"], "Café");
    assert_eq!(read("latin")["currency"], "GBP");
}

#[test]
fn mistakes_are_explained() {
    let stderr = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let missing = extract(&["--file", "/nowhere/page.html", "--url", "https://shop.example/"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("cannot read"), "{}", stderr(&missing));
    let scheme = extract(&["--file", "x.html", "--url", "ftp://shop.example/"]);
    assert_ne!(scheme.status.code(), Some(0));
    assert!(stderr(&scheme).contains("expected an http or https address"), "{}", stderr(&scheme));
    let folder = folder("escape");
    let manifest = folder.join("m.json");
    fs::write(&manifest, r#"[{"id": "../x", "url": "https://shop.example/"}]"#)
        .expect("a manifest can be written");
    let (folder, manifest) = (folder.to_string_lossy(), manifest.to_string_lossy());
    let escape = extract(&["--folder", &folder, "--manifest", &manifest, "--out", &format!("{folder}/out")]);
    assert!(stderr(&escape).contains("plain file name"), "{}", stderr(&escape));
}

#[test]
fn rules_of_shops_are_checked_and_used() {
    let folder = folder("shop");
    let file = folder.join("lamps.toml");
    let shop = |arguments: &[&str]| {
        let binary = env!("CARGO_BIN_EXE_playwright-ingestion");
        Command::new(binary).args(["shop", "check"]).args(arguments).output().expect("the program runs")
    };
    let rule =
        "name = \"lamps\"\nhosts = [\"lamps.example\"]\n[[rule]]\nfield = \"title\"\nselect = \"#name\"\n";
    fs::write(&file, rule).expect("a file can be written");
    let path = file.to_string_lossy();
    let good = shop(&[&path]);
    assert_eq!(good.status.code(), Some(0), "{}", String::from_utf8_lossy(&good.stderr));
    assert_eq!(String::from_utf8_lossy(&good.stdout), "lamps (lamps.example): 1 rule\n");

    let page = folder.join("lamp.html");
    fs::write(&page, format!("{PRODUCT}<b id=name>Azure Luminaire</b>")).expect("a page can be written");
    let rules = folder.to_string_lossy();
    let arguments =
        ["--file", &page.to_string_lossy(), "--url", "https://lamps.example/p/1", "--shop-rules-dir", &rules];
    assert_eq!(answer(&extract(&arguments))["title"], "Azure Luminaire");

    fs::write(&file, rule.replace("title", "name")).expect("a file can be written");
    let bad = shop(&[&path]);
    let message = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(1));
    assert!(
        message.starts_with(&format!("{path}: rule 1 (name): field: expected one of title")),
        "{message}"
    );
    let refused = extract(&arguments);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("rule 1 (name)"));
}

#[test]
fn an_explanation_is_a_table_or_json() {
    let page = folder("explain").join("lamp.html");
    fs::write(&page, PRODUCT).expect("a page can be written");
    let path = page.to_string_lossy();
    let with = |form: &str| extract(&["--file", &path, "--url", "https://shop.example/p/blue-lamp", form]);
    let table = String::from_utf8_lossy(&with("--explain").stdout).into_owned();
    assert!(table.contains("price: 49.9 EUR, confidence ") && table.contains("  why: "), "{table}");
    assert!(answer(&with("--explain=json"))["candidates"].as_array().is_some_and(|all| !all.is_empty()));
    assert_ne!(with("--explain=yaml").status.code(), Some(0));
}
