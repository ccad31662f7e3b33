//! One flat JSON object per log line: the event's fields and those of the spans around it side by side, so
//! that `request_id` is found at the top of every line that belongs to a request.

use std::fmt;

use opentelemetry::trace::TraceContextExt;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Expects the fields of spans to be formatted by `JsonFields`.
#[derive(Debug)]
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Map::new();
        let mut path = String::new();
        for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if !path.is_empty() {
                path.push(':');
            }
            path.push_str(span.name());
            let extensions = span.extensions();
            let formatted =
                extensions.get::<FormattedFields<N>>().map_or("", |fields| fields.fields.as_str());
            if let Ok(Value::Object(own)) = serde_json::from_str::<Value>(formatted) {
                fields.extend(own.into_iter().filter(|(name, _)| !name.starts_with(FOR_TRACES)));
            }
        }
        if fields.contains_key("span_id") {
            name_innermost(&mut fields);
        }
        event.record(&mut Recorder(&mut fields));
        let line = Line { event, message: fields.remove("message"), path, fields };
        writer.write_str(&line.to_json().map_err(|_| fmt::Error)?)?;
        writer.write_char('\n')
    }
}

/// Spans' fields that say something to OpenTelemetry.
pub(super) const FOR_TRACES: &str = "otel.";

fn name_innermost(fields: &mut Map<String, Value>) {
    opentelemetry::Context::map_current(|context| {
        let span = context.span().span_context().clone();
        if span.is_valid() {
            fields.insert("span_id".to_owned(), span.span_id().to_string().into());
        }
    });
}

struct Line<'a> {
    event: &'a Event<'a>,
    message: Option<Value>,
    path: String,
    fields: Map<String, Value>,
}

impl Line<'_> {
    /// The fixed fields first: lines are also read by people.
    fn to_json(&self) -> serde_json::Result<String> {
        let mut json = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut json);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &crate::error::timestamp())?;
        map.serialize_entry("level", self.event.metadata().level().as_str())?;
        if let Some(message) = &self.message {
            map.serialize_entry("message", message)?;
        }
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        if !self.path.is_empty() {
            map.serialize_entry("span", &self.path)?;
        }
        map.serialize_entry("target", self.event.metadata().target())?;
        map.end()?;
        Ok(String::from_utf8_lossy(&json).into_owned())
    }
}

struct Recorder<'a>(&'a mut Map<String, Value>);

impl Recorder<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Recorder<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::format::JsonFields;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_fields_of_spans_are_in_every_line() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLines)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let _request = tracing::info_span!("request", request_id = "r-1", status = 200).entered();
            let _stage = tracing::info_span!("stage", stage = "load").entered();
            tracing::warn!(took_ms = 1.5, "slow \"page\"");
        });
        let bytes = written.0.lock().expect("no writer panics").clone();
        let line: Value = serde_json::from_slice(&bytes).expect("one line of JSON");
        for (field, value) in [
            ("level", Value::from("WARN")),
            ("message", "slow \"page\"".into()),
            ("request_id", "r-1".into()),
            ("stage", "load".into()),
            ("status", 200.into()),
            ("took_ms", 1.5.into()),
            ("span", "request:stage".into()),
        ] {
            assert_eq!(line[field], value, "{field}");
        }
        assert!(bytes.ends_with(b"}\n"));
    }
}
