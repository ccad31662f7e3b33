//! What a proxy takes out of a message's head before handing it on (RFC 9110, 7.6.1).

use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

/// Marks answers that are this proxy's own. An upstream's header of this name is taken out.
pub(crate) const OWN_ANSWER: HeaderName = HeaderName::from_static("x-egress");

const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    PROXY_CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-authenticate"),
    HeaderName::from_static("proxy-authorization"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The head of a request as the browser would have sent it without a proxy: the same fields in the same
/// order, `Host` from the request's target. No `Via`: it would tell sites apart visitors with a proxy.
pub(crate) fn for_upstream(headers: &HeaderMap, host: HeaderValue) -> HeaderMap {
    let mut kept = HeaderMap::with_capacity(headers.len() + 1);
    kept.insert(HOST, host);
    for (name, value) in headers {
        if *name == PROXY_CONNECTION {
            kept.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
        } else if *name != HOST && !is_dropped(name, headers) {
            kept.append(name, value.clone());
        }
    }
    kept
}

/// Takes out of an answer what is not meant for the browser.
pub(crate) fn strip_answer(headers: &mut HeaderMap) {
    let is_clean = headers.keys().all(|name| *name != OWN_ANSWER && !is_dropped(name, headers));
    if is_clean {
        return;
    }
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers.iter() {
        if *name != OWN_ANSWER && !is_dropped(name, headers) {
            kept.append(name, value.clone());
        }
    }
    *headers = kept;
}

/// Hop-by-hop by the standard, or named so by the message itself.
fn is_dropped(name: &HeaderName, headers: &HeaderMap) -> bool {
    HOP_BY_HOP.contains(name) || headers.get_all(CONNECTION).iter().any(|value| names(value, name))
}

fn names(connection: &HeaderValue, name: &HeaderName) -> bool {
    let options = connection.to_str().unwrap_or_default().split(',');
    options.into_iter().any(|option| option.trim().eq_ignore_ascii_case(name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn list(headers: &HeaderMap) -> Vec<String> {
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("ascii"))).collect()
    }

    #[test]
    fn a_request_looks_as_without_a_proxy() {
        let from_browser = headers(&[
            ("host", "forged.test"),
            ("proxy-connection", "keep-alive"),
            ("proxy-authorization", "Basic xxx"),
            ("user-agent", "Browser"),
            ("te", "trailers"),
            ("accept", "*/*"),
        ]);
        let sent = for_upstream(&from_browser, HeaderValue::from_static("shop.test:8080"));
        assert_eq!(
            list(&sent),
            ["host: shop.test:8080", "connection: keep-alive", "user-agent: Browser", "accept: */*"]
        );
    }

    #[test]
    fn fields_that_connection_names_are_dropped() {
        let from_browser =
            headers(&[("connection", "close, X-Private"), ("x-private", "1"), ("x-kept", "2")]);
        let sent = for_upstream(&from_browser, HeaderValue::from_static("a"));
        assert_eq!(list(&sent), ["host: a", "x-kept: 2"]);
    }

    #[test]
    fn an_upstream_cannot_speak_for_the_proxy() {
        let mut answer = headers(&[
            ("content-type", "text/html"),
            ("x-egress", "refused"),
            ("proxy-authenticate", "Basic"),
            ("keep-alive", "timeout=5"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
        ]);
        strip_answer(&mut answer);
        assert_eq!(list(&answer), ["content-type: text/html", "set-cookie: a=1", "set-cookie: b=2"]);
    }
}
