//! What is operated: dashboards and rules, on a real Prometheus that scrapes the real services.

mod dashboards;
mod names;
mod promql;
mod queries;
