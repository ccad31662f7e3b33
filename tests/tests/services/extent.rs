//! How much of a page is in a picture: pages that grow to the left, the largest and the smallest pictures.

use image::GenericImageView;
use playwright_tests::{assert_error, image as service, render};
use serde_json::{Value, json};

use crate::pictures::{BLUE, GREEN, RED, colour, picture};

/// Three bands, the first of them at the right.
const VERTICAL: &str = "<!doctype html><html style='writing-mode:vertical-rl'><body style='margin:0'>\
    <div style='width:200px;height:100px;background:#f00'></div>\
    <div style='width:400px;height:100px;background:#0f0'></div>\
    <div id=last style='width:100px;height:100px;background:#00f'></div>";

const FROM_THE_RIGHT: &str = "<!doctype html><html dir=rtl><body style='margin:0'>\
    <div style='width:600px;height:300px;background:linear-gradient(90deg,#00f 50%,#f00 50%)'>\
    <i id=far style='position:absolute;right:550px;width:50px;height:50px;background:#0f0'></i></div>";

#[tokio::test]
async fn a_page_that_grows_to_the_left_is_captured_where_it_is() {
    let service = service(&[]).await;
    for html in [
        VERTICAL.to_owned(),
        VERTICAL
            .replace("<html style='writing-mode:vertical-rl'>", "")
            .replace("margin:0", "margin:0;writing-mode:vertical-rl"),
    ] {
        let (answer, full) = picture(&service, json!({ "html": html, "full_page": true })).await;
        assert_eq!((full.dimensions(), &answer["report"]["truncated"]), ((700, 200), &json!(false)));
        assert_eq!([50, 300, 600].map(|x| colour(&full, x, 50)), [BLUE, GREEN, RED]);
        let (_, seen) = picture(&service, json!({ "html": html })).await;
        assert_eq!([50, 200].map(|x| colour(&seen, x, 50)), [GREEN, RED]);
        let (_, last) = picture(&service, json!({ "html": html, "selector": "#last" })).await;
        assert_eq!((last.dimensions(), colour(&last, 50, 50)), ((100, 100), BLUE));
        let (_, first) = picture(&service, json!({ "html": html, "selector": "div" })).await;
        assert_eq!((first.dimensions(), colour(&first, 100, 50)), ((200, 100), RED));
        let clip = json!({ "x": 50, "y": 0, "width": 100, "height": 100 });
        let (_, part) = picture(&service, json!({ "html": html, "clip": clip })).await;
        assert_eq!([10, 90].map(|x| colour(&part, x, 50)), [BLUE, GREEN]);
    }
    let (answer, full) = picture(&service, json!({ "html": FROM_THE_RIGHT, "full_page": true })).await;
    assert_eq!((full.dimensions(), &answer["report"]["truncated"]), ((300, 300), &json!(true)));
    assert_eq!([10, 290].map(|x| colour(&full, x, 250)), [RED, RED]);
    let (_, far) = picture(&service, json!({ "html": FROM_THE_RIGHT, "selector": "#far" })).await;
    assert_eq!((far.dimensions(), colour(&far, 25, 25)), ((50, 50), GREEN));

    let text = format!("<body style='writing-mode:vertical-rl'>{}", "<p>Ryzen on sale</p>".repeat(60));
    let (answer, full) = picture(&service, json!({ "html": text, "full_page": true })).await;
    assert!(full.width() > 1000 && answer["report"]["blank"] == false, "{}", full.width());
}

/// A place to stop at is the page's own, and not where it begins.
#[tokio::test]
async fn a_page_that_scrolls_by_itself_is_captured_from_its_beginning() {
    let service = service(&[]).await;
    let html = "<style>html { scroll-snap-type: y mandatory } #end { scroll-snap-align: start }</style>\
        <body style='margin:0'><div style='height:400px;background:#f00'></div>\
        <div id=end style='height:400px;background:#0f0'></div>";
    let (_, full) = picture(&service, json!({ "html": html, "full_page": true })).await;
    assert_eq!(full.dimensions(), (300, 800));
    assert_eq!([100, 700].map(|y| colour(&full, 9, y)), [RED, GREEN]);
}

/// All of it is scrolled past, and a step of two pixels a frame would take two minutes.
#[tokio::test]
async fn a_low_window_is_enough_for_a_high_page() {
    let service = service(&[]).await;
    let html = "<body style='margin:0'><div style='height:16383px;background:#f00'></div>";
    let request = json!({ "html": html, "full_page": true, "height": 2, "timeout_s": 60 });
    let (answer, full) = picture(&service, request).await;
    assert_eq!((full.height(), &answer["report"]["warnings"]), (16383, &json!([])));
}

#[tokio::test]
async fn the_largest_pictures_are_made_in_every_format() {
    let service = service(&[]).await;
    let html =
        "<body style='margin:0'><div style='height:20000px;background:linear-gradient(#f00,#00f)'>x</div>";
    for format in ["png", "jpeg", "webp"] {
        let whole = json!({ "html": html, "full_page": true, "image_format": format, "timeout_s": 60 });
        let (answer, full) = picture(&service, whole).await;
        assert_eq!(
            (full.dimensions(), &answer["report"]["truncated"]),
            ((300, 16383), &json!(true)),
            "{format}"
        );
        assert!(colour(&full, 9, 16380)[2] > 150, "{format}: nothing is repeated from the top");
        let clip = json!({ "x": 0, "y": 1000, "width": 20, "height": 16383 });
        let part = json!({ "html": html, "clip": clip, "image_format": format, "timeout_s": 60 });
        let (_, part) = picture(&service, part).await;
        assert_eq!(part.dimensions(), (20, 16383), "{format}");
        assert!(colour(&part, 9, 16000)[2] > 150, "{format}");
        let wide = json!({ "html": format!("{html}<b style='position:absolute;width:16383px'>x"), "image_format": format,
            "clip": { "x": 0, "y": 0, "width": 16383, "height": 20 }, "timeout_s": 60 });
        assert_eq!(picture(&service, wide).await.1.dimensions(), (16383, 20), "{format}");
    }
}

#[tokio::test]
async fn one_pixel_is_one_pixel_also_of_a_whole_page() {
    let service = service(&[]).await;
    let html = "<body style='margin:0'><div style='height:90px;background:#f00'>";
    for (width, scale, size) in [(1, 1.0, (1, 200)), (10, 0.1, (1, 20)), (2, 1.0, (2, 200))] {
        let request = json!({ "html": html, "width": width, "scale_factor": scale, "full_page": true });
        let (answer, shown) = picture(&service, request).await;
        assert_eq!((shown.dimensions(), colour(&shown, 0, 1)), (size, RED));
        assert_eq!(answer["width"], width);
    }
    let low = json!({ "html": "<body style='margin:0;background:#f00'>", "width": 1, "height": 1, "full_page": true });
    assert_eq!(picture(&service, low).await.1.dimensions(), (1, 1));
}

#[tokio::test]
async fn a_thumbnail_that_would_be_enlarged_is_refused() {
    let service = service(&[]).await;
    let ask = async |fields: Value| {
        let mut request =
            json!({ "html": "<p id=a style='width:40px'>x", "scale_factor": 1, "width": 300, "height": 200 });
        playwright_tests::merge(&mut request, &fields);
        let body = assert_error(&render(&service, &request).await, 400, "invalid_request", false);
        body["error_message"].as_str().expect("text").to_owned()
    };
    let clip = json!({ "x": 0, "y": 0, "width": 50, "height": 50 });
    let expected =
        "thumbnail_width: expected an integer from 1 to 4096, at most the picture's own width, got ";
    assert_eq!(ask(json!({ "thumbnail_width": 301 })).await, format!("{expected}301"));
    assert_eq!(ask(json!({ "thumbnail_width": 51, "clip": clip })).await, format!("{expected}51"));
    let known_later = "thumbnail_width: expected at most the picture's own width, which is";
    assert_eq!(
        ask(json!({ "thumbnail_width": 41, "selector": "#a" })).await,
        format!("{known_later} 40 pixels here, got 41")
    );
    assert_eq!(
        ask(json!({ "thumbnail_width": 301, "full_page": true })).await,
        format!("{known_later} 300 pixels here, got 301")
    );
}
