use clap::Parser;

use super::*;
use crate::card::Keys;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: SignCardArgs,
}

fn sign(given: &[&str]) -> Result<String, String> {
    let fixed = ["x", "--template=product", "--base-url=https://img.example/cards/"];
    let line = Line::try_parse_from(fixed.iter().chain(given)).map_err(|error| error.to_string())?;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    address(&line.arguments, now).map_err(|error| error.to_string())
}

#[test]
fn a_signed_address_is_one_that_verifies() {
    let keys = format!("--card-keys={KEY}");
    let address =
        sign(&[&keys, "--set=title=A = B & C", "--set", "price=329.99", "--expires-in=2h"]).expect("valid");
    let query = address.strip_prefix("https://img.example/cards/v1/card/product?").expect(&address);
    assert!(query.contains("exp=8200&"), "{query}");
    let pairs = Keys::parse(KEY).expect("valid").verify("product", query, 8199).expect("signed").pairs;
    let wanted = [("title", "A = B & C"), ("price", "329.99")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, wanted);
}

#[test]
fn an_address_that_would_be_refused_is_not_signed() {
    let keys = format!("--card-keys={KEY}");
    let table = [
        (
            &["--set=title=a"][..],
            "PLAYWRIGHT_CARD_KEYS: not set, it is needed to sign (openssl rand -hex 32 makes a key)",
        ),
        (
            &[&keys, "--set=price=1"],
            "title: required, expected text of 1 to 300 characters without control characters",
        ),
        (
            &[&keys, "--set=title=a", "--set=size=tall"],
            "size: expected one of wide, square, story, got \"tall\"",
        ),
        (&[&keys, "--set=title=a", "--set=title=b"], "--set title: given more than once"),
        (&[&keys, "--set=title=a", "--set=exp=1"], "--set exp: it is made here, use --expires-in"),
        (
            &[&keys, "--set=title=a", "--card-require-expiry"],
            "--expires-in is missing: PLAYWRIGHT_CARD_REQUIRE_EXPIRY is set",
        ),
    ];
    for (given, message) in table {
        assert_eq!(sign(given), Err(message.to_owned()));
    }
}

#[test]
fn times_have_a_unit() {
    for (text, seconds) in [("45s", 45), ("90m", 5400), ("12h", 43_200), ("30d", 2_592_000)] {
        assert_eq!(time(text), Ok(Duration::from_secs(seconds)));
    }
    for text in ["", "d", "30", "0d", "-1d", "1w", "1.5h", "3é"] {
        let expected = "expected a whole number and a unit, such as 30d, 12h, 90m or 45s";
        assert_eq!(time(text), Err(expected.to_owned()), "{text}");
    }
}
