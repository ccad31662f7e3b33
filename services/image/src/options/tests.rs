use serde_json::{Value, json};
use service_kit::ApiError;

use super::*;
use crate::config::Config;

fn options(fields: &Value) -> Result<RenderOptions, ApiError> {
    let mut json = json!({"html": "<p>x"});
    json.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let request: RenderRequest = serde_json::from_value(json).expect("a request");
    request.check(&Config::default().image)
}

fn laid_out_in(width: u32, height: u32, scale: f64) -> (u32, u32, bool) {
    let options = options(&json!({"width": width, "height": height, "scale_factor": scale})).expect("valid");
    let page = options.document().viewport;
    assert!((page.scale - scale).abs() < f64::EPSILON);
    (page.width, page.height, options.plan(Rect::default(), Content::Something).is_cropped)
}

#[test]
fn a_page_is_laid_out_in_what_was_asked_for_and_at_least_two_pixels() {
    assert_eq!(laid_out_in(1200, 630, 2.0), (1200, 630, false));
    assert_eq!(laid_out_in(2, 2, 1.0), (2, 2, false));
    assert_eq!(laid_out_in(1, 1, 4.0), (1, 1, false));
    assert_eq!(laid_out_in(1, 1, 1.0), (2, 2, true));
    assert_eq!(laid_out_in(10, 10, 0.1), (20, 20, true));
    assert_eq!(laid_out_in(5, 630, 0.1), (20, 630, true));
    assert_eq!(laid_out_in(4096, 3, 0.5), (4096, 4, true));
    assert_eq!(laid_out_in(1, 1, 0.3), (7, 7, true));
}

#[test]
fn a_whole_page_of_a_small_viewport_is_as_wide_as_that() {
    let size = |width: u32, captured: (f64, f64)| {
        let fields = json!({"width": width, "height": 1, "scale_factor": 1, "full_page": true});
        let area = Rect { width: captured.0, height: captured.1, ..Rect::default() };
        let plan = options(&fields).expect("valid").plan(area, Content::Something);
        (plan.size, plan.is_cropped)
    };
    assert_eq!(size(1, (2.0, 90.0)), ((1.0, 90.0), true));
    assert_eq!(size(1, (2.0, 2.0)), ((1.0, 1.0), true));
    // Of vertical lines: it is wider than its viewport.
    assert_eq!(size(1, (70.0, 2.0)), ((70.0, 1.0), true));
}

#[test]
fn what_contradicts_itself_is_refused_with_the_reason() {
    let clip = json!({"x": 0, "y": 0, "width": 10, "height": 10});
    let cases = [
        (json!({"full_page": true, "selector": "p"}), "selector: not together with full_page"),
        (json!({"full_page": true, "clip": clip}), "clip: not together with full_page"),
        (json!({"selector": "p", "clip": clip}), "clip: not together with selector"),
        (
            json!({"omit_background": true, "image_format": "jpeg"}),
            "omit_background: jpeg has no transparency",
        ),
        (json!({"png_compression": "fast", "image_format": "jpeg"}), "png_compression: image_format is jpeg"),
        (
            json!({"thumbnail_width": 21, "clip": clip}),
            "thumbnail_width: expected an integer from 1 to 4096, at most the picture's own width, got 21",
        ),
        (json!({"thumbnail_width": 2401}), "thumbnail_width: expected an integer from 1 to 4096, at most"),
        (json!({"thumbnail_width": 0}), "thumbnail_width: expected an integer from 1 to 4096"),
        (json!({"selector": " "}), "selector: expected a CSS selector of at most 1024 bytes, got nothing"),
        (
            json!({"selector": "p".repeat(1025)}),
            "selector: expected a CSS selector of at most 1024 bytes, got 1025",
        ),
        (
            json!({"wait_for": ""}),
            "wait_for: expected a CSS selector of at most 1024 bytes, or renderReady()",
        ),
        (json!({"delay_ms": 30_001}), "delay_ms: expected an integer from 0 to 30000, less than timeout_s"),
        (json!({"delay_ms": 1000, "timeout_s": 1}), "delay_ms: expected an integer from 0 to 30000"),
        (json!({"clip": {"x": -1, "y": 0, "width": 1, "height": 1}}), "clip: expected x and y from 0"),
        (json!({"clip": {"x": 0, "y": 0, "width": 0.5, "height": 1}}), "clip: expected x and y from 0"),
        (
            json!({"clip": {"x": 0, "y": 0, "width": 9000, "height": 9}}),
            "clip: a side of 9000 at scale_factor 2",
        ),
        (
            json!({"clip": {"x": 0, "y": 0, "width": 8000, "height": 8000}}),
            "scale_factor: clip and scale_factor together ask for 256000000 pixels",
        ),
    ];
    for (fields, message) in cases {
        let error = options(&fields).expect_err(message);
        assert!(error.message.starts_with(message), "{fields}: {}", error.message);
    }
}

#[test]
fn a_screenshot_is_of_an_address_or_of_a_document() {
    let config = Config::default();
    let egress = config.pool().expect("valid").egress;
    let check = |json: Value| {
        let request: ScreenshotRequest = serde_json::from_value(json).expect("a request");
        let mut refused = 0;
        let checked = request.check(&config.image, &egress, |_| refused += 1);
        (checked.map(|options| options.subject).map_err(|error| error.message), refused)
    };
    let page = Url::parse("https://example.org/").expect("a URL");
    assert_eq!(check(json!({"url": "https://example.org/"})), (Ok(Subject::Url(page)), 0));
    assert_eq!(check(json!({"html": "<p>x"})), (Ok(Subject::Html("<p>x".to_owned())), 0));
    for (request, message, refused) in [
        (json!({}), "url: required, expected url or html", 0),
        (json!({"url": "https://x.test/", "html": "x"}), "html: expected only one of url and html", 0),
        (json!({"url": "ftp://x.test/"}), "url must begin with http:// or https://", 0),
        (json!({"url": "http://127.0.0.1/"}), "url is not allowed", 1),
        (json!({"html": "\n"}), "html: expected non-blank text, got nothing but white space", 0),
    ] {
        let (checked, noted) = check(request.clone());
        let said = checked.expect_err("refused");
        assert!(said.starts_with(message), "{request}: {said}");
        assert_eq!(noted, refused, "{request}");
    }
}

#[test]
fn equal_requests_have_one_identity_and_every_visible_difference_another() {
    let identity = |fields: &Value| options(fields).expect("valid").identity();
    let plain = identity(&json!({}));
    assert_eq!(plain, identity(&json!({"timeout_s": 3, "scale_factor": 2, "width": 1200, "quality": 85})));
    let differences = [
        json!({"html": "<p>y"}),
        json!({"width": 1201}),
        json!({"height": 631}),
        json!({"scale_factor": 1}),
        json!({"image_format": "jpeg"}),
        json!({"quality": 84}),
        json!({"css_overrides": "p{}"}),
        json!({"full_page": true}),
        json!({"selector": "p"}),
        json!({"clip": {"x": 0, "y": 0, "width": 9, "height": 9}}),
        json!({"omit_background": true}),
        json!({"color_scheme": "dark"}),
        json!({"reduced_motion": true}),
        json!({"animations": "allow"}),
        json!({"wait_for": "p"}),
        json!({"delay_ms": 1}),
        json!({"deterministic": true}),
        json!({"thumbnail_width": 9}),
        json!({"report_fonts": true}),
        json!({"png_compression": "balanced"}),
        json!({"png_compression": "fast"}),
    ];
    let mut seen = vec![plain];
    for fields in differences {
        let is_default = fields["png_compression"] == json!(Compression::DEFAULT);
        let other = identity(&fields);
        assert_eq!(seen.contains(&other), is_default, "{fields}");
        seen.push(other);
    }
}

#[test]
fn what_runs_something_may_vary() {
    let may_vary = |html: &str| options(&json!({"html": html})).expect("valid").may_vary();
    for html in [
        "<p>a card, on offer = cheap</p>",
        "<p style='color: red'>x<img src=data:x>",
        "<p>description=1</p>",
        "<p>only on=1",
    ] {
        assert!(!may_vary(html), "{html}");
    }
    for html in [
        "<SCRIPT>x()</SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<img src=x onerror = 'x'>",
        "<svg/onload=x>",
        "<a href='javascript:x'>",
        "<iframe srcdoc='x'>",
    ] {
        assert!(may_vary(html), "{html}");
    }
    let pinned = options(&json!({"html": "<script>x()</script>", "deterministic": true})).expect("valid");
    assert!(!pinned.may_vary());
}
