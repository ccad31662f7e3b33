use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::http::Request;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::trace::{Beginning, RequestSpan};

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

#[test]
fn lines_within_a_request_have_its_ids_in_both_formats_and_at_every_level() {
    for human in [true, false] {
        let written = Written::default();
        let writer = written.clone();
        let writer = move || writer.clone();
        let log = if human { for_people(writer, false) } else { for_machines(writer) };
        let subscriber =
            tracing_subscriber::registry().with(log.with_filter(EnvFilter::new(directives("error"))));
        tracing::subscriber::with_default(subscriber, || {
            let request = Request::get("/v1/work?token=secret").body(()).expect("a request");
            let beginning =
                Beginning { request_id: "r-1", matched: Some("/v1/work"), is_work: true, parent: None };
            let span = RequestSpan::begin(&request, &beginning);
            let _within = span.span().enter();
            tracing::error!("it failed");
        });
        let text = String::from_utf8(written.0.lock().expect("no writer panics").clone()).expect("UTF-8");
        let id_after = |name: &str| {
            let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("no {name} in {text}"));
            rest.trim_start_matches(['"', ':', '=']).chars().take_while(char::is_ascii_hexdigit).count()
        };
        assert_eq!((id_after("trace_id"), id_after("span_id")), (32, 16), "{text}");
        assert!(text.contains("r-1") && !text.contains("otel.") && !text.contains("secret"), "{text}");
    }
}
