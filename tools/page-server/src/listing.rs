//! What to ask the service for, and how it must be set to reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde::Serialize;
use url::Url;

use crate::pages::{Page, Pages, bare};

/// Where the servers are, and who cannot be asked by name.
#[derive(Debug)]
pub(crate) struct Servers<'a> {
    pub(crate) http: SocketAddr,
    pub(crate) dns: Option<SocketAddr>,
    /// Hosts whose pages, and those of the hosts under them, are asked for by address.
    pub(crate) by_address: &'a [String],
}

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
    url: Url,
}

/// By name where there is a DNS server and the page has an address of its own, else by address.
pub(crate) fn of(pages: &Pages, servers: &Servers<'_>) -> Listing {
    let lines: Vec<_> =
        pages.iter().map(|page| Line { id: page.entry.id.clone(), url: servers.url_of(page) }).collect();
    let pairs: BTreeSet<_> = lines.iter().filter_map(|line| pair_of(&line.url)).collect();
    let pairs: Vec<_> = pairs.into_iter().collect();
    let mut environment = BTreeMap::from([("PLAYWRIGHT_EGRESS_ALLOW", pairs.join(","))]);
    environment.extend(servers.dns.map(|dns| ("PLAYWRIGHT_DNS_SERVER", dns.to_string())));
    Listing { pages: lines, environment }
}

impl Servers<'_> {
    fn url_of(&self, page: &Page) -> Url {
        let own = page.entry.url.as_ref().filter(|url| self.has_name(url));
        own.and_then(|url| moved(url, self.http.port())).unwrap_or_else(|| {
            let text = format!("http://{}/pages/{}", self.http, page.entry.id);
            text.parse().expect("an address and a plain id make a URL")
        })
    }

    fn has_name(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_under = |listed: &String| {
            host.strip_suffix(listed).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.dns.is_some() && !self.by_address.iter().any(is_under)
    }
}

/// The URL with `http` and another port, and without `www.`: browsers have a built-in list of hosts that
/// they never ask over plain HTTP, and many a shop is on it with `www.` only. The fragment never reaches a
/// server.
fn moved(url: &Url, port: u16) -> Option<Url> {
    let mut url = url.clone();
    let host = bare(url.host_str()?).to_owned();
    url.set_host(Some(&host)).ok()?;
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

    fn listing(dns: Option<&str>, by_address: &[&str]) -> serde_json::Value {
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
        let by_address: Vec<_> = by_address.iter().map(|&host| host.to_owned()).collect();
        let listing = of(&pages, &Servers { http, dns, by_address: &by_address });
        serde_json::to_value(listing).expect("serializable")
    }

    #[test]
    fn with_names_pages_are_where_they_were_saved_from() {
        assert_eq!(
            listing(Some("127.0.0.1:5353"), &[]),
            serde_json::json!({
                "pages": [
                    { "id": "a", "url": "http://shop.test:8090/i?x=1" },
                    { "id": "b", "url": "http://shop.test:8090/j" },
                    { "id": "c", "url": "http://127.0.0.1:8090/pages/c" },
                ],
                "environment": {
                    "PLAYWRIGHT_EGRESS_ALLOW": "127.0.0.1:8090,shop.test:8090",
                    "PLAYWRIGHT_DNS_SERVER": "127.0.0.1:5353",
                },
            })
        );
    }

    #[test]
    fn without_names_pages_are_at_the_address() {
        let listing = listing(None, &[]);
        assert_eq!(listing["pages"][0]["url"], "http://127.0.0.1:8090/pages/a");
        assert_eq!(
            listing["environment"],
            serde_json::json!({ "PLAYWRIGHT_EGRESS_ALLOW": "127.0.0.1:8090" })
        );
    }

    #[test]
    fn hosts_that_cannot_be_asked_by_name_are_asked_by_address() {
        let listing = listing(Some("127.0.0.1:5353"), &["shop.test"]);
        assert_eq!(listing["pages"][0]["url"], "http://127.0.0.1:8090/pages/a");
        assert_eq!(listing["environment"]["PLAYWRIGHT_EGRESS_ALLOW"], "127.0.0.1:8090");
    }
}
