//! The rows of the fault table in docs/security.md that no other file here is about: what must not take the service
//! along, cost a neighbour anything, or stay behind.

mod boot;
mod killers;
mod pages;
mod processes;
mod prompts;
mod reading;
mod sites;
mod tls;
mod wire;

use std::time::Duration;

use playwright_tests::{is_at_rest, scrape};
use test_support::{Service, eventually};

const SOON: Duration = Duration::from_secs(20);

/// Nothing of what was tried is left in the service.
async fn until_at_rest(service: &Service) {
    eventually("all pages and browsers are free", SOON, async || {
        is_at_rest(&scrape(service).await).then_some(())
    })
    .await;
}
