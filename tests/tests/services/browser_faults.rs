//! Browsers that die, hang or never come up, while requests are on them.

use std::time::Duration;

use playwright_tests::{assert_error, image, ingestion, is_at_rest, render, scrape};
use serde_json::{Value, json};
use test_support::process::{Signal, signal};
use test_support::{FixtureSite, Launch, Mode, Service, eventually, fake_chromium};

const SOON: Duration = Duration::from_secs(10);

async fn until_at_rest(service: &Service) {
    eventually("all pages and browsers are free", SOON, async || {
        is_at_rest(&scrape(service).await).then_some(())
    })
    .await;
}

/// A card whose picture takes a while to come, so that there is something to kill, and the path of that picture.
fn slow_card(site: &FixtureSite) -> (Value, &'static str) {
    let picture = "/slow/700/photos/black-front.png";
    let html = format!("<body style='background:#f00'>card <img src='{}'>", site.url(picture));
    (json!({ "html": html, "image_format": "jpeg", "scale_factor": 1 }), picture)
}

/// Of those that serve: its end is counted.
async fn with_one_browser(pair: &str) -> Service {
    let settings = [
        ("PLAYWRIGHT_BROWSER_POOL_SIZE", "1"),
        ("PLAYWRIGHT_FRAME_CONTROL", "false"),
        ("PLAYWRIGHT_EGRESS_ALLOW", pair),
    ];
    image(&settings).await
}

async fn until_asked(site: &FixtureSite, path: &str) {
    eventually("the page is at work", SOON, async || (site.hits(path) > 0).then_some(())).await;
}

#[tokio::test]
async fn a_browser_killed_under_a_render_costs_no_error() {
    let site = FixtureSite::start().await;
    let pair = site.host_port();
    let service = with_one_browser(&pair).await;
    let (card, picture) = slow_card(&site);
    let (reply, ()) = tokio::join!(render(&service, &card), async {
        until_asked(&site, picture).await;
        for browser in service.browsers() {
            signal(browser.pid, Signal::KILL).expect("it is there");
        }
    });
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(site.hits(picture), 2, "once before the kill, once after");
    until_at_rest(&service).await;
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_browser_crashes_total", &[("kind", "browser")]), 1);
    assert_eq!(counted.count("playwright_requests_failure_total", &[]), 0);
    eventually("what was killed is reaped", SOON, async || {
        let left = service.processes().into_iter().any(|process| process.is_zombie());
        (!left).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_browser_killed_under_an_extraction_costs_no_error() {
    let shop = ingestion(&[]).await;
    let (reply, ()) = tokio::join!(shop.extract("/shop/minisforum-um790.html"), async {
        until_asked(&shop.site, "/api/catalog/minisforum-um790").await;
        for browser in shop.service.browsers() {
            signal(browser.pid, Signal::KILL).expect("it is there");
        }
    });
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["price"], 719.0);
    until_at_rest(&shop.service).await;
}

#[tokio::test]
async fn a_renderer_killed_under_a_render_costs_no_error_and_no_browser() {
    let site = FixtureSite::start().await;
    let pair = site.host_port();
    let service = with_one_browser(&pair).await;
    let browser = service.browsers().first().map(|browser| browser.pid);
    let (card, picture) = slow_card(&site);
    let (reply, killed) = tokio::join!(render(&service, &card), async {
        until_asked(&site, picture).await;
        eventually("the page's renderer is killed", SOON, async || {
            // a renderer writes its whole command line into its first argument
            let is_renderer = |line: &[String]| line.join(" ").contains("--type=renderer");
            let renderers =
                service.processes().into_iter().filter(|process| is_renderer(&process.command_line()));
            let killed = renderers.filter(|renderer| signal(renderer.pid, Signal::KILL).is_ok()).count();
            (killed > 0).then_some(killed)
        })
        .await
    });
    assert!(killed > 0);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(service.browsers().first().map(|browser| browser.pid), browser, "the browser lives on");
    until_at_rest(&service).await;
    let counted = scrape(&service).await;
    let of = |kind| counted.count("playwright_browser_crashes_total", &[("kind", kind)]);
    assert_eq!(
        (of("browser"), of("renderer") > 0),
        (0, true),
        "{} renderers\n{}",
        of("renderer"),
        service.log()
    );
}

#[tokio::test]
async fn a_stopped_browser_is_found_out_while_health_goes_on_answering() {
    let service = image(&[("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")]).await;
    let stopped = service.browsers().first().cloned().expect("a browser");
    signal(stopped.pid, Signal::STOP).expect("it is there");
    let mut slowest = Duration::ZERO;
    eventually("the stopped browser is replaced", Duration::from_secs(30), async || {
        let health = service.client().get("/health").await.expect("an answer");
        slowest = slowest.max(health.took);
        let is_replaced =
            !stopped.is_running() && health.status == 200 && health.json()["status"] == "healthy";
        is_replaced.then_some(())
    })
    .await;
    assert!(slowest < Duration::from_millis(500), "/health took {slowest:?}");
    let counted = scrape(&service).await;
    assert!(counted.get("playwright_browser_restarts_total", &[]) >= 1.0);
    let request = json!({ "html": "<h1>back", "image_format": "jpeg" });
    assert_eq!(render(&service, &request).await.status, 200);
}

#[tokio::test]
async fn a_request_on_a_stopped_browser_ends_at_its_deadline_or_is_answered() {
    let service = image(&[("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")]).await;
    for browser in service.browsers() {
        signal(browser.pid, Signal::STOP).expect("it is there");
    }
    let reply = render(&service, &json!({ "html": "<h1>x", "timeout_s": 2 })).await;
    assert!(reply.took < Duration::from_secs(3), "it took {:?}", reply.took);
    assert!([200, 408, 503].contains(&reply.status.as_u16()), "{}", reply.text());
    eventually("it is replaced", Duration::from_secs(30), async || {
        is_at_rest(&scrape(&service).await).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_cannot_be_launched_leaves_the_service_alive_and_saying_so() {
    let fake = fake_chromium(Mode::Exits);
    let launch = Launch::image().env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy());
    let service = launch.start_without_waiting().await.expect("it listens");
    assert_eq!(service.client().get("/live").await.expect("an answer").status, 200);
    assert_eq!(service.client().get("/ready").await.expect("an answer").status, 503);
    let health = service.client().get("/health").await.expect("an answer");
    assert_eq!(health.status, 503);
    let health = health.json();
    assert_eq!((&health["status"], &health["browser_ready"]), (&json!("unhealthy"), &json!(false)));
    let reply = render(&service, &json!({ "html": "<p>x", "timeout_s": 3 })).await;
    assert_error(&reply, 503, "unavailable", true);
    assert!(reply.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
}

#[tokio::test]
async fn a_service_that_stays_unhealthy_ends_with_the_reason() {
    let fake = fake_chromium(Mode::Exits);
    let launch = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .env("PLAYWRIGHT_EXIT_WHEN_UNHEALTHY_S", "1");
    let (exit, said) = launch.run_to_end(Duration::from_secs(20)).await;
    assert!(exit.is_some_and(|exit| !exit.success()), "{exit:?}\n{said}");
    assert!(said.contains("unhealthy for"), "{said}");
}

#[tokio::test]
async fn without_a_sandbox_it_refuses_to_start_unless_that_is_accepted() {
    let fake = fake_chromium(Mode::NoSandbox);
    let launch = || Launch::image().env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy());
    let (exit, said) = launch().run_to_end(SOON).await;
    assert!(exit.is_some_and(|exit| !exit.success()), "{exit:?}\n{said}");
    assert!(said.contains("sandbox") && said.contains("PLAYWRIGHT_ALLOW_NO_SANDBOX"), "{said}");

    let service = launch().env("PLAYWRIGHT_ALLOW_NO_SANDBOX", "true").start().await.expect("it starts");
    assert_eq!(scrape(&service).await.count("playwright_sandbox_enabled", &[]), 0);
    assert!(service.log().contains("sandbox"), "it warns");
}

#[tokio::test]
async fn chromium_runs_in_its_sandbox() {
    let service = image(&[]).await;
    assert_eq!(scrape(&service).await.count("playwright_sandbox_enabled", &[]), 1);
    let lines: Vec<_> =
        service.processes().iter().map(test_support::process::ProcessId::command_line).collect();
    assert!(!lines.iter().flatten().any(|argument| argument == "--no-sandbox"));
    let ready = render(&service, &json!({ "html": "<h1>x", "image_format": "jpeg" })).await;
    assert_eq!(ready.status, 200);
    for browser in service.browsers() {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", browser.pid)).expect("the process is there");
        let uid = status.lines().find_map(|line| line.strip_prefix("Uid:\t")).expect("a line");
        assert!(!uid.starts_with("0\t"), "a browser runs as root: {uid}");
    }
}

#[tokio::test]
async fn a_page_that_kills_every_browser_is_given_up_and_its_neighbours_are_not() {
    let fake = fake_chromium(Mode::DiesOnDeadly);
    let launch = Launch::image().env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy());
    let service = launch.start().await.expect("it starts");
    until_at_rest(&service).await;
    let deadly = json!({ "html": "<p>deadly", "timeout_s": 10 });
    let harmless = json!({ "html": "<p>harmless", "timeout_s": 10, "width": 60, "height": 40 });
    let neighbours = async || {
        for _ in 0..10 {
            let reply = render(&service, &harmless).await;
            assert_eq!(reply.status, 200, "a neighbour suffers: {}", reply.text());
        }
    };
    let (first, (), ()) = tokio::join!(render(&service, &deadly), neighbours(), neighbours());
    assert_error(&first, 500, "browser_crash", false);
    let crashes =
        async || scrape(&service).await.count("playwright_browser_crashes_total", &[("kind", "browser")]);
    let before = crashes().await;
    let again = render(&service, &deadly).await;
    assert_error(&again, 500, "browser_crash", false);
    assert!(again.took < Duration::from_millis(500), "refused without a browser: {:?}", again.took);
    assert_eq!(crashes().await, before, "no third browser died of it");
    until_at_rest(&service).await;
}
