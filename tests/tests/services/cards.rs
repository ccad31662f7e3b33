//! Cards by data, and the signed addresses of `og:image`.

use std::time::Duration;

use image::{DynamicImage, GenericImageView};
use playwright_tests::{assert_error, image as service, is_at_rest, scrape};
use serde_json::{Value, json};
use test_support::{Launch, Reply, Service, eventually};

const SOON: Duration = Duration::from_secs(10);

/// The keys and the address that docs/cards.md signs in other languages would be two copies: here the service's own
/// command signs.
const KEY: &str = "5f2c1e0d9b8a7f6e5d4c3b2a190817263544536271809fa0b1c2d3e4f5061728";

async fn ask(service: &Service, request: &Value) -> Reply {
    service.client().post("/v1/card", request).await.expect("an answer")
}

fn picture(reply: &Reply) -> DynamicImage {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let bytes = match reply.header("content-type") {
        Some("application/json") => {
            let answer = reply.json();
            let base64 = answer["image_base64"].as_str().expect("base64").to_owned();
            base64_simd::STANDARD.decode_to_vec(base64).expect("base64")
        }
        _ => reply.body.to_vec(),
    };
    image::load_from_memory(&bytes).expect("it decodes")
}

#[tokio::test]
async fn a_card_is_rendered_in_its_themes_and_sizes() {
    let service = service(&[]).await;
    let mut corners = Vec::new();
    for (theme, size, pixels) in
        [("light", "wide", (1200, 630)), ("dark", "square", (1080, 1080)), ("dark", "story", (1080, 1920))]
    {
        let request = json!({
            "template": "product", "theme": theme, "size": size, "scale_factor": 1, "image_format": "jpeg",
            "data": { "title": "Beelink SER5 MAX ミニPC 🔥", "price": 329.99, "ram_gb": 32 },
            "fail_on": ["blank", "fonts", "font_fallback", "truncated", "page_errors"],
        });
        let card = picture(&ask(&service, &request).await);
        assert_eq!(card.dimensions(), pixels);
        corners.push(card.get_pixel(5, 5).0[0]);
    }
    assert!(corners[0] > 200 && corners[1] < 60 && corners[2] < 60, "light, dark, dark: {corners:?}");
}

#[tokio::test]
async fn bad_data_is_named_by_its_field() {
    let service = service(&[]).await;
    for (request, message) in [
        (json!({ "data": {} }), "template: required"),
        (json!({ "template": "product" }), "data: required"),
        (json!({ "template": "poster", "data": {} }), "template: expected one of product, got"),
        (json!({ "template": "product", "data": [] }), "data: expected an object"),
        (
            json!({ "template": "product", "data": {} }),
            "title: required, expected text of 1 to 300 characters",
        ),
        (json!({ "template": "product", "data": { "title": "x", "colour": 1 } }), "colour: not a field"),
        (json!({ "template": "product", "data": { "title": "x" }, "theme": "mauve" }), "theme: "),
        (json!({ "template": "product", "data": { "title": "x" }, "size": "tiny" }), "size: "),
        (
            json!({ "template": "product", "data": { "title": "x" }, "quality": 0 }),
            "quality: expected an integer",
        ),
        (
            json!({ "template": "product", "data": { "title": "x" }, "scale_factor": 9 }),
            "scale_factor: expected",
        ),
    ] {
        let body = assert_error(&ask(&service, &request).await, 400, "invalid_request", false);
        let said = body["error_message"].as_str().unwrap_or_default();
        assert!(said.starts_with(message), "{request}: {said}");
    }
    assert_eq!(scrape(&service).await.count("playwright_page_leases_total", &[]), 0);
}

/// The path and query that `sign-card` prints.
fn signed(key: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(Launch::image().executable())
        .args(["sign-card", "--template", "product", "--base-url", "https://img.example"])
        .args(arguments)
        .env("PLAYWRIGHT_CARD_KEYS", key)
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    printed.trim().strip_prefix("https://img.example").expect("an address").to_owned()
}

#[tokio::test]
async fn a_signed_address_is_served_and_no_other() {
    let old = "00".repeat(32);
    let service = service(&[("PLAYWRIGHT_CARD_KEYS", &format!("{KEY},{old}"))]).await;
    let arguments = ["--set", "title=Mini PC & more", "--set", "price=329.99", "--set", "format=jpeg"];
    for key in [KEY, old.as_str()] {
        let reply = service.client().get(&signed(key, &arguments)).await.expect("an answer");
        assert_eq!(reply.header("content-type"), Some("image/jpeg"));
        assert!(reply.header("cache-control").is_some_and(|kept| kept.starts_with("public, max-age=")));
        assert_eq!(picture(&reply).dimensions(), (2400, 1260));
    }
    let address = signed(KEY, &arguments);
    for (changed, message) in [
        (address.replace("329.99", "3.29"), "sig: it is not the signature"),
        (address.replace("/product?", "/other?"), "sig: it is not the signature"),
        (format!("{address}&theme=dark"), "sig: it is not the signature"),
        (address.split("&sig=").next().expect("a part").to_owned(), "sig: missing"),
        (signed(&"ff".repeat(32), &arguments), "sig: it is not the signature"),
    ] {
        let reply = service.client().get(&changed).await.expect("an answer");
        let body = assert_error(&reply, 401, "unauthorized", false);
        let said = body["error_message"].as_str().unwrap_or_default();
        assert!(said.starts_with(message), "{changed}: {said}");
    }
}

#[tokio::test]
async fn without_keys_there_are_no_signed_addresses() {
    let service = service(&[]).await;
    let reply = service.client().get("/v1/card/product?title=x&sig=x").await.expect("an answer");
    let body = assert_error(&reply, 404, "invalid_request", false);
    assert!(
        body["error_message"].as_str().is_some_and(|said| said.contains("PLAYWRIGHT_CARD_KEYS")),
        "{body}"
    );
}

#[tokio::test]
async fn an_address_that_expires_is_not_kept_beyond_that() {
    let service = service(&[("PLAYWRIGHT_CARD_KEYS", KEY)]).await;
    let kept = async |expires: &str| {
        let address =
            signed(KEY, &["--set", "title=Mini PC", "--set", "format=jpeg", "--expires-in", expires]);
        let reply = service.client().get(&address).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let kept = reply.header("cache-control").expect("a header").to_owned();
        kept.strip_prefix("public, max-age=").expect("an age").parse::<u64>().expect("seconds")
    };
    let short = kept("90s").await;
    assert!((1..=90).contains(&short), "{short}");
    assert_eq!(kept("30d").await, 600, "as long as it is kept here");
}

#[tokio::test]
async fn an_address_is_told_of_what_it_wrote_and_known_pictures_are_not_sent_again() {
    let service = service(&[("PLAYWRIGHT_CARD_KEYS", KEY)]).await;
    for (pair, message) in [
        ("format=JPEG", "format: expected png, jpeg or webp, got \"JPEG\""),
        ("format=", "format: expected png, jpeg or webp, got \"\""),
        ("quality=high", "quality: expected an integer from 1 to 100, got \"high\""),
    ] {
        let reply = service
            .client()
            .get(&signed(KEY, &["--set", "title=x", "--set", pair]))
            .await
            .expect("an answer");
        let body = assert_error(&reply, 400, "invalid_request", false);
        assert_eq!(body["error_message"], message);
    }
    let address = signed(KEY, &["--set", "title=x", "--set", "format=jpeg", "--set", "quality=85.0"]);
    let first = service.client().get(&address).await.expect("an answer");
    let tag = first.header("etag").expect("a tag").to_owned();
    for (known, status) in [(tag.as_str(), 304), ("*", 304), ("\"other\"", 200)] {
        let known_here = [("if-none-match", known)];
        let reply = service.client().get_with(&address, &known_here).await.expect("an answer");
        assert_eq!(reply.status.as_u16(), status, "{known}");
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
    }
}

#[tokio::test]
async fn whole_numbers_may_be_written_with_a_point() {
    let service = service(&[]).await;
    let request = |quality: Value, width: Value| {
        json!({ "template": "product", "data": { "title": "x", "ram_gb": 32.0 }, "image_format": "jpeg",
            "quality": quality, "thumbnail_width": width })
    };
    let card = picture(&ask(&service, &request(json!(85.0), json!(600.0))).await);
    assert_eq!(card.dimensions(), (600, 315));
    let body =
        assert_error(&ask(&service, &request(json!(85.5), json!(600))).await, 400, "invalid_request", false);
    assert_eq!(body["error_message"], "quality: expected an integer from 1 to 100, got 85.5");
}

#[tokio::test]
async fn cards_are_drawn_on_pages_that_are_used_again() {
    let service = service(&[("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")]).await;
    for number in 0..4 {
        let request = json!({ "template": "product", "image_format": "jpeg",
            "data": { "title": format!("Beelink SER5 {number}"), "price": 329.99, "ram_gb": 32 } });
        picture(&ask(&service, &request).await);
        eventually("its page is back", SOON, async || is_at_rest(&scrape(&service).await).then_some(()))
            .await;
    }
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_page_leases_total", &[]), 4);
    assert!(
        counted.count("playwright_page_leases_reused_total", &[]) >= 2,
        "{}",
        counted.count("playwright_page_leases_reused_total", &[])
    );
}
