//! URLs as callers submit them: read strictly, and checked before a browser is opened for them.
//!
//! Belongs here: what makes a submitted URL worth a browser, and the texts of the refusals. Does not: what
//! happens to the requests that a page makes (`proxy`).

use std::cell::Cell;

use url::{ParseError, SyntaxViolation, Url};

use super::policy::{EgressConfig, RefusalReason};
use super::target::HostPort;

/// Why a submitted URL is refused before anything is done with it. The texts name the remedy and never an
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// Not a URL that can be fetched at all.
    #[error(transparent)]
    Invalid(#[from] InvalidUrl),
    /// A URL that the policy does not let anybody reach.
    #[error("url is not allowed: {}", remedy(*.0))]
    Forbidden(RefusalReason),
}

/// What is wrong with a URL that can never be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// Not absolute, or `file:`, `data:`, `chrome:` and the like.
    #[error("url must begin with http:// or https://")]
    Scheme,
    /// `http:///x`.
    #[error("url must name a host, for example https://shop.example/item")]
    Host,
    /// `http://user:password@host/`: in a listing's URL it is a trick, not a login.
    #[error("url must not contain a user name or password")]
    Credentials,
    /// Port 0 or above 65535.
    #[error("url must have a port between 1 and 65535")]
    Port,
    /// A text that two parsers could read as two different hosts.
    #[error("url must not contain a backslash, a control character or a space around it")]
    Ambiguous,
}

/// Reads a submitted URL and checks it with [`check_url`].
///
/// Stricter than a browser: what a browser would silently repair (`http:host`, backslashes, TAB and line
/// feed inside, a space around) is refused, since another parser on the way may repair it differently.
/// Navigate to the returned URL, never to `text`.
pub fn parse_url(text: &str, config: &EgressConfig) -> Result<Url, UrlRefused> {
    let has_scheme = ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)));
    if !has_scheme {
        return Err(InvalidUrl::Scheme.into());
    }
    let repaired = Cell::new(None);
    let note = |violation| {
        if let Some(invalid) = judge(violation) {
            repaired.set(Some(invalid));
        }
    };
    let url = Url::options().syntax_violation_callback(Some(&note)).parse(text).map_err(invalid)?;
    if let Some(invalid) = repaired.get() {
        return Err(invalid.into());
    }
    check_url(&url, config).map(|()| url)
}

/// Says whether a page's URL is worth opening a browser for. No I/O: a name is looked up only when it is
/// connected to, so a name that resolves to a private address passes here and is refused there.
pub fn check_url(url: &Url, config: &EgressConfig) -> Result<(), UrlRefused> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(InvalidUrl::Scheme.into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidUrl::Credentials.into());
    }
    let target = HostPort::of_url(url).ok_or(InvalidUrl::Host)?;
    if target.port() == 0 {
        return Err(InvalidUrl::Port.into());
    }
    config.precheck(&target).map(|_| ()).map_err(UrlRefused::Forbidden)
}

fn remedy(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::Port => "use port 80 or 443, or have the operator allow this host and port",
        RefusalReason::NetworkOff => "this service is set to reach no network",
        RefusalReason::Address(_)
        | RefusalReason::Malformed
        | RefusalReason::OwnAddress
        | RefusalReason::Background
        | RefusalReason::BytesDown
        | RefusalReason::BytesUp
        | RefusalReason::Requests
        | RefusalReason::Connections => {
            "use the address of a public web site, or have the operator allow this host and port"
        }
    }
}

/// What a browser repairs in silence and another parser may read as another host. Code points that merely
/// want percent-encoding are common in listings' URLs and do no harm.
fn judge(violation: SyntaxViolation) -> Option<InvalidUrl> {
    match violation {
        SyntaxViolation::Backslash
        | SyntaxViolation::C0SpaceIgnored
        | SyntaxViolation::TabOrNewlineIgnored => Some(InvalidUrl::Ambiguous),
        SyntaxViolation::ExpectedDoubleSlash | SyntaxViolation::ExpectedFileDoubleSlash => {
            Some(InvalidUrl::Host)
        }
        SyntaxViolation::EmbeddedCredentials | SyntaxViolation::UnencodedAtSign => {
            Some(InvalidUrl::Credentials)
        }
        _ => None,
    }
}

fn invalid(error: ParseError) -> InvalidUrl {
    match error {
        ParseError::InvalidPort => InvalidUrl::Port,
        ParseError::RelativeUrlWithoutBase | ParseError::RelativeUrlWithCannotBeABaseBase => {
            InvalidUrl::Scheme
        }
        _ => InvalidUrl::Host,
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::AddressClass;
    use super::super::policy::Network;
    use super::*;

    fn config(allow: &[&str]) -> EgressConfig {
        let allow = allow.iter().map(|pair| pair.parse().expect("a pair")).collect();
        EgressConfig { allow, ..EgressConfig::default() }
    }

    fn verdict(text: &str) -> Result<(), UrlRefused> {
        parse_url(text, &config(&[])).map(|_| ())
    }

    const LOOPBACK: Result<(), UrlRefused> =
        Err(UrlRefused::Forbidden(RefusalReason::Address(AddressClass::Loopback)));

    #[test]
    fn loopback_is_found_in_any_spelling() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "127.255.255.254",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.0x1",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
            "\u{2460}\u{2461}\u{2466}.0.0.1",
            "127\u{3002}0\u{3002}0\u{3002}1",
            "127\u{ff0e}0.0.1",
            "127.0.0.1%2e",
            "%6c%6f%63alhost",
            "local\u{ad}host",
            "%31%32%37.0.0.1",
        ] {
            assert_eq!(verdict(&format!("http://{host}/")), LOOPBACK, "{host}");
            assert_eq!(verdict(&format!("https://{host}/a?b#c")), LOOPBACK, "{host}");
        }
    }

    #[test]
    fn other_special_addresses_are_forbidden() {
        for (host, class) in [
            ("0", AddressClass::Unspecified),
            ("[::]", AddressClass::Unspecified),
            ("10.0.0.1", AddressClass::Private),
            ("169.254.169.254", AddressClass::LinkLocal),
            ("[::ffff:169.254.169.254]", AddressClass::LinkLocal),
            ("100.100.100.200", AddressClass::SharedAddress),
            ("[fd00:ec2::254]", AddressClass::UniqueLocal),
            ("[64:ff9b:1::7f00:1]", AddressClass::Embedded),
            ("[::127.0.0.1]", AddressClass::Embedded),
            ("[2002:7f00:1::]", AddressClass::Embedded),
        ] {
            let expected = Err(UrlRefused::Forbidden(RefusalReason::Address(class)));
            assert_eq!(verdict(&format!("http://{host}/")), expected, "{host}");
        }
    }

    #[test]
    fn a_public_url_passes() {
        for text in [
            "http://shop.test",
            "https://shop.test:443/x",
            "https://shop.test:80/",
            "HTTPS://Shop.Test/",
            "http://1.1.1.1/",
            "http://[2606:4700::1111]/",
            "https://shop.test/a b|c?q=\"{}^`#<x>",
            "https://shop.test/?mail=a@b.test",
            "https://b\u{fc}cher.test/",
        ] {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_browsers_repair_is_refused() {
        for (text, expected) in [
            ("http:shop.test", InvalidUrl::Scheme),
            ("http:/shop.test", InvalidUrl::Scheme),
            ("//shop.test", InvalidUrl::Scheme),
            ("shop.test", InvalidUrl::Scheme),
            ("", InvalidUrl::Scheme),
            ("file:///etc/passwd", InvalidUrl::Scheme),
            ("view-source:http://shop.test", InvalidUrl::Scheme),
            (" http://shop.test", InvalidUrl::Scheme),
            ("http:\\\\shop.test", InvalidUrl::Scheme),
            ("http://shop.test ", InvalidUrl::Ambiguous),
            ("http://shop.test\\@a", InvalidUrl::Ambiguous),
            ("http://sh\top.test/", InvalidUrl::Ambiguous),
            ("http://shop.test/\r\nx", InvalidUrl::Ambiguous),
            ("http://", InvalidUrl::Host),
            ("http:///shop.test", InvalidUrl::Host),
            ("http://1.2.3.4.5/", InvalidUrl::Host),
            ("http://256.1.1.1/", InvalidUrl::Host),
            ("http://a b/", InvalidUrl::Host),
            ("http://user@shop.test/", InvalidUrl::Credentials),
            ("http://user:pass@shop.test/", InvalidUrl::Credentials),
            ("http://shop.test@127.0.0.1/", InvalidUrl::Credentials),
            ("http://@shop.test/", InvalidUrl::Credentials),
            ("http://shop.test:0/", InvalidUrl::Port),
            ("http://shop.test:65536/", InvalidUrl::Port),
            ("http://shop.test:80:80/", InvalidUrl::Port),
        ] {
            assert_eq!(verdict(text), Err(UrlRefused::Invalid(expected)), "{text:?}");
        }
    }

    #[test]
    fn an_allowed_pair_relaxes_itself_and_nothing_else() {
        let config = config(&["127.0.0.1:18100", "shop.test:8080"]);
        let allowed = |text: &str| parse_url(text, &config).is_ok();
        assert!(allowed("http://127.0.0.1:18100/"));
        assert!(allowed("http://localhost:18100/"));
        assert!(allowed("http://shop.test:8080/"));
        assert!(allowed("http://SHOP.test.:8080/"));
        for text in [
            "http://127.0.0.1/",
            "http://127.0.0.1:8080/",
            "http://127.0.0.2:18100/",
            "http://[::1]:18100/",
            "http://localhost:8080/",
            "http://10.0.0.1:18100/",
            "http://shop.test:8081/",
        ] {
            assert!(!allowed(text), "{text}");
        }
    }

    #[test]
    fn without_a_network_even_allowed_pairs_are_forbidden() {
        let config = EgressConfig { network: Network::None, ..config(&["127.0.0.1:18100"]) };
        let refused = parse_url("http://127.0.0.1:18100/", &config);
        assert_eq!(refused, Err(UrlRefused::Forbidden(RefusalReason::NetworkOff)));
    }

    #[test]
    fn texts_name_the_remedy_and_no_address() {
        for reason in RefusalReason::all() {
            let text = UrlRefused::Forbidden(reason).to_string();
            assert!(text.starts_with("url is not allowed: "), "{text}");
            assert!(!text.contains("loopback") && !text.contains("private"), "{text}");
        }
    }
}
