//! The answer: the product and what only the service knows about it.

use browser_pool::{Stage, StageTimes};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::extract::Product;

/// A product that was found, before the answer is made of it.
#[derive(Debug)]
pub(super) struct Extracted {
    pub(super) product: Product,
    pub(super) raw_html: Option<String>,
    pub(super) screenshot: Option<String>,
    pub(super) final_url: Url,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtractResponse {
    #[serde(flatten)]
    product: Product,
    /// The rendered DOM, base64; `null` unless `include_html` asked for it.
    #[schema(content_encoding = "base64")]
    raw_html: Option<String>,
    /// The page as it was read, its viewport as a JPEG, base64, without pictures and web fonts, which are not loaded;
    /// `null` unless `include_screenshot` asked for it, with `html`, and where none could be taken in time.
    #[schema(content_encoding = "base64", content_media_type = "image/jpeg")]
    screenshot: Option<String>,
    /// Whole milliseconds from the parsed request to this answer.
    extraction_time_ms: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The page's address after redirects.
    #[schema(value_type = String, format = "uri")]
    final_url: Url,
    timings: Timings,
}

/// Milliseconds, to a tenth; the stages add up to `total`.
#[derive(Debug, Serialize, ToSchema)]
struct Timings {
    /// Waiting for a page to be free, and between tries.
    queue: f64,
    /// Getting the page.
    acquire: f64,
    /// Navigation.
    load: f64,
    /// Until title and price were visible, or nothing went on any more.
    ready: f64,
    /// Reading the DOM and making a product of it.
    extract: f64,
    /// The page's picture, where one was asked for.
    capture: f64,
    /// All that is in no other stage.
    encode: f64,
    total: f64,
}

impl Extracted {
    pub(super) fn answer(self, times: StageTimes) -> ExtractResponse {
        let timings = Timings::of(times);
        ExtractResponse {
            product: self.product,
            raw_html: self.raw_html,
            screenshot: self.screenshot,
            extraction_time_ms: timings.total.round() as u64,
            timestamp: service_kit::timestamp(),
            final_url: self.final_url,
            timings,
        }
    }
}

impl Timings {
    fn of(times: StageTimes) -> Self {
        let tenths = |stage| (times.get(stage).as_secs_f64() * 10_000.0).round() / 10.0;
        let stages = [
            Stage::Queue,
            Stage::Acquire,
            Stage::Load,
            Stage::Ready,
            Stage::Extract,
            Stage::Capture,
            Stage::Encode,
        ];
        let [queue, acquire, load, ready, extract, capture, encode] = stages.map(tenths);
        let total = queue + acquire + load + ready + extract + capture + encode;
        Self { queue, acquire, load, ready, extract, capture, encode, total: (total * 10.0).round() / 10.0 }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn stages_add_up_to_the_total() {
        let mut times = StageTimes::default();
        for (stage, micros) in [(Stage::Load, 114_040), (Stage::Ready, 50_061), (Stage::Extract, 3_333)] {
            times.add(stage, Duration::from_micros(micros));
        }
        let timings = Timings::of(times);
        assert_eq!((timings.load, timings.ready, timings.extract), (114.0, 50.1, 3.3));
        assert!((timings.total - 167.4).abs() < 1e-9);
    }
}
