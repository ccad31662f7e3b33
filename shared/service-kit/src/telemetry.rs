//! Logs: one JSON object a line, or text for people, on stderr (stdout belongs to the commands' output). Traces, where
//! they are asked for.

mod human;
mod json;
pub(crate) mod traces;

use std::io::IsTerminal;

use clap::ValueEnum;
use prometheus::{IntCounterVec, Opts, Registry};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use self::traces::Traces;
use self::traces::outbox::OUTCOMES;
use crate::metrics::Build;
use crate::settings::TelemetrySettings;

/// The crates whose own words these are.
const OURS: [&str; 4] = ["playwright_ingestion", "playwright_image", "service_kit", "browser_pool"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One object a line
    Json,
    /// Text for people
    Human,
    /// `human` on a terminal, `json` elsewhere
    Auto,
}

/// Logs and traces of the process, until it is ended.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<Traces>,
    spans: IntCounterVec,
}

impl Telemetry {
    /// Starts both for the process; a second start changes nothing.
    pub fn start(settings: &TelemetrySettings, service: &'static str, build: Build) -> Self {
        let spans = spans_counter();
        let traces = Traces::start(&settings.traces, service, build, &spans);
        let is_terminal = std::io::stderr().is_terminal();
        let human = match settings.log_format {
            LogFormat::Human => true,
            LogFormat::Json => false,
            LogFormat::Auto => is_terminal,
        };
        let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let log = if human {
            log.compact().with_ansi(is_terminal).fmt_fields(human::Fields).boxed()
        } else {
            log.fmt_fields(JsonFields::new()).event_format(json::JsonLines).boxed()
        };
        let started = tracing_subscriber::registry()
            .with(traces.as_ref().map(Traces::layer))
            .with(log.with_filter(EnvFilter::new(directives(&settings.log_level))))
            .try_init();
        if started.is_ok() {
            log_panics();
        }
        Self { traces, spans }
    }

    /// What becomes of the spans, for `/metrics`.
    pub fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.spans.clone()))
    }

    /// Does the process's work, and sends the spans that wait at its end, whatever the work came to; for some seconds at
    /// most. Blocks, so everything asynchronous belongs into the work.
    pub fn around<T>(self, work: impl FnOnce(&Self) -> T) -> T {
        let done = work(&self);
        if let Some(traces) = self.traces {
            traces.end();
        }
        done
    }
}

fn spans_counter() -> IntCounterVec {
    let help = "Spans of traces that a collector took, that found the queue full, that no collector took";
    let spans = IntCounterVec::new(Opts::new("playwright_trace_spans_total", help), &["outcome"])
        .expect("the name and the label are valid");
    for outcome in OUTCOMES {
        let _ = spans.with_label_values(&[outcome]);
    }
    spans
}

/// A plain level is that of this project's own crates; what lies below them is quiet unless it is asked for.
fn directives(level: &str) -> String {
    let level = level.trim().to_ascii_lowercase();
    // The names of Python's levels, which the replaced services understood.
    let level = match level.as_str() {
        "warning" => "warn",
        "critical" | "fatal" => "error",
        other => other,
    };
    if level.parse::<tracing::level_filters::LevelFilter>().is_err() {
        return level.to_owned();
    }
    OURS.iter().fold("warn".to_owned(), |all, target| format!("{all},{target}={level}"))
}

/// For `LOG_LEVEL`.
pub(crate) fn check_level(level: &str) -> Result<String, String> {
    let expected =
        "expected error, warn, info, debug, trace, off, or directives such as info,browser_pool=debug";
    let is_valid = !level.trim().is_empty() && EnvFilter::try_new(directives(level)).is_ok();
    // A mistyped level would be taken for the name of a target: nothing would be logged.
    let is_typo = !level.contains(['=', ',']) && level_of(level).is_none();
    if is_valid && !is_typo { Ok(level.to_owned()) } else { Err(expected.to_owned()) }
}

fn level_of(level: &str) -> Option<tracing::level_filters::LevelFilter> {
    match level.trim().to_ascii_lowercase().as_str() {
        "warning" | "critical" | "fatal" => Some(tracing::level_filters::LevelFilter::WARN),
        other => other.parse().ok(),
    }
}

fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(location, "panicked: {message}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_checked() {
        for valid in ["info", "DEBUG", "WARNING", "critical", "off", "info,browser_pool=debug"] {
            assert!(check_level(valid).is_ok(), "{valid}");
        }
        for invalid in ["", " ", "loud", "info,browser_pool=loud"] {
            assert!(check_level(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn a_plain_level_leaves_dependencies_quiet() {
        assert!(directives("DEBUG").starts_with("warn,playwright_ingestion=debug,"));
        assert_eq!(directives("info,hyper=debug"), "info,hyper=debug");
    }
}
