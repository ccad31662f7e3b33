//! A pool of supervised headless Chromium processes, and of isolated pages in them.
//!
//! A request leases a page, uses it under one deadline and drops it; whatever happens to the request, the page,
//! its context, its way to the network and its place in the pool are given back by a task of the pool's own.
//! Browsers are launched, probed, measured, recycled and replaced in the background.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use browser_pool::{BrowserPool, Deadline, Document, Job, PoolConfig, PoolError, ShotFormat, Viewport};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = prometheus::Registry::new();
//! let pool = BrowserPool::start(PoolConfig::default(), &registry).await?;
//!
//! let deadline = Deadline::after(Duration::from_secs(15));
//! let mut attempts = pool.attempts(Job { deadline, queued_bytes: 0, fingerprint: 1, inert: None });
//! let picture = loop {
//!     let mut page = attempts.page().await?;
//!     let drawn: Result<_, PoolError> = async {
//!         page.show(&Document::of_html("<h1>Hello</h1>", Viewport::default())).await?;
//!         page.capture(ShotFormat::Jpeg { quality: 85 }, None).await
//!     }
//!     .await;
//!     match drawn {
//!         Ok(picture) => break picture,
//!         // A browser that died is tried again, everything else is the answer.
//!         Err(error) => attempts.failed(error)?,
//!     }
//! };
//! assert!(picture.starts_with(&[0xff, 0xd8]));
//! pool.shutdown(Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```
//!
//! What belongs here: processes, the protocol, pages, readiness, the way to the network, admission, and the
//! metrics of all these. What does not: HTTP, what a product or a card is, reading an environment.

mod admission;
mod attempts;
mod browser;
mod cdp;
mod config;
mod deadline;
pub mod egress;
mod error;
mod hosts;
mod identity;
mod launcher;
mod lease;
mod metrics;
mod page;
mod pool;
mod process;
mod progress;
mod quarantine;
mod slot;
mod standby;

pub use attempts::{Attempts, Job};
pub use config::{Identity, PageProfile, PoolConfig, Recycle, Supervision, Viewport};
pub use deadline::{Deadline, DeadlinePassed, Stage, StageTimes, mark_failed};
pub use egress::{EgressConfig, EgressLimits, HostPort, Network, UrlRefused, check_url};
pub use error::{Fatal, NetworkFailure, PoolError, ShedReason, StartError, UnavailableReason};
pub use hosts::HostPlace;
pub use lease::PageLease;
pub use page::{
    Appearance, Area, Content, Cut, Document, FailedResource, Heard, Inert, Layout, MOST_PIXELS, MOST_SIDE,
    Part, Picture, Ready, Rect, ShotFormat, Shown, Source, VIRTUAL_TIME, Visit, Visited, WaitFor,
    runs_something,
};
pub use pool::{BrowserPool, Phase, PoolStatus};
pub use process::ChromiumNotFound;
