//! The samples of a soak as a picture: memory above, processes and descriptors below.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::sample::Sample;

const SIZE: (u32, u32) = (1000, 640);
const GREEN: RGBColor = RGBColor(11, 107, 79);
const BLUE: RGBColor = RGBColor(30, 80, 160);
const ORANGE: RGBColor = RGBColor(200, 120, 20);
const RED: RGBColor = RGBColor(160, 30, 60);
const GREY: RGBColor = RGBColor(120, 120, 120);

struct Curve<'a> {
    name: &'a str,
    color: RGBColor,
    value: fn(&Sample) -> f64,
}

/// Writes an SVG file.
pub(crate) fn soak(path: &Path, title: &str, samples: &[Sample]) -> Result<()> {
    let counts = [
        Curve { name: "processes", color: BLUE, value: |sample| sample.processes as f64 },
        Curve { name: "descriptors of the service", color: ORANGE, value: |sample| sample.files as f64 },
        Curve { name: "browsers replaced", color: RED, value: |sample| sample.restarts as f64 },
    ];
    draw(path, title, samples, &counts)
}

/// Of a soak with hostile requests: all that may be left behind.
pub(crate) fn hostile_soak(path: &Path, title: &str, samples: &[Sample]) -> Result<()> {
    let counts = [
        Curve { name: "descriptors of the service", color: ORANGE, value: |sample| sample.files as f64 },
        Curve { name: "threads of the service", color: BLUE, value: |sample| sample.threads as f64 },
        Curve { name: "pages, frames and workers", color: GREEN, value: |sample| sample.targets as f64 },
        Curve { name: "renderers", color: RED, value: |sample| sample.renderers as f64 },
        Curve { name: "profile directories", color: GREY, value: |sample| sample.temporary as f64 },
    ];
    draw(path, title, samples, &counts)
}

/// Memory above, counts below.
fn draw(path: &Path, title: &str, samples: &[Sample], counts: &[Curve<'_>]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let drawing = SVGBackend::new(path, SIZE).into_drawing_area();
    drawing.fill(&WHITE)?;
    let (upper, lower) = drawing.split_vertically(380);
    let memory = [Curve { name: "PSS of service and browsers", color: GREEN, value: Sample::pss_mb }];
    chart(&upper, title, "MB", samples, &memory)?;
    chart(&lower, "", "count", samples, counts)?;
    drawing.present()?;
    Ok(())
}

fn chart(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    unit: &str,
    samples: &[Sample],
    curves: &[Curve<'_>],
) -> Result<()> {
    let last = samples.iter().map(|sample| sample.done).max().unwrap_or(1).max(1);
    let highest = curves.iter().flat_map(|curve| samples.iter().map(curve.value)).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(0..last, 0.0..highest * 1.1)
        .map_err(|error| anyhow!("{error}"))?;
    chart.configure_mesh().x_desc("requests").y_desc(unit).light_line_style(WHITE).draw()?;
    for Curve { name, color, value } in curves {
        let points = samples.iter().map(|sample| (sample.done, value(sample)));
        let color = *color;
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    chart.configure_series_labels().border_style(BLACK.mix(0.3)).background_style(WHITE.mix(0.8)).draw()?;
    Ok(())
}
