//! Whom a connection is meant for: a host and a port, read the way a browser reads them.
//!
//! Belongs here: parsing and comparing `host:port`. Does not: whether it may be reached (`policy`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use hyper::{Method, Uri};
use url::{Host, Url};

/// A host (name, IPv4 or IPv6 address) and a port: one entry of the list of what may be reached although
/// it is not public, and the target of a connection.
///
/// Hosts are read by the WHATWG rules, as a browser reads them: `0x7f.1` and `127.1` are `127.0.0.1`, full-width
/// digits are digits, names are lower case and in their ASCII form, and one trailing dot means nothing.
///
/// ```
/// # use browser_pool::egress::HostPort;
/// let pair: HostPort = "Fixture.test:8080".parse()?;
/// assert_eq!(pair.to_string(), "fixture.test:8080");
/// assert!("fixture.test".parse::<HostPort>().is_err());
/// # Ok::<(), browser_pool::egress::HostPortError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    host: Host<String>,
    port: u16,
}

/// Why a text is no `host:port` pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a host:port pair, for example 127.0.0.1:8080, [::1]:8080 or shop.test:8080")]
pub struct HostPortError {
    text: String,
}

impl HostPort {
    /// A pair of an already parsed host and a port.
    pub fn new(host: Host<String>, port: u16) -> Self {
        let host = match host {
            Host::Domain(name) => Host::Domain(name.strip_suffix('.').map_or(name.clone(), str::to_owned)),
            Host::Ipv4(_) | Host::Ipv6(_) => host,
        };
        Self { host, port }
    }

    /// The pair that a URL's request goes to; `None` without a host or a known port.
    pub fn of_url(url: &Url) -> Option<Self> {
        Some(Self::new(url.host()?.to_owned(), url.port_or_known_default()?))
    }

    /// The pair that a request to a forward proxy is for: CONNECT with a port, or an absolute `http` URL; `None` for
    /// anything else, and for what carries credentials.
    pub(crate) fn of_request(method: &Method, uri: &Uri) -> Option<Self> {
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let default_port = if *method == Method::CONNECT {
            None
        } else if uri.scheme_str() == Some("http") {
            Some(80)
        } else {
            return None;
        };
        // what is no port, or stands between host and port, would tell the site another target than the one dialled
        let rest = authority.as_str().strip_prefix(authority.host())?;
        let port = match rest.strip_prefix(':') {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
            None if rest.is_empty() => default_port?,
            _ => return None,
        };
        let host = Host::parse(authority.host()).ok()?;
        (port != 0).then(|| Self::new(host, port))
    }

    /// The host, without a trailing dot.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, if the host is a literal one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(*address)),
            Host::Ipv6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// The addresses of `localhost` and the names under it, which never go to a DNS server (RFC 6761).
    pub(crate) fn localhost(&self) -> Option<[IpAddr; 2]> {
        let Host::Domain(name) = &self.host else { return None };
        let is_local = name == "localhost" || name.ends_with(".localhost");
        is_local.then_some([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)])
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).ok_or_else(|| HostPortError { text: text.to_owned() })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn parse(text: &str) -> Option<HostPort> {
    let (host, port) = text.rsplit_once(':')?;
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let port = port.parse().ok().filter(|port| *port != 0)?;
    Some(HostPort::new(Host::parse(host).ok()?, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<HostPort>().ok().map(|pair| pair.to_string())
    }

    #[test]
    fn a_pair_is_read_as_a_browser_reads_it() {
        for (text, expected) in [
            ("shop.test:80", "shop.test:80"),
            (" Shop.TEST:80 ", "shop.test:80"),
            ("shop.test.:80", "shop.test:80"),
            ("127.0.0.1:18100", "127.0.0.1:18100"),
            ("127.1:80", "127.0.0.1:80"),
            ("0x7f.1:80", "127.0.0.1:80"),
            ("2130706433:80", "127.0.0.1:80"),
            ("0177.0.0.01:80", "127.0.0.1:80"),
            ("127.0.0.1.:80", "127.0.0.1:80"),
            ("\u{ff11}27.0.0.1:80", "127.0.0.1:80"),
            ("%31%32%37.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:443", "[::1]:443"),
            ("[::ffff:127.0.0.1]:443", "[::ffff:7f00:1]:443"),
            ("b\u{fc}cher.test:443", "xn--bcher-kva.test:443"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for text in [
            "",
            ":",
            "shop.test",
            "shop.test:",
            ":80",
            "shop.test:0",
            "shop.test:65536",
            "shop.test:+80",
            "shop.test:http",
            "http://shop.test:80",
            "a@shop.test:80",
            "shop.test:80/",
            "::1:80",
            "[::1]",
            "1.2.3.4.5:80",
            "256.0.0.1:80",
            "sh op.test:80",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_request_to_a_proxy_says_plainly_whom_it_is_for() {
        let of = |method: &Method, text: &str| {
            let uri: Uri = text.parse().expect("what the HTTP parser lets through");
            HostPort::of_request(method, &uri).map(|pair| pair.to_string())
        };
        let get = |text| of(&Method::GET, text);
        assert_eq!(get("http://shop.test/a").as_deref(), Some("shop.test:80"));
        assert_eq!(get("http://[::1]:8080/").as_deref(), Some("[::1]:8080"));
        assert_eq!(of(&Method::CONNECT, "shop.test:443").as_deref(), Some("shop.test:443"));
        for text in ["shop.test", "[::5]0:443", "shop.test:65979"] {
            assert_eq!(of(&Method::CONNECT, text), None, "{text}");
        }
        for text in [
            "/a",
            "https://shop.test/",
            "ftp://shop.test/",
            "http://a@shop.test/",
            "http://shop.test:0/",
            "http://shop.test:65536/",
            "http://127.0.0.1:181000.0.1/",
            "http://shop.test:/",
        ] {
            assert_eq!(get(text), None, "{text}");
        }
    }

    #[test]
    fn names_under_localhost_are_known_without_a_query() {
        for name in ["localhost:80", "LOCALHOST.:80", "a.b.localhost:80"] {
            assert!(name.parse::<HostPort>().expect("pair").localhost().is_some(), "{name}");
        }
        for name in ["localhost.test:80", "notlocalhost:80", "127.0.0.1:80"] {
            assert!(name.parse::<HostPort>().expect("pair").localhost().is_none(), "{name}");
        }
    }
}
