//! What a browser's process tree uses. The tree is found by its process group, which Chromium keeps in every
//! child, the sandboxed ones too.

use std::time::Duration;

use procfs::process::Process;

/// One measurement of a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TreeUsage {
    pub(crate) processes: usize,
    /// Proportional set size, in bytes: pages shared in the tree are counted once.
    pub(crate) pss: u64,
    /// User and system time of the processes that are alive.
    pub(crate) cpu: Duration,
}

/// The members of a process group.
pub(super) fn members(group: i32) -> Vec<i32> {
    let Ok(all) = procfs::process::all_processes() else { return Vec::new() };
    all.flatten()
        .filter(|process| process.stat().is_ok_and(|stat| stat.pgrp == group))
        .map(|process| process.pid())
        .collect()
}

impl TreeUsage {
    /// Reads /proc: some milliseconds, so not on an async thread.
    pub(crate) fn measure(group: i32) -> Self {
        let ticks = procfs::ticks_per_second();
        let mut usage = Self::default();
        for process in members(group).into_iter().filter_map(|pid| Process::new(pid).ok()) {
            let Ok(stat) = process.stat() else { continue };
            usage.processes += 1;
            usage.cpu += Duration::from_millis((stat.utime + stat.stime) * 1000 / ticks.max(1));
            usage.pss += proportional(&process).unwrap_or_else(|| unshared(&process));
        }
        usage
    }
}

fn proportional(process: &Process) -> Option<u64> {
    let rollup = process.smaps_rollup().ok()?;
    rollup.memory_map_rollup.into_iter().next()?.extension.map.get("Pss").copied()
}

/// Where a sandboxed child may not be looked into: what it shares with nobody.
fn unshared(process: &Process) -> u64 {
    process.statm().map_or(0, |pages| pages.resident.saturating_sub(pages.shared) * procfs::page_size())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_group_is_measured() {
        let group = Process::myself().and_then(|me| me.stat()).expect("/proc").pgrp;
        let usage = TreeUsage::measure(group);
        assert!(usage.processes >= 1);
        assert!(usage.pss > 100_000, "{usage:?}");
    }

    #[test]
    fn a_group_without_members_uses_nothing() {
        assert_eq!(TreeUsage::measure(4_999_999), TreeUsage::default());
    }
}
