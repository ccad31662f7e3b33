//! The main path of rendering: the picture that comes is the one that was asked for.

use std::time::Duration;

use image::{DynamicImage, GenericImageView, ImageFormat};
use playwright_tests::{assert_error, image as service, render};
use serde_json::{Value, json};
use test_support::Reply;

const RED: &str = "<body style='margin:0;background:#f00'><h1 style='color:#fff'>Deal</h1>";

fn picture(answer: &Value, format: ImageFormat) -> DynamicImage {
    let bytes = answer["image_base64"].as_str().expect("base64");
    let bytes = base64_simd::STANDARD.decode_to_vec(bytes).expect("base64");
    image::load_from_memory_with_format(&bytes, format).expect("it decodes")
}

/// Whether a pixel is that colour, to what JPEG leaves of it.
fn is_near(picture: &DynamicImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    let found = picture.get_pixel(x, y).0;
    found.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) < 12)
}

#[track_caller]
fn answer(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn both_formats_have_the_size_that_they_say() {
    let service = service(&[]).await;
    for (name, format) in [("png", ImageFormat::Png), ("jpeg", ImageFormat::Jpeg)] {
        let answer = answer(&render(&service, &json!({ "html": RED, "image_format": name })).await);
        assert_eq!(answer["content_type"], format!("image/{name}"));
        assert_eq!((&answer["width"], &answer["height"]), (&json!(1200), &json!(630)));
        assert_eq!((&answer["actual_width"], &answer["actual_height"]), (&json!(2400), &json!(1260)));
        let picture = picture(&answer, format);
        assert_eq!(picture.dimensions(), (2400, 1260));
        assert!(is_near(&picture, (2300, 1200), [255, 0, 0]));
        assert_eq!(answer["report"]["blank"], false);
        let timings = answer["timings"].as_object().expect("timings");
        let stages = ["queue", "acquire", "load", "ready", "capture", "encode"];
        let sum: f64 = stages.iter().map(|stage| timings[*stage].as_f64().expect("a number")).sum();
        assert!((sum - timings["total"].as_f64().expect("a number")).abs() < 1.0, "{timings:?}");
    }
}

#[tokio::test]
async fn size_and_scale_are_obeyed() {
    let service = service(&[]).await;
    // the square is 50 CSS pixels wide whatever the scale
    let html = "<body style='margin:0;background:#fff'><div style='width:50px;height:50px;background:#00f'>";
    for (width, height, scale, pixels) in [
        (300, 200, 1.0, (300, 200)),
        (300, 200, 2.0, (600, 400)),
        (101, 77, 1.5, (152, 116)),
        (64, 64, 0.5, (32, 32)),
    ] {
        let request = json!({ "html": html, "width": width, "height": height, "scale_factor": scale });
        let answer = answer(&render(&service, &request).await);
        let picture = picture(&answer, ImageFormat::Png);
        let size = (u64::from(picture.width()), u64::from(picture.height()));
        assert_eq!(
            (answer["actual_width"].as_u64(), answer["actual_height"].as_u64()),
            (Some(size.0), Some(size.1))
        );
        assert!(size.0.abs_diff(pixels.0) <= 1 && size.1.abs_diff(pixels.1) <= 1, "{size:?} for {request}");
        let edge = (50.0 * scale) as u32;
        assert!(is_near(&picture, (edge - 3, edge - 3), [0, 0, 255]), "{request}");
        assert!(is_near(&picture, (edge + 3, edge + 3), [255, 255, 255]), "{request}");
    }
}

#[tokio::test]
async fn the_picture_itself_comes_when_it_is_accepted() {
    let service = service(&[]).await;
    let ask = async |accept: &str, format: &str| {
        let request =
            json!({ "html": RED, "image_format": format, "width": 200, "height": 100, "scale_factor": 1 });
        service.client().post_with("/v1/render", &[("accept", accept)], &request).await.expect("an answer")
    };
    for (accept, format) in [("image/png", "png"), ("image/jpeg", "jpeg"), ("image/*", "png")] {
        let reply = ask(accept, format).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some(format!("image/{format}").as_str()));
        let decoded = image::load_from_memory(&reply.body).expect("it decodes");
        assert_eq!(decoded.dimensions(), (200, 100));
        assert_eq!(
            (reply.header("x-image-width"), reply.header("x-image-height")),
            (Some("200"), Some("100"))
        );
        assert!(reply.header("x-generation-time-ms").is_some_and(|ms| ms.parse::<f64>().is_ok()));
        assert!(reply.header("server-timing").is_some_and(|timing| timing.contains("capture")));
    }
    let contradiction = ask("image/jpeg", "png").await;
    assert_error(&contradiction, 406, "invalid_request", false);
}

#[tokio::test]
async fn styles_scripts_fonts_and_pictures_are_there_before_the_capture() {
    let service = service(&[]).await;
    let blue = "body { background: #00f !important; }";
    let over =
        answer(&render(&service, &json!({ "html": RED, "css_overrides": blue, "scale_factor": 1 })).await);
    assert!(is_near(&picture(&over, ImageFormat::Png), (1100, 600), [0, 0, 255]));

    // its own script runs, asynchronously too
    let scripted = "<body style='margin:0;background:#fff'>x<script>\
        addEventListener('load', () => { document.body.style.background = '#0f0'; })</script>";
    let ran = answer(&render(&service, &json!({ "html": scripted, "scale_factor": 1 })).await);
    assert!(is_near(&picture(&ran, ImageFormat::Png), (1100, 600), [0, 255, 0]));

    // one black pixel, spread over the page
    let pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC";
    let shown = format!("<body style='margin:0'><img src='{pixel}' style='width:1200px;height:630px'>");
    let shown = answer(&render(&service, &json!({ "html": shown, "scale_factor": 1 })).await);
    assert!(is_near(&picture(&shown, ImageFormat::Png), (600, 300), [0, 0, 0]));
}

#[tokio::test]
async fn a_callers_script_needs_the_operators_leave() {
    let request = json!({
        "html": RED, "javascript": "document.body.style.background = '#0f0'", "scale_factor": 1, "image_format": "jpeg",
    });
    let strict = service(&[]).await;
    let body = assert_error(&render(&strict, &request).await, 400, "invalid_request", false);
    assert!(
        body["error_message"].as_str().is_some_and(|message| message.starts_with("javascript")),
        "{body}"
    );

    let allowing = service(&[("PLAYWRIGHT_ALLOW_SCRIPTS", "true")]).await;
    let answer = answer(&render(&allowing, &request).await);
    assert!(is_near(&picture(&answer, ImageFormat::Jpeg), (1100, 600), [0, 255, 0]));
}

#[tokio::test]
async fn a_document_that_shows_nothing_is_rendered_as_nothing_and_says_so() {
    let service = service(&[]).await;
    let empty =
        answer(&render(&service, &json!({ "html": "<title>only a title</title>", "scale_factor": 1 })).await);
    assert_eq!(empty["report"]["blank"], true, "the page is blank, so its picture may be");
}

#[tokio::test]
async fn what_a_document_does_to_the_browser_does_not_hold_up_the_picture() {
    let service = service(&[]).await;
    let scripts = [
        "for (let i = 0; i < 5; i++) alert(i); confirm('?'); prompt('?')",
        "open('about:blank'); open('about:blank')",
        "setInterval(() => document.body.append('x'), 1)",
        "location = 'file:///etc/passwd'",
    ];
    for script in scripts {
        let html = format!("{RED}<script>{script}</script>");
        let request = json!({ "html": html, "image_format": "jpeg", "scale_factor": 1 });
        let reply = render(&service, &request).await;
        assert_eq!(reply.status, 200, "{script}: {}", reply.text());
        assert!(is_near(&picture(&reply.json(), ImageFormat::Jpeg), (1100, 600), [255, 0, 0]), "{script}");
    }
    let looping = json!({ "html": format!("{RED}<script>for (;;) {{}}</script>"), "timeout_s": 1.5 });
    let body = assert_error(&render(&service, &looping).await, 408, "timeout", true);
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("1.5 s")), "{body}");
}

#[tokio::test]
async fn a_page_that_closes_itself_is_not_waited_for() {
    let service = service(&[]).await;
    let closing = json!({ "html": format!("{RED}<script>window.close()</script>"), "timeout_s": 10 });
    let reply = render(&service, &closing).await;
    assert!([200, 500].contains(&reply.status.as_u16()), "window.close(): {}", reply.text());
    assert!(reply.took < Duration::from_secs(5), "a closed page is waited for: {:?}", reply.took);
}

#[tokio::test]
async fn many_scripts_and_emoji_have_their_glyphs() {
    let service = service(&[]).await;
    // What a font has no glyph for is drawn as the same box. So two different characters of one script look alike
    // exactly where the script's font is missing.
    for (first, second) in
        [("零", "机"), ("ミ", "ニ"), ("미", "니"), ("ك", "م"), ("मि", "नी"), ("พี", "ซี"), ("Ж", "Щ")]
    {
        let one = answer(&render(&service, &glyph(first)).await);
        let other = answer(&render(&service, &glyph(second)).await);
        assert_ne!(one["image_base64"], other["image_base64"], "{first} and {second} look alike");
    }
    // The font that was used is one that is made for the script, and not the last resort of one that is not.
    for (text, made_for) in [
        ("Deal Größe", &["DejaVu Sans", "Liberation Sans", "Noto Sans"][..]),
        ("零刻迷你主机", &["Noto Sans CJK"]),
        ("ミニパソコン", &["Noto Sans CJK"]),
        ("미니 컴퓨터", &["Noto Sans CJK"]),
        ("كمبيوتر صغير", &["Noto Sans Arabic", "Noto Naskh Arabic", "Noto Kufi Arabic", "DejaVu Sans"]),
        ("मिनी पीसी", &["Noto Sans Devanagari", "Noto Serif Devanagari"]),
        ("🔥", &["Noto Color Emoji"]),
    ] {
        let mut request = glyph(text);
        request["report_fonts"] = json!(true);
        let report = &answer(&render(&service, &request).await)["report"];
        let used = report["fonts_used"].as_array().expect("a list");
        let is_made_for = |font: &Value| {
            font.as_str().is_some_and(|font| made_for.iter().any(|family| font.starts_with(family)))
        };
        assert!(!used.is_empty() && used.iter().all(is_made_for), "{text}: {used:?}");
    }
    let emoji = picture(&answer(&render(&service, &glyph("🔥")).await), ImageFormat::Png).to_rgb8();
    let is_colour = |pixel: &image::Rgb<u8>| pixel.0[0].abs_diff(pixel.0[2]) > 80;
    assert!(emoji.pixels().filter(|pixel| is_colour(pixel)).count() > 200, "emoji are in colour");
}

fn glyph(text: &str) -> Value {
    let html =
        format!("<meta charset=utf-8><body style='margin:20px;font:80px sans-serif;background:#fff'>{text}");
    json!({ "html": html, "width": 160, "height": 160, "scale_factor": 1 })
}

#[tokio::test]
async fn pictures_that_move_show_their_first_frame() {
    let service = service(&[]).await;
    let gif = "data:image/gif;base64,R0lGODlhBAAEAPEAAP8AAAAA/wD/AAAAACH/C05FVFNDQVBFMi4wAwEAAAAh+QQECgAAACwAAAAABAAEAAACDQRBEARBEARBEARBEAUAIfkEBAoAAAAsAAAAAAQABAAAAg0MwzAMwzAMwzAMwzAFACH5BAQKAAAALAAAAAAEAAQAAAINFEVRFEVRFEVRFEVRBQA7";
    let svg = |inner: &str| {
        format!(
            "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{inner}</svg>"
        )
    };
    let smil =
        svg("<rect width='9' height='9' fill='red'><animate attributeName='fill' values='red;blue;lime' \
        dur='0.3s' calcMode='discrete' repeatCount='indefinite'/></rect>");
    for moving in [gif, &smil] {
        for delay in [0, 130, 240, 350] {
            let html = format!("<body style='margin:0'><img width=100 height=100 src=\"{moving}\"><p>x");
            for request in [
                json!({ "html": html, "width": 300, "height": 200, "delay_ms": delay }),
                json!({ "html": html, "width": 300, "height": 200, "delay_ms": delay, "deterministic": true }),
            ] {
                let reply = render(&service, &request).await;
                assert_eq!(reply.status, 200, "{}", reply.text());
                let bytes = reply.json()["image_base64"].as_str().expect("base64").to_owned();
                let bytes = base64_simd::STANDARD.decode_to_vec(bytes).expect("base64");
                let shown = image::load_from_memory(&bytes).expect("it decodes");
                assert_eq!(
                    image::GenericImageView::get_pixel(&shown, 100, 100).0,
                    [255, 0, 0, 255],
                    "{moving} {delay}"
                );
            }
        }
    }

    // What cannot be held still is said.
    let css = svg("<style>rect { animation: a 0.3s infinite steps(1) } @keyframes a { 0% { fill: red } 33% { fill: blue } }\
        </style><rect width='9' height='9' fill='red'/>").replace('%', "%25");
    for source in [
        css.clone(),
        format!("data:image/svg+xml;base64,{}", base64_simd::STANDARD.encode_to_string(
        "<svg xmlns='http://www.w3.org/2000/svg'><style>@KEYFRAMES a { to { fill: red } }</style></svg>")),
    ] {
        let html = format!("<img width=100 height=100 src=\"{source}\"><p>x");
        let request = json!({ "html": html, "deterministic": true });
        let reply = render(&service, &request).await;
        assert_eq!(reply.json()["report"]["warnings"], json!(["moving pictures"]), "{}", reply.status);
        let allowed = json!({ "html": html, "animations": "allow" });
        assert_eq!(render(&service, &allowed).await.json()["report"]["warnings"], json!([]));
    }
}
