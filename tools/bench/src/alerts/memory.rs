//! A control group with a memory limit, and something in it that takes the memory away: what a leak beside a service
//! looks like in its container.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use test_support::process::{Signal, descendants, signal};

const LIMIT: u64 = 2 << 30;
/// Beyond the alert's 90 %, with room for what the browsers take and give back.
const FILLED: f64 = 0.95;
const NAME: &str = "playwright-alerts-drill";

/// Dropping it removes the group; by then nothing may run in it.
#[derive(Debug)]
pub(crate) struct Group {
    path: PathBuf,
    /// For the wrapper.
    scripts: PathBuf,
    used: &'static str,
}

/// What holds memory in a group. Dropping it gives the memory back.
#[derive(Debug)]
pub(crate) struct Held(Child);

impl Group {
    pub(crate) fn make(scripts: &Path) -> Result<Group> {
        let first = Path::new("/sys/fs/cgroup/memory");
        let (parent, limit, used) = if first.is_dir() {
            (first, "memory.limit_in_bytes", "memory.usage_in_bytes")
        } else {
            (Path::new("/sys/fs/cgroup"), "memory.max", "memory.current")
        };
        let path = parent.join(format!("{NAME}-{}", std::process::id()));
        let what = || {
            format!(
                "{}: a control group with a memory limit needs root and a writable cgroup file system",
                path.display()
            )
        };
        fs::create_dir(&path).with_context(what)?;
        fs::write(path.join(limit), LIMIT.to_string()).with_context(what)?;
        Ok(Group { path, scripts: scripts.to_owned(), used })
    }

    /// An executable that puts itself into the group and becomes `executable`.
    pub(crate) fn wrapper(&self, executable: &Path) -> io::Result<PathBuf> {
        let script = self.scripts.join("in-group.sh");
        let procs = self.path.join("cgroup.procs");
        let text =
            format!("#!/bin/bash\necho $$ > '{}'\nexec '{}' \"$@\"\n", procs.display(), executable.display());
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        Ok(script)
    }

    /// Fills the group up to a little below its limit.
    pub(crate) fn fill(&self) -> Result<Held> {
        let used: u64 = fs::read_to_string(self.path.join(self.used))?.trim().parse()?;
        let bytes = ((LIMIT as f64) * FILLED) as u64;
        ensure!(used < bytes, "the service alone holds {used} bytes");
        let procs = self.path.join("cgroup.procs");
        // tail keeps what comes until there is no more, and no end comes
        let script = format!(
            "echo $$ > '{}'; (head -c {bytes} /dev/zero; exec sleep infinity) | tail -c {bytes} >/dev/null",
            procs.display(),
            bytes = bytes - used
        );
        let mut command = Command::new("bash");
        command.arg("-c").arg(script).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
        Ok(Held(command.spawn()?))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // it stays where something still runs in it; the next drill makes another one
        let _ = fs::remove_dir(&self.path);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for process in descendants(self.0.id()) {
            // it may have ended meanwhile
            let _ = signal(process.pid, Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
