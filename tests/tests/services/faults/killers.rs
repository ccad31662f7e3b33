//! Pages that kill their browser again and again, beside others that do the same.

use std::time::Duration;

use playwright_tests::{assert_error, render, scrape};
use serde_json::json;
use test_support::{Launch, Mode, fake_chromium};

use super::until_at_rest;

#[tokio::test]
async fn several_at_once_are_each_given_up_and_their_neighbours_lose_nothing() {
    let fake = fake_chromium(Mode::DiesOnDeadly);
    let launch = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .env("PLAYWRIGHT_IMAGE_CACHE_MB", "0");
    let service = launch.start().await.expect("it starts");
    until_at_rest(&service).await;
    let deadly = |name: &str| json!({ "html": format!("<p>deadly {name}"), "timeout_s": 30 });
    let neighbours = async |own: usize| {
        for number in 0..12 {
            let html = format!("<p>harmless {own} {number}");
            let request = json!({ "html": html, "timeout_s": 30, "width": 60, "height": 40 });
            let reply = render(&service, &request).await;
            assert_eq!(reply.status, 200, "a neighbour suffers: {}", reply.text());
        }
    };
    let killers = futures_util::future::join_all(["a", "b", "c"].map(|name| {
        let (service, request) = (&service, deadly(name));
        async move { render(service, &request).await }
    }));
    let (killers, (), ()) = tokio::join!(killers, neighbours(1), neighbours(2));
    // one may be told to try later while the others die; it is told the truth in the end
    for (name, reply) in ["a", "b", "c"].iter().zip(killers) {
        assert_error(&reply, 500, "browser_crash", reply.json()["retriable"] == true);
        let again = render(&service, &deadly(name)).await;
        assert_error(&again, 500, "browser_crash", false);
    }
    let crashes =
        async || scrape(&service).await.count("playwright_browser_crashes_total", &[("kind", "browser")]);
    let before = crashes().await;
    for name in ["a", "b", "c"] {
        let reply = render(&service, &deadly(name)).await;
        assert_error(&reply, 500, "browser_crash", false);
        assert!(reply.took < Duration::from_millis(500), "refused without a browser: {:?}", reply.took);
    }
    assert_eq!(crashes().await, before, "no browser died of what is known");
    neighbours(3).await;
    until_at_rest(&service).await;
}
