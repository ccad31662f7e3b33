//! A service's tree of processes, looked at again and again from outside.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use test_support::Service;
use test_support::process::{ProcessId, descendants, process};

use crate::drive::Progress;

/// What was there at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    /// Since the measurement's start.
    pub(crate) at: Duration,
    /// Requests that had ended.
    pub(crate) done: usize,
    /// Of the service and all its descendants, in bytes.
    pub(crate) pss: u64,
    pub(crate) processes: usize,
    pub(crate) zombies: usize,
    /// Of them those that pages run in.
    pub(crate) renderers: usize,
    /// Open descriptors of the service itself.
    pub(crate) files: usize,
    /// Threads of the service itself.
    pub(crate) threads: usize,
    /// Pages, frames and workers that are open in the browsers, as these say.
    pub(crate) targets: usize,
    /// Entries in its temporary directory: profile directories.
    pub(crate) temporary: usize,
    /// Browsers replaced since its start, for whatever reason.
    pub(crate) restarts: u64,
}

impl Sample {
    pub(crate) const CSV_HEADER: &str =
        "at_s,requests,pss_mb,processes,renderers,zombies,files,threads,targets,temporary,restarts";

    pub(crate) fn csv(&self) -> String {
        let Sample { at, done, processes, renderers, zombies, .. } = self;
        let Sample { files, threads, targets, temporary, restarts, .. } = self;
        let (at, pss) = (at.as_secs_f64(), self.pss_mb());
        format!(
            "{at:.2},{done},{pss:.1},{processes},{renderers},{zombies},{files},{threads},{targets},{temporary},{restarts}"
        )
    }

    pub(crate) fn pss_mb(&self) -> f64 {
        self.pss as f64 / f64::from(1 << 20)
    }

    pub(crate) async fn take(service: &Service, start: Instant, done: usize) -> Sample {
        let scrape = service.metrics().await.unwrap_or_default();
        let value = |name: &str| scrape.find(name, &[]).unwrap_or(0.0);
        let restarts = value("playwright_browser_restarts_total") as u64;
        let targets = value("playwright_browser_targets") as usize;
        let (pid, directory) = (service.pid(), service.temporary_directory().to_path_buf());
        // it takes some ten milliseconds, in which no request may wait for this thread
        let looked = tokio::task::spawn_blocking(move || look(pid, &directory)).await.unwrap_or_default();
        Sample { at: start.elapsed(), done, restarts, targets, ..looked }
    }
}

fn look(pid: u32, directory: &Path) -> Sample {
    let children = descendants(pid);
    let own = process(pid);
    let (zombies, living): (Vec<_>, Vec<_>) = children.iter().partition(|child| child.is_zombie());
    Sample {
        pss: living.iter().copied().chain(&own).map(ProcessId::pss_bytes).sum(),
        processes: living.len(),
        renderers: living.iter().filter(|child| child.is_chromium_child("renderer")).count(),
        zombies: zombies.len(),
        files: own.as_ref().map_or(0, ProcessId::open_files),
        threads: own.as_ref().map_or(0, ProcessId::threads),
        temporary: std::fs::read_dir(directory).map_or(0, Iterator::count),
        ..Sample::default()
    }
}

/// Of a process and all its descendants.
pub(crate) fn tree_pss_bytes(root: u32) -> u64 {
    let children = descendants(root);
    children.iter().chain(&process(root)).map(ProcessId::pss_bytes).sum()
}

/// Takes a sample every `interval` until `work` is done; returns what that returned, and the samples.
pub(crate) async fn during<T>(
    service: &Service,
    start: Instant,
    interval: Duration,
    done: &Progress,
    work: impl Future<Output = T>,
) -> (T, Vec<Sample>) {
    let mut samples = Vec::new();
    let sampling = async {
        let mut ticks = tokio::time::interval(interval);
        loop {
            ticks.tick().await;
            samples.push(Sample::take(service, start, done.load(Ordering::Relaxed)).await);
        }
    };
    let result = tokio::select! {
        result = work => result,
        never = sampling => never,
    };
    (result, samples)
}

/// By how many megabytes PSS grew per 1 000 requests over the samples: the slope of the straight line through them.
pub(crate) fn growth_mb_per_thousand(samples: &[Sample]) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (mean_done, mean_pss) = (mean(|sample| sample.done as f64), mean(Sample::pss_mb));
    let mut spread = 0.0;
    let mut together = 0.0;
    for sample in samples {
        let from_mean = sample.done as f64 - mean_done;
        spread += from_mean * from_mean;
        together += from_mean * (sample.pss_mb() - mean_pss);
    }
    if spread > 0.0 { 1000.0 * together / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_the_slope_per_thousand_requests() {
        let sample = |done: usize, mb: u64| Sample { done, pss: mb << 20, ..Sample::default() };
        let samples: Vec<_> = (0..10_u64).map(|step| sample(step as usize * 100, 300 + step)).collect();
        assert!((growth_mb_per_thousand(&samples) - 10.0).abs() < 1e-9);
        assert!(growth_mb_per_thousand(&[sample(5, 300)]).abs() < 1e-9);
    }
}
