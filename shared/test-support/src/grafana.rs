//! The dashboards as they are checked in, read as Grafana reads them: panels, their queries, the variables in these, and
//! what a Prometheus answers to them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::time::Duration;

use serde_json::Value;

use crate::built::workspace_root;
use crate::monitoring::{Prometheus, url_encoded};

/// A dashboard's file.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Of the file, without `.json`.
    pub name: String,
    /// All of it.
    pub json: Value,
}

/// One query of one panel.
#[derive(Debug, Clone)]
pub struct Target {
    /// With its variables.
    pub expression: String,
    /// How its series are called.
    pub legend: String,
    /// Asked for now only, and not over the time that is shown.
    pub is_instant: bool,
}

/// What the variables stand for.
#[derive(Debug, Clone, Copy)]
pub struct Variables {
    /// At least four times the interval of the scrapes.
    pub rate_interval: Duration,
    /// The time that is shown.
    pub range: Duration,
}

/// A series over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// `__name__` included, where there is one.
    pub labels: BTreeMap<String, String>,
    /// Time (seconds since the Unix epoch) and value, for each step that has a value.
    pub points: Vec<(f64, f64)>,
}

/// All dashboards under `grafana/dashboards`, by name.
///
/// # Panics
///
/// When one of them can't be read.
#[must_use]
pub fn dashboards() -> Vec<Dashboard> {
    let folder = workspace_root().join("grafana/dashboards");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut dashboards: Vec<_> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let json =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Dashboard { name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), json }
        })
        .collect();
    dashboards.sort_by(|one, other| one.name.cmp(&other.name));
    dashboards
}

impl Dashboard {
    /// Its panels; rows are among them.
    pub fn panels(&self) -> impl Iterator<Item = &Value> {
        self.json["panels"].as_array().into_iter().flatten()
    }

    /// The queries of one of its panels, with the choices "all" put in.
    #[must_use]
    pub fn targets(&self, panel: &Value, variables: Variables) -> Vec<Target> {
        let targets = panel["targets"].as_array().into_iter().flatten();
        targets
            .map(|target| Target {
                expression: self.expanded(text(&target["expr"]), variables),
                legend: text(&target["legendFormat"]).to_owned(),
                is_instant: target["instant"] == true,
            })
            .collect()
    }

    /// An expression with all variables replaced: the jobs and instances by the regular expression that stands for all.
    #[must_use]
    pub fn expanded(&self, expression: &str, variables: Variables) -> String {
        let mut expression = expression
            .replace("$__rate_interval", &seconds(variables.rate_interval))
            .replace("$__range", &seconds(variables.range));
        for variable in self.json["templating"]["list"].as_array().into_iter().flatten() {
            if let (Some(name), Some(all)) = (variable["name"].as_str(), variable["allValue"].as_str()) {
                expression = expression.replace(&format!("${name}"), all);
            }
        }
        expression
    }
}

impl Target {
    /// What its series over a time are, or where it asks for now only, at the end of that time.
    pub async fn courses(
        &self,
        prometheus: &Prometheus,
        (from, to): (f64, f64),
        step: Duration,
    ) -> io::Result<Vec<Course>> {
        let from = if self.is_instant { to } else { from };
        let query = url_encoded(&self.expression);
        let path =
            format!("/api/v1/query_range?query={query}&start={from}&end={to}&step={}", step.as_secs_f64());
        let answer = prometheus.get(&path).await?;
        let refused = || io::Error::other(format!("{}: {answer}", self.expression));
        if answer["status"] != "success" {
            return Err(refused());
        }
        let series = answer["data"]["result"].as_array().ok_or_else(refused)?;
        series.iter().map(course).collect::<Option<_>>().ok_or_else(refused)
    }

    /// What a series of it is called.
    #[must_use]
    pub fn name(&self, labels: &BTreeMap<String, String>) -> String {
        let named = |name: String, (label, value): (&String, &String)| {
            name.replace(&format!("{{{{{label}}}}}"), value)
        };
        labels.iter().fold(self.legend.clone(), named)
    }
}

fn course(series: &Value) -> Option<Course> {
    let label = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    // `[1700000000.5, "12"]`
    let point = |pair: &Value| Some((pair[0].as_f64()?, pair[1].as_str()?.parse().ok()?));
    Some(Course {
        labels: series["metric"].as_object()?.iter().map(label).collect::<Option<_>>()?,
        points: series["values"].as_array()?.iter().map(point).collect::<Option<_>>()?,
    })
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs().max(1))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
