//! The hostile site: pages that try what can be tried, and the redirects and scripts that they need.

use std::fs;

use test_support::built::workspace_root;

use crate::ground::recorder::Recorder;
use crate::ground::request::{Request, answer};

const HTML: &str = "Content-Type: text/html; charset=utf-8";
const SCRIPT: &str = "Content-Type: text/javascript";

/// Where a page should try to get to, in the spelling that goes into its text.
pub(crate) fn filled(text: &str, host: &str, own: &str) -> String {
    text.replace("{HTTP}", &format!("http://{host}"))
        .replace("{HTTPS}", &format!("https://{host}"))
        .replace("{WS}", &format!("ws://{host}"))
        .replace("{WSS}", &format!("wss://{host}"))
        .replace("{HOST}", host)
        .replace("{OWN}", own)
}

pub(crate) fn fixture(name: &str) -> String {
    let path = workspace_root().join("tests/fixtures/hostile").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The document with every way out to `host`.
pub(crate) fn ways(host: &str, own: &str) -> String {
    let page = fixture("ways.html").replace("{SCRIPT}", &fixture("ways.js"));
    filled(&page, host, own)
}

/// The site, not listening yet.
pub(crate) fn hostile_site() -> Recorder {
    Recorder::new(respond)
}

fn respond(request: &Request) -> Vec<u8> {
    let target = request.query("target").unwrap_or("missing.invalid");
    let own = format!("http://{}", request.header("host").unwrap_or_default());
    match request.path() {
        "/ways" => page_with_headers(target, &own),
        "/worker.js" => script("worker", target, &own),
        "/shared-worker.js" => script("shared-worker", target, &own),
        "/service-worker.js" => script("service-worker", target, &own),
        "/to" => {
            let code = request.query("code").and_then(|code| code.parse().ok()).unwrap_or(302);
            let location = format!("Location: {}", rest_of(request, "url="));
            answer(code, &[&location, "Access-Control-Allow-Origin: *"], "")
        }
        "/moves" => moves(request, &own),
        "/refresh" => answer(200, &[HTML, &format!("Refresh: 0;url={}", rest_of(request, "url="))], PRODUCT),
        _ => answer(200, &[HTML, "Access-Control-Allow-Origin: *"], PRODUCT),
    }
}

/// Everything after a field's name, so that an address with a query needs no escapes.
fn rest_of<'a>(request: &'a Request, name: &str) -> &'a str {
    let line = request.head.lines().next().unwrap_or_default();
    let rest = line.split_once(name).map_or("", |(_, rest)| rest);
    rest.strip_suffix(" HTTP/1.1").unwrap_or(rest)
}

/// A page that an extraction is content with.
pub(crate) const PRODUCT: &str = "<!doctype html><title>Honest Bucket | Example Store</title><main><h1>Honest Bucket, 10 l</h1>\
     <p class=price>$12.00</p><button>Add to cart</button></main>";

fn script(kind: &str, target: &str, own: &str) -> Vec<u8> {
    answer(200, &[SCRIPT], filled(&fixture("worker.js").replace("{KIND}", kind), target, own))
}

/// The ways out that are headers: hints before the answer, links, reports about the page and about its network.
fn page_with_headers(host: &str, own: &str) -> Vec<u8> {
    let to = |name: &str| format!("http://{host}/v/{name}");
    let headers = [
        HTML.to_owned(),
        format!("Link: <{}>; rel=preload; as=image", to("link-preload")),
        format!("Link: <{}>; rel=prefetch", to("link-prefetch")),
        format!("Link: <{}>; rel=stylesheet", to("link-css")),
        format!("Link: <http://{host}:8082>; rel=preconnect"),
        format!("Content-Security-Policy-Report-Only: img-src 'none'; report-uri {}", to("csp-report")),
        format!("Reporting-Endpoints: default=\"https://{host}:8444/v/reports\""),
        format!(
            "Report-To: {{\"group\":\"n\",\"max_age\":9999,\"endpoints\":[{{\"url\":\"https://{host}:8444/v/nel\"}}]}}"
        ),
        "NEL: {\"report_to\":\"n\",\"max_age\":9999,\"success_fraction\":1}".to_owned(),
        format!("Alt-Svc: h3=\"{host}:4434\"; ma=9999, h2=\"{host}:8445\"; ma=9999"),
        "Strict-Transport-Security: max-age=9999".to_owned(),
    ];
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let hint =
        format!("HTTP/1.1 103 Early Hints\r\nLink: <{}>; rel=preload; as=image\r\n\r\n", to("early-hint"));
    [hint.into_bytes(), answer(200, &headers, ways(host, own))].concat()
}

/// A page that moves its tab, or a part of it, to `url` in the way that `how` names.
fn moves(request: &Request, own: &str) -> Vec<u8> {
    let url = rest_of(request, "url=");
    let quoted = format!("'{url}'");
    let script = match request.query("how").unwrap_or_default() {
        "location" => format!("location = {quoted}"),
        "assign" => format!("location.assign({quoted})"),
        "replace" => format!("location.replace({quoted})"),
        "late" => format!("setTimeout(() => {{ location = {quoted} }}, 100)"),
        "load" => format!("onload = () => {{ location = {quoted} }}"),
        "click" => format!(
            "const a = document.body.appendChild(document.createElement('a')); a.href = {quoted}; a.click()"
        ),
        "form" => format!(
            "const f = document.body.appendChild(document.createElement('form')); f.method = 'post'; f.action = {quoted}; \
             f.submit()"
        ),
        "navigation" => format!("navigation.navigate({quoted})"),
        "top" => format!(
            "document.body.appendChild(document.createElement('iframe')).srcdoc = `<script>top.location = {quoted}<\\/script>`"
        ),
        "popup" => format!("open({quoted})"),
        "opener" => format!("open('{own}/honest'); location = {quoted}"),
        "meta" => {
            return answer(200, &[HTML], format!("<meta http-equiv=refresh content='0;url={url}'>"));
        }
        other => panic!("no way of moving is called {other}"),
    };
    answer(
        200,
        &[HTML],
        format!("<!doctype html><title>Moves</title><body><p>On the way.</p><script>{script}</script>"),
    )
}
