//! The metrics that only this service has.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, PullingGauge, Registry};
use service_kit::LATENCY_BUCKETS_MS;

use crate::cache::{Origin, Pictures};
use crate::options::Format;

/// From a plain small card to 50 million noisy pixels.
const SIZE_BUCKETS: [f64; 11] = [1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2e6, 4e6, 8e6, 32e6];

#[derive(Debug)]
pub(crate) struct ImageMetrics {
    images: IntCounterVec,
    generation: HistogramVec,
    size: HistogramVec,
    cache: IntCounterVec,
}

impl ImageMetrics {
    pub(crate) fn new(registry: &Registry, pictures: &Pictures) -> Result<Self, prometheus::Error> {
        let by_format = &["format"];
        let metrics = Self {
            images: IntCounterVec::new(
                Opts::new("playwright_images_total", "Pictures that were returned"),
                by_format,
            )?,
            generation: HistogramVec::new(
                HistogramOpts::new(
                    "playwright_image_generation_ms",
                    "Time that the making of a returned picture took",
                )
                .buckets(LATENCY_BUCKETS_MS.to_vec()),
                by_format,
            )?,
            size: HistogramVec::new(
                HistogramOpts::new("playwright_image_size_bytes", "Size of a returned picture, encoded")
                    .buckets(SIZE_BUCKETS.to_vec()),
                by_format,
            )?,
            cache: IntCounterVec::new(
                Opts::new("playwright_image_cache_requests_total", "Where returned pictures came from"),
                &["outcome"],
            )?,
        };
        register_levels(registry, pictures)?;
        registry.register(Box::new(metrics.cache.clone()))?;
        for origin in Origin::ALL {
            let _ = metrics.cache.with_label_values(&[origin.as_str()]);
        }
        registry.register(Box::new(metrics.images.clone()))?;
        registry.register(Box::new(metrics.generation.clone()))?;
        registry.register(Box::new(metrics.size.clone()))?;
        for format in Format::ALL {
            let label = &[format.as_str()];
            let _ = metrics.images.with_label_values(label);
            let _ = metrics.generation.with_label_values(label);
            let _ = metrics.size.with_label_values(label);
        }
        Ok(metrics)
    }

    pub(crate) fn came_from(&self, origin: Origin) {
        self.cache.with_label_values(&[origin.as_str()]).inc();
    }

    pub(crate) fn returned(&self, format: Format, bytes: usize) {
        let label = &[format.as_str()];
        self.images.with_label_values(label).inc();
        self.size.with_label_values(label).observe(bytes as f64);
    }

    /// Only what was made: a kept picture would flatter the figure.
    pub(crate) fn made(&self, format: Format, took: Duration) {
        self.generation.with_label_values(&[format.as_str()]).observe(took.as_secs_f64() * 1000.0);
    }
}

/// Read from the cache itself when they are scraped.
fn register_levels(registry: &Registry, pictures: &Pictures) -> Result<(), prometheus::Error> {
    let (bytes, count) = (pictures.clone(), pictures.clone());
    let bytes = PullingGauge::new(
        "playwright_image_cache_bytes",
        "Bytes of the pictures that are kept",
        Box::new(move || bytes.bytes() as f64),
    )?;
    let count = PullingGauge::new(
        "playwright_image_cache_pictures",
        "Pictures that are kept",
        Box::new(move || count.count() as f64),
    )?;
    registry.register(Box::new(bytes))?;
    registry.register(Box::new(count))
}
