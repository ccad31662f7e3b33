//! The whole service over a pool whose browser never comes up: what is refused must be refused without one, and what
//! the caller brings the page for is answered without one.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use browser_pool::{BrowserPool, PoolConfig};
use http_body_util::BodyExt;
use prometheus::Registry;
use serde_json::{Value, json};
use service_kit::Lifecycle;
use tower::ServiceExt;

use crate::config::Config;

/// An executable that is no browser: it ends at once, whenever the pool starts it.
const NO_BROWSER: &str = "/bin/true";

const PRODUCT_PAGE: &str = r#"<!doctype html><html lang="en"><head><title>Beelink SER5 MAX Mini PC - Shop</title>
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product",
"name": "Beelink SER5 MAX Mini PC", "image": "/1.jpg", "brand": {"@type": "Brand", "name": "Beelink"},
"offers": {"@type": "Offer", "price": "329.99", "priceCurrency": "USD",
"availability": "https://schema.org/InStock", "itemCondition": "https://schema.org/NewCondition"}}</script></head>
<body><main><h1>Beelink SER5 MAX Mini PC</h1><p class="price">$329.99</p>
<button>Add to cart</button></main></body></html>"#;

async fn service() -> Router {
    let config = Config::default();
    let registry = Registry::new();
    let pool_config = PoolConfig {
        chromium: Some(PathBuf::from(NO_BROWSER)),
        ..config.pool().expect("the defaults are valid")
    };
    let egress = pool_config.egress.clone();
    let pool = BrowserPool::start(pool_config, &registry).await.expect("the pool starts without a browser");
    let (reading, _) = crate::Reading::prepare(&config, &registry).expect("the defaults are valid");
    crate::app(&config, &pool, egress, &registry, Lifecycle::new(), reading)
        .expect("a fresh registry")
        .routers
        .public
}

async fn send(app: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = app.clone().oneshot(request).await.expect("a router does not fail");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body in memory").to_bytes();
    (parts.status, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

async fn get(app: &Router, path: &str) -> (StatusCode, String) {
    send(app, Request::get(path).body(Body::empty()).expect("a request")).await
}

async fn extract(app: &Router, request: &Value) -> (u16, Value) {
    let request = Request::post("/v1/extract")
        .header("content-type", "application/json")
        .body(Body::from(request.to_string()));
    let (status, text) = send(app, request.expect("a request")).await;
    (status.as_u16(), serde_json::from_str(&text).expect("JSON"))
}

#[tokio::test]
async fn bad_values_of_every_field_are_refused_with_what_would_be_valid() {
    let app = service().await;
    let url = "url: expected an absolute http or https URL of at most 8192 bytes, got";
    let timeout = "timeout_s: expected a number of seconds, more than 0 and at most 60, got";
    let shop = "marketplace_type: expected amazon, ebay, walmart, newegg or other, got";
    let agent = "user_agent: expected text of at most 512 bytes without control characters, got";
    let long_url = format!("https://shop.example/{}", "a".repeat(8192));
    let cases: [(&str, Value, &str); 18] = [
        ("url", json!(7), &format!("{url} 7")),
        ("url", json!(null), "url: required, expected an absolute http or https URL"),
        ("url", json!(long_url), &format!("{url} 8213 bytes")),
        ("html", json!(7), "html: expected non-blank text, got 7"),
        ("html", json!(" \n"), "html: expected non-blank text, got nothing but white space"),
        ("marketplace_type", json!("neweg"), &format!("{shop} \"neweg\"")),
        ("marketplace_type", json!(3), &format!("{shop} 3")),
        ("timeout_s", json!(0), &format!("{timeout} 0")),
        ("timeout_s", json!(61), &format!("{timeout} 61")),
        ("timeout_s", json!("10"), &format!("{timeout} \"10\"")),
        ("retry_count", json!(6), "retry_count: expected an integer from 0 to 5, got 6"),
        ("retry_count", json!(-1), "retry_count: expected an integer from 0 to 5, got -1"),
        ("retry_count", json!(1.5), "retry_count: expected an integer from 0 to 5, got 1.5"),
        ("user_agent", json!(["x"]), &format!("{agent} an array")),
        ("user_agent", json!("a\nb"), &format!("{agent} control characters")),
        ("user_agent", json!("a".repeat(513)), &format!("{agent} 513 bytes")),
        ("include_html", json!("yes"), "include_html: expected true or false, got \"yes\""),
        ("explain", json!(1), "explain: expected true or false, got 1"),
    ];
    for (field, value, message) in cases {
        let mut request = json!({"url": "https://shop.example/1"});
        request[field] = value;
        let (status, body) = extract(&app, &request).await;
        let kind = match field {
            "html" => "invalid_html",
            "url" if request[field].is_string() => "invalid_url",
            _ => "invalid_request",
        };
        assert_eq!(
            (status, &body["error_type"], &body["retriable"]),
            (400, &json!(kind), &json!(false)),
            "{message}"
        );
        let got = body["error_message"].as_str().unwrap_or_default();
        assert!(got.starts_with(message), "{got}\nshould begin with\n{message}");
    }
}

#[tokio::test]
async fn addresses_that_can_or_may_not_be_fetched_are_told_apart() {
    let app = service().await;
    for (url, status, kind) in [
        ("", 400, "invalid_url"),
        ("shop.example/1", 400, "invalid_url"),
        ("file:///etc/passwd", 400, "invalid_url"),
        ("javascript:alert(1)", 400, "invalid_url"),
        ("http://", 400, "invalid_url"),
        ("https://user:secret@shop.example/", 400, "invalid_url"),
        (" https://shop.example/", 400, "invalid_url"),
        ("http://127.0.0.1/", 403, "forbidden_url"),
        ("http://2130706433/", 403, "forbidden_url"),
        ("http://[::ffff:10.0.0.1]/", 403, "forbidden_url"),
        ("http://169.254.169.254/latest/meta-data", 403, "forbidden_url"),
        ("http://localhost/", 403, "forbidden_url"),
        ("https://shop.example:6379/", 403, "forbidden_url"),
    ] {
        let (answered, body) = extract(&app, &json!({"url": url})).await;
        assert_eq!((answered, &body["error_type"]), (status, &json!(kind)), "{url}: {body}");
        let message = body["error_message"].as_str().unwrap_or_default();
        assert!(message.starts_with("url ") && !message.contains("127.0.0.1"), "{message}");
    }
}

/// A valid request gets as far as the pool, which has no browser.
#[tokio::test]
async fn valid_values_at_the_bounds_are_not_refused() {
    let app = service().await;
    for request in [
        json!({"url": "https://shop.example/1"}),
        json!({"url": "http://shop.example", "timeout_s": 60, "retry_count": 0, "user_agent": "a".repeat(512)}),
        json!({"url": "https://shop.example/1", "retry_count": 5.0, "marketplace_type": "newegg", "explain": true}),
        json!({"url": "https://shop.example/1", "html": null, "marketplace_type": null, "user_agent": ""}),
    ] {
        let (status, body) = extract(&app, &request).await;
        assert_eq!((status, &body["error_type"]), (503, &json!("unavailable")), "{request}: {body}");
    }
}

#[tokio::test]
async fn a_page_that_the_caller_brings_needs_no_browser() {
    let app = service().await;
    let request = json!({"url": "http://127.0.0.1:9/item", "html": PRODUCT_PAGE, "include_html": true});
    let (status, body) = extract(&app, &request).await;
    assert_eq!(status, 200, "{body}");
    for (field, value) in [
        ("title", json!("Beelink SER5 MAX Mini PC")),
        ("price", json!(329.99)),
        ("currency", json!("USD")),
        ("images", json!(["http://127.0.0.1:9/1.jpg"])),
        ("marketplace", json!("other")),
        ("condition", json!("new")),
        ("availability", json!("in_stock")),
        ("quality", json!("full")),
        ("final_url", json!("http://127.0.0.1:9/item")),
    ] {
        assert_eq!(body[field], value, "{field}");
    }
    let raw = body["raw_html"].as_str().expect("base64");
    let raw = base64_simd::STANDARD.decode_to_vec(raw).expect("base64");
    assert_eq!(raw, PRODUCT_PAGE.as_bytes());
    assert!(body["candidates"].is_null(), "candidates are only for explain");
    let stages: f64 = ["queue", "acquire", "load", "ready", "extract", "encode"]
        .iter()
        .map(|stage| body["timings"][stage].as_f64().expect("milliseconds"))
        .sum();
    let total = body["timings"]["total"].as_f64().expect("milliseconds");
    assert!((stages - total).abs() < 0.05, "{stages} {total}");
    assert!((total - body["extraction_time_ms"].as_f64().expect("milliseconds")).abs() <= 0.5);
}

#[tokio::test]
async fn explain_lists_the_candidates_and_a_wrong_hint_is_said() {
    let app = service().await;
    let url = "https://www.newegg.com/p/1";
    let request = json!({"url": url, "html": PRODUCT_PAGE, "explain": true, "marketplace_type": "ebay"});
    let (status, body) = extract(&app, &request).await;
    assert_eq!(
        (status, &body["marketplace"], &body["marketplace_hint_ignored"]),
        (200, &json!("newegg"), &json!("ebay"))
    );
    assert!(body["candidates"].as_array().is_some_and(|candidates| !candidates.is_empty()), "{body}");
    assert!(body["raw_html"].is_null());
}

#[tokio::test]
async fn a_page_without_a_product_is_422_with_its_verdict() {
    let app = service().await;
    let html = "<html><head><title>Robot Check</title></head><body><form action='/errors/validateCaptcha'>\
        <h4>Enter the characters you see below</h4><img src='/captcha/x.jpg'><input name='field-keywords'></form></body></html>";
    let (status, body) = extract(&app, &json!({"url": "https://www.amazon.com/dp/1", "html": html})).await;
    assert_eq!(
        (status, &body["error_type"], &body["verdict"]),
        (422, &json!("extraction_failed"), &json!("captcha"))
    );
    let (_, scrape) = get(&app, "/metrics").await;
    for line in [
        "playwright_page_verdicts_total{verdict=\"captcha\"} 1",
        "playwright_extractions_total{marketplace=\"amazon\",outcome=\"failure\"} 1",
    ] {
        assert!(scrape.lines().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn the_services_metrics_are_there_at_boot() {
    let app = service().await;
    let (_, scrape) = get(&app, "/metrics").await;
    let mut lines =
        vec!["playwright_extraction_fields_total{field=\"model_number\",outcome=\"missing\"} 0".to_owned()];
    for marketplace in ["amazon", "ebay", "walmart", "newegg", "other"] {
        for outcome in ["success", "failure", "timeout", "refused"] {
            lines.push(format!(
                "playwright_extractions_total{{marketplace=\"{marketplace}\",outcome=\"{outcome}\"}} 0"
            ));
        }
    }
    for outcome in ["kept", "dropped", "failed"] {
        lines.push(format!("playwright_kept_pages_total{{outcome=\"{outcome}\"}} 0"));
    }
    for reason in ["queue_full", "queue_bytes", "hopeless", "host_busy"] {
        lines.push(format!("playwright_shed_total{{reason=\"{reason}\"}} 0"));
    }
    for verdict in
        ["blocked", "captcha", "login_wall", "not_found", "listing", "article", "empty_shell", "not_html"]
    {
        lines.push(format!("playwright_page_verdicts_total{{verdict=\"{verdict}\"}} 0"));
    }
    for stage in ["queue", "acquire", "load", "ready", "extract", "encode"] {
        lines.push(format!("playwright_stage_latency_ms_count{{stage=\"{stage}\"}} 0"));
    }
    for line in lines {
        assert!(scrape.lines().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn the_fields_of_a_product_are_counted() {
    let app = service().await;
    extract(&app, &json!({"url": "https://shop.example/1", "html": PRODUCT_PAGE})).await;
    let (_, scrape) = get(&app, "/metrics").await;
    for line in [
        "playwright_extractions_total{marketplace=\"other\",outcome=\"success\"} 1",
        "playwright_extraction_fields_total{field=\"price\",outcome=\"found\"} 1",
        "playwright_extraction_fields_total{field=\"price\",outcome=\"missing\"} 0",
        "playwright_extraction_fields_total{field=\"vendor_item_id\",outcome=\"missing\"} 1",
        "playwright_requests_success_total{endpoint=\"/v1/extract\"} 1",
    ] {
        assert!(scrape.lines().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn without_a_browser_it_is_alive_and_neither_ready_nor_healthy() {
    let app = service().await;
    assert_eq!(get(&app, "/live").await.0, StatusCode::OK);
    assert_eq!(get(&app, "/ready").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, text) = get(&app, "/health").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains("\"status\":\"unhealthy\"") && !text.contains("/bin"), "{text}");
}

/// The description that is checked in is the one that is served. `REFRESH_DOCS=1` rewrites it.
#[tokio::test]
async fn the_openapi_document_is_fresh() {
    let app = service().await;
    let (_, served) = get(&app, "/openapi.json").await;
    let served: Value = serde_json::from_str(&served).expect("JSON");
    let served = format!("{}\n", serde_json::to_string_pretty(&served).expect("JSON"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/playwright-ingestion.openapi.json");
    if std::env::var_os("REFRESH_DOCS").is_some() {
        std::fs::write(Path::new(path), &served).expect("the document can be written");
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == served,
        "{path} is stale: run this test once with REFRESH_DOCS=1 and commit the file"
    );
}

/// The list that messages and unknown fields are judged by names the fields that the description has.
#[tokio::test]
async fn the_fields_are_those_of_the_description() {
    use service_kit::RequestFields;
    let app = service().await;
    let (_, served) = get(&app, "/openapi.json").await;
    let served: Value = serde_json::from_str(&served).expect("JSON");
    let described =
        served["components"]["schemas"]["ExtractRequest"]["properties"].as_object().expect("properties");
    let described: Vec<_> = described.keys().map(String::as_str).collect();
    let mut listed: Vec<_> = crate::request::ExtractRequest::FIELDS.iter().map(|field| field.name).collect();
    listed.sort_unstable();
    assert_eq!(described, listed);
}
