//! The services as HTTP servers: bodies that are no requests, callers without tokens, secrets that must not be told.

use std::fs;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use playwright_tests::assert_error;
use serde_json::{Value, json};
use test_support::{Client, Launch, Mode, Reply, Service, eventually, fake_chromium};

use crate::bad_input::Watched;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn send(service: &Service, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    service.client().send(Method::POST, path, headers, body.into()).await.expect("an answer")
}

/// Bodies with `%` in place of a valid request's fields, and what the message must say.
fn bad_bodies() -> Vec<(Vec<u8>, &'static str)> {
    let text = |text: &str, says| (text.as_bytes().to_vec(), says);
    let deep = |open: &str| format!("{{%, \"x\": {}", open.repeat(200)).into_bytes();
    vec![
        text("", "nothing"),
        text("{", "malformed JSON"),
        text("{%", "malformed JSON"),
        text("[{%}]", "an array"),
        text("null", "null"),
        text("\u{feff}{%}", "byte order mark"),
        text("{%}{%}", "trailing"),
        text("{%} \0", "trailing"),
        text("{%,}", "trailing comma"),
        text("{%, %}", "more than once"),
        text("{%, \"timeout_s\": 1, \"timeout_s\": 2}", "timeout_s: given more than once"),
        text("{%, \"x\": NaN}", "malformed JSON"),
        text("{%, \"x\": Infinity}", "malformed JSON"),
        text("{%, \"x\": 1e999}", "out of range"),
        text("{%, \"timeout_s\": 1e999}", "out of range"),
        text("{%, \"timeout_s\": 1e308}", "timeout_s"),
        text("{%, \"timeout_s\": -0.0}", "timeout_s"),
        text("{%, \"timeout_s\": true}", "timeout_s"),
        text("{%, \"x\": \"\\ud800\"}", "malformed JSON"),
        text("{%, \"x\": \"\\udfff\"}", "malformed JSON"),
        text("{%, \"x\": \"a\nb\"}", "malformed JSON"),
        text("{%, x: 1}", "malformed JSON"),
        text("{%, \"x\": 'y'}", "malformed JSON"),
        text("{% /* x */}", "malformed JSON"),
        (b"{%, \"x\": \"\xff\xfe\"}".to_vec(), "malformed JSON"),
        (b"{%, \"x\": \"\xed\xa0\x80\"}".to_vec(), "malformed JSON"),
        (b"\xff\xfe{\0%\0}\0".to_vec(), "malformed JSON"),
        (deep("["), "recursion limit"),
        (deep("{\"a\":"), "recursion limit"),
    ]
}

async fn every_bad_body(watched: &Watched, path: &str, fields: &str) {
    let (service, before) = (&watched.service, watched.work());
    for (body, says) in bad_bodies() {
        let body: Vec<u8> = body.split(|b| *b == b'%').collect::<Vec<_>>().join(fields.as_bytes());
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = assert_error(&send(service, path, &[JSON], body).await, 400, "invalid_request", false);
        let message = answer["error_message"].as_str().expect("text");
        assert!(message.contains(says), "{shown}: {message}");
    }
    let valid = format!("{{{fields}}}");
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/json; charset=utf-16")],
        &[JSON, ("content-encoding", "gzip")],
    ] {
        assert_error(&send(service, path, headers, valid.clone()).await, 415, "invalid_request", false);
    }
    let large = format!("{{{fields}, \"x\": \"{}\"}}", "y".repeat(6 << 20));
    assert_error(&send(service, path, &[JSON], large).await, 413, "payload_too_large", false);
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let reply = service.client().send(method, path, &[], Bytes::new()).await.expect("an answer");
        assert_error(&reply, 405, "invalid_request", false);
        assert_eq!(reply.header("allow"), Some("POST"));
    }
    assert_eq!(watched.work(), before, "the browser was asked");
    assert!(!watched.was_asked_for_a_name());
}

#[tokio::test]
async fn bodies_that_are_no_extraction() {
    let watched = Watched::start(Launch::ingestion()).await;
    every_bad_body(&watched, "/v1/extract", r#""url": "https://shop.example/1""#).await;
}

#[tokio::test]
async fn bodies_that_are_no_render() {
    let watched = Watched::start(Launch::image()).await;
    every_bad_body(&watched, "/v1/render", r#""html": "<p>x""#).await;
    every_bad_body(&watched, "/v1/screenshot", r#""html": "<p>x""#).await;
}

/// Whatever they are called: the header has their names and nothing else, and a strict service has none of it.
#[tokio::test]
async fn unknown_fields_cannot_forge_a_header() {
    let shop = |strict: &'static str| async move {
        let browser = fake_chromium(Mode::Works);
        let launch = Launch::ingestion().env("PLAYWRIGHT_STRICT_REQUESTS", strict);
        let path = browser.path().to_string_lossy().into_owned();
        (launch.env("PLAYWRIGHT_CHROMIUM_PATH", path).start().await.expect("the service starts"), browser)
    };
    let mut request =
        json!({ "url": "https://shop.example/1", "html": "<title>Mini PC</title><h1>Mini PC</h1>" });
    request["a\r\nset-cookie: b=c"] = json!(1);
    request["wait_until"] = json!({ "x": [1, 2] });
    request["\u{1b}[31m"] = json!(null);
    for n in 0..200 {
        request[format!("unknown_{n:03}")] = json!(n);
    }
    let (lenient, _browser) = shop("false").await;
    let reply = lenient.client().post("/v1/extract", &request).await.expect("an answer");
    let ignored = reply.header("x-ignored-fields").expect("unknown fields are named");
    assert!(ignored.len() < 1_100 && ignored.contains("a??set-cookie??b?c"), "{ignored}");
    assert!(reply.header("set-cookie").is_none());
    let (strict, _browser) = shop("true").await;
    let reply = strict.client().post("/v1/extract", &request).await.expect("an answer");
    let body = assert_error(&reply, 400, "invalid_request", false);
    assert!(body["error_message"].as_str().is_some_and(|text| text.contains("no such field")), "{body}");
}

#[tokio::test]
async fn tokens_are_asked_for_and_rotate_and_are_in_no_log() {
    let (old, new, wrong) = ("old-secret-of-the-api", "new-secret-of-the-api", "bad-secret-of-nobody");
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("tokens");
    fs::write(&file, format!("deal-brain:{old}\n")).expect("a file");
    let browser = fake_chromium(Mode::Works);
    let service = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", browser.path().to_string_lossy())
        .env("PLAYWRIGHT_API_TOKENS_FILE", file.to_string_lossy())
        .env("LOG_LEVEL", "debug")
        .start()
        .await
        .expect("the service starts");
    let refused_before_it_is_read = "{ not even JSON";
    let asked = async |token: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [JSON, ("authorization", authorization.as_str())];
        send(&service, "/v1/render", &headers, refused_before_it_is_read).await
    };
    let reply = send(&service, "/v1/render", &[JSON], refused_before_it_is_read).await;
    assert_error(&reply, 401, "unauthorized", false);
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    assert_error(&asked(wrong).await, 401, "unauthorized", false);
    assert_error(&asked(old).await, 400, "invalid_request", false);
    fs::write(&file, format!("deal-brain:{new}\n")).expect("a file");
    eventually("the new token is known", Duration::from_secs(10), async || {
        (asked(new).await.status == 400).then_some(())
    })
    .await;
    assert_error(&asked(old).await, 401, "unauthorized", false);
    for path in ["/health", "/live", "/ready", "/metrics", "/openapi.json"] {
        assert_eq!(service.client().get(path).await.expect("an answer").status, 200, "{path}");
    }
    let log = service.log();
    assert!(log.contains("deal-brain") && log.contains("the tokens have been read again"), "{log}");
    for secret in [old, new, wrong, "Bearer"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn metrics_move_to_the_listener_of_operations() {
    let browser = fake_chromium(Mode::Works);
    let service = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", browser.path().to_string_lossy())
        .env("PLAYWRIGHT_ADMIN_LISTEN", "127.0.0.1:0")
        .start()
        .await
        .expect("the service starts");
    let log = service.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let admin = lines
        .filter(|line| line["message"] == "operations have their own listener")
        .find_map(|line| line["address"].as_str().map(|address| Client::new(&format!("http://{address}"))));
    let admin = admin.expect("it says where");
    assert_error(&service.client().get("/metrics").await.expect("an answer"), 404, "invalid_request", false);
    assert_eq!(service.client().get("/health").await.expect("an answer").status, 200);
    assert!(
        admin.get("/metrics").await.expect("an answer").text().contains("playwright_requests_in_flight 0")
    );
    assert_eq!(admin.get("/health").await.expect("an answer").status, 200);
    let work = admin.post("/v1/render", &json!({ "html": "<p>x" })).await.expect("an answer");
    assert_error(&work, 404, "invalid_request", false);
}

/// At the most talkative level of ours, whether it is refused, unreachable or drawn.
#[tokio::test]
async fn addresses_secrets_are_in_no_log_and_no_error() {
    let service = Launch::image().env("LOG_LEVEL", "debug").start().await.expect("the service starts");
    let secret = "s3cr3t-of-an-address";
    let urls = [
        format!("http://user:{secret}@127.0.0.1/?token={secret}"),
        format!("http://shop.invalid/?token={secret}#{secret}"),
        format!("ftp://user:{secret}@shop.example/"),
        format!("http://127.0.0.1:99999/?token={secret}"),
        format!("http://user:{secret}@[::ffff:10.0.0.1]/"),
    ];
    for url in &urls {
        let reply = service.client().post("/v1/screenshot", &json!({ "url": url, "timeout_s": 5 })).await;
        let reply = reply.expect("an answer");
        assert!(reply.status.is_client_error() || reply.status.is_server_error());
        assert!(!reply.text().contains(secret), "{url}: {}", reply.text());
        let card = json!({ "template": "product", "data": { "title": "x", "image": url } });
        let reply = service.client().post("/v1/card", &card).await.expect("an answer");
        assert_eq!(reply.status, 400, "{url}: {}", reply.text());
        assert!(!reply.text().contains(secret), "{url}: {}", reply.text());
    }
    let html = urls.iter().map(|url| format!("<img src=\"{url}\"><script>console.log('{url}')</script>"));
    let page = json!({ "html": html.collect::<String>(), "width": 60, "height": 40 });
    let drawn = service.client().post("/v1/render", &page).await.expect("an answer");
    assert_eq!(drawn.status, 200, "{}", drawn.text());
    let log = service.log();
    assert!(log.contains("\"level\":\"DEBUG\""), "it says something at this level: {log}");
    let line = log.lines().find(|line| line.contains(secret));
    assert!(line.is_none(), "{line:?}");
}
