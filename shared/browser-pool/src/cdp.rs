//! The Chrome DevTools Protocol over the debugging pipe: framing, calls, flat sessions, events.
//!
//! Protocol *types* are chromiumoxide's; the transport is ours because a call must end with its request's
//! deadline and every waiter must be failed when the browser is gone (docs/adr/0001-own-cdp-transport.md).
//! What a page or a browser *is* does not belong here.

mod call;
mod connection;
mod frame;

pub(crate) use call::{CallError, PendingCall};
pub(crate) use connection::{Connection, Listener, SESSION_ENDED};
