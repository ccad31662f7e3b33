//! More than can be served: what waits, what is refused, what is given up.

use std::time::Duration;

use playwright_tests::{assert_error, image, ingestion, is_at_rest, render, scrape};
use serde_json::json;
use test_support::{Launch, Mode, eventually, fake_chromium};
use tokio::task::JoinSet;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn what_does_not_fit_into_the_queue_is_refused_at_once_with_a_time_to_come_back() {
    let fake = fake_chromium(Mode::SlowCapture(700));
    let service = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_PAGE_POOL_SIZE", "1")
        .env("PLAYWRIGHT_MAX_QUEUE", "1")
        .start()
        .await
        .expect("the service starts");
    let mut requests = JoinSet::new();
    for number in 0..6 {
        let client = service.client().clone();
        let card =
            json!({ "html": format!("<p>{number}"), "width": 60, "height": 40, "image_format": "jpeg" });
        requests.spawn(async move { client.post("/v1/render", &card).await.expect("an answer") });
    }
    let replies = requests.join_all().await;
    let (served, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((served.len(), refused.len()), (2, 4), "one at work, one in the queue");
    for reply in refused {
        assert_error(reply, 503, "overloaded", true);
        assert!(reply.took < Duration::from_millis(300), "it took {:?}", reply.took);
        let seconds = reply.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
        assert!(seconds.is_some_and(|seconds| (1..=60).contains(&seconds)), "{seconds:?}");
    }
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_shed_total", &[]), 4);
    assert_eq!(
        counted.count("playwright_health_status", &[("status", "unhealthy")]),
        0,
        "a full queue is no illness"
    );
}

#[tokio::test]
async fn what_cannot_be_served_in_time_is_refused_and_not_timed_out() {
    let fake = fake_chromium(Mode::SlowCapture(400));
    let service = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_PAGE_POOL_SIZE", "1")
        .start()
        .await
        .expect("the service starts");
    let card = |number: usize| json!({ "html": format!("<p>{number}"), "width": 60, "height": 40, "image_format": "jpeg", "timeout_s": 2 });
    // so that it has learnt how long a card takes
    assert_eq!(render(&service, &card(100)).await.status, 200);
    let mut requests = JoinSet::new();
    for number in 0..20 {
        let (client, card) = (service.client().clone(), card(number));
        requests.spawn(async move { client.post("/v1/render", &card).await.expect("an answer") });
    }
    let replies = requests.join_all().await;
    let served = replies.iter().filter(|reply| reply.status == 200).count();
    assert!(served >= 3, "{served} of the four or five that fit into 2 s");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_error(reply, 503, "overloaded", true);
        assert!(reply.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn a_deadline_that_passes_names_its_stage() {
    let fake = fake_chromium(Mode::SlowCapture(3_000));
    let service = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .start()
        .await
        .expect("the service starts");
    let reply = render(&service, &json!({ "html": "<p>x", "timeout_s": 0.5 })).await;
    let body = assert_error(&reply, 408, "timeout", true);
    assert!(body["error_message"].as_str().is_some_and(|message| message.contains("capture")), "{body}");
    assert!(reply.took < Duration::from_millis(1_500), "it took {:?}", reply.took);
    assert_eq!(scrape(&service).await.count("playwright_requests_timeout_total", &[("stage", "capture")]), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_frees_its_page_and_the_site() {
    let shop = ingestion(&[]).await;
    let (client, url) = (shop.service.client().clone(), shop.site.url("/hang"));
    let request =
        tokio::spawn(
            async move { client.post("/v1/extract", &json!({ "url": url, "timeout_s": 60 })).await },
        );
    eventually("the site is asked", SOON, async || (shop.site.hits("/hang") > 0).then_some(())).await;
    request.abort();
    eventually("the page is free and the site let go of", Duration::from_secs(5), async || {
        let is_free = is_at_rest(&scrape(&shop.service).await) && shop.site.open_requests() == 0;
        is_free.then_some(())
    })
    .await;
    assert_eq!(scrape(&shop.service).await.count("playwright_client_gone_total", &[]), 1);
    let reply = shop.extract("/static-jsonld.html").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn one_shop_cannot_have_all_pages() {
    let environment = [("PLAYWRIGHT_PAGE_POOL_SIZE", "2"), ("PLAYWRIGHT_HOST_CONCURRENCY", "1")];
    let shop = ingestion(&environment).await;
    let request = |path: &str| {
        let (client, url) = (shop.service.client().clone(), shop.site.url(path));
        tokio::spawn(async move { client.post("/v1/extract", &json!({ "url": url, "timeout_s": 60 })).await })
    };
    let hangs = request("/hang");
    eventually("the site is asked", SOON, async || (shop.site.hits("/hang") > 0).then_some(())).await;
    let waits = request("/static-jsonld.html");
    eventually("the second request waits for its site, not for a page", SOON, async || {
        let counted = scrape(&shop.service).await;
        let gauge = |name| counted.find(name, &[]);
        let waits = (gauge("playwright_host_queue_depth"), gauge("playwright_queue_depth"));
        (waits == (Some(1.0), Some(0.0)) && gauge("playwright_page_pool_available") == Some(1.0))
            .then_some(())
    })
    .await;
    hangs.abort();
    let served = waits.await.expect("no panic").expect("an answer");
    assert_eq!(served.status, 200, "{}", served.text());
    eventually("nothing is left", SOON, async || is_at_rest(&scrape(&shop.service).await).then_some(()))
        .await;
    assert_eq!(scrape(&shop.service).await.find("playwright_host_queue_depth", &[]), Some(0.0));
}

#[tokio::test]
async fn health_answers_at_once_while_all_pages_are_busy() {
    let service = image(&[]).await;
    let mut requests = JoinSet::new();
    for number in 0..12 {
        let client = service.client().clone();
        let card = json!({ "html": format!("<h1>card {number}</h1>"), "timeout_s": 60 });
        requests.spawn(async move { client.post("/v1/render", &card).await.expect("an answer").status });
    }
    let mut slowest = Duration::ZERO;
    let mut answers = 0_u32;
    while !requests.is_empty() {
        let health = service.client().get("/health").await.expect("an answer");
        assert_eq!(health.status, 200, "{}", health.text());
        slowest = slowest.max(health.took);
        answers += 1;
        while let Some(status) = requests.try_join_next() {
            assert_eq!(status.expect("no panic"), 200);
        }
    }
    assert!(answers > 20, "only {answers} answers");
    assert!(slowest < Duration::from_millis(500), "/health took {slowest:?}");
}
