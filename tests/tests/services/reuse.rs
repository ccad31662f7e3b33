//! Pages that show one document after the other: only those that run and load nothing, and none notices.

use std::time::Duration;

use playwright_tests::{image as service, is_at_rest, render, scrape};
use serde_json::{Value, json};
use test_support::{FixtureSite, Service, eventually};

const SOON: Duration = Duration::from_secs(10);

const REUSED: &str = "playwright_page_leases_reused_total";
const LEASED: &str = "playwright_page_leases_total";

/// Each leaves behind what it can.
const BEFORE: [&str; 12] = [
    "<!doctype html><style>html { background: #000; zoom: 2; direction: rtl; color-scheme: dark; color: #fff \
     }</style>a",
    "<frameset-that-is-none><p style='position:fixed;inset:0;background:red;z-index:2147483647'>over everything",
    "<style>@font-face { font-family: 'Liberation Sans'; src: url(data:font/woff2;base64,AAAA) } \
     @keyframes k { to { transform: rotate(180deg) } } @counter-style decimal { system: cyclic; symbols: X }</style>\
     <ol><li style='animation: k 1s infinite'>b</ol>",
    "<div style='height:9000px'></div><p id=end style='scroll-margin:0'>c</p><style>html { scroll-behavior: smooth; \
     scroll-snap-type: y mandatory; overscroll-behavior: none } #end { scroll-snap-align: start }</style>",
    "<html lang=ar dir=rtl><head><title>d</title></head><body style='filter:invert(1)'>d<dialog open>x</dialog>",
    "<details open name=g><summary>e</summary>e</details><style>:root { --price: red; font-size: 90px } * { all: unset \
     }</style>",
    "<plaintext>f</body></html><p>f",
    "<meta name=color-scheme content=dark><p>h",
    "<meta name=color&#45;scheme content='dark'><p>h",
    "<body link=red vlink=red text=red bgcolor=black>i <a href=''>i</a>",
    "<p lang=zh-TW>直骨令",
    "<table><tr><td>g<template shadowrootmode=open><style>* { color: red }</style></template><p><b><i><u>g",
];

const AFTER: &str = "<p style='color: var(--price, #06f)'>Ryzen 7, <b>$329.99</b><ol><li>32 GB<li>500 GB</ol>直骨令 \
     <a href='https://shop.example/'>shop</a> <input value=x>";

async fn drawn(service: &Service, request: Value) -> Vec<u8> {
    let reply = render(service, &request).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let image = reply.json()["image_base64"].as_str().expect("base64").to_owned();
    base64_simd::STANDARD.decode_to_vec(image).expect("base64")
}

fn card(html: &str, width: u32) -> Value {
    json!({ "html": html, "width": width, "height": 300, "full_page": true })
}

#[tokio::test]
async fn a_document_looks_the_same_whatever_was_shown_before_it() {
    let settings = [("PLAYWRIGHT_BROWSER_POOL_SIZE", "1"), ("PLAYWRIGHT_IMAGE_CACHE_MB", "0")];
    let alone = [settings.as_slice(), &[("PLAYWRIGHT_REUSE_PAGES", "false")]].concat();
    let (shared, alone) = (service(&settings).await, service(&alone).await);
    let wanted = drawn(&alone, card(AFTER, 400)).await;
    for before in BEFORE {
        // The first document of a page is not what the page is kept with.
        for _ in 0..2 {
            drawn(&shared, card(before, 400)).await;
        }
        // Which page comes next is the pool's choice: every one has shown something.
        for width in [400, 300, 400] {
            let found = drawn(&shared, card(AFTER, width)).await;
            assert_eq!(found == wanted, width == 400, "after {before}");
        }
    }
    assert_eq!(scrape(&alone).await.count(REUSED, &[]), 0);
    let metrics = scrape(&shared).await;
    // The first of each width, and whatever came while its page was still being cleared.
    assert!(metrics.count(REUSED, &[]) * 2 > metrics.count(LEASED, &[]), "{}", metrics.count(REUSED, &[]));
}

#[tokio::test]
async fn what_loads_or_runs_something_after_all_gets_a_page_of_its_own() {
    let site = FixtureSite::start().await;
    let settings = [
        ("PLAYWRIGHT_BROWSER_POOL_SIZE", "1"),
        ("PLAYWRIGHT_IMAGE_CACHE_MB", "0"),
        ("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port()),
    ];
    let service = service(&settings).await;
    for _ in 0..3 {
        drawn(&service, card(AFTER, 400)).await;
    }
    let reused = scrape(&service).await.count(REUSED, &[]);
    assert!(reused > 0, "there is a page to be used again");

    // An address that no reader of the text finds: the page's own policy does.
    let photo = site.url("/photos/black-front.png");
    let hidden = format!("<div style='height:300px;background:u\\72l({photo})'></div>");
    let plain = format!("<div style='height:300px;background:url({photo})'></div>");
    let found = drawn(&service, card(&hidden, 400)).await;
    assert!(found == drawn(&service, card(&plain, 400)).await, "the photo is there");
    assert_eq!(site.hits("/photos/black-front.png"), 2, "a page that is used again lets nothing out");

    let script = "<body><script>document.body.style.background = '#f00'</script>";
    let red = drawn(&service, card(script, 400)).await;
    let still_red = drawn(&service, card("<body style='background: #f00'>", 400)).await;
    assert!(red == still_red, "scripts run");
}

#[tokio::test]
async fn a_page_that_was_used_before_is_free_again_when_its_client_goes_away() {
    let settings = [("PLAYWRIGHT_BROWSER_POOL_SIZE", "1"), ("PLAYWRIGHT_IMAGE_CACHE_MB", "0")];
    let service = service(&settings).await;
    let rests = async || {
        eventually("it is at rest", SOON, async || is_at_rest(&scrape(&service).await).then_some(())).await;
    };
    drawn(&service, card(AFTER, 400)).await;
    rests().await;
    let before = scrape(&service).await;
    let mut slow = card(AFTER, 400);
    playwright_tests::merge(&mut slow, &json!({ "delay_ms": 29_000, "timeout_s": 60 }));
    let client = service.client().clone();
    let request = tokio::spawn(async move { client.post("/v1/render", &slow).await });
    eventually("a page is used again", SOON, async || {
        (scrape(&service).await.growth(&before, REUSED, &[]) == 1).then_some(())
    })
    .await;
    request.abort();
    rests().await;
    assert_eq!(scrape(&service).await.count("playwright_client_gone_total", &[]), 1);
    drawn(&service, card(AFTER, 400)).await;
}
