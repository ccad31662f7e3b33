//! One parsed page, as all sources look at it.

use std::cell::OnceCell;
use std::collections::HashMap;

use url::Url;

use super::Page;
use super::dom::{Dom, NodeId, Tag};
use super::flow::Flow;
use super::layout::Looks;
use super::money::{Currency, Locale, Sign};
use super::product::{Field, Marketplace};
use super::regions::Regions;
use super::shops::Shop;
use super::sources::jsonld::{self, Entities};
use super::specs::{self, Table};

#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) dom: &'a Dom,
    pub(super) regions: Regions,
    pub(super) looks: Looks<'a>,
    pub(super) flow: Flow,
    /// What relative addresses are relative to.
    pub(super) base: Url,
    pub(super) url: &'a Url,
    pub(super) locale: Locale,
    pub(super) marketplace: Marketplace,
    pub(super) shop: Option<&'a Shop>,
    pub(super) entities: Entities,
    /// `meta` name or property → contents, in document order.
    metas: HashMap<String, Vec<&'a str>>,
    table: OnceCell<Table>,
}

impl<'a> View<'a> {
    pub(super) fn of(
        dom: &'a Dom,
        page: &Page<'a>,
        marketplace: Marketplace,
        shop: Option<&'a Shop>,
    ) -> View<'a> {
        let url = page.url;
        let metas = metas_of(dom);
        let head = || dom.all().take(HEAD_NODES);
        let language = head().find(|n| dom.tag(*n) == Tag::Html).and_then(|n| dom.filled_attr(n, "lang"));
        let base = head().filter(|n| dom.tag(*n) == Tag::Base).find_map(|n| dom.filled_attr(n, "href"));
        let base =
            base.and_then(|href| url.join(href).ok()).filter(Url::has_host).unwrap_or_else(|| url.clone());
        let entities = jsonld::entities(dom);
        let locale = Locale::of(url.host_str().unwrap_or_default(), url.path(), language);
        let looks = Looks::of(dom, page.layout);
        let mut regions = Regions::of(dom);
        looks.correct(dom, &mut regions);
        let flow = Flow::of(dom, &regions);
        let mut view = View {
            dom,
            regions,
            looks,
            flow,
            base,
            url,
            locale,
            marketplace,
            shop,
            entities,
            metas,
            table: OnceCell::new(),
        };
        view.locale = locale.declaring(view.declared_currency());
        view
    }

    /// Of a page whose shop has no rules.
    #[cfg(test)]
    pub(super) fn new(dom: &'a Dom, url: &'a Url, marketplace: Marketplace) -> View<'a> {
        View::of(dom, &Page::new("", url), marketplace, None)
    }

    /// The contents of the `meta` elements of that name or property (lowercase).
    pub(super) fn metas(&self, name: &str) -> &[&'a str] {
        self.metas.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn meta(&self, name: &str) -> Option<&'a str> {
        self.metas(name).first().copied()
    }

    /// Absolute and http(s); `None` for data URLs, fragments and nonsense.
    pub(super) fn absolute(&self, address: &str) -> Option<Url> {
        const LONGEST: usize = 4_096;
        let address = address.trim();
        if address.is_empty() || address.len() > LONGEST || address.starts_with('#') {
            return None;
        }
        let url = self.base.join(address).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
    }

    /// The text of `title`, of which there is one; those in pictures do not count.
    pub(super) fn document_title(&self) -> Option<String> {
        let is_pictures =
            |node: &NodeId| self.dom.ancestors(*node).take(3).any(|up| self.dom.tag(up) == Tag::Svg);
        let title = self.dom.all().filter(|n| self.dom.tag(*n) == Tag::Title).find(|n| !is_pictures(n))?;
        Some(self.dom.text(title, 1_000)).filter(|text| !text.is_empty())
    }

    /// The rows of the page's tables of properties.
    pub(super) fn rows(&self) -> &[(String, String)] {
        &self.table().pairs
    }

    /// The same with the headings that they stand under.
    pub(super) fn table(&self) -> &Table {
        self.table.get_or_init(|| specs::table(self))
    }

    /// Whether the shop's rules know all places of the field, so that nothing else is asked.
    pub(super) fn is_authoritative(&self, field: Field) -> bool {
        self.shop.is_some_and(|shop| shop.authoritative.contains(&field))
    }

    /// The one currency that the page's markup names, if all of it agrees.
    fn declared_currency(&self) -> Option<Currency> {
        let meta =
            ["product:price:currency", "og:price:currency"].into_iter().flat_map(|name| self.metas(name));
        let microdata = self.dom.all().filter(|n| self.dom.attr(*n, "itemprop") == Some("priceCurrency"));
        let microdata = microdata.filter_map(|n| self.dom.filled_attr(n, "content"));
        let mut named =
            meta.copied().chain(microdata).take(50).filter_map(|text| Sign::parse(text)?.single());
        let first = named.next().or_else(|| self.entities.currency())?;
        named.all(|other| other == first).then_some(first)
    }
}

/// Nodes among which `html` and `base` are looked for.
const HEAD_NODES: usize = 2_000;

fn metas_of(dom: &Dom) -> HashMap<String, Vec<&str>> {
    const MOST: usize = 1_000;
    let mut metas: HashMap<String, Vec<&str>> = HashMap::new();
    for node in dom.all().filter(|node| dom.tag(*node) == Tag::Meta).take(MOST) {
        let name = dom.filled_attr(node, "property").or_else(|| dom.filled_attr(node, "name"));
        if let (Some(name), Some(content)) = (name, dom.filled_attr(node, "content")) {
            metas.entry(name.to_ascii_lowercase()).or_default().push(content);
        }
    }
    metas
}
