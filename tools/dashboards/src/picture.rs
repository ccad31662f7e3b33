//! `dashboards pictures`: both services at work, a real Prometheus that watches them, every panel's queries evaluated and
//! drawn where the dashboard has them, and the page made a picture by the image service. What is drawn is the JSON that
//! is checked in; the drawing is ours and not Grafana's.

mod chart;
mod figure;
mod page;
mod panels;
mod scene;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use serde_json::{Value, json};
use test_support::grafana::{Variables, dashboards};
use test_support::monitoring::{MonitoringFiles, Prometheus};
use test_support::{Dashboard, Launch, Service, Traffic};

use self::chart::Named;
use self::page::{Shown, WIDTH};
use self::panels::Found;

/// Between two scrapes: a few minutes must fill a graph.
const SCRAPE_S: u64 = 2;
const STEP: Duration = Duration::from_secs(3);
/// Scrapes before the load begins, so that it begins at 0.
const CALM: Duration = Duration::from_secs(6);
/// Tried in turn until the file is small enough.
const QUALITIES: [u32; 4] = [85, 75, 62, 50];
const MOST_BYTES: usize = 200_000;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the pictures go
    #[arg(long, default_value = "docs/gallery/dashboards")]
    out: PathBuf,
    /// For how many seconds the services are at work
    #[arg(long, default_value = "240")]
    seconds: u64,
    /// Keep the pages beside the pictures
    #[arg(long)]
    pages: bool,
}

pub(crate) async fn run(options: &Options) -> Result<()> {
    let traffic = Arc::new(Traffic::start().await?);
    let (_files, prometheus) = watch(&traffic).await?;
    println!("at work for {} seconds ...", options.seconds);
    tokio::time::sleep(CALM).await;
    scene::play(&traffic, Duration::from_secs(options.seconds)).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    let time = (now - options.seconds as f64, now);
    let alerts = prometheus.alerts().await?;
    // its own page is a document as any other, for a service that is not under load
    let painter = Launch::image().env("PLAYWRIGHT_DRAIN_DELAY_S", "0").start().await?;
    fs::create_dir_all(&options.out)?;
    for dashboard in dashboards() {
        let found = evaluate(&dashboard, &prometheus, time).await?;
        let shown = Shown { dashboard: &dashboard, found, alerts: &alerts, time, step: STEP.as_secs_f64() };
        let (html, height) = shown.page();
        if options.pages {
            fs::write(options.out.join(format!("{}.html", dashboard.name)), &html)?;
        }
        let picture = paint(&painter, &html, height).await?;
        let path = options.out.join(format!("{}.jpg", dashboard.name));
        println!("{} {} KB", path.display(), picture.len() / 1000);
        fs::write(path, picture)?;
    }
    Ok(())
}

/// The project's own Prometheus, in a hurry, and the folder in which it keeps what it sees.
async fn watch(traffic: &Traffic) -> Result<(MonitoringFiles, Prometheus)> {
    let files = MonitoringFiles::copy();
    files.edit("prometheus.yml", |text| {
        text.replace("_interval: 15s", &format!("_interval: {SCRAPE_S}s"))
            .replace("scrape_timeout: 5s", "scrape_timeout: 2s")
    });
    files.edit("rules/playwright-services.yml", |text| {
        text.lines()
            .map(|line| if line.trim_start().starts_with("for: ") { "        for: 20s" } else { line })
            .collect::<Vec<_>>()
            .join("\n")
    });
    for (job, service) in [("playwright-ingestion", &traffic.ingestion), ("playwright-image", &traffic.image)]
    {
        files.set_targets(job, &[service.client().base().trim_start_matches("http://").to_owned()]);
    }
    files.set_targets("alertmanager", &[]);
    let prometheus = Prometheus::start(&files).await?;
    Ok((files, prometheus))
}

/// What the queries of each panel find.
async fn evaluate(dashboard: &Dashboard, prometheus: &Prometheus, time: (f64, f64)) -> Result<Vec<Found>> {
    let range = Duration::from_secs_f64(time.1 - time.0);
    let variables = Variables { rate_interval: Duration::from_secs(SCRAPE_S * 4), range };
    let mut all = Vec::new();
    for panel in dashboard.panels() {
        let mut found = Found { named: Vec::new(), courses: Vec::new() };
        for target in dashboard.targets(panel, variables) {
            for course in target.courses(prometheus, time, STEP).await? {
                let name = target.name(&course.labels);
                found.named.push(Named { name, points: course.points.clone() });
                found.courses.push(course);
            }
        }
        all.push(found);
    }
    Ok(all)
}

/// The page as a picture that is small enough.
async fn paint(painter: &Service, html: &str, height: f64) -> Result<Vec<u8>> {
    let mut picture = Vec::new();
    for quality in QUALITIES {
        let request = json!({
            "html": html, "width": WIDTH, "height": height.ceil(), "scale_factor": 1,
            "image_format": "jpeg", "quality": quality,
        });
        let request: Value = whole_numbers(request);
        let accept = [("accept", "image/jpeg")];
        let reply = painter.client().post_with("/v1/render", &accept, &request).await;
        let reply = reply.map_err(|error| anyhow!(error))?;
        ensure!(reply.status == 200, "the page can't be drawn: {} {}", reply.status, reply.text());
        picture = reply.body.to_vec();
        if picture.len() < MOST_BYTES {
            break;
        }
    }
    Ok(picture)
}

/// Pixels are whole.
fn whole_numbers(mut request: Value) -> Value {
    for field in ["width", "height"] {
        request[field] = json!(request[field].as_f64().unwrap_or_default() as u32);
    }
    request
}
