//! How large pages are looked at: within bounds, and they are read all the same.

use browser_pool::{Cut, EgressConfig, PoolConfig, Visit, Visited};
use test_support::FixtureSite;
use url::Url;

use crate::harness::{Pool, small};

/// A page of so many paragraphs, as it is read.
async fn read(count: usize, text: &str) -> Visited {
    let site = FixtureSite::start().await;
    let address = site.host_port().parse().expect("an address and a port");
    let egress = EgressConfig { allow: vec![address], ..EgressConfig::default() };
    let pool = Pool::start(PoolConfig { egress, ..small() }).await;
    let url = Url::parse(&site.url(&format!("/paragraphs/{count}/{text}"))).expect("a URL");
    let visit = Visit { url: &url, user_agent: None, fields: "['found', 1]", layout: true };
    let visited = pool.lease().await.expect("leased").visit(&visit).await.expect("read");
    assert!(visited.html.matches(text).count() >= count, "all of the text is there");
    pool.ends_cleanly().await;
    visited
}

#[tokio::test]
async fn a_small_page_is_looked_at_whole() {
    let layout = read(30, "words").await.layout.expect("asked for");
    assert_eq!(layout.cut, None);
    // headline, price, paragraphs and the white space between them
    assert!((62..=64).contains(&layout.looked), "{}", layout.looked);
    assert_eq!(layout.parts.len(), 2);
}

#[tokio::test]
async fn no_more_texts_are_looked_at_than_the_bound_allows() {
    let layout = read(90_000, "words").await.layout.expect("asked for");
    assert!(matches!(layout.cut, Some(Cut::Texts | Cut::Time)), "{:?}", layout.cut);
    assert!(layout.looked <= 50_000, "{}", layout.looked);
}

#[tokio::test]
async fn no_more_parts_are_listed_than_the_bound_allows() {
    let layout = read(20_000, "$5.00").await.layout.expect("asked for");
    assert!(matches!(layout.cut, Some(Cut::Parts | Cut::Time)), "{:?}", layout.cut);
    assert!(layout.parts.len() <= 600, "{}", layout.parts.len());
}

#[tokio::test]
async fn a_page_that_no_reader_could_read_is_not_looked_at() {
    let layout = read(201_000, "$5.00").await.layout.expect("asked for");
    assert_eq!((layout.cut, layout.looked, layout.parts.len()), (Some(Cut::Elements), 0, 0));
}
