//! `bench demo`, which is what `make run` ends in: both services up, a product extracted from a shop page whose content
//! comes by JavaScript, a card of it rendered to a file.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use serde_json::{Value, json};
use test_support::process::Signal;
use test_support::{Client, FixtureSite, Launch, Reply, Service};
use tokio::signal::unix::{SignalKind, signal};

use crate::card::data_address;
use crate::report::{Verdict, write_file};

const PAGE: &str = "/shop/beelink-ser5-max.html";
const STOPS_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// End after the demonstration instead of staying up
    #[arg(long)]
    once: bool,
    /// Where the ingestion service listens, on loopback
    #[arg(long, default_value = "8001")]
    ingestion_port: u16,
    /// Where the image service listens, on loopback
    #[arg(long, default_value = "8002")]
    image_port: u16,
    /// Where the card goes
    #[arg(long, default_value = "out/card.png")]
    card: PathBuf,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    for port in [options.ingestion_port, options.image_port] {
        ensure_free(port)?;
    }
    let shop = FixtureSite::start().await;
    println!("starting both services ...");
    let started = tokio::try_join!(
        start(Launch::ingestion(), options.ingestion_port, &shop),
        start(Launch::image(), options.image_port, &shop),
    );
    let (mut ingestion, mut image) = started?;
    let shown = tokio::select! {
        shown = demonstrate(options, &shop, ingestion.client(), image.client()) => shown,
        _ = interrupt.recv() => Err(anyhow!("interrupted")),
        _ = terminate.recv() => Err(anyhow!("terminated")),
    };
    if shown.is_ok() && !options.once {
        addresses(options);
        println!("\nBoth services stay up until Ctrl-C.");
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            ended = either_ends(&mut ingestion, &mut image) => return Err(ended),
        }
        println!("\nstopping ...");
    }
    let stopped = tokio::join!(stop("ingestion", &mut ingestion), stop("image", &mut image));
    shown.and(stopped.0).and(stopped.1)?;
    Ok(Verdict::Holds)
}

fn ensure_free(port: u16) -> Result<()> {
    if let Err(error) = TcpListener::bind(("127.0.0.1", port)) {
        bail!(
            "port {port} of 127.0.0.1 can't be had ({error}): stop what listens there (an earlier `make run`?), or \
             choose others: make run INGESTION_PORT=9001 IMAGE_PORT=9002"
        );
    }
    Ok(())
}

async fn start(launch: Launch, port: u16, shop: &FixtureSite) -> Result<Service> {
    let service = launch
        .own_group()
        .env("PLAYWRIGHT_LISTEN", format!("127.0.0.1:{port}"))
        .env("PLAYWRIGHT_EGRESS_ALLOW", shop.host_port())
        // there is no load balancer that would have to notice
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
        .start()
        .await?;
    Ok(service)
}

async fn demonstrate(
    options: &Options,
    shop: &FixtureSite,
    ingestion: &Client,
    image: &Client,
) -> Result<()> {
    let url = shop.url(PAGE);
    println!("extracting {url}");
    let reply = ask(ingestion, "/v1/extract", &json!({ "url": url })).await?;
    let product = reply.json();
    show_product(&product);
    show_timings(&product);

    let photo = match product["images"][0].as_str() {
        Some(address) => photo(shop, address).await,
        None => None,
    };
    let data = card_data(&product, photo.as_deref());
    let reply =
        ask(image, "/v1/card", &json!({ "template": "product", "theme": "dark", "data": data })).await?;
    let rendered = reply.json();
    let picture = rendered["image_base64"].as_str().context("the answer holds no picture")?;
    let picture = base64_simd::STANDARD.decode_to_vec(picture).context("the picture is not base64")?;
    write_file(&options.card, &picture)?;
    let shown = options.card.canonicalize().unwrap_or_else(|_| options.card.clone());
    println!("\ncard         {}", shown.display());
    println!(
        "             {} x {} pixels, {} KB of {}",
        rendered["actual_width"],
        rendered["actual_height"],
        picture.len() / 1024,
        rendered["content_type"].as_str().unwrap_or_default()
    );
    show_timings(&rendered);
    Ok(())
}

async fn ask(client: &Client, path: &str, body: &Value) -> Result<Reply> {
    let reply = client.post(path, body).await.map_err(|error| anyhow!(error))?;
    ensure!(reply.status == 200, "{path} answered {}: {}", reply.status, reply.text());
    Ok(reply)
}

/// What of an extracted product is on its card.
fn card_data(product: &Value, photo: Option<&[u8]>) -> Value {
    let clipped =
        |value: &Value, most: usize| value.as_str().map(|text| text.chars().take(most).collect::<String>());
    let specs = &product["specs"];
    json!({
        "title": clipped(&product["title"], 300),
        "price": product["price"],
        "list_price": product["list_price"],
        "currency": product["currency"],
        "condition": product["condition"],
        "availability": product["availability"],
        "cpu": clipped(&specs["cpu"], 60),
        "ram_gb": specs["ram_gb"],
        "storage": clipped(&specs["storage"], 40),
        "image": photo.map(data_address),
        "site_name": "Deal Brain",
    })
}

/// The product's first picture, fetched as the worker that makes cards would; only from the shop itself.
async fn photo(shop: &FixtureSite, address: &str) -> Option<Vec<u8>> {
    let base = shop.url("");
    let path = address.strip_prefix(&base)?;
    let reply = Client::new(&base).get(path).await.ok()?;
    (reply.status == 200).then(|| reply.body.to_vec())
}

fn show_product(product: &Value) {
    let line = |name: &str, value: &Value| match value {
        Value::Null => {}
        Value::String(text) => println!("{name:<12} {text}"),
        other => println!("{name:<12} {other}"),
    };
    println!();
    line("title", &product["title"]);
    println!("{:<12} {} {}", "price", product["price"], product["currency"].as_str().unwrap_or("?"));
    line("list price", &product["list_price"]);
    line("condition", &product["condition"]);
    line("available", &product["availability"]);
    for key in ["cpu", "ram_gb", "storage"] {
        line(key, &product["specs"][key]);
    }
    for image in product["images"].as_array().into_iter().flatten() {
        line("image", image);
    }
    line("confidence", &product["extraction_confidence"]);
}

/// The stages in their order.
fn show_timings(answer: &Value) {
    let stages = ["queue", "acquire", "load", "ready", "extract", "capture", "encode", "total"];
    let timing = |stage: &&str| answer["timings"][*stage].as_f64().map(|ms| format!("{stage} {ms:.0}"));
    let shown: Vec<_> = stages.iter().filter_map(timing).collect();
    println!("{:<12} {} ms", "timings", shown.join(" · "));
}

fn addresses(options: &Options) {
    println!();
    for (name, port) in [("ingestion", options.ingestion_port), ("image", options.image_port)] {
        let base = format!("http://127.0.0.1:{port}");
        println!("{name:<12} {base}/ (status and playground)  {base}/docs/  {base}/metrics");
    }
}

async fn either_ends(one: &mut Service, other: &mut Service) -> anyhow::Error {
    loop {
        for service in [&mut *one, &mut *other] {
            if let Some(exit) = service.exit_status() {
                return anyhow!("a service ended by itself ({exit}), it said:\n{}", service.log());
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Asks it to end and waits for that; all its browsers are gone then.
async fn stop(name: &str, service: &mut Service) -> Result<()> {
    service.signal(Signal::TERM).with_context(|| format!("{name} can't be told to end"))?;
    let exit = service.wait_for_exit(STOPS_WITHIN).await;
    let exit = exit.with_context(|| format!("{name} did not end within {} s", STOPS_WITHIN.as_secs()))?;
    ensure!(exit.success(), "{name} ended with {exit}, it said:\n{}", service.log());
    Ok(())
}
