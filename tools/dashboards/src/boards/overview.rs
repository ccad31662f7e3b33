//! The home page: are both services well, is their promise kept, and is one version worse than another?

use super::{glance, resources};
use crate::board::{Board, Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{firing_alerts, rate, recorded, series, share, sum};
use crate::style::{Colour, Unit};

/// Keeps the time and narrows to the job that was clicked.
const TO_ITS_BOARD: &str =
    "/d/${__field.labels.job}?${__url_time_range}&${datasource:queryparam}&var-job=${__field.labels.job}";

/// What a job's dashboard is for, among the services' jobs.
const SERVICES: &str = r#"job=~"playwright-.+""#;

pub(super) fn board() -> Board {
    Board {
        uid: "playwright-overview",
        title: "Playwright / Overview",
        description: "Both services at a glance: health, the promise of 99.5 %, alerts, traffic, and one version beside another.",
        chosen_from: "playwright_build_info",
        all_jobs: "playwright-.+",
        rows: vec![at_a_glance(), promise(), traffic(), versions(), room()],
    }
}

fn at_a_glance() -> Row {
    row("At a glance", vec![up(), health(), budget(), firing(), resources::sandbox(), version()])
}

fn promise() -> Row {
    row(
        "The promise: 99.5 % of the requests are not failed by the service",
        vec![burn(), alerts(), alert_list()],
    )
}

fn traffic() -> Row {
    row("Traffic", vec![requests(), success(), latency()])
}

fn versions() -> Row {
    row("One version beside another", vec![rate_by_version(), errors_by_version(), p95_by_version()])
}

fn room() -> Row {
    row("Room", vec![pages(), refused(), memory(), crashes()])
}

fn up() -> Panel {
    Panel::new(
        Kind::Stat,
        "Up",
        Unit::Share,
        "Share of each service's instances that answered the last scrape.",
        "Below 100 % for a minute an instance is down, or Prometheus cannot reach it.",
    )
    .alerts(&["PlaywrightServiceDown", "PlaywrightServiceAbsent"])
    .size(4, 4)
    .base(Colour::Bad)
    .bound(1.0, Colour::Good)
    .query(format!("avg by (job) ({})", series("up", SERVICES)), "{{job}}")
    .decimals(0)
    .min(0.0)
    .max(1.0)
    .when_empty("No target")
    .link("Its dashboard", TO_ITS_BOARD)
}

fn health() -> Panel {
    let panel = Panel::new(
        Kind::Stat,
        "Health",
        Unit::Count,
        "What /health reports, the worst of each service's instances.",
        "Click a service for its dashboard.",
    )
    .alerts(&["PlaywrightUnhealthy", "PlaywrightDegraded"])
    .size(4, 4)
    .query(glance::health_query("job"), "{{job}}")
    .link("Its dashboard", TO_ITS_BOARD);
    glance::with_health_words(panel)
}

fn budget() -> Panel {
    Panel::new(
        Kind::Stat,
        "Error budget left",
        Unit::Share,
        "What is left of the failures that the promise allows, over the last 3 days: 0.5 % of the requests. 100 %: nothing failed. \
         Below 0 the promise is broken.",
        "Below half: find out what fails before the next release. Below 0: no release until it is mended.",
    )
    .alerts(&["PlaywrightErrorBudgetBurnSlow"])
    .size(4, 4)
    .base(Colour::Bad)
    .bound(0.0, Colour::Warning)
    .bound(0.5, Colour::Good)
    .query(resources::budget_left("3d"), "{{job}}")
    .decimals(0)
    .max(1.0)
    .when_empty("No traffic")
    .link("Its dashboard", TO_ITS_BOARD)
}

fn firing() -> Panel {
    Panel::new(
        Kind::Stat,
        "Alerts firing",
        Unit::Count,
        "Alerts of the services that fire now.",
        "The list below names them; each has a section in docs/operations/playwright-services-runbook.md.",
    )
    .size(3, 4)
    .bound(1.0, Colour::Bad)
    .query(format!("count({}) or vector(0)", firing_alerts()), "firing")
    .decimals(0)
}

fn version() -> Panel {
    let build = series("playwright_build_info", "");
    Panel::new(
        Kind::Stat,
        "Version",
        Unit::Count,
        "The versions that run, and their browsers'.",
        "More than one of a service outside of a rollout: an instance was forgotten.",
    )
    .size(5, 4)
    .base(Colour::Main)
    .names_only()
    .query(
        format!(r#"count by (service, version, chromium) (label_replace(label_replace({build}, "service", "$1", "job", "playwright-(.*)"), "chromium", "$1", "chromium", ".*/(.*)"))"#),
        "{{service}} {{version}} · {{chromium}}",
    )
    .when_empty("No answer")
}

fn burn() -> Panel {
    let rate = |window: &str| {
        let ratio = recorded(&format!("job:playwright_service_errors:ratio_rate{window}"));
        format!("{ratio} / 0.005")
    };
    Panel::new(
        Kind::Lines,
        "Burn rate of the error budget",
        Unit::Count,
        "How many times faster than allowed the budget is used up, over the last hour and the last 6 hours. At 1 a month's budget \
         lasts a month.",
        "Above 14.4 over an hour, or 6 over 6 hours (dashed), somebody is woken: service faults by type are on the service's dashboard.",
    )
    .alerts(&["PlaywrightErrorBudgetBurnFast", "PlaywrightErrorBudgetBurnSlow"])
    .size(10, 9)
    .bound(6.0, Colour::Warning)
    .bound(14.4, Colour::Bad)
    .query(rate("1h"), "{{job}} 1h")
    .query(rate("6h"), "{{job}} 6h")
    .decimals(1)
    .min(0.0)
    .when_empty("No traffic")
}

fn alerts() -> Panel {
    Panel::new(
        Kind::Table,
        "Firing now",
        Unit::Count,
        "The alerts of the services that Prometheus holds to be firing, by instance where they have one.",
        "Take the critical ones first; the runbook has a section under each name.",
    )
    .size(8, 9)
    .query(format!("max by (alertname, severity, job, instance) ({})", firing_alerts()), "{{alertname}}")
    .when_empty("None fires")
}

fn alert_list() -> Panel {
    Panel::new(
        Kind::Alerts,
        "Alerts, with those that are about to fire",
        Unit::Count,
        "What Grafana reads of the data source's alerts: firing and pending, with their summary and for how long.",
        "A click opens the alert with its runbook.",
    )
    .size(6, 9)
}

fn requests() -> Panel {
    let all = format!(
        "{} + {}",
        sum("job", &rate("playwright_requests_success_total", "")),
        sum("job", &rate("playwright_requests_failure_total", ""))
    );
    Panel::new(
        Kind::Lines,
        "Requests",
        Unit::RequestsPerSecond,
        "All requests that were answered, by service.",
        "A fall to 0 while callers are at work means that they no longer reach a service.",
    )
    .query(all, "{{job}}")
    .colour("playwright-ingestion", Colour::Main)
    .colour("playwright-image", Colour::Second)
    .min(0.0)
    .link("Its dashboard", TO_ITS_BOARD)
}

fn success() -> Panel {
    Panel::new(
        Kind::Lines,
        "Success",
        Unit::Share,
        "Share of the requests that got what they asked for, by service; those that failed by their caller's own fault are left out.",
        "Below 90 % (dashed) for 5 minutes: the service's dashboard has the failures by type.",
    )
    .alerts(&["PlaywrightErrorRatioHigh"])
    .base(Colour::Bad)
    .bound(0.9, Colour::Bad)
    .query(glance::success_query("job"), "{{job}}")
    .colour("playwright-ingestion", Colour::Main)
    .colour("playwright-image", Colour::Second)
    .max(1.0)
    .when_empty("No traffic")
    .link("Its dashboard", TO_ITS_BOARD)
}

fn latency() -> Panel {
    Panel::new(
        Kind::Lines,
        "p95 by endpoint",
        Unit::Milliseconds,
        "95 % of the requests that were worked on were answered within this time (5 minutes).",
        "Above 12 s for an extraction, 18 s for a picture, callers give up.",
    )
    .alerts(&["PlaywrightLatencyHigh", "PlaywrightLatencyNearDeadline"])
    .query(recorded("job_endpoint:playwright_request_latency_ms:p95_5m"), "{{endpoint}}")
    .colour("/v1/extract", Colour::Main)
    .colour("/v1/render", Colour::Second)
    .colour("/v1/card", Colour::Third)
    .min(0.0)
    .when_empty("No traffic")
}

/// A rate of each instance, with the version that it runs.
fn with_version(of: &str) -> String {
    let build = series("playwright_build_info", "");
    format!("{of} * on (job, instance) group_left (version, revision) ({build})")
}

fn rate_by_version() -> Panel {
    let requests = format!(
        "({} + {})",
        sum("job, instance", &rate("playwright_requests_success_total", "")),
        sum("job, instance", &rate("playwright_requests_failure_total", ""))
    );
    Panel::new(
        Kind::Stack,
        "Requests by version",
        Unit::RequestsPerSecond,
        "Requests by service, version and revision: how far a rollout is.",
        "A version without requests cannot be judged: wait, or give it more weight.",
    )
    .query(sum("job, version, revision", &with_version(&requests)), "{{job}} {{version}} {{revision}}")
    .min(0.0)
}

fn errors_by_version() -> Panel {
    let of = |metric: &str, labels: &str| {
        let each = sum("job, instance", &rate(metric, labels));
        sum("job, version, revision", &with_version(&each))
    };
    let failed = of("playwright_requests_failure_total", r#"fault="service""#);
    let all = format!(
        "{} + {}",
        of("playwright_requests_success_total", ""),
        of("playwright_requests_failure_total", r#"fault!="caller""#)
    );
    Panel::new(
        Kind::Lines,
        "Failed by the service, by version",
        Unit::Share,
        "Share of the requests that failed by the service's own fault: what a rollout is judged by.",
        "A new version clearly above the old one: roll back (docs/operations/playwright-rollback-procedure.md).",
    )
    .query(share(&failed, &all), "{{job}} {{version}} {{revision}}")
    .min(0.0)
    .when_empty("No traffic")
}

fn p95_by_version() -> Panel {
    let buckets = sum(
        "job, instance, le",
        &rate("playwright_request_latency_ms_bucket", r#"outcome=~"success|timeout""#),
    );
    let by_version = sum("job, version, revision, le", &with_version(&buckets));
    Panel::new(
        Kind::Lines,
        "p95 by version",
        Unit::Milliseconds,
        "95 % of the requests that were worked on were answered within this time.",
        "A new version that is slower by half at the same load: roll back.",
    )
    .query(format!("histogram_quantile(0.95, {by_version}) >= 0"), "{{job}} {{version}} {{revision}}")
    .min(0.0)
    .when_empty("No traffic")
}

fn pages() -> Panel {
    let free = sum("job", &series("playwright_page_pool_available", ""));
    let all = sum("job", &series("playwright_page_pool_size", ""));
    Panel::new(
        Kind::Lines,
        "Pages in use",
        Unit::Share,
        "Share of the pages that are leased, by service.",
        "At 100 % for 2 minutes new requests wait: more pages, or more instances.",
    )
    .alerts(&["PlaywrightNoPageAvailable", "PlaywrightNoBrowserAvailable"])
    .size(6, 8)
    .query(format!("1 - {}", share(&free, &all)), "{{job}}")
    .colour("playwright-ingestion", Colour::Main)
    .colour("playwright-image", Colour::Second)
    .min(0.0)
    .max(1.0)
    .link("Its dashboard", TO_ITS_BOARD)
}

fn refused() -> Panel {
    Panel::new(
        Kind::Lines,
        "Waiting and refused",
        Unit::Count,
        "Requests that wait for a page now, and those that were refused per second because of load.",
        "Refusals that last 5 minutes raise the alert: the service is too small for its load.",
    )
    .alerts(&["PlaywrightQueueSaturated"])
    .size(6, 8)
    .query(sum("job", &series("playwright_queue_depth", "")), "{{job}} waiting")
    .query(sum("job", &rate("playwright_shed_total", "")), "{{job}} refused/s")
    .min(0.0)
}

fn memory() -> Panel {
    let browsers = sum("job", &series("playwright_browser_memory_bytes", ""));
    let service = sum("job", &series("process_resident_memory_bytes", SERVICES));
    Panel::new(
        Kind::Lines,
        "Memory",
        Unit::Bytes,
        "What each service and its browsers hold.",
        "Compare with the containers' limits on the service's dashboard.",
    )
    .alerts(&["PlaywrightMemoryNearLimit"])
    .size(6, 8)
    .query(format!("{browsers} + {service}"), "{{job}}")
    .colour("playwright-ingestion", Colour::Main)
    .colour("playwright-image", Colour::Second)
    .min(0.0)
    .link("Its dashboard", TO_ITS_BOARD)
}

fn crashes() -> Panel {
    Panel::new(
        Kind::Lines,
        "Crashes of 100 requests",
        Unit::Share,
        "Crashes of browsers and renderers as a share of the requests (5 minutes).",
        "Above 2 % (dashed): one page that kills, or no memory.",
    )
    .alerts(&["PlaywrightBrowserCrashRatioHigh"])
    .size(6, 8)
    .bound(0.02, Colour::Bad)
    .query(recorded("job:playwright_browser_crashes:ratio_rate5m"), "{{job}}")
    .colour("playwright-ingestion", Colour::Main)
    .colour("playwright-image", Colour::Second)
    .min(0.0)
    .when_empty("No traffic")
}
