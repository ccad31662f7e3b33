//! What the tests and the bench of this workspace share. A development dependency: no service links it.
//!
//! What belongs here: stand-ins for the world around a service (a shop, a broken site, a browser), and what reads a
//! service from outside (HTTP, metrics, processes). What does not: any knowledge of how a service works inside.

pub mod alert_receiver;
pub mod built;
pub mod busy;
pub mod fake;
pub mod grafana;
pub mod http;
pub mod monitoring;
pub mod process;
pub mod readiness;
pub mod scrape;
pub mod service;
pub mod site;
pub mod traffic;
pub mod wait;

pub use alert_receiver::AlertReceiver;
pub use busy::Busy;
pub use fake::{FakeChromium, Mode, fake_chromium};
pub use grafana::{Dashboard, Variables};
pub use http::{Client, Reply};
pub use monitoring::{Alertmanager, MonitoringFiles, Prometheus};
pub use scrape::Scrape;
pub use service::{Launch, Service, StartFailure};
pub use site::FixtureSite;
pub use traffic::Traffic;
pub use wait::{eventually, within};
