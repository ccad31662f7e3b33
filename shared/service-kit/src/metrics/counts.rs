//! What has been counted so far, read from the series themselves: for figures over a span of time, as the difference of
//! two such readings. Some microseconds; no text is made.

use prometheus::Histogram;
use prometheus::core::Metric;

use super::{HttpMetrics, LATENCY_BUCKETS_MS, Outcome, Series};
use crate::error::{ErrorKind, Fault};

/// The stage in which a request waits for a page.
const QUEUE: &str = "queue";

const BUCKETS: usize = LATENCY_BUCKETS_MS.len() + 1;

/// Observations by the bucket that they fell into, the last one beyond the last bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Durations([u64; BUCKETS]);

/// Of one endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EndpointCounts {
    pub(crate) successes: u64,
    /// By whose fault, in the order of [`Fault::ALL`].
    pub(crate) failures: [u64; Fault::ALL.len()],
    /// Of requests that succeeded and that timed out: what is refused at once would flatter them.
    pub(crate) latency: Durations,
}

/// Everything since the start of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    /// In the order of the service's endpoints.
    pub(crate) endpoints: Vec<EndpointCounts>,
    /// In the order of [`ErrorKind::ALL`].
    pub(crate) errors: [u64; ErrorKind::ALL.len()],
    pub(crate) waits: Durations,
}

impl HttpMetrics {
    pub(crate) fn counts(&self) -> Counts {
        let series = &self.0;
        let mut errors = [0; ErrorKind::ALL.len()];
        let endpoints =
            series.endpoints.iter().map(|endpoint| series.counts(endpoint, &mut errors)).collect();
        let mut waits = Durations::default();
        if series.stages.contains(&QUEUE) {
            waits.read(&series.stage_latency.with_label_values(&[QUEUE]));
        }
        Counts { endpoints, errors, waits }
    }

    pub(crate) fn endpoints(&self) -> &'static [&'static str] {
        self.0.endpoints
    }

    pub(crate) fn in_flight(&self) -> i64 {
        self.0.in_flight.with_label_values(super::NO_LABELS).get()
    }
}

impl Series {
    fn counts(&self, endpoint: &str, errors: &mut [u64]) -> EndpointCounts {
        let mut counts = EndpointCounts {
            successes: self.success.with_label_values(&[endpoint]).get(),
            ..Default::default()
        };
        for (kind, of_kind) in ErrorKind::ALL.into_iter().zip(errors) {
            let labels = [endpoint, kind.as_str(), kind.fault().as_str()];
            let count = self.failure.with_label_values(&labels).get();
            *of_kind += count;
            counts.failures[kind.fault() as usize] += count;
        }
        for outcome in [Outcome::Success, Outcome::Timeout] {
            counts.latency.read(&self.latency.with_label_values(&[endpoint, outcome.as_str()]));
        }
        counts
    }
}

impl Counts {
    /// What has happened since an earlier reading.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let endpoints = self.endpoints.iter().zip(&earlier.endpoints);
        Self {
            endpoints: endpoints.map(|(now, then)| now.since(then)).collect(),
            errors: std::array::from_fn(|at| self.errors[at].saturating_sub(earlier.errors[at])),
            waits: self.waits.since(&earlier.waits),
        }
    }

    /// All endpoints together.
    pub(crate) fn sum(&self) -> EndpointCounts {
        self.endpoints.iter().fold(EndpointCounts::default(), |mut sum, each| {
            sum.successes += each.successes;
            sum.failures = std::array::from_fn(|at| sum.failures[at] + each.failures[at]);
            sum.latency = Durations(std::array::from_fn(|at| sum.latency.0[at] + each.latency.0[at]));
            sum
        })
    }
}

impl EndpointCounts {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            successes: self.successes.saturating_sub(earlier.successes),
            failures: std::array::from_fn(|at| self.failures[at].saturating_sub(earlier.failures[at])),
            latency: self.latency.since(&earlier.latency),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.successes + self.failures.iter().sum::<u64>()
    }

    pub(crate) fn failures_of(&self, fault: Fault) -> u64 {
        self.failures[fault as usize]
    }

    /// What an error budget counts: what is the caller's own fault is nobody's failure.
    pub(crate) fn failures_that_count(&self) -> u64 {
        self.failures_of(Fault::Site) + self.failures_of(Fault::Service)
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Durations {
    fn read(&mut self, histogram: &Histogram) {
        let metric = histogram.metric();
        let read = metric.get_histogram();
        let mut below = 0;
        for (bucket, count) in read.get_bucket().iter().zip(&mut self.0) {
            *count += bucket.cumulative_count().saturating_sub(below);
            below = bucket.cumulative_count();
        }
        self.0[BUCKETS - 1] += read.get_sample_count().saturating_sub(below);
    }

    fn since(&self, earlier: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].saturating_sub(earlier.0[at])))
    }

    /// Milliseconds below which this share of the observations lies, interpolated within its bucket as Prometheus does;
    /// `None` where there is none.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.0.iter().sum();
        if total == 0 {
            return None;
        }
        let rank = share * total as f64;
        let (mut below, mut lower) = (0.0, 0.0);
        for (count, upper) in self.0.iter().zip(LATENCY_BUCKETS_MS) {
            let count = *count as f64;
            if count > 0.0 && below + count >= rank {
                return Some(lower + (upper - lower) * ((rank - below) / count).clamp(0.0, 1.0));
            }
            below += count;
            lower = upper;
        }
        Some(lower)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus::Registry;

    use super::*;
    use crate::error::ApiError;
    use crate::metrics::Build;

    fn metrics() -> HttpMetrics {
        let build = Build { version: "1", revision: "abc" };
        HttpMetrics::new(&Registry::new(), build, &["/v1/a", "/v1/b"], &["queue", "load"]).expect("fresh")
    }

    fn answered(metrics: &HttpMetrics, endpoint: &'static str, millis: u64, kind: Option<ErrorKind>) {
        let error = kind.map(|kind| ApiError::new(kind, "as it is"));
        metrics.enter(endpoint).answered(error.as_ref(), Duration::from_millis(millis), None);
    }

    #[test]
    fn readings_are_subtracted() {
        let metrics = metrics();
        answered(&metrics, "/v1/a", 7, None);
        let before = metrics.counts();
        for _ in 0..98 {
            answered(&metrics, "/v1/a", 30, None);
        }
        answered(&metrics, "/v1/b", 90_000, Some(ErrorKind::Timeout));
        answered(&metrics, "/v1/b", 1, Some(ErrorKind::InvalidUrl));
        answered(&metrics, "/v1/b", 1_500, Some(ErrorKind::NetworkError));
        metrics.observe_stage("queue", Duration::from_millis(8));
        let since = metrics.counts().since(&before);
        let (a, b, sum) = (since.endpoints[0], since.endpoints[1], since.sum());
        assert_eq!((a.requests(), a.successes, b.requests(), b.successes), (98, 98, 3, 0));
        assert_eq!((b.failures, b.failures_that_count()), ([1, 1, 1], 2));
        assert_eq!((sum.requests(), sum.failures_that_count()), (101, 2));
        assert_eq!(since.errors[ErrorKind::Timeout as usize], 1);
        assert_eq!(since.errors.iter().sum::<u64>(), 3);
        // halfway into the bucket from 25 to 50; the caller's and the site's failures are not in it
        assert_eq!(a.latency.quantile(0.5), Some(37.5));
        assert_eq!(b.latency.quantile(0.5), Some(60_000.0), "beyond the last bound");
        assert_eq!(since.waits.quantile(1.0), Some(10.0));
        assert_eq!(Durations::default().quantile(0.5), None);
    }
}
