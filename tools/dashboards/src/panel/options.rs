//! A panel's drawing in Grafana's own words.

use serde_json::{Value, json};

use super::{Kind, Panel};
use crate::style::Colour;

impl Panel {
    pub(super) fn field_defaults(&self) -> Value {
        let mut defaults = json!({
            "unit": self.unit.id(),
            "color": self.colour_mode(),
            "mappings": self.mappings(),
            "thresholds": { "mode": "absolute", "steps": self.steps() },
        });
        for (name, value) in [("min", self.range.0), ("max", self.range.1)] {
            if let Some(value) = value {
                defaults[name] = json!(value);
            }
        }
        if let Some(decimals) = self.decimals {
            defaults["decimals"] = json!(decimals);
        }
        if let Some(says) = self.when_empty {
            defaults["noValue"] = json!(says);
        }
        if let Some(link) = &self.link {
            defaults["links"] = json!([{ "title": link.title, "url": link.url, "targetBlank": false }]);
        }
        if self.is_graph() {
            defaults["custom"] = self.drawing();
        }
        defaults
    }

    fn is_graph(&self) -> bool {
        matches!(self.kind, Kind::Lines | Kind::Stack | Kind::Bars)
    }

    /// Of a stat: it shows words, on their colour.
    fn is_wordy(&self) -> bool {
        !self.words.is_empty() || self.names_only
    }

    fn colour_mode(&self) -> Value {
        match (self.kind, self.shades) {
            (Kind::Stat | Kind::Gauges, _) => json!({ "mode": "thresholds" }),
            (_, Some(colour)) => json!({ "mode": "shades", "fixedColor": colour.hex() }),
            _ => json!({ "mode": "palette-classic" }),
        }
    }

    fn mappings(&self) -> Value {
        if self.words.is_empty() {
            return json!([]);
        }
        let word = |(index, (value, word, colour)): (usize, &(f64, &str, Colour))| {
            (value.to_string(), json!({ "text": word, "color": colour.hex(), "index": index }))
        };
        let words: serde_json::Map<_, _> = self.words.iter().enumerate().map(word).collect();
        json!([{ "type": "value", "options": words }])
    }

    fn steps(&self) -> Value {
        let base = json!({ "color": self.base.hex(), "value": null });
        let bounds = self.bounds.iter().map(|(from, colour)| json!({ "color": colour.hex(), "value": from }));
        std::iter::once(base).chain(bounds).collect()
    }

    fn drawing(&self) -> Value {
        let (style, width, fill, stacking) = match self.kind {
            Kind::Stack => ("line", 1, 45, "normal"),
            Kind::Bars => ("bars", 1, 80, "normal"),
            _ => ("line", 2, 8, "none"),
        };
        let bounds = if self.bounds.is_empty() { "off" } else { "dashed" };
        json!({
            "drawStyle": style,
            "lineInterpolation": "linear",
            "lineWidth": width,
            "fillOpacity": fill,
            "gradientMode": "none",
            "showPoints": "never",
            "spanNulls": false,
            "stacking": { "group": "A", "mode": stacking },
            "thresholdsStyle": { "mode": bounds },
            "axisPlacement": "auto",
            "axisLabel": "",
            "axisBorderShow": false,
            "barAlignment": 0,
            "pointSize": 5,
        })
    }

    pub(super) fn overrides(&self) -> Value {
        let fixed = |(name, colour): &(&str, Colour)| {
            json!({
                "matcher": { "id": "byName", "options": name },
                "properties": [{ "id": "color", "value": { "mode": "fixed", "fixedColor": colour.hex() } }],
            })
        };
        self.fixed.iter().map(fixed).collect()
    }

    pub(super) fn options(&self) -> Value {
        let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
        match self.kind {
            Kind::Stat => json!({
                "colorMode": if self.is_wordy() { "background" } else { "value" },
                "graphMode": if self.is_wordy() { "none" } else { "area" },
                "justifyMode": "auto",
                "orientation": "auto",
                "reduceOptions": last,
                "showPercentChange": false,
                "textMode": if self.names_only { "name" } else { "auto" },
                "wideLayout": true,
            }),
            Kind::Lines | Kind::Stack | Kind::Bars => json!({
                "legend": { "calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
            Kind::Gauges => json!({
                "displayMode": "basic",
                "minVizHeight": 12,
                "minVizWidth": 8,
                "namePlacement": "left",
                "orientation": "horizontal",
                "reduceOptions": last,
                "showUnfilled": true,
                "sizing": "auto",
                "valueMode": "color",
            }),
            Kind::Heatmap => self.heatmap(),
            Kind::Table => json!({
                "cellHeight": "sm",
                "footer": { "countRows": false, "fields": "", "reducer": ["sum"], "show": false },
                "showHeader": true,
            }),
            Kind::Alerts => json!({
                "alertInstanceLabelFilter": "",
                "alertName": "",
                "dashboardAlerts": false,
                "groupBy": [],
                "groupMode": "default",
                "maxItems": 20,
                "sortOrder": 3,
                "stateFilter": { "error": true, "firing": true, "noData": false, "normal": false, "pending": true },
                "viewMode": "list",
            }),
        }
    }

    fn heatmap(&self) -> Value {
        json!({
            "calculate": false,
            "cellGap": 1,
            "color": {
                "exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": false, "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": { "color": "rgba(255,0,255,0.7)" },
            "filterValues": { "le": 1e-9 },
            "legend": { "show": true },
            "rowsFrame": { "layout": "auto" },
            "showValue": "never",
            "tooltip": { "mode": "single", "showColorScale": false, "yHistogram": false },
            "yAxis": { "axisPlacement": "left", "reverse": false, "unit": self.unit.id() },
        })
    }
}
