//! What the dashboards and the alerts read is there from the first scrape, at 0, with closed lists of labels.

use std::collections::BTreeSet;
use std::time::Duration;

use playwright_tests::{image, ingestion, scrape};
use serde_json::json;
use test_support::{Scrape, eventually};

/// Name, type, labels with the values that must all be there (none given: any).
type Promised = (&'static str, &'static str, &'static [(&'static str, &'static [&'static str])]);

const OUTCOMES: &[&str] = &["success", "failure", "timeout", "refused"];
const ERRORS: &[&str] = &[
    "invalid_request",
    "invalid_url",
    "invalid_html",
    "unauthorized",
    "rate_limited",
    "forbidden_url",
    "payload_too_large",
    "extraction_failed",
    "network_error",
    "timeout",
    "render_failure",
    "browser_crash",
    "overloaded",
    "unavailable",
];

const BOTH: &[Promised] = &[
    ("playwright_request_latency_ms", "histogram", &[("outcome", OUTCOMES), ("endpoint", &[])]),
    ("playwright_requests_success_total", "counter", &[("endpoint", &[])]),
    (
        "playwright_requests_failure_total",
        "counter",
        &[("error_type", ERRORS), ("fault", &["caller", "site", "service"])],
    ),
    ("playwright_requests_timeout_total", "counter", &[("stage", &["queue", "acquire", "load", "ready"])]),
    ("playwright_deadline_used_ratio", "histogram", &[("endpoint", &[])]),
    ("playwright_requests_in_flight", "gauge", &[]),
    ("playwright_queue_depth", "gauge", &[]),
    ("playwright_shed_total", "counter", &[("reason", &[])]),
    (
        "playwright_stage_latency_ms",
        "histogram",
        &[("stage", &["queue", "acquire", "load", "ready", "encode"])],
    ),
    ("playwright_browser_pool_size", "gauge", &[]),
    ("playwright_browser_pool_available", "gauge", &[]),
    ("playwright_page_pool_size", "gauge", &[]),
    ("playwright_page_pool_available", "gauge", &[]),
    ("playwright_browser_crashes_total", "counter", &[("kind", &["browser", "renderer"])]),
    ("playwright_browser_restarts_total", "counter", &[("reason", &[])]),
    ("playwright_browser_memory_bytes", "gauge", &[]),
    ("playwright_browser_cpu_seconds_total", "counter", &[]),
    ("playwright_browser_processes", "gauge", &[]),
    ("playwright_browser_targets", "gauge", &[]),
    ("playwright_sandbox_enabled", "gauge", &[]),
    ("playwright_synthetic_render_age_seconds", "gauge", &[]),
    ("playwright_health_status", "gauge", &[("status", &["healthy", "degraded", "unhealthy"])]),
    ("playwright_egress_refused_total", "counter", &[("reason", &[])]),
    ("playwright_client_gone_total", "counter", &[]),
    ("playwright_build_info", "gauge", &[("version", &[]), ("revision", &[]), ("chromium", &[])]),
    ("playwright_memory_limit_bytes", "gauge", &[]),
    ("playwright_memory_used_bytes", "gauge", &[]),
    ("process_resident_memory_bytes", "gauge", &[]),
    ("process_open_fds", "gauge", &[]),
];

const IMAGE: &[Promised] = &[
    ("playwright_images_total", "counter", &[("format", &["png", "jpeg"])]),
    ("playwright_image_generation_ms", "histogram", &[("format", &["png", "jpeg"])]),
    ("playwright_image_size_bytes", "histogram", &[("format", &["png", "jpeg"])]),
];

const INGESTION: &[Promised] = &[
    (
        "playwright_extractions_total",
        "counter",
        &[("marketplace", &["amazon", "ebay", "walmart", "newegg", "other"]), ("outcome", &[])],
    ),
    (
        "playwright_extraction_fields_total",
        "counter",
        &[("field", &["title", "price", "currency"]), ("outcome", &[])],
    ),
    (
        "playwright_page_verdicts_total",
        "counter",
        &[(
            "verdict",
            &[
                "blocked",
                "captcha",
                "login_wall",
                "not_found",
                "listing",
                "article",
                "empty_shell",
                "not_html",
            ],
        )],
    ),
];

const BOUNDS: &[u32] = &[
    5, 10, 25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000, 2000, 4000, 6000, 8000, 10000,
    12000, 15000, 18000, 20000, 25000, 30000, 45000, 60000,
];

fn assert_promised(scrape: &Scrape, promised: &[Promised]) {
    for (name, kind, labels) in promised {
        assert!(scrape.has(name), "{name} is missing");
        assert_eq!(scrape.kind(name), Some(*kind), "{name}");
        let sample = if *kind == "histogram" { format!("{name}_count") } else { (*name).to_owned() };
        for (label, values) in *labels {
            let found = scrape.label_values(&sample, label);
            assert!(!found.is_empty(), "{name} has no label {label}");
            let missing: Vec<_> = values.iter().filter(|value| !found.contains(**value)).collect();
            assert!(missing.is_empty(), "{name} lacks {label} = {missing:?}, it has {found:?}");
        }
        if *kind == "counter" && *name != "playwright_browser_cpu_seconds_total" {
            assert_eq!(scrape.count(name, &[]), 0, "{name} before any request");
        }
    }
}

fn assert_bounds(scrape: &Scrape) {
    for name in ["playwright_request_latency_ms", "playwright_stage_latency_ms"] {
        let found = scrape.label_values(&format!("{name}_bucket"), "le");
        let wanted: BTreeSet<_> = BOUNDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[tokio::test]
async fn of_the_image_service() {
    let service = image(&[]).await;
    let first = scrape(&service).await;
    assert_promised(&first, BOTH);
    assert_promised(&first, IMAGE);
    assert_bounds(&first);
    assert_eq!(first.count("playwright_health_status", &[("status", "healthy")]), 1);
    let fault = [("error_type", "render_failure"), ("fault", "service")];
    assert_eq!(first.count("playwright_requests_failure_total", &fault), 0);

    let reply = service.client().post("/v1/render", &json!({ "html": "<p>x", "image_format": "jpeg" })).await;
    assert_eq!(reply.expect("an answer").status, 200);
    let second = scrape(&service).await;
    let grown = |name: &str, labels: &[(&str, &str)]| second.growth(&first, name, labels);
    assert_eq!(grown("playwright_requests_success_total", &[]), 1);
    assert_eq!(grown("playwright_request_latency_ms_count", &[("outcome", "success")]), 1);
    assert_eq!(grown("playwright_images_total", &[("format", "jpeg")]), 1);
    assert_eq!(grown("playwright_images_total", &[("format", "png")]), 0);
    assert!(second.get("playwright_image_size_bytes_sum", &[("format", "jpeg")]) > 1_000.0);
    for stage in ["queue", "acquire", "load", "ready", "capture", "encode"] {
        assert_eq!(grown("playwright_stage_latency_ms_count", &[("stage", stage)]), 1, "{stage}");
    }
    eventually("the browsers are measured", Duration::from_secs(15), async || {
        let now = scrape(&service).await;
        let memory = now.get("playwright_browser_memory_bytes", &[]);
        let targets = now.get("playwright_browser_targets", &[]);
        (memory > 50e6 && now.get("playwright_browser_processes", &[]) >= 3.0 && targets >= 1.0).then_some(())
    })
    .await;
    // health and metrics are not requests
    assert_eq!(second.count("playwright_requests_failure_total", &[]), 0);
}

#[tokio::test]
async fn of_the_ingestion_service() {
    let shop = ingestion(&[]).await;
    let first = scrape(&shop.service).await;
    assert_promised(&first, BOTH);
    assert_promised(&first, INGESTION);
    assert_bounds(&first);
    let reply = shop.extract("/robot-check.html").await;
    assert_eq!(reply.status, 422);
    let second = scrape(&shop.service).await;
    let labels = [("error_type", "extraction_failed"), ("fault", "site")];
    assert_eq!(second.growth(&first, "playwright_requests_failure_total", &labels), 1);
    assert_eq!(second.growth(&first, "playwright_page_verdicts_total", &[("verdict", "captcha")]), 1);

    let unsafe_labels =
        |value: &str| value.contains("127.0.0.1") || value.contains("http") || value.contains("robot");
    let leaking =
        second.samples().iter().find(|sample| sample.labels.values().any(|value| unsafe_labels(value)));
    assert_eq!(leaking, None, "a label holds an address");
}
