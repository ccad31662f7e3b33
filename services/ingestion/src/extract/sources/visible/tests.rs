use url::Url;

use crate::extract::candidate::{Candidate, Candidates, Value};
use crate::extract::dom::Dom;
use crate::extract::product::{Availability, Condition, Field, Marketplace};
use crate::extract::view::View;

fn candidates(body: &str) -> Candidates {
    let html = format!("<title>Blue Lamp – The Shop</title><body><h1>Blue Lamp</h1>{body}");
    let dom = Dom::parse(&html);
    let url = Url::parse("https://shop.example/blue").expect("a valid address");
    let view = View::new(&dom, &url, Marketplace::Other);
    let mut found = Candidates::default();
    super::collect(&view, &mut found);
    found
}

fn best(found: &Candidates, field: Field) -> Option<&Candidate> {
    found.of(field).fold(None, |best: Option<&Candidate>, next| match best {
        Some(best) if best.trust >= next.trust => Some(best),
        _ => Some(next),
    })
}

fn price(body: &str) -> Option<f64> {
    match best(&candidates(body), Field::Price)?.value {
        Value::Money { amount, .. } => Some(amount),
        _ => None,
    }
}

const BUY: &str = "<button>Add to cart</button>";

#[test]
fn the_price_is_what_is_paid_now() {
    let cases = [
        ("<p><s>$20.00</s> <b>$15.00</b></p>", 15.0),
        ("<p>Was $20.00</p><p>Now $15.00</p>", 15.0),
        ("<p class=old-price>$20.00</p><p class=price>$15.00</p>", 15.0),
        ("<p>$4.10/mo for 12 months</p><p>$15.00</p>", 15.0),
        ("<p>You save $5.00</p><p>$15.00</p>", 15.0),
        ("<p class=price>$15.00</p><p>Shipping: $3.99</p>", 15.0),
        ("<p>Add a protection plan for $2.00</p><p class=price>$15.00</p>", 15.0),
        ("<p class=price>$<span>15</span><sup>49</sup></p>", 15.49),
        ("<p class=price><span>$</span><span>15</span><span>.</span><span>49</span></p>", 15.49),
        ("<p class=unit-price>$1.00 / 100 g</p><p class=price>$15.00</p>", 15.0),
    ];
    for (body, expected) in cases {
        assert_eq!(price(&format!("{body}{BUY}")), Some(expected), "{body}");
    }
}

#[test]
fn other_products_prices_are_not_taken() {
    let related = "<div class=related-products><p class=price>$9.00</p></div>";
    assert_eq!(price(related), None);
    let carousel =
        format!("<p class=price>$15.00</p>{BUY}<div class=carousel><p class=price>$9.00</p></div>");
    assert_eq!(price(&carousel), Some(15.0));
    let menu = format!("<nav>Cart: $0.50</nav><p>$15.00</p>{BUY}");
    assert_eq!(price(&menu), Some(15.0));
}

#[test]
fn a_past_price_is_the_list_price() {
    let found = candidates(&format!("<p><del>$20.00</del> <b class=price>$15.00</b></p>{BUY}"));
    let listed = best(&found, Field::ListPrice).map(|candidate| candidate.value.clone());
    assert!(
        matches!(listed, Some(Value::Money { amount, .. }) if (amount - 20.0).abs() < 0.001),
        "{listed:?}"
    );
}

#[test]
fn states_are_told_by_lines_and_rows() {
    let availability = |body: &str| match best(&candidates(body), Field::Availability)?.value {
        Value::Availability(availability) => Some(availability),
        _ => None,
    };
    assert_eq!(availability("<p>Sold out</p>"), Some(Availability::OutOfStock));
    assert_eq!(availability("<p>Auf Lager</p>"), Some(Availability::InStock));
    assert_eq!(availability(BUY), Some(Availability::InStock));
    assert_eq!(availability("<select><option>XL - sold out</select><p>Nice lamp</p>"), None);
    let condition = |body: &str| match best(&candidates(body), Field::Condition)?.value {
        Value::Condition(condition) => Some(condition),
        _ => None,
    };
    assert_eq!(condition("<dl><dt>Condition</dt><dd>Seller refurbished</dd></dl>"), Some(Condition::Refurb));
    assert_eq!(condition("<p>Zustand: Gebraucht</p>"), Some(Condition::Used));
    assert_eq!(condition("<p>In mint condition</p>"), None);
}

#[test]
fn the_picture_is_the_large_one_by_the_headline() {
    let found = candidates(
        "<img src=/logo.png width=300><img src=/a/lamp-small.jpg width=40><img src=/a/blue.jpg alt='Blue Lamp' width=400>
         <div class=related><img src=/red.jpg alt='Blue Lamp' width=400></div>",
    );
    assert!(
        matches!(best(&found, Field::Image).map(|c| &c.value), Some(Value::Text(url)) if url.ends_with("/a/blue.jpg"))
    );
}
