//! Pages that deceive, stall or break whoever reads them: the true product is read, or the deadline says that it is not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use playwright_tests::{assert_error, scrape};
use serde_json::json;
use test_support::{Launch, Reply, Service};

use super::until_at_rest;
use super::wire::{Play, Wire, html};

const NAME: &str = "Honest Bucket PC-100";
const TIMEOUT_S: f64 = 2.5;

fn product(name: &str) -> String {
    format!(
        "<!doctype html><title>{name} | Example Store</title><main><h1>{name}</h1><p class=price>$12.00</p>\
         <button>Add to cart</button></main>"
    )
}

fn with_script(script: &str) -> String {
    format!("{}<script>{script}</script>", product(NAME))
}

fn say(media_type: &str, body: &[u8]) -> Play {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    Play::Say([head.as_bytes(), body].concat())
}

/// The name in bytes of an encoding, which is the same as ASCII for the rest of the page.
fn encoded(name: &[u8]) -> Vec<u8> {
    let parts: Vec<_> = product("\u{1}").split('\u{1}').map(|part| part.as_bytes().to_vec()).collect();
    parts.join(&[name, b" PC-100"].concat()[..])
}

const CLOBBERING: &str = "
    const no = () => { throw new Error('mine'); };
    JSON.stringify = JSON.parse = no; Promise = Map = Set = WeakMap = MutationObserver = no;
    document.querySelector = document.querySelectorAll = document.getElementsByTagName = no;
    Array.prototype.map = Array.prototype.push = Array.prototype[Symbol.iterator] = no;
    String.prototype.trim = RegExp.prototype.test = Element.prototype.getAttribute = no;
    requestAnimationFrame = setTimeout = performance.now = getComputedStyle = no;
    Object.prototype.then = Object.prototype.toJSON = Object.prototype.get = no;
    for (const [of, name] of [[Node, 'textContent'], [Element, 'outerHTML'], [Document, 'title'], [Document, 'readyState']])
        Object.defineProperty(of.prototype, name, { get: () => 'Stolen Bucket' });";
const NAMESAKES: &str =
    "<form name=body><input name=innerHTML><input name=childNodes><input name=attributes></form>
    <form name=querySelector></form><form name=querySelectorAll></form><form name=createTreeWalker></form>
    <form name=readyState></form><form name=fonts></form><form name=images></form><img name=documentElement>
    <a id=JSON name=JSON></a><form id=title name=title></form><embed name=defaultView>";

/// The path, what is said there, and the title that is true.
fn deceptions() -> Vec<(&'static str, Play, &'static str)> {
    let utf_16: Vec<u8> =
        format!("\u{feff}{}", product("日本 PC-100")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let half = "document.querySelector('h1').textContent = 'Honest \\ud800 Bucket \\udfff PC-100'";
    let bomb = format!(
        "{}<script type='application/ld+json'>{}</script>",
        product(NAME),
        "{\"@graph\":[".repeat(20_000)
    );
    vec![
        ("/clobbered", html(&with_script(CLOBBERING)), NAME),
        ("/namesakes", html(&format!("{}{NAMESAKES}", product(NAME))), NAME),
        ("/half-characters", html(&with_script(half)), "Honest \u{fffd} Bucket \u{fffd} PC-100"),
        ("/bomb", html(&bomb), NAME),
        ("/closing", html(&with_script("close(); stop()")), NAME),
        (
            "/addresses",
            html(&with_script(
                "let i = 0; setInterval(() => { location.hash = i++; history.pushState(0, '', '?' + i) }, 1)",
            )),
            NAME,
        ),
        (
            "/broken-utf-8",
            say("text/html; charset=utf-8", &[product(NAME).as_bytes(), b"\xff\xfe\xc0\x80"].concat()),
            NAME,
        ),
        ("/shift-jis", say("text/html; charset=shift_jis", &encoded(b"\x93\xfa\x96\x7b")), "日本 PC-100"),
        ("/gb18030", say("text/html; charset=gb18030", &encoded(b"\xd6\xd0\xce\xc4")), "中文 PC-100"),
        ("/euc-kr", say("text/html; charset=euc-kr", &encoded(b"\xc7\xd1\xb1\xb9")), "한국 PC-100"),
        ("/utf-16", say("text/html", &utf_16), "日本 PC-100"),
    ]
}

/// The path, what is said there, and the statuses that are fair.
fn stalls() -> Vec<(&'static str, Play, &'static [u16])> {
    const LATE: &[u16] = &[408];
    const ANY: &[u16] = &[200, 408, 422, 500];
    // a function that branches to its own beginning
    let wasm = "new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, \
        96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]))).exports.f()";
    let waiting = "const asked = new XMLHttpRequest(); asked.open('GET', '/hold', false); asked.send()";
    let elements = "for (let i = 0; i < 1e6; i++) document.body.append(document.createElement('i'))";
    let shadows = "let host = document.body; for (let i = 0; i < 3000; i++) { const inner = document.createElement('div'); \
        host.append(inner); host = inner.attachShadow({ mode: 'open' }) }";
    vec![
        ("/wasm", html(&with_script(wasm)), LATE),
        ("/loop", html(&with_script("for (;;);")), LATE),
        ("/asks-and-waits", html(&with_script(waiting)), LATE),
        ("/script-that-never-comes", html(&format!("<script src=/hold></script>{}", product(NAME))), LATE),
        ("/prints", html(&with_script("for (;;) print()")), LATE),
        ("/breaks-for-a-debugger", html(&with_script("for (;;) debugger")), LATE),
        (
            "/grows",
            html(&with_script("const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()))")),
            ANY,
        ),
        ("/million-elements", html(&with_script(elements)), ANY),
        ("/long-text", html(&with_script("document.querySelector('main').append('x'.repeat(5e8))")), ANY),
        ("/shadows-in-shadows", html(&with_script(shadows)), ANY),
        (
            "/moves-on",
            html(&with_script("setTimeout(() => { location = '/moves-on?' + Math.random() }, 30)")),
            ANY,
        ),
    ]
}

async fn site(pages: Vec<(&'static str, Play)>) -> Wire {
    Wire::start(move |path| {
        let path = path.split('?').next().unwrap_or_default();
        let page = pages.iter().find(|(of, _)| *of == path);
        page.map_or(Play::Hold, |(_, play)| play.clone())
    })
    .await
}

async fn start(pairs: String) -> Service {
    Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", pairs).start().await.expect("the service starts")
}

async fn extract(service: &Service, url: String, timeout_s: f64) -> Reply {
    let request = json!({ "url": url, "timeout_s": timeout_s, "retry_count": 0 });
    service.client().post("/v1/extract", &request).await.expect("an answer")
}

#[tokio::test]
async fn what_deceives_is_read_for_what_it_is() {
    let cases = deceptions();
    let site = site(cases.iter().map(|(path, play, _)| (*path, play.clone())).collect()).await;
    let service = start(site.host_port()).await;
    for (path, _, title) in cases {
        let reply = extract(&service, site.url(path), 30.0).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let product = reply.json();
        assert_eq!((&product["title"], &product["price"]), (&json!(title), &json!(12.0)), "{path}");
    }
    until_at_rest(&service).await;
}

#[tokio::test]
async fn what_stalls_ends_by_its_deadline_and_costs_its_neighbours_nothing() {
    let cases = stalls();
    let hostile = site(cases.iter().map(|(path, play, _)| (*path, play.clone())).collect()).await;
    let good = site(vec![("/good", html(&product(NAME)))]).await;
    let service = start(format!("{},{}", hostile.host_port(), good.host_port())).await;
    until_at_rest(&service).await;
    let is_over = AtomicBool::new(false);
    let stalling = async {
        let tried = cases.iter().map(|(path, _, statuses)| tried(&service, hostile.url(path), statuses));
        futures_util::stream::iter(tried).buffer_unordered(2).collect::<Vec<()>>().await;
        is_over.store(true, Ordering::Relaxed);
    };
    let neighbours = async {
        let mut read = 0;
        while !is_over.load(Ordering::Relaxed) {
            let reply = extract(&service, good.url("/good"), 40.0).await;
            assert_eq!(reply.status, 200, "a neighbour suffers: {}", reply.text());
            read += 1;
        }
        read
    };
    let ((), read) = tokio::join!(stalling, neighbours);
    assert!(read >= 3, "only {read} neighbours were there");
    until_at_rest(&service).await;
    assert_eq!(scrape(&service).await.count("playwright_browser_crashes_total", &[("kind", "browser")]), 0);
}

async fn tried(service: &Service, url: String, statuses: &[u16]) {
    let reply = extract(service, url.clone(), TIMEOUT_S).await;
    assert!(reply.took < Duration::from_secs_f64(TIMEOUT_S + 1.0), "{url}: it took {:?}", reply.took);
    assert!(statuses.contains(&reply.status.as_u16()), "{url}: {}", reply.text());
    let health = service.client().get("/health").await.expect("an answer");
    assert_eq!(health.status, 200, "{url}: {}", health.text());
}

#[tokio::test]
async fn what_is_no_page_is_said_to_be_none() {
    let site = site(vec![
        ("/goods.zip", say("application/zip", b"PK\x03\x04goods")),
        ("/photo.png", say("image/png", b"\x89PNG\r\n\x1a\n")),
        ("/text", say("text/plain", b"Honest Bucket $12.00")),
        ("/data", say("application/json", b"{\"title\": \"Honest Bucket\"}")),
        ("/drawing", say("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
        ("/nothing", say("text/html", b"")),
    ])
    .await;
    let service = start(site.host_port()).await;
    for path in ["/goods.zip", "/photo.png", "/text", "/data", "/drawing", "/nothing"] {
        let reply = extract(&service, site.url(path), 15.0).await;
        assert_error(&reply, 422, "extraction_failed", false);
        assert!(
            ["not_html", "empty_shell"].map(|verdict| json!(verdict)).contains(&reply.json()["verdict"]),
            "{path}"
        );
    }
}
