//! What was there before and must be there again afterwards, and nothing more.

use std::time::{Duration, Instant};

use crate::hostile::world::Host;
use crate::report::Report;
use crate::sample::Sample;

/// Warm pages are opened, the standby browser comes up, and the browsers are measured, every few seconds.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);
const CALM: Duration = Duration::from_secs(12);
/// Pages for the next documents that run nothing are kept as there is need, each with a process; what is left behind by
/// faults, of which there are more than a hundred, would be more.
const KEPT: usize = 4;
/// The log's thread and the like may keep a few descriptors open that were not before.
const SLACK: usize = 4;
/// Browsers are not equally old before and after.
const PSS_TOLERANCE: f64 = 0.15;

/// Of each service, at rest.
#[derive(Debug)]
pub(crate) struct Baseline([Sample; 2]);

impl Baseline {
    pub(crate) async fn take(hosts: &[Host; 2]) -> Baseline {
        tokio::time::sleep(CALM).await;
        let [one, other] = hosts;
        let start = Instant::now();
        Baseline(
            tokio::join!(Sample::take(&one.service, start, 0), Sample::take(&other.service, start, 0)).into(),
        )
    }

    /// Waits until as little is left as before, for some time, and says what is.
    pub(crate) async fn compare(&self, report: &mut Report, hosts: &[Host; 2]) {
        for (host, before) in hosts.iter().zip(&self.0) {
            let name = host.kind.as_str();
            let at_rest = host.rest().await.is_some();
            report.check(format!("{name}: gauges at rest afterwards"), at_rest, at_rest);
            let start = Instant::now();
            let settled = test_support::within(SETTLES_WITHIN, async || {
                let now = Sample::take(&host.service, start, 0).await;
                is_as_before(before, &now).then_some(now)
            });
            let after = match settled.await {
                Some(after) => after,
                None => Sample::take(&host.service, start, 0).await,
            };
            let mut left = |what: &str, before: usize, after: usize, slack: usize| {
                report.check(
                    format!("{name}: {what}"),
                    format!("{before} before, {after} after"),
                    after <= before + slack,
                );
            };
            left("processes", before.processes, after.processes, KEPT);
            left("renderers", before.renderers, after.renderers, KEPT);
            left("zombies", 0, after.zombies, 0);
            left("profile directories", before.temporary, after.temporary, 0);
            left("open descriptors", before.files, after.files, SLACK);
            left("pages, frames and workers", before.targets, after.targets, KEPT);
            let value = format!("{:.0} MB before, {:.0} MB after", before.pss_mb(), after.pss_mb());
            report.check(format!("{name}: PSS"), value, is_light_as(before, &after));
            let panics = host.service.log().matches("panicked at").count();
            report.check(format!("{name}: panics in the log"), panics, panics == 0);
        }
    }
}

fn is_as_before(before: &Sample, now: &Sample) -> bool {
    now.zombies == 0
        && now.processes <= before.processes + KEPT
        && now.renderers <= before.renderers + KEPT
        && now.temporary <= before.temporary
        && now.targets <= before.targets + KEPT
        && now.files <= before.files + SLACK
        && is_light_as(before, now)
}

fn is_light_as(before: &Sample, now: &Sample) -> bool {
    now.pss_mb() <= before.pss_mb() * (1.0 + PSS_TOLERANCE)
}
