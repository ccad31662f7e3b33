//! How a service comes up and how it ends.

use std::time::Duration;

use playwright_tests::{assert_error, image};
use serde_json::{Value, json};
use test_support::process::{ProcessId, Signal};
use test_support::{Launch, Service, eventually};
use tokio::task::JoinSet;

const SOON: Duration = Duration::from_secs(10);

/// A card that keeps its page busy for so long.
fn card(busy_ms: u32) -> Value {
    let script = format!("const end = Date.now() + {busy_ms}; while (Date.now() < end) {{}}");
    json!({ "html": format!("<p>card<script>{script}</script>"), "image_format": "jpeg", "scale_factor": 1 })
}

async fn until_in_flight(service: &Service, count: f64) {
    eventually("requests are in flight", SOON, async || {
        let counted = service.metrics().await.ok()?;
        (counted.get("playwright_requests_in_flight", &[]) >= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_is_alive_before_it_is_ready_and_says_what_it_is() {
    let service = Launch::image().start_without_waiting().await.expect("it listens");
    assert_eq!(service.client().get("/live").await.expect("an answer").status, 200);
    eventually("it is ready", SOON, async || {
        let ready = service.client().get("/ready").await.expect("an answer");
        if ready.status == 503 {
            assert_error(&ready, 503, "unavailable", true);
            return None;
        }
        assert_eq!(ready.status, 200);
        Some(())
    })
    .await;
    let health = eventually("every browser is up", SOON, async || {
        let health = service.client().get("/health").await.expect("an answer").json();
        (health["status"] == "healthy").then_some(health)
    })
    .await;
    assert_eq!(health["browser_ready"], true);
    assert!(health["page_pool_available"].as_u64().is_some_and(|pages| pages > 0), "{health}");
    assert!(health["uptime_s"].is_number() && health["version"].is_string(), "{health}");
    let description = service.client().get("/openapi.json").await.expect("an answer").json();
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert!(description["paths"]["/v1/render"]["post"].is_object());
}

#[tokio::test]
async fn sigterm_under_load_answers_everything_and_leaves_nothing() {
    let mut service = image(&[]).await;
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let client = service.client().clone();
        requests.spawn(async move { client.post("/v1/render", &card(400)).await.expect("an answer") });
    }
    until_in_flight(&service, 8.0).await;
    let processes = service.processes();
    assert!(!processes.is_empty());
    service.signal(Signal::TERM).expect("it runs");
    for reply in requests.join_all().await {
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let exit = service.wait_for_exit(SOON).await.expect("it ends");
    assert!(exit.success(), "{exit}\n{}", service.log());
    let left: Vec<_> = processes.iter().filter(|process| process.is_running()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(service.temporary_entries(), 0, "profile directories are left");
}

#[tokio::test]
async fn while_it_drains_it_is_not_ready_but_goes_on_serving_for_the_delay() {
    let mut service = image(&[("PLAYWRIGHT_DRAIN_DELAY_S", "2")]).await;
    service.signal(Signal::TERM).expect("it runs");
    eventually("it is not ready", SOON, async || {
        let ready = service.client().get("/ready").await.expect("it still accepts");
        (ready.status == 503).then_some(())
    })
    .await;
    assert_eq!(service.client().get("/live").await.expect("an answer").status, 200);
    let reply = service.client().post("/v1/render", &card(1)).await.expect("an answer");
    assert_eq!(reply.status, 200, "a balancer that has not noticed yet loses nothing: {}", reply.text());
    let exit = service.wait_for_exit(SOON).await.expect("it ends");
    assert!(exit.success(), "{exit}\n{}", service.log());
}

#[tokio::test]
async fn a_second_signal_cuts_the_drain_short() {
    let mut service = image(&[("PLAYWRIGHT_DRAIN_DELAY_S", "30")]).await;
    let client = service.client().clone();
    let slow = card(20_000);
    let request = tokio::spawn(async move { client.post("/v1/render", &slow).await });
    until_in_flight(&service, 1.0).await;
    let processes = service.processes();
    service.signal(Signal::TERM).expect("it runs");
    eventually("it drains", SOON, async || service.log().contains("draining").then_some(())).await;
    service.signal(Signal::TERM).expect("it runs");
    let exit = service.wait_for_exit(SOON).await;
    assert!(exit.is_some(), "it does not end: {}", service.log());
    if let Ok(reply) = request.await.expect("no panic") {
        assert_eq!(reply.status, 503, "{}", reply.text());
    }
    assert!(!processes.iter().any(ProcessId::is_running), "a browser outlives it");
    assert_eq!(service.temporary_entries(), 0);
}

#[tokio::test]
async fn a_killed_service_takes_its_browsers_with_it() {
    let mut service = image(&[]).await;
    let processes = service.processes();
    assert!(processes.iter().any(ProcessId::is_browser));
    service.signal(Signal::KILL).expect("it runs");
    service.wait_for_exit(SOON).await.expect("it ends");
    eventually("its browsers are gone", Duration::from_secs(3), async || {
        (!processes.iter().any(ProcessId::is_running)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_port_in_use_is_said_at_once() {
    let service = image(&[]).await;
    let address = service.client().base().replace("http://", "");
    let (exit, said) = Launch::image().env("PLAYWRIGHT_LISTEN", &address).run_to_end(SOON).await;
    assert!(exit.is_some_and(|exit| !exit.success()), "{exit:?}");
    assert!(said.contains("PLAYWRIGHT_LISTEN") && said.contains(&address), "{said}");
}
