//! The samples of a soak as a picture: memory above, processes and descriptors below.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::sample::Sample;

const SIZE: (u32, u32) = (1000, 640);

struct Curve<'a> {
    name: &'a str,
    color: RGBColor,
    value: fn(&Sample) -> f64,
}

/// Writes an SVG file.
pub(crate) fn soak(path: &Path, title: &str, samples: &[Sample]) -> Result<()> {
    let drawing = SVGBackend::new(path, SIZE).into_drawing_area();
    drawing.fill(&WHITE)?;
    let (upper, lower) = drawing.split_vertically(380);
    let memory =
        [Curve { name: "PSS of service and browsers", color: RGBColor(11, 107, 79), value: Sample::pss_mb }];
    chart(&upper, title, "MB", samples, &memory)?;
    let counts = [
        Curve { name: "processes", color: RGBColor(30, 80, 160), value: |sample| sample.processes as f64 },
        Curve {
            name: "descriptors of the service",
            color: RGBColor(200, 120, 20),
            value: |sample| sample.files as f64,
        },
        Curve {
            name: "browsers replaced",
            color: RGBColor(160, 30, 60),
            value: |sample| sample.restarts as f64,
        },
    ];
    chart(&lower, "", "count", samples, &counts)?;
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
