//! Makes the faults: signals to processes of the services' own trees, by id; hostile requests; a slow DNS server; a full
//! disk. Each says when it was made and how long it lasted.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use test_support::process::{ProcessId, Signal, signal};
use test_support::within;

use super::fault::Fault;
use crate::hostile::Hostile;
use crate::hostile::world::{Host, Sites};
use crate::kill::working_browser;
use crate::work::Kind;

/// What a kill may still be felt for by requests that come after it.
const FELT: Duration = Duration::from_secs(1);
const PAUSED_FOR: Duration = Duration::from_secs(2);
const NAMES_TAKE: Duration = Duration::from_secs(1);
const LASTS: Duration = Duration::from_secs(4);
/// A stopped browser must be found out within this.
const FOUND_OUT_WITHIN: Duration = Duration::from_secs(30);
/// Looking for something to break.
const LOOKED_FOR: Duration = Duration::from_secs(2);
/// Only a file system of the run's own is filled.
const LARGEST_DISK: u64 = 2 << 30;

/// One fault that was made.
#[derive(Debug)]
pub(crate) struct Injected {
    pub(crate) fault: Fault,
    pub(crate) on: Kind,
    pub(crate) at: Duration,
    /// When it was over.
    pub(crate) until: Duration,
    /// Why it could not be made, or had no end.
    pub(crate) problem: Option<String>,
    /// How a hostile request was answered, if it did not deserve that.
    pub(crate) unfair: Option<String>,
}

impl Injected {
    pub(crate) const CSV_HEADER: &str = "fault,service,at_s,until_s,problem,unfair";

    pub(crate) fn csv(&self) -> String {
        let text = |said: &Option<String>| said.as_deref().unwrap_or("").replace([',', '\n', '"'], " ");
        format!(
            "{},{},{:.3},{:.3},{},{}",
            self.fault.as_str().replace(',', ""),
            self.on.as_str(),
            self.at.as_secs_f64(),
            self.until.as_secs_f64(),
            text(&self.problem),
            text(&self.unfair)
        )
    }

    /// Of a service's requests those that were under way while it lasted are hit by it.
    pub(crate) fn hits(&self, kind: Kind, sent: Duration, ended: Duration) -> bool {
        let is_everywhere = matches!(self.fault, Fault::SlowNames | Fault::DiskFull);
        (is_everywhere || kind == self.on) && sent <= self.until && ended >= self.at
    }
}

/// All of the plan, evenly over the time; each is made on its own, so that one that lasts keeps none waiting.
pub(crate) async fn all(
    plan: &[(Fault, Kind)],
    hosts: &[Host; 2],
    sites: &Sites,
    time: Duration,
    start: Instant,
) -> Vec<Injected> {
    let pause = time / (u32::try_from(plan.len()).unwrap_or(u32::MAX) + 1);
    let each = (1_u32..).zip(plan).map(async |(turn, (fault, on))| {
        tokio::time::sleep_until((start + pause * turn).into()).await;
        let host = if hosts[0].kind == *on { &hosts[0] } else { &hosts[1] };
        let at = start.elapsed();
        let made = make(*fault, turn as usize, host, sites, start).await;
        let until = start.elapsed();
        let (problem, unfair) = match made {
            Ok(unfair) => (None, unfair),
            Err(problem) => (Some(problem), None),
        };
        Injected { fault: *fault, on: *on, at, until, problem, unfair }
    });
    join_all(each).await
}

/// Returns when it is over, with what was unfair about a hostile request's answer.
async fn make(
    fault: Fault,
    turn: usize,
    host: &Host,
    sites: &Sites,
    start: Instant,
) -> Result<Option<String>, String> {
    match fault {
        Fault::BrowserKilled => {
            let browser = within(LOOKED_FOR, async || working_browser(&host.service).await).await;
            kill(&browser.ok_or("no browser was at work")?).await?;
        }
        Fault::RendererKilled => kill(&child(host, "renderer", turn).await?).await?,
        Fault::GpuProcessKilled => kill(&child(host, "gpu-process", turn).await?).await?,
        Fault::NetworkProcessKilled => kill(&child(host, "utility", turn).await?).await?,
        Fault::BrowserPaused => {
            let browser = a_browser(host, turn)?;
            send(&browser, Signal::STOP)?;
            tokio::time::sleep(PAUSED_FOR).await;
            // it may have been given up meanwhile
            let _ = send(&browser, Signal::CONT);
        }
        Fault::BrowserStopped => {
            let browser = a_browser(host, turn)?;
            send(&browser, Signal::STOP)?;
            let gone = within(FOUND_OUT_WITHIN, async || (!browser.is_running()).then_some(())).await;
            gone.ok_or("a stopped browser was not replaced")?;
        }
        Fault::SlowNames => {
            sites.dns.be_late(NAMES_TAKE);
            tokio::time::sleep(LASTS).await;
            sites.dns.be_late(Duration::ZERO);
        }
        Fault::DiskFull => fill_disk(&std::env::temp_dir()).await?,
        Fault::Request(kind) => return Ok(request(kind, turn, host, sites, start).await),
    }
    Ok(None)
}

async fn request(kind: Hostile, turn: usize, host: &Host, sites: &Sites, start: Instant) -> Option<String> {
    let ask = kind.ask(host.kind, turn, sites);
    let client = host.service.client();
    let record = match kind {
        Hostile::ClientLeaves => ask.abandon(client, start).await,
        _ => ask.send(client, start).await,
    };
    (!kind.is_fair(&record)).then(|| format!("{:?} in {:?}", record.outcome, record.took))
}

async fn kill(process: &ProcessId) -> Result<(), String> {
    send(process, Signal::KILL)?;
    tokio::time::sleep(FELT).await;
    Ok(())
}

fn send(process: &ProcessId, which: Signal) -> Result<(), String> {
    signal(process.pid, which).map_err(|error| format!("{}: {error}", process.name))
}

fn a_browser(host: &Host, turn: usize) -> Result<ProcessId, String> {
    let browsers = host.service.browsers();
    let chosen = browsers.get(turn % browsers.len().max(1)).cloned();
    chosen.ok_or_else(|| "there was no browser".to_owned())
}

/// A child of any of the service's browsers.
async fn child(host: &Host, kind: &str, turn: usize) -> Result<ProcessId, String> {
    let found = within(LOOKED_FOR, async || {
        let mut children = host.service.processes();
        children.retain(|process| process.is_running() && process.is_chromium_child(kind));
        (!children.is_empty()).then(|| children.swap_remove(turn % children.len()))
    });
    found.await.ok_or_else(|| format!("there was no {kind}"))
}

/// Writes until nothing more goes in, and takes that away again after a while.
async fn fill_disk(directory: &Path) -> Result<(), String> {
    let disk = rustix::fs::statvfs(directory).map_err(|error| error.to_string())?;
    if disk.f_blocks * disk.f_frsize > LARGEST_DISK {
        return Err(format!(
            "TMPDIR ({}) is on no small file system of its own, as make chaos makes one",
            directory.display()
        ));
    }
    let filler = directory.join("filler");
    let path = filler.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let mut file = File::create(path)?;
        let part = vec![0; 1 << 20];
        // the last, partial write of a full disk is an error of its own
        while file.write_all(&part).is_ok() {}
        Ok::<_, std::io::Error>(())
    });
    let filled = filled.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string());
    tokio::time::sleep(LASTS).await;
    fs::remove_file(&filler).map_err(|error| error.to_string())?;
    filled
}
