//! What docs/security.md says is tried somewhere: the tests that it names are there.

use std::fs;
use std::path::Path;

use test_support::built::workspace_root;

/// The first part of a name, and the folder that the rest is looked for in.
const ROOTS: [(&str, &str); 6] = [
    ("services", "tests/tests/services"),
    ("hostile", "tests/tests/hostile"),
    ("pool", "tests/tests/pool"),
    ("egress", "shared/browser-pool/tests/egress"),
    ("service_kit", "shared/service-kit/src"),
    ("image", "services/image/src"),
];

fn page() -> String {
    fs::read_to_string(workspace_root().join("docs/security.md")).expect("docs/security.md")
}

/// What is written in backticks and begins with one of the roots.
fn names(text: &str) -> Vec<&str> {
    let marked = text.split('`').skip(1).step_by(2);
    marked.filter(|name| ROOTS.iter().any(|(root, _)| name.starts_with(&format!("{root}::")))).collect()
}

/// Whether there is a module or a test of this name.
fn is_there(name: &str) -> bool {
    let parts: Vec<_> = name.split("::").collect();
    let (_, folder) = ROOTS.iter().find(|(root, _)| *root == parts[0]).expect("a known root");
    let (folder, parts) = (workspace_root().join(folder), &parts[1..]);
    (1..=parts.len()).rev().any(|modules| {
        let file = folder.join(parts[..modules].join("/")).with_extension("rs");
        match parts[modules..] {
            [] => file.is_file(),
            [test] | ["tests", test] => has_test(&file, test),
            _ => false,
        }
    })
}

fn has_test(file: &Path, name: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.windows(2).any(|two| {
        let is_test = two[0].starts_with("#[test]") || two[0].starts_with("#[tokio::test");
        is_test && (two[1].contains(&format!("fn {name}(")))
    })
}

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let page = page();
    let names = names(&page);
    assert!(names.len() >= 60, "only {} names were found: {names:?}", names.len());
    let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:?}");
}

#[test]
fn every_fault_has_a_test() {
    let page = page();
    let section = page.split_once("\n## Faults\n").expect("a section of faults").1;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows: Vec<_> =
        section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| fault ")).collect();
    let rows: Vec<_> = rows.into_iter().filter(|row| !row.starts_with("| ---")).collect();
    assert!(rows.len() >= 25, "only {} rows", rows.len());
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(!names(cells[3]).is_empty(), "no test: {row}");
    }
}

#[test]
fn a_name_of_nothing_is_noticed() {
    assert!(is_there("services::overload") && !is_there("services::underload"));
    assert!(is_there("services::overload::one_shop_cannot_have_all_pages"));
    assert!(!is_there("services::overload::one_shop"));
    assert!(is_there("service_kit::body::tests") && !is_there("service_kit::body::tests::of_nothing"));
}
