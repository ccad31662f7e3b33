//! Every metric, every label and every label's value that a panel or a rule names is in a service's first scrape. A
//! dashboard that reads what the code no longer emits is an empty panel that nobody notices.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use playwright_tests::{image, ingestion, scrape};
use serde_json::Value;
use test_support::grafana::{Variables, dashboards};
use test_support::monitoring::{MonitoringFiles, Prometheus};
use test_support::{Scrape, eventually};

use crate::promql::{Names, Selector, names};

const ANY: Variables = Variables { rate_interval: Duration::from_secs(60), range: Duration::from_secs(3600) };
/// What Prometheus adds to what it scrapes.
const OF_PROMETHEUS: [&str; 4] = ["job", "instance", "service", "le"];

/// A query and where it was found.
struct Query {
    place: String,
    expression: String,
}

/// What there is to be named.
struct Known {
    scrapes: [Scrape; 2],
    recorded: BTreeSet<String>,
    alerts: BTreeSet<String>,
}

#[tokio::test]
async fn every_name_in_a_panel_and_in_a_rule_is_in_the_first_scrape() {
    let (shop, image) = tokio::join!(ingestion(&[]), image(&[]));
    let scrapes = [scrape(&shop.service).await, scrape(&image).await];
    let rules = rules().await;
    let of_kind = |kind: &str| -> BTreeSet<String> {
        rules.iter().filter(|rule| rule["type"] == kind).map(|rule| text(&rule["name"])).collect()
    };
    let known = Known { scrapes, recorded: of_kind("recording"), alerts: of_kind("alerting") };
    assert!(known.alerts.len() > 10 && known.recorded.len() > 5, "{:?} {:?}", known.alerts, known.recorded);

    let mut queries = panels();
    assert!(queries.len() > 80, "only {} queries in the panels", queries.len());
    queries.extend(rules.iter().map(|rule| Query {
        place: format!("rule {}", text(&rule["name"])),
        expression: text(&rule["query"]),
    }));
    let mut wrong = Vec::new();
    for query in &queries {
        match names(&query.expression) {
            Ok(names) => wrong.extend(known.faults(&names).map(|fault| format!("{}: {fault}", query.place))),
            Err(error) => wrong.push(format!("{}: {error}", query.place)),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn every_alert_is_named_by_the_panel_that_shows_it_and_every_such_name_is_an_alert() {
    let rules = rules().await;
    let alerts: BTreeSet<_> =
        rules.iter().filter(|rule| rule["type"] == "alerting").map(|rule| text(&rule["name"])).collect();
    let mut named = BTreeMap::new();
    for dashboard in dashboards() {
        for panel in dashboard.panels() {
            let description = text(&panel["description"]);
            let words = description.split(|letter: char| !letter.is_ascii_alphanumeric());
            for word in words.filter(|word| word.starts_with("Playwright") && word.len() > 10) {
                named.insert(word.to_owned(), format!("{}: {}", dashboard.name, text(&panel["title"])));
            }
        }
    }
    let unknown: Vec<_> = named.iter().filter(|(name, _)| !alerts.contains(*name)).collect();
    assert!(unknown.is_empty(), "no such alert: {unknown:?}");
    let unseen: Vec<_> = alerts.iter().filter(|alert| !named.contains_key(*alert)).collect();
    assert!(unseen.is_empty(), "no panel shows what these watch: {unseen:?}");
}

/// All rules, as Prometheus has read them.
async fn rules() -> Vec<Value> {
    let prometheus = Prometheus::start(&MonitoringFiles::copy()).await.expect("prometheus");
    let rules = eventually("the rules are read", Duration::from_secs(10), async || {
        let answer = prometheus.get("/api/v1/rules").await.ok()?;
        let groups = answer["data"]["groups"].as_array()?.clone();
        let rules: Vec<_> =
            groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default()).collect();
        (!rules.is_empty()).then_some(rules)
    });
    rules.await
}

/// The queries of all panels.
fn panels() -> Vec<Query> {
    let mut queries = Vec::new();
    for dashboard in dashboards() {
        for panel in dashboard.panels() {
            for target in dashboard.targets(panel, ANY) {
                let place = format!("{}: {}", dashboard.name, text(&panel["title"]));
                queries.push(Query { place, expression: target.expression });
            }
        }
    }
    queries
}

impl Known {
    fn faults(&self, names: &Names) -> impl Iterator<Item = String> {
        let mut faults: Vec<String> = names.selectors.iter().flat_map(|one| self.selector(one)).collect();
        let are_recorded = names.selectors.iter().any(|one| self.is_made_by_prometheus(&one.metric));
        for label in &names.labels {
            let is_there = OF_PROMETHEUS.contains(&label.as_str())
                || are_recorded
                || names.selectors.iter().any(|selector| self.has_label(&selector.metric, label));
            if !is_there {
                faults.push(format!("none of its metrics has a label {label}"));
            }
        }
        faults.into_iter()
    }

    fn selector(&self, selector: &Selector) -> Vec<String> {
        let metric = &selector.metric;
        if self.is_made_by_prometheus(metric) {
            return Vec::new();
        }
        if !self.scrapes.iter().any(|scrape| has_sample(scrape, metric)) {
            return vec![format!("no metric {metric}")];
        }
        let mut faults = Vec::new();
        let matchers = selector
            .matchers
            .iter()
            .filter(|(label, _)| label == "le" || !OF_PROMETHEUS.contains(&label.as_str()));
        for (label, values) in matchers {
            let found: BTreeSet<_> =
                self.scrapes.iter().flat_map(|scrape| scrape.label_values(metric, label)).collect();
            if found.is_empty() {
                faults.push(format!("{metric} has no label {label}"));
            }
            for value in values.iter().filter(|value| !found.contains(*value)) {
                faults.push(format!("{metric} has no {label}={value:?}, it has {found:?}"));
            }
        }
        faults
    }

    /// Recorded by a rule, or Prometheus' own.
    fn is_made_by_prometheus(&self, metric: &str) -> bool {
        self.recorded.contains(metric) || metric == "up" || metric == "ALERTS"
    }

    fn has_label(&self, metric: &str, label: &str) -> bool {
        self.scrapes.iter().any(|scrape| !scrape.label_values(metric, label).is_empty())
    }
}

fn has_sample(scrape: &Scrape, name: &str) -> bool {
    scrape.samples().iter().any(|sample| sample.name == name)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
