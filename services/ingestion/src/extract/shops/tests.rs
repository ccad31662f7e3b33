use std::path::PathBuf;

use url::Url;

use super::{FILES, ShopRules, read};
use crate::extract::product::{Field, Marketplace};
use crate::extract::{Page, Product, extract_with};

#[test]
fn every_built_in_file_is_valid() {
    for (name, text) in FILES {
        let shop = read::shop(name, text).unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(format!("{}.toml", shop.name()), name);
    }
    assert_eq!(ShopRules::built_in().shops.len(), FILES.len());
}

#[test]
fn every_marketplace_has_rules_for_the_core() {
    let rules = ShopRules::built_in();
    for marketplace in Marketplace::ALL.iter().filter(|m| **m != Marketplace::Other) {
        let shop = rules.of_marketplace(*marketplace).expect("a file of rules");
        for field in [Field::Title, Field::Price, Field::Image] {
            assert!(shop.rules.iter().any(|rule| rule.field == field), "{marketplace:?} {field:?}");
        }
    }
    assert!(rules.of_marketplace(Marketplace::Other).is_none());
}

/// A folder of this test's own with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("playwright-shop-rules-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder can be made");
    for (file, text) in files {
        std::fs::write(path.join(file), text).expect("a file can be written");
    }
    path
}

fn rules(name: &str, files: &[(&str, &str)]) -> Result<ShopRules, String> {
    let path = folder(name, files);
    let rules = ShopRules::load(Some(&path)).map_err(|bad| bad.to_string());
    let _ = std::fs::remove_dir_all(&path);
    rules
}

fn product(rules: &ShopRules, address: &str, html: &str, hint: Option<Marketplace>) -> Product {
    let url = Url::parse(address).expect("a valid address");
    let mut page = Page::new(html, &url);
    page.marketplace = hint;
    extract_with(rules, &page).unwrap_or_else(|refusal| panic!("{address}: {refusal}"))
}

const RULE: &str = "[[rule]]\nfield = \"price\"\nselect = \".ours\"\n";
const LAMP: &str =
    "<title>Blue Lamp</title><h1>Blue Lamp</h1><p class=price>$15.00</p><p class=ours>$12.00</p>
    <button>Add to cart</button>";

#[test]
fn the_host_picks_the_rules() {
    let shop = format!("name = \"lamps\"\nhosts = [\"lamps.*\"]\n{RULE}");
    let rules =
        rules("host", &[("lamps.toml", &shop), ("readme.md", "no rules"), (".#lamps.toml", "no rules")]);
    let rules = rules.expect("valid rules");
    let price = |address: &str| product(&rules, address, LAMP, None).price;
    assert_eq!(price("https://www.lamps.co.uk/p/1"), Some(12.0));
    assert_eq!(price("https://lamps.de/p/1"), Some(12.0));
    assert_eq!(price("https://shop.example/p/1"), Some(15.0));
    let hinted = product(&rules, "https://lamps.de/p/1", LAMP, Some(Marketplace::Ebay));
    assert_eq!(
        (hinted.marketplace, hinted.marketplace_hint_ignored),
        (Marketplace::Other, Some(Marketplace::Ebay)),
        "the host is known to be another shop's"
    );
}

#[test]
fn a_file_replaces_the_built_in_one() {
    let newegg = format!("marketplace = \"newegg\"\n{RULE}");
    let bestbuy = format!("name = \"bestbuy\"\nhosts = [\"bestbuy.com\"]\n{RULE}");
    let rules = rules("replace", &[("n.toml", &newegg), ("b.toml", &bestbuy)]).expect("valid rules");
    assert_eq!(rules.shops.len(), FILES.len());
    for address in ["https://www.newegg.com/p/1", "https://www.bestbuy.com/site/1.p"] {
        assert_eq!(product(&rules, address, LAMP, None).price, Some(12.0), "{address}");
    }
}

#[test]
fn the_narrower_host_wins() {
    let wide = format!("name = \"a\"\nhosts = [\"shop.example\"]\n{RULE}").replace(".ours", ".price");
    let narrow = format!("name = \"b\"\nhosts = [\"outlet.shop.example\"]\n{RULE}");
    let rules = rules("narrow", &[("a.toml", &wide), ("b.toml", &narrow)]).expect("valid rules");
    let name = |host: &str| rules.of_host(host).map(|shop| shop.name().to_owned());
    assert_eq!(name("www.shop.example").as_deref(), Some("a"));
    assert_eq!(name("Outlet.shop.example.").as_deref(), Some("b"));
    assert_eq!(name("example"), None);
}

#[test]
fn mistakes_name_file_rule_and_what_is_valid() {
    let head = "name = \"lamps\"\nhosts = [\"lamps.example\"]\n";
    let cases = [
        ("", "expected either marketplace, or name and at least one of hosts"),
        (
            "marketplace = \"amazone\"\n",
            "marketplace: expected one of amazon, ebay, walmart, newegg, other, got \"amazone\"",
        ),
        ("marketplace = \"other\"\n", "marketplace: expected name and hosts"),
        ("name = \"a\"\nhosts = []\n", "expected either marketplace"),
        ("name = \"A b\"\nhosts = [\"a.example\"]\n", "name: expected a-z"),
        (
            "name = \"a\"\nhosts = [\"www.ebay.de\"]\n",
            "hosts: \"www.ebay.de\" is Ebay's, expected marketplace = \"ebay\"",
        ),
        (
            "name = \"a\"\nhosts = [\"https://a.example\"]\n",
            "hosts: expected lowercase names such as shop.example",
        ),
        ("colour = 1\n", "unknown field `colour`, expected one of `marketplace`"),
        (&format!("{head}authoritative = [\"prize\"]\n"), "authoritative: expected one of title, price"),
        (&format!("{head}listing_paths = [\"/search\"]\n"), "listing_paths: expected product_paths"),
        (&format!("{head}product_paths = [\" \"]\n"), "product_paths: expected parts of paths"),
        (
            &format!("{head}[[rule]]\nfield = \"prize\"\nselect = \"a\"\n"),
            "rule 1 (prize): field: expected one of title, price",
        ),
        (&format!("{head}[[rule]]\nfield = \"price\"\n"), "rule 1 (price): missing field `select`"),
        (&format!("{head}[[rule]]\nselect = \"a\"\n"), "rule 1 (no field): missing field `field`"),
        (
            &format!("{head}[[rule]]\nfield = \"price\"\nselect = \"a > b\"\n"),
            "rule 1 (price): select: selector \"a > b\": expected tag",
        ),
        (
            &format!("{head}[[rule]]\nfield = \"price\"\nselect = \"a\"\nnot_within = \"\"\n"),
            "rule 1 (price): not_within: selector",
        ),
        (
            &format!("{head}[[rule]]\nfield = \"price\"\nselect = \"a\"\ntrust = 2\n"),
            "trust: expected a number from 0 to 1, got 2",
        ),
        (&format!("{head}[[rule]]\nfield = \"images\"\nselect = \"a\"\n"), "attr: expected the attributes"),
        (
            &format!("{head}[[rule]]\nfield = \"price\"\nselect = \"a\"\nattr = [\"Data-x\"]\n"),
            "attr: expected names of attributes",
        ),
        (
            &format!("{head}[[rule]]\nfield = \"condition\"\nselect = \"a\"\ncondition = \"old\"\n"),
            "condition: expected one of new, refurb, used, got \"old\"",
        ),
        (
            &format!("{head}[[rule]]\nfield = \"price\"\nselect = \"a\"\navailability = \"in_stock\"\n"),
            "availability: expected field",
        ),
        ("name = \n", "TOML parse error at line 1"),
    ];
    for (text, expected) in cases {
        let text = if text.contains("[[rule]]") { text.to_owned() } else { format!("{text}{RULE}") };
        let bad = read::shop("lamps.toml", &text).expect_err(expected).to_string();
        assert!(bad.starts_with("lamps.toml: ") && bad.contains(expected), "{bad}\nshould say\n{expected}");
    }
    let none = read::shop("lamps.toml", head).expect_err("no rules").to_string();
    assert_eq!(none, "lamps.toml: expected 1 to 200 [[rule]] tables, got 0");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let shop = format!("name = \"lamps\"\nhosts = [\"lamps.example\"]\n{RULE}");
    let broken = shop.replace("price", "prize").replace("lamps.", "Lamps.");
    let bad =
        rules("all", &[("a.toml", &shop), ("b.toml", &shop), ("c.toml", &broken)]).expect_err("mistakes");
    for part in [
        "c.toml: hosts:",
        "c.toml: rule 1 (prize)",
        "b.toml: the shop lamps is already that of",
        "b.toml: the host lamps.example is already",
    ] {
        assert!(bad.contains(part), "{bad}\nshould say\n{part}");
    }
    assert_eq!(bad.lines().count(), 4, "{bad}");
    let nowhere = ShopRules::load(Some(std::path::Path::new("/nowhere/rules"))).expect_err("no folder");
    assert!(nowhere.to_string().starts_with("/nowhere/rules: cannot be read"), "{nowhere}");
}

/// The skeleton of each further built-in shop's page, with what its rules must not fall for.
#[test]
fn built_in_rules_read_their_shops() {
    let cases = [
        (
            "https://www.bestbuy.com/site/lamp/6501234.p?skuId=6501234",
            "<div class=sku-title><h1>Blue Lamp</h1></div><div class='priceView-hero-price priceView-customer-price'>
             <span aria-hidden=true>$35.00</span><span class=sr-only>Your price for this item is $35.00</span></div>",
            35.0,
        ),
        (
            "https://www.bhphotovideo.com/c/product/1-REG/lamp.html",
            "<h1 data-selenium=productTitle>Blue Lamp</h1><div data-selenium=pricingPrice>$35.00</div>
             <span data-selenium=stockStatus>In Stock</span>",
            35.0,
        ),
        (
            "https://www.target.com/p/lamp/-/A-1",
            "<h1 data-test=product-title>Blue Lamp</h1><span data-test=product-price>$35.00</span>
             <span data-test=product-regular-price>reg $45.00</span>",
            35.0,
        ),
        (
            "https://www.etsy.com/listing/1/lamp",
            "<h1 data-buy-box-listing-title=true>Blue Lamp</h1><div data-buy-box-region=price>
             <p class=wt-text-title-larger><span class=wt-screen-reader-only>Price:</span> $35.00</p>
             <div class=wt-text-strikethrough><p>$45.00</p></div></div>",
            35.0,
        ),
        (
            "https://www.aliexpress.com/item/1.html",
            "<h1 data-pl=product-title>Blue Lamp</h1><span class='price--currentPriceText--V8_y_b5 pdp-comp-price-current'>US $35.00</span>",
            35.0,
        ),
        (
            "https://articulo.mercadolibre.com.ar/MLA-1-lamp",
            "<h1 class=ui-pdp-title>Blue Lamp</h1><s class='andes-money-amount ui-pdp-price__original-value'>$<span>45.000</span></s>
             <div class=ui-pdp-price__second-line><span class=andes-money-amount itemprop=offers><meta itemprop=price content=35000.50>
             <span>$</span><span class=andes-money-amount__fraction>35.000</span><span class=andes-money-amount__cents>50</span></span></div>",
            35_000.5,
        ),
        (
            "https://item.jd.com/1.html",
            "<div class=itemInfo-wrap><div class=sku-name>Blue Lamp</div><div class=summary-price><span class=p-price><span>￥</span>
             <span class='price J-p-1'>35.00</span></span></div></div>",
            35.0,
        ),
        (
            "https://www.kleinanzeigen.de/s-anzeige/lamp/1",
            "<h1 id=viewad-title><span class=is-hidden>Reserviert • </span>Blue Lamp</h1><h2 id=viewad-price>35 € VB</h2>",
            35.0,
        ),
        (
            "https://www.leboncoin.fr/ad/lampes/1",
            "<h1 data-qa-id=adview_title>Blue Lamp</h1><div data-qa-id=adview_price><p>35 €</p></div>",
            35.0,
        ),
        (
            "https://newyork.craigslist.org/brk/sys/d/lamp/1.html",
            "<h1 class=postingtitle><span class=postingtitletext><span id=titletextonly>Blue Lamp</span> - <span class=price>$35</span></span></h1>",
            35.0,
        ),
    ];
    for (address, body, price) in cases {
        let host = Url::parse(address).expect("an address").host_str().map(str::to_owned).unwrap_or_default();
        let rules = ShopRules::built_in();
        assert!(rules.of_host(&host).is_some(), "{host}");
        let found = product(rules, address, &format!("<title>Blue Lamp</title><body>{body}"), None);
        assert_eq!((found.title.as_str(), found.price), ("Blue Lamp", Some(price)), "{address}");
        assert_eq!(found.extraction_metadata["price"].source, crate::extract::Source::Shop, "{address}");
    }
}
