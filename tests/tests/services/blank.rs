//! One colour alone: refused where it hides something, returned where it is what the document says.

use image::GenericImageView;
use playwright_tests::{assert_error, image as service, render};
use serde_json::json;
use test_support::FixtureSite;

use crate::pictures::{RED, answer, colour, picture, screenshot};

const RED_PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==";

fn filled_with(source: &str, ground: &str) -> String {
    format!(
        "<body style='margin:0;background:{ground}'><img src=\"{source}\" \
         style='position:absolute;width:100%;height:100%'>"
    )
}

#[tokio::test]
async fn a_picture_of_one_colour_that_fills_the_page_is_what_was_asked_for() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let svg = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\
        <rect width='9' height='9' fill='red'/></svg>";
    let red = site.url("/photos/plain-red.png");
    for (source, ground) in [
        (RED_PIXEL, "#fff"),
        (RED_PIXEL, "#f00"),
        (RED_PIXEL, "linear-gradient(#fff,#000)"),
        (svg, "#fff"),
        (&red, "#fff"),
    ] {
        for format in ["png", "jpeg", "webp"] {
            let request = json!({ "html": filled_with(source, ground), "image_format": format });
            let (answer, shown) = picture(&service, request).await;
            assert_eq!(
                (&answer["report"]["blank"], &answer["report"]["blank_ratio"]),
                (&json!(true), &json!(1.0))
            );
            let near = colour(&shown, 150, 100).iter().zip(RED).all(|(found, red)| found.abs_diff(red) < 9);
            assert!(near, "{source} {format}: {:?}", colour(&shown, 150, 100));
        }
        let checked = json!({ "html": filled_with(source, ground), "fail_on": ["blank"] });
        assert_error(&render(&service, &checked).await, 422, "integrity_failed", false);
    }
    let ground = json!({ "html": "<body style='background:#f00'>" });
    assert_eq!(colour(&picture(&service, ground).await.1, 150, 100), RED);
    let itself = json!({ "url": red, "width": 16, "height": 16, "scale_factor": 1, "css_overrides": "img { width: 100% }" });
    assert_eq!(answer(&screenshot(&service, &itself).await).1.dimensions(), (16, 16));
}

#[tokio::test]
async fn what_hides_text_or_a_picture_is_refused() {
    let site = FixtureSite::start().await;
    let service = service(&[("PLAYWRIGHT_EGRESS_ALLOW", &site.host_port())]).await;
    let over = "<div style='position:fixed;inset:0;background:#fff'></div>";
    for html in [
        "<body style='background:#fff;color:#fff'>white on white".to_owned(),
        format!("a page behind its curtain{over}"),
        format!("{}{over}", filled_with(RED_PIXEL, "#fff")),
        format!("{}{over}", filled_with(&site.url("/photos/black-front.png"), "#fff")),
        // It cannot be looked into, and nothing tells it from one that was not painted.
        filled_with(&site.url("/photos/plain-white.png"), "#fff"),
    ] {
        let reply = render(&service, &json!({ "html": html, "width": 300, "height": 200 })).await;
        let body = assert_error(&reply, 500, "render_failure", false);
        assert!(
            body["error_message"].as_str().is_some_and(|said| said.contains("blank although")),
            "{html}: {body}"
        );
    }
}

#[tokio::test]
async fn a_dot_is_not_nothing() {
    let service = service(&[]).await;
    let html = "<body style='margin:0'><div style='width:1px;height:1px;background:#000;position:absolute;left:2px;top:2px'></div>";
    for format in ["png", "webp"] {
        let request =
            json!({ "html": html, "width": 1200, "height": 900, "image_format": format, "quality": 100 });
        let (answer, _) = picture(&service, request).await;
        assert_eq!(
            (&answer["report"]["blank"], &answer["report"]["blank_ratio"]),
            (&json!(false), &json!(0.999))
        );
    }
}
