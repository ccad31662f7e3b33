//! Somebody who looks at a service's pages with a browser that may reach that service and nothing else.

use std::time::Duration;

use browser_pool::{
    BrowserPool, Deadline, EgressConfig, HostPort, Job, PageProfile, PoolConfig, Viewport, Visit,
};
use prometheus::{Registry, TextEncoder};
use serde_json::{Value, json};
use test_support::{Scrape, Service};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(40);

/// A browser, and the service that it may reach.
pub(crate) struct Looking {
    pool: BrowserPool,
    registry: Registry,
    base: Url,
}

/// A page as it was when what was waited for was there.
#[derive(Debug)]
pub(crate) struct Seen(Value);

/// Acts and waits. `once` does something the first time; what was seen is told when `DONE` holds, and with it every
/// breach of the page's policy since its beginning; the page's own scripts know nothing of it.
const LOOK: &str = "(() => {
  const $ = (selector) => document.querySelector(selector);
  const memory = globalThis.__looking ??= { done: new Set(), breaches: [] };
  const once = (name, act) => { if (!memory.done.has(name)) { memory.done.add(name); act(); } };
  if (!memory.observer) {
    memory.observer = new ReportingObserver((reports) => memory.breaches.push(...reports), { types: ['csp-violation'], buffered: true });
    memory.observer.observe();
  }
  if ($('#health-status')?.textContent === '…' || document.readyState !== 'complete') return '';
  if (!(DONE)) return '';
  memory.breaches.push(...memory.observer.takeRecords());
  const text = {}, count = {}, hidden = {};
  for (const selector of TEXTS) { text[selector] = $(selector)?.textContent ?? null; count[selector] = document.querySelectorAll(selector).length; hidden[selector] = $(selector)?.hidden ?? null; }
  const root = document.documentElement;
  const seen = { text, count, hidden, breaches: memory.breaches.map((breach) => JSON.stringify(breach.body)), hacked: root.dataset.hacked ?? null, width: root.scrollWidth };
  memory.kept ??= encodeURIComponent(JSON.stringify(seen));
  if (!root.dataset.seen) root.dataset.seen = memory.kept;
  return [memory.kept.length, 1];
})()";

/// What tests ask about.
const TEXTS: [&str; 19] = [
    "title",
    "#health-status",
    "#health-reason",
    "#live-text",
    "#browsers .state",
    "#endpoints",
    "#failures",
    "#status",
    "#playground",
    "#extract-title",
    "#extract-provenance",
    "#extract-curl",
    "#render-facts",
    "#render-result",
    "#render-integrity",
    "#render-result img",
    ".opblock",
    "#api",
    "#extract-result img:not(#extract-picture), #extract-result script, #extract-result svg[onload]",
];

impl Looking {
    pub(crate) async fn at(service: &Service) -> Self {
        Self::through(service, Viewport { width: 1280, height: 900, scale: 1.0 }).await
    }

    pub(crate) async fn on_a_phone(service: &Service) -> Self {
        Self::through(service, Viewport { width: 390, height: 844, scale: 1.0 }).await
    }

    async fn through(service: &Service, viewport: Viewport) -> Self {
        let base = Url::parse(service.client().base()).expect("an address");
        let allowed: HostPort = base.authority().parse().expect("a pair");
        let config = PoolConfig {
            browsers: 1,
            pages: 1,
            page: PageProfile { viewport, ..PageProfile::default() },
            egress: EgressConfig { allow: vec![allowed], ..EgressConfig::default() },
            ..PoolConfig::default()
        };
        let registry = Registry::new();
        let pool = BrowserPool::start(config, &registry).await.expect("a pool");
        Self { pool, registry, base }
    }

    /// Opens a page and looks at it once `done`, a JavaScript expression, is true.
    pub(crate) async fn see(&self, path: &str, done: &str) -> Seen {
        self.open(self.base.join(path).expect("a path"), done).await
    }

    /// The same, as somebody who has given the browser this token.
    pub(crate) async fn see_as(&self, token: &str, path: &str, done: &str) -> Seen {
        let mut url = self.base.join(path).expect("a path");
        url.set_username("somebody").expect("it has a host");
        url.set_password(Some(token)).expect("it has a host");
        self.open(url, done).await
    }

    async fn open(&self, url: Url, done: &str) -> Seen {
        let texts = json!(TEXTS).to_string();
        let fields = LOOK.replace("DONE", done).replace("TEXTS", &texts);
        let job = Job { deadline: Deadline::after(PATIENCE), queued_bytes: 0, fingerprint: 1, inert: None };
        let mut page = self.pool.attempts(job).page().await.expect("a page");
        let visit = Visit { url: &url, user_agent: None, fields: &fields, layout: false };
        let visited = page.visit(&visit).await.expect("a visit");
        let said = visited.html.split_once("data-seen=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (said, _) =
            said.unwrap_or_else(|| panic!("{:?}, not there in time:\n{}", visited.ready, visited.html));
        Seen(serde_json::from_slice(&percent_decoded(said)).expect("JSON"))
    }

    /// Requests to anything but the service.
    pub(crate) fn refused(&self) -> u64 {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).expect("text");
        Scrape::parse(&text).get("playwright_egress_refused_total", &[]).round() as u64
    }

    pub(crate) async fn end(self) {
        self.pool.shutdown(Duration::from_secs(10)).await;
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let url = Url::parse(&format!("http://seen.example/?{}", text.replace('&', "%26").replace('+', "%2B")))
        .expect("a URL");
    url.query_pairs().next().map(|(name, _)| name.into_owned().into_bytes()).unwrap_or_default()
}

impl Seen {
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        let text = self.0["text"][selector].as_str();
        text.unwrap_or_else(|| panic!("no {selector}: {self:?}")).to_owned()
    }

    #[track_caller]
    pub(crate) fn count(&self, selector: &str) -> usize {
        self.0["count"][selector].as_u64().unwrap_or_else(|| panic!("{selector} was not counted")) as usize
    }

    pub(crate) fn is_hidden(&self, selector: &str) -> bool {
        self.0["hidden"][selector] == true
    }

    pub(crate) fn violations(&self) -> usize {
        self.0["breaches"].as_array().map_or(usize::MAX, Vec::len)
    }

    pub(crate) fn hacked(&self) -> bool {
        !self.0["hacked"].is_null()
    }

    pub(crate) fn is_no_wider_than(&self, pixels: u64) -> bool {
        self.0["width"].as_u64().is_some_and(|width| width <= pixels)
    }
}
