//! Spans between the request that ended them and the collector: a bounded queue, and a thread with a runtime of its own
//! that sends what is in it.
//!
//! A request only ever puts a span into the queue, which takes no time and cannot fail; whatever a collector does
//! happens on that thread. The SDK's own batching counts neither what it drops nor what a collector refuses.

use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter as _, SpanProcessor};
use prometheus::{IntCounter, IntCounterVec};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::settings::traces::{Collector, OtlpProtocol, TraceSettings};

/// For what waits when the process ends.
pub(super) const LAST_BATCHES: Duration = Duration::from_secs(3);

/// A thread that is asked to end has this much more, for its answer to arrive.
const GRACE: Duration = Duration::from_millis(250);

/// What the log needs and a trace says otherwise.
const LOG_ONLY: [&str; 5] = ["trace_id", "span_id", "method", "endpoint", "status"];

/// Of stages whose limits are known only afterwards; see `browser_pool::Stage`.
const TOOK_US: &str = "took_us";
const ENDED_EARLIER_US: &str = "ended_earlier_us";

/// What becomes of spans, the values of a metric's label.
pub(crate) const OUTCOMES: [&str; 3] = ["exported", "dropped", "failed"];

#[derive(Debug, Clone)]
struct Counts {
    exported: IntCounter,
    dropped: IntCounter,
    failed: IntCounter,
}

#[derive(Debug)]
pub(super) struct Outbox {
    spans: mpsc::Sender<SpanData>,
    counts: Counts,
    /// When everything must have been sent; none while the service runs.
    ends: watch::Sender<Option<Instant>>,
    ended: std_mpsc::Receiver<()>,
}

impl Outbox {
    pub(super) fn open(
        collector: Collector,
        settings: &TraceSettings,
        resource: Resource,
        sent: &IntCounterVec,
    ) -> Self {
        let [exported, dropped, failed] = OUTCOMES.map(|outcome| sent.with_label_values(&[outcome]));
        let counts = Counts { exported, dropped, failed };
        let (spans, waiting) = mpsc::channel(settings.otel_bsp_max_queue_size);
        let (ends, until) = watch::channel(None);
        let (has_ended, ended) = std_mpsc::channel();
        let mailer = Mailer {
            collector,
            resource,
            headers: settings.otel_exporter_otlp_headers.as_ref().map(|headers| headers.0.clone()),
            timeout: settings.timeout(),
            delay: Duration::from_millis(settings.otel_bsp_schedule_delay),
            most: settings.otel_bsp_max_export_batch_size,
            waiting,
            until,
            counts: counts.clone(),
            is_failing: false,
        };
        let spawned = std::thread::Builder::new().name("traces".to_owned()).spawn(move || {
            mailer.run();
            // Whoever waited for it no longer does, where this fails.
            let _ = has_ended.send(());
        });
        if let Err(error) = spawned {
            tracing::warn!("no spans are sent: no thread for them: {error}");
        }
        Self { spans, counts, ends, ended }
    }

    pub(super) fn processor(&self) -> impl SpanProcessor + use<> {
        Slot { spans: self.spans.clone(), dropped: self.counts.dropped.clone() }
    }

    /// Sends what waits, within [`LAST_BATCHES`].
    pub(super) fn close(self) {
        self.ends.send_replace(Some(Instant::now() + LAST_BATCHES));
        if self.ended.recv_timeout(LAST_BATCHES + GRACE).is_err() {
            tracing::warn!("the last spans were not sent in time");
        }
    }
}

/// What the SDK gives ended spans to.
#[derive(Debug)]
struct Slot {
    spans: mpsc::Sender<SpanData>,
    dropped: IntCounter,
}

impl SpanProcessor for Slot {
    fn on_start(&self, _: &mut Span, _: &opentelemetry::Context) {}

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        set_times(&mut span);
        span.attributes.retain(|attribute| !LOG_ONLY.contains(&attribute.key.as_str()));
        if self.spans.try_send(span).is_err() {
            self.dropped.inc();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    /// The outbox is closed by its owner, which can wait.
    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn set_times(span: &mut SpanData) {
    let earlier = take_duration(span, ENDED_EARLIER_US).unwrap_or_default();
    let end = span.end_time.checked_sub(earlier).unwrap_or(span.end_time);
    match take_duration(span, TOOK_US) {
        Some(took) => span.start_time = end.checked_sub(took).unwrap_or(end),
        None => span.start_time = span.start_time.min(end),
    }
    span.end_time = end;
}

fn take_duration(span: &mut SpanData, name: &str) -> Option<Duration> {
    let index = span.attributes.iter().position(|attribute| attribute.key.as_str() == name)?;
    match span.attributes.swap_remove(index).value {
        opentelemetry::Value::I64(us) => u64::try_from(us).ok().map(Duration::from_micros),
        _ => None,
    }
}

/// What the thread does.
struct Mailer {
    collector: Collector,
    resource: Resource,
    headers: Option<axum::http::HeaderMap>,
    timeout: Duration,
    delay: Duration,
    most: usize,
    waiting: mpsc::Receiver<SpanData>,
    until: watch::Receiver<Option<Instant>>,
    counts: Counts,
    is_failing: bool,
}

impl Mailer {
    fn run(self) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::warn!("no spans are sent: {error}"),
        };
        runtime.block_on(self.send_all());
        // A look-up of the collector's name may still be under way.
        runtime.shutdown_background();
    }

    async fn send_all(mut self) {
        let exporter = match self.exporter() {
            Ok(mut exporter) => {
                exporter.set_resource(&self.resource);
                exporter
            }
            Err(error) => return tracing::warn!("no spans are sent: {error}"),
        };
        loop {
            let batch = self.next_batch().await;
            if batch.is_empty() {
                return;
            }
            self.send(&exporter, batch).await;
        }
    }

    fn exporter(&self) -> Result<SpanExporter, opentelemetry_otlp::ExporterBuildError> {
        let headers = self.headers.clone().unwrap_or_default();
        match self.collector.protocol {
            OtlpProtocol::Grpc => SpanExporter::builder()
                .with_tonic()
                .with_endpoint(&self.collector.url)
                .with_timeout(self.timeout)
                .with_metadata(tonic::metadata::MetadataMap::from_headers(headers))
                .build(),
            OtlpProtocol::HttpProtobuf => SpanExporter::builder()
                .with_http()
                .with_endpoint(&self.collector.url)
                .with_timeout(self.timeout)
                .with_headers(
                    headers
                        .iter()
                        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
                        .collect(),
                )
                .build(),
        }
    }

    /// The spans of the next while, or as many as are sent at once; none when there will be no more.
    async fn next_batch(&mut self) -> Vec<SpanData> {
        let mut batch = Vec::new();
        let mut until = self.until.clone();
        tokio::select! {
            _ = self.waiting.recv_many(&mut batch, self.most) => {}
            _ = until.wait_for(Option::is_some) => self.waiting.close(),
        }
        let due = Instant::now() + self.delay;
        while batch.len() < self.most {
            let room = self.most - batch.len();
            let more = tokio::select! {
                more = timeout_at(due, self.waiting.recv_many(&mut batch, room)) => more,
                _ = until.wait_for(Option::is_some), if !self.waiting.is_closed() => {
                    self.waiting.close();
                    continue;
                }
            };
            match more {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
        batch
    }

    async fn send(&mut self, exporter: &SpanExporter, batch: Vec<SpanData>) {
        let count = batch.len() as u64;
        let mut until = self.until.clone();
        let end = async {
            let end = until.wait_for(Option::is_some).await.ok().and_then(|end| *end);
            sleep_until(end.unwrap_or_else(Instant::now)).await;
        };
        let sent = tokio::select! {
            sent = timeout_at(Instant::now() + self.timeout, exporter.export(batch)) => {
                sent.map_err(|_| "it did not answer in time".to_owned())
                    .and_then(|sent| sent.map_err(|error| error.to_string()))
            }
            () = end => Err("the process ended".to_owned()),
        };
        match sent {
            Ok(()) => self.counts.exported.inc_by(count),
            Err(_) => self.counts.failed.inc_by(count),
        }
        self.tell_of_changes(sent.err());
    }

    /// One line when it begins to fail, one when it works again.
    fn tell_of_changes(&mut self, failure: Option<String>) {
        let url = &self.collector.url;
        match failure {
            Some(failure) if !self.is_failing => {
                tracing::warn!(url, "the collector of traces takes no spans, they are lost: {failure}");
                self.is_failing = true;
            }
            None if self.is_failing => {
                tracing::info!(url, "the collector of traces takes spans again");
                self.is_failing = false;
            }
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests;
