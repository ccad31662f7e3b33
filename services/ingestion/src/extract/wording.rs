//! Conditions and availabilities from the words for them, in markup and in prose.

use super::product::{Availability, Condition};
use super::words;

/// `https://schema.org/OutOfStock`, `out of stock`, `oos`, `available`.
pub(super) fn availability_of_markup(text: &str) -> Option<Availability> {
    let word = last_word(text);
    if word.contains("preorder") || word.contains("presale") {
        return Some(Availability::Preorder);
    }
    let gone = ["outofstock", "soldout", "discontinued", "unavailable", "notavailable", "oos", "reserved"];
    if gone.iter().any(|gone| word.contains(gone)) {
        return Some(Availability::OutOfStock);
    }
    let there = [
        "instock",
        "available",
        "limited",
        "onlineonly",
        "instoreonly",
        "backorder",
        "madetoorder",
        "lowstock",
        "pending",
    ];
    if there.iter().any(|there| word.contains(there)) {
        return Some(Availability::InStock);
    }
    availability_of_words(text)
}

/// What a short line near the price says.
pub(super) fn availability_of_words(text: &str) -> Option<Availability> {
    let lower = text.to_lowercase();
    if words::OUT_OF_STOCK.occur_in(&lower) {
        Some(Availability::OutOfStock)
    } else if words::PREORDER.occur_in(&lower) {
        Some(Availability::Preorder)
    } else if words::IN_STOCK.occur_in(&lower) {
        Some(Availability::InStock)
    } else {
        None
    }
}

/// `https://schema.org/RefurbishedCondition`, `new`, `used`.
pub(super) fn condition_of_markup(text: &str) -> Option<Condition> {
    let word = last_word(text);
    match word.strip_suffix("condition").unwrap_or(&word) {
        "new" => Some(Condition::New),
        "used" | "damaged" | "openbox" => Some(Condition::Used),
        "refurbished" => Some(Condition::Refurb),
        _ => condition_of_words(text),
    }
}

/// What the value of a condition row says. An overhaul outweighs use ("used - refurbished").
pub(super) fn condition_of_words(text: &str) -> Option<Condition> {
    let lower = text.to_lowercase();
    if words::REFURBISHED.occur_in(&lower) {
        Some(Condition::Refurb)
    } else if words::LIKE_NEW.find(&lower).is_some_and(|hit| hit.start < 12)
        || (words::USED.occur_in(&lower) && !begins_new(&lower))
    {
        Some(Condition::Used)
    } else if words::NEW.occur_in(&lower) {
        Some(Condition::New)
    } else {
        None
    }
}

/// Whether the text is a grade of keeping and little else.
pub(super) fn is_grade(text: &str) -> bool {
    const SHARE: f64 = 0.4;
    let lower = text.to_lowercase();
    let hit = words::GRADE.find(&lower);
    hit.is_some_and(|hit| hit.start < 3 && hit.len() as f64 >= SHARE * lower.len() as f64)
}

/// "New: a brand-new, unused, unopened item" explains itself with the words of its opposite.
fn begins_new(lower: &str) -> bool {
    words::NEW.find(lower).is_some_and(|range| range.start < 3) && !lower.starts_with("new other")
}

/// Words of a title that tell a condition. "New" in a title is a name ("New Balance"), "used" rarely.
pub(super) fn condition_of_title(title: &str) -> Option<Condition> {
    let lower = title.to_lowercase();
    let begins_used = lower.starts_with("used ") || lower.ends_with(" used");
    if words::REFURBISHED.occur_in(&lower) {
        Some(Condition::Refurb)
    } else if begins_used || words::USED_IN_TITLE.occur_in(&lower) {
        Some(Condition::Used)
    } else if words::SURELY_NEW.occur_in(&lower) {
        Some(Condition::New)
    } else {
        None
    }
}

fn last_word(text: &str) -> String {
    let tail = text.trim().trim_end_matches('/').rsplit(['/', '#', ':']).next().unwrap_or_default();
    tail.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{
        availability_of_markup, availability_of_words, condition_of_markup, condition_of_title,
        condition_of_words,
    };
    use crate::extract::product::{Availability, Condition};

    #[test]
    fn markup_is_read_in_all_its_spellings() {
        for text in [
            "https://schema.org/InStock",
            "http://schema.org/LimitedAvailability",
            "in stock",
            "instock",
            "Available",
        ] {
            assert_eq!(availability_of_markup(text), Some(Availability::InStock), "{text}");
        }
        for text in [
            "OutOfStock",
            "https://schema.org/SoldOut",
            "out of stock",
            "oos",
            "Discontinued",
            "not available",
        ] {
            assert_eq!(availability_of_markup(text), Some(Availability::OutOfStock), "{text}");
        }
        assert_eq!(availability_of_markup("https://schema.org/PreOrder"), Some(Availability::Preorder));
        assert_eq!(availability_of_markup("17"), None);
        assert_eq!(condition_of_markup("https://schema.org/RefurbishedCondition"), Some(Condition::Refurb));
        assert_eq!(condition_of_markup("NewCondition"), Some(Condition::New));
        assert_eq!(condition_of_markup("used"), Some(Condition::Used));
    }

    #[test]
    fn many_languages_tell_the_condition() {
        let cases = [
            ("Seller refurbished", Condition::Refurb),
            ("Generalüberholt - sehr gut", Condition::Refurb),
            ("Reconditionné", Condition::Refurb),
            ("整備済み品", Condition::Refurb),
            ("Pre-owned", Condition::Used),
            ("Gebraucht: Gut", Condition::Used),
            ("D'occasion", Condition::Used),
            ("Comme neuf", Condition::Used),
            ("未使用に近い", Condition::Used),
            ("Als Ersatzteil / defekt", Condition::Used),
            ("Opened – never used", Condition::Used),
            ("中古品 - 良い", Condition::Used),
            ("б/у", Condition::Used),
            ("Brand New", Condition::New),
            ("New: A brand-new, unused, unopened, undamaged item, never used", Condition::New),
            ("Neu", Condition::New),
            ("Nuevo", Condition::New),
        ];
        for (text, expected) in cases {
            assert_eq!(condition_of_words(text), Some(expected), "{text}");
        }
        assert_eq!(condition_of_words("see description"), None);
        assert_eq!(condition_of_title("New Balance 574"), None);
        assert_eq!(condition_of_title("Dell OptiPlex 7050 (Renewed)"), Some(Condition::Refurb));
        assert_eq!(condition_of_title("Used Dell OptiPlex 7050"), Some(Condition::Used));
        assert_eq!(condition_of_title("Lenovo X250 - gebraucht"), Some(Condition::Used));
        assert_eq!(condition_of_title("Stand that can be used with laptops"), None);
        assert_eq!(condition_of_title("Brand new Dell OptiPlex 7050"), Some(Condition::New));
    }

    #[test]
    fn stock_is_told_in_many_languages() {
        assert_eq!(availability_of_words("Derzeit nicht verfügbar."), Some(Availability::OutOfStock));
        assert_eq!(availability_of_words("En stock"), Some(Availability::InStock));
        assert_eq!(availability_of_words("Only 3 left in stock - order soon."), Some(Availability::InStock));
        assert_eq!(availability_of_words("在庫切れ"), Some(Availability::OutOfStock));
        assert_eq!(availability_of_words("Colour: black"), None);
    }
}
