//! The metrics that only this service has.

use prometheus::{IntCounterVec, Opts, Registry};
use service_kit::{ErrorKind, Outcome};

use crate::extract::{Marketplace, Product, Verdict};

#[derive(Debug)]
pub(crate) struct ExtractionMetrics {
    extractions: IntCounterVec,
    fields: IntCounterVec,
    verdicts: IntCounterVec,
}

/// Whether a field of a product was filled.
fn fields(product: &Product) -> [(&'static str, bool); 13] {
    [
        ("title", !product.title.is_empty()),
        ("price", product.price.is_some()),
        ("currency", product.currency.is_some()),
        ("images", !product.images.is_empty()),
        ("specs", !product.specs.is_empty()),
        ("condition", product.condition.is_some()),
        ("availability", product.availability.is_some()),
        ("list_price", product.list_price.is_some()),
        ("description", product.description.is_some()),
        ("seller", product.seller.is_some()),
        ("vendor_item_id", product.vendor_item_id.is_some()),
        ("manufacturer", product.manufacturer.is_some()),
        ("model_number", product.model_number.is_some()),
    ]
}

/// The labels of [`fields`], for the first scrape.
const FIELDS: [&str; 13] = [
    "title",
    "price",
    "currency",
    "images",
    "specs",
    "condition",
    "availability",
    "list_price",
    "description",
    "seller",
    "vendor_item_id",
    "manufacturer",
    "model_number",
];

impl ExtractionMetrics {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            extractions: IntCounterVec::new(
                Opts::new("playwright_extractions_total", "Extractions that were begun, by how they ended"),
                &["marketplace", "outcome"],
            )?,
            fields: IntCounterVec::new(
                Opts::new(
                    "playwright_extraction_fields_total",
                    "Fields of the products that were returned, found or missing",
                ),
                &["field", "outcome"],
            )?,
            verdicts: IntCounterVec::new(
                Opts::new("playwright_page_verdicts_total", "Pages that were no product, by what they were"),
                &["verdict"],
            )?,
        };
        registry.register(Box::new(metrics.extractions.clone()))?;
        registry.register(Box::new(metrics.fields.clone()))?;
        registry.register(Box::new(metrics.verdicts.clone()))?;
        metrics.start_at_zero();
        Ok(metrics)
    }

    fn start_at_zero(&self) {
        for marketplace in Marketplace::ALL {
            for outcome in Outcome::ALL {
                let _ = self.extractions.with_label_values(&[marketplace.as_str(), outcome.as_str()]);
            }
        }
        for field in FIELDS {
            for outcome in ["found", "missing"] {
                let _ = self.fields.with_label_values(&[field, outcome]);
            }
        }
        for verdict in Verdict::ALL {
            let _ = self.verdicts.with_label_values(&[verdict.as_str()]);
        }
    }

    pub(crate) fn extracted(&self, product: &Product) {
        self.ended(product.marketplace, Outcome::Success);
        for (field, is_found) in fields(product) {
            let outcome = if is_found { "found" } else { "missing" };
            self.fields.with_label_values(&[field, outcome]).inc();
        }
    }

    pub(crate) fn failed(&self, marketplace: Marketplace, kind: ErrorKind, verdict: Option<&str>) {
        self.ended(marketplace, kind.outcome());
        if let Some(verdict) = verdict {
            self.verdicts.with_label_values(&[verdict]).inc();
        }
    }

    fn ended(&self, marketplace: Marketplace, outcome: Outcome) {
        self.extractions.with_label_values(&[marketplace.as_str(), outcome.as_str()]).inc();
    }
}
