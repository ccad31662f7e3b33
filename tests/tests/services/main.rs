//! Everything that needs a real Chromium. It fails, and never skips, where there is none: `tools/dev/install.sh`
//! installs one.

mod bad_input;
mod blank;
mod browser_faults;
mod cards;
mod documents;
mod egress;
mod extent;
mod extraction;
mod faults;
mod frames;
mod hostile_http;
mod identity;
mod lifecycle;
mod looking;
mod metrics;
mod overload;
mod pictures;
mod readiness;
mod rendering;
mod reuse;
mod site_faults;
mod status_page;
mod traces;
