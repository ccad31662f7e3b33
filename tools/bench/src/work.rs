//! A service under measurement with the shop that feeds it, and the requests that it gets. An answer counts as a
//! success only when it is right.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use test_support::{Client, FixtureSite, Launch, Reply, Scrape, Service, within};

use crate::card;

const EXTRACT: &str = "/v1/extract";
pub(crate) const RENDER: &str = "/v1/render";
const COMES_TO_REST_WITHIN: Duration = Duration::from_secs(20);

/// Products with a price: path, how the title begins, price. Every other page comes whole from its server, as those
/// of Amazon, eBay and Newegg do; the others are drawn by scripts after two calls of 120 and 150 ms.
pub(crate) const PRODUCTS: [(&str, &str, f64); 6] = [
    ("/shop/beelink-ser5-max.html", "Beelink SER5 MAX", 329.99),
    ("/static-jsonld.html", "Kestrel K7 Mini PC", 489.0),
    ("/shop/minisforum-um790.html", "Minisforum UM790 Pro", 719.0),
    ("/static-jsonld.html", "Kestrel K7 Mini PC", 489.0),
    ("/shop/lenovo-m720q-refurbished.html", "Lenovo ThinkCentre M720q", 149.95),
    ("/static-jsonld.html", "Kestrel K7 Mini PC", 489.0),
];

/// Which service is measured, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ingestion,
    Image,
}

impl Kind {
    pub(crate) const BOTH: [Kind; 2] = [Kind::Ingestion, Kind::Image];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Ingestion => "ingestion",
            Kind::Image => "image",
        }
    }

    /// The request's own deadline where it names none.
    pub(crate) fn default_timeout(self) -> Duration {
        match self {
            Kind::Ingestion => Duration::from_secs(10),
            Kind::Image => Duration::from_secs(15),
        }
    }

    pub(crate) fn launch(self) -> Launch {
        match self {
            // The one site stands for many shops.
            Kind::Ingestion => self.plain_launch().env("PLAYWRIGHT_HOST_CONCURRENCY", "1024"),
            Kind::Image => self.plain_launch(),
        }
    }

    /// With the service's own defaults.
    pub(crate) fn plain_launch(self) -> Launch {
        match self {
            Kind::Ingestion => Launch::ingestion(),
            Kind::Image => Launch::image(),
        }
    }
}

/// A running service and its shop.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) kind: Kind,
    pub(crate) site: FixtureSite,
    pub(crate) service: Service,
}

/// One request, when it was sent and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Since the measurement's start.
    pub(crate) sent: Duration,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Right,
    /// A 200 that is not what was asked for.
    Wrong(String),
    /// Another status: its `error_type`, `Retry-After` in seconds, and whether it says that a retry may help.
    Error {
        status: u16,
        error_type: String,
        retry_after: Option<u64>,
        retriable: bool,
    },
    /// No answer.
    Broken(String),
}

impl Record {
    pub(crate) fn is_right(&self) -> bool {
        self.outcome == Outcome::Right
    }

    pub(crate) fn ended(&self) -> Duration {
        self.sent + self.took
    }

    pub(crate) fn csv(&self) -> String {
        let (status, detail) = match &self.outcome {
            Outcome::Right => (200, String::new()),
            Outcome::Wrong(what) => (200, what.clone()),
            Outcome::Error { status, error_type, .. } => (*status, error_type.clone()),
            Outcome::Broken(what) => (0, what.clone()),
        };
        let detail = detail.replace(['"', '\n', ','], " ");
        format!("{:.4},{:.1},{status},{detail}", self.sent.as_secs_f64(), self.took.as_secs_f64() * 1000.0)
    }

    pub(crate) const CSV_HEADER: &str = "sent_s,took_ms,status,detail";
}

impl Bench {
    pub(crate) async fn start(kind: Kind, environment: &[(&str, &str)]) -> Result<Bench> {
        let site = FixtureSite::start().await;
        let mut launch = kind
            .launch()
            .env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port())
            .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
            // rendering is measured, not remembering
            .env("PLAYWRIGHT_IMAGE_CACHE_MB", "0")
            .env("LOG_LEVEL", "warn,playwright_ingestion=info,playwright_image=info");
        for (name, value) in environment {
            launch = launch.env(name, *value);
        }
        Ok(Bench { kind, site, service: launch.start().await? })
    }

    /// What the `number`th request is sent with; it must go to [`Bench::client`].
    pub(crate) fn job(&self, number: usize) -> Job {
        match self.kind {
            Kind::Ingestion => {
                let product = PRODUCTS[number % PRODUCTS.len()];
                let url = self.site.url(product.0);
                Job { path: EXTRACT, body: json!({ "url": url }), expected: Expected::Product(product) }
            }
            Kind::Image => {
                // three share cards in JPEG for each one in PNG
                let format = if number % 4 == 3 { "png" } else { "jpeg" };
                let body = json!({ "html": card::sample(number), "image_format": format });
                Job { path: RENDER, body, expected: Expected::Picture(format) }
            }
        }
    }

    pub(crate) fn client(&self) -> &Client {
        self.service.client()
    }

    /// Waits until nothing is in flight and all pages are free; `None` where that does not come.
    pub(crate) async fn rest(&self) -> Option<Scrape> {
        within(COMES_TO_REST_WITHIN, async || {
            let scrape = self.service.metrics().await.ok()?;
            is_at_rest(&scrape).then_some(scrape)
        })
        .await
    }
}

pub(crate) fn is_at_rest(scrape: &Scrape) -> bool {
    let value = |name: &str| scrape.find(name, &[]);
    value("playwright_requests_in_flight") == Some(0.0)
        && value("playwright_queue_depth") == Some(0.0)
        && value("playwright_page_pool_available") == value("playwright_page_pool_size")
        && value("playwright_browser_pool_available") == value("playwright_browser_pool_size")
}

/// A request and what its answer must be.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    path: &'static str,
    body: Value,
    expected: Expected,
}

#[derive(Debug, Clone, Copy)]
enum Expected {
    Product((&'static str, &'static str, f64)),
    Picture(&'static str),
}

impl Job {
    /// Sends it and judges the answer.
    pub(crate) async fn send(&self, client: &Client, start: Instant) -> Record {
        let sent = start.elapsed();
        let reply = client.post(self.path, &self.body).await;
        let took = start.elapsed().saturating_sub(sent);
        let outcome = match reply {
            Ok(reply) => self.judge(&reply),
            Err(error) => Outcome::Broken(error.to_string()),
        };
        Record { sent, took, outcome }
    }

    fn judge(&self, reply: &Reply) -> Outcome {
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
            return Outcome::Broken(format!("{}: not JSON", reply.status));
        };
        if reply.status != 200 {
            return Outcome::Error {
                status: reply.status.as_u16(),
                error_type: body["error_type"].as_str().unwrap_or("none").to_owned(),
                retry_after: reply.header("retry-after").and_then(|seconds| seconds.parse().ok()),
                retriable: body["retriable"] == true,
            };
        }
        match self.expected.fault(&body) {
            None => Outcome::Right,
            Some(fault) => Outcome::Wrong(fault),
        }
    }
}

impl Expected {
    fn fault(self, body: &Value) -> Option<String> {
        match self {
            Expected::Product((_, title, price)) => {
                let has_title = body["title"].as_str().is_some_and(|found| found.starts_with(title));
                let has_price = body["price"].as_f64().is_some_and(|found| (found - price).abs() < 0.005);
                (!has_title || !has_price).then(|| format!("title {} price {}", body["title"], body["price"]))
            }
            Expected::Picture(format) => {
                let size = (body["actual_width"].as_u64(), body["actual_height"].as_u64());
                let has_size = size == (Some(2400), Some(1260));
                // the first bytes of each format, in base64
                let signature = if format == "png" { "iVBORw0KGgo" } else { "/9j/" };
                let picture = body["image_base64"].as_str().unwrap_or_default();
                let is_picture = picture.starts_with(signature) && picture.len() > 20_000;
                (!has_size || !is_picture)
                    .then(|| format!("size {size:?}, {} bytes of base64", picture.len()))
            }
        }
    }
}
