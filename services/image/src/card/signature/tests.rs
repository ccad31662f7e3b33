use proptest::prelude::*;

use super::*;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

fn keys(text: &str) -> Keys {
    Keys::parse(text).expect("valid keys")
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn query(pairs: &[(String, String)], signature: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).append_pair("sig", signature).finish()
}

/// The same as in docs/cards.md, for those who sign in another language.
#[test]
fn the_documented_vector_is_signed_as_documented() {
    let pairs = owned(&[("title", "Beelink SER5 – 32 GB"), ("price", "329.99"), ("theme", "dark")]);
    let signature = keys(KEY).sign("product", &pairs);
    let page = include_str!("../../../../../docs/cards.md");
    assert!(page.contains(KEY) && page.contains(&signature), "{signature} is not in docs/cards.md");
}

#[test]
fn order_and_escaping_do_not_matter() {
    let pairs = owned(&[("title", "a b&c=d+é"), ("price", "1"), ("theme", "dark")]);
    let signature = keys(KEY).sign("product", &pairs);
    for query in [
        format!("title=a+b%26c%3Dd%2B%C3%A9&price=1&theme=dark&sig={signature}"),
        format!("sig={signature}&theme=dark&title=a%20b%26c%3dd%2b%c3%a9&price=%31"),
    ] {
        let mut read = keys(KEY).verify("product", &query, 0).expect("signed").pairs;
        read.sort();
        let mut wanted = pairs.clone();
        wanted.sort();
        assert_eq!(read, wanted);
    }
}

#[test]
fn what_is_not_as_it_was_signed_is_refused() {
    let signature = keys(KEY).sign("product", &owned(&[("title", "a"), ("price", "1")]));
    let table = [
        ("product", format!("title=b&price=1&sig={signature}"), SignatureError::Wrong),
        ("product", format!("title=a&sig={signature}"), SignatureError::Wrong),
        ("product", format!("title=a&price=1&theme=dark&sig={signature}"), SignatureError::Wrong),
        ("product", format!("title=a&pric=e1&sig={signature}"), SignatureError::Wrong),
        ("product2", format!("title=a&price=1&sig={signature}"), SignatureError::Wrong),
        ("product", format!("title=a&price=1&sig={signature}="), SignatureError::Wrong),
        ("product", format!("title=a&price=1&sig={}", &signature[..42]), SignatureError::Wrong),
        ("product", "title=a&price=1&sig=".to_owned(), SignatureError::Wrong),
        ("product", "title=a&price=1".to_owned(), SignatureError::Missing),
        ("product", String::new(), SignatureError::Missing),
        (
            "product",
            format!("title=a&title=a&price=1&sig={signature}"),
            SignatureError::Repeated { name: "title".to_owned() },
        ),
        (
            "product",
            format!("title=a&price=1&sig={signature}&sig={signature}"),
            SignatureError::Repeated { name: "sig".to_owned() },
        ),
    ];
    for (template, query, error) in table {
        assert_eq!(keys(KEY).verify(template, &query, 0), Err(error), "{template}?{query}");
    }
}

#[test]
fn a_key_is_replaced_while_addresses_of_the_old_one_are_about() {
    let pairs = owned(&[("title", "a")]);
    let old = query(&pairs, &keys(KEY).sign("product", &pairs));
    let both = keys(&format!("{OTHER}, {}", KEY.to_uppercase()));
    assert!(both.verify("product", &old, 0).is_ok());
    let new = query(&pairs, &both.sign("product", &pairs));
    assert!(keys(OTHER).verify("product", &new, 0).is_ok(), "the first key signs");
    assert_eq!(keys(OTHER).verify("product", &old, 0), Err(SignatureError::Wrong));
}

#[test]
fn an_address_expires_when_it_says_so() {
    let verify = |keys: &Keys, expiry: Option<&str>, now| {
        let mut pairs = owned(&[("title", "a")]);
        pairs.extend(expiry.map(|expiry| ("exp".to_owned(), expiry.to_owned())));
        let query = query(&pairs, &keys.sign("product", &pairs));
        keys.verify("product", &query, now).map(|verified| (verified.pairs.len(), verified.good_for))
    };
    let (keys, strict) = (keys(KEY), keys(KEY).requiring_expiry(true));
    assert_eq!(verify(&keys, Some("100"), 99), Ok((1, Some(1))), "without exp");
    assert_eq!(verify(&keys, Some("100"), 100), Err(SignatureError::Expired));
    assert_eq!(verify(&keys, None, u64::MAX), Ok((1, None)));
    assert_eq!(verify(&strict, None, 0), Err(SignatureError::NoExpiry));
    assert_eq!(verify(&strict, Some("100"), 99), Ok((1, Some(1))));
    for odd in ["", "+100", "1e3", " 100", "99999999999999999999"] {
        assert_eq!(verify(&keys, Some(odd), 0), Err(SignatureError::BadExpiry), "{odd:?}");
    }
    let forged = "title=a&exp=1&sig=AAAA";
    assert_eq!(keys.verify("product", forged, 100), Err(SignatureError::Wrong), "not told of its expiry");
}

#[test]
fn keys_that_are_not_valid_are_refused_and_not_repeated() {
    let hint = "expected hexadecimal keys of at least 32 bytes, separated by commas (openssl rand -hex 32 makes one)";
    for text in ["", ",", "secret", &format!("{KEY},"), &format!("{KEY}0")] {
        assert_eq!(Keys::parse(text).expect_err(text).to_string(), hint, "{text}");
    }
    assert_eq!(
        Keys::parse(&format!("{KEY},00ff")).expect_err("too short").to_string(),
        "expected keys of at least 32 bytes (64 digits), number 2 has 2"
    );
    assert_eq!(format!("{:?}", keys(KEY)), "Keys(1 of them, not shown)");
}

fn any_pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map("[a-z]{1,6}", any::<String>(), 0..6)
        .prop_map(|map| map.into_iter().filter(|(name, _)| name != "sig" && name != "exp").collect())
}

proptest! {
    #[test]
    fn a_signature_is_good_for_what_was_signed_and_for_nothing_else(
        signed in any_pairs(), other in any_pairs(), template in "[a-z]{1,5}", name in "[a-z]{1,5}",
    ) {
        let signature = keys(KEY).sign(&template, &signed);
        let verified = keys(KEY).verify(&template, &query(&signed, &signature), 0).map(|verified| verified.pairs);
        prop_assert_eq!(verified.as_ref(), Ok(&signed));
        let of_other = keys(KEY).verify(&template, &query(&other, &signature), 0);
        prop_assert_eq!(of_other.is_ok(), other == signed);
        let of_name = keys(KEY).verify(&name, &query(&signed, &signature), 0);
        prop_assert_eq!(of_name.is_ok(), name == template);
    }

    #[test]
    fn text_cannot_move_between_names_and_values(text in "[a-z0-9:,]{2,12}", at in 1_usize..11) {
        let at = at.min(text.len() - 1);
        let whole = vec![(text.clone(), String::new())];
        let split = vec![(text[..at].to_owned(), text[at..].to_owned())];
        prop_assert_ne!(keys(KEY).sign("product", &whole), keys(KEY).sign("product", &split));
    }

    #[test]
    fn any_query_is_answered(query in any::<String>()) {
        prop_assert!(keys(KEY).verify("product", &query, 0).is_err());
    }
}
