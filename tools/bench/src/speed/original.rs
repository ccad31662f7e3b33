//! The way of the service that this project replaced: a new context and page for each card, a wait for an idle
//! network, a fixed sleep, a PNG as Chromium encodes it by default.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::time::{Instant as Moment, sleep, timeout_at};

use super::chromium::{Browser, Chromium};
use super::raw::{self, Event, Page};
use super::running::{Answer, Found};
use super::work::Work;
use crate::card;

/// No request in flight for so long is what its framework calls an idle network.
const IDLE: Duration = Duration::from_millis(500);
/// Its own.
const FIXED_SLEEP: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Original {
    browser: Browser,
    window: (u32, u32),
}

impl Original {
    pub(crate) async fn start(chromium: &Chromium) -> Result<Original> {
        Ok(Original { browser: chromium.start().await?, window: chromium.window })
    }

    pub(crate) fn roots(&self) -> Vec<u32> {
        vec![self.browser.pid()]
    }

    pub(crate) async fn answer(&self, work: Work, number: usize) -> Answer {
        let html = card::sample(work.nth(number));
        let start = Instant::now();
        let answer = self.draw(&html, start).await;
        answer.unwrap_or_else(|error| Answer { took: start.elapsed(), found: Err(error) })
    }

    async fn draw(&self, html: &str, start: Instant) -> Result<Answer> {
        let wire = &self.browser.wire;
        let context = wire.send(None, "Target.createBrowserContext", &json!({})).result().await?;
        let context = raw::text(&context, "browserContextId")?;
        let captured = self.draw_in(&context, html).await;
        // its answer left before the context was closed
        let took = start.elapsed();
        let dispose = json!({ "browserContextId": context });
        wire.send(None, "Target.disposeBrowserContext", &dispose).result().await?;
        Ok(Answer { took, found: raw::picture(&captured?).map(Found::Picture) })
    }

    async fn draw_in(&self, context: &str, html: &str) -> Result<Vec<u8>> {
        let mut page = Page::open(&self.browser.wire, Some(context), self.window).await?;
        page.send("Network.enable", &json!({})).result().await?;
        let (width, height) = self.window;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": false });
        page.send("Emulation.setDeviceMetricsOverride", &metrics).result().await?;
        page.set_document(html).result().await?;
        network_idle(&mut page).await?;
        sleep(FIXED_SLEEP).await;
        let capture = json!({ "format": "png", "optimizeForSpeed": false });
        page.send("Page.captureScreenshot", &capture).message().await
    }
}

async fn network_idle(page: &mut Page) -> Result<()> {
    const LIMIT: Duration = Duration::from_secs(30);
    let end = Moment::now() + LIMIT;
    let mut in_flight = HashSet::new();
    let mut quiet_since = Moment::now();
    while Moment::now() < end {
        let until = if in_flight.is_empty() { quiet_since + IDLE } else { end };
        match timeout_at(until, page.events.recv()).await {
            Err(_) if in_flight.is_empty() => return Ok(()),
            Err(_) => break,
            Ok(None) => bail!("the browser is gone"),
            Ok(Some(event)) => {
                if note(&mut in_flight, &event) {
                    quiet_since = Moment::now();
                }
            }
        }
    }
    bail!("the network was never idle")
}

/// Keeps account of the requests in flight; whether the event was about one.
fn note(in_flight: &mut HashSet<String>, event: &Event) -> bool {
    let Some(request) = event.params["requestId"].as_str() else { return false };
    match event.method.as_str() {
        "Network.requestWillBeSent" => {
            // what lies in the document itself is no traffic
            let url = event.params["request"]["url"].as_str().unwrap_or_default();
            !url.starts_with("data:") && in_flight.insert(request.to_owned())
        }
        "Network.loadingFinished" | "Network.loadingFailed" => in_flight.remove(request),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_over_the_network_are_in_flight() {
        let mut in_flight = HashSet::new();
        let event = |method: &str, id: &str, url: &str| Event {
            method: format!("Network.{method}"),
            params: json!({ "requestId": id, "request": { "url": url } }),
        };
        assert!(!note(&mut in_flight, &event("requestWillBeSent", "1", "data:image/png;base64,QQ==")));
        assert!(note(&mut in_flight, &event("requestWillBeSent", "2", "http://127.0.0.1/a.css")));
        assert!(!note(&mut in_flight, &event("loadingFinished", "1", "")));
        assert_eq!(in_flight.len(), 1);
        assert!(note(&mut in_flight, &event("loadingFailed", "2", "")));
        assert!(in_flight.is_empty());
    }
}
