//! The whole service over a pool whose browser never comes up: what is refused must be refused without one.

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

async fn service(config: &Config) -> Router {
    let registry = Registry::new();
    let pool_config = PoolConfig {
        chromium: Some(PathBuf::from(NO_BROWSER)),
        ..config.pool().expect("the defaults are valid")
    };
    let pool = BrowserPool::start(pool_config, &registry).await.expect("the pool starts without a browser");
    crate::app(config, &pool, &registry, Lifecycle::new(), config.cards.templates().expect("valid"))
        .expect("a fresh registry")
        .routers
        .public
}

async fn send(app: &Router, request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, String) {
    let response = app.clone().oneshot(request).await.expect("a router does not fail");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body in memory").to_bytes();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

async fn get(app: &Router, path: &str) -> (StatusCode, String) {
    let (status, _, text) = send(app, Request::get(path).body(Body::empty()).expect("a request")).await;
    (status, text)
}

async fn render(app: &Router, request: &Value, accept: &str) -> (u16, Value) {
    let request = Request::post("/v1/render")
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(Body::from(request.to_string()));
    let (status, _, text) = send(app, request.expect("a request")).await;
    (status.as_u16(), serde_json::from_str(&text).expect("JSON"))
}

#[tokio::test]
async fn bad_values_of_every_field_are_refused_with_what_would_be_valid() {
    let app = service(&Config::default()).await;
    let side = "expected an integer from 1 to 4096, got";
    let scale = "scale_factor: expected a number from 0.1 to 4, got";
    let timeout = "timeout_s: expected a number of seconds, more than 0 and at most 60, got";
    let cases = [
        ("html", json!(7), "html: expected non-blank text, got 7"),
        ("html", json!(" \n\t"), "html: expected non-blank text, got nothing but white space"),
        ("html", json!("%PDF\0"), "html: expected non-blank text, got binary data"),
        ("width", json!(0), &format!("width: {side} 0")),
        ("width", json!(4097), &format!("width: {side} 4097")),
        ("width", json!("wide"), &format!("width: {side} \"wide\"")),
        ("width", json!(1.5), &format!("width: {side} 1.5")),
        ("height", json!(-1), &format!("height: {side} -1")),
        ("height", json!(5_000_000_000_u64), &format!("height: {side} 5000000000")),
        ("height", json!([630]), &format!("height: {side} an array")),
        ("image_format", json!("gif"), "image_format: expected png, jpeg or webp, got \"gif\""),
        ("image_format", json!("PNG"), "image_format: expected png, jpeg or webp, got \"PNG\""),
        ("image_format", json!(1), "image_format: expected png, jpeg or webp, got 1"),
        ("quality", json!(0), "quality: expected an integer from 1 to 100, got 0"),
        ("quality", json!(101), "quality: expected an integer from 1 to 100, got 101"),
        ("quality", json!(true), "quality: expected an integer from 1 to 100, got true"),
        ("scale_factor", json!(0.09), &format!("{scale} 0.09")),
        ("scale_factor", json!(4.1), &format!("{scale} 4.1")),
        ("scale_factor", json!("2x"), &format!("{scale} \"2x\"")),
        ("timeout_s", json!(0), &format!("{timeout} 0")),
        ("timeout_s", json!(-3), &format!("{timeout} -3")),
        ("timeout_s", json!(60.1), &format!("{timeout} 60.1")),
        ("timeout_s", json!({}), &format!("{timeout} an object")),
        ("css_overrides", json!(5), "css_overrides: expected text of at most 262144 bytes, got 5"),
        (
            "css_overrides",
            json!("a".repeat(262_145)),
            "css_overrides: expected text of at most 262144 bytes, got 262145 bytes",
        ),
        ("javascript", json!(["x"]), "javascript: expected text, got an array"),
        ("full_page", json!("yes"), "full_page: expected true or false, got \"yes\""),
        ("selector", json!(4), "selector: expected a CSS selector of at most 1024 bytes, got 4"),
        (
            "clip",
            json!({"x": 0}),
            "clip: expected x and y from 0, width and height from 1, all at most 16383, got an object",
        ),
        (
            "clip",
            json!(9),
            "clip: expected x and y from 0, width and height from 1, all at most 16383, got 9",
        ),
        ("omit_background", json!(1), "omit_background: expected true or false, got 1"),
        ("color_scheme", json!("sepia"), "color_scheme: expected light or dark, got \"sepia\""),
        ("reduced_motion", json!("no"), "reduced_motion: expected true or false"),
        ("animations", json!("stop"), "animations: expected finish or allow, got \"stop\""),
        (
            "wait_for",
            json!(true),
            "wait_for: expected a CSS selector of at most 1024 bytes, or renderReady()",
        ),
        ("delay_ms", json!(-1), "delay_ms: expected an integer from 0 to 30000, less than timeout_s, got -1"),
        ("deterministic", json!("yes"), "deterministic: expected true or false"),
        ("png_compression", json!("best"), "png_compression: expected fast or balanced, got \"best\""),
        ("thumbnail_width", json!(1.5), "thumbnail_width: expected an integer from 1 to 4096"),
        ("report_fonts", json!("all"), "report_fonts: expected true or false, got \"all\""),
        ("fail_on", json!(["wind"]), "fail_on: expected a list of blank, fonts, font_fallback"),
        ("fail_on", json!("blank"), "fail_on: expected a list of blank, fonts, font_fallback"),
        ("javascript", json!("1+1"), "javascript: not accepted here, put scripts into html"),
    ];
    for (field, value, message) in cases {
        let mut request = json!({"html": "<p>x"});
        request[field] = value;
        let (status, body) = render(&app, &request, "*/*").await;
        let kind = if field == "html" { "invalid_html" } else { "invalid_request" };
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
async fn the_size_of_the_picture_is_bounded_as_a_whole() {
    let app = service(&Config::default()).await;
    let large = json!({"html": "x", "width": 4096, "height": 4096, "scale_factor": 2});
    let (status, body) = render(&app, &large, "*/*").await;
    assert_eq!(status, 400);
    let message = "scale_factor: width, height and scale_factor together ask for 67108864 pixels, at most 50000000 are made";
    assert_eq!(body["error_message"], message);
}

/// A valid request gets as far as the pool, which has no browser.
#[tokio::test]
async fn valid_values_at_the_bounds_are_not_refused() {
    let mut config = Config::default();
    config.image.allow_scripts = true;
    let app = service(&config).await;
    for request in [
        json!({"html": "x"}),
        json!({"html": "x", "width": 1, "height": 1, "scale_factor": 0.1, "quality": 1, "timeout_s": 60}),
        json!({"html": "x", "width": 4096, "height": 3051, "scale_factor": 2.0, "quality": 100}),
        json!({"html": "x", "image_format": "jpeg", "width": 1200.0, "javascript": "1", "css_overrides": "p{}"}),
        json!({"html": "x", "width": null, "css_overrides": null, "javascript": null, "timeout_s": null}),
    ] {
        let (status, body) = render(&app, &request, "*/*").await;
        assert_eq!((status, &body["error_type"]), (503, &json!("unavailable")), "{request}: {body}");
    }
}

#[tokio::test]
async fn an_accept_that_contradicts_the_format_is_406() {
    let app = service(&Config::default()).await;
    let (status, body) = render(&app, &json!({"html": "x", "image_format": "jpeg"}), "image/png").await;
    assert_eq!((status, &body["error_type"]), (406, &json!("invalid_request")));
    assert_eq!(
        body["error_message"],
        "accept: expected application/json or image/jpeg, as image_format is jpeg"
    );
}

#[tokio::test]
async fn without_a_browser_it_is_alive_and_neither_ready_nor_healthy() {
    let app = service(&Config::default()).await;
    assert_eq!(get(&app, "/live").await.0, StatusCode::OK);
    assert_eq!(get(&app, "/ready").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, text) = get(&app, "/health").await;
    let body: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (status.as_u16(), &body["status"], &body["browser_ready"]),
        (503, &json!("unhealthy"), &json!(false))
    );
    assert!(!text.contains("/bin"), "{text}");
}

#[tokio::test]
async fn the_services_metrics_are_there_at_boot() {
    let app = service(&Config::default()).await;
    let (_, scrape) = get(&app, "/metrics").await;
    for format in ["png", "jpeg", "webp"] {
        for series in ["images_total", "image_generation_ms_count", "image_size_bytes_count"] {
            let line = format!("playwright_{series}{{format=\"{format}\"}} 0");
            assert!(scrape.lines().any(|found| found == line), "{line}");
        }
    }
    for stage in ["queue", "acquire", "load", "ready", "capture", "encode"] {
        let line =
            format!("playwright_requests_timeout_total{{endpoint=\"/v1/render\",stage=\"{stage}\"}} 0");
        assert!(scrape.lines().any(|found| found == line), "{line}");
    }
}

/// The description that is checked in is the one that is served. `REFRESH_DOCS=1` rewrites it.
#[tokio::test]
async fn the_openapi_document_is_fresh() {
    let app = service(&Config::default()).await;
    let (_, served) = get(&app, "/openapi.json").await;
    let served: Value = serde_json::from_str(&served).expect("JSON");
    let served = format!("{}\n", serde_json::to_string_pretty(&served).expect("JSON"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/playwright-image.openapi.json");
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
    let app = service(&Config::default()).await;
    let (_, served) = get(&app, "/openapi.json").await;
    let served: Value = serde_json::from_str(&served).expect("JSON");
    let of = |schema: &str| -> Vec<String> {
        let schema = &served["components"]["schemas"][schema];
        let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        let named = |part: &Value| match part["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            Some(name) => served["components"]["schemas"][name].clone(),
            None => part.clone(),
        };
        let names = parts.iter().flat_map(|part| {
            let fields = named(part)["properties"].as_object().cloned().unwrap_or_default();
            fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        });
        names.collect()
    };
    let listed = |fields: &[service_kit::Field]| -> Vec<String> {
        fields.iter().map(|field| field.name.to_owned()).collect()
    };
    for (schema, mut listed) in [
        ("RenderRequest", listed(crate::options::RenderRequest::FIELDS)),
        ("ScreenshotRequest", listed(crate::options::ScreenshotRequest::FIELDS)),
        ("CardRequest", listed(super::card::CardRequest::FIELDS)),
    ] {
        let mut described = of(schema);
        described.sort_unstable();
        listed.sort_unstable();
        assert_eq!(described, listed, "{schema}");
    }
}
