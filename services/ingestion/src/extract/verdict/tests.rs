//! Pages without markup that are and are not a product's.

use url::Url;

use crate::extract::product::Verdict;
use crate::extract::{Page, extract};

fn verdict(address: &str, html: &str) -> Option<Verdict> {
    let url = Url::parse(address).expect("a valid address");
    let page = Page { status: Some(200), ..Page::new(html, &url) };
    extract(&page).err().map(|refusal| refusal.verdict)
}

fn cards(number: usize) -> String {
    (0..number)
        .map(|i| {
            format!("<div class=c><a href=/i{i}><img src=/{i}.jpg>Lamp number {i}</a><b>€ {i}9,90</b><button>Add to cart</button></div>")
        })
        .collect::<Vec<_>>()
        .concat()
}

const PROSE: &str = "We have had this machine on our desks for a month and it is quiet, small and quick enough for all that an office asks of it, though its fan is heard when both drives are at work at once. ";

#[test]
fn products_need_no_markup() {
    let name = "Acme Tower 400 i5 16GB";
    let others = cards(6);
    let pages = [
        // sold out, with recommendations beside it
        format!(
            "<title>{name}</title><div><h1>{name}</h1><p>€ 399,00</p><p>Sold out</p><button>Notify me</button><h3>You may also like</h3><div>{others}</div></div>"
        ),
        // a price that has not come yet
        format!(
            "<title>{name} – Shop</title><h1>{name}</h1><div class=skeleton></div><p>In stock</p><button>Add to cart</button><h2>You may also like</h2><div>{others}</div>"
        ),
        // tables and fonts
        format!(
            "<title>{name} - Shop</title><table><tr><td><font size=3><b>{name}</b></font><br>Price: <b>£399.00</b> inc VAT<br><input type=submit value='Add to basket'></td></tr></table>"
        ),
        // the only h1 is the logo's
        format!(
            "<title>{name} | Acme</title><div id=logo><h1><a href=/>Acme</a></h1></div><h2>{name}</h2><p>価格 ¥39,800（税込）</p><button>カートに入れる</button>"
        ),
    ];
    for html in pages {
        let page = format!("<html><body>{html}<p>{PROSE}</p></body></html>");
        assert_eq!(verdict("https://shop.example/tower-400.html", &page), None, "{html}");
    }
}

#[test]
fn other_pages_are_no_products() {
    let many = cards(12);
    let prose = PROSE.repeat(12);
    let pages = [
        ("https://shop.example/lamps", format!("<title>Lamps | Shop</title><h1>Lamps</h1>{many}")),
        ("https://shop.example/", format!("<title>Lightly | Lamps and more</title><h1>Autumn sale</h1><h2>Deal of the day</h2><p>Lamp 7</p><b>€ 19,90</b><button>Add to cart</button>{many}")),
        ("https://shop.example/cart", "<title>Cart</title><h1>Your cart</h1><p>Lamp 7</p><b>€ 19,90</b><p>Total € 19,90</p><button>Checkout</button><button>Order now</button>".to_owned()),
        ("https://mag.example/review-of-acme-tower", format!("<title>Review of the Acme Tower 400</title><h1>Review of the Acme Tower 400</h1><p>{prose}</p><a href=https://shop.example/x>Buy now</a>")),
        ("https://shop.example/tower-400.html", format!("<title>Seite nicht gefunden</title><h1>Seite nicht gefunden</h1><p>Nicht mehr verfügbar.</p><h2>Das könnte Ihnen gefallen</h2>{many}")),
        ("https://shop.example/tower-400.html", format!("<title>Shop</title><h1>Lo sentimos, este producto ya no existe</h1><h2>Productos relacionados</h2>{many}")),
        ("https://shop.example/drop", "<title>Waiting room</title><h1>You are now in line</h1><p>Your turn is near.</p><form><input type=email><button>Notify me</button></form>".to_owned()),
        ("https://shop.example/stores/leeds", "<title>Our store in Leeds</title><h1>Our store in Leeds</h1><p>Open 9-5</p><p>In stock: lamps</p><button>Order now</button>".to_owned()),
    ];
    for (address, html) in pages {
        let page = format!("<html><body>{html}</body></html>");
        assert!(verdict(address, &page).is_some(), "{html}");
    }
}

#[test]
fn a_review_with_a_product_in_its_markup_is_an_article() {
    let product = r#"<script type="application/ld+json">{"@type":"Product","name":"Acme Tower 400","offers":{"price":399,"priceCurrency":"EUR"}}</script>"#;
    let article = r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"Acme Tower 400 tested"}</script>"#;
    let card = "<meta property=og:type content=article>";
    let page = |head: &str, order: &str| {
        format!(
            "<html><head><title>Acme Tower 400</title>{head}</head><body><h1>Acme Tower 400</h1><p>{PROSE}</p><p>€ 399,00</p>{order}</body></html>"
        )
    };
    let verdict_of =
        |head: &str, order: &str| verdict("https://mag.example/acme-tower-400", &page(head, order));
    let away = "<a href=https://shop.example/x>Buy now</a>";
    let cart = "<form action=/cart><button>Add to cart</button></form>";
    assert_eq!(verdict_of(&[product, article, card].concat(), ""), Some(Verdict::Article));
    assert_eq!(verdict_of(&[product, article, card].concat(), away), Some(Verdict::Article));
    // what can be ordered here is a product, whatever else the page is called
    assert_eq!(verdict_of(&[product, article, card].concat(), cart), None);
    assert_eq!(verdict_of(&[product, card].concat(), ""), None);
    assert_eq!(verdict_of(product, ""), None);
}

#[test]
fn a_front_that_features_a_product_is_a_list() {
    let many = cards(9);
    let deal = "<h2>Lamp Seven</h2><p>€ 19,90</p><form action=/cart><button>Add to cart</button></form>";
    for logo in ["<h1><a href=/>Bright Lamps</a></h1>", "<h1>Lamphaus24</h1>"] {
        let html = format!(
            "<html><title>Bright Lamps – Lamphaus24</title><body>{logo}{many}<section>{deal}</section></body></html>"
        );
        assert_eq!(verdict("https://www.lamphaus24.example/", &html), Some(Verdict::Listing), "{logo}");
    }
}

#[test]
fn a_short_post_is_no_empty_shell() {
    let html = format!(
        "<html><title>Is this box worth it?</title><body><h1>Is this box worth it?</h1><p>{PROSE}</p><div><p>{PROSE}</p></div><p>{PROSE}</p></body></html>"
    );
    assert_eq!(verdict("https://forum.example/t/1", &html), Some(Verdict::Article));
    let shell = "<html><title>Shop</title><body><div>Loading</div><p>Please enable JavaScript to run this app.</p></body></html>";
    assert_eq!(verdict("https://shop.example/t/1", shell), Some(Verdict::EmptyShell));
}
