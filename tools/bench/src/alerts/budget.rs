//! The burn rates of the error budget, on a Prometheus of their own: the windows of the project's rules divided by 60,
//! everything else as it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use test_support::{AlertReceiver, Alertmanager, FixtureSite, Launch, MonitoringFiles, Prometheus};

use super::ground::INGESTION;
use super::instance::Instance;
use super::table::Row;
use super::traffic::{Plan, Traffic};
use super::watch::{Alert, Watch};

/// By 60, all that the group has.
const WINDOWS: [(&str, &str); 7] = [
    ("[5m]", "[5s]"),
    ("[30m]", "[30s]"),
    ("[1h]", "[1m]"),
    ("[2h]", "[2m]"),
    ("[6h]", "[6m]"),
    ("[1d]", "[24m]"),
    ("[3d]", "[72m]"),
];
const RULES: &str = "rules/playwright-services.yml";
const GROUP: (&str, &str) = ("  - name: playwright-slo\n", "  - name: playwright-alerts\n");
/// A window of 6 minutes has to empty itself.
const LIMIT: Duration = Duration::from_secs(12 * 60);

pub(crate) async fn run() -> Result<Vec<Row>> {
    let site = FixtureSite::start().await;
    let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
    let instance = Instance::start(INGESTION, launch).await?;
    let files = MonitoringFiles::copy();
    shorten(&files)?;
    let receiver = Arc::new(AlertReceiver::start().await);
    files.send_to(&receiver);
    let _alertmanager = Alertmanager::start(&files).await.context("Alertmanager")?;
    files.set_targets(INGESTION, std::slice::from_ref(&instance.address));
    let prometheus = Arc::new(Prometheus::start(&files).await.context("Prometheus")?);
    let watch = Watch::over(prometheus, receiver);
    let fast = Alert::new("PlaywrightErrorBudgetBurnFast", INGESTION, INGESTION);
    let slow = Alert::new("PlaywrightErrorBudgetBurnSlow", INGESTION, INGESTION);

    let one_fails_in = Arc::new(AtomicUsize::new(0));
    let _requests = requests(&instance, &site, Arc::clone(&one_fails_in));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let slow_began = SystemTime::now();
    one_fails_in.store(45, Ordering::Relaxed);
    watch.fires(&slow, slow_began, LIMIT).await;
    let fast_began = SystemTime::now();
    one_fails_in.store(5, Ordering::Relaxed);
    watch.fires(&fast, fast_began, LIMIT).await;
    let undone = SystemTime::now();
    one_fails_in.store(0, Ordering::Relaxed);
    watch.ends(&fast, undone, LIMIT).await;
    watch.ends(&slow, undone, LIMIT).await;
    Ok(vec![
        Row::of("1 request in 45 times out (all windows divided by 60)", &slow, &watch, slow_began, undone),
        Row::of("1 request in 5 times out (all windows divided by 60)", &fast, &watch, fast_began, undone),
    ])
}

fn shorten(files: &MonitoringFiles) -> Result<()> {
    let mut replaced = 0;
    files.edit(RULES, |text| {
        let (before, rest) = text.split_once(GROUP.0).unwrap_or((text, ""));
        let (group, after) = rest.split_once(GROUP.1).unwrap_or((rest, ""));
        let shorter = WINDOWS.iter().fold(group.to_owned(), |group, (long, short)| {
            replaced += group.matches(long).count();
            group.replace(long, short)
        });
        format!("{before}{}{shorter}{}{after}", GROUP.0, GROUP.1)
    });
    ensure!(replaced == 3 * WINDOWS.len(), "{RULES}: {replaced} windows were found");
    files.edit("prometheus.yml", |text| {
        text.replace("_interval: 15s", "_interval: 1s").replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    });
    files.edit("alertmanager/alertmanager.yml", |text| {
        text.replace("group_wait: 20s", "group_wait: 1s").replace("group_interval: 2m", "group_interval: 2s")
    });
    Ok(())
}

/// Some nine requests a second, of which one in so many times out; none where that is 0.
fn requests(instance: &Instance, site: &FixtureSite, one_fails_in: Arc<AtomicUsize>) -> Traffic {
    let (page, hanging) = (site.url("/static-jsonld.html"), site.url("/hang"));
    let html = "<html><head><title>Kestrel K7 Mini PC</title></head><body><h1>Kestrel K7 Mini PC</h1>\
        <span itemprop=price>$489.00</span></body></html>";
    let pause = Duration::from_millis(100);
    Plan { client: instance.client(), callers: 1, pause, path: "/v1/extract" }.start(move |number| {
        let one_in = one_fails_in.load(Ordering::Relaxed);
        if one_in > 0 && number % one_in == 0 {
            json!({ "url": hanging, "timeout_s": 0.3, "retry_count": 0 })
        } else {
            json!({ "url": page, "html": html })
        }
    })
}
