//! A panel's series over time: lines, areas on top of each other, bars.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::figure::{Style, escaped};

/// A series with its name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// Where something is drawn, in pixels, and the time that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) time: (f64, f64),
    pub(super) step: f64,
}

const LEFT: f64 = 62.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 8.0;
const RIGHT: f64 = 8.0;
const LINES: f64 = 5.0;

/// From a value and a time to a place.
#[derive(Debug, Clone, Copy)]
struct Scale {
    frame: Frame,
    low: f64,
    high: f64,
}

impl Scale {
    fn x(&self, time: f64) -> f64 {
        let (from, to) = self.frame.time;
        LEFT + (time - from) / (to - from) * (self.frame.width - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.frame.height - BOTTOM - share * (self.frame.height - BOTTOM - TOP)
    }
}

pub(super) fn chart(series: &[Named], style: &Style<'_>, frame: Frame) -> String {
    let layers = if style.is_stacked() { stacked(series) } else { series.iter().map(plain).collect() };
    let scale = scale(&layers, style, frame);
    let mut svg = format!(r#"<svg width="{}" height="{}">"#, frame.width, frame.height);
    grid(&mut svg, style, scale);
    // the first series of a stack is the lowest
    for (number, layer) in layers.iter().enumerate() {
        let colour = style.colour_of_series(&series[number].name, number);
        if style.drawing("drawStyle") == "bars" {
            bars(&mut svg, layer, &colour, scale);
        } else {
            line(&mut svg, layer, &colour, style.is_stacked(), scale);
        }
    }
    for (value, colour) in style.lines().filter(|(value, _)| *value < scale.high) {
        let y = scale.y(value);
        // writing to a String cannot fail
        let _ = write!(
            svg,
            r#"<line x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}" stroke="{colour}" stroke-dasharray="7 5" stroke-width="1.4"/>"#,
            frame.width - RIGHT
        );
    }
    svg + "</svg>"
}

/// Time, and from where to where it reaches there.
type Layer = Vec<(f64, f64, f64)>;

fn plain(series: &Named) -> Layer {
    series.points.iter().map(|(time, value)| (*time, 0.0, *value)).collect()
}

fn stacked(series: &[Named]) -> Vec<Layer> {
    // a time in milliseconds, so that it can be a key
    let mut reached: BTreeMap<i64, f64> = BTreeMap::new();
    let mut layers = Vec::new();
    for one in series {
        let layer = one.points.iter().map(|(time, value)| {
            let base = reached.entry((time * 1000.0) as i64).or_default();
            let from = *base;
            *base += value;
            (*time, from, *base)
        });
        layers.push(layer.collect());
    }
    layers
}

fn scale(layers: &[Layer], style: &Style<'_>, frame: Frame) -> Scale {
    let values = || layers.iter().flatten().map(|(_, _, to)| *to).filter(|value| value.is_finite());
    let highest = values().fold(f64::MIN, f64::max);
    let lowest = values().fold(f64::MAX, f64::min);
    let low = style.limit("min").unwrap_or_else(|| lowest.min(highest - 1e-9));
    // a little room above, and a bound that is near enough is in the picture
    let bound = style
        .lines()
        .map(|(value, _)| value * 1.1)
        .filter(|value| *value < highest * 4.0)
        .fold(f64::MIN, f64::max);
    let wanted = (highest + (highest - low) * 0.08).max(bound);
    let high = style.limit("max").unwrap_or(wanted);
    let high = if high - low < 1e-9 { low + 1.0 } else { high };
    let low = if style.limit("min").is_none() { low - (high - low) * 0.05 } else { low };
    Scale { frame, low, high }
}

/// A round distance between the lines of a grid.
fn distance(range: f64) -> f64 {
    let rough = range / LINES;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    power * steps.into_iter().find(|step| step * power >= rough).unwrap_or(10.0)
}

fn grid(svg: &mut String, style: &Style<'_>, scale: Scale) {
    let frame = scale.frame;
    let step = style.step(distance(scale.high - scale.low));
    let mut value = (scale.low / step).ceil() * step;
    while value <= scale.high + step * 1e-6 {
        let y = scale.y(value);
        let _ = write!(
            svg,
            r#"<line x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}" class="grid"/><text x="{}" y="{:.1}" class="axis" text-anchor="end">{}</text>"#,
            frame.width - RIGHT,
            LEFT - 6.0,
            y + 4.0,
            escaped(&style.number(value))
        );
        value += step;
    }
    let (from, to) = frame.time;
    let minute = if to - from > 700.0 { 300.0 } else { 60.0 };
    let mut time = (from / minute).ceil() * minute;
    while time < to {
        let x = scale.x(time);
        let of_day = time as u64 % 86_400;
        let _ = write!(
            svg,
            r#"<line x1="{x:.1}" x2="{x:.1}" y1="{TOP}" y2="{}" class="grid"/><text x="{x:.1}" y="{}" class="axis" text-anchor="middle">{:02}:{:02}</text>"#,
            frame.height - BOTTOM,
            frame.height - 5.0,
            of_day / 3600,
            of_day / 60 % 60
        );
        time += minute;
    }
}

/// Broken where values are missing.
fn line(svg: &mut String, layer: &Layer, colour: &str, is_area: bool, scale: Scale) {
    for run in layer.chunk_by(|one, next| next.0 - one.0 < scale.frame.step * 1.5) {
        let points = |ends: &mut dyn Iterator<Item = (f64, f64)>| {
            ends.map(|(time, value)| format!("{:.1},{:.1}", scale.x(time), scale.y(value)))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let upper = points(&mut run.iter().map(|(time, _, to)| (*time, *to)));
        let lower = points(&mut run.iter().rev().map(|(time, from, _)| (*time, from.max(scale.low))));
        let (width, opacity) = if is_area { (1.0, 0.45) } else { (1.8, 0.06) };
        let _ = write!(
            svg,
            r#"<polygon points="{upper} {lower}" fill="{colour}" fill-opacity="{opacity}"/><polyline points="{upper}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>"#
        );
    }
}

fn bars(svg: &mut String, layer: &Layer, colour: &str, scale: Scale) {
    let (from, to) = scale.frame.time;
    let width = (scale.frame.step / (to - from) * (scale.frame.width - LEFT - RIGHT) * 0.85).max(1.0);
    for (time, base, top) in layer {
        let (y, end) = (scale.y(*top), scale.y(*base));
        let _ = write!(
            svg,
            r#"<rect x="{:.1}" y="{y:.1}" width="{width:.1}" height="{:.1}" fill="{colour}" fill-opacity=".85"/>"#,
            scale.x(*time) - width / 2.0,
            (end - y).max(0.0)
        );
    }
}

/// The line behind a large figure.
pub(super) fn spark(points: &[(f64, f64)], colour: &str, frame: Frame) -> String {
    let highest = points.iter().map(|point| point.1).fold(f64::MIN, f64::max);
    let lowest = points.iter().map(|point| point.1).fold(f64::MAX, f64::min).min(highest - 1e-9);
    let (from, to) = frame.time;
    let place = |(time, value): &(f64, f64)| {
        let x = (time - from) / (to - from) * frame.width;
        let y = frame.height - (value - lowest) / (highest - lowest) * (frame.height - 4.0) - 2.0;
        format!("{x:.1},{y:.1}")
    };
    let upper: Vec<_> = points.iter().map(place).collect();
    format!(
        r#"<svg class="spark" width="{w}" height="{h}"><polygon points="0,{h} {points} {w},{h}" fill="{colour}" fill-opacity=".18"/><polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/></svg>"#,
        w = frame.width,
        h = frame.height,
        points = upper.join(" ")
    )
}
