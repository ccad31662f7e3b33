//! Good requests, each for something that only it asks for, and the judging of their answers: what another request
//! asked for is wrong.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;
use serde_json::{Value, json};
use test_support::{Client, Reply};

use super::world::Sites;
use super::{GRACE, LEAVES_AFTER};
use crate::work::{Kind, Outcome, Record};

const SMALL: (u32, u32) = (600, 315);
const FULL: (u32, u32) = (2400, 1260);
/// By how much a channel of a JPEG's pixel may differ from what was drawn.
const TOLERANCE: u8 = 10;
/// The colour is looked for here: at the picture's edge, where no letter is.
const CORNER: u32 = 4;

/// A product that only one page has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Product {
    pub(crate) title: String,
    pub(crate) price: f64,
}

/// A colour that a picture is known by: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

/// A request, and what its answer must be.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    path: &'static str,
    accept: &'static str,
    body: Bytes,
    expected: Expected,
    timeout: Duration,
}

#[derive(Debug, Clone)]
enum Expected {
    Product(Product),
    Picture {
        size: (u32, u32),
        colour: Colour,
    },
    /// For who looks at the status only.
    Anything,
}

impl Product {
    pub(crate) fn of(number: usize) -> Product {
        let price = 100.0 + (number % 9_000) as f64 + 0.49;
        Product { title: format!("Quartz Q{number} Mini PC"), price }
    }

    pub(crate) fn page(&self) -> String {
        let Product { title, price } = self;
        let data = json!({ "@context": "https://schema.org", "@type": "Product", "name": title, "image": ["/photo.png"],
            "offers": { "@type": "Offer", "price": format!("{price:.2}"), "priceCurrency": "USD",
                "availability": "https://schema.org/InStock" } });
        format!(
            "<!doctype html><html lang=en-US><meta charset=utf-8><title>{title} | Example Store</title>\
             <script type='application/ld+json'>{data}</script><main><h1>{title}</h1><p class=price>${price:.2}</p>\
             <button>Add to cart</button><table><tr><th>Memory</th><td>16GB DDR5</td></tr></table></main>"
        )
    }

    /// A page of any of them, drawn by a script once the shop's API has answered.
    pub(crate) fn scripted_page() -> String {
        "<!doctype html><html lang=en-US><meta charset=utf-8><title>Example Store</title><main id=shop>Loading…</main>\
         <script>const number = location.pathname.split('/').pop(); fetch('/api/' + number).then(answer => answer.json())\
         .then(({name, price}) => { document.title = name + ' | Example Store'; document.getElementById('shop').innerHTML = \
         `<h1>${name}</h1><p class=price>${price}</p><button>Add to cart</button>` })</script>"
            .to_owned()
    }

    fn fault(&self, reply: &Reply) -> Option<String> {
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
            return Some("not JSON".to_owned());
        };
        let is_right = body["title"].as_str().is_some_and(|found| found.starts_with(&self.title))
            && body["price"].as_f64().is_some_and(|found| (found - self.price).abs() < 0.005);
        (!is_right).then(|| format!("title {} price {}, wanted {self:?}", body["title"], body["price"]))
    }
}

impl Colour {
    /// One of 216 of even distance.
    pub(crate) fn of(number: usize) -> Colour {
        let step = |place: usize| u8::try_from(number / place % 6 * 51).unwrap_or(u8::MAX);
        Colour([step(1), step(6), step(36)])
    }

    fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("rgb({red} {green} {blue})")
    }

    /// Runs and loads nothing.
    pub(crate) fn card(self, number: usize) -> String {
        format!(
            "<!doctype html><meta charset=utf-8><title>Card {number}</title><body style='margin:0;padding:40px;\
             background:{};font:40px sans-serif'><h1 style='background:#888'>Card {number}</h1>",
            self.css()
        )
    }

    fn scripted_card(self, number: usize) -> String {
        format!(
            "<!doctype html><meta charset=utf-8><title>Card</title><body style='margin:0;padding:40px;font:40px sans-serif'>\
             <h1 style='background:#888'></h1><script>document.body.style.background = '{}'; \
             document.querySelector('h1').textContent = 'Card {number}'</script>",
            self.css()
        )
    }

    fn fault(self, reply: &Reply, size: (u32, u32)) -> Option<String> {
        let picture = match image::load_from_memory(&reply.body) {
            Ok(picture) => picture.to_rgb8(),
            Err(error) => return Some(format!("no picture: {error}")),
        };
        if picture.dimensions() != size {
            return Some(format!("size {:?}, wanted {size:?}", picture.dimensions()));
        }
        let found = picture.get_pixel(CORNER, CORNER).0;
        let is_right = found.iter().zip(self.0).all(|(found, wanted)| found.abs_diff(wanted) <= TOLERANCE);
        (!is_right).then(|| format!("colour {found:?}, wanted {:?}", self.0))
    }
}

impl Ask {
    /// The `number`th good request. Of ten extractions eight are of pages (three of them drawn by scripts) and two of HTML
    /// that the caller has; of ten pictures five are small cards that run nothing, two run a script, one is of an address,
    /// one is a small PNG and one has the size of a share card.
    pub(crate) fn good(kind: Kind, number: usize, timeout: Duration, sites: &Sites) -> Ask {
        match kind {
            Kind::Ingestion => Ask::extraction(number, timeout, sites),
            Kind::Image => Ask::picture(number, timeout, sites),
        }
    }

    fn extraction(number: usize, timeout: Duration, sites: &Sites) -> Ask {
        let (product, shop) = (Product::of(number), sites.shop(number));
        let mut body = match number % 10 {
            0..=4 => json!({ "url": shop.url(&format!("/product/{number}")) }),
            5..=7 => json!({ "url": shop.url(&format!("/script/{number}")) }),
            _ => json!({ "url": shop.url("/"), "html": product.page() }),
        };
        body["timeout_s"] = timeout.as_secs_f64().into();
        Ask {
            path: "/v1/extract",
            accept: "application/json",
            body: body.to_string().into(),
            expected: Expected::Product(product),
            timeout,
        }
    }

    fn picture(number: usize, timeout: Duration, sites: &Sites) -> Ask {
        let colour = Colour::of(number);
        let (format, size) = match number % 10 {
            8 => ("png", SMALL),
            9 => ("jpeg", FULL),
            _ => ("jpeg", SMALL),
        };
        let (path, mut body) = match number % 10 {
            5 | 6 => ("/v1/render", json!({ "html": colour.scripted_card(number) })),
            7 => {
                let url = sites.shop(number).url(&format!("/colour/{number}"));
                ("/v1/screenshot", json!({ "url": url }))
            }
            _ => ("/v1/render", json!({ "html": colour.card(number) })),
        };
        body["image_format"] = format.into();
        body["timeout_s"] = timeout.as_secs_f64().into();
        if size == SMALL {
            body["width"] = size.0.into();
            body["height"] = size.1.into();
            body["scale_factor"] = 1.into();
        }
        let accept = if format == "png" { "image/png" } else { "image/jpeg" };
        let expected = Expected::Picture { size, colour };
        Ask { path, accept, body: body.to_string().into(), expected, timeout }
    }

    pub(super) fn hostile(path: &'static str, body: &Value, timeout: Duration) -> Ask {
        let body = body.to_string().into();
        Ask { path, accept: "application/json", body, expected: Expected::Anything, timeout }
    }

    /// What is refused before a browser is asked.
    pub(super) fn invalid(kind: Kind, number: usize) -> Ask {
        const BODIES: [&str; 4] = [
            r#"{"url": 5, "html": 5}"#,
            r#"{"url": "http://shop.test/", "html": "<p>x", "timeout_s": -1}"#,
            r#"{"url": "http://shop.test/", "html": "<p>"#,
            "[[[[[[[[",
        ];
        let path = match kind {
            Kind::Ingestion => "/v1/extract",
            Kind::Image => "/v1/render",
        };
        let body = Bytes::from_static(BODIES[number % BODIES.len()].as_bytes());
        Ask { path, accept: "application/json", body, expected: Expected::Anything, timeout: Duration::ZERO }
    }

    /// Sends it and judges the answer; one that comes later than the deadline allows is wrong.
    pub(crate) async fn send(&self, client: &Client, start: Instant) -> Record {
        let sent = start.elapsed();
        let headers = [("content-type", "application/json"), ("accept", self.accept)];
        let reply = client.send(Method::POST, self.path, &headers, self.body.clone()).await;
        let took = start.elapsed().saturating_sub(sent);
        let outcome = match reply {
            Ok(_) if took > self.timeout + GRACE && !matches!(self.expected, Expected::Anything) => {
                Outcome::Wrong(format!("late: {took:?} of {:?}", self.timeout))
            }
            Ok(reply) => self.judge(&reply),
            Err(error) => Outcome::Broken(error.to_string()),
        };
        Record { sent, took, outcome }
    }

    /// Sends it and goes away before the answer can come.
    pub(crate) async fn abandon(&self, client: &Client, start: Instant) -> Record {
        let sent = start.elapsed();
        match tokio::time::timeout(LEAVES_AFTER, self.send(client, start)).await {
            Ok(record) => record,
            Err(_) => Record {
                sent,
                took: start.elapsed().saturating_sub(sent),
                outcome: Outcome::Broken("left".to_owned()),
            },
        }
    }

    fn judge(&self, reply: &Reply) -> Outcome {
        if reply.status != 200 {
            let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            return Outcome::Error {
                status: reply.status.as_u16(),
                error_type: body["error_type"].as_str().unwrap_or("none").to_owned(),
                retry_after: reply.header("retry-after").and_then(|seconds| seconds.parse().ok()),
                retriable: body["retriable"] == true,
            };
        }
        let fault = match &self.expected {
            Expected::Product(product) => product.fault(reply),
            Expected::Picture { size, colour } => colour.fault(reply, *size),
            Expected::Anything => None,
        };
        fault.map_or(Outcome::Right, Outcome::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_numbers_have_other_colours_and_products() {
        let colours: Vec<_> = (0..216).map(Colour::of).collect();
        let differs = |one: Colour, other: Colour| {
            one.0.iter().zip(other.0).any(|(one, other)| one.abs_diff(other) > 2 * TOLERANCE)
        };
        for (at, one) in colours.iter().enumerate() {
            assert!(colours[at + 1..].iter().all(|other| differs(*one, *other)), "{one:?}");
        }
        assert_ne!(Product::of(1), Product::of(2));
    }
}
