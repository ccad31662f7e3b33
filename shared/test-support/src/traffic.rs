//! Both services at work for a variety of callers: good requests of every kind, and every trouble that is counted. For
//! what reads the metrics, and wants to find something in each.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::Client;
use crate::monitoring::free_port;
use crate::process::{Signal, signal};
use crate::service::{Launch, Service, StartFailure};
use crate::site::FixtureSite;

/// Both services, and the site that they read.
#[derive(Debug)]
pub struct Traffic {
    /// What the requests are about.
    pub site: FixtureSite,
    /// Of few pages and a short queue, so that a crowd is too much for it.
    pub ingestion: Service,
    /// As the other.
    pub image: Service,
    /// Allowed to be asked, and nobody listens there.
    deaf: String,
}

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub struct Errand {
    client: Client,
    path: &'static str,
    body: Value,
    no_store: bool,
    /// After how long the caller goes away.
    patience: Option<Duration>,
}

const EXTRACT: &str = "/v1/extract";
/// Less than the request takes.
const IMPATIENT: Option<Duration> = Some(Duration::from_millis(250));
const RENDER: &str = "/v1/render";

/// Products of the site: half of them are drawn by scripts.
const PAGES: [&str; 4] = [
    "/shop/beelink-ser5-max.html",
    "/static-jsonld.html",
    "/shop/minisforum-um790.html",
    "/shop/lenovo-m720q-refurbished.html",
];
const SHOPS: [&str; 4] = [
    "www.amazon.com/dp/B0CXY12345",
    "www.ebay.com/itm/123456789012",
    "www.walmart.com/ip/55512345",
    "www.newegg.com/p/N82E1",
];

impl Traffic {
    /// Starts both.
    pub async fn start() -> Result<Traffic, StartFailure> {
        let site = FixtureSite::start().await;
        let deaf = format!("127.0.0.1:{}", free_port().expect("a free port"));
        let with = |launch: Launch| {
            launch
                .env("PLAYWRIGHT_EGRESS_ALLOW", format!("{},{deaf}", site.host_port()))
                .env("PLAYWRIGHT_PAGE_POOL_SIZE", "4")
                .env("PLAYWRIGHT_MAX_QUEUE", "4")
                .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
                .start()
        };
        let ingestion = Launch::ingestion().env("PLAYWRIGHT_HOST_CONCURRENCY", "1024");
        let (ingestion, image) = tokio::try_join!(with(ingestion), with(Launch::image()))?;
        Ok(Traffic { site, ingestion, image, deaf })
    }

    /// A request that succeeds; every other one is a picture.
    #[must_use]
    pub fn good(&self, number: usize) -> Errand {
        if number.is_multiple_of(2) { self.product(number / 2) } else { self.picture(number / 2) }
    }

    fn product(&self, number: usize) -> Errand {
        if number % 3 == 2 {
            // a page that its caller has already: any shop's
            let shop = SHOPS[number / 3 % SHOPS.len()];
            let html = "<title>Kestrel K7 Mini PC</title><script type=application/ld+json>{\"@type\":\"Product\",\"name\":\
                \"Kestrel K7 Mini PC\",\"offers\":{\"price\":\"489.00\",\"priceCurrency\":\"USD\"}}</script><h1>Kestrel K7 Mini PC</h1>";
            return self.extract(json!({ "url": format!("https://{shop}"), "html": html }));
        }
        self.extract(json!({ "url": self.site.url(PAGES[number % PAGES.len()]) }))
    }

    fn picture(&self, number: usize) -> Errand {
        let format = ["png", "jpeg", "webp", "jpeg"][number % 4];
        match number % 6 {
            // the same again and again: kept
            0 => self.render(json!({ "html": card(0), "image_format": "jpeg" })),
            1 => {
                let url = self.site.url("/static-jsonld.html");
                let body = json!({ "url": url, "image_format": format, "width": 800, "height": 600 });
                Errand { path: "/v1/screenshot", ..self.render(body) }
            }
            2 => {
                let data =
                    json!({ "title": format!("Mini PC no. {number}"), "price": 329.99, "currency": "USD" });
                let body = json!({ "template": "product", "data": data, "image_format": format });
                Errand { path: "/v1/card", ..self.render(body) }
            }
            3 => Errand { no_store: true, ..self.render(json!({ "html": card(1), "image_format": format })) },
            _ => self.render(json!({ "html": card(number), "image_format": format })),
        }
    }

    /// One request of each kind that goes wrong.
    #[must_use]
    pub fn bad(&self) -> Vec<Errand> {
        [self.bad_products(), self.bad_pictures()].concat()
    }

    /// Those of the ingestion service.
    #[must_use]
    pub fn bad_products(&self) -> Vec<Errand> {
        let page = |path: &str| json!({ "url": self.site.url(path), "retry_count": 0, "timeout_s": 4 });
        let elsewhere = |address: &str| json!({ "url": format!("http://{address}/"), "retry_count": 0 });
        let with = |mut body: Value, field: &str, value: Value| {
            body[field] = value;
            body
        };
        vec![
            self.extract(page("/robot-check.html")),
            self.extract(page("/login-wall.html")),
            self.extract(page("/listing.html")),
            self.extract(page("/article.html")),
            self.extract(page("/status/503")),
            self.extract(json!({ "url": "ftp://shop.example/" })),
            self.extract(json!({ "address": "https://shop.example/" })),
            self.extract(elsewhere("10.1.2.3")),
            self.extract(elsewhere(&self.deaf)),
            self.extract(with(page("/hang"), "timeout_s", json!(0.7))),
            Errand { patience: IMPATIENT, ..self.extract(page("/hang")) },
        ]
    }

    /// Those of the image service.
    #[must_use]
    pub fn bad_pictures(&self) -> Vec<Errand> {
        let image_of =
            |address: &str| json!({ "html": format!("<h1>Deal</h1><img src='http://{address}/a.png'>") });
        vec![
            self.render(json!({ "html": " " })),
            self.render(image_of("10.1.2.3")),
            self.render(image_of(&self.deaf)),
            self.render(json!({ "html": "<p>waits", "wait_for": "#never", "timeout_s": 0.7 })),
            Errand {
                patience: IMPATIENT,
                ..self.render(json!({ "html": "<p>waits", "wait_for": "#never" }))
            },
            Errand { path: "/v1/nothing", ..self.render(json!({})) },
        ]
    }

    /// More than either service has room for, all of them slow.
    #[must_use]
    pub fn crowd(&self) -> Vec<Errand> {
        let slow = |number: usize| {
            let address = self.site.url(&format!("/slow/600/static-jsonld.html?{number}"));
            let html = format!("<h1>Deal {number}</h1><script>1</script>");
            [
                self.extract(json!({ "url": address })),
                self.render(json!({ "html": html, "delay_ms": 500, "image_format": "jpeg" })),
            ]
        };
        (0..12).flat_map(slow).collect()
    }

    /// Kills a browser of each service.
    pub fn crash(&self) {
        for service in [&self.ingestion, &self.image] {
            if let Some(browser) = service.browsers().first() {
                // it fails only where it has ended already
                let _ = signal(browser.pid, Signal::KILL);
            }
        }
    }

    fn extract(&self, body: Value) -> Errand {
        let client = self.ingestion.client().clone();
        Errand { client, path: EXTRACT, body, no_store: false, patience: None }
    }

    fn render(&self, body: Value) -> Errand {
        let client = self.image.client().clone();
        Errand { client, path: RENDER, body, no_store: false, patience: None }
    }
}

impl Errand {
    /// Sends it and waits for the answer, whatever it is; `None` where there is none, or the caller has gone.
    pub async fn run(self) -> Option<u16> {
        let headers: &[_] = if self.no_store { &[("cache-control", "no-store")] } else { &[] };
        let answer = self.client.post_with(self.path, headers, &self.body);
        let answer = match self.patience {
            Some(patience) => tokio::time::timeout(patience, answer).await.ok()?,
            None => answer.await,
        };
        Some(answer.ok()?.status.as_u16())
    }
}

/// A card whose look and weight depend on its number.
fn card(number: usize) -> String {
    let hue = number * 47 % 360;
    let lines =
        "<p>8 cores, 32 GB, 500 GB SSD, three displays, USB4, 2.5 Gb Ethernet, WiFi 6, silent below 15 W</p>"
            .repeat(number % 9);
    format!(
        "<body style='margin:0;font:28px sans-serif;color:#fff;background:linear-gradient({hue}deg,hsl({hue},70%,30%),#123)'>\
         <h1 style='margin:60px'>Mini PC no. {number}</h1><div style='margin:60px'>{lines}</div></body>"
    )
}
