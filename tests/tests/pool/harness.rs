//! A pool with its registry, and the few steps that most tests take.

use std::path::PathBuf;
use std::time::Duration;

use browser_pool::{
    BrowserPool, Deadline, Document, Job, PageLease, PoolConfig, PoolError, PoolStatus, ShotFormat,
    Supervision, Viewport,
};
use bytes::Bytes;
use prometheus::Registry;
use test_support::process::{ProcessId, descendants};
use test_support::{Mode, Scrape, eventually};

/// Long enough for a busy machine; what is tested is never how fast something is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Pool {
    pub(crate) browsers: BrowserPool,
    pub(crate) registry: Registry,
    _fake: Option<test_support::FakeChromium>,
}

pub(crate) fn small() -> PoolConfig {
    PoolConfig {
        browsers: 1,
        pages: 2,
        supervision: Supervision {
            probe_interval: Duration::from_millis(100),
            probe_limit: Duration::from_millis(700),
            dispose_limit: Duration::from_millis(700),
            launch_limit: Duration::from_secs(10),
            ..Supervision::default()
        },
        ..PoolConfig::default()
    }
}

impl Pool {
    pub(crate) async fn start(config: PoolConfig) -> Self {
        let registry = Registry::new();
        let pool = BrowserPool::start(config, &registry).await.expect("a valid configuration");
        Self { browsers: pool, registry, _fake: None }
    }

    pub(crate) async fn of_fakes(mode: Mode, config: PoolConfig) -> Self {
        let fake = test_support::fake_chromium(mode);
        let config = PoolConfig { chromium: Some(PathBuf::from(fake.path())), ..config };
        Self { _fake: Some(fake), ..Self::start(config).await }
    }

    /// Waits until the status is as wanted.
    pub(crate) async fn becomes(&self, what: &str, wanted: impl Fn(&PoolStatus) -> bool) -> PoolStatus {
        eventually(what, PATIENCE, || {
            let status = self.browsers.status();
            std::future::ready(wanted(&status).then_some(status))
        })
        .await
    }

    pub(crate) async fn serves(&self) {
        self.becomes("every browser serves", |status| status.browsers_available == status.browsers).await;
    }

    pub(crate) async fn lease(&self) -> Result<PageLease, PoolError> {
        self.browsers.attempts(job(1, PATIENCE)).page().await
    }

    /// Renders as a service does, with its retries.
    pub(crate) async fn render(&self, html: &str, fingerprint: u64) -> Result<Bytes, PoolError> {
        let mut attempts = self.browsers.attempts(job(fingerprint, PATIENCE));
        loop {
            let mut page = attempts.page().await?;
            match draw(&mut page, html).await {
                Ok(picture) => return Ok(picture),
                Err(error) => attempts.failed(error)?,
            }
        }
    }

    /// A counter or gauge as `/metrics` would show it now.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let text = prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).expect("text");
        Scrape::parse(&text).get(name, labels)
    }

    pub(crate) fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        self.value(name, labels).round() as u64
    }

    /// Everything that was lent is back.
    pub(crate) async fn is_at_rest(&self) {
        self.becomes("every page is back", |status| {
            status.pages_available == status.pages && status.queue_depth == 0
        })
        .await;
    }

    /// Ends the pool; nothing of it may be left.
    pub(crate) async fn ends_cleanly(self) {
        self.browsers.shutdown(Duration::from_secs(10)).await;
        let left: Vec<ProcessId> = browsers();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(profile_dirs(), 0);
    }
}

pub(crate) fn job(fingerprint: u64, budget: Duration) -> Job {
    Job { deadline: Deadline::after(budget), queued_bytes: 0, fingerprint, inert: None }
}

pub(crate) async fn draw(page: &mut PageLease, html: &str) -> Result<Bytes, PoolError> {
    let viewport = Viewport::default();
    page.show(&Document::of_html(html, viewport)).await?;
    page.capture(ShotFormat::Jpeg { quality: 80 }, None).await
}

/// Chromium's main processes below this test. Each test is a process of its own.
pub(crate) fn browsers() -> Vec<ProcessId> {
    descendants(std::process::id()).into_iter().filter(ProcessId::is_browser).collect()
}

/// The processes that pages live in.
pub(crate) fn renderers() -> Vec<i32> {
    descendants(std::process::id())
        .into_iter()
        // Forked by the zygote, which writes their whole command line as one argument.
        .filter(|process| process.command_line().iter().any(|argument| argument.contains("--type=renderer")))
        .map(|process| process.pid)
        .collect()
}

/// Profile directories that this test's process owns.
pub(crate) fn profile_dirs() -> usize {
    let ours = format!("playwright-chromium-{}-", std::process::id());
    std::fs::read_dir(std::env::temp_dir())
        .expect("a temporary directory")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&ours))
        .count()
}

pub(crate) fn is_jpeg(picture: &[u8]) -> bool {
    picture.starts_with(&[0xff, 0xd8]) && picture.len() > 1_000
}
