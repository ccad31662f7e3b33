//! The `process_*` metrics of the Prometheus conventions, read from /proc when scraped.

use procfs::process::{LimitValue, Process};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, IntGauge};

#[derive(Debug)]
pub(super) struct ProcessCollector {
    cpu_seconds: Counter,
    open_fds: IntGauge,
    max_fds: IntGauge,
    virtual_memory: IntGauge,
    resident_memory: IntGauge,
    threads: IntGauge,
    start_time: Gauge,
}

impl ProcessCollector {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        Ok(Self {
            cpu_seconds: Counter::new(
                "process_cpu_seconds_total",
                "User and system CPU time of this process, the browsers' not included",
            )?,
            open_fds: IntGauge::new("process_open_fds", "Open file descriptors")?,
            max_fds: IntGauge::new("process_max_fds", "Limit of open file descriptors")?,
            virtual_memory: IntGauge::new("process_virtual_memory_bytes", "Virtual memory size")?,
            resident_memory: IntGauge::new(
                "process_resident_memory_bytes",
                "Resident memory of this process, the browsers' not included",
            )?,
            threads: IntGauge::new("process_threads", "Threads")?,
            start_time: Gauge::new(
                "process_start_time_seconds",
                "Start of the process, seconds since the Unix epoch",
            )?,
        })
    }

    /// What can't be read keeps its last value: a scrape never fails because of it.
    fn read(&self) -> procfs::ProcResult<()> {
        let process = Process::myself()?;
        let stat = process.stat()?;
        let ticks = procfs::ticks_per_second() as f64;
        let cpu = (stat.utime + stat.stime) as f64 / ticks;
        self.cpu_seconds.inc_by((cpu - self.cpu_seconds.get()).max(0.0));
        self.virtual_memory.set(stat.vsize.cast_signed());
        self.resident_memory.set((stat.rss * procfs::page_size()).cast_signed());
        self.threads.set(stat.num_threads);
        // Read once: the time of the boot moves when the clock is set, and a start that moves looks like a restart.
        if self.start_time.get() <= 0.0 {
            self.start_time.set(procfs::boot_time_secs()? as f64 + stat.starttime as f64 / ticks);
        }
        self.open_fds.set(process.fd_count()?.cast_signed() as i64);
        if let LimitValue::Value(limit) = process.limits()?.max_open_files.soft_limit {
            self.max_fds.set(limit.cast_signed());
        }
        Ok(())
    }

    fn gauges(&self) -> [&IntGauge; 5] {
        [&self.open_fds, &self.max_fds, &self.virtual_memory, &self.resident_memory, &self.threads]
    }
}

impl Collector for ProcessCollector {
    fn desc(&self) -> Vec<&Desc> {
        let mut all = self.cpu_seconds.desc();
        all.extend(self.start_time.desc());
        all.extend(self.gauges().iter().flat_map(|gauge| gauge.desc()));
        all
    }

    fn collect(&self) -> Vec<MetricFamily> {
        if let Err(error) = self.read() {
            tracing::debug!(%error, "the process's own figures can't be read");
        }
        let mut all = self.cpu_seconds.collect();
        all.extend(self.start_time.collect());
        all.extend(self.gauges().iter().flat_map(|gauge| gauge.collect()));
        all
    }
}
