use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use prometheus::Registry;
use url::Url;

use super::folder::{Folder, FolderError};
use super::{Keep, Keeper, KeptPage, Outcome};

/// A path of this test's own, at which nothing is.
fn nothing_at(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("playwright-keep-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn page(at: &str, id: &str, html: &str) -> KeptPage {
    KeptPage {
        request_id: id.to_owned(),
        kept_at: at.to_owned(),
        version: "0".to_owned(),
        url: Url::parse("https://shop.example/p/1").expect("an address"),
        marketplace: None,
        status: Some(200),
        content_type: None,
        outcome: Outcome::Refused { verdict: "captcha".to_owned(), evidence: "a puzzle".to_owned() },
        layout: None,
        html: html.to_owned(),
    }
}

#[test]
fn the_oldest_go_first() {
    let path = nothing_at("oldest");
    let mut folder = Folder::open(path.clone(), 10).expect("a folder");
    fs::write(path.join("notes.txt"), "somebody else's").expect("a file");
    for name in ["1", "2", "3"] {
        assert!(folder.write(name, b"1234").expect("written"));
    }
    assert_eq!(names(&path), ["2.kept.json", "3.kept.json", "notes.txt"]);
    assert!(!folder.write("4", b"more than all").expect("nothing is written"), "larger than the folder");
    fs::remove_file(path.join("2.kept.json")).expect("taken away by hand");
    assert!(folder.write("4", b"12345678").expect("written"));
    drop(folder);
    fs::write(path.join("5.kept.json.unfinished"), "torn").expect("a file");
    Folder::open(path.clone(), 5).expect("a smaller folder");
    assert_eq!(names(&path), ["notes.txt"], "what is too much goes at start, and what a crash left too");
    let _ = fs::remove_dir_all(path);
}

#[test]
fn only_the_owner_may_look() {
    let path = nothing_at("owner");
    let mut folder = Folder::open(path.clone(), 100).expect("a folder");
    folder.write("1", b"x").expect("written");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("1.kept.json"))), (0o700, 0o600));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its owner may");
    let error = Folder::open(path.clone(), 100).expect_err("others may look");
    assert!(matches!(&error, FolderError::Open { mode: 0o755, .. }), "{error}");
    let _ = fs::remove_dir_all(path);
}

#[tokio::test]
async fn refusals_and_doubtful_products_are_kept() {
    let path = nothing_at("doubt");
    let keep = |below| Keep { folder: path.clone(), most_bytes: 1 << 20, below };
    let keeper = |below| {
        let (keeper, _) = Keeper::start(Some(keep(below)), &Registry::new()).expect("a folder");
        keeper.expect("wanted")
    };
    let url = Url::parse("https://shop.example/p/1").expect("an address");
    let read = |html: &str| crate::extract::extract(&crate::extract::Page::new(html, &url));
    let lamp = read("<title>Lamp</title><h1>Lamp</h1><p class=price>$5.00</p><button>Add to cart</button>");
    assert!(
        matches!(keeper(1.0).doubt(&lamp), Some(Outcome::Product(product)) if product["title"] == "Lamp")
    );
    assert_eq!(keeper(0.0).doubt(&lamp), None);
    let wall = read("<title>Robot or human?</title><h1>Robot or human?</h1>");
    assert!(
        matches!(keeper(0.0).doubt(&wall), Some(Outcome::Refused { verdict, .. }) if verdict == "captcha")
    );
    let (none, keeping) = Keeper::start(None, &Registry::new()).expect("nothing to open");
    assert!(none.is_none(), "off by default");
    keeping.end(Duration::from_secs(1)).await;
    let _ = fs::remove_dir_all(path);
}

#[tokio::test]
async fn pages_are_written_off_the_requests_path_and_before_the_end() {
    let path = nothing_at("task");
    let registry = Registry::new();
    let keep = Keep { folder: path.clone(), most_bytes: 1 << 20, below: 0.5 };
    let (keeper, keeping) = Keeper::start(Some(keep), &registry).expect("a folder");
    let keeper = keeper.expect("wanted");
    // Nothing is written before this task waits: one more than fit is dropped.
    for number in 0..=super::WAITING {
        keeper.keep(page(&format!("2026-11-23T09:30:0{number}Z"), "../a/b:1", "<h1>x"));
    }
    drop(keeper);
    keeping.end(Duration::from_secs(10)).await;
    let names = names(&path);
    assert_eq!(names.len(), super::WAITING, "{names:?}");
    assert_eq!(names[0], "2026-11-23T093000Z-ab1.kept.json");
    let text = fs::read_to_string(path.join(&names[0])).expect("a file");
    let read: KeptPage = serde_json::from_str(&text).expect("as it was written");
    assert_eq!((read.html.as_str(), read.request_id.as_str()), ("<h1>x", "../a/b:1"));
    let counted = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("text");
    for line in [r#"outcome="kept"} 4"#, r#"outcome="dropped"} 1"#, r#"outcome="failed"} 0"#] {
        assert!(counted.contains(line), "{counted}");
    }
    let _ = fs::remove_dir_all(path);
}
