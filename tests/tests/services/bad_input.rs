//! Bad input of every field: refused with a message that names the field and what would be valid, before anything is
//! asked of the browser or of a name server.

use std::time::Duration;

use hyper::Method;
use playwright_tests::{assert_error, scrape};
use serde_json::{Value, json};
use test_support::{Client, FakeChromium, Launch, Mode, Service, eventually, fake_chromium};
use tokio::net::UdpSocket;

/// A field, a value that is not valid, and what the message must say would be.
type Bad = (&'static str, Value, &'static str);

fn bad_extractions() -> Vec<(Bad, &'static str)> {
    let request = |field, value, valid| ((field, value, valid), "invalid_request");
    let url = |value| (("url", value, "http"), "invalid_url");
    let long = "a".repeat(9_000);
    vec![
        request("url", json!(7), "http"),
        request("url", json!(["http://a.example/"]), "http"),
        url(json!("")),
        url(json!("shop.example/item")),
        url(json!("ftp://shop.example/")),
        url(json!("file:///etc/passwd")),
        url(json!("javascript:alert(1)")),
        url(json!("chrome://crash")),
        url(json!("http://")),
        url(json!("http://a b/")),
        (("url", json!(format!("http://shop.example/{long}")), "8192"), "invalid_url"),
        (("url", json!(format!("http://shop.example/{}", "a".repeat(200_000))), "8192"), "invalid_url"),
        (("html", json!("  \n "), "non-blank"), "invalid_html"),
        (("html", json!(5), "text"), "invalid_html"),
        request("marketplace_type", json!("etsy"), "walmart"),
        request("marketplace_type", json!(1), "walmart"),
        request("timeout_s", json!(0), "60"),
        request("timeout_s", json!(-1), "60"),
        request("timeout_s", json!(60.5), "60"),
        request("timeout_s", json!("10"), "60"),
        request("retry_count", json!(6), "0 to 5"),
        request("retry_count", json!(-1), "0 to 5"),
        request("retry_count", json!(1.5), "0 to 5"),
        request("user_agent", json!("a".repeat(513)), "512"),
        request("user_agent", json!("a\r\nX-Evil: 1"), "control"),
        request("user_agent", json!({}), "512"),
        request("include_html", json!("yes"), "true or false"),
        request("explain", json!(1), "true or false"),
    ]
}

fn bad_renders() -> Vec<(Bad, &'static str)> {
    let request = |field, value, valid| ((field, value, valid), "invalid_request");
    let html = |value| (("html", value, "text"), "invalid_html");
    vec![
        html(json!("")),
        html(json!(" \t\n")),
        html(json!(7)),
        html(json!("a\u{0}b")),
        request("width", json!(0), "1 to 4096"),
        request("width", json!(4097), "1 to 4096"),
        request("width", json!("1200"), "1 to 4096"),
        request("height", json!(-5), "1 to 4096"),
        request("height", json!(100.5), "1 to 4096"),
        request("image_format", json!("gif"), "jpeg"),
        request("image_format", json!(2), "jpeg"),
        request("quality", json!(0), "1 to 100"),
        request("quality", json!(101), "1 to 100"),
        request("scale_factor", json!(0.05), "0.1 to 4"),
        request("scale_factor", json!(4.1), "0.1 to 4"),
        request("scale_factor", json!("2"), "0.1 to 4"),
        request("timeout_s", json!(0), "60"),
        request("timeout_s", json!(61), "60"),
        request("css_overrides", json!("a".repeat(300_000)), "262144"),
        request("css_overrides", json!(["a"]), "text"),
        request("javascript", json!(3), "text"),
        request("javascript", json!("1 + 1"), "PLAYWRIGHT_ALLOW_SCRIPTS"),
    ]
}

/// What must never have been asked: a name server, and a browser.
pub(crate) struct Watched {
    pub(crate) service: Service,
    browser: FakeChromium,
    names: UdpSocket,
}

impl Watched {
    pub(crate) async fn start(launch: Launch) -> Watched {
        let browser = fake_chromium(Mode::Works);
        let names = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = names.local_addr().expect("an address").to_string();
        let launch = launch
            .env("PLAYWRIGHT_CHROMIUM_PATH", browser.path().to_string_lossy())
            .env("PLAYWRIGHT_DNS_SERVER", address);
        let service = launch.start().await.expect("the service starts");
        let watched = Watched { service, browser, names };
        watched.settle().await;
        watched
    }

    /// Until what happens before the first request is over: pages are opened ahead.
    async fn settle(&self) {
        let mut last = self.work();
        let mut same = 0;
        eventually("a quiet browser", Duration::from_secs(10), async || {
            let now = self.work();
            same = if now == last { same + 1 } else { 0 };
            last = now;
            (same == 30).then_some(())
        })
        .await;
    }

    /// Messages to the browser; it is also asked for its version now and then, by nobody's request.
    pub(crate) fn work(&self) -> usize {
        self.browser.messages().iter().filter(|method| *method != "Browser.getVersion").count()
    }

    pub(crate) fn was_asked_for_a_name(&self) -> bool {
        self.names.try_recv(&mut [0; 512]).is_ok()
    }
}

async fn every_bad_field(watched: &Watched, path: &str, valid: &Value, bad: Vec<(Bad, &'static str)>) {
    let before = watched.work();
    let count = bad.len();
    for ((field, value, says), error_type) in bad {
        let mut request = valid.clone();
        request[field] = value;
        let reply = watched.service.client().post(path, &request).await.expect("an answer");
        let body = assert_error(&reply, 400, error_type, false);
        let message = body["error_message"].as_str().expect("text");
        let shown = request[field].to_string();
        let shown = shown.get(..shown.len().min(60)).unwrap_or_default();
        assert!(message.contains(field), "{field} = {shown}: {message}");
        assert!(message.contains(says), "{field} = {shown} says nothing of {says:?}: {message}");
        assert!(message.len() < 1_000, "{field}: {message}");
    }
    let reply = watched.service.client().post(path, &json!({})).await.expect("an answer");
    assert_error(&reply, 400, "invalid_request", false);
    assert_eq!(watched.work(), before, "the browser was asked: {:?}", watched.browser.messages());
    assert!(!watched.was_asked_for_a_name());
    let counted = scrape(&watched.service).await;
    assert_eq!(counted.count("playwright_page_leases_total", &[]), 0);
    let refused = counted.count("playwright_requests_failure_total", &[("fault", "caller")]);
    assert_eq!(refused, count as u64 + 1);
}

#[tokio::test]
async fn of_an_extraction() {
    let watched = Watched::start(Launch::ingestion()).await;
    let valid = json!({ "url": "http://shop.example/item" });
    every_bad_field(&watched, "/v1/extract", &valid, bad_extractions()).await;

    // and both counters do count: a valid request asks for the name or opens the page
    let request = json!({ "url": "http://shop.example/item", "timeout_s": 1, "retry_count": 0 });
    let before = watched.work();
    watched.service.client().post("/v1/extract", &request).await.expect("an answer");
    assert!(watched.work() > before || watched.was_asked_for_a_name());
}

#[tokio::test]
async fn of_a_render() {
    let watched = Watched::start(Launch::image()).await;
    every_bad_field(&watched, "/v1/render", &json!({ "html": "<p>x" }), bad_renders()).await;

    let before = watched.work();
    watched.service.client().post("/v1/render", &json!({ "html": "<p>x" })).await.expect("an answer");
    assert!(watched.work() > before, "the counter does count");
}

#[tokio::test]
async fn of_the_request_around_the_fields() {
    let watched = Watched::start(Launch::image().env("PLAYWRIGHT_MAX_BODY_BYTES", "100000")).await;
    let before = watched.work();
    let client = watched.service.client();
    let json_type = ("content-type", "application/json");
    let send = async |method: &Method, path: &str, headers: &[(&str, &str)], body: &'static [u8]| {
        client.send(method.clone(), path, headers, body.into()).await.expect("an answer")
    };
    let post = Method::POST;
    let malformed: [&[u8]; 7] =
        [b"", b"{", b"[]", b"null", b"{\"html\": \"a\",}", b"\xff\xfe{}", b"{\"html\":\"\xff\"}"];
    for body in malformed {
        let reply = send(&post, "/v1/render", &[json_type], body).await;
        assert_error(&reply, 400, "invalid_request", false);
    }
    assert_error(&send(&post, "/v1/render", &[], b"{}").await, 415, "invalid_request", false);
    let text = [("content-type", "text/plain")];
    assert_error(&send(&post, "/v1/render", &text, b"{}").await, 415, "invalid_request", false);
    assert_error(&send(&post, "/v2/render", &[json_type], b"{}").await, 404, "invalid_request", false);
    assert_error(&send(&Method::GET, "/nothing/here", &[], b"").await, 404, "invalid_request", false);
    let wrong_method = send(&Method::GET, "/v1/render", &[], b"").await;
    assert_error(&wrong_method, 405, "invalid_request", false);
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    let large = json!({ "html": "x".repeat(200_000) });
    let reply = client.post("/v1/render", &large).await.expect("an answer");
    let body = assert_error(&reply, 413, "payload_too_large", false);
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("100000")), "{body}");
    assert_eq!(watched.work(), before);
}

#[tokio::test]
async fn unknown_fields_are_named_or_refused() {
    let html = json!({ "html": "<p>x", "wdith": 5, "zoom": 2 });
    let lenient = Watched::start(Launch::image()).await;
    let reply = lenient.service.client().post("/v1/render", &html).await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let ignored = reply.header("x-ignored-fields").expect("a header");
    assert!(ignored.contains("wdith") && ignored.contains("zoom"), "{ignored}");

    let strict = Watched::start(Launch::image().env("PLAYWRIGHT_STRICT_REQUESTS", "true")).await;
    let reply = strict.service.client().post("/v1/render", &html).await.expect("an answer");
    let body = assert_error(&reply, 400, "invalid_request", false);
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("wdith")), "{body}");
}

#[tokio::test]
async fn of_the_settings() {
    for (name, value) in [
        ("PLAYWRIGHT_PAGE_POOL_SIZE", "0"),
        ("PLAYWRIGHT_MAX_QUEUE", "many"),
        ("PLAYWRIGHT_LISTEN", "nowhere"),
        ("PLAYWRIGHT_EGRESS_ALLOW", "127.0.0.1"),
        ("PLAYWRIGHT_CHROMIUM_PATH", "/nonexistent/chromium"),
    ] {
        let (exit, said) = Launch::ingestion().env(name, value).run_to_end(Duration::from_secs(10)).await;
        assert!(exit.is_some_and(|exit| !exit.success()), "{name}={value}: {exit:?}\n{said}");
        assert!(said.contains(name) || said.contains("chromium"), "{name}={value}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// `X-Request-Id` is the caller's or a new one, on every answer.
#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let watched = Watched::start(Launch::image()).await;
    let client: &Client = watched.service.client();
    let given = [("x-request-id", "from-the-caller-7")];
    let reply = client.send(Method::GET, "/no", &given, b"".as_slice().into()).await.expect("an answer");
    assert_eq!(reply.header("x-request-id"), Some("from-the-caller-7"));
    assert_eq!(reply.json()["request_id"], "from-the-caller-7");
    let (one, other) =
        (client.get("/live").await.expect("an answer"), client.get("/live").await.expect("an answer"));
    assert!(one.header("x-request-id").is_some());
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}
