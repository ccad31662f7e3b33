//! Documents that loop, grow, fork and never end, on one browser that goes on drawing for others meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use playwright_tests::{render, scrape};
use serde_json::{Value, json};
use test_support::{Launch, Service};

use super::until_at_rest;

fn script(text: &str) -> String {
    format!("<!doctype html><title>x</title><p>card<script>{text}</script>")
}

/// What it is, the document, the statuses that are fair.
type Hostile = (&'static str, String, &'static [u16]);

/// Drawn, out of time, or its renderer dead.
const ANY: &[u16] = &[200, 408, 500];
const LATE: &[u16] = &[408];
const DRAWN: &[u16] = &[200];

fn loops() -> Vec<Hostile> {
    vec![
        ("a loop", script("for (;;);"), LATE),
        ("a loop at load", script("onload = () => { for (;;); }"), LATE),
        ("a loop after load", script("setTimeout(() => { for (;;); }, 300)"), &[200, 408]),
        ("dialogs without end", script("for (;;) alert(1)"), LATE),
        ("writing without end", script("for (;;) document.write('<p>x')"), ANY),
        ("200 popups", script("for (let i = 0; i < 200; i++) open('about:blank')"), DRAWN),
        ("closing itself", script("close()"), DRAWN),
        (
            "addresses without end",
            script("let i = 0; (function f() { location.hash = i++; setTimeout(f) })()"),
            ANY,
        ),
        ("reloading", script("location.reload()"), &[400]),
        ("the browser's own crash page", script("location = 'chrome://crash'"), DRAWN),
        // Chromium's renderer dies over it on about:blank
        (
            "asking through a blob frame",
            "<iframe srcdoc=x></iframe><script>const frame = document.createElement('iframe'); frame.src = \
             URL.createObjectURL(new Blob([''])); document.body.append(frame); frame.onload = () => \
             frame.contentWindow.fetch('http://127.0.0.1/').catch(() => {})</script>"
                .to_owned(),
            DRAWN,
        ),
    ]
}

fn masses() -> Vec<Hostile> {
    let uses =
        (1..9).map(|at| format!("<g id=a{at}>{}</g>", format!("<use href=#a{} />", at - 1).repeat(10)));
    let svg = format!(
        "<svg><defs><g id=a0><rect width=9 height=9 /></g>{}</defs><use href=#a8 /></svg>",
        uses.collect::<String>()
    );
    let workers =
        "const u = URL.createObjectURL(new Blob(['for (;;);'])); for (let i = 0; i < 60; i++) new Worker(u)";
    let forks = "const s = `self.onmessage = e => { const u = URL.createObjectURL(new Blob([e.data])); for (let i = 0; i < 3; i++) \
         new Worker(u).postMessage(e.data) }`; new Worker(URL.createObjectURL(new Blob([s]))).postMessage(s)";
    vec![
        (
            "a heap that grows",
            script("const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()))"),
            ANY,
        ),
        ("buffers that grow", script("const a = []; for (;;) a.push(new Uint8Array(1 << 26).fill(1))"), ANY),
        (
            "large canvases",
            script(
                "for (;;) document.body.append(Object.assign(document.createElement('canvas'), { width: 8000, height: 8000 }).getContext('2d').canvas)",
            ),
            ANY,
        ),
        ("workers that loop", script(workers), ANY),
        ("workers that fork", script(forks), ANY),
        (
            "a million elements",
            script("for (let i = 0; i < 1e6; i++) document.body.append(document.createElement('i'))"),
            ANY,
        ),
        ("60 000 levels", format!("<p>card{}", "<div>".repeat(60_000)), ANY),
        (
            "100 000 pixels each way",
            "<p>card<div style='width:100000px;height:100000px;background:linear-gradient(red,blue)'>"
                .to_owned(),
            ANY,
        ),
        (
            "33 million pixels down",
            "<p>card<div style='height:33000000px;background:linear-gradient(red,blue)'>".to_owned(),
            ANY,
        ),
        ("a picture of a hundred million uses", svg, ANY),
        (
            "a blur of everything",
            "<p>card<div style='width:4000px;height:4000px;filter:blur(900px) blur(900px);background:red'>"
                .to_owned(),
            ANY,
        ),
        (
            "frames without end",
            script(
                "for (let i = 0; i < 400; i++) document.body.append(Object.assign(document.createElement('iframe'), { srcdoc: 'x' }))",
            ),
            ANY,
        ),
    ]
}

/// The hostile ones two at a time, and beside them others, none of which may fail.
async fn survives(documents: Vec<Hostile>) {
    let launch =
        Launch::image().env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1").env("PLAYWRIGHT_PAGE_POOL_SIZE", "4");
    let service = launch.start().await.expect("the service starts");
    until_at_rest(&service).await;
    let is_over = AtomicBool::new(false);
    let hostile = async {
        let tried = documents.iter().map(|document| tried(&service, document));
        futures_util::stream::iter(tried).buffer_unordered(2).collect::<Vec<()>>().await;
        is_over.store(true, Ordering::Relaxed);
    };
    let good = async {
        let mut drawn = 0;
        while !is_over.load(Ordering::Relaxed) {
            drawn += 1;
            let html = format!("<h1>good {drawn}</h1><script>1</script>");
            let request =
                json!({ "html": html, "image_format": "jpeg", "width": 200, "height": 100, "timeout_s": 40 });
            let reply = render(&service, &request).await;
            assert_eq!(reply.status, 200, "a neighbour suffers: {}", reply.text());
        }
        drawn
    };
    let ((), drawn) = tokio::join!(hostile, good);
    assert!(drawn >= 3, "only {drawn} neighbours were there");
    until_at_rest(&service).await;
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_requests_in_flight", &[]), 0);
}

async fn tried(service: &Service, (what, html, statuses): &Hostile) {
    const TIMEOUT_S: f64 = 2.5;
    let request: Value = json!({
        "html": html, "width": 200, "height": 100, "scale_factor": 1, "timeout_s": TIMEOUT_S, "image_format": "jpeg",
    });
    let reply = render(service, &request).await;
    assert!(reply.took < Duration::from_secs_f64(TIMEOUT_S + 1.0), "{what}: it took {:?}", reply.took);
    // whatever is drawn may also come too late on a busy machine
    let is_fair =
        statuses.contains(&reply.status.as_u16()) || (statuses.contains(&200) && reply.status == 408);
    assert!(is_fair, "{what}: {} {}", reply.status, reply.text());
    if matches!(reply.status.as_u16(), 408 | 500) {
        assert_eq!(reply.json()["retriable"], true, "{what}: {}", reply.text());
    }
    let health = service.client().get("/health").await.expect("an answer");
    assert_eq!(health.status, 200, "{what}: {}", health.text());
}

#[tokio::test]
async fn that_never_end_harm_nobody_else() {
    survives(loops()).await;
}

#[tokio::test]
async fn that_are_too_much_harm_nobody_else() {
    survives(masses()).await;
}
