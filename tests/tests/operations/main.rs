//! What is operated: rules, alerts and their documents, on a real Prometheus and a real Alertmanager.

mod alerting;
mod documents;
mod rules;
