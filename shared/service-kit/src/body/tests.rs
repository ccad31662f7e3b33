use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
struct Card {
    html: String,
    #[serde(default = "one", deserialize_with = "whole")]
    width: u8,
    #[serde(default)]
    tags: Vec<String>,
}

fn one() -> u8 {
    1
}

impl RequestFields for Card {
    const FIELDS: &'static [Field] = &[
        Field::required("html", "text").refused_as(ErrorKind::InvalidHtml),
        Field::optional("width", "an integer from 1 to 255"),
        Field::optional("tags", "an array of strings"),
    ];
}

fn refusal(json: &str) -> String {
    parse::<Card>(json.as_bytes()).expect_err("not valid").to_string()
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_valid() {
    for (json, message) in [
        ("{}", "invalid_request: html: required, expected text"),
        (r#"{"html": null}"#, "invalid_request: html: required, expected text"),
        (r#"{"html": 5}"#, "invalid_html: html: expected text, got 5"),
        (r#"{"html": ["x"]}"#, "invalid_html: html: expected text, got an array"),
        (
            r#"{"html": "x", "width": "wide\n"}"#,
            r#"invalid_request: width: expected an integer from 1 to 255, got "wide\n""#,
        ),
        (
            r#"{"html": "x", "width": 256}"#,
            "invalid_request: width: expected an integer from 1 to 255, got 256",
        ),
        (
            r#"{"html": "x", "width": 1.5}"#,
            "invalid_request: width: expected an integer from 1 to 255, got 1.5",
        ),
        (
            r#"{"html": "x", "width": 99999999999999999999}"#,
            "invalid_request: width: expected an integer from 1 to 255, got 1e+20",
        ),
        (
            r#"{"html": "x", "width": -1}"#,
            "invalid_request: width: expected an integer from 1 to 255, got -1",
        ),
        (
            r#"{"html": "x", "tags": ["a", 1]}"#,
            "invalid_request: tags: expected an array of strings, got an array",
        ),
    ] {
        assert_eq!(refusal(json), message);
    }
}

#[test]
fn what_is_not_an_object_is_refused() {
    let deep = "[".repeat(200);
    for (json, part) in [
        ("", "expected a JSON object, got nothing"),
        ("[]", "expected a JSON object, got an array"),
        ("null", "expected a JSON object, got null"),
        ("\u{feff}{}", "without a byte order mark"),
        ("{\"html\":", "malformed JSON: EOF while parsing a value at line 1 column 8"),
        ("{\"width\": NaN}", "malformed JSON"),
        ("{\"width\": 1e999}", "malformed JSON: number out of range"),
        (&deep, "malformed JSON: recursion limit exceeded"),
        (&format!("{{\"html\": \"x\", \"unknown\": {deep}"), "malformed JSON: recursion limit exceeded"),
        (&format!("{{\"html\": \"x\", \"unknown\": {}", "{\"a\":".repeat(200)), "recursion limit exceeded"),
        (&format!("{{\"html\": {deep}"), "malformed JSON: recursion limit exceeded"),
        ("{\"html\": \"x\"} x", "malformed JSON: trailing characters at line 1 column 15"),
        ("{\"html\": \"x\"}{}", "malformed JSON: trailing characters"),
        ("{\"html\": \"x\",}", "malformed JSON: trailing comma"),
        ("{'html': 'x'}", "malformed JSON: key must be a string"),
        ("{\"html\": \"\\ud800\"}", "malformed JSON: unexpected end of hex escape"),
        ("{\"unknown\": \"\\udc00 x\", \"html\": \"x\"}", "malformed JSON: lone leading surrogate"),
        ("{\"unknown\": Infinity, \"html\": \"x\"}", "malformed JSON"),
        ("{\"unknown\": 1e999, \"html\": \"x\"}", "malformed JSON: number out of range"),
        ("{\"html\": \"a\nb\"}", "malformed JSON: control character"),
        ("7", "expected a JSON object, got 7"),
        ("\"html\"", "expected a JSON object, got \"html\""),
    ] {
        let message = refusal(json);
        assert!(
            message.starts_with("invalid_request: body: ") && message.contains(part),
            "{json}: {message}"
        );
    }
    let broken_utf8 = parse::<Card>(b"{\"html\": \"\xff\"}").expect_err("not UTF-8").to_string();
    assert!(broken_utf8.contains("malformed JSON: invalid unicode"), "{broken_utf8}");
}

#[test]
fn null_and_absent_are_the_default_and_whole_numbers_are_integers() {
    let card = |width| (Card { html: "x".to_owned(), width, tags: vec![] }, vec![]);
    assert_eq!(parse::<Card>(br#"{"html": "x", "width": null}"#).expect("valid"), card(1));
    assert_eq!(parse::<Card>(br#"{"html": "x", "width": 200.0}"#).expect("valid"), card(200));
}

#[test]
fn a_field_is_given_once() {
    for json in [
        r#"{"html": "x", "html": "x"}"#,
        r#"{"html": null, "html": "x"}"#,
        r#"{"html": "x", "ht\u006dl": 5}"#,
    ] {
        assert_eq!(refusal(json), "invalid_request: html: given more than once, expected once", "{json}");
    }
    let (_, ignored) = parse::<Card>(br#"{"html": "x", "a": 1, "a": 2}"#).expect("nobody reads these");
    assert_eq!(ignored, ["a"]);
}

#[test]
fn of_many_unknown_fields_some_are_named() {
    let many: Vec<_> = (0..10_000).map(|n| format!(",\"unknown{n}\":[[],{{}}]")).collect();
    let many = many.concat();
    let (_, ignored) = parse::<Card>(format!("{{\"html\":\"x\"{many}}}").as_bytes()).expect("accepted");
    assert_eq!(ignored.len(), 64);
}

#[test]
fn unknown_fields_are_named_and_not_parsed() {
    let (_, ignored) = parse::<Card>(br#"{"html": "x", "wait_until": 7, "proxy": {}}"#)
        .expect("unknown fields are accepted");
    assert_eq!(ignored, ["proxy", "wait_until"]);
}

#[test]
fn long_values_are_cut_in_messages() {
    let long = "é".repeat(1000);
    assert!(refusal(&format!(r#"{{"html": "x", "width": "{long}"}}"#)).len() < 200);
}

#[test]
fn numbers_are_short_in_messages() {
    for (number, text) in [
        (0.0, "0"),
        (-3.0, "-3"),
        (60.1, "60.1"),
        (0.000_25, "0.00025"),
        (1e-320, "1e-320"),
        (1e300, "1e300"),
        (f64::MIN, "-1.7976931348623157e308"),
    ] {
        assert_eq!(short(number), text);
    }
}

#[test]
fn media_types() {
    let status = |content_type: &'static str| {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().expect("a header value"))]);
        accept_media_type(&headers).map_err(|error| error.status().as_u16())
    };
    for accepted in ["application/json", "Application/JSON; charset=UTF-8", "application/vnd.api+json"] {
        assert_eq!(status(accepted), Ok(()), "{accepted}");
    }
    for refused in ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data"] {
        assert_eq!(status(refused), Err(415), "{refused}");
    }
    assert!(accept_media_type(&HeaderMap::new()).is_err());
}
