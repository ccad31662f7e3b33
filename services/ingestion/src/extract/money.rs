//! Amounts of money as the world writes them: which number, which currency.
//!
//! Text in, amounts out; whether an amount is the price is decided elsewhere. Numbers are read by the
//! notation's own logic (what separates groups of three, what stands before the last one or two digits) and
//! not by the page's language, which is often wrong. A sign that several currencies share stays a
//! [`Sign::Shared`] until [`Locale`] resolves it.

mod currency;
mod locale;
mod number;
mod signs;

pub(super) use currency::{Currency, Sign};
pub(super) use locale::Locale;
use number::Number;

/// An amount found in text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// In units of the currency, more than zero.
    pub(super) amount: f64,
    pub(super) sign: Option<Sign>,
    /// Where number and sign stand, in bytes of the text that was searched.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Written as money is: `1.299,-`, `1’299.–`.
    pub(super) round: bool,
}

/// Text that is looked at. A price label is short.
const LONGEST: usize = 400;
/// Amounts in one text.
const MOST: usize = 12;

/// All amounts with a currency in the text, in order. Percentages, negative amounts and bare numbers are none.
pub(super) fn find(text: &str) -> Vec<Found> {
    amounts(text).filter(|found| found.sign.is_some()).take(MOST).collect()
}

/// The same with those that have no currency but the dash of a round amount.
pub(super) fn find_shown(text: &str) -> Vec<Found> {
    amounts(text).filter(|found| found.sign.is_some() || found.round).take(MOST).collect()
}

/// The currency that a text begins with.
pub(super) fn leading_sign(text: &str) -> Option<Sign> {
    currency::sign_after(text).map(|(sign, _)| sign)
}

/// The first amount in a text that is known to hold a price, with or without a currency.
pub(super) fn read(text: &str) -> Option<Found> {
    let mut bare = None;
    for found in amounts(text).take(MOST) {
        if found.sign.is_some() {
            return Some(found);
        }
        bare = bare.or(Some(found));
    }
    bare
}

/// A price in markup, where a bare decimal point is the rule: "1299.00", 1299, but also "1.299,00 €".
/// A zero is an answer there, "no price"; hence `None`.
pub(super) fn read_machine(text: &str) -> Option<Found> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    // "1.299" with a leading group of up to three digits is more often a thousands dot than three decimals
    let thousands = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
    if plain && !thousands && text.len() <= 20 {
        let amount = text.parse::<f64>().ok().filter(|amount| is_price(*amount))?;
        return Some(Found { amount, sign: None, start: 0, end: text.len(), round: false });
    }
    read(text)
}

/// Whether letters that are also the beginning of a model's name or a unit ("R7", "5 KM", "RM 850") are a
/// currency here: in its country, or where nothing is known and the number is written as an amount is.
pub(super) fn is_plausible(found: &Found, text: &str, locale: Locale) -> bool {
    const DOUBTFUL: [&str; 11] = ["R", "RM", "KM", "SR", "KD", "QR", "DT", "DH", "Tk", "Bs", "Rp"];
    let written = text.get(found.start..found.end).unwrap_or_default();
    let letters = written.trim_matches(|c: char| !c.is_alphabetic());
    let letters = letters.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if !DOUBTFUL.contains(&letters) {
        return true;
    }
    match (locale.usual(), found.sign) {
        (Some(usual), Some(sign)) => sign.may_be(usual),
        _ => written.contains(['.', ',']),
    }
}

/// No shop asks for less than nothing or more than a thousand million.
pub(super) fn is_price(amount: f64) -> bool {
    amount.is_finite() && amount > 0.0 && amount < 1e12
}

fn amounts(text: &str) -> impl Iterator<Item = Found> + '_ {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let number = number::next(text, from)?;
            from = number.end.max(from + 1);
            if let Some(found) = with_currency(text, number) {
                from = from.max(found.end);
                return Some(found);
            }
        }
    })
}

/// The amount that the number is, together with the currency sign next to it.
fn with_currency(text: &str, mut number: Number) -> Option<Found> {
    let before = currency::sign_before(text.get(..number.start)?);
    let rest = text.get(number.end..)?;
    let mut after = currency::sign_after(rest);
    if let Some((sign, len)) = after {
        let cents =
            number::cents_at(text, number.end + len).filter(|_| before.is_none() && number.is_whole());
        let glued = !rest.starts_with(char::is_whitespace);
        if let Some(cents) = cents.filter(|_| glued) {
            // 12€99
            number.set_cents(cents);
            after = Some((sign, len + 2));
        } else if rest.get(len..).is_some_and(|left| left.starts_with(char::is_numeric)) {
            // "5 $7": the sign is the next number's
            after = None;
        }
    }
    if before.is_some() && after.is_some_and(|(sign, _)| matches!(sign, Sign::Shared(_))) {
        // "$5 $ 7" again; a code belongs to the first, as in "$5 USD"
        after = None;
    }
    let end = number.end + after.map_or(0, |(_, len)| len);
    let sign = match (before, after) {
        (Some(_), Some((sign @ Sign::Of(_), _))) | (None, Some((sign, _))) | (Some((sign, _)), None) => {
            Some(sign)
        }
        _ => None,
    };
    let start = number.start - before.map_or(0, |(_, len)| len);
    if number::is_no_amount(text, start, end) {
        return None;
    }
    let amount = number.value(sign.and_then(Sign::single))?;
    is_price(amount).then(|| Found { amount, sign, start, end, round: number.is_round() })
}

#[cfg(test)]
mod tests;
