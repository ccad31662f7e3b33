//! Browsers of the bench's own, started as the service starts its own: the same executable, switches, user and
//! niceness, which are read from a running one.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, getuid, kill_process_group, setpriority_process};
use serde_json::json;
use tempfile::TempDir;
use test_support::Service;
use test_support::process::{ProcessId, descendants};
use tokio::net::unix::pipe;

use super::raw::{Wire, text};

/// As the service makes its own pipes.
const PIPE_SIZE: usize = 1 << 20;
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// Where a page goes and where it keeps things differ between a service's browser and one of the bench.
const REPLACED: [&str; 3] = ["--user-data-dir", "--proxy-server", "--proxy-bypass-list"];

/// How a browser is started.
#[derive(Debug, Clone)]
pub(crate) struct Chromium {
    program: PathBuf,
    switches: Vec<String>,
    user: u32,
    niceness: i32,
    /// CSS pixels of a page.
    pub(crate) window: (u32, u32),
}

impl Chromium {
    /// As the browsers of a running service are.
    pub(crate) fn of(service: &Service) -> Result<Chromium> {
        let browser = service.browsers().into_iter().next().context("the service has no browser")?;
        let line = browser.command_line();
        let (program, switches) = line.split_first().context("the service's browser has ended")?;
        let file = |name: &str| {
            let path = format!("/proc/{}/{name}", browser.pid);
            fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        Ok(Chromium {
            program: program.into(),
            switches: kept(switches),
            user: user_of(&file("status")?).context("a process without a user")?,
            niceness: niceness_of(&file("stat")?).context("a process without a niceness")?,
            window: window_of(switches).context("a browser without a window size")?,
        })
    }

    /// Starts a browser and waits until it answers.
    pub(crate) async fn start(&self) -> Result<Browser> {
        let browser = self.spawn()?;
        browser.version().await?;
        Ok(browser)
    }

    fn spawn(&self) -> Result<Browser> {
        let profile = tempfile::Builder::new().prefix("bench-chromium-").tempdir()?;
        let (wire, descriptors) = debugging_pipe()?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.switches)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("--no-proxy-server")
            .env_clear()
            .env("HOME", profile.path())
            .env("TMPDIR", profile.path())
            .env("LANG", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        if getuid().is_root() {
            chown(profile.path(), Some(self.user), Some(self.user))?;
            command.uid(self.user).gid(self.user);
        }
        command.fd_mappings(descriptors)?;
        let child = command.spawn().context("the browser can't be started")?;
        // the command still holds the browser's ends: with them open its end would not be seen
        drop(command);
        let process = Process { child, _profile: profile };
        setpriority_process(process.group(), self.niceness)?;
        Ok(Browser { wire, process })
    }
}

/// A running browser. Dropping it ends it and everything that it started.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) wire: Wire,
    process: Process,
}

impl Browser {
    /// For example `HeadlessChrome/156.0.0.0`.
    pub(crate) async fn version(&self) -> Result<String> {
        let version = self.wire.send(None, "Browser.getVersion", &json!({})).result().await?;
        text(&version, "product")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.child.id()
    }
}

#[derive(Debug)]
struct Process {
    child: Child,
    /// Removed after the processes that write to it have ended.
    _profile: TempDir,
}

impl Process {
    /// It leads a group of its own.
    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut left = descendants(self.child.id());
        if let Some(group) = self.group() {
            // it may have ended already
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        let end = Instant::now() + ENDS_WITHIN;
        while !left.is_empty() && Instant::now() < end {
            left.retain(ProcessId::is_running);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Chromium reads commands from descriptor 3 and writes answers to 4.
fn debugging_pipe() -> Result<(Wire, Vec<FdMapping>)> {
    let (commands_in, commands_out) = std::io::pipe()?;
    let (answers_in, answers_out) = std::io::pipe()?;
    // larger is faster, not needed
    let _ = rustix::pipe::fcntl_setpipe_size(&commands_out, PIPE_SIZE);
    let _ = rustix::pipe::fcntl_setpipe_size(&answers_out, PIPE_SIZE);
    let commands = pipe::Sender::from_owned_fd(OwnedFd::from(commands_out))?;
    let answers = pipe::Receiver::from_owned_fd(OwnedFd::from(answers_in))?;
    let descriptors = vec![
        FdMapping { parent_fd: commands_in.into(), child_fd: 3 },
        FdMapping { parent_fd: answers_out.into(), child_fd: 4 },
    ];
    Ok((Wire::open(commands, answers), descriptors))
}

/// The switches that a browser of the bench has in common with one of the service.
fn kept(switches: &[String]) -> Vec<String> {
    let name = |switch: &str| switch.split('=').next().unwrap_or_default().to_owned();
    switches.iter().filter(|switch| !REPLACED.contains(&name(switch).as_str())).cloned().collect()
}

fn window_of(switches: &[String]) -> Option<(u32, u32)> {
    let size = switches.iter().find_map(|switch| switch.strip_prefix("--window-size="))?;
    let (width, height) = size.split_once(',')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// The effective user in the text of `/proc/PID/status`.
fn user_of(status: &str) -> Option<u32> {
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    users.split_whitespace().nth(1)?.parse().ok()
}

/// The niceness in the text of `/proc/PID/stat`: the 17th value after the name, which may hold anything.
fn niceness_of(stat: &str) -> Option<i32> {
    let (_, values) = stat.rsplit_once(')')?;
    values.split_whitespace().nth(16)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_profile_and_the_way_out_are_replaced() {
        let line = [
            "--headless",
            "--user-data-dir=/p",
            "--proxy-server=http://127.0.0.1:1",
            "--proxy-bypass-list=<-loopback>",
            "--window-size=1200,630",
        ]
        .map(str::to_owned);
        assert_eq!(kept(&line), ["--headless", "--window-size=1200,630"]);
        assert_eq!(window_of(&line), Some((1200, 630)));
        assert_eq!(window_of(&line[..1]), None);
    }

    #[test]
    fn user_and_niceness_are_read_whatever_the_process_is_called() {
        let status = "Name:\tchrome\nUid:\t1\t54321\t3\t4\nGid:\t5\t6\t7\t8\n";
        assert_eq!(user_of(status), Some(54_321));
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 25 5 20 0 99";
        assert_eq!(niceness_of(stat), Some(5));
        assert_eq!(niceness_of(""), None);
    }
}
