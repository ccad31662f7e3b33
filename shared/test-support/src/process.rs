//! Processes as the kernel shows them: trees, zombies, memory.

use std::collections::{BTreeMap, BTreeSet};

use procfs::process::{Process, all_processes};
use rustix::process::{Pid, kill_process};

pub use rustix::process::Signal;

/// A process that cannot be mistaken for a later one with the same id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId {
    /// The id.
    pub pid: i32,
    /// When it started, in clock ticks since boot.
    started: u64,
    /// The executable's name, at most 15 bytes.
    pub name: String,
}

impl ProcessId {
    /// Whether it still runs. A zombie does not.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state().is_some_and(|state| state != 'Z' && state != 'X')
    }

    /// Whether it has ended and nobody has waited for it.
    #[must_use]
    pub fn is_zombie(&self) -> bool {
        self.state() == Some('Z')
    }

    /// Its command line, empty where it has ended.
    #[must_use]
    pub fn command_line(&self) -> Vec<String> {
        Process::new(self.pid).and_then(|process| process.cmdline()).unwrap_or_default()
    }

    /// Whether it is a Chromium's main process and not one of its children.
    #[must_use]
    pub fn is_browser(&self) -> bool {
        let line = self.command_line();
        let has = |prefix: &str| line.iter().any(|argument| argument.starts_with(prefix));
        has("--remote-debugging-pipe") && !has("--type=")
    }

    /// Proportional set size in bytes; 0 where it has ended.
    #[must_use]
    pub fn pss_bytes(&self) -> u64 {
        Process::new(self.pid)
            .and_then(|process| process.smaps_rollup())
            .ok()
            .and_then(|rollup| rollup.memory_map_rollup.0.first()?.extension.map.get("Pss").copied())
            .unwrap_or(0)
    }

    /// How many descriptors it has open; 0 where it has ended.
    #[must_use]
    pub fn open_files(&self) -> usize {
        Process::new(self.pid).and_then(|process| process.fd_count()).unwrap_or(0)
    }

    /// How many threads it has; 0 where it has ended.
    #[must_use]
    pub fn threads(&self) -> usize {
        let stat = Process::new(self.pid).and_then(|process| process.stat());
        stat.map_or(0, |stat| usize::try_from(stat.num_threads).unwrap_or(0))
    }

    /// Whether it is a child of a Chromium's main process, of that type: `renderer`, `gpu-process`, `utility`.
    #[must_use]
    pub fn is_chromium_child(&self, kind: &str) -> bool {
        // some write their whole command line into the first argument
        let line = self.command_line().join(" ");
        line.split(' ').any(|argument| argument.strip_prefix("--type=") == Some(kind))
    }

    fn state(&self) -> Option<char> {
        let stat = Process::new(self.pid).ok()?.stat().ok()?;
        (stat.starttime == self.started).then_some(stat.state)
    }
}

/// All descendants of a process, without itself, zombies included.
#[must_use]
pub fn descendants(root: u32) -> Vec<ProcessId> {
    let Ok(processes) = all_processes() else { return Vec::new() };
    let stats: Vec<_> = processes.filter_map(|process| process.ok()?.stat().ok()).collect();
    let mut known = BTreeSet::from([i32::try_from(root).unwrap_or(0)]);
    let mut found = Vec::new();
    loop {
        let before = found.len();
        for stat in &stats {
            if known.contains(&stat.ppid) && known.insert(stat.pid) {
                found.push(ProcessId { pid: stat.pid, started: stat.starttime, name: stat.comm.clone() });
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Processor time that the living members of each process group have used so far, in clock ticks (10 ms).
#[must_use]
pub fn cpu_ticks_by_group() -> BTreeMap<i32, u64> {
    let mut groups = BTreeMap::new();
    let Ok(processes) = all_processes() else { return groups };
    for stat in processes.filter_map(|process| process.ok()?.stat().ok()) {
        *groups.entry(stat.pgrp).or_default() += stat.utime + stat.stime;
    }
    groups
}

/// Processor time that a process and its descendants have used so far, in clock ticks (10 ms): also those that have
/// ended and that one of the living has waited for, as Chromium's zygote does for its renderers.
#[must_use]
pub fn cpu_ticks_of_tree(root: u32) -> u64 {
    let own = i32::try_from(root).ok();
    let tree = own.into_iter().chain(descendants(root).into_iter().map(|process| process.pid));
    let stats = tree.filter_map(|pid| Process::new(pid).ok()?.stat().ok());
    stats
        .map(|stat| stat.utime + stat.stime + stat.cutime.cast_unsigned() + stat.cstime.cast_unsigned())
        .sum()
}

/// One process by its id; `None` where there is none.
#[must_use]
pub fn process(pid: u32) -> Option<ProcessId> {
    let stat = Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok()?;
    Some(ProcessId { pid: stat.pid, started: stat.starttime, name: stat.comm })
}

/// Sends a signal to one process; an error where it is gone.
pub fn signal(pid: i32, signal: Signal) -> std::io::Result<()> {
    let pid = Pid::from_raw(pid).ok_or_else(|| std::io::Error::other("not a process id"))?;
    Ok(kill_process(pid, signal)?)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn a_child_is_seen_running_then_as_a_zombie_then_not_at_all() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let seen = descendants(id());
        let pid = i32::try_from(child.id()).expect("a small id");
        let sleeper = seen.iter().find(|process| process.pid == pid).expect("the child is listed").clone();
        assert!(sleeper.is_running() && !sleeper.is_browser());
        assert!(sleeper.open_files() > 0 || sleeper.name != "sleep");

        signal(pid, Signal::KILL).expect("it is there");
        while sleeper.is_running() {
            std::thread::yield_now();
        }
        assert!(sleeper.is_zombie());
        child.wait().expect("it ended");
        assert!(!sleeper.is_zombie() && !sleeper.is_running());
    }
}
