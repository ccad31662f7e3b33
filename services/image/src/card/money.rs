//! An amount as people read it on a card, in English: the sign or the code first, digits in groups.

/// Signs that an English reader takes for this currency and no other; elsewhere the code is clearer.
const SIGNS: &[(&str, &str)] = &[
    ("AUD", "A$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("HKD", "HK$"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("PHP", "₱"),
    ("SGD", "S$"),
    ("TWD", "NT$"),
    ("USD", "$"),
    ("VND", "₫"),
];

/// ISO 4217 currencies that have no sign here and are written without decimals when the amount is whole.
const BY_CODE: &[&str] = &[
    "AED", "ARS", "BGN", "CHF", "CNY", "COP", "CZK", "DKK", "EGP", "HUF", "IDR", "MAD", "MYR", "NGN", "NOK",
    "PEN", "PKR", "PLN", "QAR", "RON", "RSD", "SAR", "SEK", "THB", "TRY", "UAH", "ZAR",
];

/// ISO 4217: currencies without a smaller unit, and those with a thousandth.
const NO_DECIMALS: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
const THREE_DECIMALS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// `$329.99`, `€1,299`, `₹1,29,999`; `XYZ 12.00` for a currency that is not known.
pub(super) fn money(amount: f64, currency: &str) -> String {
    let code = currency.to_ascii_uppercase();
    let sign = SIGNS.iter().find(|(of, _)| *of == code).map(|(_, sign)| *sign);
    let is_known = sign.is_some() || BY_CODE.contains(&code.as_str()) || decimals(&code) != 2;
    let digits = format!("{:.*}", decimals(&code), amount.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let is_whole = fraction.bytes().all(|digit| digit == b'0');
    let is_negative = amount < 0.0 && digits.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
    let mut text = String::from(if is_negative { "−" } else { "" });
    match sign {
        Some(sign) => text.push_str(sign),
        // Not to be torn from its amount by a line's end.
        None => text.extend([code.as_str(), "\u{a0}"]),
    }
    text.push_str(&grouped(whole, code == "INR"));
    if !(fraction.is_empty() || is_whole && is_known) {
        text.extend([".", fraction]);
    }
    text
}

fn decimals(code: &str) -> usize {
    if NO_DECIMALS.contains(&code) {
        0
    } else if THREE_DECIMALS.contains(&code) {
        3
    } else {
        2
    }
}

/// Thousands, or after the first thousand hundreds, as lakhs and crores are written.
fn grouped(digits: &str, is_indian: bool) -> String {
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        let left = digits.len() - index;
        let begins_group = if is_indian && left > 3 { left % 2 == 1 } else { left.is_multiple_of(3) };
        if index > 0 && begins_group {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How much less the price is, in whole percent, never more than it really is; none below one.
pub(super) fn discount(price: Option<f64>, list_price: Option<f64>) -> Option<i64> {
    let (price, list_price) = (price?, list_price?);
    let percent = ((list_price - price) / list_price * 100.0 + 1e-9).floor();
    (list_price > 0.0 && percent >= 1.0).then_some(percent as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_their_currency_is() {
        let table = [
            (329.99, "USD", "$329.99"),
            (329.5, "usd", "$329.50"),
            (1299.0, "EUR", "€1,299"),
            (0.0, "GBP", "£0"),
            (999.999, "USD", "$1,000"),
            (129_800.0, "JPY", "¥129,800"),
            (129_800.4, "JPY", "¥129,800"),
            (129_999.0, "INR", "₹1,29,999"),
            (12_345_678.5, "INR", "₹1,23,45,678.50"),
            (999.0, "INR", "₹999"),
            (1_234_567.0, "SEK", "SEK\u{a0}1,234,567"),
            (12.345, "KWD", "KWD\u{a0}12.345"),
            (12.0, "KWD", "KWD\u{a0}12"),
            (12.0, "XYZ", "XYZ\u{a0}12.00"),
            (-5.0, "USD", "−$5"),
            (-0.001, "USD", "$0"),
        ];
        for (amount, currency, text) in table {
            assert_eq!(money(amount, currency), text, "{amount} {currency}");
        }
    }

    #[test]
    fn a_discount_is_rounded_down_and_never_invented() {
        let table = [
            (Some(329.99), Some(459.0), Some(28)),
            (Some(50.0), Some(100.0), Some(50)),
            (Some(70.0), Some(100.0), Some(30)),
            (Some(0.0), Some(10.0), Some(100)),
            (Some(99.5), Some(100.0), None),
            (Some(100.0), Some(100.0), None),
            (Some(120.0), Some(100.0), None),
            (Some(0.0), Some(0.0), None),
            (None, Some(100.0), None),
            (Some(100.0), None, None),
        ];
        for (price, list_price, percent) in table {
            assert_eq!(discount(price, list_price), percent, "{price:?} of {list_price:?}");
        }
    }
}
