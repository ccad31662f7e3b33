//! `bench readiness`: pages whose price comes late, twice, in another currency or never, asked of the ingestion service
//! through Chromium beside busy processes. A wrong price fails it; so does one that was not waited for.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use test_support::readiness::{Answer, KINDS, Run, runs};
use test_support::{Busy, Client, FixtureSite, Launch};

use crate::report::{Report, Verdict, spread};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Pages asked for, the kinds in turn
    #[arg(long, default_value = "204")]
    runs: usize,
    /// Of the delays
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Busy processes beside it
    #[arg(long, default_value = "2")]
    busy: usize,
    /// Pages asked for at a time
    #[arg(long, default_value = "3")]
    at_once: usize,
    /// Another build of the service, to compare with
    #[arg(long)]
    service: Option<PathBuf>,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let site = FixtureSite::start().await;
    let launch = options.service.clone().map_or_else(Launch::ingestion, Launch::of);
    let launch = launch
        .env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port())
        .env("PLAYWRIGHT_HOST_CONCURRENCY", "64")
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    let service = launch.start().await?;
    let _busy = Busy::start(options.busy)?;
    let asked = stream::iter(runs(options.seed, options.runs))
        .map(async |run| ask(service.client(), &site, run).await)
        .buffer_unordered(options.at_once.max(1));
    let answers: Vec<Answered> = asked.collect::<Vec<_>>().await.into_iter().collect::<Result<_>>()?;
    Ok(report(options, &answers).print())
}

struct Answered {
    run: Run,
    answer: Answer,
    took: Duration,
}

async fn ask(client: &Client, site: &FixtureSite, run: Run) -> Result<Answered> {
    let request = json!({ "url": site.url(&run.path), "timeout_s": 30 });
    let reply = client.post("/v1/extract", &request).await.map_err(|error| anyhow::anyhow!(error))?;
    let body: Value = serde_json::from_slice(&reply.body)?;
    Ok(Answered { answer: run.judge(reply.status.as_u16(), &body), took: reply.took, run })
}

fn report(options: &Options, answers: &[Answered]) -> Report {
    let Options { runs, seed, busy, at_once, .. } = options;
    let mut report =
        Report::new(format!("readiness: {runs} runs, seed {seed}, {at_once} at once beside {busy} busy"));
    for kind in KINDS {
        let of_kind: Vec<_> = answers.iter().filter(|answered| answered.run.kind.name == kind.name).collect();
        if of_kind.is_empty() {
            continue;
        }
        let times: Vec<_> = of_kind.iter().map(|answered| answered.took).collect();
        let [right, wrong, missing] = counts(of_kind.iter().copied());
        report.figure(
            kind.name,
            format!(
                "{:3} runs: {right:3} right {wrong:3} wrong {missing:3} missing; {}",
                of_kind.len(),
                spread(&times)
            ),
        );
    }
    let [right, wrong, missing] = counts(answers.iter());
    report.figure("right", format!("{right} of {}", answers.len()));
    report.check("wrong prices", wrong, wrong == 0);
    report.check("missing prices", missing, missing == 0);
    for answered in answers {
        if let Answer::Wrong(what) | Answer::Missing(what) = &answered.answer {
            report.figure("not right", what);
        }
    }
    report
}

/// Right, wrong, missing.
fn counts<'a>(answers: impl Iterator<Item = &'a Answered>) -> [usize; 3] {
    let mut counts = [0; 3];
    for answered in answers {
        let at = match answered.answer {
            Answer::Right => 0,
            Answer::Wrong(_) => 1,
            Answer::Missing(_) => 2,
        };
        counts[at] += 1;
    }
    counts
}
