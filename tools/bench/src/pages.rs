//! `bench pages`: what people see of the services, as pictures: the status page and the playground of each, after some
//! minutes of mixed work, in a wide window and on a phone. A camera of its own, the image service, takes them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use serde_json::{Value, json};
use test_support::{Client, Launch, Service, Traffic};
use tokio::task::JoinSet;

use crate::report::{Verdict, write_file};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the pictures go
    #[arg(long, default_value = "docs/gallery/pages")]
    out: PathBuf,
    /// For how many seconds the services are at work before they are looked at
    #[arg(long, default_value = "150")]
    seconds: u64,
    /// Every page in every look, instead of those that the documents show
    #[arg(long)]
    all: bool,
}

/// Between two requests, of which one in so many goes wrong.
const PACE: Duration = Duration::from_millis(320);
const BAD_EVERY: usize = 9;

/// Tried in turn until the file is small enough.
const QUALITIES: [u32; 4] = [88, 76, 62, 48];
const MOST_BYTES: usize = 200_000;

/// A page of a service, and what is done on it before its picture is taken.
struct View {
    name: &'static str,
    address: &'static str,
    /// Visible once the page is there.
    shown: &'static str,
    /// What somebody does on it, and the picture that this brings.
    act: Option<(String, &'static str)>,
}

/// How it is looked at: name, CSS pixels of width and height, scheme, and whether the documents show it.
struct Look(&'static str, u32, u32, &'static str, bool);

const LOOKS: [Look; 4] = [
    Look("light", 1280, 1130, "light", true),
    Look("phone-dark", 390, 1130, "dark", true),
    Look("dark", 1280, 1130, "dark", false),
    Look("phone-light", 390, 1130, "light", false),
];

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let traffic = Arc::new(Traffic::start().await?);
    let looked_at = [("ingestion", &traffic.ingestion), ("image", &traffic.image)];
    let camera = camera(&looked_at.map(|(_, service)| service)).await?;
    println!("at work for {} seconds ...", options.seconds);
    work(&traffic, Duration::from_secs(options.seconds)).await;
    for (service, at) in looked_at {
        for view in [status(), playground(service, &traffic)] {
            for look in LOOKS.iter().filter(|look| look.4 || options.all) {
                let picture = take(&camera, at.client(), &view, look).await?;
                let path = options.out.join(format!("{service}-{}-{}.jpg", view.name, look.0));
                println!("{} {} KB", path.display(), picture.len() / 1000);
                write_file(&path, &picture)?;
            }
        }
    }
    Ok(Verdict::Holds)
}

/// May reach the services that it looks at, and act on their pages.
async fn camera(services: &[&Service]) -> Result<Service> {
    let host = |service: &&Service| service.client().base().trim_start_matches("http://").to_owned();
    let hosts: Vec<_> = services.iter().map(host).collect();
    let camera = Launch::image()
        .env("PLAYWRIGHT_EGRESS_ALLOW", hosts.join(","))
        .env("PLAYWRIGHT_ALLOW_SCRIPTS", "true")
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    Ok(camera.start().await?)
}

/// Callers of every kind, at a steady pace.
async fn work(traffic: &Traffic, length: Duration) {
    let (start, bad) = (Instant::now(), traffic.bad());
    let mut pace = tokio::time::interval(PACE);
    let mut running = JoinSet::new();
    for number in 0_usize.. {
        pace.tick().await;
        if start.elapsed() > length {
            break;
        }
        let is_bad = number % BAD_EVERY == BAD_EVERY - 1;
        let errand = if is_bad { bad[number / BAD_EVERY % bad.len()].clone() } else { traffic.good(number) };
        running.spawn(errand.run());
        while running.try_join_next().is_some() {}
    }
    running.join_all().await;
}

fn status() -> View {
    View { name: "status", address: "/", shown: "#browsers td", act: None }
}

fn playground(service: &str, traffic: &Traffic) -> View {
    let (shown, act) = if service == "ingestion" {
        let product = traffic.site.url("/shop/beelink-ser5-max.html");
        let act = format!(
            "document.querySelector('#extract-url').value = '{product}'; document.querySelector('#extract-go').click();"
        );
        ("#extract-go", (act, "#extract-picture"))
    } else {
        ("#render-go", ("document.querySelector('#render-go').click();".to_owned(), "#render-picture"))
    };
    View { name: "playground", address: "/#playground", shown, act: Some(act) }
}

/// A picture of a page that is small enough.
async fn take(camera: &Service, of: &Client, view: &View, look: &Look) -> Result<Vec<u8>> {
    let &Look(_, width, height, scheme, _) = look;
    let mut request = json!({
        "url": format!("{}{}", of.base(), view.address), "wait_for": view.shown, "timeout_s": 60, "width": width,
        "height": height, "color_scheme": scheme, "scale_factor": 1, "image_format": "jpeg",
        "full_page": view.act.is_some(),
    });
    if let Some((act, brings)) = &view.act {
        request["javascript"] = json!(until(act, brings));
    }
    let mut picture = Vec::new();
    for quality in QUALITIES {
        request["quality"] = json!(quality);
        picture = photograph(camera, &request).await?;
        if picture.len() < MOST_BYTES {
            break;
        }
    }
    Ok(picture)
}

/// Acts, and is done when the picture is there.
fn until(act: &str, picture: &str) -> String {
    format!(
        "{act} new Promise((done) => {{ const look = () => \
         document.querySelector('{picture}')?.naturalWidth > 0 ? done() : setTimeout(look, 50); look(); }})"
    )
}

async fn photograph(camera: &Service, request: &Value) -> Result<Vec<u8>> {
    let accept = [("accept", "image/jpeg")];
    let reply = camera.client().post_with("/v1/screenshot", &accept, request).await;
    let reply = reply.map_err(|error| anyhow!(error))?;
    ensure!(reply.status == 200, "{}: {} {}", request["url"], reply.status, reply.text());
    Ok(reply.body.to_vec())
}
