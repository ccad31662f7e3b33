//! Kept pages read again on the command line: exit codes, what is told, the page itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

const MARK: &str = "x-00000000000000aa";

fn kept(name: &str, outcome: &Value) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("replay-cli");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let html = format!(
        "<title>Blue Lamp</title><h1 {MARK}=\"1\">Blue Lamp</h1><p class=price {MARK}=\"0\">$9.00</p><p>$15.00</p><button>Add to cart</button>"
    );
    let page = json!({
        "request_id": "r-1", "kept_at": "2026-11-23T09:30:00Z", "version": "0.0.1", "url": "https://shop.example/p/1",
        "status": 200, "content_type": "text/html", "outcome": outcome, "html": html,
        "layout": { "mark": MARK, "parts": [
            { "hidden": true, "font": 16, "x": 0, "y": 0, "width": 0, "height": 0 },
            { "font": 32, "x": 600, "y": 100, "width": 300, "height": 40 },
        ] },
    });
    let path = folder.join(format!("{name}.kept.json"));
    fs::write(&path, page.to_string()).expect("a file can be written");
    path
}

fn replay(files: &[&Path], more: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_playwright-ingestion");
    Command::new(binary).arg("replay").args(files).args(more).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_differs_from_then_is_told() {
    let file = kept("differs", &json!({ "product": { "title": "Blue Lamp", "price": 9.0 } }));
    let page = file.with_extension("html");
    let output = replay(&[&file], &["--html", &page.to_string_lossy()]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("price: 9.0 → 15.0"), "the hidden amount no longer counts: {told}");
    assert!(
        told.contains("https://shop.example/p/1") && told.contains("request r-1, with its looks"),
        "{told}"
    );
    assert!(!told.contains("title:"), "{told}");
    let html = fs::read_to_string(page).expect("the page");
    assert!(html.contains("<p class=price>$9.00</p>"), "without numbers: {html}");
}

#[test]
fn a_page_that_is_read_as_then_succeeds() {
    let refused = json!({ "refused": { "verdict": "captcha", "evidence": "a puzzle" } });
    let output = replay(&[&kept("wall", &refused)], &[]);
    assert!(text(&output.stdout).contains("captcha (a puzzle) → product \"Blue Lamp\", price 15.0"));
    let first = kept("first", &refused);
    let told = text(&replay(&[&first], &[]).stdout);
    assert!(told.contains("first.kept.json"), "{told}");
    // What is found now is what was found then.
    let binary = env!("CARGO_BIN_EXE_playwright-ingestion");
    let plain = first.with_extension("html");
    replay(&[&first], &["--html", &plain.to_string_lossy()]);
    let extracted = Command::new(binary)
        .args(["extract", "--file", &plain.to_string_lossy(), "--url", "https://shop.example/p/1"])
        .output()
        .expect("the program runs");
    let mut product: Value = serde_json::from_slice(&extracted.stdout).expect("JSON");
    for field in ["raw_html", "extraction_time_ms", "timestamp", "final_url", "timings"] {
        product.as_object_mut().expect("an object").remove(field);
    }
    let mut page: Value = serde_json::from_str(&fs::read_to_string(&first).expect("a file")).expect("JSON");
    page["outcome"] = json!({ "product": product });
    page["layout"] = Value::Null;
    fs::write(&first, page.to_string()).expect("a file can be written");
    let same = replay(&[&first, &first], &[]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stdout));
    assert_eq!(text(&same.stdout).matches("as then: product \"Blue Lamp\"").count(), 2);
}

#[test]
fn mistakes_are_explained() {
    let nowhere = replay(&[Path::new("/nowhere.kept.json")], &[]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("cannot read"), "{}", text(&nowhere.stderr));
    let other = kept("other", &json!("nothing"));
    assert!(text(&replay(&[&other], &[]).stderr).contains("is no kept page"));
    let two = replay(&[&other, &other], &["--html", "page.html"]);
    assert!(text(&two.stderr).contains("expected one file"), "{}", text(&two.stderr));
}
