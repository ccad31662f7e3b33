//! Cards by data: a template's name and a few fields in, a document to render out. Pure but for reading an
//! operator's templates at start: knows no HTTP and no browser.
//!
//! `spec` is what a template says of itself, `data` checks what is to be filled in, `templates` fills it in, and
//! `signature` lets an address that anybody may call stand for one card only.

pub mod cli;
mod data;
mod filters;
mod money;
mod proof;
mod signature;
mod source;
mod spec;
mod templates;

pub use data::{CardError, CardQuery, OPTIONS};
pub use signature::{KeyError, Keys, PATH, SignatureError, Verified};
pub use source::TemplateError;
pub use spec::{Card, Field, FieldKind, Size};
pub use templates::{Filled, Templates};
