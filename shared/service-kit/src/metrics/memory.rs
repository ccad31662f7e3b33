//! How much memory the service and its browsers may have, and how much of that is gone, read when scraped.
//!
//! The kernel kills by what a control group holds in all, so this is neither the process's own memory nor the browsers'
//! alone. Which limit counts: the narrowest of the groups around the process and the machine itself, so that there always
//! is one.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{MountInfos, Process};
use procfs::{Current, Meminfo, ProcResult, ProcessCGroups};
use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

#[derive(Debug)]
pub(super) struct MemoryCollector {
    limit: IntGauge,
    used: IntGauge,
}

impl MemoryCollector {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        Ok(Self {
            limit: IntGauge::new(
                "playwright_memory_limit_bytes",
                "Memory that the service and its browsers may have: the narrowest limit of the control groups around it, or \
                 the machine's memory",
            )?,
            used: IntGauge::new(
                "playwright_memory_used_bytes",
                "Memory in use under that limit, page cache that can be dropped not counted",
            )?,
        })
    }

    /// What can't be read keeps its last value: a scrape never fails because of it.
    fn read(&self) -> ProcResult<()> {
        let process = Process::myself()?;
        let groups = Groups::of(&process.cgroups()?, process.mountinfo()?);
        let Share { limit, used } = narrowest(groups.as_ref(), &Meminfo::current()?);
        self.limit.set(limit.cast_signed());
        self.used.set(used.cast_signed());
        Ok(())
    }
}

impl Collector for MemoryCollector {
    fn desc(&self) -> Vec<&Desc> {
        [self.limit.desc(), self.used.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        if let Err(error) = self.read() {
            tracing::debug!(%error, "the memory's limit can't be read");
        }
        [self.limit.collect(), self.used.collect()].concat()
    }
}

/// A limit, and what is in use under it; bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    limit: u64,
    used: u64,
}

fn narrowest(groups: Option<&Groups>, machine: &Meminfo) -> Share {
    let free = machine.mem_available.unwrap_or(machine.mem_free);
    let machine = Share { limit: machine.mem_total, used: machine.mem_total.saturating_sub(free) };
    let limited = groups.into_iter().flat_map(Groups::limited);
    // A group without a limit says "max", or in version 1 a number beyond every machine: the machine is narrower.
    limited.fold(machine, |narrowest, group| if group.limit < narrowest.limit { group } else { narrowest })
}

/// The names of a version's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    limit: &'static str,
    used: &'static str,
    /// The line of `memory.stat` about page cache that can be dropped.
    droppable: &'static str,
}

const VERSION_1: Version = Version {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    droppable: "total_inactive_file",
};
const VERSION_2: Version =
    Version { limit: "memory.max", used: "memory.current", droppable: "inactive_file" };

/// The control groups around the process: its own, and those above it that are to be seen from here.
#[derive(Debug, PartialEq, Eq)]
struct Groups {
    version: Version,
    own: PathBuf,
    top: PathBuf,
}

impl Groups {
    /// Where both versions are mounted, version 1 has the memory.
    fn of(groups: &ProcessCGroups, mounts: MountInfos) -> Option<Self> {
        let is_memory = |controller: &String| controller == "memory";
        let first = groups.0.iter().find(|group| group.controllers.iter().any(is_memory));
        let (version, kind) = if first.is_some() { (VERSION_1, "cgroup") } else { (VERSION_2, "cgroup2") };
        let group = first.or_else(|| groups.0.iter().find(|group| group.hierarchy == 0))?;
        let mount = mounts.into_iter().find(|mount| {
            mount.fs_type == kind && (kind == "cgroup2" || mount.super_options.contains_key("memory"))
        })?;
        // In a container only the part below the container's own group is mounted, at times under another name.
        let own = Path::new(&group.pathname).strip_prefix(&mount.root).unwrap_or(Path::new(""));
        Some(Self { version, own: mount.mount_point.join(own), top: mount.mount_point })
    }

    fn limited(&self) -> impl Iterator<Item = Share> {
        let within = self.own.ancestors().take_while(|group| group.starts_with(&self.top));
        within.filter_map(|group| self.share(group))
    }

    /// None for a group that has no limit, or that can't be read.
    fn share(&self, group: &Path) -> Option<Share> {
        let number = |name| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        let statistics = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        let droppable = statistics
            .lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(name, _)| *name == self.version.droppable)
            .and_then(|(_, bytes)| bytes.parse().ok())
            .unwrap_or(0);
        let used: u64 = number(self.version.used)?;
        Some(Share { limit: number(self.version.limit)?, used: used.saturating_sub(droppable) })
    }
}

#[cfg(test)]
mod tests {
    use procfs::FromBufRead;
    use tempfile::TempDir;

    use super::*;

    const MACHINE: &[u8] = b"MemTotal: 8000 kB\nMemFree: 1000 kB\nMemAvailable: 6000 kB\nBuffers: 0 kB\nCached: 0 kB\n\
        SwapCached: 0 kB\nActive: 0 kB\nInactive: 0 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nDirty: 0 kB\nWriteback: 0 kB\n\
        Mapped: 0 kB\nSlab: 0 kB\nCommitted_AS: 0 kB\nVmallocTotal: 0 kB\nVmallocUsed: 0 kB\nVmallocChunk: 0 kB\n";

    fn machine() -> Meminfo {
        Meminfo::from_buf_read(MACHINE).expect("a valid meminfo")
    }

    /// Groups one in the other, each with the content of its files.
    fn groups(version: Version, each: &[(&str, [&str; 3])]) -> (TempDir, Groups) {
        let top = tempfile::tempdir().expect("a directory");
        for (group, [limit, used, statistics]) in each {
            let group = top.path().join(group);
            fs::create_dir_all(&group).expect("a group");
            for (name, content) in [(version.limit, limit), (version.used, used), ("memory.stat", statistics)]
            {
                fs::write(group.join(name), content).expect("a file");
            }
        }
        let own = top.path().join(each[each.len() - 1].0);
        let groups = Groups { version, own, top: top.path().to_owned() };
        (top, groups)
    }

    #[test]
    fn the_narrowest_limit_counts() {
        let none = "9223372036854771712";
        let share = |limit, used| Share { limit, used };
        let machine_wide = share(8_192_000, 2_048_000);
        let wide = ["4000000\n", "3000000\n", "anon 1\ninactive_file 500000\n"];
        let narrow = ["2000000\n", "900000\n", "inactive_file 100000\n"];
        for (version, each, expected) in [
            (VERSION_2, vec![("a", wide), ("a/b", narrow)], share(2_000_000, 800_000)),
            (VERSION_2, vec![("a", narrow), ("a/b", wide)], share(2_000_000, 800_000)),
            (VERSION_2, vec![("a", wide), ("a/b", ["max\n", "1\n", ""])], share(4_000_000, 2_500_000)),
            (VERSION_2, vec![("a", ["max\n", "1\n", ""])], machine_wide),
            (VERSION_1, vec![("a", [none, "1\n", ""])], machine_wide),
            (
                VERSION_1,
                vec![("a", ["70\n", "60\n", "inactive_file 1\ntotal_inactive_file 9\n"])],
                share(70, 51),
            ),
        ] {
            let (_kept, groups) = groups(version, &each);
            assert_eq!(narrowest(Some(&groups), &machine()), expected, "{version:?} {each:?}");
        }
        assert_eq!(narrowest(None, &machine()), machine_wide);
    }

    #[test]
    fn groups_are_found_as_engines_mount_them() {
        let v1 = "35 31 0:32 {root} /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
        let v2 = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n";
        let hybrid = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
        let (machine, container) = (v1.replace("{root}", "/"), v1.replace("{root}", "/docker/1f"));
        let [first, second] = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
        for (groups, mounts, version, own, top) in [
            ("4:memory:/docker/1f\n0::/\n", format!("{hybrid}{machine}"), VERSION_1, "/docker/1f", first),
            ("4:memory:/docker/1f\n0::/\n", format!("{hybrid}{container}"), VERSION_1, "", first),
            ("0::/\n", v2.to_owned(), VERSION_2, "", second),
            ("0::/system.slice/a.service\n", v2.to_owned(), VERSION_2, "/system.slice/a.service", second),
        ] {
            let processes = ProcessCGroups::from_buf_read(groups.as_bytes()).expect("valid groups");
            let mounts = MountInfos::from_buf_read(mounts.as_bytes()).expect("valid mounts");
            let found = Groups::of(&processes, mounts).expect("a group");
            let own = PathBuf::from(format!("{top}{own}"));
            assert_eq!(
                (found.version, found.own.components().as_path(), found.top.as_path()),
                (version, own.as_path(), Path::new(top)),
                "{groups}"
            );
        }
    }
}
