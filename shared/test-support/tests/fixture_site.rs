//! The fixture site, asked by a client that is no browser.

use test_support::{Client, FixtureSite};

#[tokio::test]
async fn the_shop_page_is_empty_until_its_api_has_been_asked_twice() {
    let site = FixtureSite::start().await;
    let client = Client::new(&site.url(""));
    let page = client.get("/shop/beelink-ser5-max.html").await.expect("an answer");
    assert!(!page.text().contains("Beelink") && !page.text().contains("329.99"));

    let product = client.get("/api/catalog/beelink-ser5-max").await.expect("an answer");
    assert!(product.took.as_millis() >= 120 && product.json()["price"].is_null());
    let offer = client.get("/api/catalog/beelink-ser5-max/offer").await.expect("an answer");
    assert!(offer.took.as_millis() >= 150);
    assert_eq!(offer.json()["price"], "329.99");

    assert_eq!(client.get("/api/catalog/no-such-thing").await.expect("an answer").status, 404);
    assert_eq!(site.hits("/shop/beelink-ser5-max.html"), 1);
}

#[tokio::test]
async fn it_misbehaves_as_asked() {
    let site = FixtureSite::start().await;
    let client = Client::new(&site.url(""));
    assert_eq!(client.get("/status/503").await.expect("an answer").status, 503);
    let hop = client.get("/redirect/2/listing.html").await.expect("an answer");
    assert_eq!(hop.header("location"), Some("/redirect/1/listing.html"));
    assert!(client.get("/reset").await.is_err());
    assert!(client.get("/truncated").await.is_err());
    assert_eq!(client.get("/../Cargo.toml").await.expect("an answer").status, 404);
    assert_eq!(
        client.get("/document.pdf").await.expect("an answer").header("content-type"),
        Some("application/pdf")
    );
}
