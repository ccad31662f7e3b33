//! Where traces go. The names are OpenTelemetry's own, so that one environment serves every program beside this one;
//! unlike there, a value that is not valid is refused at the start, as for every other setting.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use clap::ArgAction::Set;
use clap::{Args, ValueEnum};

use super::value::{boolean, integer};

/// Traces, to an OpenTelemetry collector; there are none unless an address is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Traces")]
pub struct TraceSettings {
    /// Collector that spans are sent to, such as http://collector:4317; with http/protobuf its path is followed by
    /// /v1/traces. By default nothing is sent
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub otel_exporter_otlp_endpoint: Option<String>,

    /// The same for spans alone; taken as it is, with its path
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub otel_exporter_otlp_traces_endpoint: Option<String>,

    /// How the collector is spoken to
    #[arg(long, env = "OTEL_EXPORTER_OTLP_PROTOCOL", value_name = "PROTOCOL", value_enum)]
    #[arg(default_value = "http/protobuf", ignore_case = true)]
    pub otel_exporter_otlp_protocol: OtlpProtocol,

    /// The same for spans alone
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", value_name = "PROTOCOL", value_enum)]
    #[arg(ignore_case = true)]
    pub otel_exporter_otlp_traces_protocol: Option<OtlpProtocol>,

    /// Headers that the collector wants, name=value pairs separated by commas; give them as the variable, flags are seen
    /// by others on the machine
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", value_name = "NAME=VALUE,…", hide_env_values = true)]
    #[arg(value_parser = Headers::parse)]
    pub otel_exporter_otlp_headers: Option<Headers>,

    /// Milliseconds that the collector has for one batch of spans
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TIMEOUT", value_name = "MS")]
    #[arg(value_parser = integer::<u64, 1, 600_000>, default_value = "10000")]
    pub otel_exporter_otlp_timeout: u64,

    /// Name of the service in its spans; by default the program's
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME")]
    pub otel_service_name: Option<String>,

    /// What else the spans say of where they come from, such as deployment.environment.name=production; name=value pairs
    /// separated by commas, with %2C for a comma
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", value_name = "NAME=VALUE,…", value_parser = Pairs::parse)]
    pub otel_resource_attributes: Option<Pairs>,

    /// Which requests are traced; those that begin with parentbased follow the caller's decision where it sent one
    #[arg(long, env = "OTEL_TRACES_SAMPLER", value_name = "SAMPLER", value_enum)]
    #[arg(default_value = "parentbased_always_on", ignore_case = true)]
    pub otel_traces_sampler: SamplerName,

    /// Share of the requests that a traceidratio sampler takes
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "RATIO", value_parser = ratio, default_value = "1")]
    pub otel_traces_sampler_arg: f64,

    /// Send no spans, whatever else is set
    #[arg(long, env = "OTEL_SDK_DISABLED", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "false")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub otel_sdk_disabled: bool,

    /// Spans that may wait to be sent; more are dropped, and counted in playwright_trace_spans_total
    #[arg(long, env = "OTEL_BSP_MAX_QUEUE_SIZE", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 1_000_000>, default_value = "2048")]
    pub otel_bsp_max_queue_size: usize,

    /// Spans that are sent at once, at most
    #[arg(long, env = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 100_000>, default_value = "512")]
    pub otel_bsp_max_export_batch_size: usize,

    /// Milliseconds for which spans are collected before they are sent together
    #[arg(long, env = "OTEL_BSP_SCHEDULE_DELAY", value_name = "MS")]
    #[arg(value_parser = integer::<u64, 1, 600_000>, default_value = "5000")]
    pub otel_bsp_schedule_delay: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OtlpProtocol {
    #[value(name = "grpc")]
    Grpc,
    #[value(name = "http/protobuf")]
    HttpProtobuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum SamplerName {
    AlwaysOn,
    AlwaysOff,
    #[value(name = "traceidratio")]
    TraceIdRatio,
    #[value(name = "parentbased_always_on")]
    ParentBasedAlwaysOn,
    #[value(name = "parentbased_always_off")]
    ParentBasedAlwaysOff,
    #[value(name = "parentbased_traceidratio")]
    ParentBasedTraceIdRatio,
}

/// Names and values, as OpenTelemetry writes lists of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

/// Secret: never shown.
#[derive(Clone)]
pub struct Headers(pub HeaderMap);

/// Where and how spans are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collector {
    pub(crate) url: String,
    pub(crate) protocol: OtlpProtocol,
}

impl TraceSettings {
    /// None where nothing is to be sent.
    pub(crate) fn collector(&self) -> Option<Collector> {
        if self.otel_sdk_disabled {
            return None;
        }
        let protocol = self.otel_exporter_otlp_traces_protocol.unwrap_or(self.otel_exporter_otlp_protocol);
        let url = match (&self.otel_exporter_otlp_traces_endpoint, &self.otel_exporter_otlp_endpoint) {
            (Some(own), _) => own.clone(),
            (None, Some(common)) => match protocol {
                OtlpProtocol::Grpc => common.clone(),
                OtlpProtocol::HttpProtobuf => format!("{}/v1/traces", common.trim_end_matches('/')),
            },
            (None, None) => return None,
        };
        Some(Collector { url, protocol })
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.otel_exporter_otlp_timeout)
    }
}

/// There is no TLS here: a collector stands beside its services, and speaks TLS to whatever is further away.
fn endpoint(text: &str) -> Result<String, &'static str> {
    let expected = "expected an http:// address such as http://collector:4317 (TLS is the collector's work)";
    let uri: axum::http::Uri = text.trim().parse().map_err(|_| expected)?;
    // A password would be seen in the log; the headers are for that.
    let is_open = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let is_usable = is_open && uri.scheme_str() == Some("http") && uri.host().is_some_and(|host| !host.is_empty());
    if is_usable { Ok(text.trim().to_owned()) } else { Err(expected) }
}

fn ratio(text: &str) -> Result<f64, &'static str> {
    let value = text.trim().parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or("expected a number from 0 to 1")
}

impl Pairs {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let pair = |entry: &str| {
            let (name, value) = entry.split_once('=')?;
            let name = name.trim();
            (!name.is_empty()).then(|| Some((name.to_owned(), percent_decoded(value.trim())?)))?
        };
        let entries = text.split(',').filter(|entry| !entry.trim().is_empty());
        let pairs: Option<_> = entries.map(pair).collect();
        pairs.map(Self).ok_or("expected name=value pairs separated by commas")
    }
}

impl Headers {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let expected = "expected name=value pairs of headers, separated by commas";
        let mut headers = HeaderMap::new();
        for (name, value) in Pairs::parse(text).map_err(|_| expected)?.0 {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| expected)?;
            headers.insert(name, HeaderValue::from_str(&value).map_err(|_| expected)?);
        }
        Ok(Self(headers))
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} headers", self.0.len())
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [*rest.next()?, *rest.next()?].map(|digit| char::from(digit).to_digit(16));
        bytes.push(u8::try_from(digits[0]? * 16 + digits[1]?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::super::defaults;
    use super::*;

    #[test]
    fn nothing_is_sent_unless_an_address_is_given() {
        let none: TraceSettings = defaults();
        assert_eq!(none.collector(), None);
        let some = TraceSettings {
            otel_exporter_otlp_endpoint: Some("http://collector:4318/".to_owned()),
            ..none.clone()
        };
        let at = |settings: &TraceSettings| settings.collector().expect("an address");
        assert_eq!(at(&some).url, "http://collector:4318/v1/traces");
        let grpc = TraceSettings { otel_exporter_otlp_protocol: OtlpProtocol::Grpc, ..some.clone() };
        assert_eq!((at(&grpc).url.as_str(), at(&grpc).protocol), ("http://collector:4318/", OtlpProtocol::Grpc));
        let own = TraceSettings {
            otel_exporter_otlp_traces_endpoint: Some("http://spans:1/here".to_owned()),
            otel_exporter_otlp_traces_protocol: Some(OtlpProtocol::HttpProtobuf),
            ..grpc
        };
        assert_eq!((at(&own).url.as_str(), at(&own).protocol), ("http://spans:1/here", OtlpProtocol::HttpProtobuf));
        assert_eq!(TraceSettings { otel_sdk_disabled: true, ..own }.collector(), None);
    }

    #[test]
    fn addresses_lists_and_shares_are_checked() {
        for good in ["http://collector:4317", "http://127.0.0.1:4318/otlp", "http://[::1]:4317"] {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        for bad in ["collector:4317", "https://collector:4317", "http://", "ftp://collector", "http://me:secret@collector:4317"] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
        let pairs = Pairs::parse(" a=1, b.c = x%2Cy=z ,").expect("pairs");
        assert_eq!(pairs.0, [("a".to_owned(), "1".to_owned()), ("b.c".to_owned(), "x,y=z".to_owned())]);
        for bad in ["a", "=1", "a=%4", "a=%ff"] {
            assert!(Pairs::parse(bad).is_err(), "{bad}");
        }
        assert!(ratio("0.25").is_ok() && ratio("1.5").is_err() && ratio("NaN").is_err());
    }

    #[test]
    fn headers_are_not_shown() {
        let headers = Headers::parse("authorization=Bearer%20secret").expect("a header");
        assert_eq!(headers.0["authorization"], "Bearer secret");
        assert!(!format!("{headers:?}").contains("secret"));
        assert!(Headers::parse("a b=c").is_err() && Headers::parse("a=%0a").is_err());
    }
}
