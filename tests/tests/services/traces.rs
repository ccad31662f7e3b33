//! What a collector of traces is told of a request, and that none is needed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use playwright_tests::{Ingestion, assert_error, image, ingestion, render, scrape};
use serde_json::{Value, json};
use test_support::process::Signal;
use test_support::{Collected, Collector, Reply, Service, eventually};
use tokio::net::TcpListener;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// Spans are sent soon, so that no test waits for them.
fn sending<'a>(endpoint: &'a str, protocol: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ]
}

async fn extract(ingestion: &Ingestion, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = json!({ "url": ingestion.site.url(path) });
    ingestion.service.client().post_with("/v1/extract", headers, &request).await.expect("an answer")
}

fn server_span(trace: &[Collected]) -> &Collected {
    let servers: Vec<_> = trace.iter().filter(|span| span.kind == 2).collect();
    assert_eq!(servers.len(), 1, "{trace:#?}");
    servers[0]
}

/// The stages of a request in the order of their time, each checked to be a child within its parent.
fn stages<'a>(trace: &'a [Collected], server: &Collected) -> Vec<&'a str> {
    let mut stages: Vec<_> = trace.iter().filter(|span| span.kind != 2).collect();
    stages.sort_by_key(|span| (span.start, span.end));
    for stage in &stages {
        assert_eq!(stage.parent_id, server.span_id, "{stage:#?}");
        assert!(stage.start <= stage.end, "{stage:#?}");
        assert!(stage.start + 1_000_000 >= server.start && stage.end <= server.end + 1_000_000, "{stage:#?}");
        assert_eq!(stage.attributes["stage"], stage.name);
        assert!(!stage.attributes.keys().any(|name| name.ends_with("_us")), "{stage:#?}");
    }
    stages.into_iter().map(|span| span.name.as_str()).collect()
}

/// Lines of a request, by its id.
fn lines_of(service: &Service, request_id: &str) -> Vec<Value> {
    let lines = service.log();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["request_id"] == request_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extraction_is_a_span_with_its_stages() {
    let collector = Collector::start().await;
    let endpoint = collector.grpc();
    let mut environment = sending(&endpoint, "grpc");
    environment.extend([
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,team=a%2Cb"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=seven"),
        ("LOG_LEVEL", "debug"),
    ]);
    let ingestion = ingestion(&environment).await;
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "shop=1"), ("x-request-id", "first")];
    let reply = extract(&ingestion, "/static-jsonld.html?token=secret", &headers).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("traceparent"), Some(parent.as_str()));

    let trace = collector.trace_with("request_id", "first").await;
    let server = server_span(&trace);
    assert_eq!((server.name.as_str(), server.trace_id.as_str()), ("POST /v1/extract", TRACE));
    assert_eq!((server.parent_id.as_str(), server.state.as_str()), (CALLER, "shop=1"));
    assert_eq!((server.error.as_ref(), server.events), (None, 0));
    let expected = [
        ("http.request.method", "POST"),
        ("http.response.status_code", "200"),
        ("http.route", "/v1/extract"),
        ("request_id", "first"),
        ("url.path", "/v1/extract"),
        ("url.scheme", "http"),
    ];
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(server.attributes, expected);
    assert_eq!(server.resource["service.name"], "playwright-ingestion");
    assert_eq!(server.resource["deployment.environment.name"], "test");
    assert_eq!(server.resource["team"], "a,b");
    assert_eq!(server.headers["x-tenant"], "seven");
    let stages = stages(&trace, server);
    assert_eq!(stages, ["queue", "queue", "acquire", "load", "ready", "extract", "extract", "encode"]);
    assert!(!format!("{trace:?}").contains("secret"), "{trace:#?}");

    let lines = lines_of(&ingestion.service, "first");
    assert!(lines.len() >= 2, "{}", ingestion.service.log());
    assert!(lines.iter().all(|line| line["trace_id"] == TRACE), "{lines:#?}");
    let ids: Vec<_> = trace.iter().map(|span| span.span_id.as_str()).collect();
    assert!(
        lines.iter().all(|line| line["span_id"].as_str().is_some_and(|id| ids.contains(&id))),
        "{lines:#?}"
    );
    let answered = lines.iter().find(|line| line["message"] == "answered").expect("the request's own line");
    assert_eq!(answered["span_id"], server.span_id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_with_their_stage_and_the_pages_verdict() {
    let collector = Collector::start().await;
    let endpoint = collector.http();
    let ingestion = ingestion(&sending(&endpoint, "http/protobuf")).await;
    let reply = extract(&ingestion, "/robot-check.html", &[("x-request-id", "puzzle")]).await;
    assert_error(&reply, 422, "extraction_failed", false);
    let trace = collector.trace_with("request_id", "puzzle").await;
    let server = server_span(&trace);
    assert_eq!(server.parent_id, "", "it begins here");
    // the page's fault is no error of the service
    assert_eq!(server.error, None);
    assert_eq!(server.attributes["error.type"], "extraction_failed");
    assert_eq!(server.attributes["playwright.verdict"], "captcha");
    assert_eq!(server.attributes["playwright.fault"], "site");
    let read = trace.iter().rfind(|span| span.attributes.contains_key("verdict")).expect("the reading");
    assert_eq!((read.name.as_str(), read.attributes["verdict"].as_str()), ("extract", "captcha"));
    assert!(read.error.is_some());

    let request = json!({ "url": ingestion.site.url("/hang"), "timeout_s": 0.5 });
    let headers = [("x-request-id", "late"), ("traceparent", "00-nonsense-01")];
    let reply = ingestion.service.client().post_with("/v1/extract", &headers, &request).await;
    assert_error(&reply.expect("an answer"), 408, "timeout", true);
    let trace = collector.trace_with("request_id", "late").await;
    let server = server_span(&trace);
    assert_eq!((server.parent_id.as_str(), server.attributes["error.type"].as_str()), ("", "timeout"));
    assert!(server.error.as_ref().is_some_and(|said| said.contains("load")), "{server:#?}");
    let load = trace.iter().find(|span| span.name == "load").expect("the load");
    assert_eq!(load.attributes["error.type"], "timeout");
    assert!(load.error.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_a_span_with_its_stages_and_probes_are_none() {
    let collector = Collector::start().await;
    let endpoint = collector.http();
    let mut environment = sending(&endpoint, "http/protobuf");
    environment.push(("OTEL_SERVICE_NAME", "cards"));
    let service = image(&environment).await;
    let request = json!({ "html": "<h1>one</h1><script>document.title = 1</script>" });
    let reply = service.client().post_with("/v1/render", &[("x-request-id", "card")], &request).await;
    assert_eq!(reply.expect("an answer").status, 200);
    let trace = collector.trace_with("request_id", "card").await;
    let server = server_span(&trace);
    assert_eq!(
        (server.name.as_str(), server.resource["service.name"].as_str()),
        ("POST /v1/render", "cards")
    );
    assert_eq!(stages(&trace, server), ["queue", "acquire", "load", "ready", "capture", "encode"]);

    for path in ["/health", "/metrics", "/openapi.json"] {
        service.client().get(path).await.expect("an answer");
    }
    let unknown = format!("/{}?token=secret", "a".repeat(1000));
    service.client().get_with(&unknown, &[("x-request-id", "nowhere")]).await.expect("an answer");
    let trace = collector.trace_with("request_id", "nowhere").await;
    assert_eq!(server_span(&trace).name, "GET");
    assert_eq!(server_span(&trace).attributes["url.path"].len(), 256);
    let spans = collector.spans();
    let servers: Vec<_> = spans.iter().filter(|span| span.kind == 2).map(|span| &span.name).collect();
    assert_eq!(servers, ["POST /v1/render", "GET"], "no warm-up, probe or scrape: {spans:#?}");
    assert!(!spans.iter().any(|span| span.kind != 2 && span.parent_id.is_empty()), "{spans:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_samples_nothing_is_obeyed_and_its_lines_are_still_found() {
    let collector = Collector::start().await;
    let endpoint = collector.http();
    let service = image(&sending(&endpoint, "http/protobuf")).await;
    let unsampled = format!("00-{TRACE}-{CALLER}-00");
    let html = json!({ "html": "<h1>one</h1>" });
    let headers = [("traceparent", unsampled.as_str()), ("x-request-id", "quiet")];
    service.client().post_with("/v1/render", &headers, &html).await.expect("an answer");
    service.client().post_with("/v1/render", &[("x-request-id", "loud")], &html).await.expect("an answer");
    collector.trace_with("request_id", "loud").await;
    assert!(!collector.spans().iter().any(|span| span.trace_id == TRACE));
    let lines = lines_of(&service, "quiet");
    assert!(!lines.is_empty() && lines.iter().all(|line| line["trace_id"] == TRACE), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_lines_have_ids_and_nothing_is_counted() {
    // the line that says where it listens is what the test finds it by
    let service = image(&[("LOG_LEVEL", "warn,playwright_image=info")]).await;
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("traceparent", parent.as_str()), ("x-request-id", "alone")];
    // a request without a page that can be captured in time logs an error, the only line at this level
    let request = json!({ "html": "<script>for (;;);</script>", "timeout_s": 0.5 });
    let reply = service.client().post_with("/v1/render", &headers, &request).await.expect("an answer");
    assert_error(&reply, 408, "timeout", true);
    let lines = eventually("the request's line", Duration::from_secs(10), async || {
        Some(lines_of(&service, "alone")).filter(|lines| !lines.is_empty())
    });
    for line in lines.await {
        assert_eq!(line["trace_id"], TRACE);
        assert!(line["span_id"].as_str().is_some_and(|id| id.len() == 16 && id != CALLER), "{line}");
    }
    assert!(scrape(&service).await.get("playwright_trace_spans_total", &[]).abs() < f64::EPSILON);
}

/// One that accepts and never answers is worse than one that is not there.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_costs_nobody_anything() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    for protocol in ["grpc", "http/protobuf"] {
        let mut environment = sending(&endpoint, protocol);
        environment.push(("OTEL_BSP_MAX_QUEUE_SIZE", "4"));
        let mut service = image(&environment).await;
        for number in 0..8 {
            let html = json!({ "html": format!("<h1>{number}</h1>") });
            assert_eq!(render(&service, &html).await.status, 200);
        }
        eventually("spans are dropped", Duration::from_secs(10), async || {
            let dropped = [("outcome", "dropped")];
            (scrape(&service).await.get("playwright_trace_spans_total", &dropped) > 0.0).then_some(())
        })
        .await;
        let asked = Instant::now();
        service.signal(Signal::TERM).expect("it runs");
        let exit = service.wait_for_exit(Duration::from_secs(20)).await.expect("it ends");
        assert!(exit.success(), "{}", service.log());
        // three seconds for the last spans, and what a busy machine takes for the rest
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
        assert!(service.log().contains("spans"), "it says so: {}", service.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sent_at_the_end() {
    let collector = Collector::start().await;
    let endpoint = collector.grpc();
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    let mut service = image(&environment).await;
    let html = json!({ "html": "<h1>last</h1>" });
    service.client().post_with("/v1/render", &[("x-request-id", "last")], &html).await.expect("an answer");
    assert!(collector.spans().is_empty(), "nothing is sent before its time");
    service.signal(Signal::TERM).expect("it runs");
    assert!(service.wait_for_exit(Duration::from_secs(20)).await.expect("it ends").success());
    assert_eq!(server_span(&collector.trace_with("request_id", "last").await).name, "POST /v1/render");
}
