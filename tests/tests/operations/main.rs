//! What is operated: dashboards, rules, alerts and their documents, on a real Prometheus and a real Alertmanager.

mod alerting;
mod compose;
mod dashboards;
mod documents;
mod names;
mod promql;
mod proofs;
mod queries;
mod rules;
