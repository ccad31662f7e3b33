//! How the pool reads the debugging pipe.

#[path = "../../shared/browser-pool/src/cdp/frame.rs"]
pub(crate) mod frame;
