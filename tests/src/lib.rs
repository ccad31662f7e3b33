//! What every test of the services begins with: a service on a real Chromium, the fixture site beside it, and one
//! short call for a request. The tests themselves are organised by how things go wrong.

pub mod documents;

use std::time::Duration;

use serde_json::{Value, json};
use test_support::{FixtureSite, Launch, Reply, Scrape, Service, eventually};

const ALL_SERVE_WITHIN: Duration = Duration::from_secs(20);

/// The ingestion service with a site that it may reach.
#[derive(Debug)]
pub struct Ingestion {
    /// The only address that it may reach.
    pub site: FixtureSite,
    /// The service.
    pub service: Service,
}

/// Starts the ingestion service and its site.
///
/// # Panics
///
/// When the service does not become ready.
pub async fn ingestion(environment: &[(&str, &str)]) -> Ingestion {
    let site = FixtureSite::start().await;
    let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
    Ingestion { site, service: start(launch, environment).await }
}

/// Starts the image service.
///
/// # Panics
///
/// When the service does not become ready.
pub async fn image(environment: &[(&str, &str)]) -> Service {
    start(Launch::image(), environment).await
}

async fn start(launch: Launch, environment: &[(&str, &str)]) -> Service {
    let launch = launch.env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    let launch = environment.iter().fold(launch, |launch, (name, value)| launch.env(name, *value));
    let service = launch.start().await.expect("the service starts");
    // ready is one browser; the tests begin when all are there
    eventually("all browsers serve", ALL_SERVE_WITHIN, async || {
        is_at_rest(&scrape(&service).await).then_some(())
    })
    .await;
    service
}

impl Ingestion {
    /// `POST /v1/extract` for a path of the site.
    pub async fn extract(&self, path: &str) -> Reply {
        self.extract_with(path, &json!({})).await
    }

    /// The same with further fields.
    ///
    /// # Panics
    ///
    /// When there is no answer at all.
    pub async fn extract_with(&self, path: &str, fields: &Value) -> Reply {
        let mut request = json!({ "url": self.site.url(path) });
        merge(&mut request, fields);
        self.service.client().post("/v1/extract", &request).await.expect("an answer")
    }
}

/// `POST /v1/render`.
///
/// # Panics
///
/// When there is no answer at all.
pub async fn render(service: &Service, request: &Value) -> Reply {
    service.client().post("/v1/render", request).await.expect("an answer")
}

/// Puts the fields of one object into another.
pub fn merge(into: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

/// Checks an error's status and body, every field of it.
///
/// # Panics
///
/// When anything differs from the contract.
#[track_caller]
pub fn assert_error(reply: &Reply, status: u16, error_type: &str, retriable: bool) -> Value {
    let said = format!("{} {}", reply.status, reply.text());
    assert_eq!(reply.status.as_u16(), status, "{said}");
    let body = reply.json();
    assert_eq!(body["error_type"], error_type, "{said}");
    assert_eq!(body["retriable"], retriable, "{said}");
    assert!(body["error_message"].as_str().is_some_and(|message| message.len() > 5), "{said}");
    assert!(body["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{said}");
    assert_eq!(body["request_id"].as_str(), reply.header("x-request-id"), "{said}");
    body
}

/// What the service counts now.
///
/// # Panics
///
/// When it does not answer.
pub async fn scrape(service: &Service) -> Scrape {
    service.metrics().await.expect("the metrics")
}

/// Whether nothing is in flight, and every page and browser is free.
#[must_use]
pub fn is_at_rest(scrape: &Scrape) -> bool {
    let value = |name: &str| scrape.find(name, &[]);
    value("playwright_requests_in_flight") == Some(0.0)
        && value("playwright_queue_depth") == Some(0.0)
        && value("playwright_page_pool_available") == value("playwright_page_pool_size")
        && value("playwright_browser_pool_available") == value("playwright_browser_pool_size")
}
