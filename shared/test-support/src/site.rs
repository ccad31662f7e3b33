//! The fixture site: a shop and the ways in which sites misbehave, on a loopback port of its own.
//!
//! | path | what it does |
//! | --- | --- |
//! | `/NAME` | the file of that name in `tests/fixtures/site` |
//! | `/shop/SLUG.html` | a JavaScript-rendered product page of `catalog.json`, fed by two API calls of 120 and 150 ms |
//! | `/slow/MS/NAME` | the file, after so many milliseconds (`json` in place of a name: an empty object) |
//! | `/status/CODE` | `missing.html` with that status |
//! | `/status/CODE/NAME` | the file with that status |
//! | `/flaky/PLAN/NAME` | the plan's failures in turn (`503,429-2`: a 503, then a 429 with `Retry-After: 2`), then the file |
//! | `/redirect/N/NAME` | N redirects, then the file |
//! | `/to?url=URL` | one redirect to that address |
//! | `/endless-redirect` | redirects to itself for ever |
//! | `/identity` | `identity.html`, which shows the browser's identity |
//! | `/echo/headers` | the request's headers as JSON |
//! | `/hang` | never answers |
//! | `/reset` | resets the connection |
//! | `/truncated` | ends in the middle of the body |
//! | `/drip` | never ends |
//! | `/paragraphs/COUNT/TEXT` | a title, a price and so many paragraphs of that text |
//! | `/document.pdf`, `/data.json`, `/attachment` | what is no page |

mod faults;
mod serve;
mod shop;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::built::workspace_root;

/// A running site. Dropping it closes its port and its connections.
#[derive(Debug)]
pub struct FixtureSite {
    address: SocketAddr,
    hits: Hits,
    accepting: JoinHandle<()>,
}

impl FixtureSite {
    /// On a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn start() -> FixtureSite {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        FixtureSite::listen(any_port).await.expect("a free port of the loopback interface")
    }

    /// On a given address; an error where that cannot be had.
    pub async fn listen(address: SocketAddr) -> io::Result<FixtureSite> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let hits = Hits::default();
        let routes = Router::new().merge(shop::routes()).merge(faults::routes());
        let accepting = tokio::spawn(serve::accept(listener, routes, hits.clone()));
        Ok(FixtureSite { address, hits, accepting })
    }

    /// The absolute address of a path (with its leading slash).
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `127.0.0.1:PORT`, as `PLAYWRIGHT_EGRESS_ALLOW` wants it.
    #[must_use]
    pub fn host_port(&self) -> String {
        self.address.to_string()
    }

    /// How many requests have come for a path, its query left out.
    #[must_use]
    pub fn hits(&self, path: &str) -> u64 {
        self.hits.lock().get(path).copied().unwrap_or(0)
    }

    /// How many connections and requests there have been at all.
    #[must_use]
    pub fn all_hits(&self) -> BTreeMap<String, u64> {
        self.hits.lock().clone()
    }

    /// How many requests are being answered now: it falls when the other side goes away.
    #[must_use]
    pub fn open_requests(&self) -> usize {
        self.hits.open.load(Ordering::Relaxed)
    }
}

impl Drop for FixtureSite {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Requests by path, and connections under [`Hits::CONNECTION`].
#[derive(Debug, Clone, Default)]
struct Hits {
    by_path: Arc<Mutex<BTreeMap<String, u64>>>,
    /// requests that are being answered
    open: Arc<AtomicUsize>,
}

impl Hits {
    const CONNECTION: &str = "(connection)";

    fn count(&self, what: &str) {
        *self.lock().entry(what.to_owned()).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.by_path.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the pages lie.
fn pages() -> PathBuf {
    workspace_root().join("tests/fixtures/site")
}
