//! What docker-compose.yml says agrees with .env.example, with the documents, with the contract's ports and with the files
//! that it names. That it runs is shown by `make stack`, which needs an engine.

use std::collections::{BTreeMap, BTreeSet};

use test_support::built::workspace_root;

/// The variables of docker-compose.yml, each with its default; `None` where what is said depends on whether it is set.
type Defaults = BTreeMap<String, Option<String>>;

fn file(name: &str) -> String {
    std::fs::read_to_string(workspace_root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// docker-compose.yml without its comments.
fn compose() -> String {
    let text = file("docker-compose.yml");
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

/// What is between `${` and `}`: `NAME:-default` or `NAME:+instead`.
fn variables(compose: &str) -> Defaults {
    let mut all = Defaults::new();
    for part in compose.split("${").skip(1) {
        let inside = part.split_once('}').expect("a } after each ${").0;
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default.to_owned())),
            None => (inside.split_once(":+").expect("a default for each variable").0, None),
        };
        let known = all.entry(name.to_owned()).or_insert_with(|| default.clone());
        if *known != default {
            // asked whether it is set as well: empty is a value of its own
            assert!(known.is_none() || default.is_none(), "{name} has two defaults: {known:?}, {default:?}");
            *known = None;
        }
    }
    all
}

/// The lines of .env.example: `#NAME=default`.
fn examples() -> BTreeMap<String, String> {
    let text = file(".env.example");
    let lines = text.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    lines
        .filter(|(name, _)| is_name(name))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect()
}

#[test]
fn every_variable_is_in_the_example_with_its_default_and_nothing_else_is() {
    let (variables, examples) = (variables(&compose()), examples());
    assert!(variables.len() > 30, "only {} variables", variables.len());
    let names: BTreeSet<_> = variables.keys().collect();
    assert_eq!(names, examples.keys().collect());
    for (name, default) in variables {
        assert_eq!(examples[&name], default.unwrap_or_default(), "{name}");
    }
}

#[test]
fn a_variable_without_its_like_or_with_two_defaults_would_be_noticed() {
    let found = variables("a: ${ONE:-1}\nb: ${TWO:+x} ${TWO:-y}");
    let expected = [("ONE".to_owned(), Some("1".to_owned())), ("TWO".to_owned(), None)];
    assert_eq!(found, Defaults::from(expected));
    assert!(std::panic::catch_unwind(|| variables("${ONE:-1} ${ONE:-2}")).is_err());
}

#[test]
fn every_setting_is_documented() {
    let documented = file("docs/configuration/playwright-services-config.md");
    let text = compose();
    let settings: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.trim().split_once(": ${"))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("PLAYWRIGHT_") || name.starts_with("OTEL_") || *name == "LOG_LEVEL")
        .collect();
    assert!(settings.len() > 12, "only {settings:?}");
    let unknown: Vec<_> = settings.iter().filter(|name| !documented.contains(&format!("`{name}`"))).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_file_that_it_names_is_there() {
    let text = compose();
    let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || "./_-".contains(letter);
    let paths: BTreeSet<_> = text
        .match_indices("./")
        // the `-` of a default may stand before it
        .filter(|(at, _)| !text[..*at].ends_with(|letter| is_of_path(letter) && letter != '-'))
        .map(|(at, _)| text[at..].split(|letter| !is_of_path(letter)).next().unwrap_or_default())
        .collect();
    assert!(paths.len() >= 7, "only {paths:?}");
    for path in paths {
        assert!(workspace_root().join(path).exists(), "{path}");
    }
}

#[test]
fn the_ports_are_the_contracts() {
    let text = compose();
    for (name, outside, inside) in [
        ("INGESTION_PORT", 8001, 8000),
        ("IMAGE_PORT", 8002, 8000),
        ("PROMETHEUS_PORT", 9090, 9090),
        ("ALERTMANAGER_PORT", 9093, 9093),
        ("GRAFANA_PORT", 3000, 3000),
    ] {
        let published = format!("${{{name}:-{outside}}}:{inside}\"");
        assert!(text.contains(&published), "{published}");
    }
}

#[test]
fn an_engine_waits_for_longer_than_the_drain_takes() {
    let documented = file("docs/configuration/playwright-services-config.md");
    let default = |name: &str| -> u64 {
        let row = documented.lines().find(|line| line.contains(&format!("`{name}`"))).expect("documented");
        let cell = row.split('|').nth(3).expect("a default");
        cell.trim().trim_matches('`').parse().expect("seconds")
    };
    let drain = default("PLAYWRIGHT_DRAIN_DELAY_S") + default("PLAYWRIGHT_DRAIN_TIMEOUT_S");
    let text = compose();
    let service = text.split("x-build:").next().expect("what both services have in common");
    let grace =
        service.split("stop_grace_period: ").nth(1).expect("a period").lines().next().expect("a line");
    let grace: u64 = grace.trim_end_matches('s').parse().expect("seconds");
    // and the browsers' end
    assert!(grace >= drain + 5, "{grace} s for a drain of {drain} s");
}

#[test]
fn the_images_have_the_workspaces_version() {
    let line = format!("ARG VERSION={}", env!("CARGO_PKG_VERSION"));
    assert!(file("Dockerfile").lines().any(|found| found == line), "{line}");
}
