//! Spans on their way to an OpenTelemetry collector: what makes them of `tracing`'s spans, and what is sent with them.
//!
//! How they wait and are sent is [`outbox`]'s; what a request's own span says is the edge's.

pub(crate) mod outbox;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use prometheus::IntCounterVec;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

use self::outbox::Outbox;
use super::OURS;
use crate::metrics::Build;
use crate::settings::traces::{SamplerName, TraceSettings};

/// The target of the spans of probes and scrapes, which would drown the rest.
pub(crate) const OPERATIONS: &str = "service_kit::operations";

/// Sends spans until it is ended.
#[derive(Debug)]
pub(super) struct Traces {
    provider: SdkTracerProvider,
    outbox: Outbox,
}

impl Traces {
    /// None where nothing is to be sent. `sent` counts what becomes of the spans.
    pub(super) fn start(
        settings: &TraceSettings,
        service: &'static str,
        build: Build,
        sent: &IntCounterVec,
    ) -> Option<Self> {
        let collector = settings.collector()?;
        let resource = resource(settings, service, build);
        let outbox = Outbox::open(collector, settings, resource.clone(), sent);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(sampler(settings))
            .with_span_processor(outbox.processor())
            .build();
        Some(Self { provider, outbox })
    }

    /// Makes OpenTelemetry's spans of ours. Events stay in the log: it has the ids to find them by.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let is_exported = |metadata: &tracing::Metadata<'_>| {
            metadata.is_span()
                && *metadata.level() <= tracing::Level::INFO
                && metadata.target() != OPERATIONS
                && OURS.iter().any(|ours| metadata.target().starts_with(ours))
        };
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(FilterFn::new(is_exported).with_max_level_hint(LevelFilter::INFO))
    }

    /// Sends what waits, for no longer than [`outbox::LAST_BATCHES`]. Blocks.
    pub(super) fn end(self) {
        self.outbox.close();
    }
}

fn resource(settings: &TraceSettings, service: &'static str, build: Build) -> Resource {
    let mut attributes = vec![
        KeyValue::new("service.name", service),
        KeyValue::new("service.version", build.version),
        KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
        KeyValue::new("telemetry.sdk.language", "rust"),
        KeyValue::new("telemetry.sdk.name", "opentelemetry"),
    ];
    // The later of two of the same name wins.
    let own = settings.otel_resource_attributes.iter().flat_map(|pairs| pairs.0.iter().cloned());
    attributes.extend(own.map(|(name, value)| KeyValue::new(name, value)));
    attributes.extend(settings.otel_service_name.clone().map(|name| KeyValue::new("service.name", name)));
    Resource::builder_empty().with_attributes(attributes).build()
}

fn sampler(settings: &TraceSettings) -> Sampler {
    let share = || Sampler::TraceIdRatioBased(settings.otel_traces_sampler_arg);
    let following = |sampler| Sampler::ParentBased(Box::new(sampler));
    match settings.otel_traces_sampler {
        SamplerName::AlwaysOn => Sampler::AlwaysOn,
        SamplerName::AlwaysOff => Sampler::AlwaysOff,
        SamplerName::TraceIdRatio => share(),
        SamplerName::ParentBasedAlwaysOn => following(Sampler::AlwaysOn),
        SamplerName::ParentBasedAlwaysOff => following(Sampler::AlwaysOff),
        SamplerName::ParentBasedTraceIdRatio => following(share()),
    }
}
