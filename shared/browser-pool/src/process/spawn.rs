//! One Chromium process, from its spawn until nothing of it is left.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::{Pid, Signal, WaitOptions};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStderr};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::flags::LaunchOptions;
use super::profile::ProfileDir;
use super::tree::{self, TreeUsage};

/// Chromium has no sandbox as root: then it runs as this user and group, which need no passwd entry.
/// High and unassigned, so that it owns nothing.
const UNPRIVILEGED_ID: u32 = 54_321;

/// Chromium wants more shared memory than a container's usual 64 MB, or crashes.
const ENOUGH_SHM: u64 = 512 * 1024 * 1024;

/// A 4 MB capture crosses the pipe in few steps instead of in 64 KB ones.
const PIPE_SIZE: usize = 1024 * 1024;

/// Chromium's niceness, inherited by all of its tree.
const YIELDING: i32 = 5;

/// Processes that were killed end as soon as the kernel gets to it; on a busy machine that takes a while.
const REAPING_LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub(crate) enum SpawnError {
    #[error("could not make a profile directory")]
    Profile(#[source] io::Error),
    #[error("could not make the debugging pipe")]
    Pipe(#[source] io::Error),
    #[error("could not start the browser's binary")]
    Exec(#[source] io::Error),
}

/// A running process. Dropping the last handle kills the whole group.
#[derive(Debug)]
pub(crate) struct Chromium {
    group: Pid,
    exited: CancellationToken,
    gone: CancellationToken,
    last_words: Arc<Mutex<VecDeque<String>>>,
}

/// Our ends of the debugging pipe.
#[derive(Debug)]
pub(crate) struct DebuggingPipe {
    pub(crate) commands: pipe::Sender,
    pub(crate) answers: pipe::Receiver,
}

impl Chromium {
    /// Spawns the binary. `tasks` owns the task that waits for its end and cleans up after it.
    pub(crate) fn spawn(
        binary: &Path,
        options: &LaunchOptions,
        tasks: &TaskTracker,
    ) -> Result<(Self, DebuggingPipe), SpawnError> {
        let user = rustix::process::getuid().is_root().then_some(UNPRIVILEGED_ID);
        let profile = ProfileDir::create(user).map_err(SpawnError::Profile)?;
        let (pipe, mappings) = debugging_pipe().map_err(SpawnError::Pipe)?;
        let mut command = std::process::Command::new(binary);
        command
            .args(options.arguments(profile.path(), has_small_shm()))
            // Nothing of the service's environment is a page's business.
            .env_clear()
            .env("HOME", profile.path())
            .env("TMPDIR", profile.path())
            .env("LANG", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(id) = user {
            command.uid(id).gid(id);
        }
        command.fd_mappings(mappings).map_err(|error| SpawnError::Pipe(io::Error::other(error)))?;
        let mut child = tokio::process::Command::from(command).spawn().map_err(SpawnError::Exec)?;
        let group = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .ok_or_else(|| SpawnError::Exec(io::Error::other("it exited at once")))?;
        // The service's own few instructions (health, refusals, metrics) go before any page's work.
        let _ = rustix::process::setpriority_process(Some(group), YIELDING);
        let chromium = Self {
            group,
            exited: CancellationToken::new(),
            gone: CancellationToken::new(),
            last_words: Arc::default(),
        };
        if let Some(stderr) = child.stderr.take() {
            tasks.spawn(listen(stderr, Arc::clone(&chromium.last_words), chromium.gone.clone()));
        }
        tasks.spawn(bury(child, group, profile, chromium.exited.clone(), chromium.gone.clone()));
        Ok((chromium, pipe))
    }

    pub(crate) fn pid(&self) -> i32 {
        self.group.as_raw_nonzero().get()
    }

    /// Ends the whole tree at once. Harmless when it has ended.
    pub(crate) fn kill(&self) {
        if !self.exited.is_cancelled() {
            let _ = rustix::process::kill_process_group(self.group, Signal::KILL);
        }
    }

    /// Cancelled when the main process has ended.
    pub(crate) fn exited(&self) -> &CancellationToken {
        &self.exited
    }

    /// Cancelled when every process of the tree is reaped and the profile directory removed.
    pub(crate) fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    /// Reads /proc: not on an async thread.
    pub(crate) fn usage(&self) -> TreeUsage {
        TreeUsage::measure(self.pid())
    }

    /// The last lines that it wrote to its standard error.
    pub(crate) fn last_words(&self) -> Vec<String> {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Descriptors 3 and 4 of Chromium are where `--remote-debugging-pipe` reads and writes.
fn debugging_pipe() -> io::Result<(DebuggingPipe, Vec<FdMapping>)> {
    let (commands_in, commands_out) = io::pipe()?;
    let (answers_in, answers_out) = io::pipe()?;
    // Larger is faster, not needed: an unprivileged user may have used up its share of pipe memory.
    let _ = rustix::pipe::fcntl_setpipe_size(&answers_out, PIPE_SIZE);
    let _ = rustix::pipe::fcntl_setpipe_size(&commands_out, PIPE_SIZE);
    let mappings = vec![
        FdMapping { parent_fd: commands_in.into(), child_fd: 3 },
        FdMapping { parent_fd: answers_out.into(), child_fd: 4 },
    ];
    let pipe = DebuggingPipe {
        commands: pipe::Sender::from_owned_fd(OwnedFd::from(commands_out))?,
        answers: pipe::Receiver::from_owned_fd(OwnedFd::from(answers_in))?,
    };
    Ok((pipe, mappings))
}

fn has_small_shm() -> bool {
    rustix::fs::statvfs("/dev/shm").map_or(true, |shm| shm.f_blocks * shm.f_frsize < ENOUGH_SHM)
}

/// The line with nothing of an address but its scheme and host: the rest may hold secrets.
fn without_addresses(line: &str) -> String {
    let short = |word: &str| {
        let (scheme, rest) = word.split_once("://")?;
        let authority = rest.split(['/', '?', '#', '"', '\'']).next()?;
        let host = authority.rsplit('@').next()?;
        Some(format!("{scheme}://{host}…"))
    };
    let words: Vec<_> = line.split(' ').map(|word| short(word).unwrap_or_else(|| word.to_owned())).collect();
    words.join(" ")
}

/// Keeps the last lines of what Chromium says: they explain a failed launch.
async fn listen(stderr: ChildStderr, last_words: Arc<Mutex<VecDeque<String>>>, gone: CancellationToken) {
    const KEPT: usize = 20;
    const LONGEST: usize = 400;
    let mut lines = BufReader::new(stderr).split(b'\n');
    while let Some(Ok(Some(line))) = gone.run_until_cancelled(lines.next_segment()).await {
        let line =
            without_addresses(&String::from_utf8_lossy(&line)).chars().take(LONGEST).collect::<String>();
        tracing::debug!(line, "chromium says");
        let mut kept = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(line);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}

/// Waits for the process, then ends what it left behind.
async fn bury(
    mut child: Child,
    group: Pid,
    profile: ProfileDir,
    exited: CancellationToken,
    gone: CancellationToken,
) {
    let status = child.wait().await;
    tracing::debug!(pid = group.as_raw_nonzero().get(), ?status, "chromium has ended");
    let _ = rustix::process::kill_process_group(group, Signal::KILL);
    exited.cancel();
    reap_orphans(group).await;
    profile.remove().await;
    gone.cancel();
}

/// The children of a killed browser become ours (we are their subreaper): without a reaper, as in a container
/// without an init, each would stay a zombie.
async fn reap_orphans(group: Pid) {
    let group_id = group.as_raw_nonzero().get();
    let mut pause = Duration::from_millis(2);
    let given_up = Instant::now() + REAPING_LIMIT;
    while Instant::now() < given_up {
        let members = tokio::task::spawn_blocking(move || tree::members(group_id)).await.unwrap_or_default();
        if members.is_empty() {
            return;
        }
        for pid in members.into_iter().filter_map(Pid::from_raw) {
            // Not our child, or still ending: the next round sees whether it is left.
            let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
    tracing::warn!(pid = group_id, "processes of an ended browser are still there");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_addresses_only_the_host_is_told() {
        for (line, told) in [
            ("no address: in here", "no address: in here"),
            (
                "failed to load https://u:p@shop.example:8443/a?token=b#c twice",
                "failed to load https://shop.example:8443… twice",
            ),
            (
                "\"http://x.example?token=b\", source: about:blank (1)",
                "\"http://x.example… source: about:blank (1)",
            ),
            ("ws://a.example ://", "ws://a.example… ://…"),
        ] {
            assert_eq!(without_addresses(line), told);
        }
    }
}
