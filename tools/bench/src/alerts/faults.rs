//! The faults, each a story: make it, wait until it has been seen, undo it. None of them changes a threshold, a time or
//! a figure: what the rules read is what the services say of themselves while that happens to them.

mod browsers;
mod processes;
mod requests;

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::LocalBoxFuture;

use super::Until;
use super::ground::{Ground, IMAGE, INGESTION};
use super::watch::Alert;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What happens, and what undoes it.
    pub(crate) what: &'static str,
    pub(crate) alerts: fn(&Ground) -> Vec<Alert>,
    pub(crate) make: Make,
}

type Make = fn(Arc<Ground>, Until) -> LocalBoxFuture<'static, Result<()>>;

fn scenario(
    name: &'static str,
    what: &'static str,
    alerts: fn(&Ground) -> Vec<Alert>,
    make: Make,
) -> Scenario {
    Scenario { name, what, alerts, make }
}

/// Those that do not disturb each other.
pub(crate) fn together() -> Vec<Scenario> {
    [browsers::all(), processes::beside_others(), requests::all()].into_iter().flatten().collect()
}

/// Those that leave nothing for others to be seen on.
pub(crate) fn last() -> Vec<Scenario> {
    processes::of_whole_services()
}

fn of(job: &str, names: &[&'static str]) -> Vec<Alert> {
    names.iter().map(|name| Alert::new(name, job, job)).collect()
}

fn ingestion(names: &[&'static str], about: &str) -> Vec<Alert> {
    names.iter().map(|name| Alert::new(name, INGESTION, about)).collect()
}

fn image(names: &[&'static str], about: &str) -> Vec<Alert> {
    names.iter().map(|name| Alert::new(name, IMAGE, about)).collect()
}

async fn undone(mut until: Until) {
    // an error means that the drill itself has ended
    let _ = until.wait_for(|undo| *undo).await;
}
