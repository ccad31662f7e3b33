//! The token in the head of a request: as a bearer token, which programs send, or as the password of HTTP Basic, which
//! people's browsers ask for and send by themselves.
//!
//! What a browser sends by itself, another site's page can have it send too. So a password is taken from requests that
//! change something only where the browser says that a page of this service made them, and programs, which say nothing
//! of the kind, are not in the way of that.

use std::borrow::Cow;

use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};

use super::unauthorized;
use crate::error::ApiError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the password of HTTP Basic will do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Basic<'a> {
    Refused,
    /// For a request with this method.
    Accepted(&'a Method),
}

/// The one token that is given.
pub(super) fn token<'a>(headers: &'a HeaderMap, basic: Basic<'_>) -> Result<Cow<'a, str>, ApiError> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(unauthorized("authorization: missing, expected one bearer token"));
    };
    let split = value.to_str().ok().and_then(|text| text.split_once(' '));
    match (split, basic) {
        (Some((scheme, token)), _) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim().into()),
        (Some((scheme, pair)), Basic::Accepted(method)) if scheme.eq_ignore_ascii_case("basic") => {
            if !method.is_safe() && !is_of_own_page(headers) {
                return Err(unauthorized(
                    "authorization: a password is taken from this service's own pages only, send a bearer token",
                ));
            }
            let password = password(pair.trim());
            password.map(Cow::Owned).ok_or_else(|| unauthorized("authorization: expected a password"))
        }
        _ => Err(unauthorized("authorization: expected a bearer token")),
    }
}

/// Of `user:password` in base64; the user may be called anything.
fn password(pair: &str) -> Option<String> {
    let pair = String::from_utf8(base64_simd::STANDARD.decode_to_vec(pair).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// Browsers say where a request comes from: over TLS and on loopback in so many words, else by the page's origin, which
/// they send with every request that is not safe. Nothing is said by what is no browser.
fn is_of_own_page(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_ascii_lowercase);
    let origin = text(origin).and_then(|origin| origin.split_once("://").map(|(_, host)| host.to_owned()));
    origin.is_some() && origin == headers.get(HOST).and_then(text)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TOKEN: &str = "a-token:with-a-colon";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let basic = base64_simd::STANDARD.encode_to_string(format!("anybody:{TOKEN}"));
        let value = |text: &str| HeaderValue::from_str(text).expect("a header value");
        let mut headers = HeaderMap::from_iter([(AUTHORIZATION, value(&format!("Basic {basic}")))]);
        for (name, text) in pairs {
            headers.insert(*name, value(text));
        }
        headers
    }

    #[test]
    fn the_password_is_the_token_whoever_says_it() {
        let headers = headers(&[]);
        assert_eq!(token(&headers, Basic::Accepted(&Method::GET)).expect("a password"), TOKEN);
        assert!(token(&headers, Basic::Refused).is_err());
        for broken in ["Basic", "Basic ", "Basic ???", "Basic YWJj"] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(broken))]);
            assert!(token(&headers, Basic::Accepted(&Method::GET)).is_err(), "{broken}");
        }
    }

    #[test]
    fn other_sites_pages_cannot_use_what_a_browser_remembers() {
        let host = ("host", "Pictures.example:8002");
        for (said, is_accepted) in [
            (vec![host], true),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            // a proxy before the service may give it another name: the browser's own word counts
            (vec![host, ("sec-fetch-site", "same-origin"), ("origin", "https://cards.example")], true),
            (vec![host, ("origin", "http://pictures.example:8002")], true),
            (vec![host, ("origin", "http://pictures.example:8001")], false),
            (vec![host, ("origin", "http://pictures.example:8002.evil.example")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![("origin", "null")], false),
            (vec![host, ("sec-fetch-site", "same-site"), ("origin", "http://pictures.example:8002")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "none")], false),
        ] {
            let headers = headers(&said);
            let taken = token(&headers, Basic::Accepted(&Method::POST));
            assert_eq!(taken.is_ok(), is_accepted, "{said:?}");
            assert!(token(&headers, Basic::Accepted(&Method::GET)).is_ok(), "reading changes nothing");
        }
    }
}
