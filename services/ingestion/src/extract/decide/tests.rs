use super::{Decisions, decide};
use crate::extract::candidate::{Candidates, Value};
use crate::extract::money::{Locale, Sign};
use crate::extract::product::{Availability, Field, Source};

fn money(amount: f64, sign: &str) -> Value {
    Value::Money { amount, sign: Sign::parse(sign) }
}

fn decided(found: &[(Field, Value, Source, f64)]) -> Decisions {
    let mut candidates = Candidates::default();
    for (field, value, source, trust) in found {
        candidates.push(*field, value.clone(), *source, "place", *trust);
    }
    decide(&candidates, Locale::of("shop.ca", "/", None))
}

fn price_of(found: &[(Value, Source, f64)]) -> (Option<f64>, Option<&'static str>) {
    let found: Vec<_> = found.iter().map(|(v, s, t)| (Field::Price, v.clone(), *s, *t)).collect();
    let decisions = decided(&found);
    (decisions.price, decisions.currency.map(crate::extract::money::Currency::code))
}

#[test]
fn agreement_outweighs_one_trusted_source() {
    let found = [
        (money(10.0, "EUR"), Source::JsonLd, 0.85),
        (money(12.0, "€"), Source::Meta, 0.75),
        (money(12.0, ""), Source::Visible, 0.7),
    ];
    assert_eq!(price_of(&found), (Some(12.0), Some("EUR")));
}

#[test]
fn a_source_that_repeats_itself_does_not_outweigh() {
    let found = [
        (money(10.0, "$"), Source::JsonLd, 0.85),
        (money(12.0, "$"), Source::Visible, 0.5),
        (money(12.0, "$"), Source::Visible, 0.5),
        (money(12.0, "$"), Source::Visible, 0.5),
    ];
    assert_eq!(price_of(&found), (Some(10.0), Some("CAD")));
}

#[test]
fn a_shared_sign_takes_the_currency_that_another_source_names() {
    let found = [(money(10.0, "$"), Source::Visible, 0.8), (money(10.0, "USD"), Source::JsonLd, 0.7)];
    assert_eq!(price_of(&found), (Some(10.0), Some("USD")));
}

#[test]
fn the_same_amount_in_another_currency_is_another_price() {
    let found = [(money(10.0, "EUR"), Source::Visible, 0.8), (money(10.0, "USD"), Source::JsonLd, 0.7)];
    assert_eq!(price_of(&found), (Some(10.0), Some("EUR")));
    let decisions = decided(&found.map(|(v, s, t)| (Field::Price, v, s, t)));
    let evidence = &decisions.evidence[&Field::Price];
    assert_eq!(evidence.alternatives.len(), 1);
    assert_eq!(evidence.alternatives[0].value, "10 USD");
}

#[test]
fn out_of_stock_means_no_price() {
    let decisions = decided(&[
        (Field::Price, money(10.0, "EUR"), Source::JsonLd, 0.85),
        (Field::Availability, Value::Availability(Availability::OutOfStock), Source::JsonLd, 0.8),
    ]);
    assert_eq!(decisions.price, None);
    assert_eq!(decisions.availability, Some(Availability::OutOfStock));
}

#[test]
fn a_title_loses_the_shops_name() {
    let text = |text: &str| Value::Text(text.to_owned());
    let decisions = decided(&[
        (Field::Title, text("Blue Lamp 40 cm | Lamps | The Shop"), Source::Meta, 0.7),
        (Field::Title, text("Blue Lamp 40 cm"), Source::Visible, 0.6),
    ]);
    assert_eq!(decisions.title.as_deref(), Some("Blue Lamp 40 cm"));
    let slogan = decided(&[
        (Field::Title, text("Light up your life"), Source::Visible, 0.6),
        (Field::Title, text("Blue Lamp"), Source::JsonLd, 0.85),
        (Field::Title, text("Blue Lamp – The Shop"), Source::Meta, 0.7),
    ]);
    assert_eq!(slogan.title.as_deref(), Some("Blue Lamp"));
    assert_eq!(slogan.evidence[&Field::Title].alternatives[0].value, "Light up your life");
}

#[test]
fn pictures_are_ordered_without_decorations_and_doubles() {
    let image = |file: &str, source, trust| {
        (Field::Image, Value::Text(format!("https://shop.example/i/{file}")), source, trust)
    };
    let decisions = decided(&[
        image("blue-lamp-4411_600x600.jpg", Source::Meta, 0.75),
        image("blue-lamp-4411.jpg", Source::JsonLd, 0.85),
        image("blue-lamp-4412.jpg", Source::JsonLd, 0.85),
        image("grey-pixel.gif", Source::JsonLd, 0.85),
    ]);
    let files: Vec<&str> = decisions.images.iter().filter_map(|url| url.rsplit('/').next()).collect();
    assert_eq!(files, ["blue-lamp-4411.jpg", "blue-lamp-4412.jpg"]);
}
