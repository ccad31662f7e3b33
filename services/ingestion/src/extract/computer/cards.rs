//! Elements that show another product each: like their neighbours, and each with a price.

use std::collections::{HashMap, HashSet};

use super::super::dom::NodeId;
use super::super::money;
use super::super::view::View;

/// Cards of other products, by shape: recommendations that no heading and no name tells of.
pub(super) fn cards(view: &View<'_>) -> HashSet<NodeId> {
    const FEWEST: usize = 3;
    const LEVELS: usize = 5;
    const SHORT: usize = 60;
    const MOST: usize = 1_000;
    let dom = view.dom;
    let texts = dom.all().filter(|node| dom.is_text(*node));
    let digits = texts.filter(|node| {
        let text = dom.characters(*node);
        text.len() < SHORT && text.chars().any(char::is_numeric)
    });
    let amounts = digits.take(MOST).filter(|node| !money::find(dom.characters(*node)).is_empty());
    // parent, name and class → children with an amount
    let mut alike: HashMap<(NodeId, &str, &str), Vec<NodeId>> = HashMap::new();
    for amount in amounts {
        let around = dom.ancestors(amount).take(LEVELS).filter(|node| !dom.tag(*node).is_heading());
        for node in around {
            let Some(parent) = dom.parent(node) else { break };
            let class = dom.attr(node, "class").unwrap_or_default();
            let children = alike.entry((parent, dom.name(node), class)).or_default();
            if children.last() != Some(&node) {
                children.push(node);
            }
        }
    }
    let headline = view.regions.headline();
    let is_own = |node: &NodeId| headline.is_some_and(|headline| dom.contains(*node, headline));
    let several =
        alike.into_values().filter(|children| children.len() >= FEWEST && !children.iter().any(is_own));
    several.flatten().collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::cards;
    use crate::extract::dom::Dom;
    use crate::extract::product::Marketplace;
    use crate::extract::view::View;

    #[test]
    fn priced_neighbours_are_other_products() {
        let url = Url::parse("https://shop.example/").expect("a valid address");
        let count = |html: &str| {
            let dom = Dom::parse(html);
            cards(&View::new(&dom, &url, Marketplace::Other)).len()
        };
        let card = "<a class=t><span>RTX 4060 card</span><b>$299.00</b></a>";
        let own = "<h1>PC</h1><p>$999.00</p>";
        assert_eq!(count(&format!("{own}<div>{}</div>", card.repeat(3))), 3);
        assert_eq!(count(&format!("{own}<div>{}</div>", card.repeat(2))), 0);
        assert_eq!(count(&format!("{own}<ul><li>16 GB<li>1 TB<li>RTX 4060</ul>")), 0);
        assert_eq!(count(&format!("<div><div>{own}</div><div>$1</div><div>$2</div></div>")), 0);
    }
}
