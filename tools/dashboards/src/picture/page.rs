//! A whole dashboard as an HTML page, its panels where its grid has them.

use std::fmt::Write;

use serde_json::Value;
use test_support::Dashboard;

use super::chart::Frame;
use super::figure::escaped;
use super::panels::{Found, inside};

/// A dashboard's width in pixels, as on a common screen.
pub(super) const WIDTH: f64 = 1440.0;
const EDGE: f64 = 8.0;
const HEAD: f64 = 48.0;
const COLUMNS: f64 = 24.0;
/// Of a row of the grid; Grafana's has 30 and 8 between.
const HIGH: f64 = 33.0;
const GAP: f64 = 6.0;

/// What there is to be drawn.
pub(super) struct Shown<'a> {
    pub(super) dashboard: &'a Dashboard,
    /// In the order of the dashboard's panels.
    pub(super) found: Vec<Found>,
    pub(super) alerts: &'a [Value],
    pub(super) time: (f64, f64),
    pub(super) step: f64,
}

impl Shown<'_> {
    /// The page, and its height in pixels.
    pub(super) fn page(&self) -> (String, f64) {
        let json = &self.dashboard.json;
        let mut html = format!(
            r#"<!doctype html><meta charset="utf-8"><style>{}</style><div class="bar"><b>{}</b>"#,
            include_str!("look.css"),
            escaped(text(&json["title"]))
        );
        for (label, choice) in [("Data source", "Prometheus"), ("Job", "All"), ("Instance", "All")] {
            // writing to a String cannot fail
            let _ = write!(html, "<span>{label}<em>{choice}</em></span>");
        }
        html += r#"<div class="right">"#;
        for link in json["links"].as_array().into_iter().flatten() {
            let _ = write!(html, "<span>{}</span>", escaped(text(&link["title"])));
        }
        let minutes = ((self.time.1 - self.time.0) / 60.0).round();
        let _ = write!(html, "<span>Last {minutes} minutes<em>30s</em></span></div></div>");
        let mut bottom: f64 = 0.0;
        for (panel, found) in self.dashboard.panels().zip(&self.found) {
            let place = Place::of(panel);
            bottom = bottom.max(place.y + place.height);
            html += &self.panel(panel, found, place);
        }
        (html, bottom + EDGE)
    }

    fn panel(&self, panel: &Value, found: &Found, place: Place) -> String {
        let Place { x, y, width, height } = place;
        let title = escaped(text(&panel["title"]));
        let at = format!("left:{x:.1}px;top:{y:.1}px;width:{width:.1}px;height:{height:.1}px");
        if panel["type"] == "row" {
            return format!(r#"<div class="row" style="{at}">{title}</div>"#);
        }
        let frame = Frame { width: width - 18.0, height: height - 38.0, time: self.time, step: self.step };
        format!(
            r#"<div class="panel" style="{at}"><h2>{title}</h2><div class="in">{}</div></div>"#,
            inside(panel, found, self.alerts, frame)
        )
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Place {
    fn of(panel: &Value) -> Place {
        let column = (WIDTH - 2.0 * EDGE) / COLUMNS;
        let at = |key: &str| panel["gridPos"][key].as_f64().unwrap_or_default();
        Place {
            x: EDGE + at("x") * column,
            y: HEAD + at("y") * HIGH,
            width: at("w") * column - GAP,
            height: at("h") * HIGH - GAP,
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
