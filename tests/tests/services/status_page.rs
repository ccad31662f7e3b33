//! The pages for people, in a real browser: what they show, that nothing of others runs in them, that they ask no other
//! host for anything, and who may see them.

use std::time::Duration;

use playwright_tests::{assert_error, image, ingestion, merge};
use serde_json::{Value, json};
use test_support::process::Signal;
use test_support::{Reply, Service, eventually};

use crate::looking::{Looking, Seen};

const TOKEN: &str = "a-token-of-somebody-who-looks";
const PAGES: [&str; 7] =
    ["/", "/status", "/docs/", "/docs/docs.js", "/ui/style.css", "/ui/status.js", "/ui/playground.js"];

const HOSTILE_BEGINNING: &str = "<img src=x onerror=\"document.documentElement.dataset.hacked=";

async fn get(service: &Service, path: &str, headers: &[(&str, &str)]) -> Reply {
    service.client().get_with(path, headers).await.expect("an answer")
}

fn basic(password: &str) -> String {
    format!("Basic {}", base64_simd::STANDARD.encode_to_string(format!("anybody:{password}")))
}

#[tokio::test]
async fn the_status_tells_what_has_happened_and_no_secrets_of_addresses() {
    let shop = ingestion(&[]).await;
    assert_eq!(shop.extract("/static-jsonld.html").await.status, 200);
    let secret = json!({ "url": shop.site.url("/no-such-page?session=s3cret#s3cret"), "retry_count": 0 });
    let failed = shop.service.client().post("/v1/extract", &secret).await.expect("an answer");
    assert_error(&failed, 422, "extraction_failed", false);
    get(&shop.service, "/no-such-path", &[]).await;

    let status = get(&shop.service, "/status", &[]).await.json();
    assert_eq!(status["service"], "playwright-ingestion");
    assert_eq!(status["health"]["status"], "healthy", "{status}");
    assert_eq!(status["health"]["phase"], "serving");
    let figures = &status["requests"]["all"];
    assert_eq!(
        (&figures["requests"], &figures["successes"], &figures["failed_site"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert!(figures["p95_ms"].as_f64().is_some_and(|p95| p95 > 0.0), "{figures}");
    assert_eq!(status["requests"]["endpoints"][0]["endpoint"], "/v1/extract");
    assert_eq!(
        status["errors"]["by_type"],
        json!([{ "error_type": "extraction_failed", "fault": "site", "count": 1 }])
    );
    let failures = status["failures"].as_array().expect("a list");
    assert_eq!(failures.len(), 1, "work only: {failures:?}");
    assert_eq!(failures[0]["request_id"].as_str(), failed.header("x-request-id"));
    assert_eq!(failures[0]["url"], shop.site.url("/no-such-page"));
    assert_eq!(failures[0]["verdict"], "not_found");
    assert!(!status.to_string().contains("s3cret"));

    let serving: Vec<_> = status["browsers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|row| row["state"] == "serving")
        .collect();
    assert_eq!(serving.len(), 1, "{status}");
    assert!(
        serving[0]["generation"].is_u64() && serving[0]["requests_served"].as_u64() >= Some(2),
        "{status}"
    );
    assert_eq!(status["sandbox"], true);
    // a page is taken down after its answer
    eventually("no page is in use", Duration::from_secs(10), async || {
        let status = get(&shop.service, "/status", &[]).await.json();
        (status["pages"]["in_use"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_setting_takes_all_of_it_away() {
    let service = image(&[("PLAYWRIGHT_UI", "off")]).await;
    for path in PAGES.into_iter().chain(["/docs"]) {
        assert_error(&get(&service, path, &[]).await, 404, "invalid_request", false);
    }
    let description = get(&service, "/openapi.json", &[]).await.json();
    assert!(description["paths"]["/status"].is_null() && description["paths"]["/v1/render"].is_object());
}

#[tokio::test]
async fn where_tokens_are_asked_for_the_pages_need_one() {
    let service = image(&[("PLAYWRIGHT_API_TOKENS", &format!("team:{TOKEN}"))]).await;
    for path in PAGES {
        let refused = get(&service, path, &[]).await;
        assert_error(&refused, 401, "unauthorized", false);
        let asks = refused.header("www-authenticate").unwrap_or_default().to_owned();
        // a script's request is no occasion for a window of the browser's
        assert_eq!(asks.starts_with("Basic realm="), path != "/status", "{path}: {asks}");
        assert_error(
            &get(&service, path, &[("authorization", &basic("wrong"))]).await,
            401,
            "unauthorized",
            false,
        );
        for authorization in [basic(TOKEN), format!("Bearer {TOKEN}")] {
            let shown = get(&service, path, &[("authorization", &authorization)]).await;
            assert_eq!(shown.status, 200, "{path}");
            let policy = shown.header("content-security-policy").unwrap_or_default().to_owned();
            assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
            assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert_eq!(shown.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        }
    }
}

#[tokio::test]
async fn another_sites_page_cannot_use_the_password_that_a_browser_remembers() {
    let service = image(&[("PLAYWRIGHT_API_TOKENS", &format!("team:{TOKEN}"))]).await;
    let own = service.client().base().to_owned();
    let password = basic(TOKEN);
    let render = async |headers: &[(&str, &str)]| {
        let headers = [&[("authorization", password.as_str())], headers].concat();
        let request = json!({ "html": "<p>hello", "width": 100, "height": 50 });
        service.client().post_with("/v1/render", &headers, &request).await.expect("an answer")
    };
    assert_eq!(render(&[]).await.status, 200, "curl");
    assert_eq!(render(&[("origin", &own)]).await.status, 200, "the playground");
    assert_eq!(render(&[("origin", &own), ("sec-fetch-site", "same-origin")]).await.status, 200);
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", own.as_str()), ("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        let refused = render(&headers).await;
        let said = assert_error(&refused, 401, "unauthorized", false);
        assert!(said["error_message"].as_str().is_some_and(|said| said.contains("own pages")), "{said}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let request = json!({ "html": "<p>hello" });
    let headers = [("authorization", bearer.as_str()), ("origin", "https://partner.example")];
    let reply = service.client().post_with("/v1/render", &headers, &request).await.expect("an answer");
    assert_eq!(reply.status, 200, "a bearer token is sent by whoever knows it");
}

#[tokio::test]
async fn a_browser_that_has_the_token_sees_the_pages_and_plays() {
    let service = image(&[("PLAYWRIGHT_API_TOKENS", &format!("team:{TOKEN}"))]).await;
    let looking = Looking::at(&service).await;
    let seen = looking.see_as(TOKEN, "/#playground", RENDER).await;
    assert!(seen.text("#render-facts").starts_with("1200 × 630 px"), "{seen:?}");
    assert_eq!(seen.violations(), 0);
    looking.end().await;
}

/// Renders what the playground begins with.
const RENDER: &str = "once('go', () => $('#render-go').click()), $('#render-facts')";

#[tokio::test]
async fn the_status_page_is_live_and_asks_nobody_else() {
    let service = image(&[]).await;
    playwright_tests::render(&service, &json!({ "html": "<p>hello" })).await;
    let unsound = json!({ "html": "<title>x</title>", "fail_on": ["blank"] });
    let failed = service.client().post("/v1/render", &unsound).await.expect("an answer");
    assert_eq!(failed.status, 422);

    let looking = Looking::at(&service).await;
    let seen = looking.see("/", "$('#failures td') && $('#live-text').textContent === 'live'").await;
    assert_eq!(seen.text("#health-status"), "Healthy");
    assert_eq!(seen.text("#browsers .state"), "serving");
    assert!(seen.text("#endpoints").contains("/v1/render"), "{seen:?}");
    assert!(seen.text("#failures").contains("integrity_failed"), "{seen:?}");
    assert!(seen.text("#failures").contains(failed.header("x-request-id").expect("an id")), "{seen:?}");
    assert_eq!((seen.violations(), seen.text("title").as_str()), (0, "playwright-image"));
    assert!(seen.is_hidden("#playground") && !seen.is_hidden("#status"));
    assert_eq!(looking.refused(), 0, "no other host is asked");
    looking.end().await;
}

/// Whoever leaves the page open must see that its figures are old.
#[tokio::test]
async fn a_service_that_is_gone_does_not_look_healthy() {
    let service = image(&[]).await;
    let looking = Looking::at(&service).await;
    let act = format!("{RENDER}, $('#health-status').textContent !== 'Healthy' && $('#health-status')");
    let killed = eventually("a render from the page that is open", Duration::from_secs(30), async || {
        let metrics = service.metrics().await.ok()?;
        let rendered = metrics.get("playwright_requests_success_total", &[("endpoint", "/v1/render")]) > 0.0;
        rendered.then(|| service.signal(Signal::KILL).expect("it runs"))
    });
    let (seen, ()) = tokio::join!(looking.see("/#playground", &act), killed);
    // what stands between them, here the proxy of the browser, answers for it
    assert_eq!(seen.text("#health-status"), "No figures");
    assert!(seen.text("#health-reason").starts_with("The figures below are of "), "{seen:?}");
    assert!(seen.text("title").starts_with("No figures"), "{seen:?}");
    looking.end().await;
}

/// What is hostile about the page, the shop says in its title and in other fields.
#[tokio::test]
async fn what_a_shop_says_is_text() {
    let shop = ingestion(&[]).await;
    let looking = Looking::at(&shop.service).await;
    let url = shop.site.url("/hostile-title.html");
    let act = format!(
        "once('go', () => {{ $('#extract-url').value = '{url}'; $('#extract-go').click() }}), $('#extract-picture')?.naturalWidth > 0 && $('#extract-title')"
    );
    let seen = looking.see("/#playground", &act).await;
    // the engine takes the markup out of a title; what it passed over is shown as the shop wrote it
    assert!(seen.text("#extract-title").starts_with("Mini PC"), "{seen:?}");
    assert!(seen.text("#extract-provenance").contains(HOSTILE_BEGINNING), "{seen:?}");
    assert!(
        seen.text("#extract-provenance").contains("jsonld")
            || seen.text("#extract-provenance").contains("json"),
        "{seen:?}"
    );
    assert_eq!(
        seen.count(
            "#extract-result img:not(#extract-picture), #extract-result script, #extract-result svg[onload]"
        ),
        0
    );
    assert_eq!((seen.hacked(), seen.violations()), (false, 0), "{seen:?}");
    assert!(seen.text("#extract-curl").contains("curl -s http://"), "{seen:?}");

    let long = format!("{} PC", "Mini-".repeat(2_000));
    let html = format!(
        "<html><head><script type=\\'application/ld+json\\'>{}<\\/script></head><body><main><h1>{long}</h1><p>$5.00</p><button>Add to cart</button></main></body></html>",
        json!({ "@type": "Product", "@context": "https://schema.org", "name": long,
            "offers": { "@type": "Offer", "price": "5.00", "priceCurrency": "USD", "availability": "https://schema.org/InStock" } })
    );
    let act = format!(
        "once('go', () => {{ $('#extract-url').value = 'https://shop.example/'; $('#extract-html').value = '{html}'; $('#extract-go').click() }}), $('#extract-title')"
    );
    let seen = looking.see("/#playground", &act).await;
    assert!(
        seen.text("#extract-title").chars().count() < 700
            && seen.text("#extract-title").starts_with("Mini-Mini-"),
        "{seen:?}"
    );
    assert_eq!((seen.hacked(), seen.violations(), looking.refused()), (false, 0, 0));
    looking.end().await;
}

#[tokio::test]
async fn what_a_document_says_on_its_console_is_text() {
    let service = image(&[]).await;
    let looking = Looking::at(&service).await;
    let document = "<h1>Deal</h1><script>console.error(\"<img src=x onerror=document.documentElement.dataset.hacked=1>\")<\\/script>";
    let act = format!(
        "once('go', () => {{ $('#render-html').value = '{document}'; $('#render-format').value = 'jpeg'; $('#render-go').click() }}), $('#render-picture')?.naturalWidth > 0 && $('#render-facts')"
    );
    let seen = looking.see("/#playground", &act).await;
    assert!(seen.text("#render-result").contains("<img src=x onerror="), "{seen:?}");
    assert_eq!(seen.text("#render-integrity"), "1 found");
    assert_eq!((seen.hacked(), seen.violations(), seen.count("#render-result img")), (false, 0, 1));
    looking.end().await;
}

#[tokio::test]
async fn the_api_is_described_without_another_host() {
    let service = image(&[]).await;
    let description = get(&service, "/openapi.json", &[]).await.json();
    let operations: usize = description["paths"]
        .as_object()
        .expect("paths")
        .values()
        .filter_map(Value::as_object)
        .map(serde_json::Map::len)
        .sum();
    let looking = Looking::at(&service).await;
    let seen = looking
        .see("/docs/", &format!("document.querySelectorAll('.opblock').length === {operations}"))
        .await;
    assert!(operations >= 9, "{operations}");
    assert_eq!(seen.count(".opblock"), operations);
    assert!(seen.text("#api").contains("/v1/screenshot"), "{seen:?}");
    assert_eq!((seen.violations(), looking.refused()), (0, 0), "{seen:?}");
    looking.end().await;
    let moved = get(&service, "/docs", &[]).await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, Some("docs/")));
}

/// The colour of the upper left corner, which is the page's own background.
async fn corner(camera: &Service, url: &str, scheme: &str, width: u32) -> [u8; 3] {
    let mut request =
        json!({ "url": url, "width": width, "height": 500, "scale_factor": 1, "color_scheme": scheme });
    merge(&mut request, &json!({ "wait_for": "#browsers td", "timeout_s": 30 }));
    let reply = camera
        .client()
        .post_with("/v1/screenshot", &[("accept", "image/png")], &request)
        .await
        .expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let picture = ::image::load_from_memory(&reply.body).expect("a picture").to_rgb8();
    picture.get_pixel(2, 490).0
}

#[tokio::test]
async fn the_page_is_light_or_dark_as_its_reader_likes_it_and_fits_a_phone() {
    let service = image(&[]).await;
    let camera =
        image(&[("PLAYWRIGHT_EGRESS_ALLOW", service.client().base().trim_start_matches("http://"))]).await;
    let url = format!("{}/", service.client().base());
    let light = corner(&camera, &url, "light", 1280).await;
    let dark = corner(&camera, &url, "dark", 390).await;
    assert!(light.iter().all(|channel| *channel > 240), "{light:?}");
    assert!(dark.iter().all(|channel| *channel < 30), "{dark:?}");
    let looking = Looking::on_a_phone(&service).await;
    let seen: Seen = looking.see("/", "$('#browsers td')").await;
    assert!(seen.is_no_wider_than(390), "{seen:?}");
    looking.end().await;
}
