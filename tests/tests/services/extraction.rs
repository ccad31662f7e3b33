//! The main path of ingestion: pages that hold a product, and what they do before they show it.

use std::time::Duration;

use playwright_tests::{Ingestion, ingestion, scrape};
use serde_json::{Value, json};
use test_support::{Reply, eventually};

#[track_caller]
fn product(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The sum of the stages is the whole, and none took longer than that.
#[track_caller]
fn assert_timings_add_up(answer: &Value) {
    let timings = answer["timings"].as_object().expect("timings");
    let stages = ["queue", "acquire", "load", "ready", "extract", "encode"];
    let sum: f64 = stages.iter().map(|stage| timings[*stage].as_f64().expect("a number")).sum();
    let total = timings["total"].as_f64().expect("a number");
    assert!((sum - total).abs() < 1.0, "{timings:?}");
    let whole = answer["extraction_time_ms"].as_f64().expect("a number");
    assert!((whole - total).abs() <= 2.0, "{whole} {timings:?}");
}

#[tokio::test]
async fn a_page_filled_by_javascript_is_waited_for_and_read() {
    let Ingestion { site, service } = &ingestion(&[]).await;
    let url = site.url("/shop/beelink-ser5-max.html");
    let reply = service.client().post("/v1/extract", &json!({ "url": url })).await.expect("an answer");
    let found = product(&reply);
    assert_eq!(found["title"], "Beelink SER5 MAX Mini PC, AMD Ryzen 7 5800H, 32GB DDR4, 500GB SSD");
    assert_eq!(found["price"], 329.99);
    assert_eq!(found["currency"], "USD");
    assert_eq!(found["images"][0], site.url("/photos/graphite-front.png"));
    assert_eq!(found["availability"], "in_stock");
    assert_eq!(found["quality"], "full");
    assert_eq!(found["missing_fields"], json!([]));
    assert_eq!(found["marketplace"], "other");
    assert_eq!(found["final_url"], url);
    assert_eq!(found["raw_html"], Value::Null);
    assert_eq!(found["specs"]["ram_gb"], 32);
    assert_eq!(found["specs"]["storage_gb"], 500);
    let cpu = found["specs"]["cpu"].as_str().expect("a processor");
    assert!(cpu.contains("Ryzen 7 5800H"), "{cpu}");
    // the whole table too, under its own names
    assert_eq!(found["specs"]["Operating system"], "Windows 11 Pro");
    let confidence = found["extraction_confidence"].as_f64().expect("a number");
    assert!((0.0..=1.0).contains(&confidence));
    assert_timings_add_up(&found);

    let counted = scrape(service).await;
    let labels = [("marketplace", "other"), ("outcome", "success")];
    let full = counted.find("playwright_extractions_total", &labels);
    assert_eq!(full, Some(1.0), "{:?}", counted.label_values("playwright_extractions_total", "outcome"));
    assert_eq!(counted.count("playwright_requests_success_total", &[]), 1);
}

#[tokio::test]
async fn the_price_is_the_one_that_stays() {
    let shop = ingestion(&[]).await;
    let skeleton = product(&shop.extract("/skeleton-price.html").await);
    assert_eq!(skeleton["price"], 279.0, "not the $0.00 that stood there first");
    let swapped = product(&shop.extract("/late-price.html").await);
    assert_eq!(swapped["price"], 54.0, "not the price that was shown for 30 ms");
}

/// A product that can't be bought has no price, and certainly not an advertisement's.
async fn assert_out_of_stock(path: &str) {
    let shop = ingestion(&[]).await;
    let reply = shop.extract(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    let found = reply.json();
    assert_eq!(found["availability"], "out_of_stock", "{path}");
    assert_eq!(found["price"], Value::Null, "{path}");
    assert_eq!(found["quality"], "partial", "{path}");
    let missing = found["missing_fields"].as_array().expect("a list");
    assert!(missing.contains(&json!("price")), "{path}: {missing:?}");
}

#[tokio::test]
async fn what_is_out_of_stock_has_no_price() {
    assert_out_of_stock("/out-of-stock-marked.html").await;
}

#[tokio::test]
async fn what_only_looks_out_of_stock_has_no_price() {
    assert_out_of_stock("/out-of-stock.html").await;
}

#[tokio::test]
async fn what_a_script_finds_out_of_stock_has_no_price() {
    assert_out_of_stock("/shop/gmktec-nucbox-g3.html").await;
}

#[tokio::test]
async fn markup_a_redirect_and_a_script_that_moves_on_lead_to_the_same_product() {
    let shop = ingestion(&[]).await;
    for path in ["/static-jsonld.html", "/redirect/3/static-jsonld.html", "/client-redirect.html"] {
        let found = product(&shop.extract(path).await);
        assert_eq!(found["title"], "Kestrel K7 Mini PC, Ryzen 7, 32GB, 1TB", "{path}");
        assert_eq!((&found["price"], &found["currency"]), (&json!(489.0), &json!("EUR")), "{path}");
        assert_eq!(found["condition"], "new", "{path}");
        assert_eq!(found["final_url"], shop.site.url("/static-jsonld.html"), "{path}");
    }
}

#[tokio::test]
async fn the_rendered_page_is_returned_when_asked_for() {
    let shop = ingestion(&[]).await;
    let found = product(&shop.extract_with("/skeleton-price.html", &json!({ "include_html": true })).await);
    let html =
        base64_simd::STANDARD.decode_to_vec(found["raw_html"].as_str().expect("base64")).expect("base64");
    let html = String::from_utf8(html).expect("UTF-8");
    assert!(html.contains(r#"<p class="price" id="price">$279.00</p>"#), "as rendered, not as sent: {html}");
}

#[tokio::test]
async fn pictures_fonts_and_films_are_not_loaded() {
    let shop = ingestion(&[]).await;
    let found = product(&shop.extract("/pictures.html").await);
    assert_eq!(found["price"], 88.0);
    assert_eq!(found["images"][0], shop.site.url("/photos/black-front.png"));
    let loaded: Vec<_> = shop.site.all_hits().into_keys().filter(|path| path.starts_with('/')).collect();
    assert_eq!(loaded, ["/pictures.html"]);
}

#[tokio::test]
async fn a_page_that_the_caller_has_is_read_without_a_browser() {
    let shop = ingestion(&[]).await;
    let html = r#"<html lang="en-US"><title>Desk</title><h1>Standing desk, oak</h1><img src="/a/desk.jpg">
        <p class="price">$249.00</p><button>Add to cart</button></html>"#;
    let request = json!({ "url": "https://shop.example/desks/7", "html": html });
    let reply = shop.service.client().post("/v1/extract", &request).await.expect("an answer");
    let found = product(&reply);
    assert_eq!((&found["title"], &found["price"]), (&json!("Standing desk, oak"), &json!(249.0)));
    assert_eq!(found["images"][0], "https://shop.example/a/desk.jpg");
    assert_eq!(scrape(&shop.service).await.count("playwright_page_leases_total", &[]), 0);
}

#[tokio::test]
async fn requests_share_nothing() {
    let shop = ingestion(&[]).await;
    for _ in 0..3 {
        let found = product(&shop.extract_with("/visits.html", &json!({ "include_html": true })).await);
        assert_eq!(
            found["title"], "Visit number 1 to this lamp",
            "cookies, storage and caches are new each time"
        );
    }
}

#[tokio::test]
async fn popups_and_half_characters_keep_no_page_from_being_read() {
    let Ingestion { site, service } = &ingestion(&[]).await;
    let request = json!({ "url": site.url("/pop-under.html"), "include_html": true });
    let found = product(&service.client().post("/v1/extract", &request).await.expect("an answer"));
    assert_eq!(found["title"], "Juniper J2 Mini PC, Intel N150, 16GB, 512GB");
    assert_eq!(found["price"], 189.0);
    let html = found["raw_html"].as_str().expect("the DOM");
    let html = base64_simd::STANDARD.decode_to_vec(html).expect("base64");
    let html = String::from_utf8(html).expect("UTF-8");
    assert!(html.contains("great \u{fffd}…"), "half a character is replaced, and nothing else");
    assert_eq!(site.hits("/article.html"), 0, "no window was opened");
}

/// The rendered page that came with the answer.
fn rendered(found: &Value) -> String {
    let html = found["raw_html"].as_str().expect("base64");
    String::from_utf8(base64_simd::STANDARD.decode_to_vec(html).expect("base64")).expect("UTF-8")
}

#[tokio::test]
async fn what_only_the_stylesheet_hides_strikes_and_enlarges_is_known() {
    let shop = ingestion(&[]).await;
    let request = json!({ "include_html": true, "explain": true });
    let found = product(&shop.extract_with("/looks.html", &request).await);
    assert_eq!(found["title"], "Juniper Reading Lamp");
    assert_eq!((&found["price"], &found["list_price"]), (&json!(64.0), &json!(99.0)), "{found}");
    let candidates = found["candidates"].as_array().expect("all that was found");
    for hidden in ["11 USD", "12 USD", "13 USD", "14 USD"] {
        assert!(candidates.iter().all(|candidate| candidate["value"] != hidden), "{hidden}");
    }
    let html = rendered(&found);
    assert!(html.contains(r#"<p class="e">$64.00</p>"#), "without the numbers of its parts: {html}");
}

#[tokio::test]
async fn a_page_cannot_lie_about_its_looks() {
    let shop = ingestion(&[]).await;
    let found = product(&shop.extract_with("/lying-looks.html", &json!({ "include_html": true })).await);
    assert_eq!((&found["title"], &found["price"]), (&json!("Alder Desk Lamp"), &json!(64.0)), "{found}");
    let html = rendered(&found);
    assert!(html.contains("<h1>Alder Desk Lamp</h1>"), "read before the page saw it being read: {html}");
}

#[tokio::test]
async fn a_page_without_a_product_is_kept_for_replay_where_it_is_wanted() {
    let folder = std::env::temp_dir().join(format!("playwright-kept-{}", std::process::id()));
    let path = folder.to_string_lossy().into_owned();
    let shop = ingestion(&[("PLAYWRIGHT_KEEP_DIR", &path), ("PLAYWRIGHT_KEEP_BELOW", "0")]).await;
    let query = "/robot-check.html?sku=7&token=secret";
    assert_eq!(shop.extract(query).await.status, 422);
    assert_eq!(shop.extract("/looks.html").await.status, 200, "nothing is doubtful below 0");
    let kept = || -> Vec<_> {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect()
    };
    let file = eventually("a kept page", Duration::from_secs(5), async || kept().pop()).await;
    let text = std::fs::read_to_string(file).expect("a kept page");
    let page: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(kept().len(), 1, "only the one without a product");
    assert_eq!(page["url"], shop.site.url("/robot-check.html?sku=7&token=-"));
    assert!(page["outcome"]["refused"]["verdict"].is_string() && page["layout"].is_object(), "{page}");
    assert!(page["html"].as_str().is_some_and(|html| html.contains("<html")), "{page}");
    let _ = std::fs::remove_dir_all(&folder);
}
