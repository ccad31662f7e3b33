//! What became of the requests, and where their time went: the same for both services.

use super::Service;
use super::glance::near_deadline_query;
use crate::board::{Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{counted_requests, present, quantile, rate, share, sum};
use crate::style::{Colour, Unit};

/// The kinds of failures, by whose fault they are.
const OURS: [&str; 5] = ["timeout", "render_failure", "browser_crash", "overloaded", "unavailable"];
const THE_SITES: [&str; 2] = ["extraction_failed", "network_error"];
const THE_CALLERS: [&str; 7] = [
    "invalid_request",
    "invalid_url",
    "invalid_html",
    "forbidden_url",
    "unauthorized",
    "rate_limited",
    "payload_too_large",
];
/// In the order in which a request passes them.
const STAGES: [&str; 7] = ["queue", "acquire", "load", "ready", "extract", "capture", "encode"];

fn of_stages(panel: Panel) -> Panel {
    panel
        .colour("queue", Colour::Neutral)
        .colour("acquire", Colour::NeutralShade(1))
        .colours(&STAGES[2..], Colour::Plain)
}

pub(super) fn requests(service: Service) -> Row {
    row("Requests and latency", vec![by_outcome(service), latency(service)])
}

pub(super) fn failures() -> Row {
    row("Failures", vec![ratios(), by_type(), lateness()])
}

pub(super) fn stages() -> Row {
    row("Where the time goes", vec![mean_by_stage(), p95_by_stage(), timeouts_by_stage()])
}

fn by_outcome(service: Service) -> Panel {
    Panel::new(
        Kind::Stack,
        "Request rate",
        Unit::RequestsPerSecond,
        format!("The {} by how they ended, and by whose fault they failed.", service.request),
        "Grey is the callers' business, amber the sites'. Red is ours: look at the failures by type.",
    )
    .size(12, 9)
    .query(sum("", &rate("playwright_requests_success_total", "")), "success")
    .query(sum("fault", &rate("playwright_requests_failure_total", "")), "{{fault}}'s fault")
    .colour("success", Colour::Good)
    .colour("caller's fault", Colour::Neutral)
    .colour("site's fault", Colour::Warning)
    .colour("service's fault", Colour::Bad)
    .min(0.0)
}

fn latency(service: Service) -> Panel {
    let (near, beyond) = service.latency_bounds_ms;
    let of = |share| quantile(share, "", "playwright_request_latency_ms", r#"outcome=~"success|timeout""#);
    Panel::new(
        Kind::Lines,
        "Latency",
        Unit::Milliseconds,
        "p50, p95 and p99 of what was worked on: successes and timeouts, as instant refusals would flatter the figures. The dashed \
         lines are the alerts' bounds for p95.",
        service.latency_says,
    )
    .alerts(&["PlaywrightLatencyNearDeadline", "PlaywrightLatencyHigh"])
    .size(12, 9)
    .bound(near, Colour::Warning)
    .bound(beyond, Colour::Bad)
    .query(of(0.99), "p99")
    .query(of(0.95), "p95")
    .query(of(0.5), "p50")
    .colour("p99", Colour::Second)
    .colour("p95", Colour::Main)
    .colour("p50", Colour::Third)
    .min(0.0)
}

fn ratios() -> Panel {
    let fault =
        |fault: &str| sum("", &rate("playwright_requests_failure_total", &format!(r#"fault="{fault}""#)));
    let timeouts = sum("", &rate("playwright_requests_timeout_total", ""));
    let all = counted_requests("");
    Panel::new(
        Kind::Lines,
        "Failing",
        Unit::Share,
        "Share of the requests that failed by a site's fault, by the service's, and of those that timed out (among the service's). \
         Callers' faults count neither as failures nor as requests.",
        "The dashed line, 10 %, is the alert's bound for site and service together; timeouts have one at 5 %.",
    )
    .alerts(&["PlaywrightErrorRatioHigh", "PlaywrightTimeoutRatioHigh"])
    .size(8, 8)
    .bound(0.10, Colour::Bad)
    .query(share(&fault("site"), &all), "site")
    .query(share(&fault("service"), &all), "service")
    .query(share(&timeouts, &all), "timeouts")
    .colour("site", Colour::Warning)
    .colour("service", Colour::Bad)
    .colour("timeouts", Colour::Second)
    .min(0.0)
    .when_empty("No traffic")
}

fn by_type() -> Panel {
    Panel::new(
        Kind::Bars,
        "Failures by type",
        Unit::RequestsPerSecond,
        "The `error_type` of every answer that is no success, as callers see it.",
        "Each type has its own remedy in docs/troubleshooting: network_error is a site or our way out, overloaded is our size, \
         render_failure and browser_crash are our browsers.",
    )
    .size(8, 8)
    .query(present(&sum("error_type", &rate("playwright_requests_failure_total", ""))), "{{error_type}}")
    .colours(&OURS, Colour::BadShade)
    .colours(&THE_SITES, Colour::WarningShade)
    .colours(&THE_CALLERS, Colour::NeutralShade)
    .min(0.0)
    .when_empty("No failures")
}

fn lateness() -> Panel {
    let quarter = |share: f64| quantile(share, "", "playwright_deadline_used_ratio", "");
    Panel::new(
        Kind::Lines,
        "Deadline used",
        Unit::Share,
        "How much of their own deadline requests used (p50, p95), and the share of them that used more than 80 %. Retries and the \
         queue are inside the deadline.",
        "p95 near 100 %: callers are about to see timeouts. More than 5 % nearly late (dashed) raises the alert.",
    )
    .alerts(&["PlaywrightDeadlinesNearlyMissed"])
    .size(8, 8)
    .bound(0.05, Colour::Warning)
    .query(quarter(0.95), "p95")
    .query(quarter(0.5), "p50")
    .query(near_deadline_query(), "nearly late")
    .colour("p95", Colour::Main)
    .colour("p50", Colour::Third)
    .colour("nearly late", Colour::Bad)
    .min(0.0)
    .when_empty("No traffic")
}

fn mean_by_stage() -> Panel {
    let time = sum("stage", &rate("playwright_stage_latency_ms_sum", ""));
    let requests = sum("", &rate("playwright_request_latency_ms_count", r#"outcome!="refused""#));
    let panel = Panel::new(
        Kind::Stack,
        "Mean time of a request, by stage",
        Unit::Milliseconds,
        "What a mean request that was worked on is made of.",
        "The widest band is where work pays: queue and acquire are our size, load is the site or the document's resources, ready is \
         fonts, pictures and scripts, capture and encode are pixels.",
    )
    .size(8, 8)
    .query(format!("{time} / on () group_left () (({requests}) > 0)"), "{{stage}}")
    .min(0.0)
    .when_empty("No traffic");
    of_stages(panel)
}

fn p95_by_stage() -> Panel {
    let panel = Panel::new(
        Kind::Lines,
        "p95 by stage",
        Unit::Milliseconds,
        "95 % of the requests that came to a stage left it within this time.",
        "A stage that rises alone names the cause; queue that rises with all others is only the effect.",
    )
    .size(8, 8)
    .query(quantile(0.95, "stage", "playwright_stage_latency_ms", ""), "{{stage}}")
    .min(0.0)
    .when_empty("No traffic");
    of_stages(panel)
}

fn timeouts_by_stage() -> Panel {
    let timeouts = present(&sum("stage", &rate("playwright_requests_timeout_total", "")));
    Panel::new(
        Kind::Bars,
        "Timeouts by stage",
        Unit::RequestsPerSecond,
        "Requests whose deadline passed, by the stage in which it did.",
        "In queue or acquire: more pages. In load: a slow site, or egress. In ready: pages that never settle.",
    )
    .alerts(&["PlaywrightTimeoutRatioHigh"])
    .size(8, 8)
    .query(timeouts, "{{stage}}")
    .shades(Colour::Bad)
    .min(0.0)
    .when_empty("No timeouts")
}
