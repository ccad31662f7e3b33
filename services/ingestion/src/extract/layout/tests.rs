use url::Url;

use super::{Layout, Part, Picture};
use crate::extract::{Page, Product, extract};

const MARK: &str = "x-00000000000000aa";

fn layout(parts: Vec<Part>) -> Layout {
    Layout { mark: MARK.to_owned(), parts }
}

/// A page in which `{0}` stands for the number of the first part, as an attribute.
fn seen(body: &str, parts: Vec<Part>) -> Product {
    let mut html = format!("<title>Blue Lamp – The Shop</title><body>{body}<button>Add to cart</button>");
    for number in 0..parts.len() {
        html = html.replace(&format!("{{{number}}}"), &format!("{MARK}=\"{number}\""));
    }
    let url = Url::parse("https://shop.example/p/blue-lamp").expect("a valid address");
    let layout = layout(parts);
    let page = Page { layout: Some(&layout), ..Page::new(&html, &url) };
    extract(&page).unwrap_or_else(|refusal| panic!("{body}: {refusal}"))
}

fn print(font: i32, y: i32) -> Part {
    Part { font, x: 600, y, width: 80, height: font, ..Part::default() }
}

#[test]
fn what_is_hidden_never_counts() {
    let body = "<h1 {0}>Blue Lamp</h1><p class=price {1}>$9.00</p><p {2}>$15.00</p>";
    let hidden = Part { hidden: true, ..print(16, 200) };
    assert_eq!(seen(body, vec![print(32, 100), hidden, print(16, 240)]).price, Some(15.0));
    let outside = Part { outside: true, ..print(16, 200) };
    assert_eq!(seen(body, vec![print(32, 100), outside, print(16, 240)]).price, Some(15.0));
    assert_eq!(seen(body, vec![print(32, 100), print(16, 200), print(16, 240)]).price, Some(9.0));
}

#[test]
fn a_page_that_is_hidden_as_a_whole_is_read_by_its_names() {
    let body = "<h1 {0}>Blue Lamp</h1><p class=price {1}>$15.00</p>";
    let hidden = |y| Part { hidden: true, ..print(16, y) };
    let lamp = seen(body, vec![hidden(100), hidden(200)]);
    assert_eq!((lamp.title.as_str(), lamp.price), ("Blue Lamp", Some(15.0)));
}

#[test]
fn what_is_seen_counts_whatever_its_class_says() {
    let body = "<h1 {0}>Blue Lamp</h1><div class=hide><p class=price {1}>$15.00</p></div>";
    assert_eq!(seen(body, vec![print(32, 100), print(16, 200)]).price, Some(15.0));
}

#[test]
fn a_struck_amount_is_a_former_price() {
    let body = "<h1 {0}>Blue Lamp</h1><p><span class=price {1}>$20.00</span> <span {2}>$15.00</span></p>";
    let struck = Part { struck: true, ..print(16, 200) };
    let lamp = seen(body, vec![print(32, 100), struck, print(16, 200)]);
    assert_eq!((lamp.price, lamp.list_price), (Some(15.0), Some(20.0)));
}

#[test]
fn large_print_near_the_headline_counts_more() {
    let body = "<h1 {0}>Blue Lamp</h1><p><span {1}>$3.00</span></p><p><span {2}>$15.00</span></p><p><span {3}>$4.00</span></p>";
    let parts = |sizes: [i32; 3]| {
        let amounts = sizes.iter().zip([200, 240, 280]).map(|(font, y)| print(*font, y));
        std::iter::once(print(32, 100)).chain(amounts).collect::<Vec<_>>()
    };
    assert_eq!(seen(body, parts([14, 28, 14])).price, Some(15.0));
    assert_ne!(seen(body, parts([14, 14, 14])).price, Some(15.0), "nothing stands out");
    let mut far = parts([14, 28, 14]);
    far[2].y = 9_000;
    assert_ne!(seen(body, far).price, Some(15.0), "not near the headline");
}

#[test]
fn a_copy_for_screen_readers_is_no_hidden_amount() {
    let body = "<h1 {0}>Blue Lamp</h1><p class=price><span {1}>$15.49</span><span aria-hidden=true>$<b {2}>15</b><b {3}>49</b></span></p>";
    let copy = Part { outside: true, ..print(16, 200) };
    let parts = vec![print(32, 100), copy, print(28, 200), print(14, 200)];
    assert_eq!(seen(body, parts).price, Some(15.49));
}

#[test]
fn the_headline_is_one_that_is_seen() {
    let body = "<h1 {0}>Menu of the shop</h1><h1 {1}>Azure Luminaire</h1><p class=price>$15.00</p>";
    let hidden = Part { hidden: true, ..print(32, 100) };
    let html = body.replace("{0}", "").replace("{1}", "");
    let url = Url::parse("https://shop.example/p/1").expect("a valid address");
    let plain = extract(&Page::new(&format!("<body>{html}<button>Add to cart</button>"), &url));
    assert_eq!(plain.expect("a product page").title, "Menu of the shop");
    let html = body.replace("{0}", &format!("{MARK}=0")).replace("{1}", &format!("{MARK}=1"));
    let html = format!("<body>{html}<button>Add to cart</button>");
    let layout = layout(vec![hidden, print(32, 140)]);
    let page = Page { layout: Some(&layout), ..Page::new(&html, &url) };
    assert_eq!(extract(&page).expect("a product page").title, "Azure Luminaire");
}

#[test]
fn a_pictures_size_and_source_are_known() {
    let body =
        "<h1 {0}>Blue Lamp</h1><img src=/a/x17.jpg {1}><picture><img {2}></picture><p class=price>$15.00</p>";
    let picture = |side: i32, address: &str| Part {
        width: side,
        height: side,
        picture: Some(Picture { width: 0, height: 0, address: address.to_owned() }),
        ..Part::default()
    };
    let parts = vec![
        print(32, 100),
        picture(40, "https://shop.example/a/x17.jpg"),
        picture(500, "https://shop.example/a/x18.jpg"),
    ];
    assert_eq!(seen(body, parts).images.first().map(String::as_str), Some("https://shop.example/a/x18.jpg"));
}

#[test]
fn numbers_are_taken_off_again() {
    let marked = format!("<p {MARK}=\"0\" class=\"a\">x</p><img {MARK}=\"12\"><b>{MARK}</b>");
    let plain = layout(Vec::new()).unmark(&marked);
    assert_eq!(plain, format!("<p class=\"a\">x</p><img><b>{MARK}</b>"));
}

#[test]
fn nonsense_is_survived() {
    let body =
        "<h1 {0}>Blue Lamp</h1><p class=price x-00000000000000aa=7>$15.00</p><p x-00000000000000aa=-1>a</p>";
    let wild =
        Part { font: i32::MIN, x: i32::MAX, y: i32::MIN, width: i32::MIN, height: -1, ..Part::default() };
    assert_eq!(seen(body, vec![wild]).price, Some(15.0));
}
