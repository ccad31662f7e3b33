//! Cards that are drawn in browsers whose frames are asked for: the same pictures, and nobody notices the loss of such a
//! browser.

use std::time::Duration;

use playwright_tests::{image as service, is_at_rest, render, scrape};
use serde_json::{Value, json};
use test_support::process::{ProcessId, Signal, signal};
use test_support::{Service, eventually};

const FRAMED: &str = "playwright_page_leases_framed_total";
const SERVING: &str = "playwright_framed_browsers_available";
const SOON: Duration = Duration::from_secs(20);

/// Letters of several scripts, and a picture that is decoded before it is drawn.
fn card() -> String {
    let mut picture = image::RgbImage::new(600, 400);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        *pixel = image::Rgb([(x % 251) as u8, (y % 241) as u8, ((x * y) % 239) as u8]);
    }
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
    let photo = base64_simd::STANDARD.encode_to_string(png.into_inner());
    format!(
        "<!doctype html><style>body {{ margin: 0; background: linear-gradient(120deg, #06f, #0c6); font: 40px \
         sans-serif; color: #fff }}</style><div>Ryzen 7, 32 GB, <b>$329.99</b> 直骨令 😀</div><img \
         src=\"data:image/png;base64,{photo}\">"
    )
}

async fn started(settings: &[(&str, &str)]) -> Service {
    let always = [("PLAYWRIGHT_IMAGE_CACHE_MB", "0"), ("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")];
    service(&[settings, &always].concat()).await
}

fn draws_on_demand(browser: &ProcessId) -> bool {
    browser.command_line().join(" ").contains("--enable-begin-frame-control")
}

async fn until_it_draws(service: &Service) {
    eventually("a browser draws when told to", SOON, async || {
        (scrape(service).await.get(SERVING, &[]) >= 1.0).then_some(())
    })
    .await;
}

async fn drawn(service: &Service, request: &Value) -> Vec<u8> {
    let reply = render(service, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let image = reply.json()["image_base64"].as_str().expect("base64").to_owned();
    base64_simd::STANDARD.decode_to_vec(image).expect("base64")
}

#[tokio::test]
async fn a_frame_that_is_asked_for_is_the_picture_that_a_capture_takes() {
    let (framed, captured) = (started(&[]).await, started(&[("PLAYWRIGHT_FRAME_CONTROL", "false")]).await);
    until_it_draws(&framed).await;
    let card = card();
    let before = scrape(&framed).await;
    let mut asked = 0;
    for (width, height) in [(1200, 630), (1080, 1920), (300, 200)] {
        for format in ["png", "jpeg", "webp"] {
            let request = json!({ "html": card, "width": width, "height": height, "image_format": format });
            assert!(
                drawn(&framed, &request).await == drawn(&captured, &request).await,
                "{width} x {height}, {format}"
            );
            asked += 1;
        }
    }
    assert_eq!(scrape(&framed).await.growth(&before, FRAMED, &[]), asked);
    assert_eq!(scrape(&captured).await.count(FRAMED, &[]), 0);
    assert!(!captured.browsers().iter().any(draws_on_demand), "no such browser where none is wanted");
}

#[tokio::test]
async fn what_wants_more_than_one_frame_or_another_scale_is_drawn_as_ever() {
    let service = started(&[]).await;
    until_it_draws(&service).await;
    let moving = "<style>p { animation: in 2s both } @keyframes in { from { opacity: 0 } }</style><p>moves";
    let before = scrape(&service).await;
    for fields in [
        json!({ "html": moving }),
        json!({ "css_overrides": "div { transition: opacity 1s }" }),
        json!({ "full_page": true }),
        json!({ "selector": "div" }),
        json!({ "clip": { "x": 0, "y": 0, "width": 100, "height": 100 } }),
        json!({ "delay_ms": 20 }),
        json!({ "scale_factor": 1 }),
        json!({ "omit_background": true }),
        json!({ "html": "<script>document.title = 'x'</script><div>runs</div>" }),
    ] {
        let mut request = json!({ "html": card(), "width": 400, "height": 300 });
        playwright_tests::merge(&mut request, &fields);
        drawn(&service, &request).await;
        assert_eq!(scrape(&service).await.growth(&before, FRAMED, &[]), 0, "{fields}");
    }
}

#[tokio::test]
async fn losing_the_browsers_that_draw_on_demand_costs_no_card() {
    let service = started(&[]).await;
    until_it_draws(&service).await;
    let request = json!({ "html": card(), "image_format": "jpeg" });
    let wanted = drawn(&service, &request).await;
    for _ in 0..3 {
        let cards = futures_util::future::join_all((0..6).map(|_| drawn(&service, &request)));
        let (cards, ()) = tokio::join!(cards, async {
            for browser in service.browsers() {
                if draws_on_demand(&browser) {
                    signal(browser.pid, Signal::KILL).expect("it is there");
                }
            }
        });
        assert!(cards.iter().all(|card| *card == wanted));
        until_it_draws(&service).await;
    }
    assert_eq!(scrape(&service).await.count("playwright_requests_failure_total", &[]), 0);
    eventually("all pages and browsers are free", SOON, async || {
        is_at_rest(&scrape(&service).await).then_some(())
    })
    .await;
}
