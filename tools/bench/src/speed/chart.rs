//! p50 by concurrency, a line for each lane.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::figures::Turns;
use super::turn::{Load, Turn};
use super::work::{Lane, Target, Work};

const SIZE: (u32, u32) = (1000, 560);

struct Curve {
    lane: Lane,
    /// Requests at once, and p50 in milliseconds.
    points: Vec<(f64, f64)>,
}

/// Writes an SVG file; nothing where no load was a closed loop.
pub(crate) fn draw(path: &Path, title: &str, turns: &Turns) -> Result<()> {
    let curves = curves(turns);
    let points = || curves.iter().flat_map(|curve| curve.points.iter().copied());
    let Some(slowest) = points().map(|(_, ms)| ms).max_by(f64::total_cmp) else { return Ok(()) };
    let fastest = points().map(|(_, ms)| ms).fold(slowest, f64::min);
    let most = points().map(|(at_once, _)| at_once).fold(2.0, f64::max);

    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        // room for the legend on the right
        .build_cartesian_2d(0.0..most * 1.3, (fastest * 0.8..slowest * 1.25).log_scale())
        .map_err(|error| anyhow!("{error}"))?;
    chart
        .configure_mesh()
        .x_desc("requests at once")
        .y_desc("p50, ms")
        .x_label_formatter(&|at_once| format!("{at_once:.0}"))
        .y_label_formatter(&|ms| format!("{ms:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for Curve { lane, points } in &curves {
        let lane = *lane;
        let (color, width) = (color(lane.work), if lane.target == Target::Service { 3 } else { 1 });
        let style = color.stroke_width(width);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style).point_size(mark(lane.target)))?
            .label(lane.to_string())
            .legend(move |at| {
                EmptyElement::at(at)
                    + PathElement::new(vec![(0, 0), (20, 0)], style)
                    + Circle::new((20, 0), mark(lane.target), style)
            });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE.mix(0.8))
        .draw()?;
    area.present()?;
    Ok(())
}

fn curves(turns: &Turns) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for (lane, load) in turns.lanes() {
        let Load::Closed(at_once) = load else { continue };
        let Some(p50) = turns.spread(lane, load, Turn::p50_ms) else { continue };
        let point = (at_once as f64, p50.median);
        match curves.iter_mut().find(|curve| curve.lane == lane) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { lane, points: vec![point] }),
        }
    }
    curves
}

fn color(work: Work) -> RGBColor {
    match work {
        Work::Jpeg => RGBColor(11, 107, 79),
        Work::PngFast => RGBColor(30, 80, 160),
        Work::PngBalanced => RGBColor(200, 120, 20),
        Work::Defaults => RGBColor(160, 30, 60),
        Work::StaticPage => RGBColor(90, 60, 150),
        Work::ScriptedPage => RGBColor(60, 140, 170),
    }
}

/// The radius of a point: lines of the same work have the same colour.
fn mark(target: Target) -> u32 {
    match target {
        Target::Service => 3,
        Target::Floor => 0,
        Target::Floor2 => 2,
        Target::Original => 5,
    }
}
