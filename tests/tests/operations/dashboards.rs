//! What a dashboard must have to be used by somebody else than its author; the rules are those of Grafana's dashboard
//! linter, and a few of our own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use test_support::Dashboard;
use test_support::grafana::dashboards;

use crate::promql::names;

const NAMES: [&str; 3] = ["playwright-image", "playwright-ingestion", "playwright-overview"];
/// Of Grafana's units, those that our figures are in.
const UNITS: [&str; 8] = ["reqps", "ops", "percentunit", "ms", "s", "bytes", "Bps", "short"];
const COLUMNS: u64 = 24;
/// Counters are never shown as they are.
const GROWTH: [&str; 3] = ["rate", "increase", "irate"];

fn panels(dashboard: &Dashboard) -> impl Iterator<Item = &Value> {
    dashboard.panels().filter(|panel| panel["type"] != "row")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// With a plain duration in the place of each variable, so that it can be read.
fn plain(expression: &str) -> String {
    expression.replace("$__rate_interval", "1m").replace("$__range", "1h")
}

fn expressions(panel: &Value) -> impl Iterator<Item = &str> {
    panel["targets"].as_array().into_iter().flatten().map(|target| text(target, "expr"))
}

/// Runs a check on every panel and lists what it says.
fn assert_all(check: impl Fn(&Dashboard, &Value) -> Vec<String>) {
    let dashboards = dashboards();
    let found: Vec<_> = dashboards.iter().map(|dashboard| dashboard.name.as_str()).collect();
    assert_eq!(found, NAMES);
    let mut wrong = Vec::new();
    for dashboard in &dashboards {
        for panel in panels(dashboard) {
            let faults = check(dashboard, panel);
            wrong.extend(
                faults.iter().map(|fault| format!("{}: {}: {fault}", dashboard.name, text(panel, "title"))),
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn unless(holds: bool, fault: impl Into<String>) -> Vec<String> {
    if holds { Vec::new() } else { vec![fault.into()] }
}

#[test]
fn the_uid_is_the_files_name_it_refreshes_and_nobody_edits_it_by_hand() {
    for dashboard in dashboards() {
        assert_eq!(text(&dashboard.json, "uid"), dashboard.name);
        assert_eq!(dashboard.json["refresh"], "30s", "{}", dashboard.name);
        assert_eq!(dashboard.json["editable"], false, "{}", dashboard.name);
        assert!(text(&dashboard.json, "title").starts_with("Playwright / "), "{}", dashboard.name);
    }
}

#[test]
fn data_source_job_and_instance_are_chosen_at_the_top() {
    for dashboard in dashboards() {
        let variables = dashboard.json["templating"]["list"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = variables.iter().map(|variable| text(variable, "name")).collect();
        assert_eq!(names, ["datasource", "job", "instance"], "{}", dashboard.name);
        assert_eq!((text(&variables[0], "type"), text(&variables[0], "query")), ("datasource", "prometheus"));
        assert_eq!(text(&variables[0], "label"), "Data source");
        for (variable, label) in variables[1..].iter().zip(["Job", "Instance"]) {
            assert_eq!((text(variable, "type"), text(variable, "label")), ("query", label));
            assert_eq!(variable["datasource"]["uid"], "${datasource}");
            assert_eq!((&variable["multi"], &variable["includeAll"]), (&json!(true), &json!(true)));
            assert_eq!(variable["refresh"], 2, "read again when the time range changes");
            let query = variable["query"]["query"].as_str().unwrap_or_default();
            let selector = query.strip_prefix("label_values(").and_then(|rest| rest.split(", ").next());
            let selector = selector.unwrap_or_default().replace("$job", "any");
            assert!(super::promql::names(&selector).is_ok(), "{}: {query}", dashboard.name);
        }
        // ".+" would have a service's dashboard show the other's requests among its own
        let (job, all) = (&dashboard.name, text(&variables[1], "allValue"));
        let wanted =
            if job == "playwright-overview" { "playwright-.+".to_owned() } else { format!("{job}.*") };
        assert_eq!(all, wanted);
        assert_eq!(text(&variables[2], "allValue"), ".+");
    }
}

#[test]
fn the_dashboards_lead_to_each_other_and_keep_time_and_choices() {
    for dashboard in dashboards() {
        let links = dashboard.json["links"].as_array().cloned().unwrap_or_default();
        let found: BTreeSet<_> = links.iter().map(|link| text(link, "url").to_owned()).collect();
        let others = NAMES.iter().filter(|name| **name != dashboard.name);
        assert_eq!(found, others.map(|name| format!("/d/{name}")).collect());
        assert!(links.iter().all(|link| link["keepTime"] == true && link["includeVars"] == true));
    }
}

#[test]
fn every_panel_says_what_it_shows_in_which_unit_and_what_to_do() {
    assert_all(|_, panel| {
        let description = text(panel, "description");
        let unit = text(&panel["fieldConfig"]["defaults"], "unit");
        let mut faults = unless(!text(panel, "title").is_empty(), "no title");
        faults.extend(unless(description.len() > 60 && description.ends_with('.'), "no description"));
        faults.extend(unless(UNITS.contains(&unit), format!("unit {unit:?}")));
        faults
    });
}

#[test]
fn every_panel_and_query_asks_the_chosen_data_source() {
    assert_all(|_, panel| {
        let is_chosen = |value: &Value| {
            value["datasource"]["uid"] == "${datasource}" && value["datasource"]["type"] == "prometheus"
        };
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        let references: BTreeSet<_> = targets.iter().map(|target| text(target, "refId")).collect();
        let mut faults =
            unless(is_chosen(panel) && targets.iter().all(is_chosen), "a data source of its own");
        faults.extend(unless(references.len() == targets.len(), "a refId twice"));
        faults.extend(unless(panel["type"] == "alertlist" || !targets.is_empty(), "no query"));
        faults
    });
}

#[test]
fn every_query_can_be_read_and_keeps_to_the_chosen_jobs_and_instances() {
    assert_all(|_, panel| {
        let mut faults = Vec::new();
        for expression in expressions(panel) {
            let names = match names(&plain(expression)) {
                Ok(names) => names,
                Err(error) => {
                    faults.push(error);
                    continue;
                }
            };
            faults.extend(unless(!names.selectors.is_empty(), format!("no metric in {expression}")));
            for selector in &names.selectors {
                let has = |label: &str, value: &str| {
                    selector.patterns.contains(&(label.to_owned(), value.to_owned()))
                };
                let is_of_a_job = selector.metric == "ALERTS"
                    || (selector.metric.contains(':') && !selector.metric.starts_with("job_instance:"));
                let what = &selector.metric;
                faults.extend(unless(has("job", "$job"), format!("{what} without the chosen job")));
                faults.extend(unless(
                    is_of_a_job || has("instance", "$instance"),
                    format!("{what} without the instance"),
                ));
            }
        }
        faults
    });
}

#[test]
fn a_rate_follows_the_graphs_interval_and_a_counter_is_always_a_rate() {
    assert_all(|_, panel| {
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        let mut faults = Vec::new();
        for target in &targets {
            let expression = text(target, "expr");
            let ranges = expression.matches('[').count();
            let by_interval = expression.matches("[$__rate_interval]").count();
            let by_range = expression.matches("[$__range]").count();
            faults.extend(unless(ranges == by_interval + by_range, format!("a fixed range in {expression}")));
            let is_of_now = target["instant"] == true;
            faults.extend(unless(by_range == 0 || is_of_now, format!("$__range over time in {expression}")));
            let Ok(names) = names(&plain(expression)) else { continue };
            for selector in names.selectors.iter().filter(|selector| is_counter(&selector.metric)) {
                let grows = names.rates.iter().any(|(function, metric)| {
                    *metric == selector.metric && GROWTH.contains(&function.as_str())
                });
                faults.extend(unless(grows, format!("{} is a counter", selector.metric)));
            }
        }
        faults
    });
}

/// By the naming conventions, which recorded names, with their colons, are outside of.
fn is_counter(metric: &str) -> bool {
    !metric.contains(':') && ["_total", "_bucket", "_sum", "_count"].iter().any(|end| metric.ends_with(end))
}

#[test]
fn ids_are_unique_and_no_panel_lies_on_another() {
    for dashboard in dashboards() {
        let mut ids = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for panel in dashboard.panels() {
            let place = |key: &str| panel["gridPos"][key].as_u64().unwrap_or(u64::MAX);
            let (x, y, width, height) = (place("x"), place("y"), place("w"), place("h"));
            let title = text(panel, "title");
            assert!(ids.insert(panel["id"].as_u64()), "{}: the id of {title} is another's", dashboard.name);
            assert!(
                x + width <= COLUMNS && width > 0 && height > 0,
                "{}: {title} is outside",
                dashboard.name
            );
            for cell in (y..y + height).flat_map(|row| (x..x + width).map(move |column| (row, column))) {
                assert!(taken.insert(cell), "{}: {title} lies on another panel", dashboard.name);
            }
        }
    }
}

#[test]
fn titles_are_unique_on_a_dashboard() {
    for dashboard in dashboards() {
        let mut titles = BTreeSet::new();
        for panel in dashboard.panels() {
            assert!(
                titles.insert(text(panel, "title")),
                "{}: {} twice",
                dashboard.name,
                text(panel, "title")
            );
        }
    }
}
