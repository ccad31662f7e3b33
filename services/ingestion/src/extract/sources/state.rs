//! What a page's scripts are given: the state of single-page applications, the product of shop systems, the
//! events of analytics, the variations of `WooCommerce`. Nothing is run.

mod literal;
mod product;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::Value as Json;

use super::super::candidate::{Candidate, Candidates, Value};
use super::super::dom::{NodeId, Tag};
use super::super::product::{Field, Source};
use super::super::view::View;
use product::Priced;

/// Script text that is read in one page.
const MOST_BYTES: usize = 768 << 10;
/// Scripts and assignments that are read in one page.
const MOST_VALUES: usize = 40;

/// What stands before data in a script, and how far the data is believed.
const MARKERS: &[(&str, f64)] = &[
    ("__INITIAL_STATE__", 0.6),
    ("__PRELOADED_STATE__", 0.6),
    ("__APOLLO_STATE__", 0.55),
    ("__STATE__", 0.55),
    ("__NEXT_DATA__", 0.6),
    ("dataLayer.push(", 0.55),
    ("dataLayer =", 0.55),
    ("dataLayer=", 0.55),
    ("'view_item'", 0.55),
    ("\"view_item\"", 0.55),
    ("'ViewContent'", 0.5),
];

static MARKED: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(MARKERS.iter().map(|(marker, _)| *marker)).ok());

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    if is_settled(found) {
        return;
    }
    let titles = super::visible::titles(view);
    let slug =
        view.url.path_segments().and_then(|mut all| all.rfind(|part| !part.is_empty())).unwrap_or_default();
    let (mut bytes, mut values) = (MOST_BYTES, MOST_VALUES);
    let scripts = view.dom.all().filter(|node| view.dom.tag(*node) == Tag::Script);
    for script in scripts {
        let Some(text) = view.dom.children(script).next().map(|node| view.dom.characters(node)) else {
            continue;
        };
        let kind = view.dom.attr(script, "type").unwrap_or_default();
        if kind.contains("ld+json") || text.len() > bytes || values == 0 {
            continue;
        }
        if kind.contains("json") {
            bytes -= text.len();
            values -= 1;
            if let Some(data) = literal::read(text) {
                push(product::find(&data, &titles, slug), "script", 0.6, found);
            }
            continue;
        }
        let Some(markers) = MARKED.as_ref() else { continue };
        for hit in markers.find_iter(text).take(values) {
            let (marker, trust) = MARKERS[hit.pattern().as_usize()];
            let rest = text.get(hit.end()..).unwrap_or_default();
            let start = rest.get(..rest.floor_char_boundary(60)).and_then(|head| head.find(['{', '[']));
            let Some(rest) = start.and_then(|start| rest.get(start..)).filter(|_| bytes > 0) else {
                continue;
            };
            values -= 1;
            bytes = bytes.saturating_sub(rest.len());
            if let Some(data) = literal::read(rest) {
                push(product::find(&data, &titles, slug), marker, trust, found);
            }
        }
    }
    chosen_variation(view, found);
}

/// Whether markup and what is seen agree: large states are then not worth their reading.
fn is_settled(found: &Candidates) -> bool {
    const PLAIN: f64 = 0.7;
    let seen = found.of(Field::Price).filter(|c| c.source == Source::Visible && c.trust >= PLAIN).take(4);
    let is_named = |seen: &Candidate| {
        found.of(Field::Price).any(|other| other.source != Source::Visible && other.is_amount_of(seen))
    };
    seen.into_iter().any(is_named)
}

fn push(priced: Option<Priced>, place: &str, trust: f64, found: &mut Candidates) {
    let Some(Priced { price, list_price, sign }) = priced else { return };
    found.push(Field::Price, Value::Money { amount: price, sign }, Source::State, place, trust);
    if let Some(amount) = list_price {
        found.push(Field::ListPrice, Value::Money { amount, sign }, Source::State, place, trust * 0.8);
    }
}

/// The variation whose attributes are those that the form's selects have chosen.
fn chosen_variation(view: &View<'_>, found: &mut Candidates) {
    const LONGEST: usize = 512 << 10;
    let dom = view.dom;
    let form = dom.all().find_map(|node| Some((node, dom.filled_attr(node, "data-product_variations")?)));
    let Some((form, variations)) = form.filter(|(_, variations)| variations.len() < LONGEST) else { return };
    let Ok(Json::Array(variations)) = serde_json::from_str(variations) else { return };
    let chosen = chosen_options(view, form);
    let fits = |variation: &&Json| {
        let attributes = variation.get("attributes").and_then(Json::as_object);
        attributes.is_some_and(|attributes| {
            !attributes.is_empty()
                && attributes.iter().all(|(name, value)| {
                    let own = chosen.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
                    // an empty value stands for any
                    own.is_some_and(|own| {
                        value.as_str().is_some_and(|value| value.is_empty() || value == own)
                    })
                })
        })
    };
    let Some(variation) = variations.iter().find(fits) else { return };
    let amount = |key| product::amount(variation.get(key)?, false);
    let Some(price) = amount("display_price") else { return };
    let list_price = amount("display_regular_price").filter(|listed| *listed > price);
    push(Some(Priced { price, list_price, sign: None }), "data-product_variations", 0.78, found);
}

/// Name and value of every select's chosen option.
fn chosen_options<'a>(view: &View<'a>, form: NodeId) -> Vec<(&'a str, &'a str)> {
    const MOST_NODES: usize = 4_000;
    const MOST: usize = 20;
    let dom = view.dom;
    let selects =
        dom.descendants(form).take(MOST_NODES).filter(|node| dom.tag(*node) == Tag::Select).take(MOST);
    let chosen = selects.filter_map(|select| {
        let mut options = dom.descendants(select).take(400).filter(|node| dom.tag(*node) == Tag::Option);
        let option = options.find(|option| dom.attr(*option, "selected").is_some())?;
        Some((dom.filled_attr(select, "name")?, dom.filled_attr(option, "value")?))
    });
    chosen.collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::candidate::{Candidates, Value};
    use crate::extract::dom::Dom;
    use crate::extract::product::{Field, Marketplace};
    use crate::extract::view::View;

    fn prices(body: &str) -> Vec<f64> {
        let dom = Dom::parse(&format!("<h1>Blue Lamp</h1>{body}"));
        let url = Url::parse("https://shop.example/blue-lamp").expect("a valid address");
        let view = View::new(&dom, &url, Marketplace::Other);
        let mut found = Candidates::default();
        super::collect(&view, &mut found);
        let amount =
            |value: &Value| if let Value::Money { amount, .. } = value { Some(*amount) } else { None };
        found.of(Field::Price).filter_map(|candidate| amount(&candidate.value)).collect()
    }

    #[test]
    fn scripts_name_the_price() {
        let cases = [
            "<script id=__NEXT_DATA__ type=application/json>{\"a\":{\"name\":\"Blue Lamp\",\"price\":12.5}}</script>",
            "<script>window.__INITIAL_STATE__ = {\"name\":\"Blue Lamp\",\"price\":12.5};</script>",
            "<script>dataLayer.push({'ecommerce':{'items':[{item_name:'Blue Lamp', price:'12.50'}]}});</script>",
            "<script>gtag('event', 'view_item', {items:[{name:'Blue Lamp',price:12.5}]})</script>",
            "<form data-product_variations='[{\"attributes\":{\"attribute_c\":\"red\"},\"display_price\":9},{\"attributes\":{\"attribute_c\":\"blue\"},\"display_price\":12.5}]'>
             <select name=attribute_c><option value=red>R<option value=blue selected>B</select></form>",
        ];
        for body in cases {
            assert_eq!(prices(body), [12.5], "{body}");
        }
        assert!(prices("<script>dataLayer.push({'name': f(), 'price': 1})</script>").is_empty());
    }
}
