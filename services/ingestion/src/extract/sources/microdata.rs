//! Microdata, and RDFa's `typeof`/`property` where it is used alike: the properties inside the product's scope.

use super::super::candidate::Candidates;
use super::super::dom::{Dom, NodeId, Tag};
use super::super::product::{Field, Source};
use super::super::regions::Region;
use super::super::view::View;
use super::{Place, push_markup};

/// Nodes of one product's scope that are looked at.
const MOST_NODES: usize = 200_000;

/// Properties of one product that are read.
const MOST_PROPERTIES: usize = 500;

/// What an `itemscope` describes, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Product,
    Offer,
    /// Its `name` is the value of the property that it stands for.
    Named(Field),
    /// Reviews, related products, breadcrumbs: not to be read.
    Foreign,
}

fn item_type(dom: &Dom, node: NodeId) -> Option<&str> {
    dom.attr(node, "itemtype").or_else(|| dom.attr(node, "typeof"))
}

fn property(dom: &Dom, node: NodeId) -> Option<&str> {
    dom.attr(node, "itemprop").or_else(|| {
        dom.attr(node, "property")
            .filter(|_| dom.tag(node) != Tag::Meta || dom.attr(node, "content").is_some())
    })
}

fn is_product_type(kind: &str) -> bool {
    kind.split_ascii_whitespace().take(4).any(|kind| {
        let name = kind.rsplit(['/', '#', ':']).next().unwrap_or_default();
        matches!(name, "Product" | "IndividualProduct" | "ProductModel" | "ProductGroup")
    })
}

/// The scopes of products outside recommendations, in document order.
pub(in crate::extract) fn products(view: &View<'_>) -> Vec<NodeId> {
    let dom = view.dom;
    let aside = Region::ASIDE.or(Region::SLIDES);
    let all = dom.all().filter(|node| item_type(dom, *node).is_some_and(is_product_type));
    all.filter(|node| !view.regions.of_node(*node).has(aside)).take(200).collect()
}

/// The product that the page is about: the one that holds the headline, else the first and only outermost.
pub(in crate::extract) fn main_product(view: &View<'_>) -> Option<NodeId> {
    let all = products(view);
    let holds = |h1| all.iter().rev().find(|scope| view.dom.contains(**scope, h1)).copied();
    if let Some(holder) = view.regions.headline().and_then(holds) {
        return Some(holder);
    }
    let mut outermost: Vec<NodeId> = Vec::new();
    for scope in all {
        if !outermost.last().is_some_and(|outer| view.dom.contains(*outer, scope)) {
            outermost.push(scope);
        }
    }
    let size = |scope: &NodeId| view.dom.after(*scope).map_or(view.dom.len(), NodeId::index) - scope.index();
    match outermost.as_slice() {
        [] => None,
        [only] => Some(*only),
        // a page's own product fills it; a list's products are alike
        several => {
            let largest = *several.iter().max_by_key(|scope| size(scope))?;
            let others: usize =
                several.iter().filter(|scope| **scope != largest).map(size).max().unwrap_or(0);
            (size(&largest) > 4 * others).then_some(largest)
        }
    }
}

pub(super) fn collect(view: &View<'_>, found: &mut Candidates) {
    let Some(product) = main_product(view) else { return };
    let properties = properties(view.dom, product);
    let currency = properties
        .iter()
        .find(|(name, _, _)| *name == "priceCurrency")
        .map(|(_, node, _)| value(view.dom, *node));
    for (name, node, scope) in &properties {
        if !view.regions.of_node(*node).has(Region::ASIDE.or(Region::OLD)) {
            push(view, name, *node, *scope, currency.as_deref(), found);
        }
    }
}

/// Every property in the product's own scope and those of its offers, with the scope that it is in.
fn properties(dom: &Dom, product: NodeId) -> Vec<(&str, NodeId, Scope)> {
    let mut scopes: Vec<(NodeId, Scope)> = vec![(product, Scope::Product)];
    let mut found = Vec::new();
    for node in dom.descendants(product).take(MOST_NODES) {
        if found.len() >= MOST_PROPERTIES {
            break;
        }
        while scopes.len() > 1 && scopes.last().is_some_and(|(scope, _)| !dom.contains(*scope, node)) {
            scopes.pop();
        }
        let Some((_, scope)) = scopes.last().copied() else { break };
        let property = property(dom, node);
        let opens = dom.attr(node, "itemscope").is_some() || dom.attr(node, "typeof").is_some();
        if opens {
            scopes.push((node, inner_scope(scope, property, item_type(dom, node))));
        } else if let Some(property) = property {
            found.extend(property.split_ascii_whitespace().take(4).map(|name| (name, node, scope)));
        }
    }
    found
}

fn inner_scope(outer: Scope, property: Option<&str>, kind: Option<&str>) -> Scope {
    let kind = kind.unwrap_or_default();
    if outer == Scope::Foreign {
        return Scope::Foreign;
    }
    match property.map(|p| p.rsplit(':').next().unwrap_or_default()) {
        Some("offers" | "priceSpecification") => Scope::Offer,
        Some("brand" | "manufacturer") => Scope::Named(Field::Manufacturer),
        Some("seller" | "offeredBy") => Scope::Named(Field::Seller),
        None if kind.ends_with("Offer") => Scope::Offer,
        _ => Scope::Foreign,
    }
}

/// What HTML says is the value of a property.
fn value(dom: &Dom, node: NodeId) -> String {
    const LONGEST: usize = 8_000;
    let attribute = match dom.tag(node) {
        Tag::Img | Tag::Iframe | Tag::Embed | Tag::Audio | Tag::Video | Tag::Source | Tag::Track => "src",
        Tag::A | Tag::Link | Tag::Area => "href",
        Tag::Object => "data",
        Tag::Data | Tag::Meter => "value",
        Tag::Time => "datetime",
        _ => "content",
    };
    let stated = dom.filled_attr(node, "content").or_else(|| dom.filled_attr(node, attribute));
    stated.map_or_else(|| dom.text(node, LONGEST), str::to_owned)
}

fn push(
    view: &View<'_>,
    name: &str,
    node: NodeId,
    scope: Scope,
    currency: Option<&str>,
    found: &mut Candidates,
) {
    let name = name.rsplit(':').next().unwrap_or_default();
    let (field, trust) = match (scope, name) {
        (Scope::Product, "name") => (Field::Title, 0.8),
        (Scope::Product, "description") => (Field::Description, 0.75),
        (Scope::Product, "brand" | "manufacturer") => (Field::Manufacturer, 0.85),
        (Scope::Product, "mpn" | "model") => (Field::ModelNumber, 0.85),
        (Scope::Product | Scope::Offer, "gtin" | "gtin8" | "gtin12" | "gtin13" | "gtin14" | "isbn") => {
            (Field::Gtin, 0.85)
        }
        (Scope::Product | Scope::Offer, "sku") => {
            let sku = value(view.dom, node);
            found.push_text(Field::Sku, &sku, Source::Microdata, "itemprop=sku", 0.8);
            (Field::VendorItemId, 0.75)
        }
        (Scope::Product, "productID") => (Field::VendorItemId, 0.75),
        (Scope::Product, "image") => return push_image(view, node, found),
        (Scope::Product | Scope::Offer, "price" | "lowPrice") => (Field::Price, 0.82),
        (Scope::Product | Scope::Offer, "highPrice") => (Field::Price, 0.4),
        (Scope::Product | Scope::Offer, "availability") => (Field::Availability, 0.75),
        (Scope::Product | Scope::Offer, "itemCondition") => (Field::Condition, 0.8),
        (Scope::Offer, "seller") => (Field::Seller, 0.75),
        (Scope::Named(field), "name" | "brand") => (field, 0.85),
        _ => return,
    };
    let value = match field {
        // the name of a brand that is a link is its text
        Field::Manufacturer | Field::Title if view.dom.tag(node) == Tag::A => view.dom.text(node, 500),
        _ => value(view.dom, node),
    };
    push_markup(
        found,
        field,
        &value,
        currency,
        Place { source: Source::Microdata, name: &format!("itemprop={name}"), trust },
    );
}

fn push_image(view: &View<'_>, node: NodeId, found: &mut Candidates) {
    let address = match view.dom.tag(node) {
        Tag::Img => super::visible::image_address(view, node),
        _ => view.absolute(&value(view.dom, node)),
    };
    if let Some(url) = address {
        found.push_text(Field::Image, url.as_str(), Source::Microdata, "itemprop=image", 0.8);
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::extract::candidate::{Candidates, Value};
    use crate::extract::dom::Dom;
    use crate::extract::product::{Field, Marketplace};
    use crate::extract::view::View;

    fn candidates(html: &str) -> Candidates {
        let dom = Dom::parse(html);
        let url = Url::parse("https://shop.example/blue").expect("a valid address");
        let view = View::new(&dom, &url, Marketplace::Other);
        let mut found = Candidates::default();
        super::collect(&view, &mut found);
        found
    }

    fn prices(found: &Candidates) -> Vec<f64> {
        found
            .of(Field::Price)
            .filter_map(|c| if let Value::Money { amount, .. } = c.value { Some(amount) } else { None })
            .collect()
    }

    #[test]
    fn properties_belong_to_their_scope() {
        let found = candidates(
            "<div itemscope itemtype='http://schema.org/Product'><h1 itemprop=name>Lamp</h1>
             <div itemprop=offers itemscope itemtype='http://schema.org/Offer'>
               <meta itemprop=priceCurrency content=GBP><span itemprop=price content='12.50'>from £11</span></div>
             <div itemprop=review itemscope><span itemprop=name>Bad</span><span itemprop=price>1.00</span></div>
             <div class=related><div itemscope itemtype='http://schema.org/Product'><b itemprop=price>£9</b></div></div></div>",
        );
        assert_eq!(prices(&found), [12.5]);
        assert_eq!(found.of(Field::Title).count(), 1);
    }

    #[test]
    fn a_list_of_products_has_no_main_one() {
        let item = "<div itemscope itemtype='http://schema.org/Product'><b itemprop=name>A</b><b itemprop=price>£9</b></div>";
        assert!(prices(&candidates(&item.repeat(5))).is_empty());
    }
}
