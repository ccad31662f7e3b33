//! A service as it is shipped: its own process, told what to do by its environment, watched from outside.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::built;
use crate::http::{Client, SendError};
use crate::process::{ProcessId, Signal, descendants, signal};
use crate::scrape::Scrape;
use crate::wait::within;

/// All are far beyond what a start and an end take on a machine that is busy with other tests.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(2);
const LEAVES_NOTHING_WITHIN: Duration = Duration::from_secs(5);

/// A service that is about to be started, once or again and again.
#[derive(Debug, Clone)]
pub struct Launch {
    binary: PathBuf,
    environment: BTreeMap<String, String>,
    own_group: bool,
}

/// A running service. Dropping it kills it, and panics where a process of its browsers outlives it.
#[derive(Debug)]
pub struct Service {
    child: Child,
    log: Arc<Mutex<String>>,
    /// each ends with its stream
    readers: Vec<JoinHandle<()>>,
    client: Client,
    /// where it puts what is temporary
    temporary: TempDir,
}

/// A service did not come up.
#[derive(Debug)]
pub struct StartFailure {
    /// What was waited for.
    pub what: &'static str,
    /// How it ended, if it did.
    pub exit: Option<ExitStatus>,
    /// Everything that it said.
    pub log: String,
}

impl std::fmt::Display for StartFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} (exit: {:?}), it said:\n{}", self.what, self.exit, self.log)
    }
}

impl std::error::Error for StartFailure {}

impl Launch {
    /// The ingestion service, built if need be.
    #[must_use]
    pub fn ingestion() -> Launch {
        Launch::of(built::binary("playwright-ingestion", "playwright-ingestion"))
    }

    /// The image service, built if need be.
    #[must_use]
    pub fn image() -> Launch {
        Launch::of(built::binary("playwright-image", "playwright-image"))
    }

    /// Any executable that takes the services' settings.
    #[must_use]
    pub fn of(binary: PathBuf) -> Launch {
        let launch = Launch { binary, environment: BTreeMap::new(), own_group: false };
        launch.env("PLAYWRIGHT_LISTEN", "127.0.0.1:0").env("PLAYWRIGHT_LOG_FORMAT", "json")
    }

    /// Sets a variable. Nothing of the caller's environment is passed on but `PATH`.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Launch {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// What is launched, for a sub-command of it.
    pub fn executable(&self) -> &Path {
        &self.binary
    }

    /// Puts it into a process group of its own, so that a Ctrl-C at the terminal reaches the caller only.
    #[must_use]
    pub fn own_group(mut self) -> Launch {
        self.own_group = true;
        self
    }

    /// Starts it and waits until `/ready` says so.
    pub async fn start(self) -> Result<Service, StartFailure> {
        let mut service = self.start_without_waiting().await?;
        let client = service.client.clone();
        let is_ready = within(STARTS_WITHIN, async || {
            if service.exit_status().is_some() {
                return Some(false);
            }
            client.get("/ready").await.is_ok_and(|reply| reply.status == 200).then_some(true)
        })
        .await;
        match is_ready {
            Some(true) => Ok(service),
            _ => Err(service.failure("it did not become ready")),
        }
    }

    /// Starts it and waits until it listens.
    pub async fn start_without_waiting(self) -> Result<Service, StartFailure> {
        let mut service = self.spawn();
        let log = service.log.clone();
        let address = within(STARTS_WITHIN, async || {
            let address = listening_address(&log.lock().unwrap_or_else(PoisonError::into_inner));
            if address.is_none() && service.exit_status().is_some() {
                return Some(None);
            }
            address.map(Some)
        })
        .await
        .flatten();
        let Some(address) = address else { return Err(service.failure("it did not say where it listens")) };
        service.client = Client::new(&format!("http://{address}"));
        Ok(service)
    }

    /// Runs it to its end, for starts that must fail.
    pub async fn run_to_end(self, limit: Duration) -> (Option<ExitStatus>, String) {
        let mut service = self.spawn();
        let exit = service.wait_for_exit(limit).await;
        if exit.is_some() {
            // what it said last may still be on its way
            within(LAST_WORDS_WITHIN, async || {
                service.readers.iter().all(JoinHandle::is_finished).then_some(())
            })
            .await;
        }
        (exit, service.log())
    }

    fn spawn(self) -> Service {
        let temporary = tempfile::Builder::new().prefix("service-").tempdir().expect("a temporary directory");
        // the browsers run under another uid when the service runs as root
        fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o755))
            .expect("a readable directory");
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", temporary.path())
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.own_group {
            command.process_group(0);
        }
        let mut child = command.spawn().expect("the service's executable can be run");
        let log = Arc::new(Mutex::new(String::new()));
        let readers = [collect(child.stdout.take(), &log), collect(child.stderr.take(), &log)];
        let readers = readers.into_iter().flatten().collect();
        Service { child, log, readers, client: Client::new("http://127.0.0.1:1"), temporary }
    }
}

impl Service {
    /// A client for it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it has said so far, on both streams.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it counts now.
    pub async fn metrics(&self) -> Result<Scrape, SendError> {
        Ok(Scrape::parse(&self.client.get("/metrics").await?.text()))
    }

    /// All its descendants: browsers, their children, zombies.
    #[must_use]
    pub fn processes(&self) -> Vec<ProcessId> {
        descendants(self.pid())
    }

    /// The main processes of its browsers.
    #[must_use]
    pub fn browsers(&self) -> Vec<ProcessId> {
        self.processes().into_iter().filter(ProcessId::is_browser).collect()
    }

    /// Its temporary directory, where its browsers' profiles are.
    #[must_use]
    pub fn temporary_directory(&self) -> &Path {
        self.temporary.path()
    }

    /// How many things lie in its temporary directory.
    #[must_use]
    pub fn temporary_entries(&self) -> usize {
        fs::read_dir(self.temporary.path()).map_or(0, Iterator::count)
    }

    /// Sends it a signal; an error where it has ended.
    pub fn signal(&self, which: Signal) -> io::Result<()> {
        signal(i32::try_from(self.pid()).map_err(io::Error::other)?, which)
    }

    /// How it ended, if it has.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for its end; `None` where it still runs after `limit`.
    pub async fn wait_for_exit(&mut self, limit: Duration) -> Option<ExitStatus> {
        within(limit, async || self.child.try_wait().ok().flatten()).await
    }

    fn failure(&mut self, what: &'static str) -> StartFailure {
        let exit = self.exit_status();
        StartFailure { what, exit, log: self.log() }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let own = self.processes();
        // both fail only where it has ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
        let end = Instant::now() + LEAVES_NOTHING_WITHIN;
        let mut left = own;
        while !left.is_empty() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
            left.retain(ProcessId::is_running);
        }
        assert!(left.is_empty() || thread::panicking(), "processes outlive the service: {left:?}");
    }
}

/// Follows a stream into the log, in a thread that ends with the stream.
fn collect(stream: Option<impl Read + Send + 'static>, log: &Arc<Mutex<String>>) -> Option<JoinHandle<()>> {
    let stream = stream?;
    let log = log.clone();
    Some(thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&String::from_utf8_lossy(&line));
            log.push('\n');
        }
    }))
}

/// The address in the line that says where it listens.
fn listening_address(log: &str) -> Option<String> {
    let said = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["message"] == "listening").then(|| line["address"].as_str().map(str::to_owned))?
    };
    log.lines().find_map(said)
}
