//! Pages that were read badly, kept for finding out why: those without a product, and products of little confidence.
//!
//! A request only hands its page over; a task of its own writes it, and is joined when the service ends. `page` says
//! what is kept and what never is, `folder` where and how much.

mod folder;
mod page;

use std::path::PathBuf;
use std::time::Duration;

use prometheus::{IntCounterVec, Opts, Registry};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::ReadingError;
use crate::extract::{Product, Refusal};

use folder::Folder;
pub use folder::FolderError;
pub(crate) use page::{KeptPage, Outcome, redacted};

/// Pages that wait to be written. More come only where the disk is slower than the browser: they are not kept.
const WAITING: usize = 4;

/// Where and what to keep.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    pub(crate) folder: PathBuf,
    pub(crate) most_bytes: u64,
    /// Products of less confidence are kept.
    pub(crate) below: f64,
}

/// Hands pages over; clones share the task.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    pages: mpsc::Sender<KeptPage>,
    counted: IntCounterVec,
    below: f64,
}

/// The task that writes.
#[derive(Debug, Default)]
pub struct Keeping(Option<JoinHandle<()>>);

const OUTCOMES: [&str; 3] = ["kept", "dropped", "failed"];

impl Keeper {
    /// Opens the folder and starts the task, where one is wanted.
    pub(crate) fn start(
        keep: Option<Keep>,
        registry: &Registry,
    ) -> Result<(Option<Keeper>, Keeping), ReadingError> {
        let counted = IntCounterVec::new(
            Opts::new(
                "playwright_kept_pages_total",
                "Pages that were read badly and were to be kept for replay, by what became of them",
            ),
            &["outcome"],
        )?;
        registry.register(Box::new(counted.clone()))?;
        for outcome in OUTCOMES {
            let _ = counted.with_label_values(&[outcome]);
        }
        let Some(keep) = keep else { return Ok((None, Keeping::default())) };
        let folder = Folder::open(keep.folder, keep.most_bytes)?;
        let (pages, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(write_all(folder, waiting, counted.clone()));
        Ok((Some(Keeper { pages, counted, below: keep.below }), Keeping(Some(task))))
    }

    /// What to keep a page as, if it was read badly.
    pub(crate) fn doubt(&self, read: &Result<Product, Refusal>) -> Option<Outcome> {
        match read {
            Ok(product) if product.extraction_confidence >= self.below => None,
            Ok(product) => Some(Outcome::of_product(product)),
            Err(refusal) => Some(Outcome::of_refusal(refusal)),
        }
    }

    /// Never waits: a page that cannot be taken in now is not kept.
    pub(crate) fn keep(&self, page: KeptPage) {
        if self.pages.try_send(page).is_err() {
            self.counted.with_label_values(&["dropped"]).inc();
        }
    }
}

impl Keeping {
    /// Waits until everything that was handed over is written, once nobody can hand over more.
    pub async fn end(self, limit: Duration) {
        if let Some(task) = self.0 {
            let abort = task.abort_handle();
            if tokio::time::timeout(limit, task).await.is_err() {
                abort.abort();
                tracing::warn!("pages that were to be kept were not written in time");
            }
        }
    }
}

async fn write_all(folder: Folder, mut waiting: mpsc::Receiver<KeptPage>, counted: IntCounterVec) {
    let mut folder = Some(folder);
    while let Some(page) = waiting.recv().await {
        let Some(mut own) = folder.take() else { return };
        let written = tokio::task::spawn_blocking(move || {
            let written = own.write(&page.file_name(), &page.to_bytes());
            (own, written)
        });
        // A panic would have taken the folder with it.
        let Ok((own, written)) = written.await else { return };
        folder = Some(own);
        let outcome = match written {
            Ok(true) => "kept",
            Ok(false) => "dropped",
            Err(error) => {
                tracing::warn!(%error, "a page could not be kept");
                "failed"
            }
        };
        counted.with_label_values(&[outcome]).inc();
    }
}

#[cfg(test)]
mod tests;
