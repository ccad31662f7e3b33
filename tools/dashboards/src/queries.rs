//! The words that the panels' PromQL is made of. Every selector is narrowed to the chosen jobs and instances, and every
//! counter goes through `rate` or `increase` here.

/// The labels that the dashboards' variables choose.
const CHOSEN: &str = r#"job=~"$job", instance=~"$instance""#;
/// What a ratio's denominator must be: without traffic there is no figure, rather than a division by 0.
const SOME: &str = "> 0";

/// Series of a metric; `labels` are further matchers, or empty.
pub(crate) fn series(metric: &str, labels: &str) -> String {
    let separator = if labels.is_empty() { "" } else { ", " };
    format!("{metric}{{{CHOSEN}{separator}{labels}}}")
}

/// What was recorded for a whole job, and so knows no instance.
pub(crate) fn recorded(metric: &str) -> String {
    format!(r#"{metric}{{job=~"$job"}}"#)
}

/// The services' alerts that fire. Some are of a whole job: `instance=~".+"` would hide them.
pub(crate) fn firing_alerts() -> String {
    r#"ALERTS{job=~"$job", alertstate="firing", alertname=~"Playwright.+"}"#.to_owned()
}

/// Growth per second of a counter.
pub(crate) fn rate(metric: &str, labels: &str) -> String {
    format!("rate({}[$__rate_interval])", series(metric, labels))
}

/// Growth of a counter over one step of the graph.
pub(crate) fn increase(metric: &str, labels: &str) -> String {
    format!("increase({}[$__rate_interval])", series(metric, labels))
}

/// Growth of a counter over the time that is shown.
pub(crate) fn growth(metric: &str, labels: &str) -> String {
    format!("increase({}[$__range])", series(metric, labels))
}

/// `sum(x)`, or `sum by (labels) (x)`.
pub(crate) fn sum(by: &str, of: &str) -> String {
    if by.is_empty() { format!("sum({of})") } else { format!("sum by ({by}) ({of})") }
}

/// The share that `part` is of `whole`, where there is a whole.
pub(crate) fn share(part: &str, whole: &str) -> String {
    format!("{part} / (({whole}) {SOME})")
}

/// The part of something that has anything to show, so that the legend names nothing else.
pub(crate) fn present(of: &str) -> String {
    format!("{of} {SOME}")
}

/// A quantile of a histogram, grouped by further labels or by none. Without observations there is none: `>= 0` drops
/// the NaN.
pub(crate) fn quantile(quantile: f64, by: &str, histogram: &str, labels: &str) -> String {
    let by = if by.is_empty() { "le".to_owned() } else { format!("le, {by}") };
    let buckets = rate(&format!("{histogram}_bucket"), labels);
    format!("histogram_quantile({quantile}, sum by ({by}) ({buckets})) >= 0")
}

/// The requests that say something of the service: all but those that failed by their caller's fault.
pub(crate) fn counted_requests(by: &str) -> String {
    format!(
        "{} + {}",
        sum(by, &rate("playwright_requests_success_total", "")),
        sum(by, &rate("playwright_requests_failure_total", r#"fault!="caller""#))
    )
}
