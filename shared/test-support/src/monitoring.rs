//! The project's own Prometheus and Alertmanager configuration, running: real executables on a copy of `prometheus/`
//! whose targets, secrets and, where a test cannot wait, times are the caller's.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::alert_receiver::AlertReceiver;
use crate::built::workspace_root;
use crate::http::Client;
use crate::wait::within;

/// Far beyond what either takes on a busy machine.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// Debian's name for it, and the one that upstream uses.
const ALERTMANAGERS: [&str; 2] = ["prometheus-alertmanager", "alertmanager"];

/// A copy of `prometheus/` to be changed and run. Dropping it removes it.
#[derive(Debug)]
pub struct MonitoringFiles {
    folder: TempDir,
}

/// A running Prometheus. Dropping it ends it.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
}

/// A running Alertmanager. Dropping it ends it.
#[derive(Debug)]
pub struct Alertmanager {
    process: Process,
}

/// One series of an answer.
#[derive(Debug, Clone)]
pub struct Series {
    /// All labels, `__name__` too where the query keeps it.
    pub labels: Value,
    /// NaN where the answer is that.
    pub value: f64,
}

impl MonitoringFiles {
    /// A fresh copy.
    ///
    /// # Panics
    ///
    /// When the folder cannot be copied.
    #[must_use]
    pub fn copy() -> MonitoringFiles {
        let folder = tempfile::Builder::new().prefix("monitoring-").tempdir().expect("a temporary directory");
        copy_folder(&workspace_root().join("prometheus"), folder.path()).expect("a copy of prometheus/");
        MonitoringFiles { folder }
    }

    /// Where the copy is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Rewrites a file of the copy.
    ///
    /// # Panics
    ///
    /// When there is no such file, and when nothing changes: a replacement that finds nothing is a mistake.
    pub fn edit(&self, name: &str, change: impl FnOnce(&str) -> String) {
        let path = self.path().join(name);
        let before = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let after = change(&before);
        assert_ne!(before, after, "{name} was to be changed");
        fs::write(&path, after).expect("a writable copy");
    }

    /// Says which addresses a job has: `playwright-ingestion`, `playwright-image`, `alertmanager`, `prometheus`.
    ///
    /// # Panics
    ///
    /// When the file cannot be written.
    pub fn set_targets(&self, job: &str, addresses: &[String]) {
        let targets = serde_json::json!([{ "targets": addresses }]);
        // JSON is YAML; Prometheus may read at any moment, so the file is replaced at once
        let (path, fresh) = (self.path().join(format!("targets/{job}.yml")), self.path().join("fresh"));
        fs::write(&fresh, targets.to_string()).expect("a writable copy");
        fs::rename(fresh, path).expect("a writable copy");
    }

    /// Has Alertmanager send to the receiver what it would send to Slack and PagerDuty.
    ///
    /// # Panics
    ///
    /// When the files cannot be written.
    pub fn send_to(&self, receiver: &AlertReceiver) {
        let secrets = self.path().join("secrets");
        fs::create_dir_all(&secrets).expect("a writable copy");
        fs::write(secrets.join("slack_api_url"), receiver.slack_url()).expect("a writable copy");
        fs::write(secrets.join("pagerduty_routing_key"), "0123456789abcdef0123456789abcdef")
            .expect("a writable copy");
        self.edit("alertmanager/alertmanager.yml", |text| {
            text.replace("/run/secrets", &secrets.to_string_lossy())
                .replace("global:\n", &format!("global:\n  pagerduty_url: {}\n", receiver.pagerduty_url()))
        });
    }
}

impl Prometheus {
    /// Starts it on the copy and waits until it is ready.
    pub async fn start(files: &MonitoringFiles) -> io::Result<Prometheus> {
        let port = free_port()?;
        files.set_targets("prometheus", &[format!("127.0.0.1:{port}")]);
        let mut command = Command::new("prometheus");
        command
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=data")
            .arg("--enable-feature=expand-external-labels")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .env("GRAFANA_URL", "http://grafana.test:3000")
            .env("DOCS_URL", "http://docs.test/");
        let process = Process::start(command, files.path(), "prometheus", port).await?;
        Ok(Prometheus { process })
    }

    /// The API.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.process.client
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> String {
        self.process.address()
    }

    /// The answer to an instant query, now.
    pub async fn query(&self, expression: &str) -> io::Result<Vec<Series>> {
        let query: String = url_encoded(expression);
        let answer = self.get(&format!("/api/v1/query?query={query}")).await?;
        if answer["status"] != "success" {
            return Err(io::Error::other(format!("{expression}: {answer}")));
        }
        let series = answer["data"]["result"].as_array().cloned().unwrap_or_default();
        Ok(series.iter().map(Series::of).collect())
    }

    /// The alerts that are pending or firing.
    pub async fn alerts(&self) -> io::Result<Vec<Value>> {
        let answer = self.get("/api/v1/alerts").await?;
        Ok(answer["data"]["alerts"].as_array().cloned().unwrap_or_default())
    }

    /// Any path of the API.
    pub async fn get(&self, path: &str) -> io::Result<Value> {
        get(self.client(), path).await
    }
}

impl Alertmanager {
    /// Starts it on the copy, waits until it is ready, and makes it the one that a Prometheus on this copy tells.
    pub async fn start(files: &MonitoringFiles) -> io::Result<Alertmanager> {
        let port = free_port()?;
        let executable = ALERTMANAGERS.iter().find(|name| is_on_path(name)).ok_or_else(|| {
            io::Error::other("no Alertmanager on the PATH: apt-get install prometheus-alertmanager")
        })?;
        let mut command = Command::new(executable);
        command
            .arg("--config.file=alertmanager/alertmanager.yml")
            .arg("--storage.path=alertmanager-data")
            // alone: no port for a cluster
            .arg("--cluster.listen-address=")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let process = Process::start(command, files.path(), executable, port).await?;
        files.set_targets("alertmanager", &[process.address()]);
        Ok(Alertmanager { process })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> String {
        self.process.address()
    }

    /// What it knows of alerts: each with its `status.state`, `active` or `suppressed`.
    pub async fn alerts(&self) -> io::Result<Vec<Value>> {
        let answer = get(&self.process.client, "/api/v2/alerts").await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    /// Posts alerts as Prometheus would.
    pub async fn post(&self, alerts: &Value) -> io::Result<()> {
        let reply = self.process.client.post("/api/v2/alerts", alerts).await.map_err(io::Error::other)?;
        if reply.status == 200 { Ok(()) } else { Err(io::Error::other(reply.text())) }
    }
}

impl Series {
    fn of(series: &Value) -> Series {
        let value = series["value"][1].as_str().and_then(|value| value.parse().ok()).unwrap_or(f64::NAN);
        Series { labels: series["metric"].clone(), value }
    }
}

#[derive(Debug)]
struct Process {
    child: Child,
    port: u16,
    client: Client,
}

impl Process {
    async fn start(mut command: Command, folder: &Path, name: &str, port: u16) -> io::Result<Process> {
        let log = folder.join(format!("{name}.log"));
        let said = fs::File::create(&log)?;
        command.current_dir(folder).stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let child = command.spawn().map_err(|error| {
            io::Error::other(format!("{name} cannot be started ({error}): apt-get install it"))
        })?;
        let client = Client::new(&format!("http://127.0.0.1:{port}"));
        let mut process = Process { child, port, client };
        let is_ready = within(STARTS_WITHIN, async || {
            if process.child.try_wait().ok().flatten().is_some() {
                return Some(false);
            }
            let answer = process.client.get("/-/ready").await;
            answer.is_ok_and(|reply| reply.status == 200).then_some(true)
        })
        .await;
        if is_ready == Some(true) {
            return Ok(process);
        }
        let said = fs::read_to_string(log).unwrap_or_default();
        Err(io::Error::other(format!("{name} did not become ready, it said:\n{said}")))
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // both fail only where it has ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn get(client: &Client, path: &str) -> io::Result<Value> {
    let reply = client.get(path).await.map_err(io::Error::other)?;
    serde_json::from_slice(&reply.body)
        .map_err(|error| io::Error::other(format!("{error}: {}", reply.text())))
}

/// A port that was free a moment ago: neither executable tells which one it got when it is given 0.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

pub(crate) fn url_encoded(text: &str) -> String {
    use std::fmt::Write as _;

    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
