//! The browser pool, organised by how things go wrong. Real Chromium where it can be made to fail that way, a fake
//! one where it cannot.

#[path = "pool/death.rs"]
mod death;
#[path = "pool/harness.rs"]
mod harness;
#[path = "pool/launch.rs"]
mod launch;
#[path = "pool/lease.rs"]
mod lease;
#[path = "pool/looks.rs"]
mod looks;
#[path = "pool/pages.rs"]
mod pages;
#[path = "pool/queue.rs"]
mod queue;
#[path = "pool/recycle.rs"]
mod recycle;
