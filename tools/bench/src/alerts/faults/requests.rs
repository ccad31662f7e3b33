//! What is asked for: pages that are slow, hang or fail, documents that take their time, more of them than there are
//! pages.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::super::Until;
use super::super::ground::{Ground, IMAGE, INGESTION};
use super::super::instance::Instance;
use super::super::traffic::{Plan, Traffic};
use super::{Scenario, image, ingestion, of, scenario, undone};

pub(super) fn all() -> Vec<Scenario> {
    vec![
        scenario(
            "slow pages",
            "a site takes 13.2 s for every page; callers give 15.5 s",
            |_| {
                let mut alerts = ingestion(&["PlaywrightLatencyHigh"], "/v1/extract");
                alerts.extend(of(INGESTION, &["PlaywrightDeadlinesNearlyMissed"]));
                alerts
            },
            |ground, until| {
                let page =
                    json!({ "url": ground.site.url("/slow/13200/static-jsonld.html"), "timeout_s": 15.5 });
                visits(ground, until, 6, 0, page)
            },
        ),
        scenario(
            "hanging pages",
            "a site accepts connections and never answers; callers give 4 s",
            |_| of(INGESTION, &["PlaywrightTimeoutRatioHigh"]),
            |ground, until| {
                let page = json!({ "url": ground.site.url("/hang"), "timeout_s": 4 });
                visits(ground, until, 2, 0, page)
            },
        ),
        scenario(
            "failing pages",
            "a site answers with status 503",
            |_| of(INGESTION, &["PlaywrightErrorRatioHigh"]),
            |ground, until| {
                let page = json!({ "url": ground.site.url("/status/503") });
                visits(ground, until, 1, 2, page)
            },
        ),
        scenario(
            "slow documents",
            "documents take 10.5 s of a deadline of 15 s",
            |_| image(&["PlaywrightLatencyNearDeadline"], "/v1/render"),
            |ground, until| {
                Box::pin(async move {
                    let _callers = documents(&ground.calm_image, 3, "/v1/render", 10_500, 15.0);
                    undone(until).await;
                    Ok(())
                })
            },
        ),
        scenario(
            "exhausted",
            "four callers want the only page of an instance, for 19.5 s each; one may wait",
            |ground| {
                let mut alerts = image(&["PlaywrightNoPageAvailable"], &ground.exhausted_image.address);
                alerts.extend(of(IMAGE, &["PlaywrightQueueSaturated"]));
                alerts.extend(image(&["PlaywrightLatencyHigh"], "/v1/screenshot"));
                alerts
            },
            |ground, until| {
                Box::pin(async move {
                    let _callers = documents(&ground.exhausted_image, 4, "/v1/screenshot", 19_500, 60.0);
                    undone(until).await;
                    Ok(())
                })
            },
        ),
    ]
}

/// Callers that want one page again and again.
fn visits(
    ground: Arc<Ground>,
    until: Until,
    callers: usize,
    pause_s: u64,
    page: Value,
) -> futures_util::future::LocalBoxFuture<'static, Result<()>> {
    Box::pin(async move {
        // what fails at once must not take a page from what is slow
        let instance = if pause_s > 0 { &ground.calm_ingestion } else { &ground.slow_ingestion };
        let pause = Duration::from_secs(pause_s);
        let plan = Plan { client: instance.client(), callers, pause, path: "/v1/extract" };
        let _callers = plan.start(move |_| {
            let mut request = page.clone();
            request["retry_count"] = json!(0);
            request
        });
        undone(until).await;
        Ok(())
    })
}

fn documents(
    instance: &Instance,
    callers: usize,
    path: &'static str,
    takes_ms: u64,
    timeout_s: f64,
) -> Traffic {
    let plan = Plan { client: instance.client(), callers, pause: Duration::from_secs(3), path };
    plan.start(move |number| {
        json!({
            "html": format!("<p>document {number}</p>"), "delay_ms": takes_ms, "timeout_s": timeout_s,
            "image_format": "jpeg", "scale_factor": 0.5,
        })
    })
}
