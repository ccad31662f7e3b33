//! From a series that is wrong to what Slack and PagerDuty get: a real Prometheus, a real Alertmanager, the project's
//! files with nothing changed but their times, addresses and secrets.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use test_support::alert_receiver::{AlertReceiver, Headline, Notification};
use test_support::{Alertmanager, MonitoringFiles, Prometheus, eventually};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A second each for a scrape, an evaluation and two notifications; the machine may be busy.
const SOON: Duration = Duration::from_secs(60);
const INGESTION: &str = "playwright-ingestion";

/// The files with times that a test can wait for, sending to `receiver`.
fn hasty(receiver: &AlertReceiver) -> MonitoringFiles {
    let files = MonitoringFiles::copy();
    files.send_to(receiver);
    files.edit("alertmanager/alertmanager.yml", |text| {
        text.replace("group_wait: 20s", "group_wait: 1s").replace("group_interval: 2m", "group_interval: 1s")
    });
    files.edit("prometheus.yml", |text| {
        text.replace("_interval: 15s", "_interval: 1s").replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    });
    files.edit("rules/playwright-services.yml", |text| {
        ["1m", "2m", "5m"]
            .iter()
            .fold(text.to_owned(), |text, time| text.replace(&format!("for: {time}"), "for: 1s"))
    });
    files
}

/// Answers with whatever metrics it was last given. Dropping it makes it a service that is down.
struct Exporter {
    address: String,
    text: Arc<Mutex<String>>,
    serving: JoinHandle<()>,
}

impl Exporter {
    async fn start(text: &str) -> Exporter {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let text = Arc::new(Mutex::new(text.to_owned()));
        let said = Arc::clone(&text);
        let answer = move || {
            let text = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            std::future::ready(text)
        };
        let routes = Router::new().route("/metrics", get(answer));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Exporter { address, text, serving }
    }

    fn says(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

const WELL: &str = "playwright_browser_pool_available 1\nplaywright_health_status{status=\"healthy\"} 1\n";
const DEGRADED: &str =
    "playwright_browser_pool_available 1\nplaywright_health_status{status=\"healthy\"} 0\n";
const WITHOUT_BROWSER: &str =
    "playwright_browser_pool_available 0\nplaywright_health_status{status=\"healthy\"} 0\n";

fn headline(is_firing: bool, alert: &str) -> Headline {
    Headline { is_firing, alert: alert.to_owned(), job: INGESTION.to_owned() }
}

async fn slack_gets(receiver: &AlertReceiver, wanted: &Headline) -> Notification {
    eventually(format!("{wanted:?} at Slack"), SOON, async || {
        receiver.slack().into_iter().find(|message| message.headline().as_ref() == Some(wanted))
    })
    .await
}

/// What PagerDuty is told of this alert of the ingestion service.
async fn pagerduty_gets(receiver: &AlertReceiver, action: &str, alert: &str) -> Value {
    eventually(format!("a {action} of {alert} at PagerDuty"), SOON, async || {
        receiver.pagerduty().into_iter().map(|event| event.body).find(|body| {
            let about = &body["payload"];
            body["event_action"] == action && about["class"] == alert && about["component"] == INGESTION
        })
    })
    .await
}

#[tokio::test]
async fn a_service_without_a_browser_wakes_somebody_and_the_end_of_it_is_told() {
    let receiver = AlertReceiver::start().await;
    let files = hasty(&receiver);
    let alertmanager = Alertmanager::start(&files).await.expect("alertmanager starts");
    let (broken, limping) = (Exporter::start(WITHOUT_BROWSER).await, Exporter::start(DEGRADED).await);
    files.set_targets(INGESTION, &[broken.address.clone(), limping.address.clone()]);
    let _prometheus = Prometheus::start(&files).await.expect("prometheus starts");

    let message = slack_gets(&receiver, &headline(true, "PlaywrightNoBrowserAvailable")).await.body;
    assert_eq!(message["channel"], "#playwright-alerts");
    let attachment = &message["attachments"][0];
    assert_eq!(attachment["color"], "danger");
    let text = attachment["text"].as_str().unwrap_or_default();
    assert!(
        text.contains(&format!("*{} of {INGESTION} has no working browser* (critical", broken.address)),
        "{text}"
    );
    let runbook =
        "http://docs.test/docs/operations/playwright-services-runbook.md#playwrightnobrowseravailable";
    assert_eq!(attachment["actions"][0]["url"], runbook);
    let dashboard = format!("http://grafana.test:3000/d/{INGESTION}?var-instance={}", broken.address);
    assert_eq!(attachment["actions"][1]["url"], dashboard.as_str());

    let event = pagerduty_gets(&receiver, "trigger", "PlaywrightNoBrowserAvailable").await;
    assert_eq!(event["routing_key"], "0123456789abcdef0123456789abcdef");
    assert_eq!(event["payload"]["severity"], "critical");
    assert_eq!(event["links"][0]["href"], runbook);

    // the degraded instance is told of, the one that has no browser at all is not told of twice
    let message = slack_gets(&receiver, &headline(true, "PlaywrightDegraded")).await.body;
    let text = message["attachments"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert_eq!(message["attachments"][0]["color"], "warning");
    assert!(text.contains(&limping.address) && !text.contains(&broken.address), "{text}");
    let held_back = eventually("the other one is held back", SOON, async || {
        let alerts = alertmanager.alerts().await.ok()?;
        alerts.into_iter().find(|alert| alert["status"]["state"] == "suppressed")
    })
    .await;
    assert_eq!(held_back["labels"]["alertname"], "PlaywrightDegraded");
    assert_eq!(held_back["labels"]["instance"], broken.address.as_str());
    // the addresses of dashboards and documents are no labels of an alert
    assert_eq!(held_back["labels"]["grafana_url"], Value::Null);

    broken.says(WELL);
    limping.says(WELL);
    let message = slack_gets(&receiver, &headline(false, "PlaywrightNoBrowserAvailable")).await.body;
    assert_eq!(message["attachments"][0]["color"], "good");
    slack_gets(&receiver, &headline(false, "PlaywrightDegraded")).await;
    let resolve = pagerduty_gets(&receiver, "resolve", "PlaywrightNoBrowserAvailable").await;
    assert_eq!(resolve["dedup_key"], event["dedup_key"]);
    let classes: BTreeSet<_> =
        receiver.pagerduty().iter().map(|event| event.body["payload"]["class"].to_string()).collect();
    assert!(!classes.contains("\"PlaywrightDegraded\""), "a warning woke somebody: {classes:?}");
}

#[tokio::test]
async fn a_service_that_ends_is_down_and_gone_and_comes_back() {
    let receiver = AlertReceiver::start().await;
    let files = hasty(&receiver);
    let _alertmanager = Alertmanager::start(&files).await.expect("alertmanager starts");
    let (ingestion, image) = (Exporter::start(WELL).await, Exporter::start(WELL).await);
    files.set_targets(INGESTION, std::slice::from_ref(&ingestion.address));
    files.set_targets("playwright-image", std::slice::from_ref(&image.address));
    let prometheus = Prometheus::start(&files).await.expect("prometheus starts");
    eventually("both are up", SOON, async || {
        let up = prometheus.query("sum by (service) (up{job=~\"playwright-.+\"}) == 1").await.ok()?;
        (up.len() == 2).then_some(())
    })
    .await;

    drop(ingestion);
    slack_gets(&receiver, &headline(true, "PlaywrightServiceDown")).await;
    slack_gets(&receiver, &headline(true, "PlaywrightServiceAbsent")).await;
    let fresh = Exporter::start(WELL).await;
    files.set_targets(INGESTION, std::slice::from_ref(&fresh.address));
    slack_gets(&receiver, &headline(false, "PlaywrightServiceAbsent")).await;
    slack_gets(&receiver, &headline(false, "PlaywrightServiceDown")).await;
    let others = receiver.slack().into_iter().filter_map(|message| message.headline());
    assert_eq!(others.filter(|headline| headline.job != INGESTION).count(), 0, "the other service was well");
}

fn alert(labels: &Value, ends_at: Option<&str>) -> Value {
    let mut alert = json!({ "labels": labels, "annotations": { "summary": format!("about {labels}") } });
    if let Some(ends_at) = ends_at {
        alert["endsAt"] = json!(ends_at);
    }
    alert
}

/// What Slack hears of when all of these fire at once: pairs of an alert and the instance or endpoint in it.
async fn told(firing: &[Value]) -> BTreeSet<String> {
    let receiver = AlertReceiver::start().await;
    let files = hasty(&receiver);
    let alertmanager = Alertmanager::start(&files).await.expect("alertmanager starts");
    // comes through on its own, and last: its group is made after the others
    let last = json!({ "alertname": "Last", "job": "none", "severity": "warning" });
    let alerts: Vec<_> = firing.iter().map(|labels| alert(labels, None)).collect();
    alertmanager.post(&json!(alerts)).await.expect("they are taken");
    alertmanager.post(&json!([alert(&last, None)])).await.expect("it is taken");
    eventually("the last one at Slack", SOON, async || {
        receiver
            .slack()
            .iter()
            .any(|message| message.headline().is_some_and(|line| line.alert == "Last"))
            .then_some(())
    })
    .await;
    // each has been told of or is held back: nothing is on its way any more
    eventually("all are notified or suppressed", SOON, async || {
        let active = alertmanager.alerts().await.ok()?;
        let active = active.iter().filter(|alert| alert["status"]["state"] == "active");
        let told = summaries(&receiver);
        active
            .map(|alert| alert["annotations"]["summary"].as_str())
            .all(|summary| summary.is_some_and(|summary| told.contains(summary)))
            .then_some(())
    })
    .await;
    summaries(&receiver)
}

fn summaries(receiver: &AlertReceiver) -> BTreeSet<String> {
    let mut summaries = BTreeSet::new();
    for message in receiver.slack() {
        let text = message.body["attachments"][0]["text"].as_str().unwrap_or_default();
        let lines =
            text.lines().filter_map(|line| Some(line.strip_prefix('*')?.split_once("* (")?.0.to_owned()));
        summaries.extend(lines);
    }
    summaries
}

/// Asserts which of `firing` are held back, by their position.
async fn assert_held_back(firing: &[Value], held_back: &[usize]) {
    let told = told(firing).await;
    for (number, labels) in firing.iter().enumerate() {
        let is_told = told.contains(&format!("about {labels}"));
        assert_eq!(is_told, !held_back.contains(&number), "{labels}\ntold: {told:#?}");
    }
}

fn labels(alert: &str, severity: &str, more: &[(&str, &str)]) -> Value {
    let mut labels = json!({ "alertname": alert, "severity": severity, "job": INGESTION });
    for (name, value) in more {
        labels[*name] = json!(value);
    }
    labels
}

#[tokio::test]
async fn what_follows_from_another_alert_is_held_back() {
    let (a, b) = (("instance", "a"), ("instance", "b"));
    let down = labels("PlaywrightServiceDown", "critical", &[a]);
    assert_held_back(
        &[
            down,
            labels("PlaywrightSandboxOff", "warning", &[a]),
            labels("PlaywrightSandboxOff", "warning", &[b]),
            // a page that has been sent must hear of its end
            labels("PlaywrightNoBrowserAvailable", "critical", &[a]),
            labels("PlaywrightErrorRatioHigh", "warning", &[]),
        ],
        &[1],
    )
    .await;
    assert_held_back(
        &[
            labels("PlaywrightServiceAbsent", "critical", &[]),
            labels("PlaywrightErrorRatioHigh", "warning", &[]),
            labels("PlaywrightSandboxOff", "warning", &[b]),
            labels("PlaywrightErrorRatioHigh", "warning", &[("job", "playwright-image")]),
        ],
        &[1, 2],
    )
    .await;
    assert_held_back(
        &[
            labels("PlaywrightErrorBudgetBurnFast", "critical", &[]),
            labels("PlaywrightErrorBudgetBurnSlow", "warning", &[]),
            labels("PlaywrightErrorBudgetBurnSlow", "warning", &[("job", "playwright-image")]),
            labels("PlaywrightLatencyHigh", "warning", &[("endpoint", "/v1/render")]),
            labels("PlaywrightLatencyNearDeadline", "warning", &[("endpoint", "/v1/render")]),
            labels("PlaywrightLatencyNearDeadline", "warning", &[("endpoint", "/v1/card")]),
        ],
        &[1, 4],
    )
    .await;
}
