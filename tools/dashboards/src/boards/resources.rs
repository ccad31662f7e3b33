//! Browsers, pages, the way out, and what all of it takes: the same for both services.

use crate::board::{Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{increase, present, rate, recorded, series, sum};
use crate::style::{Colour, Unit};

pub(super) fn pools() -> Row {
    row("Browsers, pages and the queue", vec![browsers(), pages(), queue(), shed()])
}

pub(super) fn egress() -> Row {
    row("The way out", vec![refusals(), failures_outside(), traffic_outside()])
}

pub(super) fn resources() -> Row {
    row(
        "Memory, processors, crashes",
        vec![memory(), memory_share(), processors(), crashes(), restarts(), self_test()],
    )
}

fn browsers() -> Panel {
    Panel::new(
        Kind::Lines,
        "Browser pool",
        Unit::Count,
        "Browsers that should serve, and those that passed their last probe, busy or not.",
        "Serving below wanted for more than a minute: a browser does not come back; its log line says why. At 0 every request fails.",
    )
    .alerts(&["PlaywrightNoBrowserAvailable", "PlaywrightDegraded"])
    .size(6, 8)
    .query(sum("", &series("playwright_browser_pool_size", "")), "wanted")
    .query(sum("", &series("playwright_browser_pool_available", "")), "serving")
    .colour("wanted", Colour::Neutral)
    .colour("serving", Colour::Good)
    .min(0.0)
    .decimals(0)
}

fn pages() -> Panel {
    let size = sum("", &series("playwright_page_pool_size", ""));
    let free = sum("", &series("playwright_page_pool_available", ""));
    Panel::new(
        Kind::Lines,
        "Page pool",
        Unit::Count,
        "Pages that may be leased at once, those that are leased (or lost with their browser), and those that are open ahead of any request.",
        "Leased at the limit for minutes: more pages or more instances. Nothing warm under light load: browsers are being replaced.",
    )
    .alerts(&["PlaywrightNoPageAvailable"])
    .size(6, 8)
    .query(size.clone(), "limit")
    .query(format!("{size} - {free}"), "leased")
    .query(sum("", &series("playwright_page_pool_warm", "")), "open ahead")
    .colour("limit", Colour::Neutral)
    .colour("leased", Colour::Main)
    .colour("open ahead", Colour::Third)
    .min(0.0)
    .decimals(0)
}

fn queue() -> Panel {
    Panel::new(
        Kind::Lines,
        "In flight and waiting",
        Unit::Count,
        "Requests without an answer yet, those of them that wait for a page, and those that wait because their site has as many \
         pages as one site may have.",
        "Waiting that does not fall: more pages or instances. Waiting for one site only: raise PLAYWRIGHT_HOST_CONCURRENCY if the \
         site bears it.",
    )
    .alerts(&["PlaywrightQueueSaturated"])
    .size(6, 8)
    .query(sum("", &series("playwright_requests_in_flight", "")), "in flight")
    .query(sum("", &series("playwright_queue_depth", "")), "waiting")
    .query(sum("", &series("playwright_host_queue_depth", "")), "waiting for their site")
    .colour("in flight", Colour::Main)
    .colour("waiting", Colour::Bad)
    .colour("waiting for their site", Colour::Warning)
    .min(0.0)
    .decimals(0)
}

fn shed() -> Panel {
    let gone = sum("", &rate("playwright_client_gone_total", ""));
    Panel::new(
        Kind::Bars,
        "Turned away, gone away",
        Unit::RequestsPerSecond,
        "Requests that were refused because of load, by why, and callers who left before their answer.",
        "queue_full, queue_bytes, hopeless: the service is too small for its load. host_busy: one site's requests fill its share. \
         Callers who leave: their own timeout is shorter than `timeout_s`.",
    )
    .alerts(&["PlaywrightQueueSaturated"])
    .size(6, 8)
    .query(present(&sum("reason", &rate("playwright_shed_total", ""))), "{{reason}}")
    .query(gone, "caller left")
    .colours(&["queue_full", "queue_bytes", "hopeless"], Colour::BadShade)
    .colour("host_busy", Colour::Warning)
    .colour("caller left", Colour::Neutral)
    .min(0.0)
    .when_empty("Nobody")
}

fn refusals() -> Panel {
    Panel::new(
        Kind::Bars,
        "Egress refusals",
        Unit::EventsPerSecond,
        "Requests of pages, and submitted addresses, that the egress policy refused, by why. None of them left the service.",
        "A steady rate of private or loopback is somebody who tries: the audit log has the request ids. network_off is \
         PLAYWRIGHT_RENDER_NETWORK=none at work.",
    )
    .size(8, 8)
    .query(present(&sum("reason", &rate("playwright_egress_refused_total", ""))), "{{reason}}")
    .shades(Colour::Second)
    .min(0.0)
    .when_empty("None refused")
}

fn failures_outside() -> Panel {
    Panel::new(
        Kind::Bars,
        "Egress failures",
        Unit::EventsPerSecond,
        "Requests that were let out and got no answer, by what went wrong.",
        "dns and dns_timeout over all sites: our resolver (PLAYWRIGHT_DNS_SERVER). connect_timeout, unreachable: our network. \
         One of them for a short while: a site.",
    )
    .size(8, 8)
    .query(present(&sum("failure", &rate("playwright_egress_failed_total", ""))), "{{failure}}")
    .shades(Colour::Warning)
    .min(0.0)
    .when_empty("None failed")
}

fn traffic_outside() -> Panel {
    Panel::new(
        Kind::Lines,
        "Egress traffic",
        Unit::BytesPerSecond,
        "Bytes exchanged with the network, as they are on the wire.",
        "Much more down than the request rate explains: pages that load without end; the caps of a request are in docs/security.md.",
    )
    .size(8, 8)
    .query(sum("direction", &rate("playwright_egress_bytes_total", "")), "{{direction}}")
    .colour("down", Colour::Main)
    .colour("up", Colour::Second)
    .min(0.0)
}

fn memory() -> Panel {
    Panel::new(
        Kind::Stack,
        "Memory",
        Unit::Bytes,
        "What the browsers hold (their shares of shared pages added up) and what the services hold, over the chosen instances.",
        "It rises with the pages that are leased and falls when a browser is replaced. A level that rises from day to day at the \
         same load is a leak: report it.",
    )
    .size(8, 8)
    .query(sum("", &series("playwright_browser_memory_bytes", "")), "browsers")
    .query(sum("", &series("process_resident_memory_bytes", "")), "service")
    .colour("browsers", Colour::Main)
    .colour("service", Colour::Third)
    .min(0.0)
}

fn memory_share() -> Panel {
    Panel::new(
        Kind::Lines,
        "Memory of the limit",
        Unit::Share,
        "What a container uses of the memory that it may have, by instance.",
        "Above 90 % (dashed) the kernel is about to kill a browser: raise the limit, or lower PLAYWRIGHT_PAGE_POOL_SIZE.",
    )
    .alerts(&["PlaywrightMemoryNearLimit"])
    .size(8, 8)
    .bound(0.9, Colour::Bad)
    .query(series("job_instance:playwright_memory_used:ratio", ""), "{{instance}}")
    .min(0.0)
    .max(1.0)
    .when_empty("No limit is set")
}

fn processors() -> Panel {
    Panel::new(
        Kind::Stack,
        "Processors",
        Unit::Count,
        "Processor cores kept busy by the browsers and by the services.",
        "At the container's limit everything is slow at once: more cores, or fewer pages.",
    )
    .size(8, 8)
    .query(sum("", &rate("playwright_browser_cpu_seconds_total", "")), "browsers")
    .query(sum("", &rate("process_cpu_seconds_total", "")), "service")
    .colour("browsers", Colour::Main)
    .colour("service", Colour::Third)
    .min(0.0)
}

fn crashes() -> Panel {
    let of = |kind: &str| present(&sum("kind", &increase("playwright_browser_crashes_total", kind)));
    Panel::new(
        Kind::Bars,
        "Crashes",
        Unit::Count,
        "Browsers and renderers that died without having been asked to, and launches that failed.",
        "A renderer now and then is a page's doing and is tried again. More than 2 crashes in 100 requests raise the alert: look for \
         one page that kills, or for memory.",
    )
    .alerts(&["PlaywrightBrowserCrashRatioHigh", "PlaywrightBrowserRestartStorm"])
    .size(8, 8)
    .query(of(""), "{{kind}}")
    .query(sum("", &increase("playwright_browser_launch_failures_total", "")), "launch failed")
    .colour("browser", Colour::Bad)
    .colour("renderer", Colour::Warning)
    .colour("launch failed", Colour::Second)
    .min(0.0)
    .when_empty("None")
}

fn restarts() -> Panel {
    Panel::new(
        Kind::Bars,
        "Browsers replaced",
        Unit::Count,
        "Browsers that were replaced, by why: pages, age and memory are planned; crashed, hung and dispose_stuck are not.",
        "More than 5 unplanned ones in 10 minutes raise the alert.",
    )
    .alerts(&["PlaywrightBrowserRestartStorm", "PlaywrightServiceRestartStorm"])
    .size(8, 8)
    .query(
        present(&sum("reason", &increase("playwright_browser_restarts_total", ""))),
        "{{reason}}",
    )
    .colour("pages", Colour::Neutral)
    .colour("age", Colour::Third)
    .colour("memory", Colour::Main)
    .colour("crashed", Colour::Bad)
    .colour("hung", Colour::Warning)
    .colour("dispose_stuck", Colour::Second)
    .min(0.0)
    .when_empty("None")
}

fn self_test() -> Panel {
    let age = series("playwright_synthetic_render_age_seconds", "");
    Panel::new(
        Kind::Lines,
        "Own test page",
        Unit::Seconds,
        "Time since the service last drew its own test page and checked it, the oldest of the chosen instances.",
        "It is drawn every 30 seconds. Above 3 minutes (dashed) the browsers answer but may be unable to draw.",
    )
    .alerts(&["PlaywrightSyntheticRenderStale"])
    .size(8, 8)
    .bound(180.0, Colour::Bad)
    .query(format!("max({age})"), "age")
    .colour("age", Colour::Main)
    .min(0.0)
}

/// Of the overview: is the wall up?
pub(super) fn sandbox() -> Panel {
    Panel::new(
        Kind::Stat,
        "Sandbox",
        Unit::Count,
        "Whether Chromium's sandbox is on in every instance.",
        "Off: PLAYWRIGHT_ALLOW_NO_SANDBOX is set and no sandbox could be had; see docs/security.md.",
    )
    .alerts(&["PlaywrightSandboxOff"])
    .size(4, 4)
    .base(Colour::Bad)
    .bound(1.0, Colour::Good)
    .word(0.0, "Off", Colour::Bad)
    .word(1.0, "On", Colour::Good)
    .query(format!("min({})", series("playwright_sandbox_enabled", "")), "sandbox")
    .when_empty("No answer")
}

/// What of the error budget is left, by a recorded ratio of failures.
pub(super) fn budget_left(window: &str) -> String {
    format!("1 - {} / 0.005", recorded(&format!("job:playwright_service_errors:ratio_rate{window}")))
}
