//! A dashboard: rows of panels, laid out from left to right, and the variables and links that all dashboards have.

use serde_json::{Value, json};

use crate::panel::{Panel, datasource};

/// Grafana's grid.
const COLUMNS: u32 = 24;
/// Of Grafana 11.
const SCHEMA: u32 = 39;

/// A dashboard.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) uid: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    /// The metric whose series are the jobs and instances to choose from.
    pub(crate) chosen_from: &'static str,
    /// The jobs that are meant where all are chosen, as a regular expression.
    pub(crate) all_jobs: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// Panels under a heading.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) panels: Vec<Panel>,
}

pub(crate) fn row(title: &'static str, panels: Vec<Panel>) -> Row {
    Row { title, panels }
}

impl Board {
    /// Where it lies under `grafana/dashboards`.
    pub(crate) fn file(&self) -> String {
        format!("{}.json", self.uid)
    }

    /// As Grafana wants it; `others` are the dashboards that it links to.
    pub(crate) fn json(&self, others: &[&Board]) -> Value {
        json!({
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["playwright"],
            "editable": false,
            "graphTooltip": 1,
            "refresh": "30s",
            "time": { "from": "now-1h", "to": "now" },
            "timezone": "browser",
            "timepicker": {},
            "weekStart": "",
            "fiscalYearStartMonth": 0,
            "liveNow": false,
            "schemaVersion": SCHEMA,
            "version": 1,
            "annotations": { "list": [restarts()] },
            "templating": { "list": self.variables() },
            "links": others.iter().map(|other| link(other)).collect::<Vec<_>>(),
            "panels": self.panels(),
        })
    }

    fn panels(&self) -> Vec<Value> {
        let mut place = Place::default();
        let mut panels = Vec::new();
        for row in &self.rows {
            let (id, _, y) = place.next(COLUMNS, 1);
            panels.push(json!({
                "id": id, "type": "row", "title": row.title, "collapsed": false, "panels": [],
                "gridPos": { "h": 1, "w": COLUMNS, "x": 0, "y": y },
            }));
            for panel in &row.panels {
                let (id, x, y) = place.next(panel.width, panel.height);
                panels.push(panel.json(id, x, y));
            }
        }
        panels
    }

    fn variables(&self) -> Value {
        let metric = self.chosen_from;
        json!([
            {
                "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus",
                "hide": 0, "includeAll": false, "multi": false, "refresh": 1, "regex": "", "skipUrlSync": false,
                "current": { "selected": false, "text": "Prometheus", "value": "playwright-prometheus" },
                "options": [],
            },
            variable("job", "Job", &format!("label_values({metric}, job)"), self.all_jobs),
            variable("instance", "Instance", &format!(r#"label_values({metric}{{job=~"$job"}}, instance)"#), ".+"),
        ])
    }
}

/// Places panels from left to right, and below all that came before where a line is full.
#[derive(Debug, Default)]
struct Place {
    id: u32,
    x: u32,
    y: u32,
    tallest: u32,
}

impl Place {
    fn next(&mut self, width: u32, height: u32) -> (u32, u32, u32) {
        if self.x + width > COLUMNS {
            (self.x, self.y, self.tallest) = (0, self.y + self.tallest, 0);
        }
        let at = (self.id + 1, self.x, self.y);
        self.id += 1;
        self.x += width;
        self.tallest = self.tallest.max(height);
        at
    }
}

fn variable(name: &str, label: &str, query: &str, all: &str) -> Value {
    json!({
        "type": "query", "name": name, "label": label, "datasource": datasource(),
        "query": { "qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
        // when the time range changes: instances come and go
        "refresh": 2, "sort": 1, "regex": "", "hide": 0, "skipUrlSync": false,
        "multi": true, "includeAll": true, "allValue": all,
        "current": { "selected": true, "text": ["All"], "value": ["$__all"] },
        "options": [],
    })
}

fn link(other: &Board) -> Value {
    json!({
        "type": "link", "title": other.title, "tooltip": other.description, "url": format!("/d/{}", other.uid),
        "icon": "dashboard", "asDropdown": false, "targetBlank": false, "tags": [],
        "keepTime": true, "includeVars": true,
    })
}

/// A line through every graph where a service came up: what changed then is often the cause.
fn restarts() -> Value {
    json!({
        "name": "Service starts",
        "datasource": datasource(),
        "enable": true,
        "hide": false,
        "iconColor": "#5794F2",
        "expr": r#"changes(process_start_time_seconds{job=~"$job", instance=~"$instance"}[1m]) > 0"#,
    })
}
