//! Figures as Grafana writes them, and its colours.

use serde_json::Value;

/// Grafana's own order for series without a colour of their own.
const PALETTE: [&str; 10] = [
    "#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0", "#37872D",
    "#FADE2A",
];

/// How the values of a panel are written and coloured.
#[derive(Debug)]
pub(super) struct Style<'a> {
    defaults: &'a Value,
    overrides: &'a Value,
}

impl<'a> Style<'a> {
    pub(super) fn of(panel: &'a Value) -> Style<'a> {
        Style { defaults: &panel["fieldConfig"]["defaults"], overrides: &panel["fieldConfig"]["overrides"] }
    }

    pub(super) fn drawing(&self, key: &str) -> &'a str {
        self.defaults["custom"][key].as_str().unwrap_or_default()
    }

    pub(super) fn limit(&self, key: &str) -> Option<f64> {
        self.defaults[key].as_f64()
    }

    pub(super) fn when_empty(&self) -> &'a str {
        self.defaults["noValue"].as_str().unwrap_or("No data")
    }

    pub(super) fn is_stacked(&self) -> bool {
        self.defaults["custom"]["stacking"]["mode"] == "normal"
    }

    /// From which value on there is which colour.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (Option<f64>, &'a str)> {
        let steps = self.defaults["thresholds"]["steps"].as_array().into_iter().flatten();
        steps.map(|step| (step["value"].as_f64(), step["color"].as_str().unwrap_or("#73BF69")))
    }

    /// The bounds that are drawn as lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = (f64, &'a str)> {
        let are_drawn = self.defaults["custom"]["thresholdsStyle"]["mode"] == "dashed";
        self.bounds().filter_map(move |(from, colour)| Some((from.filter(|_| are_drawn)?, colour)))
    }

    /// By the bound that the value has passed.
    pub(super) fn colour_of_value(&self, value: f64) -> &'a str {
        let reached = self.bounds().filter(|(from, _)| from.is_none_or(|from| value >= from));
        reached.last().map_or("#73BF69", |(_, colour)| colour)
    }

    /// By the series' name, or its number.
    pub(super) fn colour_of_series(&self, name: &str, number: usize) -> String {
        let fixed =
            self.overrides.as_array().into_iter().flatten().find(|rule| rule["matcher"]["options"] == name);
        if let Some(colour) = fixed.and_then(|rule| rule["properties"][0]["value"]["fixedColor"].as_str()) {
            return colour.to_owned();
        }
        match self.defaults["color"]["mode"].as_str() {
            Some("shades") => {
                shade(self.defaults["color"]["fixedColor"].as_str().unwrap_or(PALETTE[0]), number)
            }
            _ => PALETTE[number % PALETTE.len()].to_owned(),
        }
    }

    /// A value, or the word that stands for it.
    pub(super) fn text(&self, value: f64) -> String {
        match self.defaults["mappings"][0]["options"][value.to_string()]["text"].as_str() {
            Some(word) => word.to_owned(),
            None => self.number(value),
        }
    }

    /// A distance between a grid's lines that reads well in this unit: bytes are counted in powers of 1024, and what has no
    /// decimals has none between two lines.
    pub(super) fn step(&self, round: f64) -> f64 {
        if self.defaults["unit"] == "bytes" {
            return round.log2().ceil().exp2();
        }
        if self.defaults["decimals"] == 0 && self.defaults["unit"] != "percentunit" {
            round.max(1.0)
        } else {
            round
        }
    }

    pub(super) fn number(&self, value: f64) -> String {
        let decimals = self.defaults["decimals"].as_u64().and_then(|decimals| usize::try_from(decimals).ok());
        figure(value, self.defaults["unit"].as_str().unwrap_or_default(), decimals)
    }
}

/// A lighter or darker one of the same colour.
fn shade(colour: &str, number: usize) -> String {
    let part = |at: usize| u32::from_str_radix(colour.get(at..at + 2).unwrap_or("80"), 16).unwrap_or(128);
    // in per cent: as it is, lighter, darker, lighter still, ...
    let strength = [100, 62, 132, 80, 48, 115][number % 6];
    let parts = [part(1), part(3), part(5)].map(|part| (part * strength / 100).min(255));
    format!("#{:02X}{:02X}{:02X}", parts[0], parts[1], parts[2])
}

/// A value in a unit of Grafana's.
pub(super) fn figure(value: f64, unit: &str, decimals: Option<usize>) -> String {
    let scaled = |value: f64, base: f64, names: &[&str]| {
        let steps = names.len().saturating_sub(1);
        let mut step = 0;
        let mut value = value;
        while value.abs() >= base && step < steps {
            value /= base;
            step += 1;
        }
        format!("{}{}", short(value, decimals), names[step])
    };
    match unit {
        "percentunit" => format!("{}%", short(value * 100.0, decimals)),
        "ms" if value.abs() < 1000.0 => format!("{} ms", short(value, decimals)),
        "ms" => format!("{} s", short(value / 1000.0, decimals)),
        "s" if value.abs() < 120.0 => format!("{} s", short(value, decimals)),
        "s" => format!("{} min", short(value / 60.0, decimals)),
        "bytes" => scaled(value, 1024.0, &[" B", " KiB", " MiB", " GiB"]),
        "Bps" => scaled(value, 1000.0, &[" B/s", " kB/s", " MB/s", " GB/s"]),
        "reqps" => format!("{} req/s", short(value, decimals)),
        "ops" => format!("{} ops/s", short(value, decimals)),
        _ => scaled(value, 1000.0, &["", " K", " Mil"]),
    }
}

/// Three digits, or as many decimals as were asked for.
fn short(value: f64, decimals: Option<usize>) -> String {
    let decimals = decimals.unwrap_or(match value.abs() {
        small if small < 10.0 => 2,
        small if small < 100.0 => 1,
        _ => 0,
    });
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// For HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Style, figure};

    #[test]
    fn a_grid_has_no_line_that_reads_as_the_one_before() {
        let panel = |unit: &str, decimals: u64| json!({ "fieldConfig": { "defaults": { "unit": unit, "decimals": decimals } } });
        for (unit, decimals, round, wanted) in [
            ("short", 0, 0.25, 1.0),
            ("short", 2, 0.25, 0.25),
            ("percentunit", 0, 0.2, 0.2),
            ("bytes", 0, 200e6, 268_435_456.0),
        ] {
            let step = Style::of(&panel(unit, decimals)).step(round);
            assert!((step - wanted).abs() < 1e-9, "{unit} {decimals} {round}: {step}");
        }
    }

    #[test]
    fn figures_read_as_in_grafana() {
        let cases = [
            (0.9953, "percentunit", Some(1), "99.5%"),
            (812.4, "ms", None, "812 ms"),
            (12_340.0, "ms", None, "12.3 s"),
            (1_610_612_736.0, "bytes", None, "1.5 GiB"),
            (4.25, "reqps", None, "4.25 req/s"),
            (3.0, "short", Some(0), "3"),
            (125_000.0, "Bps", None, "125 kB/s"),
        ];
        for (value, unit, decimals, wanted) in cases {
            assert_eq!(figure(value, unit, decimals), wanted);
        }
    }
}
