//! Buy boxes as shop systems and the large shops of many countries write them.

use url::Url;

use crate::extract::candidate::Candidates;
use crate::extract::decide;
use crate::extract::dom::Dom;
use crate::extract::product::Marketplace;
use crate::extract::view::View;

/// Price, currency and list price that the whole engine chooses for a page with that buy box.
fn chosen(host: &str, body: &str) -> (Option<f64>, Option<&'static str>, Option<f64>) {
    let html = format!(
        "<title>Blue Lamp – The Shop</title><body><h1>Blue Lamp</h1>{body}<button>Add to cart</button>"
    );
    let dom = Dom::parse(&html);
    let url = Url::parse(&format!("https://{host}/blue-lamp")).expect("a valid address");
    let view = View::new(&dom, &url, Marketplace::Other);
    let mut found = Candidates::default();
    crate::extract::sources::jsonld::collect(&view, &mut found);
    crate::extract::sources::microdata::collect(&view, &mut found);
    crate::extract::sources::meta::collect(&view, &mut found);
    super::super::collect(&view, &mut found);
    let decisions = decide::decide(&found, view.locale);
    (decisions.price, decisions.currency.map(crate::extract::money::Currency::code), decisions.list_price)
}

#[test]
fn buy_boxes_of_the_world() {
    let cases: &[(&str, &str, f64, &str, Option<f64>)] = &[
        // shop systems
        (
            "shop.com",
            "<div class=price-box><span class=regular-price><span class=price>$15.00</span></span></div>",
            15.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<div class=price-box><p class=old-price><span class=price-label>Regular Price:</span><span class=price>$20.00</span></p><p class=special-price><span class=price-label>Special Price</span><span class=price>$15.00</span></p></div>",
            15.0,
            "USD",
            Some(20.0),
        ),
        (
            "shop.de",
            "<p class=price><del><span class=amount><bdi>20,00&nbsp;€</bdi></span></del> <ins><span class=amount><bdi>15,00&nbsp;€</bdi></span></ins></p>",
            15.0,
            "EUR",
            Some(20.0),
        ),
        (
            "shop.com",
            "<div class='price'><div class=price__regular><span class=visually-hidden>Regular price</span><span class='price-item price-item--regular'>$15.00</span></div><div class=price__sale><span class=visually-hidden>Regular price</span><s class='price-item price-item--regular'></s><span class=visually-hidden>Sale price</span><span class='price-item price-item--sale'>$15.00</span></div></div>",
            15.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<div class='price price--on-sale'><div class=price__regular><span class=visually-hidden>Regular price</span><span class='price-item price-item--regular'>$20.00</span></div><div class=price__sale><span class=visually-hidden>Regular price</span><s class='price-item price-item--regular'>$20.00</s><span class=visually-hidden>Sale price</span><span class='price-item price-item--sale'>$15.00</span></div></div>",
            15.0,
            "USD",
            Some(20.0),
        ),
        (
            "shop.fr",
            "<p class=our_price_display><span id=our_price_display>15,00 €</span> TTC</p><p id=reduction_percent>-25%</p><p id=old_price><span id=old_price_display>20,00 €</span></p><p class=unit-price><span id=unit_price_display>1,50 €</span> par kg</p>",
            15.0,
            "EUR",
            Some(20.0),
        ),
        (
            "shop.com",
            "<div class=price>Price: <span class=price-old>$20.00</span> <span class=price-new>$15.00</span><br><span class=price-tax>Ex Tax: $12.50</span></div>",
            15.0,
            "USD",
            Some(20.0),
        ),
        (
            "shop.co.uk",
            "<p class=price>£12.50 <small>ex VAT</small></p><p class=price>£15.00 <small>inc VAT</small></p>",
            15.0,
            "GBP",
            None,
        ),
        ("shop.de", "<p class=price>12,50 € zzgl. MwSt.</p>", 12.5, "EUR", None),
        // spread over elements
        (
            "shop.com",
            "<span class=price><span class=price-symbol>$</span><span class=price-whole>1,015<span class=price-decimal>.</span></span><span class=price-fraction>49</span></span>",
            1015.49,
            "USD",
            None,
        ),
        ("shop.com", "<div class=price><sup>$</sup><span>15</span><sup>49</sup></div>", 15.49, "USD", None),
        (
            "shop.com.ar",
            "<span class=money-amount><span class=symbol>$</span><span class=fraction>1.299</span><span class='cents cents--superscript'>50</span></span>",
            1299.5,
            "ARS",
            None,
        ),
        (
            "shop.ro",
            "<p class=product-new-price>1.849<sup>99</sup> <span>Lei</span></p>",
            1849.99,
            "RON",
            None,
        ),
        (
            "shop.pl",
            "<div class=price><span>1 299</span><span>,99</span> <span>zł</span></div>",
            1299.99,
            "PLN",
            None,
        ),
        ("shop.fr", "<div class=price>99€<sup>95</sup></div>", 99.95, "EUR", None),
        ("shop.be", "<strong class=sales-price>1.299,-</strong>", 1299.0, "EUR", None),
        ("shop.no", "<span class=product-price-now>12 990,-</span>", 12_990.0, "NOK", None),
        ("shop.se", "<span class=price>12 990:-</span>", 12_990.0, "SEK", None),
        ("shop.ch", "<span class=price>CHF 1’299.–</span>", 1299.0, "CHF", None),
        // languages and notations
        (
            "shop.jp",
            "<p class=price>12,800円<span>(税込)</span></p><p>11,636円(税抜)</p>",
            12_800.0,
            "JPY",
            None,
        ),
        ("shop.ae", "<p class=price>د.إ ١٬٢٩٩٫٥٠</p>", 1299.5, "AED", None),
        (
            "shop.vn",
            "<p class=price>12.990.000₫</p><p class=old>15.990.000₫</p><i>-19%</i>",
            12_990_000.0,
            "VND",
            Some(15_990_000.0),
        ),
        (
            "shop.in",
            "<p><span class=a>₹1,24,990</span> <span class=b>₹1,49,990</span> <span>16% off</span></p>",
            124_990.0,
            "INR",
            Some(149_990.0),
        ),
        ("shop.com.kw", "<p class=price>KD 1,250.500</p>", 1250.5, "KWD", None),
        (
            "shop.tr",
            "<div class=price>14.499,90 TL</div><div>Sepette 13.774,91 TL</div><div>12 x 1.208,33 TL</div>",
            14_499.9,
            "TRY",
            None,
        ),
        (
            "shop.hu",
            "<span id=price_net>46 449 Ft</span> <span id=price_gross>58 990 Ft</span>",
            58_990.0,
            "HUF",
            None,
        ),
        ("shop.cz", "<ul><li><h2>3 900 Kč</h2></li><li>Bez DPH: 3 223 Kč</li></ul>", 3900.0, "CZK", None),
        (
            "shop.ru",
            "<div class=price>12 990 ₽</div><div>15 990 ₽</div><div>от 1 083 ₽/мес</div>",
            12_990.0,
            "RUB",
            None,
        ),
        (
            "shop.com.br",
            "<p><s>R$ 7.299,00</s></p><p class=selling>R$ 5.998,90</p><p>em até 10x de R$ 599,89 sem juros</p><p><b>R$ 5.398,90</b> à vista no Pix (10% de desconto)</p>",
            5998.9,
            "BRL",
            Some(7299.0),
        ),
        (
            "shop.kr",
            "<strong class=price>1,290,000<em>원</em></strong><del>1,490,000원</del>",
            1_290_000.0,
            "KRW",
            Some(1_490_000.0),
        ),
        ("shop.com.tw", "<span class=price>NT$12,900</span><p>分期 NT$1,075 x 12</p>", 12_900.0, "TWD", None),
        ("shop.id", "<div class=price>Rp1.299.000</div>", 1_299_000.0, "IDR", None),
        ("shop.co.za", "<span class=price>R 1 299</span>", 1299.0, "ZAR", None),
        (
            "shop.it",
            "<p>Prezzo: 129,90 € <span>IVA inclusa</span></p><p>Spedizione 5,99 €</p><p>a rate da 10,83 €/mese</p>",
            129.9,
            "EUR",
            None,
        ),
        (
            "shop.nl",
            "<p class=price>€ 1.299,- <small>incl. btw</small> <small>€ 1.073,55 excl. btw</small></p><p>Adviesprijs <s>€ 1.499,-</s></p>",
            1299.0,
            "EUR",
            Some(1499.0),
        ),
        // one line of words
        ("shop.com", "<p>Price: $15.00 (was $20.00, you save $5.00)</p>", 15.0, "USD", Some(20.0)),
        (
            "shop.com",
            "<p class=price><del>$20.00</del> <span class=screen-reader-text>Original price was: $20.00.</span><ins>$15.00</ins><span class=screen-reader-text>Current price is: $15.00.</span></p>",
            15.0,
            "USD",
            Some(20.0),
        ),
        (
            "shop.de",
            "<p>UVP 20,00 €</p><p class=preis>15,00 €</p><p>Du sparst 5,00 €</p><p>zzgl. 4,99 € Versand</p>",
            15.0,
            "EUR",
            Some(20.0),
        ),
        ("shop.de", "<div>statt 20,00 € nur noch <b>15,00 €</b></div>", 15.0, "EUR", Some(20.0)),
        ("shop.at", "<h2>1.299 € VB</h2>", 1299.0, "EUR", None),
        ("shop.com", "<button>Add to cart – $15.00</button>", 15.0, "USD", None),
        (
            "shop.se",
            "<div>Ord. pris 1 499 kr</div><div class=pris>1 299 kr</div><div>108 kr/mån</div>",
            1299.0,
            "SEK",
            Some(1499.0),
        ),
        (
            "shop.fi",
            "<div class=hinta>1 299,00 €</div><div>Alin hinta 30 pv: 1 199,00 €</div><div>36,08 €/kk</div>",
            1299.0,
            "EUR",
            None,
        ),
        (
            "shop.mx",
            "<p>Precio: $37,999.00</p><p>18 meses sin intereses de $2,111.05</p>",
            37_999.0,
            "MXN",
            None,
        ),
        (
            "shop.cl",
            "<p class=precio>$1.299.990</p><p>Precio normal: $1.499.990</p>",
            1_299_990.0,
            "CLP",
            Some(1_499_990.0),
        ),
        // what is no price, or not this one
        (
            "shop.com",
            "<p class=price>$15.00</p><p>or 4 interest-free payments of $3.75</p><p>Add a 2-year protection plan $4.99</p>",
            15.0,
            "USD",
            None,
        ),
        (
            "shop.de",
            "<p class=price>15,00 €</p><p>Niedrigster Preis der letzten 30 Tage: 14,00 €</p><p>0,75 € / 100 g</p>",
            15.0,
            "EUR",
            None,
        ),
        (
            "shop.fr",
            "<p class=price>150,00 €</p><p>Payez en 4x 37,50 €</p><p>dont 0,72 € d'éco-participation</p>",
            150.0,
            "EUR",
            None,
        ),
        (
            "shop.com",
            "<p class=price>$499.00 – $899.00</p><div class=variation><span class=price>$649.00</span></div>",
            649.0,
            "USD",
            None,
        ),
        ("shop.com", "<p>From $499.00</p>", 499.0, "USD", None),
        (
            "shop.com",
            "<div><button aria-pressed=false>64 GB <b>$99.00</b></button><button aria-pressed=true>128 GB <b>$149.00</b></button></div><p class=price>$149.00</p>",
            149.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<p class=price>$15.00</p><p>Members pay $12.00</p><p>Trade-in: up to $200</p><p>Bulk: 10+ $11.00</p>",
            15.0,
            "USD",
            None,
        ),
        // options and other things side by side
        (
            "shop.com",
            "<section><div class='tier-card'>Small <b>$99.00</b></div><div class='tier-card is-selected'>Large <b>$149.00</b></div></section><meta property=product:price:amount content=99.00><p class=price>$149.00</p>",
            149.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<p class=price>$149.00</p><ul><li><a>Fair <b>$99.00</b></a></li><li><a aria-current=true>Good <b>$149.00</b></a></li></ul><meta property=product:price:amount content=99.00>",
            149.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<div class=part><img><a>A fine lamp shade</a><b class=price>$40.00</b></div><div class=part><img><a>A fine lamp stand</a><b class=price>$60.00</b></div><div><p>The whole set price: $85.00</p></div>",
            85.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<span>$425</span><div><h2>Today&apos;s finds</h2><a><img><span>$591</span><i>Red Lamp Shade</i></a><a><img><span>$222</span><i>Grey Lamp Stand</i></a><a><img><span>$99</span><i>Lamp Oil Bottle</i></a></div>",
            425.0,
            "USD",
            None,
        ),
        ("shop.com", "<p class=price>$15.00</p><p>Opened box: <a>$12.00</a></p>", 15.0, "USD", None),
        (
            "shop.com",
            "<div class=price>$15.00</div><ul class=tier-list><li>Buy 3 for <b class=price>$13.50</b> each, save 10%</li></ul>",
            15.0,
            "USD",
            None,
        ),
        (
            "shop.com",
            "<ul><li class=price-current>$15.00</li><li>After $5.00 rebate: <b>$10.00</b></li></ul>",
            15.0,
            "USD",
            None,
        ),
        // words between two amounts belong to the one that they run into
        (
            "shop.se",
            "<p class=price>1 250 kr <small>exkl. moms <span>1 000 kr</span></small></p>",
            1250.0,
            "SEK",
            None,
        ),
        (
            "shop.de",
            "<p class=price>15,00 €</p><p><s>20,00 €</s> <small>Niedrigster Preis 17,00 €</small></p>",
            15.0,
            "EUR",
            Some(20.0),
        ),
        ("shop.co.uk", "<p class=price>£12.50 ex VAT £15.00 inc VAT</p>", 15.0, "GBP", None),
        // markup against what is seen
        (
            "shop.com",
            "<meta property=product:price:amount content=20.00><p class=price><s>$20.00</s> <b>$15.00</b></p>",
            15.0,
            "USD",
            Some(20.0),
        ),
        (
            "shop.co.uk",
            "<meta property=product:price:amount content=12.50><p class=price>£15.00 <small>inc VAT</small> (£12.50 ex VAT)</p>",
            15.0,
            "GBP",
            None,
        ),
        (
            "shop.ca",
            "<meta property=product:price:amount content=10.00><meta property=product:price:currency content=USD><p class=price>CA$15.00</p>",
            15.0,
            "CAD",
            None,
        ),
        (
            "shop.es",
            "<div itemscope itemtype=http://schema.org/Product><p class=price><span itemprop=price content=20>15,00 €</span></p></div>",
            15.0,
            "EUR",
            None,
        ),
    ];
    let mut wrong = Vec::new();
    for (host, body, price, currency, list_price) in cases {
        let got = chosen(host, body);
        if got != (Some(*price), Some(*currency), *list_price) {
            wrong.push(format!("{got:?} for {body}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn classes_that_the_style_sheet_hides_do_not_count() {
    let body = "<style>.eur,.gbp{display:none} .was{text-decoration:line-through}</style>
        <span class='eur money'>€14</span><span class='was'>$20</span><span class='usd money'>$15</span>";
    assert_eq!(chosen("shop.com", body), (Some(15.0), Some("USD"), Some(20.0)));
}
