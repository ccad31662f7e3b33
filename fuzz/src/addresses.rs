//! Whatever gets past the egress is public or on the operator's list, and is what was looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use url::{Host, Url};

use crate::egress::address::AddressClass;
use crate::egress::headers::{for_upstream, strip_answer};
use crate::egress::policy::{EgressConfig, Network, Route};
use crate::egress::submitted::{check_url, parse_url};
use crate::egress::target::HostPort;

const ALLOWED: [&str; 3] = ["127.0.0.1:18100", "shop.test:8080", "[fd00::1]:443"];

/// What is between two neighbours and goes no further; `Connection` itself aside, which the proxy writes anew.
const HOP_BY_HOP: [&str; 8] = [
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
];

fn configs() -> [EgressConfig; 2] {
    let allow = ALLOWED.iter().map(|pair| pair.parse().expect("a pair")).collect();
    [EgressConfig::default(), EgressConfig { allow, ..EgressConfig::default() }]
}

/// A submitted URL.
pub fn url(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let closed = EgressConfig { network: Network::None, ..EgressConfig::default() };
    assert!(parse_url(text, &closed).is_err(), "nothing may be reached without a network");
    for config in configs() {
        let Ok(url) = parse_url(text, &config) else { continue };
        let target = HostPort::of_url(&url).expect("an admitted URL has a host and a port");
        is_reachable(&target, &config);
        is_what_is_navigated(&url, &target);
        assert_eq!(check_url(&url, &config), Ok(()));
    }
}

/// The browser reads the text of the judged URL again: it must find the same host and port there, and so must a reader
/// that knows nothing but where an authority ends.
fn is_what_is_navigated(url: &Url, target: &HostPort) {
    let text = url.as_str();
    let again = Url::parse(text).expect("an admitted URL is one");
    assert_eq!((&again, again.as_str()), (url, text), "reading it again changes it");
    assert!(!text.contains(|c: char| c.is_control() || c == ' ' || !c.is_ascii()), "{text:?}");
    let (scheme, rest) = text.split_once("://").expect("an authority");
    assert!(matches!(scheme, "http" | "https"), "{text:?}");
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    assert!(!authority.contains('@'), "{text:?}");
    let default = if scheme == "http" { 80 } else { 443 };
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().expect("a port")),
        None => (authority, default),
    };
    let named = target.host().to_string();
    assert_eq!(host.strip_suffix('.').unwrap_or(host), named, "{text:?}");
    assert_eq!(port, target.port(), "{text:?}");
}

/// The answer before a look-up, and what a look-up may then bring.
fn is_reachable(target: &HostPort, config: &EgressConfig) {
    let allowed = |pair: &HostPort| ALLOWED.iter().any(|text| text.parse().as_ref() == Ok(pair));
    let lists = |pair: &HostPort| !config.allow.is_empty() && allowed(pair);
    let (port, listed) = (target.port(), lists(target));
    match config.precheck(target).expect("an admitted URL passes") {
        Route::Known(sockets) => {
            assert!(!sockets.is_empty());
            for socket in sockets {
                let dialled = HostPort::new(host_of(socket.ip()), socket.port());
                assert_eq!(socket.port(), port);
                let public = !is_special(socket.ip()) && matches!(port, 80 | 443);
                assert!(public || listed || lists(&dialled), "{target} would dial {socket}");
            }
        }
        Route::Lookup(name) => {
            assert_eq!(target.host(), &Host::Domain(name));
            let private = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
            let public = IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1));
            for addresses in [&[private][..], &[public, private]] {
                assert_eq!(
                    config.admit(target, addresses).is_ok(),
                    listed,
                    "{target} resolved to {addresses:?}"
                );
            }
            assert_eq!(config.admit(target, &[public]).is_ok(), listed || matches!(port, 80 | 443));
        }
    }
}

fn host_of(address: IpAddr) -> Host<String> {
    match address {
        IpAddr::V4(address) => Host::Ipv4(address),
        IpAddr::V6(address) => Host::Ipv6(address),
    }
}

/// An address as four or sixteen bytes.
pub fn address(input: &[u8]) {
    let four = <[u8; 4]>::try_from(input).map(IpAddr::from);
    let Ok(address) = four.or_else(|_| <[u8; 16]>::try_from(input).map(IpAddr::from)) else { return };
    if AddressClass::of(address) == AddressClass::Public {
        assert!(!is_special(address), "{address} is taken for public");
    }
    // what is written is read back as the same, and judged alike in a URL
    let text = match address {
        IpAddr::V4(address) => format!("http://{address}/"),
        IpAddr::V6(address) => format!("http://[{address}]/"),
    };
    let is_public = AddressClass::of(address) == AddressClass::Public;
    assert_eq!(parse_url(&text, &EgressConfig::default()).is_ok(), is_public, "{text}");
}

/// Written anew from what the standard library knows and the most dangerous ranges beside, so that it shares no mistake
/// with the table. It need not know all that is special.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_special_v4(address),
        IpAddr::V6(address) => is_special_v6(address),
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && matches!(second, 18 | 19))
        || (first == 192 && second == 0 && third == 0)
}

fn is_special_v6(address: Ipv6Addr) -> bool {
    // which every system dials as the address inside
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_special_v4(mapped);
    }
    let segments = address.segments();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.to_ipv4().is_some()
        // not global unicast, 6to4, Teredo, documentation
        || segments[0] >> 13 != 1
        || segments[0] == 0x2002
        || (segments[0] == 0x2001 && segments[1] == 0)
        || (segments[0] == 0x2001 && segments[1] == 0xdb8)
}

/// What a browser sends to the proxy: a method and a target, then header lines.
pub fn proxy_request(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut first = lines.next().unwrap_or_default().splitn(2, |byte| *byte == b' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    heads(lines);
    let (Ok(method), Ok(uri)) = (Method::from_bytes(method), Uri::try_from(target)) else { return };
    let Some(pair) = HostPort::of_request(&method, &uri) else { return };
    let authority = uri.authority().expect("what is forwarded has an authority").as_str();
    assert!(!authority.contains('@') && pair.port() != 0, "{authority}");
    assert!(method == Method::CONNECT || uri.scheme_str() == Some("http"), "{method} {uri}");
    // the site is told the authority as it was written: it must be the one that was judged
    let told = Url::parse(&format!("http://{authority}/"));
    let told = told.ok().and_then(|url| HostPort::of_url(&url));
    assert_eq!(told.as_ref(), Some(&pair), "{authority}");
    for config in configs() {
        if config.precheck(&pair).is_ok() {
            is_reachable(&pair, &config);
        }
    }
}

/// Nothing that is meant for the proxy goes on, in either direction, and `Host` is the judged one.
fn heads<'a>(lines: impl Iterator<Item = &'a [u8]>) {
    let mut headers = HeaderMap::new();
    for line in lines.take(64) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let judged = HeaderValue::from_static("judged.test");
    let sent = for_upstream(&headers, judged.clone());
    assert_eq!(sent.get_all(HOST).iter().collect::<Vec<_>>(), [&judged]);
    assert!(sent.get_all(CONNECTION).iter().all(|value| value == "keep-alive"));
    let mut answer = headers;
    strip_answer(&mut answer);
    assert!(!answer.contains_key(CONNECTION) && !answer.contains_key("x-egress"));
    for headers in [&sent, &answer] {
        assert!(!HOP_BY_HOP.iter().any(|name| headers.contains_key(*name)), "{headers:?}");
    }
}
