//! The pool's metrics, under the names that dashboards and alerts read.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, IntCounterVec, Opts, Registry};

use crate::error::ShedReason;

/// Why a browser was replaced. A closed list: it is a metric's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RestartReason {
    /// It died by itself, or somebody killed it.
    Crashed,
    /// It missed its probes.
    Hung,
    /// A page of it could not be disposed of.
    DisposeStuck,
    /// It had served its number of pages.
    Pages,
    /// It had its age.
    Age,
    /// It held too much memory.
    Memory,
}

impl RestartReason {
    const ALL: [Self; 6] =
        [Self::Crashed, Self::Hung, Self::DisposeStuck, Self::Pages, Self::Age, Self::Memory];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Crashed => "crashed",
            Self::Hung => "hung",
            Self::DisposeStuck => "dispose_stuck",
            Self::Pages => "pages",
            Self::Age => "age",
            Self::Memory => "memory",
        }
    }

    /// It was replaced because something was wrong, not because it was due.
    pub(crate) const fn is_failure(self) -> bool {
        match self {
            Self::Crashed | Self::Hung | Self::DisposeStuck => true,
            Self::Pages | Self::Age | Self::Memory => false,
        }
    }
}

/// What crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrashKind {
    Browser,
    Renderer,
}

impl CrashKind {
    const ALL: [Self; 2] = [Self::Browser, Self::Renderer];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Renderer => "renderer",
        }
    }
}

/// Counters that events move.
#[derive(Debug, Clone)]
pub(crate) struct PoolMetrics {
    crashes: IntCounterVec,
    restarts: IntCounterVec,
    shed: IntCounterVec,
    /// Launches that failed.
    pub(crate) launch_failures: prometheus::IntCounter,
    /// CPU time of all browsers' process trees, in seconds.
    pub(crate) cpu: Counter,
    /// Pages leased so far.
    pub(crate) leases: prometheus::IntCounter,
    /// Leases that found a page opened ahead.
    pub(crate) warm_leases: prometheus::IntCounter,
    /// Leases of a page that has shown other inert documents.
    pub(crate) inert_leases: prometheus::IntCounter,
    /// Leases of a page whose frames are asked for.
    pub(crate) framed_leases: prometheus::IntCounter,
}

impl PoolMetrics {
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let labelled =
            |name: &str, help: &str, label: &str| IntCounterVec::new(Opts::new(name, help), &[label]);
        let counter = prometheus::IntCounter::new;
        let metrics = Self {
            crashes: labelled(
                "playwright_browser_crashes_total",
                "Browsers and renderers that died without having been asked to.",
                "kind",
            )?,
            restarts: labelled(
                "playwright_browser_restarts_total",
                "Browsers that were replaced, by why.",
                "reason",
            )?,
            shed: labelled("playwright_shed_total", "Requests refused because of load, by why.", "reason")?,
            launch_failures: counter(
                "playwright_browser_launch_failures_total",
                "Browser launches that failed.",
            )?,
            cpu: Counter::new(
                "playwright_browser_cpu_seconds_total",
                "CPU time spent by the browsers' process trees.",
            )?,
            leases: counter("playwright_page_leases_total", "Pages leased to requests.")?,
            warm_leases: counter(
                "playwright_page_leases_warm_total",
                "Leases that found a page opened ahead.",
            )?,
            inert_leases: counter(
                "playwright_page_leases_reused_total",
                "Leases of a page that had shown other documents that run and load nothing.",
            )?,
            framed_leases: counter(
                "playwright_page_leases_framed_total",
                "Leases of a page that draws one frame when it is told to.",
            )?,
        };
        for kind in CrashKind::ALL {
            metrics.crashes.with_label_values(&[kind.as_str()]);
        }
        for reason in RestartReason::ALL {
            metrics.restarts.with_label_values(&[reason.as_str()]);
        }
        for reason in ShedReason::ALL {
            metrics.shed.with_label_values(&[reason.as_str()]);
        }
        registry.register(Box::new(metrics.crashes.clone()))?;
        registry.register(Box::new(metrics.restarts.clone()))?;
        registry.register(Box::new(metrics.shed.clone()))?;
        registry.register(Box::new(metrics.launch_failures.clone()))?;
        registry.register(Box::new(metrics.cpu.clone()))?;
        registry.register(Box::new(metrics.leases.clone()))?;
        registry.register(Box::new(metrics.warm_leases.clone()))?;
        registry.register(Box::new(metrics.inert_leases.clone()))?;
        registry.register(Box::new(metrics.framed_leases.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn crashed(&self, kind: CrashKind) {
        self.crashes.with_label_values(&[kind.as_str()]).inc();
    }

    pub(crate) fn restarted(&self, reason: RestartReason) {
        self.restarts.with_label_values(&[reason.as_str()]).inc();
    }

    pub(crate) fn shed(&self, reason: ShedReason) {
        self.shed.with_label_values(&[reason.as_str()]).inc();
    }
}

/// The pool's state at a moment, for the gauges that mirror it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels {
    pub(crate) browsers: usize,
    pub(crate) browsers_available: usize,
    /// Browsers that draw frame by frame and have shown that they can; not among the others.
    pub(crate) framed_available: usize,
    pub(crate) pages: usize,
    pub(crate) pages_available: usize,
    pub(crate) pages_warm: usize,
    pub(crate) queue_depth: usize,
    pub(crate) host_queue_depth: usize,
    pub(crate) memory: u64,
    pub(crate) processes: usize,
    pub(crate) targets: usize,
    pub(crate) sandbox: bool,
    /// Seconds since the last synthetic render, or since the start.
    pub(crate) synthetic_age: f64,
}

/// Reads the pool when Prometheus asks: gauges that mirror state cannot go stale.
pub(crate) struct PoolGauges<F> {
    read: F,
    gauges: Vec<(Gauge, Level)>,
    descriptions: Vec<Desc>,
}

type Level = fn(&Levels) -> f64;
type Mirror = (&'static str, &'static str, Level);

const MIRRORS: [Mirror; 13] = [
    ("playwright_browser_pool_size", "Browsers that should serve.", |l| l.browsers as f64),
    ("playwright_browser_pool_available", "Browsers that passed their last probe, busy or not.", |l| {
        l.browsers_available as f64
    }),
    (
        "playwright_framed_browsers_available",
        "Browsers beside the pool's that draw when told to, and have shown that they can.",
        |l| l.framed_available as f64,
    ),
    ("playwright_page_pool_size", "Pages that may be leased at once.", |l| l.pages as f64),
    ("playwright_page_pool_available", "Pages that could be leased now.", |l| l.pages_available as f64),
    ("playwright_page_pool_warm", "Pages that are open ahead of any request.", |l| l.pages_warm as f64),
    ("playwright_queue_depth", "Requests that wait for a page.", |l| l.queue_depth as f64),
    (
        "playwright_host_queue_depth",
        "Requests that wait because their site has as many pages as one site may have.",
        |l| l.host_queue_depth as f64,
    ),
    ("playwright_browser_memory_bytes", "Proportional set size of the browsers' process trees.", |l| {
        l.memory as f64
    }),
    ("playwright_browser_processes", "Processes of the browsers' trees.", |l| l.processes as f64),
    (
        "playwright_browser_targets",
        "Pages, frames of other sites and workers that are open in the browsers, as they say themselves.",
        |l| l.targets as f64,
    ),
    ("playwright_sandbox_enabled", "1 when Chromium's sandbox is on.", |l| f64::from(u8::from(l.sandbox))),
    (
        "playwright_synthetic_render_age_seconds",
        "Time since a synthetic page was last rendered and checked.",
        |l| l.synthetic_age,
    ),
];

impl<F: Fn() -> Levels + Send + Sync + 'static> PoolGauges<F> {
    pub(crate) fn register(registry: &Registry, read: F) -> prometheus::Result<()> {
        let mut gauges = Vec::with_capacity(MIRRORS.len());
        let mut descriptions = Vec::with_capacity(MIRRORS.len());
        for (name, help, value) in MIRRORS {
            let gauge = Gauge::new(name, help)?;
            descriptions.extend(gauge.desc().into_iter().cloned());
            gauges.push((gauge, value));
        }
        registry.register(Box::new(Self { read, gauges, descriptions }))
    }
}

impl<F: Fn() -> Levels + Send + Sync> Collector for PoolGauges<F> {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let levels = (self.read)();
        self.gauges
            .iter()
            .flat_map(|(gauge, value)| {
                gauge.set(value(&levels));
                gauge.collect()
            })
            .collect()
    }
}
