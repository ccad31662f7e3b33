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
