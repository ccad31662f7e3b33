use super::*;

/// What comes through of what comes in pieces of `step` bytes, each let through separately.
fn through(input: &[u8], step: usize) -> Result<Vec<String>, Refusal> {
    let (mut framing, mut came, mut parts) = (Framing::new(), BytesMut::new(), Vec::new());
    for piece in input.chunks(step) {
        came.extend_from_slice(piece);
        loop {
            let at_head = framing.is_at_head();
            let mut through = BytesMut::new();
            framing.advance(&mut came, &mut through)?;
            if through.is_empty() {
                break;
            }
            let text = String::from_utf8_lossy(&through).into_owned();
            match parts.last_mut() {
                Some(last) if !at_head => *last = format!("{last}{text}"),
                _ => parts.push(text),
            }
        }
    }
    Ok(parts)
}

#[test]
fn requests_are_told_apart_however_they_are_cut() {
    let requests = [
        "GET /1 HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\nGET / HTTP\r\n",
        "POST /3 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n5;a=\"b\"\r\nab\r\nc\r\n00A\r\n0123456789\r\n0\r\nx: y\r\n\r\n",
        "POST /4 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /5 HTTP/1.0\r\n\r\n",
    ];
    // the second's body is 11 bytes, what follows is an empty line that is skipped
    let expected: Vec<String> = requests
        .iter()
        .map(|text| text.strip_suffix("HTTP\r\n").map_or((*text).to_owned(), |rest| format!("{rest}HTTP\r")))
        .collect();
    let all = requests.concat().replacen("GET / HTTP\r\n", "GET / HTTP\r", 1);
    for step in [1, 2, 3, 7, 64, 4096] {
        assert_eq!(through(all.as_bytes(), step).expect("valid requests"), expected, "in pieces of {step}");
    }
}

#[test]
fn an_empty_line_between_requests_is_skipped() {
    let parts = through(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n", 1024).expect("valid");
    assert_eq!(parts, ["GET / HTTP/1.0\r\n\r\n"; 2]);
}

#[test]
fn chunks_that_are_none_end_it() {
    for chunks in [
        "x\r\n",
        "\r\n",
        "5\n",
        "1\r\nabc",
        "-1\r\n",
        "0x5\r\n",
        "1234567890abcdef0\r\n",
        "0\r\nx\n",
        "1 \r\n",
    ] {
        let text = format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
        let (mut framing, mut came) = (Framing::new(), BytesMut::from(text.as_bytes()));
        while !came.is_empty() && !framing.is_lost() {
            framing.advance(&mut came, &mut BytesMut::new()).expect("the head is valid");
        }
        assert!(framing.is_lost(), "{chunks:?}");
    }
}

/// Whether in one piece or byte by byte.
#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let long = "a".repeat(9_000);
    let many = "x: y\r\n".repeat(101);
    let large = format!("x: {}\r\n", "y".repeat(8_000)).repeat(5);
    let cases: &[(&str, u16, &str)] = &[
        ("GET / HTTP/1.1\r\n\r\n", 400, "host: missing"),
        ("GET / HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n", 400, "host: given more than once"),
        ("GET / HTTP/1.1\r\nhost: a@b\r\n\r\n", 400, "host: expected"),
        ("GET / HTTP/1.1\r\nhost: a, b\r\n\r\n", 400, "host: expected"),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            400,
            "only one",
        ),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
            400,
            "only one",
        ),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
            400,
            "more than once",
        ),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
            "more than once",
        ),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +1\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1, 1\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0x10\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length:\r\n\r\n", 400, "whole number"),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n", 400, "chunked alone"),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\n\r\n", 400, "chunked alone"),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
            400,
            "chunked alone",
        ),
        ("POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n", 400, "chunked alone"),
        ("GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n", 400, "not a valid"),
        ("GET / HTTP/1.1\r\nhost: x\r\nx : a\r\n\r\n", 400, "not a valid"),
        ("GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n", 400, "not a valid"),
        ("GET / HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n", 400, "not a valid"),
        ("GET / HTTP/1.1\nhost: x\n\n", 400, "CRLF"),
        ("GET / HTTP/1.1\r\nhost: x\nx: y\r\n\r\n", 400, "CRLF"),
        ("GET  / HTTP/1.1\r\nhost: x\r\n\r\n", 400, "not a valid"),
        ("GET / HTTP/3.7\r\nhost: x\r\n\r\n", 400, "not a valid"),
        ("GET /\r\n\r\n", 400, "not a valid"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTP/2"),
        ("\u{16}\u{3}\u{1}\u{2}\0", 400, "TLS"),
        ("SSH-2.0-OpenSSH_9.2\u{1}", 400, "TLS"),
        (&long, 400, "TLS"),
        (&format!("GET /{long}"), 414, "path and query"),
        (&format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), 414, "path and query"),
        (&format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), 431, "headers"),
        (&format!("GET / HTTP/1.1\r\nhost: x\r\n{large}\r\n"), 431, "headers"),
        (&format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(50_000)), 431, "headers"),
    ];
    for (text, status, message) in cases {
        for step in [1, text.len()] {
            let shown = &text[..text.len().min(80)];
            let refusal = through(text.as_bytes(), step).expect_err(shown);
            assert_eq!(refusal.status.as_u16(), *status, "{shown:?}: {refusal:?}");
            assert!(refusal.message.contains(message), "{shown:?}: {refusal:?}");
        }
    }
}
