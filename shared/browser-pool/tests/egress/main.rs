//! The egress proxy on real sockets, with a DNS server of the tests' own. Nothing here leaves loopback.

mod dns;
mod site;
mod world;

mod forwarding;
mod lifetime;
mod limits;
mod names;
mod refusals;
mod trouble;
