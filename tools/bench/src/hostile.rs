//! What the world may send while others are at work: pages that loop, crash, flood and storm, servers that break, clients
//! that leave. Each is a request to one of the services, and the answers that are fair to it.
//!
//! Belongs here: the kinds and their requests. Does not: the pages themselves (`site`), what good requests are (`good`),
//! faults of the service's own processes (`chaos`).

pub(crate) mod dns;
pub(crate) mod good;
pub(crate) mod pages;
pub(crate) mod site;
pub(crate) mod world;

use std::time::Duration;

use serde_json::{Value, json};

use self::good::Ask;
use self::world::Sites;
use crate::work::{Kind, Outcome, Record};

/// A hostile page holds its place for so long at most.
const TIMEOUT_S: f64 = 2.5;
/// An answer is late when it comes so long after its deadline.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
/// A client that leaves does so after this.
pub(crate) const LEAVES_AFTER: Duration = Duration::from_millis(250);

/// The kinds of hostility that come with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hostile {
    EndlessLoop,
    CrashingPage,
    MemoryBomb,
    DialogStorm,
    PopupStorm,
    EndlessResponse,
    EgressFlood,
    RedirectLoop,
    HugeDom,
    WorkerBomb,
    ConnectionReset,
    InvalidInput,
    ClientLeaves,
    ForbiddenUrl,
    SlowName,
}

impl Hostile {
    pub(crate) const ALL: [Hostile; 15] = [
        Hostile::EndlessLoop,
        Hostile::CrashingPage,
        Hostile::MemoryBomb,
        Hostile::DialogStorm,
        Hostile::PopupStorm,
        Hostile::EndlessResponse,
        Hostile::EgressFlood,
        Hostile::RedirectLoop,
        Hostile::HugeDom,
        Hostile::WorkerBomb,
        Hostile::ConnectionReset,
        Hostile::InvalidInput,
        Hostile::ClientLeaves,
        Hostile::ForbiddenUrl,
        Hostile::SlowName,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Hostile::EndlessLoop => "endless loop",
            Hostile::CrashingPage => "page that kills its renderer",
            Hostile::MemoryBomb => "memory bomb",
            Hostile::DialogStorm => "dialog storm",
            Hostile::PopupStorm => "popup storm",
            Hostile::EndlessResponse => "endless response",
            Hostile::EgressFlood => "egress flood",
            Hostile::RedirectLoop => "redirect loop",
            Hostile::HugeDom => "huge DOM",
            Hostile::WorkerBomb => "worker bomb",
            Hostile::ConnectionReset => "connection reset",
            Hostile::InvalidInput => "invalid input",
            Hostile::ClientLeaves => "client that leaves",
            Hostile::ForbiddenUrl => "forbidden URL",
            Hostile::SlowName => "name that resolves too late",
        }
    }

    /// The `number`th request of this kind. Each is another page, so that no cache and no quarantine spares it.
    pub(crate) fn ask(self, kind: Kind, number: usize, sites: &Sites) -> Ask {
        if self == Hostile::InvalidInput {
            return Ask::invalid(kind, number);
        }
        let script = pages::script(self).filter(|_| kind == Kind::Image);
        let body = match script {
            Some(script) => json!({ "html": pages::document(script, number) }),
            None => json!({ "url": self.address(number, sites) }),
        };
        let path = match (kind, body.get("html")) {
            (Kind::Ingestion, _) => "/v1/extract",
            (Kind::Image, Some(_)) => "/v1/render",
            (Kind::Image, None) => "/v1/screenshot",
        };
        Ask::hostile(path, &with_limits(body, kind), Duration::from_secs_f64(TIMEOUT_S))
    }

    fn address(self, number: usize, sites: &Sites) -> String {
        match self {
            Hostile::EndlessResponse => sites.broken.url(&format!("/drip?{number}")),
            Hostile::RedirectLoop => sites.broken.url("/endless-redirect"),
            Hostile::ConnectionReset => sites.broken.url("/reset"),
            Hostile::ClientLeaves => sites.broken.url("/hang"),
            Hostile::ForbiddenUrl if number.is_multiple_of(2) => "http://169.254.169.254/latest/".to_owned(),
            Hostile::ForbiddenUrl => sites.evil.url("/forbidden"),
            Hostile::SlowName => sites.evil.url_at(dns::SLOW, &format!("/page/{number}")),
            _ => sites.evil.url(&format!("/{}?{number}", self.path())),
        }
    }

    /// Where the evil site has the page.
    pub(crate) fn path(self) -> String {
        self.as_str().replace(' ', "-")
    }

    /// Whether an answer is one that this kind deserves; a service that hangs or breaks off deserves nothing.
    pub(crate) fn is_fair(self, record: &Record) -> bool {
        if record.took > Duration::from_secs_f64(TIMEOUT_S) + GRACE {
            return false;
        }
        let status = match &record.outcome {
            Outcome::Right | Outcome::Wrong(_) => 200,
            Outcome::Error { status, error_type, .. } => match (*status, error_type.as_str()) {
                // busy with the others, which is no fault of this one's
                (503, "overloaded" | "unavailable") => return true,
                (status, _) => status,
            },
            Outcome::Broken(_) => return self == Hostile::ClientLeaves,
        };
        self.fair_statuses().contains(&status)
    }

    fn fair_statuses(self) -> &'static [u16] {
        match self {
            Hostile::EndlessLoop | Hostile::ClientLeaves => &[408],
            Hostile::CrashingPage => &[408, 500],
            // what was there before the storm, no product, no time, or the renderer gave up
            Hostile::MemoryBomb | Hostile::HugeDom | Hostile::WorkerBomb => &[200, 408, 422, 500],
            Hostile::DialogStorm | Hostile::PopupStorm => &[200, 408, 422],
            Hostile::EndlessResponse | Hostile::EgressFlood => &[200, 408, 422, 502],
            Hostile::RedirectLoop | Hostile::ConnectionReset | Hostile::SlowName => &[408, 502],
            Hostile::InvalidInput => &[400],
            Hostile::ForbiddenUrl => &[403],
        }
    }
}

fn with_limits(mut body: Value, kind: Kind) -> Value {
    body["timeout_s"] = TIMEOUT_S.into();
    match kind {
        Kind::Ingestion => body["retry_count"] = 0.into(),
        Kind::Image => {
            body["image_format"] = "jpeg".into();
            body["scale_factor"] = 1.into();
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(status: u16, took: Duration) -> Record {
        let outcome =
            Outcome::Error { status, error_type: "x".to_owned(), retry_after: None, retriable: true };
        Record { sent: Duration::ZERO, took, outcome }
    }

    #[test]
    fn what_is_fair_depends_on_the_kind_and_is_never_late() {
        let soon = Duration::from_secs(2);
        assert!(Hostile::EndlessLoop.is_fair(&record(408, soon)));
        assert!(!Hostile::EndlessLoop.is_fair(&record(500, soon)));
        assert!(!Hostile::EndlessLoop.is_fair(&record(408, Duration::from_secs(5))));
        assert!(!Hostile::ForbiddenUrl.is_fair(&record(422, soon)));
    }

    #[test]
    fn every_kind_has_a_path_of_its_own() {
        let mut paths: Vec<_> = Hostile::ALL.iter().map(|kind| kind.path()).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), Hostile::ALL.len());
    }
}
