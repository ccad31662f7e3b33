//! What an amount is for, by the words, names and controls around it.

use super::super::super::super::dom::{Dom, NodeId, Tag};
use super::super::super::super::regions::Region;
use super::super::super::super::words;
use super::super::Scene;
use super::reading::Seen;

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a buyer pays, as far as its surroundings tell.
    Paid,
    /// The price before a discount: struck out, or called so.
    Former,
    /// The same, but only words say so: a "regular price" may be the only one.
    CalledFormer,
    /// Without the tax that a consumer pays.
    WithoutTax,
    /// The price of a variant that is not chosen.
    NotChosen,
    /// One end of a range of variants' prices.
    Range,
    /// The lowest of the last weeks, which European shops must name beside a discount.
    Lowest,
    /// A rate, a saving, a fee, another's price.
    Other,
}

pub(super) fn kind(scene: &Scene<'_, '_>, seen: &Seen) -> Kind {
    let region = scene.view.regions.of_node(seen.node);
    if words::LOWEST_PRICE.occur_in(&seen.label) || is_followed_by_lowest(seen) {
        Kind::Lowest
    } else if region.has(Region::OLD) {
        Kind::Former
    } else if is_called_former(seen) {
        Kind::CalledFormer
    } else if region.has(Region::TERMS) || is_part_or_saving(seen) || is_for_several(seen) {
        Kind::Other
    } else if is_without_tax(scene.view.dom, seen) {
        Kind::WithoutTax
    } else if choice(scene.view.dom, seen.node) == Choice::NotTaken {
        Kind::NotChosen
    } else {
        Kind::Paid
    }
}

/// The last few words before the amount.
pub(super) fn last_words(line: &str) -> &str {
    const LABEL: usize = 24;
    line.get(line.ceil_char_boundary(line.len().saturating_sub(LABEL))..).unwrap_or_default()
}

fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

fn is_followed_by_lowest(seen: &Seen) -> bool {
    let hit = words::LOWEST_PRICE.find(head(&seen.rest, 30));
    hit.is_some_and(|hit| !is_label_of_next(seen, hit.end))
}

/// Words that run into the next amount are its label, not what this one is: "20 € lowest price of late 15 €".
fn is_label_of_next(seen: &Seen, end: usize) -> bool {
    const LONGEST: usize = 20;
    let tail = seen.rest.get(end..).unwrap_or_default();
    seen.following.is_some() && tail.len() <= LONGEST && !tail.contains([')', ']', ',', ';', '|', '·', '\n'])
}

/// "Buy 5 for 479 € each": what one costs stands elsewhere.
fn is_for_several(seen: &Seen) -> bool {
    words::BUY_SEVERAL.find(&seen.label).is_some_and(|hit| {
        let rest = seen.label.get(hit.end..).unwrap_or_default().trim_start();
        let count = rest.find(|c: char| !c.is_ascii_digit()).and_then(|end| rest.get(..end));
        count.and_then(|count| count.parse::<u32>().ok()).is_some_and(|count| (2..=10_000).contains(&count))
    })
}

fn is_called_former(seen: &Seen) -> bool {
    const ADJACENT: usize = 3;
    let after = |rest: &str| words::LIST_PRICE_SUFFIX.find(rest).is_some_and(|hit| hit.start <= ADJACENT);
    words::LIST_PRICE_LABEL.occur_in(last_words(&seen.label))
        || (seen.following.is_none() && after(&seen.rest))
}

/// "Shipping", "+" and "12 x" before the amount; "/mo" and "off" right after it, unless shipping or tax is
/// free, included or added to it, or the words are the label of what follows ("$15, you save $5").
fn is_part_or_saving(seen: &Seen) -> bool {
    const ADJACENT: usize = 12;
    let follows = words::OTHER_AMOUNT.find(&seen.rest).is_some_and(|hit| {
        let between = seen.rest.get(..hit.start).unwrap_or_default();
        let tail = seen.rest.get(hit.end..).unwrap_or_default().trim_start_matches([' ', ':', '-', '\n']);
        let labels_next = tail.starts_with(char::is_numeric) || (tail.is_empty() && seen.following.is_some());
        hit.start <= ADJACENT
            && !labels_next
            && !between.contains(['+', '%'])
            && !words::INCLUDED.occur_in(between)
    });
    let is_rate = [&seen.rest, &seen.next].iter().any(|text| begins_rate(text));
    follows
        || is_rate
        || words::OTHER_AMOUNT.occur_in(last_piece(&seen.label))
        || is_added(&seen.label)
        || is_multiplied(seen)
}

/// What stands after the last of the marks that part a line.
fn last_piece(label: &str) -> &str {
    label.rsplit(['·', '|', '•', ';', '(']).next().unwrap_or_default()
}

/// "/ 100 g", "per month".
fn begins_rate(text: &str) -> bool {
    const RATES: [&str; 10] =
        ["/", "per ", "a month", "monthly", "pro monat", "im monat", "par mois", "al mes", "por mês", "p/m"];
    let text = text.trim_start_matches(['*', ' ', ')', '\n']);
    RATES.iter().any(|rate| text.starts_with(rate))
}

/// "+ $40".
fn is_added(label: &str) -> bool {
    label.trim_end().trim_end_matches('(').trim_end().ends_with('+')
}

/// "12 x 99,00" and "99,00 x 12": a rate.
fn is_multiplied(seen: &Seen) -> bool {
    const TIMES: [char; 3] = ['x', '×', '✕'];
    let is_count = |text: &str| text.trim_end().ends_with(|c: char| c.is_numeric() || c == '%');
    let before =
        seen.label.trim_end().strip_suffix(TIMES).is_some_and(|text| is_count(text) || text.ends_with(' '));
    let after = seen.rest.trim_start().strip_prefix(TIMES);
    before || after.is_some_and(|text| text.trim_start().starts_with(char::is_numeric))
}

/// Parts of the names of elements that hold a price without tax.
const UNTAXED_NAMES: &[&str] = &[
    "withouttax",
    "without-tax",
    "without_tax",
    "excluding-tax",
    "excl-tax",
    "excl-vat",
    "exclvat",
    "ex-vat",
    "exvat",
    "ex_vat",
    "ex-tax",
    "extax",
    "price-tax",
    "exkl",
    "excl-btw",
    "exbtw",
    "price-ht",
    "price_ht",
    "price-net",
    "netprice",
    "nettopreis",
    "netto-price",
    "tax-excluded",
    "price-excl",
    "price__ex",
];

/// The same as whole words.
const UNTAXED_WORDS: &[&str] = &["net", "nett", "netto", "ht", "exgst", "exclgst", "exmoms"];

fn is_without_tax(dom: &Dom, seen: &Seen) -> bool {
    const LEVELS: usize = 3;
    const ADJACENT: usize = 16;
    let label = last_words(&seen.label);
    let rest = if seen.rest.trim().is_empty() { &seen.next } else { &seen.rest };
    let taxed = words::WITH_TAX.find(rest).map(|hit| hit.start);
    let untaxed = words::WITHOUT_TAX.find(rest).filter(|hit| hit.start <= ADJACENT);
    // tax makes it more: before a lower amount the words are the label of that
    let is_next = |end: usize| {
        seen.following.is_some_and(|next| next < seen.found.amount) && is_label_of_next(seen, end)
    };
    if let Some(untaxed) = untaxed.filter(|hit| !is_next(hit.end)) {
        return taxed.is_none_or(|taxed| untaxed.start < taxed);
    }
    if taxed.is_some_and(|taxed| taxed <= ADJACENT) {
        return false;
    }
    let is_untaxed = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
        UNTAXED_NAMES.iter().any(|part| lower.contains(part))
            || words.any(|word| UNTAXED_WORDS.contains(&word))
    };
    let named = |node: NodeId| ["class", "id"].iter().filter_map(|key| dom.attr(node, key)).any(is_untaxed);
    words::WITHOUT_TAX.occur_in(label)
        || std::iter::once(seen.node).chain(dom.ancestors(seen.node)).take(LEVELS).any(named)
}

/// Whether an amount belongs to one of several options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    None,
    Taken,
    NotTaken,
    /// In a link or a label: perhaps another product's or an extra's.
    Doubtful,
}

pub(super) fn choice(dom: &Dom, node: NodeId) -> Choice {
    const LEVELS: usize = 6;
    let mut doubtful = false;
    for up in std::iter::once(node).chain(dom.ancestors(node)).take(LEVELS) {
        if let Some(taken) = is_taken(dom, up) {
            return if taken { Choice::Taken } else { Choice::NotTaken };
        }
        doubtful |= match dom.tag(up) {
            Tag::Select | Tag::Label => true,
            // one without an address is followed by a script, and one that has a name alone goes nowhere
            Tag::A => dom.attr(up, "href").map_or(dom.attr(up, "name").is_none(), |href| !is_here(href)),
            _ => false,
        };
    }
    if doubtful { Choice::Doubtful } else { Choice::None }
}

fn is_here(href: &str) -> bool {
    href.starts_with('#') || href.starts_with("javascript")
}

/// Whether the element is an option that is taken; `None` where it is no option.
fn is_taken(dom: &Dom, node: NodeId) -> Option<bool> {
    if dom.tag(node) == Tag::Option {
        return Some(dom.attr(node, "selected").is_some());
    }
    for name in ["aria-pressed", "aria-checked", "aria-selected"] {
        match dom.attr(node, name) {
            Some("true") => return Some(true),
            Some("false") => return Some(false),
            _ => {}
        }
    }
    if dom.attr(node, "aria-current").is_some_and(|value| value != "false") {
        return Some(true);
    }
    match dom.tag(node) {
        Tag::Label => button_of(dom, node).map(|input| dom.attr(input, "checked").is_some()),
        Tag::A | Tag::Button | Tag::Li => {
            let siblings = || {
                let all = dom.parent(node).into_iter().flat_map(|parent| dom.children(parent));
                all.take(30).filter(|other| dom.tag(*other) == dom.tag(node))
            };
            let taken = is_marked(dom, node);
            (taken || siblings().any(|other| is_marked(dom, other))).then_some(taken)
        }
        _ => is_one_of_several(dom, node),
    }
}

/// Of elements of one class side by side exactly one is marked as selected: options that a script sets.
fn is_one_of_several(dom: &Dom, node: NodeId) -> Option<bool> {
    const MARKS: [&str; 3] = ["selected", "checked", "chosen"];
    const SIBLINGS: usize = 30;
    fn classes(dom: &Dom, node: NodeId) -> impl Iterator<Item = &str> {
        dom.attr(node, "class").unwrap_or_default().split_ascii_whitespace().take(20)
    }
    let is_mark = |name: &str| MARKS.contains(&name.rsplit(['-', '_']).next().unwrap_or_default());
    let shared: Vec<&str> = classes(dom, node).filter(|name| !is_mark(name)).collect();
    let all = dom.children(dom.parent(node)?).take(SIBLINGS);
    let alike = all.filter(|other| {
        dom.tag(*other) == dom.tag(node) && classes(dom, *other).any(|name| shared.contains(&name))
    });
    let marked: Vec<bool> = alike.map(|other| classes(dom, other).any(is_mark)).collect();
    let is_choice = marked.len() > 1 && marked.iter().filter(|marked| **marked).count() == 1;
    is_choice.then(|| classes(dom, node).any(is_mark))
}

/// The radio button inside a label.
fn button_of(dom: &Dom, label: NodeId) -> Option<NodeId> {
    let mut inner = dom.descendants(label).take(12);
    inner.find(|node| dom.tag(*node) == Tag::Input && dom.attr(*node, "type") == Some("radio"))
}

/// Itself or, of an item of a list, what fills it.
fn is_marked(dom: &Dom, node: NodeId) -> bool {
    let mut inner = dom.children(node).filter(|inner| !dom.is_text(*inner));
    let filling = if dom.tag(node) == Tag::Li { inner.next() } else { None };
    let is_current = |node| dom.attr(node, "aria-current").is_some_and(|value| value != "false");
    is_named_marked(dom, node)
        || filling.is_some_and(|inner| is_current(inner) || is_named_marked(dom, inner))
}

fn is_named_marked(dom: &Dom, node: NodeId) -> bool {
    let class = dom.attr(node, "class").unwrap_or_default();
    class.split_ascii_whitespace().take(20).any(|name| {
        // the "current price" is not an option that is current
        let (of, word) = name.rsplit_once(['-', '_']).unwrap_or(("", name));
        !of.to_ascii_lowercase().contains("price")
            && matches!(
                word.to_ascii_lowercase().as_str(),
                "selected" | "sel" | "active" | "current" | "checked" | "chosen"
            )
    })
}
