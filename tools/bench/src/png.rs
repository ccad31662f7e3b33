//! `bench png`: what each compression of a PNG costs and saves, over ten different cards. The default is chosen by it.

use std::fmt::Write;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;
use test_support::{Launch, Service};

use crate::card::sample;
use crate::report::Verdict;

const CARDS: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often each card is rendered in each way
    #[arg(long, default_value = "5")]
    rounds: usize,
}

/// The ways in their order; the JPEG is there to compare with.
const WAYS: [(&str, &str); 3] = [("png", "fast"), ("png", "balanced"), ("jpeg", "")];

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let service = Launch::image().env("PLAYWRIGHT_DRAIN_DELAY_S", "0").start().await?;
    measure(&service, 0, WAYS[0]).await?;
    let mut all: [Vec<(f64, f64, usize)>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    println!("\ncard   {:>26} {:>26} {:>26}", "fast", "balanced", "jpeg");
    for card in 0..CARDS {
        let mut line = format!("{card:<6}");
        for (way, figures) in WAYS.iter().zip(&mut all) {
            let mut times = Vec::new();
            let mut last = (0.0, 0.0, 0);
            for _ in 0..options.rounds {
                last = measure(&service, card, *way).await?;
                times.push((last.0, last.1));
            }
            times.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (total, encode) = times[times.len() / 2];
            figures.push((total, encode, last.2));
            let _ = write!(line, " {total:>9.0} ms {:>11} KB", last.2 / 1024);
        }
        println!("{line}");
    }
    for ((format, compression), figures) in WAYS.iter().zip(&all) {
        let mean =
            |of: fn(&(f64, f64, usize)) -> f64| figures.iter().map(of).sum::<f64>() / figures.len() as f64;
        println!(
            "{format} {compression:<9} mean of the medians {:.0} ms in all, {:.0} ms of it encode, {:.0} KB",
            mean(|figure| figure.0),
            mean(|figure| figure.1),
            mean(|figure| figure.2 as f64) / 1024.0
        );
    }
    Ok(Verdict::Holds)
}

/// Milliseconds in all and of the stage `encode`, bytes.
async fn measure(
    service: &Service,
    card: usize,
    (format, compression): (&str, &str),
) -> Result<(f64, f64, usize)> {
    let mut request = json!({ "html": sample(card), "image_format": format });
    if format == "png" {
        request["png_compression"] = json!(compression);
    }
    let headers = [("cache-control", "no-store")];
    let reply = service.client().post_with("/v1/render", &headers, &request).await;
    let reply = reply.map_err(|error| anyhow::anyhow!(error))?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    let answer = reply.json();
    let ms = |stage: &str| answer["timings"][stage].as_f64().unwrap_or_default();
    let bytes = answer["image_base64"].as_str().map_or(0, |text| text.len() / 4 * 3);
    Ok((ms("total"), ms("encode"), bytes))
}
