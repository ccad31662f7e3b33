//! The whole router around an endpoint of the tests' own.

mod tokens;

use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::body::{Body, Field, RequestFields, whole};
use crate::health::{HealthReport, HealthStatus, Phase};
use crate::request::RequestContext;
use crate::settings::defaults;

#[derive(Deserialize)]
struct Wish {
    say: String,
    #[serde(default, deserialize_with = "whole")]
    timeout_s: u32,
}

impl RequestFields for Wish {
    const FIELDS: &'static [Field] =
        &[Field::required("say", "a word"), Field::optional("timeout_s", "an integer from 1 to 60")];
}

#[utoipa::path(post, path = "/v1/wish", responses((status = 200, body = String)))]
async fn wish(context: RequestContext, body: Body<Wish>) -> Result<String, ApiError> {
    context.set_deadline(Duration::from_secs(u64::from(body.value.timeout_s.max(1))));
    match body.value.say.as_str() {
        "panic" => panic!("as wished"),
        "hang" => std::future::pending().await,
        "late" => {
            Err(ApiError::new(ErrorKind::Timeout, "the deadline passed while loading").with_stage("load"))
        }
        "busy" => Err(ApiError::new(ErrorKind::Overloaded, "the queue is full")
            .with_retry_after(Duration::from_millis(1500))),
        "captcha" => Err(ApiError::new(ErrorKind::ExtractionFailed, "no product")
            .with_verdict("captcha")
            .with_upstream_status(Some(200))),
        word => Ok(word.to_owned()),
    }
}

struct Fixed(HealthStatus, Phase);

impl Health for Fixed {
    fn report(&self) -> HealthReport {
        HealthReport {
            status: self.0,
            phase: self.1,
            browser_ready: self.0 != HealthStatus::Unhealthy,
            page_pool_available: 5,
            chromium_version: Some("156.0.1".to_owned()),
            problem: "no browser passes its probe",
            last_failure: Some("/usr/lib/chromium exited".to_owned()),
        }
    }
}

struct Service {
    app: Router,
    admin: Option<Router>,
    lifecycle: Lifecycle,
}

fn service_with(status: HealthStatus, phase: Phase, settings: &ServerSettings) -> Service {
    let registry = Registry::new();
    let build = Build { version: "1.2.3", revision: "abc" };
    let metrics =
        HttpMetrics::new(&registry, build, &["/v1/wish"], &["queue", "load"]).expect("a fresh registry");
    let lifecycle = Lifecycle::new();
    let kit = Kit {
        health: Arc::new(Fixed(status, phase)),
        metrics,
        registry,
        lifecycle: lifecycle.clone(),
        build,
        access: Access::new(&settings.access).expect("no file of tokens"),
        signed_paths: &[],
    };
    let Routers { public, admin, .. } = kit.app(OpenApiRouter::new().routes(routes!(wish)), settings);
    Service { app: public, admin, lifecycle }
}

fn service() -> Service {
    let settings =
        ServerSettings { max_body_bytes: 1024, body_timeout: Duration::from_millis(50), ..defaults() };
    service_with(HealthStatus::Healthy, Phase::Serving, &settings)
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }
}

impl Service {
    async fn send(&self, request: Request<HttpBody>) -> Answer {
        let response = self.app.clone().oneshot(request).await.expect("a router does not fail");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body in memory").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(HttpBody::empty()).expect("a request")).await
    }

    async fn wish(&self, json: &str) -> Answer {
        self.send(wishing(json.to_owned().into())).await
    }
}

fn wishing(body: HttpBody) -> Request<HttpBody> {
    Request::post("/v1/wish").header(CONTENT_TYPE, "application/json").body(body).expect("a request")
}

/// Asserts the contract's error body and returns it.
fn assert_error(answer: &Answer, status: u16, error_type: &str) -> Value {
    let body = answer.json();
    assert_eq!((answer.status.as_u16(), &body["error_type"]), (status, &Value::from(error_type)), "{body}");
    assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
    assert!(body["retriable"].is_boolean() && body["error_message"].as_str().is_some_and(|m| !m.is_empty()));
    let timestamp = body["timestamp"].as_str().expect("a timestamp");
    assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
    assert_eq!(body["request_id"].as_str(), answer.headers["x-request-id"].to_str().ok());
    body
}

#[tokio::test]
async fn a_success_is_the_handlers_with_a_request_id() {
    let answer = service().wish(r#"{"say": "yes"}"#).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "yes"));
    assert_eq!(answer.headers["x-request-id"].len(), 32);
}

#[tokio::test]
async fn every_failure_has_the_error_body() {
    let service = service();
    assert_error(&service.get("/nowhere").await, 404, "invalid_request");
    let wrong_method = service.get("/v1/wish").await;
    assert_error(&wrong_method, 405, "invalid_request");
    assert_eq!(wrong_method.headers["allow"], "POST");
    let no_type = Request::post("/v1/wish").body(HttpBody::from("{}")).expect("a request");
    assert_error(&service.send(no_type).await, 415, "invalid_request");
    assert_error(&service.wish("{").await, 400, "invalid_request");
    assert_error(&service.wish(r#"{"say": "late"}"#).await, 408, "timeout");
    assert_error(&service.wish(r#"{"say": "panic"}"#).await, 500, "render_failure");
    let busy = service.wish(r#"{"say": "busy"}"#).await;
    assert_error(&busy, 503, "overloaded");
    assert_eq!(busy.headers["retry-after"], "2");
    let captcha = assert_error(&service.wish(r#"{"say": "captcha"}"#).await, 422, "extraction_failed");
    assert_eq!((&captcha["verdict"], &captcha["upstream_status"]), (&"captcha".into(), &200.into()));
}

#[tokio::test]
async fn bodies_are_limited_declared_or_not() {
    let service = service();
    let declared = Request::post("/v1/wish")
        .header(CONTENT_TYPE, "application/json")
        .header("content-length", "5000")
        .body(HttpBody::from("x".repeat(5000)));
    assert_error(&service.send(declared.expect("a request")).await, 413, "payload_too_large");
    let chunks = (0..50).map(|_| Ok::<_, std::io::Error>("x".repeat(100)));
    let streamed = HttpBody::from_stream(futures_util::stream::iter(chunks));
    assert_error(&service.send(wishing(streamed)).await, 413, "payload_too_large");
    let exact = format!("{{\"say\": \"{}\"}}", "x".repeat(1024 - 11));
    assert_eq!((exact.len(), service.wish(&exact).await.status), (1024, StatusCode::OK));
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let endless = HttpBody::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
    let body = assert_error(&service().send(wishing(endless)).await, 408, "invalid_request");
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("0.05 s")), "{body}");
}

/// Declared or found to be too large: the time for a body is over long before its rest would have come.
#[tokio::test]
async fn a_body_that_is_too_large_is_refused_as_such_though_its_rest_never_comes() {
    let service = service();
    let endless = futures_util::stream::pending::<Result<String, std::io::Error>>;
    let declared = Request::post("/v1/wish")
        .header(CONTENT_TYPE, "application/json")
        .header("content-length", "5000")
        .body(HttpBody::from_stream(endless()))
        .expect("a request");
    let first = futures_util::stream::iter([Ok("x".repeat(2000))]);
    let found = wishing(HttpBody::from_stream(futures_util::StreamExt::chain(first, endless())));
    let (declared, found) = tokio::join!(service.send(declared), service.send(found));
    assert_error(&declared, 413, "payload_too_large");
    assert_error(&found, 413, "payload_too_large");
}

#[tokio::test]
async fn request_id_and_traceparent_come_back() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::get("/nowhere").header("x-request-id", "mine-7").header("traceparent", trace);
    let answer = service().send(request.body(HttpBody::empty()).expect("a request")).await;
    assert_eq!(answer.headers["x-request-id"], "mine-7");
    assert_eq!(answer.headers["traceparent"], trace);
    assert_eq!(answer.json()["request_id"], "mine-7");
}

#[tokio::test]
async fn unknown_fields_are_named_or_refused() {
    let json = r#"{"say": "yes", "wait_until": "load", "bad\r\nname: 1": 2}"#;
    let answer = service().wish(json).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["x-ignored-fields"], "bad??name??1, wait_until");
    let strict = ServerSettings { strict_requests: true, ..defaults() };
    let strict = service_with(HealthStatus::Healthy, Phase::Serving, &strict);
    let refused = assert_error(&strict.wish(r#"{"say": "yes", "w": 1}"#).await, 400, "invalid_request");
    assert_eq!(refused["error_message"], "w: no such field, the fields are say, timeout_s");
}

#[tokio::test]
async fn with_a_listener_for_operations_the_metrics_are_only_there() {
    let settings = ServerSettings { admin_listen: "127.0.0.1:0".parse().ok(), ..defaults() };
    let public = service_with(HealthStatus::Healthy, Phase::Serving, &settings);
    let admin = Service { app: public.admin.clone().expect("asked for"), ..public };
    let public = service_with(HealthStatus::Healthy, Phase::Serving, &settings);
    assert_error(&public.get("/metrics").await, 404, "invalid_request");
    let description = public.get("/openapi.json").await.json();
    assert!(description["paths"]["/metrics"].is_null() && description["paths"]["/health"].is_object());
    assert_eq!(admin.get("/metrics").await.status, StatusCode::OK);
    for path in ["/health", "/live", "/ready"] {
        assert_eq!(admin.get(path).await.status, StatusCode::OK, "{path}");
        assert_eq!(public.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_error(&admin.wish(r#"{"say": "yes"}"#).await, 404, "invalid_request");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_every_answer_has() {
    let service = service();
    for answer in
        [service.get("/live").await, service.get("/nowhere").await, service.wish(r#"{"say": "yes"}"#).await]
    {
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        for header in ["server", "x-powered-by", "access-control-allow-origin"] {
            assert!(!answer.headers.contains_key(header), "{header}");
        }
    }
    let preflight = Request::options("/v1/wish")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .body(HttpBody::empty());
    let answer = service.send(preflight.expect("a request")).await;
    assert_error(&answer, 405, "invalid_request");
    assert!(answer.headers["allow"] == "POST" && !answer.headers.contains_key("access-control-allow-origin"));
    let head = Request::head("/live").body(HttpBody::empty()).expect("a request");
    let answer = service.send(head).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn health_follows_the_report() {
    let settings = defaults();
    for (status, phase, health, ready) in [
        (HealthStatus::Healthy, Phase::Serving, 200, 200),
        (HealthStatus::Degraded, Phase::Serving, 200, 200),
        (HealthStatus::Unhealthy, Phase::Serving, 503, 200),
        (HealthStatus::Unhealthy, Phase::Starting, 503, 503),
        (HealthStatus::Healthy, Phase::Draining, 200, 503),
    ] {
        let service = service_with(status, phase, &settings);
        let answer = service.get("/health").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["status"].as_str()),
            (health, Some(status.as_str()))
        );
        assert_eq!(answer.json()["page_pool_available"], 5);
        assert_eq!(answer.json()["version"], "1.2.3");
        assert_eq!(answer.json()["browser_ready"], status != HealthStatus::Unhealthy);
        assert!(answer.json()["uptime_s"].is_u64());
        if health == 503 {
            let body = assert_error(&answer, 503, "unavailable");
            assert_eq!(body["error_message"], "no browser passes its probe");
            assert_eq!(answer.headers["retry-after"], "2");
        }
        assert_eq!(service.get("/ready").await.status.as_u16(), ready);
        assert_eq!(service.get("/live").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn draining_is_not_ready_and_closes_connections_but_answers() {
    let service = service();
    service.lifecycle.drain();
    assert_error(&service.get("/ready").await, 503, "unavailable");
    let answer = service.wish(r#"{"say": "yes"}"#).await;
    assert_eq!(
        (answer.status, &answer.headers["connection"]),
        (StatusCode::OK, &"close".parse().expect("a value"))
    );
    assert_eq!(service.get("/health").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cut_answers_what_hangs() {
    let service = service();
    let (answer, ()) = tokio::join!(service.wish(r#"{"say": "hang"}"#), async { service.lifecycle.cut() });
    assert_error(&answer, 503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "2");
}

fn value<'a>(scrape: &'a str, series: &str) -> Option<&'a str> {
    scrape.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}

#[tokio::test]
async fn every_series_is_there_from_the_first_scrape() {
    let scrape = service().get("/metrics").await;
    assert_eq!(scrape.headers[CONTENT_TYPE], "text/plain; version=0.0.4");
    for endpoint in ["/v1/wish", "other"] {
        for outcome in ["success", "failure", "timeout", "refused"] {
            let series = format!(
                "playwright_request_latency_ms_count{{endpoint=\"{endpoint}\",outcome=\"{outcome}\"}}"
            );
            assert_eq!(value(&scrape.text, &series), Some("0"), "{series}");
        }
        for kind in ErrorKind::ALL {
            let (kind, fault) = (kind.as_str(), kind.fault().as_str());
            let series = format!(
                "playwright_requests_failure_total{{endpoint=\"{endpoint}\",error_type=\"{kind}\",fault=\"{fault}\"}}"
            );
            assert_eq!(value(&scrape.text, &series), Some("0"), "{series}");
        }
        for stage in ["queue", "load"] {
            let series =
                format!("playwright_requests_timeout_total{{endpoint=\"{endpoint}\",stage=\"{stage}\"}}");
            assert_eq!(value(&scrape.text, &series), Some("0"), "{series}");
        }
    }
    for (series, at_boot) in [
        ("playwright_requests_success_total{endpoint=\"/v1/wish\"}", "0"),
        ("playwright_deadline_used_ratio_count{endpoint=\"/v1/wish\"}", "0"),
        ("playwright_stage_latency_ms_count{stage=\"load\"}", "0"),
        ("playwright_requests_in_flight", "0"),
        ("playwright_client_gone_total", "0"),
        ("playwright_health_status{status=\"healthy\"}", "1"),
        ("playwright_health_status{status=\"degraded\"}", "0"),
        ("playwright_health_status{status=\"unhealthy\"}", "0"),
        ("playwright_build_info{chromium=\"156.0.1\",revision=\"abc\",version=\"1.2.3\"}", "1"),
    ] {
        assert_eq!(value(&scrape.text, series), Some(at_boot), "{series}");
    }
    for series in [
        "process_start_time_seconds",
        "process_resident_memory_bytes",
        "process_open_fds",
        "playwright_memory_limit_bytes",
        "playwright_memory_used_bytes",
    ] {
        assert!(value(&scrape.text, series).is_some_and(|value| value != "0"), "{series}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_how_they_ended() {
    let service = service();
    service.wish(r#"{"say": "yes"}"#).await;
    service.wish(r#"{"say": "late"}"#).await;
    service.wish(r#"{"say": 5}"#).await;
    service.wish(r#"{"say": "busy"}"#).await;
    service.get("/nowhere").await;
    service.get("/health").await;
    let scrape = service.get("/metrics").await.text;
    for (series, count) in [
        ("playwright_requests_success_total{endpoint=\"/v1/wish\"}", "1"),
        ("playwright_requests_timeout_total{endpoint=\"/v1/wish\",stage=\"load\"}", "1"),
        (
            "playwright_requests_failure_total{endpoint=\"/v1/wish\",error_type=\"timeout\",fault=\"service\"}",
            "1",
        ),
        (
            "playwright_requests_failure_total{endpoint=\"other\",error_type=\"invalid_request\",fault=\"caller\"}",
            "1",
        ),
        ("playwright_request_latency_ms_count{endpoint=\"/v1/wish\",outcome=\"refused\"}", "2"),
        ("playwright_request_latency_ms_count{endpoint=\"/v1/wish\",outcome=\"timeout\"}", "1"),
        ("playwright_deadline_used_ratio_count{endpoint=\"/v1/wish\"}", "2"),
        ("playwright_requests_success_total{endpoint=\"other\"}", "0"),
    ] {
        assert_eq!(value(&scrape, series), Some(count), "{series}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted_and_leaves_nothing_in_flight() {
    let service = service();
    let mut hanging = Box::pin(service.wish(r#"{"say": "hang"}"#));
    while value(&service.get("/metrics").await.text, "playwright_requests_in_flight") != Some("1") {
        assert!(futures_util::poll!(&mut hanging).is_pending());
    }
    drop(hanging);
    let scrape = service.get("/metrics").await.text;
    assert_eq!(value(&scrape, "playwright_requests_in_flight"), Some("0"));
    assert_eq!(value(&scrape, "playwright_client_gone_total"), Some("1"));
}

#[tokio::test]
async fn the_description_lists_every_route() {
    let description = service().get("/openapi.json").await.json();
    let paths: Vec<_> = description["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["/health", "/live", "/metrics", "/ready", "/v1/wish"]);
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}
