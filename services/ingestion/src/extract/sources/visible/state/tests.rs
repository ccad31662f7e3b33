//! Whole pages in little, in the markup of the platforms that most shops run.

use url::Url;

use crate::extract::product::{Availability, Condition, Product};
use crate::extract::{Page, extract};

const NAME: &str = "Acme Tower 400 i5 16GB";

/// The product of a page with markup that calls it new and in stock, unless `jsonld` says otherwise.
fn product_at(address: &str, availability: &str, condition: &str, body: &str) -> Product {
    let offer = format!(
        r#"{{"@type":"Offer","price":"399.00","priceCurrency":"EUR"{}{}}}"#,
        if availability.is_empty() {
            String::new()
        } else {
            format!(r#","availability":"https://schema.org/{availability}""#)
        },
        if condition.is_empty() {
            String::new()
        } else {
            format!(r#","itemCondition":"https://schema.org/{condition}""#)
        },
    );
    let html = format!(
        r#"<html><head><title>{NAME} | Shop</title><script type="application/ld+json">{{"@type":"Product","name":"{NAME}","offers":{offer}}}</script></head>
        <body><nav><a href="/refurbished">Refurbished</a></nav>{body}</body></html>"#
    );
    let url = Url::parse(address).expect("a valid address");
    let page = Page { status: Some(200), ..Page::new(&html, &url) };
    extract(&page).unwrap_or_else(|refusal| panic!("{refusal}: {body}"))
}

fn availability(markup: &str, body: &str) -> Option<Availability> {
    product_at("https://shop.example/p/1", markup, "", body).availability
}

fn condition(markup: &str, body: &str) -> Option<Condition> {
    product_at("https://shop.example/p/1", "InStock", markup, body).condition
}

#[test]
fn what_is_seen_outweighs_stale_markup() {
    use Availability::{InStock, OutOfStock, Preorder};
    let cases = [
        ("InStock", "<h1>N</h1><p class=price>€399</p><p>Currently unavailable</p>", OutOfStock),
        ("InStock", "<h1>N</h1><p>€399</p><button disabled>Sold out</button>", OutOfStock),
        ("InStock", "<h1>N</h1><p class='stock out-of-stock'>Nicht vorrätig</p>", OutOfStock),
        (
            "InStock",
            "<h1>N</h1><div class='stock unavailable'><span>Épuisé</span></div><form><input><button>Prévenez-moi</button></form>",
            OutOfStock,
        ),
        ("InStock", "<h1>N</h1><ul><li>Disponibilidade: Esgotado</li></ul>", OutOfStock),
        (
            "InStock",
            "<h1>N</h1><table><tr><th>在庫</th><td>売り切れ</td></tr></table><button>再入荷お知らせ</button>",
            OutOfStock,
        ),
        (
            "InStock",
            "<h1>N</h1><p>Produkt niedostępny</p><button>Powiadom o dostępności</button>",
            OutOfStock,
        ),
        ("InStock", "<h1>N</h1><p>Нет в наличии</p>", OutOfStock),
        ("InStock", "<h1>N</h1><p>Tükendi</p><button>Gelince Haber Ver</button>", OutOfStock),
        ("OutOfStock", "<h1>N</h1><p>In stock, ready to ship</p><button>Add to cart</button>", InStock),
        ("OutOfStock", "<h1>N</h1><p>Auf Lager</p><button>In den Warenkorb</button>", InStock),
        ("InStock", "<h1>N</h1><p>Pre-order: ships in May</p><button>Pre-order now</button>", Preorder),
        (
            "InStock",
            "<h1>N</h1><p>Vorbestellbar – erscheint am 5. Mai</p><button>Vorbestellen</button>",
            Preorder,
        ),
        ("PreOrder", "<h1>N</h1><button>Add to cart</button>", Preorder),
        // the offer has ended; what can be bought beside it is another
        (
            "",
            "<div>Like this: <a>Acme Tower 300</a> <b>€99</b> <a>Buy It Now</a></div><p>Bidding ended on 5 May at 10:12, when the seller was told that the item had been damaged on its way home.</p><h1>N</h1><p>€399</p>",
            OutOfStock,
        ),
        (
            "InStock",
            "<h1>N</h1><p>Dieses Angebot wurde vom Verkäufer am 3. April um 8:12 Uhr beendet, da der Artikel nicht mehr da ist. Das Angebot wurde beendet.</p><button>Sofort kaufen</button>",
            OutOfStock,
        ),
    ];
    for (markup, body, expected) in cases {
        let body = body.replace("<h1>N", &format!("<h1>{NAME}"));
        assert_eq!(availability(markup, &body), Some(expected), "{body}");
    }
}

#[test]
fn other_variants_and_products_do_not_count() {
    let cases = [
        "<h1>N</h1><select><option>16 GB</option><option>32 GB - sold out</option></select><button>Add to cart</button>",
        "<h1>N</h1><fieldset><input type=radio><label>32 GB<span class=visually-hidden>Variant sold out or unavailable</span></label></fieldset><button>Add to cart</button>",
        "<h1>N</h1><div class=price><span>€399</span><span class='badge price__badge-sold-out'>Sold out</span></div><button>Add to cart</button>",
        "<h1>N</h1><button>Add to cart</button><h2>You may also like</h2><ul><li><a href=/b>B</a><span>Sold out</span></li></ul>",
        "<h1>N</h1><p>In stock</p><div><b>Pickup</b><span>Not available</span></div><p>Available in 3 colours</p>",
        "<h1>N</h1><table><tr><td>Blue</td><td>In stock</td></tr><tr><td>Red</td><td>Sold out</td></tr></table><button>Add to cart</button>",
        // the label of another state of the button
        "<h1>N</h1><b class='badge soldout'>Sold out</b><button><i>Add to cart</i><i hidden>Sold out</i></button>",
        // sellers in rows
        "<h1>N</h1><ul><li>Nile <b>€399</b> <i>In stock</i></li><li>Bargains <b>€359</b> <i class=out-of-stock>Out of stock</i></li></ul>",
    ];
    for body in cases {
        let body = body.replace("<h1>N", &format!("<h1>{NAME}"));
        assert_eq!(availability("InStock", &body), Some(Availability::InStock), "{body}");
    }
}

#[test]
fn what_is_seen_tells_the_condition() {
    use Condition::{New, Refurb, Used};
    let cases = [
        ("NewCondition", "<h1>N</h1><span class=badge>Certified Refurbished</span>", Some(Refurb)),
        ("NewCondition", "<h1>N</h1><p>Zustand: Generalüberholt - sehr gut</p>", Some(Refurb)),
        ("NewCondition", "<h1>N</h1><dl><dt>État</dt><dd>Reconditionné</dd></dl>", Some(Refurb)),
        (
            "NewCondition",
            "<ol class=breadcrumb><li>PC</li><li>Ricondizionati</li></ol><h1>N</h1>",
            Some(Refurb),
        ),
        ("NewCondition", "<h1>N (Renewed)</h1>", Some(Refurb)),
        ("", "<h1>N (Renewed)</h1><p>Condition: Very good</p>", Some(Refurb)),
        ("", "<h1>N</h1><p>État : Très bon état</p>", Some(Used)),
        ("", "<h1>N</h1><p>Zustand: Wie neu</p>", Some(Used)),
        ("", "<h1>N - gebraucht</h1>", Some(Used)),
        ("", "<h1>N</h1><p>Estado: Usado</p>", Some(Used)),
        ("", "<h1>N</h1><p>商品の状態：中古 - 良い</p>", Some(Used)),
        ("", "<h1>N</h1><p>Condition: <b>Open box</b></p>", Some(Used)),
        ("", "<h1>N</h1><p>Stan: Nowy</p>", Some(New)),
        ("", "<h1>N</h1><p>Brand new, factory sealed.</p>", Some(New)),
        ("NewCondition", "<h1>N</h1><p>Also available: <a href=/r>Refurbished</a></p>", Some(New)),
        ("NewCondition", "<h1>N</h1><p>Used from <b>€299</b></p>", Some(New)),
        ("NewCondition", "<h1>N</h1><p>Trade in your used laptop and save</p>", Some(New)),
        ("NewCondition", "<h1>N</h1><table><tr><td>Refurbished</td><td>No</td></tr></table>", Some(New)),
        ("", "<h1>N</h1><p>A fine machine.</p>", None),
        // what a sentence says of this very thing, and of others
        ("", "<h1>N</h1><p>Ce produit est reconditionné en France et garanti deux ans.</p>", Some(Refurb)),
        ("", "<h1>N</h1><p>This unit is second hand but has been cleaned.</p>", Some(Used)),
        ("", "<h1>N</h1><p>This item is not pre-owned.</p>", None),
        ("", "<h1>N</h1><p>Our pre-owned range is fully tested. This item is heavy.</p>", None),
        // an offer of its own beside the price
        (
            "",
            "<h1>N</h1><b class=price>€399.00</b><button>Add to cart</button><div>Pre-owned <b>€250.00</b></div>",
            None,
        ),
        (
            "",
            "<h1>N</h1><div>Pre-owned <b class=price>€399.00</b></div><button>Add to cart</button>",
            Some(Used),
        ),
    ];
    for (markup, body, expected) in cases {
        let body = body.replace("<h1>N", &format!("<h1>{NAME}"));
        assert_eq!(condition(markup, &body), expected, "{body}");
    }
}

#[test]
fn makers_are_named_in_many_ways() {
    let cases = [
        ("<p class=vendor>Contoso</p><h1>N</h1>", Some("Contoso")),
        ("<h1>N</h1><label>Marque</label> <a>Contoso</a>", Some("Contoso")),
        ("<h1>N</h1><ul><li>Marka: <a>Contoso</a></li></ul>", Some("Contoso")),
        ("<h1>N</h1><a href='/brand/contoso'>Contoso</a>", Some("Contoso")),
        ("<ul class=breadcrumbs><li>PC</li><li>Acme PCs</li></ul><h1>N</h1>", Some("Acme")),
        ("<h1>N</h1><span>by <a href='/all?filter.brand=contoso'>Contoso</a></span>", Some("Contoso")),
        ("<h1>N</h1>", None),
    ];
    for (body, expected) in cases {
        let body = body.replace("<h1>N", &format!("<h1>{NAME}"));
        let product = product_at("https://shop.example/p/1", "", "", &body);
        assert_eq!(product.manufacturer.as_deref(), expected, "{body}");
    }
}
