//! What to ask the service for, and how it must be set to reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde::Serialize;
use url::Url;

use crate::pages::{Page, Pages};

/// The pages and the service's settings for them.
#[derive(Debug, Serialize)]
pub(crate) struct Listing {
    pages: Vec<Line>,
    /// Environment variables of the service.
    environment: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    /// To be asked for.
    url: String,
}

/// By name where there is a DNS server and the page has an address of its own, else by address.
pub(crate) fn of(pages: &Pages, http: SocketAddr, dns: Option<SocketAddr>) -> Listing {
    let urls: Vec<_> =
        pages.iter().map(|page| (page.entry.id.clone(), url_of(page, http, dns.is_some()))).collect();
    let pairs: BTreeSet<_> = urls.iter().filter_map(|(_, url)| pair_of(url)).collect();
    let pairs: Vec<_> = pairs.into_iter().collect();
    let mut environment = BTreeMap::from([("PLAYWRIGHT_EGRESS_ALLOW", pairs.join(","))]);
    environment.extend(dns.map(|dns| ("PLAYWRIGHT_DNS_SERVER", dns.to_string())));
    let pages = urls.into_iter().map(|(id, url)| Line { id, url: url.into() }).collect();
    Listing { pages, environment }
}

fn url_of(page: &Page, http: SocketAddr, has_names: bool) -> Url {
    let own = page.entry.url.as_ref().filter(|_| has_names).and_then(|url| moved(url, http.port()));
    own.unwrap_or_else(|| {
        let text = format!("http://{http}/pages/{}", page.entry.id);
        text.parse().expect("an address and a plain id make a URL")
    })
}

/// The URL with `http` and another port. The fragment never reaches a server.
fn moved(url: &Url, port: u16) -> Option<Url> {
    let mut url = url.clone();
    url.set_scheme("http").ok()?;
    url.set_port(Some(port)).ok()?;
    url.set_fragment(None);
    Some(url)
}

fn pair_of(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Entry, Manifest};

    fn listing(dns: Option<&str>) -> serde_json::Value {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entry = |id: &str, url: Option<&str>| {
            std::fs::write(folder.path().join(format!("{id}.html")), "x").expect("written");
            Entry { id: id.to_owned(), url: url.map(|url| url.parse().expect("a url")), encoding: None }
        };
        let manifest = Manifest(vec![
            entry("a", Some("https://www.shop.test/i?x=1#top")),
            entry("b", Some("http://www.shop.test:8443/j")),
            entry("c", None),
        ]);
        let pages = Pages::find(folder.path(), manifest).expect("consistent");
        let http = "127.0.0.1:8090".parse().expect("an address");
        let dns = dns.map(|dns| dns.parse().expect("an address"));
        serde_json::to_value(of(&pages, http, dns)).expect("serializable")
    }

    #[test]
    fn with_names_pages_are_where_they_were_saved_from() {
        assert_eq!(
            listing(Some("127.0.0.1:5353")),
            serde_json::json!({
                "pages": [
                    { "id": "a", "url": "http://www.shop.test:8090/i?x=1" },
                    { "id": "b", "url": "http://www.shop.test:8090/j" },
                    { "id": "c", "url": "http://127.0.0.1:8090/pages/c" },
                ],
                "environment": {
                    "PLAYWRIGHT_EGRESS_ALLOW": "127.0.0.1:8090,www.shop.test:8090",
                    "PLAYWRIGHT_DNS_SERVER": "127.0.0.1:5353",
                },
            })
        );
    }

    #[test]
    fn without_names_pages_are_at_the_address() {
        let listing = listing(None);
        assert_eq!(listing["pages"][0]["url"], "http://127.0.0.1:8090/pages/a");
        assert_eq!(
            listing["environment"],
            serde_json::json!({ "PLAYWRIGHT_EGRESS_ALLOW": "127.0.0.1:8090" })
        );
    }
}
