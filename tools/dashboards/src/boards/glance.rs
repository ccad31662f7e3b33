//! The figures at the top of a service's dashboard: is it well, is it used, is it quick, is there room?

use super::Service;
use crate::board::{Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{counted_requests, quantile, rate, series, share, sum};
use crate::style::{Colour, Unit};

pub(super) fn at_a_glance(service: Service) -> Row {
    row(
        "At a glance",
        vec![health(), requests(service), success(), latency(service), near_deadline(), pages()],
    )
}

pub(super) fn health_query(by: &str) -> String {
    let degraded = series("playwright_health_status", r#"status="degraded""#);
    let unhealthy = series("playwright_health_status", r#"status="unhealthy""#);
    let worst = format!("{degraded} + ignoring (status) 2 * {unhealthy}");
    if by.is_empty() { format!("max({worst})") } else { format!("max by ({by}) ({worst})") }
}

pub(super) fn with_health_words(panel: Panel) -> Panel {
    panel
        .word(0.0, "Healthy", Colour::Good)
        .word(1.0, "Degraded", Colour::Warning)
        .word(2.0, "Unhealthy", Colour::Bad)
        .bound(1.0, Colour::Warning)
        .bound(2.0, Colour::Bad)
        .when_empty("No answer")
}

fn health() -> Panel {
    let panel = Panel::new(
        Kind::Stat,
        "Health",
        Unit::Count,
        "What /health reports, the worst of the chosen instances.",
        "Degraded: a browser is down or being replaced; wait two minutes. Unhealthy, or no answer: follow the runbook.",
    )
    .alerts(&["PlaywrightUnhealthy", "PlaywrightDegraded"])
    .size(4, 4)
    .query(health_query(""), "health");
    with_health_words(panel)
}

fn requests(service: Service) -> Panel {
    let all = format!(
        "{} + {}",
        sum("", &rate("playwright_requests_success_total", "")),
        sum("", &rate("playwright_requests_failure_total", ""))
    );
    Panel::new(
        Kind::Stat,
        "Requests",
        Unit::RequestsPerSecond,
        format!("All {} that were answered, whatever the answer.", service.request),
        "A fall to 0 while callers are at work means that they no longer reach the service.",
    )
    .size(4, 4)
    .base(Colour::Main)
    .query(all, "requests")
    .min(0.0)
}

pub(super) fn success_query(by: &str) -> String {
    share(&sum(by, &rate("playwright_requests_success_total", "")), &counted_requests(by))
}

fn success() -> Panel {
    Panel::new(
        Kind::Stat,
        "Success",
        Unit::Share,
        "Share of the requests that got what they asked for; those that failed by their caller's own fault are left out.",
        "Below 90 %: look at the failures by type, below.",
    )
    .alerts(&["PlaywrightErrorRatioHigh"])
    .size(4, 4)
    .base(Colour::Bad)
    .bound(0.90, Colour::Warning)
    .bound(0.95, Colour::Good)
    .query(success_query(""), "success")
    .decimals(1)
    .max(1.0)
    .when_empty("No traffic")
}

fn latency(service: Service) -> Panel {
    let (near, beyond) = service.latency_bounds_ms;
    Panel::new(
        Kind::Stat,
        "p95",
        Unit::Milliseconds,
        format!(
            "95 % of the {} that were worked on (successes and timeouts) were answered within this time.",
            service.request
        ),
        service.latency_says,
    )
    .alerts(&["PlaywrightLatencyNearDeadline", "PlaywrightLatencyHigh"])
    .size(4, 4)
    .bound(near, Colour::Warning)
    .bound(beyond, Colour::Bad)
    .query(quantile(0.95, "", "playwright_request_latency_ms", r#"outcome=~"success|timeout""#), "p95")
    .min(0.0)
    .when_empty("No traffic")
}

pub(super) fn near_deadline_query() -> String {
    let early = sum("", &rate("playwright_deadline_used_ratio_bucket", r#"le="0.8""#));
    let all = sum("", &rate("playwright_deadline_used_ratio_count", ""));
    format!("1 - {}", share(&early, &all))
}

fn near_deadline() -> Panel {
    Panel::new(
        Kind::Stat,
        "Nearly late",
        Unit::Share,
        "Share of the requests that used more than 80 % of their own deadline.",
        "Above 5 % the next slow minute becomes timeouts: add pages or instances, or find the slow stage.",
    )
    .alerts(&["PlaywrightDeadlinesNearlyMissed"])
    .size(4, 4)
    .bound(0.02, Colour::Warning)
    .bound(0.05, Colour::Bad)
    .query(near_deadline_query(), "nearly late")
    .decimals(1)
    .min(0.0)
    .when_empty("No traffic")
}

fn pages() -> Panel {
    let free = sum("", &series("playwright_page_pool_available", ""));
    let all = sum("", &series("playwright_page_pool_size", ""));
    Panel::new(
        Kind::Stat,
        "Pages free",
        Unit::Share,
        "Share of the pages that could be leased now.",
        "At 0 for minutes new requests wait: raise PLAYWRIGHT_PAGE_POOL_SIZE where there are processors left, else add an instance.",
    )
    .alerts(&["PlaywrightNoPageAvailable"])
    .size(4, 4)
    .base(Colour::Bad)
    .bound(0.01, Colour::Warning)
    .bound(0.25, Colour::Good)
    .query(share(&free, &all), "free")
    .decimals(0)
    .min(0.0)
    .max(1.0)
}
