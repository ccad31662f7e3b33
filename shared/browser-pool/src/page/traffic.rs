//! What a page is loading: which requests are under way, and which of them can still change what it says.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

/// A request that takes longer is no reason to call a page busy: a stream, a long poll, an advert.
const PATIENCE_WITH_ONE_REQUEST: Duration = Duration::from_secs(3);

/// The same for another site's scripts and data: a shop's own service gives its prices, a stranger's mostly counts
/// visitors. What comes of it later is not waited for.
const PATIENCE_WITH_STRANGERS: Duration = Duration::from_millis(600);

/// The same once its answer has begun and nothing more of it comes: a page that does not want the rest never hears the
/// end of it.
const PATIENCE_WITH_AN_ANSWER: Duration = Duration::from_millis(500);

/// Beyond this many the page is busy anyway.
const MOST_TRACKED: usize = 2_000;

#[derive(Debug, Default)]
pub(super) struct Traffic {
    in_flight: HashMap<String, Request>,
    last: Option<Instant>,
    begun: u64,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    since: Instant,
    /// Until when the page may be about to change because of it; `None` for what changes nothing that is read.
    matters_until: Option<Instant>,
    answer: Option<Instant>,
}

/// Whether anything is under way that can change what the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Telling {
    /// Nothing is.
    pub(crate) rests: bool,
    /// How many such requests there have been: where it stays the same, none was begun in between.
    begun: u64,
}

impl Telling {
    /// Nothing was under way at `earlier`, and nothing has been begun since.
    pub(crate) fn is_undisturbed_since(self, earlier: Self) -> bool {
        earlier.rests && self == earlier
    }
}

impl Traffic {
    /// `frame` is the main one, `own` the address of the page.
    pub(super) fn begin(&mut self, request: RequestEvent, frame: &str, own: Option<&str>) {
        let kind = request.kind.as_deref().unwrap_or_default();
        if matches!(kind, "EventSource" | "Ping" | "Media" | "Preflight") {
            return;
        }
        let now = Instant::now();
        let tells = matches!(kind, "Document" | "Script" | "Stylesheet" | "XHR" | "Fetch")
            && request.frame.as_deref() == Some(frame);
        let is_own = kind == "Document" || request.is_of_site(own);
        let patience = if is_own { PATIENCE_WITH_ONE_REQUEST } else { PATIENCE_WITH_STRANGERS };
        let matters_until = tells.then(|| now + patience);
        self.begun += u64::from(tells);
        if self.in_flight.len() < MOST_TRACKED {
            self.in_flight.insert(request.id, Request { since: now, matters_until, answer: None });
        }
        self.last = Some(now);
    }

    /// Its answer has begun, or a further part of it has come. A document's ends in any case.
    pub(super) fn answer(&mut self, id: &str, is_document: bool) {
        if let Some(request) = self.in_flight.get_mut(id).filter(|_| !is_document) {
            request.answer = Some(Instant::now());
        }
    }

    pub(super) fn end(&mut self, id: &str) {
        if self.in_flight.remove(id).is_some() {
            self.last = Some(Instant::now());
        }
    }

    /// Since when nothing has been in flight; `None` while something is.
    pub(super) fn quiet_since(&mut self) -> Option<Instant> {
        let now = Instant::now();
        self.in_flight.retain(|_, request| now.duration_since(request.since) < PATIENCE_WITH_ONE_REQUEST);
        self.in_flight.is_empty().then(|| self.last.unwrap_or(now))
    }

    pub(super) fn telling(&self) -> Telling {
        let now = Instant::now();
        let matters = |request: &Request| {
            let goes_on =
                request.answer.is_none_or(|last| now.duration_since(last) < PATIENCE_WITH_AN_ANSWER);
            goes_on && request.matters_until.is_some_and(|until| now < until)
        };
        Telling { rests: !self.in_flight.values().any(matters), begun: self.begun }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RequestEvent {
    #[serde(rename = "requestId")]
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "frameId")]
    frame: Option<String>,
    request: Option<RequestText>,
}

#[derive(Debug, Deserialize)]
struct RequestText {
    #[serde(default)]
    url: String,
}

impl RequestEvent {
    /// Names that end alike are taken for one site: `api.shop.example` belongs to `www.shop.example`. Two shops under
    /// `co.uk` look alike too, and are waited for longer than need be.
    fn is_of_site(&self, page: Option<&str>) -> bool {
        let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
        let asked = self.request.as_ref().and_then(|request| host(&request.url));
        let own = page.and_then(host);
        match (asked, own) {
            (Some(asked), Some(own)) => site(&asked) == site(&own),
            // Before the page's own address is known everything is asked for by its document.
            _ => true,
        }
    }
}

/// The last two labels of a name; an address is its own site.
fn site(host: &str) -> &str {
    if host.starts_with('[') || host.ends_with(|last: char| last.is_ascii_digit()) {
        return host;
    }
    host.rmatch_indices('.').nth(1).map_or(host, |(dot, _)| &host[dot + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Option<&str> = Some("https://www.shop.example/item/1");

    fn begin(traffic: &mut Traffic, id: &str, kind: &str, frame: &str, url: &str) {
        let event =
            serde_json::json!({ "requestId": id, "type": kind, "frameId": frame, "request": { "url": url } });
        traffic.begin(serde_json::from_value(event).expect("as Chromium tells it"), "F", PAGE);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_can_change_the_page_is_waited_for() {
        let mut traffic = Traffic::default();
        for (id, kind, frame) in [("1", "Image", "F"), ("2", "Font", "F"), ("3", "Fetch", "G")] {
            begin(&mut traffic, id, kind, frame, "https://www.shop.example/x");
        }
        assert!(traffic.telling().rests && traffic.quiet_since().is_none());
        for (id, kind) in [("4", "XHR"), ("5", "Fetch"), ("6", "Script"), ("7", "Stylesheet")] {
            begin(&mut traffic, id, kind, "F", "https://api.shop.example/price");
            assert!(!traffic.telling().rests, "{kind}");
            traffic.end(id);
            assert!(traffic.telling().rests, "{kind}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_is_not_waited_for_as_long() {
        let mut traffic = Traffic::default();
        begin(&mut traffic, "1", "XHR", "F", "https://counter.example/hit");
        begin(&mut traffic, "2", "XHR", "F", "https://prices.shop.example/1");
        tokio::time::advance(PATIENCE_WITH_STRANGERS).await;
        traffic.end("2");
        assert!(traffic.telling().rests);
        begin(&mut traffic, "3", "XHR", "F", "https://prices.shop.example/1");
        tokio::time::advance(PATIENCE_WITH_STRANGERS).await;
        assert!(!traffic.telling().rests);
        tokio::time::advance(PATIENCE_WITH_ONE_REQUEST).await;
        assert!(traffic.telling().rests, "one that never ends is none");
        assert!(traffic.quiet_since().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_reads_is_not_waited_for_and_one_that_comes_in_parts_is() {
        let mut traffic = Traffic::default();
        begin(&mut traffic, "1", "Fetch", "F", "https://www.shop.example/price");
        traffic.answer("1", false);
        tokio::time::advance(PATIENCE_WITH_AN_ANSWER / 2).await;
        traffic.answer("1", false);
        tokio::time::advance(PATIENCE_WITH_AN_ANSWER / 2).await;
        assert!(!traffic.telling().rests);
        tokio::time::advance(PATIENCE_WITH_AN_ANSWER / 2).await;
        assert!(traffic.telling().rests);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_begun_and_ended_in_between_is_noticed() {
        let mut traffic = Traffic::default();
        let before = traffic.telling();
        assert!(traffic.telling().is_undisturbed_since(before));
        begin(&mut traffic, "1", "Fetch", "F", "https://www.shop.example/price");
        assert!(!traffic.telling().is_undisturbed_since(before));
        let meanwhile = traffic.telling();
        traffic.end("1");
        assert!(!traffic.telling().is_undisturbed_since(before));
        assert!(!traffic.telling().is_undisturbed_since(meanwhile), "it was under way then");
    }

    #[test]
    fn names_that_end_alike_are_one_site() {
        assert_eq!(site("www.shop.example"), site("api.shop.example"));
        assert_ne!(site("shop.example"), site("counter.example"));
        assert_ne!(site("127.0.0.1"), site("10.0.0.1"));
        assert_eq!(site("localhost"), "localhost");
    }
}
