use proptest::prelude::*;
use url::Url;

use super::{
    Availability, Condition, FIELDS_PROBE, Marketplace, Page, Product, Quality, Refusal, Source, Verdict,
    extract,
};

fn extracted(html: &str, address: &str) -> Result<Product, Refusal> {
    let url = Url::parse(address).expect("a valid address");
    extract(&Page { status: Some(200), content_type: Some("text/html"), ..Page::new(html, &url) })
}

fn product(html: &str) -> Product {
    extracted(html, "https://shop.example/p/blue-lamp").expect("a product page")
}

fn verdict(html: &str, address: &str) -> Verdict {
    extracted(html, address).expect_err("no product page").verdict
}

const LAMP: &str = r#"<html lang=en><head><title>Blue Lamp – The Shop</title>
    <meta property="og:title" content="Blue Lamp"><meta property="og:image" content="/img/blue-lamp-4411.jpg">
    <script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", "name": "Blue Lamp",
      "image": ["https://shop.example/img/blue-lamp-4411.jpg", "/img/blue-lamp-4412.jpg"], "sku": "BL-4411", "mpn": "L9",
      "brand": {"@type": "Brand", "name": "Lumen"}, "description": "A lamp.",
      "offers": {"@type": "Offer", "price": "49.90", "priceCurrency": "EUR", "availability": "https://schema.org/InStock",
        "itemCondition": "https://schema.org/NewCondition", "seller": {"name": "The Shop"}}}</script></head>
    <body><header>Cart €0.00</header><h1>Blue Lamp</h1><p class=price><del>€59.90</del> <b>€49.90</b></p><button>Add to cart</button>
    <table><tr><th>Height<td>40 cm<tr><th>Colour<td>blue</table></body></html>"#;

#[test]
fn sources_that_agree_make_a_sure_product() {
    let lamp = product(LAMP);
    assert_eq!(lamp.title, "Blue Lamp");
    assert_eq!((lamp.price, lamp.currency.as_deref()), (Some(49.9), Some("EUR")));
    assert_eq!(lamp.list_price, Some(59.9));
    assert_eq!(
        lamp.images,
        ["https://shop.example/img/blue-lamp-4411.jpg", "https://shop.example/img/blue-lamp-4412.jpg"]
    );
    assert_eq!(lamp.condition, Some(Condition::New));
    assert_eq!(lamp.availability, Some(Availability::InStock));
    assert_eq!(lamp.manufacturer.as_deref(), Some("Lumen"));
    assert_eq!(lamp.model_number.as_deref(), Some("L9"));
    assert_eq!(lamp.vendor_item_id.as_deref(), Some("BL-4411"));
    assert_eq!(lamp.seller.as_deref(), Some("The Shop"));
    assert_eq!(lamp.specs["Height"], "40 cm");
    assert_eq!(lamp.quality, Quality::Full);
    assert!(lamp.missing_fields.is_empty());
    assert!(lamp.extraction_confidence > 0.9, "{}", lamp.extraction_confidence);
    let price = &lamp.extraction_metadata["price"];
    assert!(
        price.agreeing.contains(&Source::JsonLd) && price.agreeing.contains(&Source::Visible),
        "{price:?}"
    );
}

#[test]
fn markup_that_the_page_contradicts_is_less_sure_and_the_loser_is_kept() {
    let agreed = product(LAMP).extraction_confidence;
    let lamp = product(&LAMP.replace("\"49.90\"", "\"41.00\""));
    assert!(lamp.extraction_confidence < agreed, "{} and {agreed}", lamp.extraction_confidence);
    let price = &lamp.extraction_metadata["price"];
    assert!(!price.alternatives.is_empty(), "{price:?}");
}

#[test]
fn an_old_page_without_markup_is_read_by_its_looks() {
    let html =
        "<title>Copper Shade : The Shop</title><table><tr><td><img src=/pics/shade_12.jpg width=300></td>
        <td><font size=5><b>Copper Shade</b></font><br>Price: <b>&pound;340.00</b> inc VAT<br>
        <input type=submit value='Add to basket'></td></tr></table>";
    let shade = extracted(html, "http://www.shop.co.uk/").expect("a product page");
    assert_eq!(shade.title, "Copper Shade");
    assert_eq!((shade.price, shade.currency.as_deref()), (Some(340.0), Some("GBP")));
    assert_eq!(shade.images, ["http://www.shop.co.uk/pics/shade_12.jpg"]);
    assert_eq!(shade.condition, None);
}

/// The price blocks of widespread shop software, without the structured data that shops often switch off.
#[test]
fn shop_software_is_read_by_its_looks() {
    let woocommerce = r#"<nav class="woocommerce-breadcrumb">Home</nav><div class="product"><div class="woocommerce-product-gallery">
        <a href="/up/lamp-large.jpg"><img class="wp-post-image" src="/up/lamp-600x600.jpg" data-large_image="/up/lamp-large.jpg" width="600" height="600"></a></div>
        <div class="summary entry-summary"><h1 class="product_title entry-title">Blue Lamp</h1><p class="price"><del aria-hidden="true">
        <span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">&#36;</span>45.00</bdi></span></del>
        <ins><span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">&#36;</span>35.00</bdi></span></ins></p>
        <p class="stock in-stock">12 in stock</p><form class="cart"><button class="single_add_to_cart_button">Add to cart</button></form></div>
        <section class="related products"><h2>Related products</h2><ul><li class="product"><span class="price"><bdi>$9.00</bdi></span><a class="button">Add to cart</a></li></ul></section></div>"#;
    let magento = r#"<main><h1 class="page-title"><span class="base">Blue Lamp</span></h1><div class="product-info-main"><div class="price-box">
        <span class="special-price"><span class="price-container price-final_price"><span class="price-label">Special Price</span>
        <span class="price-wrapper"><span class="price">$35.00</span></span></span></span><span class="old-price"><span class="price-label">Regular Price</span>
        <span class="price-wrapper"><span class="price">$45.00</span></span></span></div><div class="stock available"><span>In stock</span></div>
        <button class="action primary tocart">Add to Cart</button></div><table class="data table additional-attributes"><tr><th>Color</th><td>blue</td></tr></table>
        <div class="product data items"></div><div class="block upsell"><strong>We found other products you might like!</strong><span class="price">$7.00</span></div>
        <img class="gallery-placeholder__image" src="/media/blue-lamp-1.jpg" alt="Blue Lamp" width="700"></main>"#;
    let shopify = r#"<header class="header">Cart $0.00</header><main><product-info><img src="//cdn.example/files/blue-lamp.jpg?v=1&width=1946" alt="Blue Lamp" width="1946">
        <h1>Blue Lamp</h1><div class="price price--on-sale"><div class="price__container"><div class="price__sale"><span class="visually-hidden">Regular price</span>
        <span><s class="price-item price-item--regular">$45.00 USD</s></span><span class="visually-hidden">Sale price</span>
        <span class="price-item price-item--sale price-item--last">$35.00 USD</span></div><small class="unit-price caption hidden"><span>$1.00</span> per <span>kg</span></small></div></div>
        <p>Shop Pay: 4 interest-free installments of $8.75</p><button name="add">Add to cart</button></product-info>
        <section class="complementary-products"><h2>You may also like</h2><div class="card"><span class="price-item">$5.00 USD</span></div></section></main>"#;
    for (name, body) in [("woocommerce", woocommerce), ("magento", magento), ("shopify", shopify)] {
        let lamp = product(&format!("<title>Blue Lamp – The Shop</title><body>{body}</body>"));
        assert_eq!(lamp.title, "Blue Lamp", "{name}");
        assert_eq!((lamp.price, lamp.currency.as_deref()), (Some(35.0), Some("USD")), "{name}");
        assert_eq!(lamp.list_price, Some(45.0), "{name}");
        assert_eq!(lamp.availability, Some(Availability::InStock), "{name}");
        assert!(lamp.images.first().is_some_and(|image| image.contains("lamp")), "{name}: {:?}", lamp.images);
    }
}

#[test]
fn out_of_stock_has_no_price() {
    let lamp = product(
        &LAMP.replace("InStock", "OutOfStock").replace("<button>Add to cart</button>", "<p>Sold out</p>"),
    );
    assert_eq!(lamp.availability, Some(Availability::OutOfStock));
    assert_eq!((lamp.price, lamp.quality), (None, Quality::Partial));
    assert_eq!(lamp.missing_fields, ["price"]);
}

#[test]
fn the_host_outweighs_the_hint() {
    let url = Url::parse("https://www.newegg.com/p/1").expect("a valid address");
    let page = Page { marketplace: Some(Marketplace::Amazon), ..Page::new(LAMP, &url) };
    let lamp = extract(&page).expect("a product page");
    assert_eq!(
        (lamp.marketplace, lamp.marketplace_hint_ignored),
        (Marketplace::Newegg, Some(Marketplace::Amazon))
    );
}

#[test]
fn pages_without_a_product_are_told_apart() {
    let paragraph = "<p>Long ago the lamp was invented, and people began to read at night, which changed everything about the way that they lived, worked, slept and wrote to each other.</p>";
    let card = "<li><a href=/p/1>Lamp</a> <b class=price>$9.00</b></li>";
    let cases = [
        (
            "<title>Robot or human?</title><h1>Robot or human?</h1><p>Activate and hold the button"
                .to_owned(),
            "/",
            Verdict::Captcha,
        ),
        (
            "<title>Amazon</title><form action=/errors/validateCaptcha><img src=x></form>".to_owned(),
            "/dp/1",
            Verdict::Captcha,
        ),
        (
            "<title>Access Denied</title><h1>Access Denied</h1><p>Reference #18.2".to_owned(),
            "/",
            Verdict::Blocked,
        ),
        (
            "<title>Sign in</title><h1>Sign in</h1><form><input type=password></form>".to_owned(),
            "/login",
            Verdict::LoginWall,
        ),
        ("<title>Seite nicht gefunden</title><h1>Hoppla!</h1>".to_owned(), "/p/1", Verdict::NotFound),
        ("<title>Shop</title><div id=root></div>".to_owned(), "/p/1", Verdict::EmptyShell),
        (
            format!("<title>Lamps</title><h1>Lamps</h1><ul>{}</ul>", card.repeat(20)),
            "/lamps",
            Verdict::Listing,
        ),
        (
            format!("<title>Lamps</title><h1>Search</h1>{}", card.repeat(4)),
            "/search?q=lamp",
            Verdict::Listing,
        ),
        (
            format!("<title>History</title><h1>The lamp</h1>{}", paragraph.repeat(12)),
            "/blog/1",
            Verdict::Article,
        ),
        ("{\"error\": 1}".to_owned(), "/", Verdict::NotHtml),
        ("%PDF-1.7 <</Type>>".to_owned(), "/", Verdict::NotHtml),
    ];
    for (html, path, expected) in cases {
        assert_eq!(verdict(&html, &format!("https://shop.example{path}")), expected, "{html:.80}");
    }
}

#[test]
fn words_of_a_wall_on_a_product_page_do_not_hide_the_product() {
    let form = "<p class=price>£340.00</p><button>Add to basket</button><form><input type=password>Log in. Enter the captcha. Not found?</form>";
    let shade = product(&format!("<title>Copper Shade</title><h1>Copper Shade</h1>{form}"));
    assert_eq!(shade.price, Some(340.0));
    let below_category =
        extracted(LAMP, "https://shop.example/category/lamps/blue-lamp").expect("a product page");
    assert_eq!(below_category.price, Some(49.9));
    let clicked = extracted(LAMP, "https://shop.example/p/blue-lamp?query=lamp").expect("a product page");
    assert_eq!(clicked.price, Some(49.9));
}

#[test]
fn the_response_alone_can_refuse() {
    let url = Url::parse("https://shop.example/p/1").expect("a valid address");
    let refused = |status, content_type| {
        let page = Page { status, content_type, ..Page::new(LAMP, &url) };
        extract(&page).expect_err("refused by its response").verdict
    };
    assert_eq!(refused(Some(404), None), Verdict::NotFound);
    assert_eq!(refused(Some(410), Some("text/html")), Verdict::NotFound);
    assert_eq!(refused(Some(404), Some("text/plain")), Verdict::NotFound);
    assert_eq!(refused(Some(200), Some("application/json; charset=utf-8")), Verdict::NotHtml);
}

#[test]
fn hostile_pages_are_survived() {
    let deep = format!("<h1>x</h1>{}$5.00{}", "<div class=price>".repeat(60_000), "</div>".repeat(60_000));
    let bomb = format!("<script type=application/ld+json>{}</script>", "[".repeat(500_000));
    let wide = format!(
        "<script type=application/ld+json>[{}1]</script>",
        "{\"@type\":\"Product\",\"name\":\"a\"},".repeat(10_000)
    );
    let attribute =
        format!("<h1 class='{}'>x</h1><img src='{}'>", "price ".repeat(50_000), "a".repeat(500_000));
    let attributes = format!("<div {}>", "a=1 ".repeat(40_000));
    let headings = "<h2>related</h2>".repeat(10_000);
    let nested = "<div itemscope itemtype='https://schema.org/Product'><b itemprop=name>".repeat(5_000);
    let lists = format!("<ul>{}", "<li>a: b<ul>".repeat(8_000));
    let tables = "<table><tr><td>a<td>b".repeat(5_000);
    let digits = format!("<h1>x</h1><p class=price>${}", "1,".repeat(200_000));
    for html in [deep, bomb, wide, attribute, attributes, headings, nested, lists, tables, digits] {
        // a product or a refusal, in time and without a panic
        let told = match extracted(&html, "https://shop.example/p/1") {
            Ok(product) => product.title,
            Err(refusal) => refusal.evidence,
        };
        assert!(!told.is_empty(), "{html:.60}");
    }
}

#[test]
fn the_probe_is_one_expression() {
    assert!(FIELDS_PROBE.starts_with("(() => {") && FIELDS_PROBE.trim_end().ends_with("})()"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_markup_is_survived(pieces in proptest::collection::vec(piece(), 0..40)) {
        let html = pieces.concat();
        if let Ok(product) = extracted(&html, "https://shop.example/p/1") {
            prop_assert!(!product.title.is_empty());
            prop_assert!(product.price.is_none_or(|price| price.is_finite() && price > 0.0));
            prop_assert!((0.0..=1.0).contains(&product.extraction_confidence));
            prop_assert!(product.images.iter().all(|image| image.starts_with("http")));
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let tags = prop::sample::select(vec![
        "<h1>",
        "</h1>",
        "<div class=price>",
        "</div>",
        "<s>",
        "</s>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<li>",
        "<ul>",
        "<p>",
        "<button>Add to cart</button>",
        "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"x\",\"offers\":{\"price\":\"",
        "\"}}</script>",
        "<svg><title>",
        "<template>",
        "<!--",
        "-->",
        "<meta property=og:price:amount content=5>",
        "<meta property=og:type content=product>",
        "<img src=//a/b.jpg width=300>",
        "$12.50",
        "Condition: used",
        "<dl><dt>k<dd>v",
        "<div itemscope itemtype=http://schema.org/Product>",
        "<b itemprop=price>£9</b>",
        "\\ud800",
        "&#xD800;",
        "&amp;",
        "\u{0}",
    ]);
    prop_oneof![tags.prop_map(str::to_owned), "\\PC{0,12}"]
}
