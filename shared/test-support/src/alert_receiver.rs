//! A stand-in for Slack and PagerDuty: takes whatever Alertmanager sends, says what they would say, and remembers it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running receiver. Dropping it closes its port.
#[derive(Debug)]
pub struct AlertReceiver {
    base: String,
    received: Received,
    serving: JoinHandle<()>,
}

/// One notification as it came.
#[derive(Debug, Clone)]
pub struct Notification {
    /// When it came.
    pub at: SystemTime,
    /// `/slack` or `/pagerduty`.
    pub path: String,
    /// What was posted.
    pub body: Value,
}

/// What a message to Slack is about, read from its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// Or else it is resolved.
    pub is_firing: bool,
    /// The alert's name.
    pub alert: String,
    /// The job that it is about.
    pub job: String,
}

type Received = Arc<Mutex<Vec<Notification>>>;

impl AlertReceiver {
    /// On a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn start() -> AlertReceiver {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let received = Received::default();
        let routes = Router::new().fallback(take).with_state(received.clone());
        let serving = tokio::spawn(async move {
            // ends with the task
            let _ = axum::serve(listener, routes).await;
        });
        AlertReceiver { base: format!("http://{address}"), received, serving }
    }

    /// Where Slack's messages go.
    #[must_use]
    pub fn slack_url(&self) -> String {
        format!("{}/slack", self.base)
    }

    /// Where PagerDuty's events go.
    #[must_use]
    pub fn pagerduty_url(&self) -> String {
        format!("{}/pagerduty", self.base)
    }

    /// Everything that came so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Notification> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bodies that came for Slack.
    #[must_use]
    pub fn slack(&self) -> Vec<Notification> {
        self.of("/slack")
    }

    /// The events that came for PagerDuty.
    #[must_use]
    pub fn pagerduty(&self) -> Vec<Notification> {
        self.of("/pagerduty")
    }

    fn of(&self, path: &str) -> Vec<Notification> {
        self.received().into_iter().filter(|notification| notification.path == path).collect()
    }
}

impl Drop for AlertReceiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Notification {
    /// What a message to Slack is about; `None` for an event of PagerDuty.
    #[must_use]
    pub fn headline(&self) -> Option<Headline> {
        let title = self.body["attachments"][0]["title"].as_str()?;
        let (status, about) = title.strip_prefix('[')?.split_once("] ")?;
        let (alert, job) = about.split_once(' ')?;
        Some(Headline {
            is_firing: status.starts_with("FIRING"),
            alert: alert.to_owned(),
            job: job.trim().to_owned(),
        })
    }
}

async fn take(State(received): State<Received>, uri: Uri, body: String) -> (StatusCode, Json<Value>) {
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    let path = uri.path().to_owned();
    let answer = if path == "/pagerduty" { StatusCode::ACCEPTED } else { StatusCode::OK };
    let notification = Notification { at: SystemTime::now(), path, body };
    received.lock().unwrap_or_else(PoisonError::into_inner).push(notification);
    (answer, Json(json!({ "status": "success" })))
}
