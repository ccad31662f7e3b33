//! How right the extraction is: labelled pages, a verdict for every field of every page, and how far
//! `extraction_confidence` can be believed.
//!
//! A folder of pages has `manifest.json` (an array of objects with `id`, `url`, `marketplace` and `markup_type`),
//! `labels.json` (by id) and `<id>.html` or `pages/<id>.html`. docs/extraction.md says what a label may hold.

pub mod calibration;
pub mod first_sight;
pub mod fit;
pub mod judge;
pub mod pages;
pub mod table;

use playwright_ingestion::extract::{Page, Product, Refusal, Source, extract_without};

pub use judge::{Judged, judge};
pub use pages::{Label, ProductLabel, SavedPage, read_folder};

/// The engine on a saved page, as if `without` had found nothing.
pub fn run(page: &SavedPage, without: &[Source]) -> Result<Product, Refusal> {
    let given = Page::new(&page.html, &page.url);
    extract_without(&given, without)
}
