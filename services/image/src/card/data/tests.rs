use serde_json::json;

use super::*;
use crate::card::Templates;

fn product() -> Card {
    let templates = Templates::load(None).expect("the built-in templates are valid");
    templates.card("product").expect("it is built in").clone()
}

#[test]
fn data_that_are_not_valid_are_refused_by_the_name_of_the_field() {
    let long = "x".repeat(301);
    let table = [
        (json!([]), "data: expected an object, got an array"),
        (
            json!({"title": "x", "color": "red"}),
            "color: not a field of the template product, it takes title, price, currency, list_price, condition, \
             availability, image, cpu, gpu, ram_gb, storage, seller, marketplace, badge, site_name, url_label",
        ),
        (json!({}), "title: required, expected text of 1 to 300 characters without control characters"),
        (
            json!({"title": " "}),
            "title: required, expected text of 1 to 300 characters without control characters",
        ),
        (
            json!({"title": 7}),
            "title: expected text of 1 to 300 characters without control characters, got 7",
        ),
        (
            json!({"title": long}),
            "title: expected text of 1 to 300 characters without control characters, got \
             \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" (301 characters)",
        ),
        (
            json!({"title": "a\u{0}b"}),
            "title: expected text of 1 to 300 characters without control characters, got \"a\\0b\"",
        ),
        (
            json!({"title": "x", "price": "329.99"}),
            "price: expected a number from 0 to 1000000000, got \"329.99\"",
        ),
        (json!({"title": "x", "price": -1}), "price: expected a number from 0 to 1000000000, got -1"),
        (json!({"title": "x", "ram_gb": 1.5}), "ram_gb: expected an integer from 1 to 65536, got 1.5"),
        (
            json!({"title": "x", "currency": "dollar"}),
            "currency: expected an ISO 4217 code of three letters, such as USD, got \"dollar\"",
        ),
        (
            json!({"title": "x", "condition": "mint"}),
            "condition: expected one of new, refurb, used, got \"mint\"",
        ),
    ];
    for (data, message) in table {
        let error = product().check(&data).expect_err(message);
        assert_eq!(error.to_string(), message);
        assert!(error.is_of_caller());
    }
}

#[test]
fn a_picture_is_https_or_a_picture_itself() {
    let pixel = "data:image/png;base64,iVBORw0KGgo=";
    for address in ["https://shop.example/a.jpg?w=1&h=2", pixel] {
        let data = product().check(&json!({"title": "x", "image": address})).expect(address);
        assert_eq!(data["image"], address);
    }
    let refused = [
        "http://shop.example/a.jpg",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//shop.example/a.jpg",
        "https://",
        "https://user:password@shop.example/a.jpg",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PHN2Zz4=",
        "data:image/png,raw",
        "data:image/png;base64,\" onerror=\"",
    ];
    for address in refused {
        let error = product().check(&json!({"title": "x", "image": address})).expect_err(address).to_string();
        let expected = "image: expected an https address, or a data: address of at most 3000000 characters with a \
                        png, jpeg, webp, gif, avif in base64, got ";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn what_is_refused_as_a_picture_shows_no_secret_of_its_address() {
    for address in [
        "https://user:swordfish@shop.example/a.jpg",
        "http://shop.example/a.jpg?token=swordfish",
        "//shop.example/a.jpg?token=swordfish",
        " ftp://swordfish@shop.example/",
    ] {
        let error = product().check(&json!({"title": "x", "image": address})).expect_err(address).to_string();
        assert!(!error.contains("swordfish"), "{error}");
    }
}

#[test]
fn what_is_absent_null_or_blank_gets_its_default() {
    let data = product().check(&json!({"title": " x ", "price": null, "seller": ""})).expect("valid");
    assert_eq!(data.len(), product().fields.len());
    assert_eq!((&data["title"], &data["currency"]), (&json!("x"), &json!("USD")));
    assert!(data["price"].is_null() && data["seller"].is_null() && data["image"].is_null());
}

#[test]
fn the_strings_of_an_address_become_what_the_template_declares() {
    let pairs = [
        ("title", "42"),
        ("price", "329.99"),
        ("ram_gb", "32"),
        ("seller", ""),
        ("theme", "dark"),
        ("size", "story"),
        ("format", "jpeg"),
    ];
    let pairs = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    let query = product().read_query(pairs).expect("valid");
    assert_eq!(query.data, json!({"title": "42", "price": 329.99, "ram_gb": 32.0, "seller": ""}));
    assert_eq!((query.theme.as_deref(), query.size.as_deref()), (Some("dark"), Some("story")));
    assert_eq!(query.options, [("format".to_owned(), "jpeg".to_owned())]);
    assert_eq!(product().check(&query.data).expect("valid")["ram_gb"], 32);
}

#[test]
fn a_string_that_is_no_number_is_refused_as_it_came() {
    for text in ["cheap", "NaN", "inf", "1e999", "0x10", "1,299"] {
        let pairs = vec![("title".to_owned(), "x".to_owned()), ("price".to_owned(), text.to_owned())];
        let query = product().read_query(pairs).expect("its names are known");
        let error = product().check(&query.data).expect_err(text).to_string();
        assert_eq!(error, format!("price: expected a number from 0 to 1000000000, got {text:?}"));
    }
    let unknown =
        product().read_query(vec![("colour".to_owned(), String::new())]).expect_err("no such field");
    assert!(unknown.to_string().starts_with("colour: not a field of the template product"), "{unknown}");
}
