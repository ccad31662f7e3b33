//! Currencies: codes, and the signs and words around a number that stand for them.

use super::signs;

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::extract) struct Currency(pub(super) &'static str);

/// Every code that is in use as money.
const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD",
    "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY",
    "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
    "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KRW", "KWD", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
    "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK",
    "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD",
    "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD",
    "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF",
    "YER", "ZAR", "ZMW",
];

impl Currency {
    /// Any case; the superseded RUR, TRL and the informal RMB, STG, NTD are understood.
    pub(in crate::extract) fn from_code(code: &str) -> Option<Currency> {
        let upper = code.trim().to_ascii_uppercase();
        let known = match upper.as_str() {
            "RUR" => "RUB",
            "RMB" => "CNY",
            "STG" => "GBP",
            "NTD" => "TWD",
            "BYR" => "BYN",
            other => other,
        };
        CODES.iter().find(|code| **code == known).map(|code| Currency(code))
    }

    pub(in crate::extract) fn code(self) -> &'static str {
        self.0
    }

    /// Digits after the decimal separator.
    pub(super) fn decimals(self) -> u8 {
        match self.0 {
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "RWF" | "XAF" | "XOF" | "XPF" | "KMF"
            | "GNF" | "BIF" | "DJF" | "VUV" => 0,
            _ => 2,
        }
    }

    /// Whether `1,250` or `1.250` has decimals: in the Gulf only after a point, in Tunisia after either.
    pub(super) fn has_three_decimals_after(self, separator: char) -> bool {
        self.decimals() == 3 && (separator == '.' || matches!(self.0, "TND" | "LYD"))
    }
}

/// A currency as written: for certain, or one of several that share the sign (the usual one first).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Sign {
    Of(Currency),
    Shared(&'static [&'static str]),
}

impl Sign {
    pub(in crate::extract) fn single(self) -> Option<Currency> {
        match self {
            Sign::Of(currency) => Some(currency),
            Sign::Shared(_) => None,
        }
    }

    /// A code or sign alone, as in a `priceCurrency` property.
    pub(in crate::extract) fn parse(text: &str) -> Option<Sign> {
        let text = text.trim();
        Currency::from_code(text)
            .map(Sign::Of)
            .or_else(|| sign_after(text).filter(|(_, len)| *len == text.len()).map(|(sign, _)| sign))
    }

    pub(in crate::extract) fn may_be(self, currency: Currency) -> bool {
        match self {
            Sign::Of(own) => own == currency,
            Sign::Shared(codes) => codes.contains(&currency.0),
        }
    }
}

fn make(codes: &'static [&'static str]) -> Sign {
    match codes {
        [one] => Sign::Of(Currency(one)),
        several => Sign::Shared(several),
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphabetic()
        && !matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The sign at the end of `text` (a few spaces may follow it) and the bytes from its start to the end.
pub(super) fn sign_before(text: &str) -> Option<(Sign, usize)> {
    let trimmed = trim_gap_end(text);
    let bounded = |sign: &str| {
        let rest = &trimmed[..trimmed.len() - sign.len()];
        let word = sign.trim().chars().next().is_some_and(is_word_char);
        !(word && rest.chars().next_back().is_some_and(is_word_char))
    };
    let last_three = trimmed.len().checked_sub(3).and_then(|at| trimmed.get(at..));
    let code = last_three.filter(|code| code.bytes().all(|b| b.is_ascii_uppercase()));
    if let Some(currency) = code.filter(|code| bounded(code)).and_then(Currency::from_code) {
        return Some((Sign::Of(currency), text.len() - trimmed.len() + 3));
    }
    let written = signs::ending_like(trimmed).map(|(sign, codes)| (sign.trim_end(), codes));
    let hit = written.filter(|(sign, _)| trimmed.ends_with(sign) && bounded(sign));
    hit.max_by_key(|(sign, _)| sign.len())
        .map(|(sign, codes)| (make(codes), text.len() - trimmed.len() + sign.len()))
}

/// The sign at the start of `text` (a few spaces may stand before it) and the bytes up to its end.
pub(super) fn sign_after(text: &str) -> Option<(Sign, usize)> {
    let trimmed = trim_gap_start(text);
    let gap = text.len() - trimmed.len();
    let bounded = |len: usize| {
        let (sign, rest) = (trimmed.get(..len).unwrap_or_default(), trimmed.get(len..).unwrap_or_default());
        let word = sign.chars().next_back().is_some_and(is_word_char);
        !(word && rest.chars().next().is_some_and(is_word_char))
    };
    let code = trimmed.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_alphabetic()) && bounded(3));
    let code = code.filter(|code| code.bytes().all(|b| b.is_ascii_uppercase()));
    if let Some(currency) = code.and_then(Currency::from_code) {
        return Some((Sign::Of(currency), gap + 3));
    }
    let hit = signs::beginning_like(trimmed).filter(|(sign, _)| {
        *sign != "R" && *sign != "R " && trimmed.starts_with(*sign) && bounded(sign.len())
    });
    hit.max_by_key(|(sign, _)| sign.len()).map(|(sign, codes)| (make(codes), gap + sign.len()))
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t' | '\n' | ':')
}

fn trim_gap_end(text: &str) -> &str {
    let one = |t: &'_ str| t.strip_suffix(is_gap).map(str::len);
    let mut end = text.len();
    for _ in 0..3 {
        if let Some(shorter) = text.get(..end).and_then(one) {
            end = shorter;
        }
    }
    text.get(..end).unwrap_or_default()
}

fn trim_gap_start(text: &str) -> &str {
    let spaced = text.strip_prefix(|c| is_gap(c) && c != ':').unwrap_or(text);
    spaced.strip_prefix(|c| is_gap(c) && c != ':').unwrap_or(spaced)
}
