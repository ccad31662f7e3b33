//! One panel: what it shows, what to do about it, and its queries. Built so that a panel without a title, a unit, a
//! description or a query cannot be written.

use serde_json::{Value, json};

use crate::style::{Colour, Unit};

mod options;

/// How a panel draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One large figure for each series.
    Stat,
    /// Lines over time.
    Lines,
    /// Areas on top of each other over time.
    Stack,
    /// Bars on top of each other over time, for what happens seldom.
    Bars,
    /// A horizontal bar for each series.
    Gauges,
    /// Buckets of a histogram over time.
    Heatmap,
    /// A row for each series.
    Table,
    /// The firing and pending alerts of the data source.
    Alerts,
}

/// A panel.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    kind: Kind,
    unit: Unit,
    /// What it shows.
    pub(crate) shows: String,
    /// When to do something about it, and what.
    pub(crate) act: String,
    /// The alerts that watch the same.
    pub(crate) alerts: &'static [&'static str],
    pub(crate) width: u32,
    pub(crate) height: u32,
    queries: Vec<Query>,
    /// From which value on it has which colour, ascending; below all it is good.
    bounds: Vec<(f64, Colour)>,
    base: Colour,
    fixed: Vec<(&'static str, Colour)>,
    words: Vec<(f64, &'static str, Colour)>,
    when_empty: Option<&'static str>,
    range: (Option<f64>, Option<f64>),
    decimals: Option<u32>,
    names_only: bool,
    shades: Option<Colour>,
    link: Option<Link>,
}

#[derive(Debug, Clone)]
struct Query {
    expression: String,
    legend: String,
}

#[derive(Debug, Clone)]
struct Link {
    title: &'static str,
    url: String,
}

impl Panel {
    /// `shows` and `act` together are its description: whole sentences.
    pub(crate) fn new(
        kind: Kind,
        title: &'static str,
        unit: Unit,
        shows: impl Into<String>,
        act: impl Into<String>,
    ) -> Panel {
        Panel {
            title,
            kind,
            unit,
            shows: shows.into(),
            act: act.into(),
            alerts: &[],
            width: 8,
            height: 8,
            queries: Vec::new(),
            bounds: Vec::new(),
            base: Colour::Good,
            fixed: Vec::new(),
            words: Vec::new(),
            when_empty: None,
            range: (None, None),
            decimals: None,
            names_only: false,
            shades: None,
            link: None,
        }
    }

    /// In 24ths of the dashboard's width, and in Grafana's rows of 30 pixels.
    pub(crate) fn size(mut self, width: u32, height: u32) -> Panel {
        (self.width, self.height) = (width, height);
        self
    }

    /// A query, and how its series are called: `{{label}}` stands for a label's value.
    pub(crate) fn query(mut self, expression: impl Into<String>, legend: impl Into<String>) -> Panel {
        self.queries.push(Query { expression: expression.into(), legend: legend.into() });
        self
    }

    /// From this value on it has this colour; on graphs a dashed line is drawn there.
    pub(crate) fn bound(mut self, from: f64, colour: Colour) -> Panel {
        self.bounds.push((from, colour));
        self
    }

    /// The colour below all bounds, where that is not good.
    pub(crate) fn base(mut self, colour: Colour) -> Panel {
        self.base = colour;
        self
    }

    /// The series of this name always has this colour.
    pub(crate) fn colour(mut self, series: &'static str, colour: Colour) -> Panel {
        self.fixed.push((series, colour));
        self
    }

    /// The series of these names have these colours, in turn.
    pub(crate) fn colours(self, series: &[&'static str], colour: fn(usize) -> Colour) -> Panel {
        series.iter().enumerate().fold(self, |panel, (number, name)| panel.colour(name, colour(number)))
    }

    /// All series are shades of one colour: they mean the same.
    pub(crate) fn shades(mut self, of: Colour) -> Panel {
        self.shades = Some(of);
        self
    }

    /// Shows a word in place of a value.
    pub(crate) fn word(mut self, value: f64, word: &'static str, colour: Colour) -> Panel {
        self.words.push((value, word, colour));
        self
    }

    /// What stands there where there is no data.
    pub(crate) fn when_empty(mut self, says: &'static str) -> Panel {
        self.when_empty = Some(says);
        self
    }

    pub(crate) fn min(mut self, value: f64) -> Panel {
        self.range.0 = Some(value);
        self
    }

    pub(crate) fn max(mut self, value: f64) -> Panel {
        self.range.1 = Some(value);
        self
    }

    pub(crate) fn decimals(mut self, decimals: u32) -> Panel {
        self.decimals = Some(decimals);
        self
    }

    /// Of a stat: its series' names are what it shows.
    pub(crate) fn names_only(mut self) -> Panel {
        self.names_only = true;
        self
    }

    /// The alerts that watch the same: the first place to look when one has come.
    pub(crate) fn alerts(mut self, alerts: &'static [&'static str]) -> Panel {
        self.alerts = alerts;
        self
    }

    /// Where a click on one of its figures leads.
    pub(crate) fn link(mut self, title: &'static str, url: impl Into<String>) -> Panel {
        self.link = Some(Link { title, url: url.into() });
        self
    }

    pub(crate) fn description(&self) -> String {
        let alerts = match self.alerts {
            [] => String::new(),
            [one] => format!(" Alert: {one}."),
            several => format!(" Alerts: {}.", several.join(", ")),
        };
        format!("{} {}{alerts}", self.shows, self.act)
    }

    /// As Grafana wants it, at a place of the grid.
    pub(crate) fn json(&self, id: u32, x: u32, y: u32) -> Value {
        let mut panel = json!({
            "id": id,
            "type": self.grafana_type(),
            "title": self.title,
            "description": self.description(),
            "datasource": datasource(),
            "gridPos": { "h": self.height, "w": self.width, "x": x, "y": y },
            "fieldConfig": { "defaults": self.field_defaults(), "overrides": self.overrides() },
            "options": self.options(),
            "targets": self.targets(),
            "transparent": false,
        });
        if self.kind == Kind::Table {
            panel["transformations"] = table_columns();
        }
        panel
    }

    fn grafana_type(&self) -> &'static str {
        match self.kind {
            Kind::Stat => "stat",
            Kind::Lines | Kind::Stack | Kind::Bars => "timeseries",
            Kind::Gauges => "bargauge",
            Kind::Heatmap => "heatmap",
            Kind::Table => "table",
            Kind::Alerts => "alertlist",
        }
    }

    fn targets(&self) -> Value {
        let is_of_now = matches!(self.kind, Kind::Gauges | Kind::Table)
            || self.names_only
            || self.queries.iter().any(|query| query.expression.contains("$__range]"));
        let format = match self.kind {
            Kind::Heatmap => "heatmap",
            Kind::Table => "table",
            _ => "time_series",
        };
        let target = |(number, query): (usize, &Query)| {
            json!({
                "refId": reference(number),
                "datasource": datasource(),
                "editorMode": "code",
                "expr": query.expression,
                "legendFormat": query.legend,
                "format": format,
                "instant": is_of_now,
                "range": !is_of_now,
            })
        };
        self.queries.iter().enumerate().map(target).collect()
    }
}

/// The one that is chosen at the top of the dashboard.
pub(crate) fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

/// `A`, `B`, …: a panel has few queries.
fn reference(number: usize) -> String {
    char::from(b'A'.saturating_add(u8::try_from(number).unwrap_or(25))).to_string()
}

/// Of a table of alerts: what is the same in every row is left out.
fn table_columns() -> Value {
    json!([{
        "id": "organize",
        "options": {
            "excludeByName": { "Time": true, "Value": true, "__name__": true, "alertstate": true },
            "indexByName": { "alertname": 0, "severity": 1, "job": 2, "instance": 3 },
            "renameByName": { "alertname": "alert" },
        },
    }])
}
