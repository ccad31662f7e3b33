//! The rules by themselves: what promtool and amtool say of the files, their unit tests, and what every alert must have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use test_support::built::workspace_root;
use test_support::{Alertmanager, MonitoringFiles, Prometheus};

/// Runs a tool in `prometheus/`.
///
/// # Panics
///
/// When it cannot be started, and when it ends with anything but 0.
fn run(tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(workspace_root().join("prometheus"))
        .output()
        .unwrap_or_else(|error| panic!("{tool} cannot be started ({error}): run tools/dev/install.sh"));
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{tool} {arguments:?}: {}\n{said}", output.status);
    said
}

fn unit_tests() -> Vec<PathBuf> {
    let folder = workspace_root().join("prometheus/tests");
    let entries = fs::read_dir(folder).expect("the folder of the rules' tests");
    entries.map(|entry| entry.expect("a file").path()).collect()
}

#[test]
fn promtool_finds_no_fault_with_the_configuration_and_the_rules() {
    run("promtool", &["check", "config", "prometheus.yml"]);
    run("promtool", &["check", "rules", "--lint=all", "--lint-fatal", "rules/playwright-services.yml"]);
}

#[test]
fn every_alert_fires_stays_silent_and_ends_in_promtools_own_time() {
    let files = unit_tests();
    let paths = files.iter().map(|path| path.to_str().expect("a path in UTF-8"));
    let arguments: Vec<_> = ["test", "rules"].into_iter().chain(paths).collect();
    let said = run("promtool", &arguments);
    assert_eq!(said.matches("SUCCESS").count(), files.len(), "{said}");
}

#[tokio::test]
async fn alertmanager_starts_without_its_secrets() {
    run("amtool", &["check-config", "alertmanager/alertmanager.yml"]);
    assert!(!Path::new("/run/secrets/slack_api_url").exists(), "this machine has a real secret");
    let alertmanager = Alertmanager::start(&MonitoringFiles::copy()).await.expect("it starts");
    assert_eq!(alertmanager.alerts().await.expect("an answer").len(), 0);
}

/// The rules as Prometheus has read them, of one kind.
async fn loaded(kind: &str) -> Vec<Value> {
    let files = MonitoringFiles::copy();
    let prometheus = Prometheus::start(&files).await.expect("prometheus starts");
    let answer = prometheus.get("/api/v1/rules").await.expect("the rules");
    let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
    let rules = groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
    let rules: Vec<_> = rules.filter(|rule| rule["type"] == kind).collect();
    assert!(rules.len() > 10, "{answer}");
    rules
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[tokio::test]
async fn every_alert_says_what_is_wrong_where_to_look_and_whom_it_wakes() {
    let runbook = workspace_root().join("docs/operations/playwright-services-runbook.md");
    let runbook = fs::read_to_string(runbook).expect("the runbook");
    let headings: BTreeSet<_> = runbook.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut names = BTreeSet::new();
    for alert in loaded("alerting").await {
        let (name, annotations) = (text(&alert, "name"), &alert["annotations"]);
        assert!(
            ["critical", "warning"].contains(&text(&alert["labels"], "severity")),
            "{name}: {}",
            alert["labels"]
        );
        for key in ["summary", "description"] {
            assert!(text(annotations, key).contains(' '), "{name} has no {key}");
        }
        let description = text(annotations, "description");
        let has_value = description.contains("{{");
        assert!(
            has_value
                || [
                    "PlaywrightServiceAbsent",
                    "PlaywrightUnhealthy",
                    "PlaywrightDegraded",
                    "PlaywrightSandboxOff"
                ]
                .contains(&name),
            "{name}: {description}"
        );
        assert!(
            text(annotations, "dashboard_url").starts_with("{{ $externalLabels.grafana_url }}/d/"),
            "{name}"
        );
        let anchor = format!("docs/operations/playwright-services-runbook.md#{}", name.to_lowercase());
        assert_eq!(text(annotations, "runbook_url"), format!("{{{{ $externalLabels.docs_url }}}}{anchor}"));
        assert!(headings.contains(name), "the runbook has no section {name}");
        names.insert(name.to_owned());
    }
    let known: BTreeSet<_> = names.iter().map(String::as_str).collect();
    let of_alerts: BTreeSet<_> =
        headings.into_iter().filter(|heading| heading.starts_with("Playwright")).collect();
    assert_eq!(of_alerts, known, "sections of the runbook, and alerts");
}

#[tokio::test]
async fn every_alert_has_a_unit_test_that_expects_it_and_one_that_does_not() {
    let texts: String = unit_tests().iter().map(|path| fs::read_to_string(path).expect("a test")).collect();
    for alert in loaded("alerting").await {
        let name = text(&alert, "name");
        let expected: Vec<_> = texts
            .split("alertname: ")
            .filter_map(|rest| rest.strip_prefix(name)?.strip_prefix('\n'))
            .map(|rest| rest.trim_start().starts_with("exp_alerts: []"))
            .collect();
        assert!(expected.contains(&false), "{name} fires in no test");
        assert!(
            expected.iter().filter(|is_silent| **is_silent).count() >= 2,
            "{name} is never silent, or never ends"
        );
    }
}

#[tokio::test]
async fn the_windows_of_the_objective_differ_in_nothing_but_the_window() {
    let mut windows = BTreeSet::new();
    let mut templates = BTreeSet::new();
    for rule in loaded("recording").await {
        let Some(window) = text(&rule, "name").strip_prefix("job:playwright_service_errors:ratio_rate")
        else {
            continue;
        };
        windows.insert(window.to_owned());
        let query = text(&rule, "query");
        assert_eq!(query.matches(&format!("[{window}]")).count(), 3, "{query}");
        templates.insert(query.replace(&format!("[{window}]"), "[window]"));
    }
    assert_eq!(Vec::from_iter(windows), ["1d", "1h", "2h", "30m", "3d", "5m", "6h"]);
    assert_eq!(templates.len(), 1, "{templates:#?}");
}
