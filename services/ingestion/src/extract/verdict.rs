//! Is this a product page at all? Asked before anything is believed, and answered with evidence.
//!
//! Walls and errors first: they are short and say what they are. Then whatever proves a product; then what else
//! the page may be. A page that proves nothing is never a product.

mod address;
mod own;

use super::candidate::{Candidate, Candidates, Value};
use super::dom::{Dom, Tag};
use super::money;
use super::product::{Availability, Field, Refusal, Source, Verdict};
use super::sources::microdata;
use super::view::View;
use super::words;
use address::Address;

/// Visible bytes of a page that has little to say besides being a wall.
const SHORT: usize = 2_500;
/// Visible bytes of a page that rendered nothing.
const EMPTY: usize = 250;
/// Bytes of a line that is no label or link.
const SENTENCE: usize = 60;

fn refuse(verdict: Verdict, evidence: impl Into<String>) -> Refusal {
    Refusal { verdict, evidence: evidence.into() }
}

/// What the response alone tells.
pub(super) fn of_response(html: &str, status: Option<u16>, content_type: Option<&str>) -> Option<Refusal> {
    if let Some(status @ (404 | 410)) = status {
        return Some(refuse(Verdict::NotFound, format!("status {status}")));
    }
    let kind =
        content_type.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if let Some(kind) =
        kind.filter(|kind| !kind.is_empty() && !kind.contains("html") && !kind.contains("xml"))
    {
        return Some(refuse(Verdict::NotHtml, format!("content type {kind}")));
    }
    let start = html.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let has_tag = html.contains('<') && html.contains('>');
    if start.starts_with("%PDF")
        || (!start.is_empty() && !has_tag)
        || (start.starts_with(['{', '[']) && !html.contains("</"))
    {
        return Some(refuse(Verdict::NotHtml, "the document has no element"));
    }
    None
}

/// What the page tells.
pub(super) fn of_page(view: &View<'_>, found: &Candidates, status: Option<u16>) -> Option<Refusal> {
    let page = Signs::of(view, found);
    let proven = page.proves_product(view, found);
    wall(view, &page, status, proven).or_else(|| if proven { None } else { Some(other(view, &page)) })
}

/// Trust in a word about the stock that stands near the headline and that nothing around it contradicts.
const SAID_NEARBY: f64 = 0.8;

/// Trust in a visible price from which on it is taken for one without markup.
const LIKELY: f64 = 0.5;

/// What the decision is made from.
struct Signs {
    /// Lowercase `title` and headline.
    titles: String,
    /// Lowercase visible text of a short page.
    short_text: Option<String>,
    visible_bytes: usize,
    marked_product: Option<&'static str>,
    priced_lines: usize,
    buy_buttons: usize,
    /// The same two outside the frame and the recommendations.
    own_priced: usize,
    own_buttons: usize,
    /// Those of them that lead to no other site.
    own_orders: usize,
    address: Address,
}

impl Signs {
    fn of(view: &View<'_>, found: &Candidates) -> Signs {
        let headline = view.regions.headline().map(|node| view.dom.text(node, 300)).unwrap_or_default();
        let titles = format!("{} \n {headline}", view.document_title().unwrap_or_default()).to_lowercase();
        let text = view.flow.text();
        Signs {
            titles,
            short_text: (text.len() < SHORT).then(|| text.to_lowercase()),
            visible_bytes: text.len(),
            marked_product: marked_product(view, found),
            priced_lines: priced_lines(text),
            buy_buttons: view.flow.buy_buttons().iter().filter(|button| !button.disabled).count(),
            own_priced: own::priced(view),
            own_buttons: own::buttons(view),
            own_orders: own::orders(view),
            address: address::of(view),
        }
    }

    /// Markup that names a product, or a title and an amount that can be ordered.
    fn proves_product(&self, view: &View<'_>, found: &Candidates) -> bool {
        let on_product_path = view.shop.is_none_or(|shop| shop.may_be_product_path(view.url.path()));
        if self.marked_product.is_some() {
            return !is_review(view, self.own_orders);
        }
        // a front has its deal of the day
        let is_front = address::is_first_page(view) && !own::is_named(view) && self.priced_lines > 4;
        if self.address != Address::Unknown || !on_product_path || is_front {
            return false;
        }
        let visible = || found.of(Field::Price).filter(|c| c.source == Source::Visible);
        let best = visible().max_by(|a, b| a.trust.total_cmp(&b.trust));
        let Some(best) = best.filter(|best| best.trust >= LIKELY) else {
            return self.is_sold_out(view, found) || self.is_ordered(view, found);
        };
        // a list repeats the element that its prices stand in
        let alike =
            visible().filter(|other| other.place == best.place && other.trust > best.trust - 0.1).count();
        let stands_out = self.buy_buttons == 1 || alike < 4;
        let is_article = is_article(view);
        let sold = self.buy_buttons > 0 || (!is_article && (best.trust >= 0.6 || self.priced_lines <= 2));
        (stands_out && sold && found.of(Field::Title).next().is_some())
            || self.is_sold_out(view, found)
            || self.is_ordered(view, found)
    }

    /// A headline that the titles repeat, one buy button that is its own, and the address of a product or a
    /// word about the stock: a page whose price has not come yet, or is written as nothing else reads it.
    fn is_ordered(&self, view: &View<'_>, found: &Candidates) -> bool {
        const TOLD: f64 = 0.6;
        let seen = |told: &Candidate| told.source == Source::Visible && told.trust >= TOLD;
        let told = found.of(Field::Availability).any(seen);
        own::is_named(view)
            && !address::is_first_page(view)
            && self.own_buttons == 1
            && !is_article(view)
            && (address::is_product(view) || told)
    }

    /// A headline, and near it nothing that can be bought but the word that it is gone.
    fn is_sold_out(&self, view: &View<'_>, found: &Candidates) -> bool {
        const SOLD_OUT: Value = Value::Availability(Availability::OutOfStock);
        let is_gone = found.of(Field::Availability).any(|told| {
            told.source == Source::Visible && told.value == SOLD_OUT && told.trust >= SAID_NEARBY
        });
        is_gone
            && self.own_buttons == 0
            && self.own_priced <= 3
            && !is_article(view)
            && own::is_named(view)
            && !address::is_first_page(view)
            && found.of(Field::Title).next().is_some()
    }

    /// The phrase in the titles or, on a short page that proves no product, anywhere.
    fn says(&self, phrases: &words::Phrases, proven: bool) -> Option<String> {
        let short = self.short_text.as_ref().filter(|_| !proven);
        let text = [Some(&self.titles), short].into_iter().flatten();
        text.filter_map(|text| phrases.find(text).and_then(|range| text.get(range))).map(str::to_owned).next()
    }
}

/// Structured data, or the shop's own title on the address of a product.
fn marked_product(view: &View<'_>, found: &Candidates) -> Option<&'static str> {
    let listing = address::of(view) == Address::Listing;
    let shop_title = found.has(Field::Title, Source::Shop);
    let product_path = view.shop.is_some_and(|shop| shop.is_product_path(view.url.path()));
    if shop_title && (product_path || found.has(Field::Price, Source::Shop)) && !listing {
        return Some("the shop's own product title");
    }
    if listing {
        return None;
    }
    let offered = |source| found.has(Field::Price, source) || found.has(Field::Availability, source);
    if found.has(Field::Title, Source::JsonLd)
        && (offered(Source::JsonLd) || view.entities.product_count() == 1)
    {
        return Some("JSON-LD product");
    }
    if found.has(Field::Title, Source::Microdata)
        && offered(Source::Microdata)
        && microdata::main_product(view).is_some()
    {
        return Some("microdata product");
    }
    let kind = view.meta("og:type").unwrap_or_default().to_ascii_lowercase();
    let is_product = kind.contains("product") && !kind.contains("group");
    if found.has(Field::Price, Source::Meta)
        || (is_product && (found.of(Field::Price).next().is_some() || is_sold_out(found)))
    {
        return Some("Open Graph product");
    }
    None
}

fn is_sold_out(found: &Candidates) -> bool {
    found
        .of(Field::Availability)
        .any(|c| c.value == Value::Availability(Availability::OutOfStock) && c.trust > 0.4)
}

/// Short lines that hold an amount with a currency: a product has some, a list has many.
fn priced_lines(text: &str) -> usize {
    const ENOUGH: usize = 100;
    let short = text.lines().filter(|line| line.len() < 60 && line.chars().any(char::is_numeric));
    short.filter(|line| !money::find(line).is_empty()).take(ENOUGH).count()
}

/// Robot tests, refusals, logins and missing pages. Markup of a product outweighs words; a visible price and a
/// buy button outweigh all but the titles, for pages have forms with captchas and speak of what is forbidden.
fn wall(view: &View<'_>, page: &Signs, status: Option<u16>, proven: bool) -> Option<Refusal> {
    if proven && page.marked_product.is_some() && page.visible_bytes >= EMPTY {
        return None;
    }
    let says = |verdict, phrases: &words::Phrases| {
        page.says(phrases, proven).map(|said| refuse(verdict, format!("the page says \"{said}\"")))
    };
    if let Some(refusal) = says(Verdict::Captcha, &words::CAPTCHA) {
        return Some(refusal);
    }
    if !proven {
        let mark = wall_mark(view.dom).filter(|_| page.visible_bytes < 2 * SHORT);
        if let Some(mark) = mark {
            return Some(refuse(Verdict::Captcha, format!("the page holds a {mark}")));
        }
        if let Some(refusal) = says(Verdict::Blocked, &words::BLOCKED).filter(|_| page.short_text.is_some()) {
            return Some(refusal);
        }
        if let Some(status @ (401 | 403 | 429 | 503)) = status {
            return Some(refuse(Verdict::Blocked, format!("status {status}")));
        }
        if let Some(refusal) = login(view, page) {
            return Some(refusal);
        }
    }
    // a list's text may speak of what was not found
    let titled = words::NOT_FOUND.occur_in(&page.titles);
    says(Verdict::NotFound, &words::NOT_FOUND).filter(|_| titled || page.priced_lines < 3)
}

/// Elements that robot tests are made of.
fn wall_mark(dom: &Dom) -> Option<&'static str> {
    const MARKS: [(&str, &str); 6] = [
        ("px-captcha", "px-captcha"),
        ("validatecaptcha", "validateCaptcha"),
        ("cf-challenge", "cf-challenge"),
        ("challenge-form", "challenge-form"),
        ("captcha-delivery", "captcha-delivery"),
        ("geetest", "geetest"),
    ];
    let names = dom
        .all()
        .flat_map(|node| ["id", "action", "src"].into_iter().filter_map(move |name| dom.attr(node, name)));
    let mut short = names.filter(|value| value.len() < 300);
    short.find_map(|value| {
        let lower = value.to_ascii_lowercase();
        MARKS.iter().find(|(mark, _)| lower.contains(mark)).map(|(_, name)| *name)
    })
}

fn login(view: &View<'_>, page: &Signs) -> Option<Refusal> {
    let dom = view.dom;
    let password = dom.all().any(|n| {
        dom.tag(n) == Tag::Input && dom.attr(n, "type") == Some("password") && !view.regions.is_hidden(n)
    });
    let in_title = words::LOGIN.find(&page.titles).is_some();
    let path = view.url.path().to_ascii_lowercase();
    let addressed = ["login", "signin", "sign-in", "/ap/"].iter().any(|part| path.contains(part));
    let wall = password && page.short_text.is_some() && (in_title || addressed || page.priced_lines == 0);
    wall.then(|| refuse(Verdict::LoginWall, "the page asks for a password and shows no product"))
}

fn is_article(view: &View<'_>) -> bool {
    let types = ["article", "newsarticle", "blogposting", "reportagenewsarticle", "techarticle", "review"];
    view.meta("og:type").is_some_and(|kind| kind.eq_ignore_ascii_case("article"))
        || view.entities.has_type(&types)
}

/// An article by its markup and by its card that nothing can be ordered on: the product in its markup is the one
/// that it tells of. A shop's system may call every page an article, in one of the two.
fn is_review(view: &View<'_>, own_orders: usize) -> bool {
    const TYPES: [&str; 8] = [
        "article",
        "newsarticle",
        "blogposting",
        "reportagenewsarticle",
        "reviewnewsarticle",
        "analysisnewsarticle",
        "techarticle",
        "review",
    ];
    let carded = view.meta("og:type").is_some_and(|kind| kind.eq_ignore_ascii_case("article"))
        || view.meta("article:published_time").is_some();
    own_orders == 0 && carded && view.entities.has_type(&TYPES)
}

/// Sentences outside the frame, in bytes.
fn prose(view: &View<'_>, shortest: usize) -> usize {
    view.flow.text().lines().filter(|line| line.len() > shortest).map(str::len).sum()
}

/// What a page without a product is.
fn other(view: &View<'_>, page: &Signs) -> Refusal {
    let lists = ["itemlist", "searchresultspage", "collectionpage", "offercatalog"];
    if matches!(page.address, Address::Listing | Address::Category) {
        return refuse(Verdict::Listing, "the address is one of a search or a category");
    }
    if is_article(view) {
        return refuse(Verdict::Article, "the page's markup calls it an article");
    }
    if page.priced_lines >= 8 || page.buy_buttons >= 4 {
        return refuse(
            Verdict::Listing,
            format!("{} prices and no product that stands out", page.priced_lines),
        );
    }
    if page.visible_bytes < EMPTY {
        return refuse(Verdict::EmptyShell, format!("{} bytes of visible text", page.visible_bytes));
    }
    if view.entities.has_type(&lists) || words::LISTING.occur_in(&page.titles) {
        return refuse(Verdict::Listing, "the page calls itself a list");
    }
    let long = prose(view, 160);
    if long > 1_200 {
        return refuse(Verdict::Article, format!("{long} bytes of prose and no product"));
    }
    if page.priced_lines >= 3 {
        return refuse(
            Verdict::Listing,
            format!("{} prices and no product that stands out", page.priced_lines),
        );
    }
    // a short post: a shell has neither a headline nor sentences
    let short = prose(view, SENTENCE);
    if view.regions.headline().is_some() && short > 2 * EMPTY && short * 2 > page.visible_bytes {
        return refuse(Verdict::Article, format!("a headline, {short} bytes of sentences and no product"));
    }
    if page.visible_bytes < SHORT {
        return refuse(
            Verdict::EmptyShell,
            format!("{} bytes of visible text and no price", page.visible_bytes),
        );
    }
    refuse(Verdict::Article, "no product and no price")
}

#[cfg(test)]
mod tests;
