//! The ground on which the faults are made: instances of both services, a site, Prometheus, Alertmanager, a receiver.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;
use test_support::{AlertReceiver, Alertmanager, FixtureSite, Launch, MonitoringFiles, Prometheus};

use super::instance::Instance;
use super::memory::Group;
use super::traffic::{Plan, Traffic};

pub(crate) const INGESTION: &str = "playwright-ingestion";
pub(crate) const IMAGE: &str = "playwright-image";
const CHROMIUM: &str = "/usr/lib/chromium/chromium-headless-shell";

/// Every fault that would disturb the others has an instance of its own.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) site: FixtureSite,
    pub(crate) calm_ingestion: Instance,
    pub(crate) slow_ingestion: Instance,
    pub(crate) browserless_ingestion: Instance,
    pub(crate) unsandboxed_ingestion: Instance,
    pub(crate) restarting_ingestion: Instance,
    pub(crate) calm_image: Instance,
    pub(crate) exhausted_image: Instance,
    pub(crate) crashing_image: Instance,
    pub(crate) degraded_image: Instance,
    pub(crate) hungry_image: Instance,
    pub(crate) undrawing_image: Instance,
    pub(crate) killed_image: Instance,
    /// Links to Chromium that can be taken away: one each for two instances.
    pub(crate) browserless_link: PathBuf,
    pub(crate) degraded_link: PathBuf,
    /// The control group of the hungry instance.
    pub(crate) group: Group,
    pub(crate) files: MonitoringFiles,
    pub(crate) prometheus: Arc<Prometheus>,
    pub(crate) receiver: Arc<AlertReceiver>,
    _alertmanager: Alertmanager,
    _links: TempDir,
    _good_requests: [Traffic; 2],
}

impl Ground {
    pub(crate) async fn lay() -> Result<Ground> {
        let site = FixtureSite::start().await;
        let links = tempfile::Builder::new().prefix("chromium-").tempdir()?;
        open_to_all(links.path())?;
        let (browserless_link, degraded_link) =
            (links.path().join("browserless"), links.path().join("degraded"));
        for link in [&browserless_link, &degraded_link] {
            put_link(link)?;
        }
        let group = Group::make(links.path())?;
        let ingestion = || {
            let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
            Instance::start(INGESTION, launch.env("PLAYWRIGHT_HOST_CONCURRENCY", "8"))
        };
        let image = || Launch::image().env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1");
        let browserless =
            Launch::ingestion().env("PLAYWRIGHT_CHROMIUM_PATH", browserless_link.to_string_lossy());
        let degraded = Launch::image()
            .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "2")
            .env("PLAYWRIGHT_CHROMIUM_PATH", degraded_link.to_string_lossy());
        let exhausted = image().env("PLAYWRIGHT_PAGE_POOL_SIZE", "1").env("PLAYWRIGHT_MAX_QUEUE", "1");
        let hungry =
            Launch::of(group.wrapper(Launch::image().executable())?).env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1");
        let (calm_ingestion, calm_image) = (ingestion().await?, Instance::start(IMAGE, image()).await?);
        let files = MonitoringFiles::copy();
        let receiver = Arc::new(AlertReceiver::start().await);
        files.send_to(&receiver);
        let alertmanager = Alertmanager::start(&files).await.context("Alertmanager")?;
        let good_requests = [good_pages(&calm_ingestion, &site), good_cards(&calm_image)];
        let mut ground = Ground {
            slow_ingestion: ingestion().await?,
            browserless_ingestion: Instance::start(INGESTION, browserless).await?,
            unsandboxed_ingestion: ingestion().await?,
            restarting_ingestion: ingestion().await?,
            exhausted_image: Instance::start(IMAGE, exhausted).await?,
            crashing_image: Instance::start(IMAGE, image()).await?,
            degraded_image: Instance::start(IMAGE, degraded).await?,
            hungry_image: Instance::start(IMAGE, hungry).await?,
            undrawing_image: Instance::start(IMAGE, image()).await?,
            killed_image: Instance::start(IMAGE, image()).await?,
            prometheus: Arc::new(Prometheus::start(&files).await.context("Prometheus")?),
            site,
            calm_ingestion,
            calm_image,
            browserless_link,
            degraded_link,
            group,
            files,
            receiver,
            _alertmanager: alertmanager,
            _links: links,
            _good_requests: good_requests,
        };
        ground.scrape_all();
        Ok(ground)
    }

    /// Every instance is a target.
    pub(crate) fn scrape_all(&mut self) {
        for job in [INGESTION, IMAGE] {
            self.files.set_targets(job, &self.addresses(job));
        }
    }

    pub(crate) fn addresses(&self, job: &str) -> Vec<String> {
        self.instances().iter().filter(|each| each.job == job).map(|each| each.address.clone()).collect()
    }

    pub(crate) fn instances(&self) -> [&Instance; 12] {
        [
            &self.calm_ingestion,
            &self.slow_ingestion,
            &self.browserless_ingestion,
            &self.unsandboxed_ingestion,
            &self.restarting_ingestion,
            &self.calm_image,
            &self.exhausted_image,
            &self.crashing_image,
            &self.degraded_image,
            &self.hungry_image,
            &self.undrawing_image,
            &self.killed_image,
        ]
    }
}

/// A service's browsers run under another uid.
fn open_to_all(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

/// Puts Chromium where an instance looks for it.
pub(crate) fn put_link(link: &Path) -> std::io::Result<()> {
    let chromium = std::env::var("PLAYWRIGHT_CHROMIUM_PATH").unwrap_or_else(|_| CHROMIUM.to_owned());
    std::os::unix::fs::symlink(chromium, link)
}

fn good_pages(instance: &Instance, site: &FixtureSite) -> Traffic {
    let url = site.url("/static-jsonld.html");
    let plan =
        Plan { client: instance.client(), callers: 1, pause: Duration::from_secs(2), path: "/v1/extract" };
    plan.start(move |_| json!({ "url": url }))
}

fn good_cards(instance: &Instance) -> Traffic {
    let plan =
        Plan { client: instance.client(), callers: 1, pause: Duration::from_secs(2), path: "/v1/card" };
    plan.start(card)
}

/// A small card, another one for each number.
pub(crate) fn card(number: usize) -> serde_json::Value {
    json!({
        "template": "product", "image_format": "jpeg", "scale_factor": 0.5,
        "data": { "title": format!("Mini PC {number}"), "price": 329.99, "ram_gb": 32 },
    })
}
