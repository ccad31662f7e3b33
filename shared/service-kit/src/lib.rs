//! What every service of this project has in common around its own endpoints: settings and their
//! documentation, logs, the error body, request ids, limits, `/health`, `/metrics`, serving and draining.
//!
//! A service hands its routes to [`Kit::app`] and gets a router back in which every answer, also those to
//! unknown paths and broken requests, follows the contract; [`Server`] then serves it until a signal, a
//! fatal failure or a long illness ends the process.
//!
//! What does not belong here: anything that knows a browser (that is the browser pool's) and anything that
//! only one service needs.

mod access;
mod app;
mod body;
mod cpu;
mod edge;
mod error;
mod health;
mod healthcheck;
mod lifecycle;
mod metrics;
mod request;
mod server;
pub mod settings;
mod telemetry;
mod trace;

pub use access::{Access, AccessError, TokenList, TokensRefused};
pub use app::{Kit, Routers};
pub use body::{Body, Field, RequestFields, parse_fields, short, whole};
pub use cpu::{CpuError, CpuWork};
pub use error::{ApiError, ErrorBody, ErrorKind, Fault, timestamp};
pub use health::{Health, HealthReport, HealthStatus, Phase};
pub use healthcheck::{HealthcheckError, healthcheck};
pub use lifecycle::Lifecycle;
pub use metrics::{Build, HttpMetrics, LATENCY_BUCKETS_MS, Outcome};
pub use request::{RequestContext, RequestId};
pub use server::{Ended, ServeError, Server};
pub use telemetry::Telemetry;
