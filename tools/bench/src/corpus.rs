//! `bench corpus`: every page of a folder, served on loopback by `page-server`, asked of the ingestion service through
//! Chromium; one JSON file a page, as a scorer wants them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use test_support::{Client, Launch, built, within};

use crate::report::{Report, Verdict, spread, write_file};

const DEADLINE: Duration = Duration::from_secs(20);
/// What the network adds to a deadline, on loopback.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A folder with manifest.json (an array of objects with `id` and `url`) and pages/<id>.html
    folder: PathBuf,
    /// Where the answers go, one <id>.json each
    #[arg(long, default_value = "out/corpus")]
    out: PathBuf,
    /// Pages asked for at a time
    #[arg(long, default_value = "2")]
    at_once: usize,
}

/// What `page-server --list` prints.
#[derive(Debug, Deserialize)]
struct Listing {
    pages: Vec<Page>,
    environment: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Page {
    id: String,
    url: String,
}

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let server = PageServer::start(&options.folder).await?;
    let mut launch = Launch::ingestion().env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    for (name, value) in &server.listing.environment {
        launch = launch.env(name, value);
    }
    let service = launch.start().await?;
    clear(&options.out)?;
    let client = service.client();
    let answers = stream::iter(&server.listing.pages)
        .map(async |page| ask(client, page, &options.out).await)
        .buffer_unordered(options.at_once.max(1));
    let answers: Vec<Result<Answer>> = answers.collect().await;
    let answers = answers.into_iter().collect::<Result<Vec<_>>>()?;

    let mut report = Report::new(format!("corpus: {}", options.folder.display()));
    let times: Vec<_> = answers.iter().map(|answer| answer.took).collect();
    report.figure("latency", spread(&times));
    let mut by_kind: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in &answers {
        *by_kind.entry(&answer.kind).or_default() += 1;
    }
    for (kind, count) in by_kind {
        report.figure(kind, count);
    }
    let late: Vec<_> =
        answers.iter().filter(|answer| answer.took > DEADLINE + GRACE || answer.kind == "timeout").collect();
    let names: Vec<_> = late.iter().map(|answer| answer.id.as_str()).collect();
    report.check(
        "not answered within the deadline",
        format!("{} {}", late.len(), names.join(" ")),
        late.is_empty(),
    );
    report.figure("answers", options.out.display());
    Ok(report.print())
}

#[derive(Debug)]
struct Answer {
    id: String,
    /// `product`, or the error's type and verdict
    kind: String,
    took: Duration,
}

async fn ask(client: &Client, page: &Page, out: &Path) -> Result<Answer> {
    let request = json!({ "url": page.url, "timeout_s": DEADLINE.as_secs() });
    let reply = client.post("/v1/extract", &request).await.map_err(|error| anyhow::anyhow!(error))?;
    write_file(&out.join(format!("{}.json", page.id)), &reply.body)?;
    let body: Value = serde_json::from_slice(&reply.body).context("an answer is not JSON")?;
    let kind = match (body["error_type"].as_str(), body["verdict"].as_str()) {
        (None, _) => "product".to_owned(),
        (Some(error), None) => error.to_owned(),
        (Some(error), Some(verdict)) => format!("{error} ({verdict})"),
    };
    Ok(Answer { id: page.id.clone(), kind, took: reply.took })
}

/// Answers of an earlier run would be scored with the new ones.
fn clear(out: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(out) else { return Ok(()) };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// The page server as a process of ours; ended when dropped.
struct PageServer {
    child: Child,
    listing: Listing,
}

impl PageServer {
    async fn start(folder: &Path) -> Result<PageServer> {
        let binary = built::binary("page-server", "page-server");
        let (http, dns) = (free_address()?, free_address()?);
        let arguments = |command: &mut Command| {
            command.arg("--folder").arg(folder).arg("--http").arg(&http).arg("--dns").arg(&dns);
            let manifest = folder.join("manifest.json");
            if manifest.is_file() {
                command.arg("--manifest").arg(manifest);
            }
        };
        let mut list = Command::new(&binary);
        arguments(&mut list);
        let listed = list.arg("--list").output().context("page-server can't be run")?;
        ensure!(listed.status.success(), "page-server: {}", String::from_utf8_lossy(&listed.stderr));
        let listing =
            serde_json::from_slice(&listed.stdout).context("page-server --list is not understood")?;
        let mut serve = Command::new(&binary);
        arguments(&mut serve);
        let child = serve.stdout(Stdio::null()).spawn().context("page-server can't be run")?;
        let server = PageServer { child, listing };
        let client = Client::new(&format!("http://{http}"));
        let answers = within(Duration::from_secs(10), async || client.get("/").await.ok()).await;
        ensure!(answers.is_some(), "page-server does not answer on {http}");
        Ok(server)
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        // both fail only where it has ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of the loopback interface that nobody listens on now.
fn free_address() -> Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no free port on loopback")?;
    Ok(listener.local_addr()?.to_string())
}
