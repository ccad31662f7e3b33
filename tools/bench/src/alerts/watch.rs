//! What Prometheus says of the alerts, and what has come to where Slack would be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use test_support::alert_receiver::{AlertReceiver, Notification};
use test_support::{Prometheus, within};
use tokio::task::JoinHandle;

use super::ground::Ground;

const LOOK_EVERY: Duration = Duration::from_secs(3);

/// An alert that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Alert {
    pub(crate) name: &'static str,
    pub(crate) job: String,
    /// What its summary names: an instance, an endpoint or the job.
    pub(crate) about: String,
}

/// When Prometheus was first seen to say that an alert fires: name, job and all that its summary says.
type Fired = Arc<Mutex<BTreeMap<(String, String, String), SystemTime>>>;

#[derive(Debug)]
pub(crate) struct Watch {
    receiver: Arc<AlertReceiver>,
    fired: Fired,
    looking: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn start(ground: &Ground) -> Watch {
        Watch::over(Arc::clone(&ground.prometheus), Arc::clone(&ground.receiver))
    }

    pub(crate) fn over(prometheus: Arc<Prometheus>, receiver: Arc<AlertReceiver>) -> Watch {
        let fired = Fired::default();
        let looking = tokio::spawn(look(prometheus, Arc::clone(&fired)));
        Watch { receiver, fired, looking }
    }

    /// When Prometheus began to say that it fires.
    pub(crate) fn fired(&self, alert: &Alert, since: SystemTime) -> Option<SystemTime> {
        let fired = self.fired.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = fired.iter().filter(|((name, job, summary), at)| {
            name == alert.name && *job == alert.job && summary.contains(&alert.about) && **at >= since
        });
        of_it.map(|(_, at)| *at).min()
    }

    /// When the receiver was first told that it fires.
    pub(crate) fn told(&self, alert: &Alert, since: SystemTime) -> Option<SystemTime> {
        self.first(alert, since, |line| line.starts_with('*'))
    }

    /// When the receiver was first told that it has ended.
    pub(crate) fn told_the_end(&self, alert: &Alert, since: SystemTime) -> Option<SystemTime> {
        self.first(alert, since, |line| line.starts_with("Resolved at "))
    }

    pub(crate) async fn fires(
        &self,
        alert: &Alert,
        since: SystemTime,
        limit: Duration,
    ) -> Option<SystemTime> {
        within(limit, async || rest_unless(self.told(alert, since)).await).await
    }

    pub(crate) async fn ends(&self, alert: &Alert, since: SystemTime, limit: Duration) -> Option<SystemTime> {
        within(limit, async || rest_unless(self.told_the_end(alert, since)).await).await
    }

    /// Every alert and job that the receiver was told of.
    pub(crate) fn all_told(&self) -> Vec<(String, String)> {
        let headlines = self.receiver.slack().into_iter().filter_map(|message| message.headline());
        let mut all: Vec<_> = headlines.map(|headline| (headline.alert, headline.job)).collect();
        all.sort();
        all.dedup();
        all
    }

    fn first(&self, alert: &Alert, since: SystemTime, is_line: fn(&str) -> bool) -> Option<SystemTime> {
        let says = |message: &Notification| {
            let headline = message.headline();
            headline.is_some_and(|headline| headline.alert == alert.name && headline.job == alert.job)
                && text(message).lines().any(|line| is_line(line) && line.contains(&alert.about))
        };
        self.receiver
            .slack()
            .into_iter()
            .find(|message| message.at >= since && says(message))
            .map(|message| message.at)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

/// `within` looks a hundred times a second, and minutes are waited for.
async fn rest_unless<T>(found: Option<T>) -> Option<T> {
    if found.is_none() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    found
}

fn text(message: &Notification) -> &str {
    message.body["attachments"][0]["text"].as_str().unwrap_or_default()
}

async fn look(prometheus: Arc<Prometheus>, fired: Fired) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let alerts = prometheus.alerts().await.unwrap_or_default();
        let mut fired = fired.lock().unwrap_or_else(PoisonError::into_inner);
        for alert in alerts.iter().filter(|alert| alert["state"] == "firing") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let labels = &alert["labels"];
            let summary = text(&alert["annotations"]["summary"]);
            // the figure in a summary changes, what it is about does not
            let about = ["instance", "endpoint", "job"].iter().find_map(|label| labels[*label].as_str());
            let about = about.map_or(summary, str::to_owned);
            fired
                .entry((text(&labels["alertname"]), text(&labels["job"]), about))
                .or_insert_with(SystemTime::now);
        }
    }
}
