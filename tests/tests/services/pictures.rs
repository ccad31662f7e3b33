//! What a picture can be asked to be: each option by the pixels, the size or the report that it leads to.

use image::{DynamicImage, GenericImageView};
use playwright_tests::{assert_error, image as service, render, scrape};
use serde_json::{Value, json};
use test_support::{FixtureSite, Reply, Service};

#[track_caller]
pub(crate) fn answer(reply: &Reply) -> (Value, DynamicImage) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let bytes = answer["image_base64"].as_str().expect("base64");
    let bytes = base64_simd::STANDARD.decode_to_vec(bytes).expect("base64");
    (answer, image::load_from_memory(&bytes).expect("it decodes"))
}

/// One pixel per CSS pixel, unless the request says otherwise.
pub(crate) async fn picture(service: &Service, request: Value) -> (Value, DynamicImage) {
    let mut whole = json!({ "scale_factor": 1, "width": 300, "height": 200 });
    whole.as_object_mut().expect("an object").extend(request.as_object().expect("an object").clone());
    answer(&render(service, &whole).await)
}

pub(crate) async fn screenshot(service: &Service, request: &Value) -> Reply {
    service.client().post("/v1/screenshot", request).await.expect("an answer")
}

pub(crate) fn colour(picture: &DynamicImage, x: u32, y: u32) -> [u8; 3] {
    let [red, green, blue, _] = picture.get_pixel(x, y).0;
    [red, green, blue]
}

pub(crate) const RED: [u8; 3] = [255, 0, 0];
pub(crate) const GREEN: [u8; 3] = [0, 255, 0];
pub(crate) const BLUE: [u8; 3] = [0, 0, 255];

/// Three bands of 400 CSS pixels.
const TALL: &str = "<body style='margin:0'>\
    <div style='height:400px;background:#f00'></div>\
    <div id=middle style='height:400px;width:120px;background:#0f0'></div>\
    <div style='height:400px;background:#00f'></div>";

#[tokio::test]
async fn the_whole_page_is_captured_and_a_page_beyond_all_measure_is_cut_and_says_so() {
    let service = service(&[]).await;
    let (whole, full) = picture(&service, json!({ "html": TALL, "full_page": true })).await;
    assert_eq!(full.dimensions(), (300, 1200));
    assert_eq!([200, 600, 1000].map(|y| colour(&full, 60, y)), [RED, GREEN, BLUE]);
    assert_eq!(
        (&whole["report"]["truncated"], &whole["report"]["content_height"]),
        (&json!(false), &json!(1200))
    );

    let (part, viewport) = picture(&service, json!({ "html": TALL })).await;
    assert_eq!((viewport.dimensions(), &part["report"]["truncated"]), ((300, 200), &json!(true)));

    let endless = "<body style='margin:0'><div style='height:20000px;background:#f00'></div>end";
    let (cut, picture) = picture(&service, json!({ "html": endless, "full_page": true })).await;
    assert_eq!((picture.height(), &cut["report"]["truncated"]), (16383, &json!(true)));
    assert_eq!(colour(&picture, 5, 16380), RED, "nothing is repeated from the top");
}

#[tokio::test]
async fn pictures_that_load_on_sight_are_on_the_whole_page() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let html = format!(
        "<body style='margin:0'><div style='height:6000px'></div><img loading=lazy width=100 height=100 src='{}'>\
         <p id=seen></p><script>new IntersectionObserver(entries => entries.forEach(entry => {{ if (entry.isIntersecting) \
         entry.target.style.cssText = 'height:50px;background:#f00'; }})).observe(seen)</script>",
        site.url("/photos/black-front.png")
    );
    let (_, full) = picture(&service, json!({ "html": html, "full_page": true, "timeout_s": 20 })).await;
    assert_eq!(site.hits("/photos/black-front.png"), 1);
    assert!(full.height() > 6100, "{}", full.height());
    assert_ne!(colour(&full, 50, 6050), [255, 255, 255], "the picture");
    let is_red = (6100..full.height()).any(|y| colour(&full, 50, y) == RED);
    assert!(is_red, "what a script shows on sight");
}

#[tokio::test]
async fn an_element_or_a_part_is_captured_wherever_it_is() {
    let service = service(&[]).await;
    let (_, element) = picture(&service, json!({ "html": TALL, "selector": "#middle" })).await;
    assert_eq!((element.dimensions(), colour(&element, 119, 399)), ((120, 400), GREEN));
    let scaled = json!({ "html": TALL, "selector": "#middle", "scale_factor": 2 });
    assert_eq!(picture(&service, scaled).await.1.dimensions(), (240, 800));

    let clip = json!({ "x": 10, "y": 750, "width": 50, "height": 100 });
    let (_, part) = picture(&service, json!({ "html": TALL, "clip": clip })).await;
    assert_eq!(part.dimensions(), (50, 100));
    assert_eq!((colour(&part, 5, 10), colour(&part, 5, 90)), (GREEN, BLUE));

    for (selector, message) in [
        ("#nothing", "selector: nothing on the page matches it"),
        ("##", "selector: not a valid CSS selector"),
        ("title", "selector: the element that matches is not visible"),
    ] {
        let html = format!("<title>hidden</title>{TALL}");
        let reply = render(&service, &json!({ "html": html, "selector": selector })).await;
        let body = assert_error(&reply, 400, "invalid_request", false);
        assert_eq!(body["error_message"], message);
    }
}

#[tokio::test]
async fn colour_scheme_motion_and_background_are_as_asked() {
    let service = service(&[]).await;
    let html = "<style>body{background:#f00} @media (prefers-color-scheme:dark){body{background:#00f}} \
        @media (prefers-reduced-motion:reduce){body{background:#0f0}}</style>x";
    for (request, expected) in [
        (json!({}), RED),
        (json!({ "color_scheme": "light" }), RED),
        (json!({ "color_scheme": "dark" }), BLUE),
        (json!({ "color_scheme": "dark", "reduced_motion": true }), GREEN),
    ] {
        let mut request = request;
        request["html"] = json!(html);
        assert_eq!(colour(&picture(&service, request.clone()).await.1, 200, 150), expected, "{request}");
    }
    for format in ["png", "webp"] {
        let html = "<body><div style='width:40px;height:40px;background:#f00'>";
        let request = json!({ "html": html, "omit_background": true, "image_format": format });
        let (_, transparent) = picture(&service, request).await;
        let alpha = |x, y| transparent.get_pixel(x, y).0[3];
        assert_eq!((alpha(20, 20), alpha(200, 150)), (255, 0), "{format}");
    }
}

#[tokio::test]
async fn every_format_and_compression_has_the_same_pixels() {
    let service = service(&[]).await;
    let html = "<body style='margin:0;background:linear-gradient(90deg,#f00,#00f)'><h1>Deal</h1>";
    let (_, fast) = picture(&service, json!({ "html": html, "png_compression": "fast" })).await;
    let (_, balanced) = picture(&service, json!({ "html": html, "png_compression": "balanced" })).await;
    assert_eq!(fast.to_rgba8(), balanced.to_rgba8());
    let (answer, webp) = picture(&service, json!({ "html": html, "image_format": "webp" })).await;
    assert_eq!((answer["content_type"].as_str(), webp.dimensions()), (Some("image/webp"), (300, 200)));
    let near = colour(&webp, 10, 150).iter().zip(RED).all(|(found, wanted)| found.abs_diff(wanted) < 30);
    assert!(near, "{:?}", colour(&webp, 10, 150));

    let poor = json!({ "html": html, "image_format": "jpeg", "quality": 5 });
    let good = json!({ "html": html, "image_format": "jpeg", "quality": 95 });
    let size =
        async |request| picture(&service, request).await.0["image_base64"].as_str().map_or(0, str::len);
    assert!(size(poor).await * 2 < size(good).await);

    for format in ["png", "jpeg", "webp"] {
        let request = json!({ "html": html, "image_format": format, "thumbnail_width": 60 });
        let (answer, small) = picture(&service, request).await;
        assert_eq!((small.dimensions(), &answer["width"]), ((60, 40), &json!(300)));
        assert_eq!(answer["actual_width"], 60);
    }
}

#[tokio::test]
async fn the_page_is_waited_for_as_asked() {
    let service = service(&[]).await;
    let late = "<body style='background:#f00'>x<script>setTimeout(() => {\
        document.body.style.background = '#0f0'; document.body.insertAdjacentHTML('beforeend', '<i id=late>!</i>');\
        if (window.renderReady) renderReady(); }, 400)</script>";
    for (wait, expected) in [
        (json!({}), RED),
        (json!({ "wait_for": "#late" }), GREEN),
        (json!({ "wait_for": "renderReady()" }), GREEN),
        (json!({ "delay_ms": 900 }), GREEN),
    ] {
        let mut request = wait.clone();
        request["html"] = json!(late);
        assert_eq!(colour(&picture(&service, request).await.1, 200, 150), expected, "{wait}");
    }
    for wait_for in ["#never", "renderReady()"] {
        let request = json!({ "html": "<p>x", "wait_for": wait_for, "timeout_s": 1 });
        let body = assert_error(&render(&service, &request).await, 408, "timeout", true);
        let message = body["error_message"].as_str().unwrap_or_default();
        assert!(message.ends_with("wait_for never came true"), "{message}");
    }
}

#[tokio::test]
async fn backgrounds_are_there_before_the_capture_whoever_set_them() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let slow = site.url("/slow/500/photos/black-front.png");
    let style = format!("background:url({slow}) center");
    for html in [
        format!("<div style='height:200px;{style}'></div>"),
        format!(
            "<style>div::before {{ content: ''; display: block; height: 200px; {style} }}</style><div></div>"
        ),
        format!(
            "<div id=late style='height:200px'></div><script>addEventListener('load', () => {{ \
             late.style.background = 'url({slow}) center' }})</script>"
        ),
    ] {
        let (answer, _) =
            picture(&service, json!({ "html": format!("<body style='margin:0'>{html}") })).await;
        assert_eq!(answer["report"]["blank"], false, "{html}");
    }
}

#[tokio::test]
async fn animations_are_brought_to_their_end_or_left_alone() {
    let service = service(&[]).await;
    let html = "<style>@keyframes to { to { background: #0f0 } } @keyframes on { 50% { background: #00f } }\
        body { margin: 0 } div { height: 100px; background: #f00 }\
        #once { animation: to 60s 1s forwards linear } #ever { animation: on 60s infinite linear }\
        </style><div id=once></div><div id=ever></div>";
    let (_, ended) = picture(&service, json!({ "html": html })).await;
    assert_eq!((colour(&ended, 100, 50), colour(&ended, 100, 150)), (GREEN, RED));
    let (_, allowed) = picture(&service, json!({ "html": html, "animations": "allow" })).await;
    assert_eq!(colour(&allowed, 100, 50), RED);
}

#[tokio::test]
async fn the_report_says_what_is_wrong_and_fail_on_makes_it_an_error() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let html = format!(
        "<style>@font-face {{ font-family: Gone; src: url({gone}) }} b {{ font-family: Gone }} \
         i {{ font-family: Nowhere Sans, serif }}</style><b>bold</b><i>other</i><img src='{gone}'>\
         <div style='height:900px'></div><script>console.error('bad', 7); setTimeout(() => {{ throw new Error('boom') }})\
         </script>",
        gone = site.url("/no-such-file")
    );
    let (answer, _) = picture(&service, json!({ "html": html })).await;
    let report = &answer["report"];
    assert_eq!(report["fonts_failed"], json!(["Gone"]), "{report}");
    assert_eq!(report["fonts_fallen_back"], json!(["Nowhere Sans"]), "{report}");
    assert_eq!(report["console_errors"], json!(["bad 7"]), "{report}");
    assert_eq!(report["page_errors"], json!(["Error: boom"]), "{report}");
    assert_eq!(report["truncated"], true);
    let failed = report["resources_failed"].as_array().expect("a list");
    assert!(
        failed.iter().any(|failure| failure["reason"].as_str().is_some_and(|why| why.contains("404"))),
        "{report}"
    );
    for check in ["fonts", "font_fallback", "resources", "console_errors", "page_errors", "truncated"] {
        let body = assert_error(
            &render(&service, &json!({ "html": html, "fail_on": [check], "width": 300, "height": 200 }))
                .await,
            422,
            "integrity_failed",
            false,
        );
        let message = body["error_message"].as_str().unwrap_or_default();
        assert!(message.starts_with(&format!("fail_on: {check}: ")), "{message}");
    }
    let blank = json!({ "html": "<title>t</title>", "fail_on": ["blank"] });
    assert_error(&render(&service, &blank).await, 422, "integrity_failed", false);
    let good = json!({ "html": "<h1>Deal</h1>", "fail_on": [
        "blank", "fonts", "font_fallback", "resources", "console_errors", "page_errors", "truncated", "late",
    ] });
    assert_eq!(render(&service, &good).await.status, 200);
}

#[tokio::test]
async fn a_document_that_leaves_is_refused_at_once() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    for leaving in [
        "<h1>x</h1><script>location.reload()</script>".to_owned(),
        "<h1>x</h1><meta http-equiv=refresh content=0>".to_owned(),
        format!("<h1>x</h1><script>location = '{}'</script>", site.url("/static-jsonld.html")),
    ] {
        let reply = render(&service, &json!({ "html": leaving, "timeout_s": 20, "delay_ms": 300 })).await;
        let body = assert_error(&reply, 400, "invalid_html", false);
        let message = body["error_message"].as_str().unwrap_or_default();
        assert!(message.contains("left for another address"), "{leaving}: {message}");
    }
}

#[tokio::test]
async fn a_pinned_document_gives_the_same_bytes_every_time() {
    let service = service(&[]).await;
    let html = "<style>@keyframes spin { to { transform: rotate(1turn) } } h1 { animation: spin 2s infinite }</style>\
        <h1>deal</h1><pre id=out></pre><script>let frames = 0; \
        (function frame(t) { out.textContent = [++frames, t, Math.random(), Date.now(), performance.now(), \
        crypto.randomUUID(), new Date().toString(), Intl.DateTimeFormat().format()].join('\\n'); \
        requestAnimationFrame(frame); })(0)</script>";
    let request =
        json!({ "html": html, "deterministic": true, "width": 400, "height": 300, "image_format": "png" });
    // made anew every time, several at once
    let ask = async || {
        let headers = [("cache-control", "no-store"), ("accept", "image/png")];
        let reply = service.client().post_with("/v1/render", &headers, &request).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("x-cache"), Some("bypass"));
        (reply.header("etag").expect("a tag").to_owned(), reply.body)
    };
    let (first, picture) = ask().await;
    for _ in 0..12 {
        let (one, two, three, four) = tokio::join!(ask(), ask(), ask(), ask());
        for (tag, bytes) in [one, two, three, four] {
            assert!(tag == first && bytes == picture, "the bytes differ");
        }
    }
}

#[tokio::test]
async fn equal_requests_are_rendered_once_and_known_pictures_not_sent_again() {
    let service = service(&[]).await;
    let request = json!({ "html": "<h1>the same card</h1>", "image_format": "jpeg" });
    let ask = async |headers: &[(&str, &str)]| {
        service.client().post_with("/v1/render", headers, &request).await.expect("an answer")
    };
    let picture = [("accept", "image/*")];
    let (one, two, three) = tokio::join!(ask(&picture), ask(&picture), ask(&picture));
    let again = ask(&picture).await;
    assert_eq!(again.header("x-cache"), Some("hit"));
    let tag = again.header("etag").expect("a tag").to_owned();
    assert!(tag.starts_with('"'), "bytes are compared one by one: {tag}");
    for reply in [&one, &two, &three, &again] {
        assert_eq!((reply.status.as_u16(), reply.header("etag")), (200, Some(tag.as_str())));
    }
    let json_tag = ask(&[]).await.header("etag").expect("a tag").to_owned();
    assert!(
        json_tag.starts_with("W/\"") && !json_tag.contains(&tag),
        "{json_tag} is another answer's than {tag}"
    );
    let (both, weak) = (format!("\"x\", {json_tag},{tag}"), format!("W/{tag}"));
    for (accept, known, status) in [
        ("image/*", tag.as_str(), 304),
        ("image/*", &weak, 304),
        ("image/*", &both, 304),
        ("image/*", &json_tag, 200),
        ("image/*", "*", 200),
        ("*/*", &json_tag, 304),
        ("*/*", json_tag.trim_start_matches("W/"), 304),
        ("*/*", &both, 304),
        ("*/*", &tag, 200),
        ("*/*", "*", 200),
        ("*/*", "\"another\"", 200),
    ] {
        let reply = ask(&[("accept", accept), ("if-none-match", known)]).await;
        assert_eq!(reply.status.as_u16(), status, "{accept} {known}");
        assert_eq!(reply.body.is_empty(), status == 304, "{accept} {known}");
        let own = if accept == "*/*" { &json_tag } else { &tag };
        assert_eq!(reply.header("etag"), Some(own.as_str()), "{accept} {known}");
    }
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_page_leases_total", &[]), 1, "one page for all of them");
    assert_eq!(counted.count("playwright_image_cache_requests_total", &[("outcome", "miss")]), 1);
    assert!(counted.get("playwright_image_cache_bytes", &[]) > 0.0);

    // What may look different the next time is made the next time.
    let varying = json!({ "html": "<h1 id=a></h1><script>a.textContent = Math.random()</script>" });
    let tags = [render(&service, &varying).await, render(&service, &varying).await];
    assert_ne!(tags[0].header("etag"), tags[1].header("etag"));
}

#[tokio::test]
async fn an_address_is_captured_with_its_status() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let request =
        json!({ "url": site.url("/static-jsonld.html"), "width": 800, "height": 600, "scale_factor": 1 });
    let (shown, page) = answer(&screenshot(&service, &request).await);
    assert_eq!(page.dimensions(), (800, 600));
    assert_eq!(shown["report"]["upstream_status"], 200);
    assert_eq!(shown["report"]["final_url"], request["url"]);
    assert_eq!(shown["report"]["blank"], false);

    let redirected = json!({ "url": site.url(&format!("/to?url={}", site.url("/static-jsonld.html"))) });
    let (shown, _) = answer(&screenshot(&service, &redirected).await);
    assert_eq!(shown["report"]["final_url"], request["url"]);

    let missing = json!({ "url": site.url("/no-such-page"), "full_page": true });
    let (shown, _) = answer(&screenshot(&service, &missing).await);
    assert_eq!(shown["report"]["upstream_status"], 404);

    // It goes on to another address for ever: that is said of the field that was sent.
    let moving = json!({ "url": site.url("/reloads.html"), "timeout_s": 3 });
    let reply = screenshot(&service, &moving).await;
    let said = reply.json()["error_message"].as_str().unwrap_or_default().to_owned();
    assert!(
        reply.status == 200 || said.starts_with("url: the page went on") || reply.status == 408,
        "{said}"
    );

    let document = json!({ "html": TALL, "selector": "#middle", "scale_factor": 1 });
    assert_eq!(answer(&screenshot(&service, &document).await).1.dimensions(), (120, 400));
}

#[tokio::test]
async fn addresses_that_may_not_be_reached_are_refused() {
    let (site, other) = (FixtureSite::start().await, FixtureSite::start().await);
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let forbidden = json!({ "url": other.url("/secret") });
    assert_error(&screenshot(&service, &forbidden).await, 403, "forbidden_url", false);
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_page_leases_total", &[]), 0);
    assert_eq!(counted.count("playwright_egress_refused_total", &[("reason", "loopback")]), 1);
    let redirected = json!({ "url": site.url(&format!("/to?url={}", other.url("/secret"))), "timeout_s": 8 });
    assert_error(&screenshot(&service, &redirected).await, 403, "forbidden_url", false);
    let unreachable = json!({ "url": "http://no-such-host.invalid/", "timeout_s": 8 });
    assert_error(&screenshot(&service, &unreachable).await, 502, "network_error", false);
    assert_eq!(other.hits("/secret"), 0);
}
