//! Which request gets which page.
//!
//! By address (`127.0.0.1`, `localhost`) a page is at `/<id>.html` and at `/pages/<id>`; by name it is where
//! it was saved from: the same host (with or without `www.`), path and query, with `http` and this server's
//! port.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use crate::manifest::{Entry, Manifest};

/// The pages and where they are found.
#[derive(Debug)]
pub(crate) struct Pages {
    all: Vec<Page>,
    /// Bare host, then path with query.
    by_address: HashMap<(String, String), usize>,
    by_id: HashMap<String, usize>,
}

/// A page that exists.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) entry: Entry,
    file: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PagesError {
    #[error("page `{id}` is neither at {} nor at {}", .tried[0].display(), .tried[1].display())]
    Missing { id: String, tried: [PathBuf; 2] },
    #[error("`{first}` and `{second}` have the same {what}")]
    Twice { first: String, second: String, what: &'static str },
}

impl Pages {
    pub(crate) fn find(folder: &Path, Manifest(entries): Manifest) -> Result<Self, PagesError> {
        let mut found = Self { all: Vec::new(), by_address: HashMap::new(), by_id: HashMap::new() };
        for entry in entries {
            let file = locate(folder, &entry.id)?;
            found.add(Page { entry, file })?;
        }
        Ok(found)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Page> {
        self.all.iter()
    }

    fn add(&mut self, page: Page) -> Result<(), PagesError> {
        let index = self.all.len();
        let id = page.entry.id.clone();
        let address = page.entry.url.as_ref().and_then(address_of);
        let twice = |pages: &[Page], first: usize, what| PagesError::Twice {
            first: pages[first].entry.id.clone(),
            second: id.clone(),
            what,
        };
        if let Some(first) = self.by_id.insert(id.clone(), index) {
            return Err(twice(&self.all, first, "id"));
        }
        if let Some(first) = address.and_then(|address| self.by_address.insert(address, index)) {
            return Err(twice(&self.all, first, "url"));
        }
        self.all.push(page);
        Ok(())
    }

    /// The page that a request for this `Host` and target is for.
    fn page_for(&self, host: &str, uri: &Uri) -> Option<&Page> {
        let host = host_of(host)?;
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let index = match &host {
            Host::Domain(name) if name != "localhost" => {
                self.by_address.get(&(bare(name).to_owned(), target.to_owned()))
            }
            _ => self.by_id.get(id_of(uri.path())?),
        };
        index.map(|index| &self.all[*index])
    }
}

impl Page {
    fn content_type(&self) -> String {
        match &self.entry.encoding {
            Some(encoding) => format!("text/html; charset={encoding}"),
            // the page itself may say
            None => "text/html".to_owned(),
        }
    }
}

/// Serves the pages, and nothing else.
pub(crate) fn router(pages: Arc<Pages>) -> Router {
    Router::new().fallback(serve).with_state(pages)
}

async fn serve(State(pages): State<Arc<Pages>>, headers: HeaderMap, uri: Uri) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let Some(page) = pages.page_for(host, &uri) else {
        return (StatusCode::NOT_FOUND, "no such page\n").into_response();
    };
    match tokio::fs::read(&page.file).await {
        Ok(html) => {
            let headers = [(CONTENT_TYPE, page.content_type()), (CACHE_CONTROL, "no-store".to_owned())];
            (headers, html).into_response()
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the page's file cannot be read\n").into_response(),
    }
}

fn locate(folder: &Path, id: &str) -> Result<PathBuf, PagesError> {
    let name = format!("{id}.html");
    let tried = [folder.join("pages").join(&name), folder.join(&name)];
    match tried.iter().find(|file| file.is_file()) {
        Some(file) => Ok(file.clone()),
        None => Err(PagesError::Missing { id: id.to_owned(), tried }),
    }
}

/// A host without `www.`, which is where shops are found, too.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// Where a page is found by name: its URL without the scheme, the port and the fragment.
fn address_of(url: &Url) -> Option<(String, String)> {
    let host = bare(url.host_str()?.trim_end_matches('.')).to_owned();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Some((host, target))
}

/// The host of a `Host` field, without its port and trailing dot.
fn host_of(field: &str) -> Option<Host<String>> {
    let url = Url::parse(&format!("http://{field}/")).ok()?;
    Some(match url.host()?.to_owned() {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
        address => address,
    })
}

/// The id in `/<id>.html`, `/pages/<id>` or `/pages/<id>.html`.
fn id_of(path: &str) -> Option<&str> {
    match path.strip_prefix("/pages/") {
        Some(name) => Some(name.strip_suffix(".html").unwrap_or(name)),
        None => path.strip_prefix('/')?.strip_suffix(".html"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(entries: &[(&str, Option<&str>)]) -> Result<Pages, PagesError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entries = entries.iter().map(|(id, url)| {
            std::fs::write(folder.path().join(format!("{id}.html")), "x").expect("written");
            let url = url.map(|url| url.parse().expect("a url"));
            Entry { id: (*id).to_owned(), url, encoding: None }
        });
        let manifest = Manifest(entries.collect());
        Pages::find(folder.path(), manifest)
    }

    #[test]
    fn a_page_is_found_by_its_own_address_and_by_id() {
        let pages = pages(&[
            ("a", Some("https://www.shop.test/item/1?color=red")),
            ("b", Some("http://www.shop.test/item/1")),
            ("c", Some("https://other.test/")),
            ("d", None),
        ])
        .expect("consistent");
        for (host, target, expected) in [
            ("www.shop.test:8090", "/item/1?color=red", Some("a")),
            ("WWW.shop.test.:8090", "/item/1", Some("b")),
            ("shop.test", "/item/1", Some("b")),
            ("other.test", "/", Some("c")),
            ("www.shop.test", "/item/1?color=blue", None),
            ("www.shop.test", "/a.html", None),
            ("other.test", "/item/1", None),
            ("127.0.0.1:8090", "/a.html", Some("a")),
            ("127.0.0.1:8090", "/pages/d", Some("d")),
            ("localhost:8090", "/pages/d.html?x=1", Some("d")),
            ("[::1]:8090", "/d.html", Some("d")),
            ("127.0.0.1", "/item/1", None),
            ("127.0.0.1", "/pages/../a.html", None),
            ("127.0.0.1", "/", None),
            ("", "/a.html", None),
        ] {
            let uri: Uri = target.parse().expect("a target");
            let found = pages.page_for(host, &uri).map(|page| page.entry.id.as_str());
            assert_eq!(found, expected, "{host} {target}");
        }
    }

    #[test]
    fn two_pages_cannot_have_one_address() {
        let same = pages(&[("a", Some("https://shop.test/x")), ("b", Some("http://shop.test/x#top"))]);
        assert!(matches!(same, Err(PagesError::Twice { what: "url", .. })));
        let same = pages(&[("a", None), ("a", None)]);
        assert!(matches!(same, Err(PagesError::Twice { what: "id", .. })));
    }

    #[test]
    fn a_page_without_a_file_is_missed_at_the_start() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let manifest = Manifest(vec![Entry { id: "a".to_owned(), url: None, encoding: None }]);
        assert!(matches!(Pages::find(folder.path(), manifest), Err(PagesError::Missing { .. })));
    }
}
