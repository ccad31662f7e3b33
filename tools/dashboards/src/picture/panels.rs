//! The inside of a panel, by its type.

use std::fmt::Write;

use serde_json::Value;
use test_support::grafana::Course;

use super::chart::{Frame, Named, chart, spark};
use super::figure::{Style, escaped};

/// What a panel's queries found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) named: Vec<Named>,
    pub(super) courses: Vec<Course>,
}

pub(super) fn inside(panel: &Value, found: &Found, alerts: &[Value], frame: Frame) -> String {
    let style = Style::of(panel);
    let kind = panel["type"].as_str().unwrap_or_default();
    if found.named.is_empty() && kind != "alertlist" {
        return format!(r#"<div class="empty">{}</div>"#, escaped(style.when_empty()));
    }
    match kind {
        "stat" => stat(panel, &found.named, &style, frame),
        "bargauge" => gauges(&found.named, &style),
        "heatmap" => heatmap(&found.named, frame),
        "table" => table(&found.courses),
        "alertlist" => alert_list(alerts),
        _ => graph(&found.named, &style, frame),
    }
}

fn last(series: &Named) -> f64 {
    series.points.last().map_or(f64::NAN, |point| point.1)
}

fn stat(panel: &Value, series: &[Named], style: &Style<'_>, frame: Frame) -> String {
    let options = &panel["options"];
    let names_only = options["textMode"] == "name";
    let is_background = options["colorMode"] == "background";
    let width = frame.width / series.len() as f64;
    let mut html = String::from(r#"<div class="stats">"#);
    for one in series {
        let value = last(one);
        let colour = style.colour_of_value(value);
        let figure = if names_only { one.name.clone() } else { style.text(value) };
        let name = if series.len() > 1 && !names_only { escaped(&one.name) } else { String::new() };
        let size = if names_only {
            15
        } else if series.len() > 1 {
            26
        } else {
            34
        };
        let look = if is_background {
            format!("background:{colour};color:#0b0c0e")
        } else {
            format!("color:{colour}")
        };
        let line = if options["graphMode"] == "area" {
            spark(&one.points, colour, Frame { width, height: frame.height * 0.5, ..frame })
        } else {
            String::new()
        };
        // writing to a String cannot fail
        let _ = write!(
            html,
            r#"<div class="stat" style="{look}">{line}<span class="of">{name}</span><b style="font-size:{size}px">{}</b></div>"#,
            escaped(&figure)
        );
    }
    html + "</div>"
}

fn graph(series: &[Named], style: &Style<'_>, frame: Frame) -> String {
    let letters: usize = series.iter().map(|one| one.name.chars().count() + 5).sum();
    let lines = (letters as f64 * 6.6 / frame.width).ceil().clamp(1.0, 3.0);
    let room = lines * 17.0 + 4.0;
    let mut html = chart(series, style, Frame { height: frame.height - room, ..frame });
    html += r#"<div class="legend">"#;
    for (number, one) in series.iter().enumerate() {
        let colour = style.colour_of_series(&one.name, number);
        let _ = write!(html, r#"<span><i style="background:{colour}"></i>{}</span>"#, escaped(&one.name));
    }
    html + "</div>"
}

fn gauges(series: &[Named], style: &Style<'_>) -> String {
    let most = style.limit("max").unwrap_or_else(|| series.iter().map(last).fold(f64::MIN, f64::max));
    let mut html = String::from(r#"<div class="gauges">"#);
    for one in series {
        let value = last(one);
        let colour = style.colour_of_value(value);
        let _ = write!(
            html,
            r#"<div class="gauge"><span>{}</span><em><u style="width:{:.1}%;background:{colour}"></u></em><b style="color:{colour}">{}</b></div>"#,
            escaped(&one.name),
            (value / most * 100.0).clamp(0.0, 100.0),
            escaped(&style.text(value))
        );
    }
    html + "</div>"
}

fn heatmap(series: &[Named], frame: Frame) -> String {
    let mut buckets: Vec<(f64, &Named)> =
        series.iter().filter_map(|one| Some((one.name.replace("+Inf", "inf").parse().ok()?, one))).collect();
    buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
    // a bucket counts all below it too: the share of its own is what the one below lacks
    let own = |number: usize, at: usize| {
        let value = |number: usize| buckets[number].1.points.get(at).map_or(0.0, |point| point.1);
        if number == 0 { value(0) } else { (value(number) - value(number - 1)).max(0.0) }
    };
    let times: Vec<f64> =
        buckets.first().map_or_else(Vec::new, |(_, one)| one.points.iter().map(|point| point.0).collect());
    let is_used = |number: &usize| (0..times.len()).any(|at| own(*number, at) > 0.05);
    let used: Vec<usize> = (0..buckets.len()).filter(is_used).collect();
    let (Some(first), Some(end)) = (used.first(), used.last()) else { return String::new() };
    let rows = (first.saturating_sub(1), (end + 1).min(buckets.len() - 1));
    let most = (rows.0..=rows.1)
        .flat_map(|row| (0..times.len()).map(move |at| (row, at)))
        .map(|(row, at)| own(row, at))
        .fold(0.0, f64::max);
    let (left, bottom) = (62.0, 20.0);
    let high = (frame.height - bottom) / (rows.1 - rows.0 + 1) as f64;
    let (from, to) = frame.time;
    let wide = frame.step / (to - from) * (frame.width - left);
    let mut svg = format!(r#"<svg width="{}" height="{}">"#, frame.width, frame.height);
    for (row, (bound, _)) in buckets.iter().enumerate().take(rows.1 + 1).skip(rows.0) {
        let y = (rows.1 - row) as f64 * high;
        let name = super::figure::figure(*bound, "ms", None);
        let _ = write!(
            svg,
            r#"<text x="56" y="{:.1}" class="axis" text-anchor="end">{name}</text>"#,
            y + high * 0.5 + 4.0
        );
        for (at, time) in times.iter().enumerate() {
            let strength = (own(row, at) / most).sqrt();
            if strength > 0.03 {
                let x = left + (time - from) / (to - from) * (frame.width - left) - wide;
                let _ = write!(
                    svg,
                    r##"<rect x="{x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}" fill="#FF9830" fill-opacity="{:.2}"/>"##,
                    wide - 1.0,
                    high - 1.0,
                    0.12 + 0.88 * strength
                );
            }
        }
    }
    let mut minute = (from / 60.0).ceil() * 60.0;
    while minute < to {
        let x = left + (minute - from) / (to - from) * (frame.width - left);
        let of_day = minute as u64 % 86_400;
        let _ = write!(
            svg,
            r#"<text x="{x:.1}" y="{}" class="axis" text-anchor="middle">{:02}:{:02}</text>"#,
            frame.height - 4.0,
            of_day / 3600,
            of_day / 60 % 60
        );
        minute += 60.0;
    }
    svg + "</svg>"
}

fn table(rows: &[Course]) -> String {
    let columns = ["alertname", "severity", "job", "instance"];
    let mut html =
        String::from("<table><tr><th>alert</th><th>severity</th><th>job</th><th>instance</th></tr>");
    for row in rows {
        html += "<tr>";
        for column in columns {
            let _ = write!(html, "<td>{}</td>", escaped(row.labels.get(column).map_or("", String::as_str)));
        }
        html += "</tr>";
    }
    html + "</table>"
}

fn alert_list(alerts: &[Value]) -> String {
    let mut html = String::from(r#"<div class="alerts">"#);
    for alert in alerts {
        let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
        let colour = if alert["state"] == "firing" { "#F2495C" } else { "#FF9830" };
        let _ = write!(
            html,
            r#"<p><i style="background:{colour}"></i><b>{}</b> <span style="color:{colour}">{}</span><br><small>{}</small></p>"#,
            text(&alert["labels"]["alertname"]),
            text(&alert["state"]),
            text(&alert["annotations"]["summary"])
        );
    }
    html + "</div>"
}
