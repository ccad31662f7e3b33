//! Chromium as an operating-system process: found, spawned without privileges, measured, ended, cleaned up.
//!
//! Knows nothing of pages or the protocol: it hands out the two ends of the debugging pipe and the news of
//! the process's end.

mod find;
mod flags;
mod profile;
mod spawn;
mod tree;

pub use find::ChromiumNotFound;
pub(crate) use find::find_chromium;
pub(crate) use flags::LaunchOptions;
pub(crate) use profile::sweep_abandoned;
pub(crate) use spawn::{Chromium, SpawnError};
pub(crate) use tree::TreeUsage;
