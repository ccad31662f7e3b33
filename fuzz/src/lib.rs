//! What must hold for any input whatever: one function for each fuzz target, which panics where it does not.
//!
//! The code under test is compiled into this crate from the other crates' sources (`extract` is a link to the
//! extraction engine). So it is reached without being made public for the purpose, all of it is instrumented, and
//! neither a browser's protocol nor a web framework has to be built first.

#![expect(dead_code, unused_imports, reason = "of the sources of other crates, only a part is asked for here")]

mod addresses;
mod cdp;
mod egress;
mod extract;
mod pages;
mod pipe;

pub use addresses::{address, proxy_request, url};
pub use pages::page;
pub use pipe::cdp;
