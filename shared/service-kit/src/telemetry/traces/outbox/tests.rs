use std::time::SystemTime;

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use prometheus::Opts;
use test_support::Collector;

use super::*;
use crate::settings::defaults;
use crate::settings::traces::Collector as Address;

fn span(flags: TraceFlags, attributes: Vec<KeyValue>) -> SpanData {
    let start_time = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
    SpanData {
        span_context: SpanContext::new(TraceId::from(1), SpanId::from(2), flags, false, TraceState::NONE),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "work".into(),
        start_time,
        end_time: start_time + Duration::from_secs(5),
        attributes,
        dropped_attributes_count: 0,
        events: opentelemetry_sdk::trace::SpanEvents::default(),
        links: opentelemetry_sdk::trace::SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs()
}

fn counter() -> IntCounterVec {
    IntCounterVec::new(Opts::new("spans", "spans"), &["outcome"]).expect("a valid metric")
}

fn counts(sent: &IntCounterVec) -> [u64; 3] {
    OUTCOMES.map(|outcome| sent.with_label_values(&[outcome]).get())
}

fn outbox(url: &str, settings: &TraceSettings, sent: &IntCounterVec) -> Outbox {
    let collector = Address { url: url.to_owned(), protocol: OtlpProtocol::HttpProtobuf };
    Outbox::open(collector, settings, Resource::builder_empty().build(), sent)
}

#[test]
fn a_stage_that_is_told_of_afterwards_is_put_where_it_was() {
    let took = |us: i64| KeyValue::new(TOOK_US, us);
    let earlier = |us: i64| KeyValue::new(ENDED_EARLIER_US, us);
    for (attributes, start, end) in [
        (vec![], 10, 15),
        (vec![earlier(2_000_000)], 10, 13),
        (vec![took(3_000_000)], 12, 15),
        (vec![took(3_000_000), earlier(2_000_000)], 10, 13),
        (vec![earlier(7_000_000)], 8, 8),
    ] {
        let mut moved = span(TraceFlags::SAMPLED, attributes);
        set_times(&mut moved);
        assert_eq!((seconds(moved.start_time), seconds(moved.end_time)), (start, end));
        assert!(moved.attributes.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sent_when_it_is_closed_and_the_logs_fields_stay_here() {
    let (collector, sent) = (Collector::start().await, counter());
    let settings = TraceSettings { otel_bsp_schedule_delay: 600_000, ..defaults() };
    let outbox = outbox(&format!("{}/v1/traces", collector.http()), &settings, &sent);
    let slot = outbox.processor();
    slot.on_end(span(TraceFlags::NOT_SAMPLED, vec![]));
    slot.on_end(span(
        TraceFlags::SAMPLED,
        vec![KeyValue::new("status", 200), KeyValue::new("url.path", "/")],
    ));
    tokio::task::spawn_blocking(|| outbox.close()).await.expect("no panic");
    let spans = collector.spans();
    assert_eq!((spans.len(), counts(&sent)), (1, [1, 0, 0]));
    assert_eq!(spans[0].attributes.keys().collect::<Vec<_>>(), ["url.path"]);
    slot.on_end(span(TraceFlags::SAMPLED, vec![]));
    assert_eq!(counts(&sent), [1, 1, 0], "it is closed");
}

#[test]
fn what_no_collector_takes_is_counted() {
    let sent = counter();
    let settings = TraceSettings { otel_exporter_otlp_timeout: 200, ..defaults() };
    // nothing listens there
    let outbox = outbox("http://127.0.0.1:1/v1/traces", &settings, &sent);
    let slot = outbox.processor();
    for _ in 0..3 {
        slot.on_end(span(TraceFlags::SAMPLED, vec![]));
    }
    outbox.close();
    assert_eq!(counts(&sent), [0, 0, 3]);
}
