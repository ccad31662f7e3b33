//! What the egress judges by: those of the pool's sources that do no I/O.

#[path = "../../shared/browser-pool/src/egress/address.rs"]
pub(crate) mod address;
#[path = "../../shared/browser-pool/src/egress/headers.rs"]
pub(crate) mod headers;
#[path = "../../shared/browser-pool/src/egress/policy.rs"]
pub(crate) mod policy;
#[path = "../../shared/browser-pool/src/egress/submitted.rs"]
pub(crate) mod submitted;
#[path = "../../shared/browser-pool/src/egress/target.rs"]
pub(crate) mod target;
