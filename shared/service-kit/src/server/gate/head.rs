//! What the head of a request must be like to be let through, beyond what hyper asks for.
//!
//! Everything that two servers in a row could read in two ways is refused: how long the body is must be said once and
//! in one way, lines end with CRLF, and the host is named exactly once.

use axum::http::StatusCode;
use memchr::{memchr, memmem};

use super::framing::Length;

/// No client of ours sends 4 KiB of headers; a proxy in front may add some.
pub(crate) const MAX_HEADERS_BYTES: usize = 32 << 10;
/// Nothing is asked for by a long path or query.
pub(crate) const MAX_TARGET_BYTES: usize = 8 << 10;
/// As many as hyper takes.
const MAX_HEADERS: usize = 100;
/// The request line without its target: a method, two spaces, the version and the line's end.
const AROUND_TARGET: usize = 64;
/// No method is longer; what has no space so far in is no HTTP.
const LONGEST_METHOD: usize = 32;

/// Why a head is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
}

impl Refusal {
    pub(super) const fn bad(message: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message }
    }

    pub(crate) const TOO_MANY_HEADERS: Self = Self {
        status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        message: "headers: too many or too large, at most 100 of together 32768 bytes",
    };
    pub(crate) const TARGET_TOO_LONG: Self = Self {
        status: StatusCode::URI_TOO_LONG,
        message: "path and query: too long, at most 8192 bytes together",
    };
    pub(crate) const NO_REQUEST: Self = Self::bad("not a valid HTTP/1.1 request");
    const NO_HTTP: Self =
        Self::bad("not an HTTP/1.1 request; TLS is not spoken here, a proxy in front does that");
    pub(super) const TOO_SLOW: Self = Self {
        status: StatusCode::REQUEST_TIMEOUT,
        message: "head of the request: not received in time, send it faster",
    };
}

/// Finds the end of a head that comes in pieces, and gives up as soon as it can't be one.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Up to here nothing has to be looked at again.
    scanned: usize,
    is_after_first_line: bool,
}

impl Search {
    /// The length of the head, line ends included, once it is whole.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, Refusal> {
        if !self.is_after_first_line {
            check_method(bytes)?;
        }
        while let Some(line) = memchr(b'\n', &bytes[self.scanned..]) {
            let (start, end) = (self.scanned, self.scanned + line);
            if line == 0 || bytes[end - 1] != b'\r' {
                return Err(Refusal::bad("head of the request: lines must end with CRLF"));
            }
            if line == 1 {
                return if end > MAX_HEADERS_BYTES + MAX_TARGET_BYTES + AROUND_TARGET {
                    Err(Refusal::TOO_MANY_HEADERS)
                } else {
                    Ok(Some(end + 1))
                };
            }
            if start == 0 && end > MAX_TARGET_BYTES + AROUND_TARGET {
                return Err(Refusal::TARGET_TOO_LONG);
            }
            (self.scanned, self.is_after_first_line) = (end + 1, true);
        }
        match bytes.len() - self.scanned {
            rest if !self.is_after_first_line && rest > MAX_TARGET_BYTES + AROUND_TARGET => {
                Err(Refusal::TARGET_TOO_LONG)
            }
            _ if bytes.len() > MAX_HEADERS_BYTES + MAX_TARGET_BYTES + AROUND_TARGET => {
                Err(Refusal::TOO_MANY_HEADERS)
            }
            _ => Ok(None),
        }
    }
}

/// A client that speaks TLS or something else waits for an answer, and its first bytes say so.
fn check_method(bytes: &[u8]) -> Result<(), Refusal> {
    let end = memchr(b' ', bytes).unwrap_or(bytes.len());
    let is_method = end <= LONGEST_METHOD && bytes[..end].iter().all(|b| b.is_ascii_graphic() || *b == b'\r');
    if is_method { Ok(()) } else { Err(Refusal::NO_HTTP) }
}

/// How long the body is that follows a whole head.
pub(super) fn judge(head: &[u8]) -> Result<Length, Refusal> {
    if head.starts_with(b"PRI * HTTP/2") {
        return Err(Refusal::bad("HTTP/2 is not spoken here, use HTTP/1.1"));
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::TOO_MANY_HEADERS),
        Ok(httparse::Status::Partial) | Err(_) => return Err(Refusal::NO_REQUEST),
    }
    if request.path.is_none_or(|target| target.len() > MAX_TARGET_BYTES) {
        return Err(Refusal::TARGET_TOO_LONG);
    }
    let is_http_1_1 = request.version == Some(1);
    let bytes: usize = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    if bytes > MAX_HEADERS_BYTES {
        return Err(Refusal::TOO_MANY_HEADERS);
    }
    check_host(request.headers, is_http_1_1)?;
    body_length(request.headers, is_http_1_1)
}

fn values<'a>(headers: &'a [httparse::Header<'_>], name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// RFC 9112, 3.2: a request without its one valid host is answered with 400.
fn check_host(headers: &[httparse::Header<'_>], is_required: bool) -> Result<(), Refusal> {
    let mut hosts = values(headers, "host");
    match (hosts.next(), hosts.next()) {
        (None, _) if is_required => Err(Refusal::bad("host: missing, HTTP/1.1 requires the header")),
        (_, Some(_)) => Err(Refusal::bad("host: given more than once")),
        (Some(host), None) if !host.iter().all(|b| is_of_host(*b)) => {
            Err(Refusal::bad("host: expected a name or an address, with or without a port"))
        }
        _ => Ok(()),
    }
}

fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+;=".contains(&byte)
}

fn body_length(headers: &[httparse::Header<'_>], is_http_1_1: bool) -> Result<Length, Refusal> {
    let mut lengths = values(headers, "content-length");
    let mut codings = values(headers, "transfer-encoding");
    let (length, second_length) = (lengths.next(), lengths.next());
    let (coding, second_coding) = (codings.next(), codings.next());
    if second_length.is_some() {
        return Err(Refusal::bad("content-length: given more than once"));
    }
    match (length, coding) {
        (Some(_), Some(_)) => {
            Err(Refusal::bad("content-length and transfer-encoding: expected only one of them"))
        }
        (None, None) => Ok(Length::Of(0)),
        (Some(length), None) => whole_number(length)
            .map(Length::Of)
            .ok_or(Refusal::bad("content-length: expected a whole number of bytes")),
        (None, Some(coding)) => {
            let is_chunked =
                is_http_1_1 && second_coding.is_none() && coding.eq_ignore_ascii_case(b"chunked");
            if is_chunked {
                Ok(Length::Chunked)
            } else {
                Err(Refusal::bad("transfer-encoding: expected chunked alone, with HTTP/1.1"))
            }
        }
    }
}

/// Digits only: no sign, no list, no space.
fn whole_number(text: &[u8]) -> Option<u64> {
    let is_digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_digits)?.parse().ok()
}

/// Whether an answer's head was written by hyper itself: a refusal of its own, which has no request id.
pub(super) fn hypers_refusal(head: &[u8]) -> Option<Refusal> {
    /// The longest head that hyper writes by itself is about 140 bytes.
    const LONGEST: usize = 256;
    let is_refusal = head.len() <= LONGEST
        && head.starts_with(b"HTTP/1.1 4")
        && head.ends_with(b"\r\n\r\n")
        && memmem::find(head, crate::request::REQUEST_ID.as_bytes()).is_none();
    match head.get(9..12) {
        Some(b"431") if is_refusal => Some(Refusal::TOO_MANY_HEADERS),
        Some(b"414") if is_refusal => Some(Refusal::TARGET_TOO_LONG),
        Some(_) if is_refusal => Some(Refusal::NO_REQUEST),
        _ => None,
    }
}
