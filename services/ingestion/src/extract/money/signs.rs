//! How currencies are written: signs and words, and what they may mean. Only the table and the way into it; what
//! stands around a sign is judged in `currency`.

use std::sync::LazyLock;

const DOLLAR: &[&str] = &[
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "BSD", "BBD",
    "BZD", "JMD", "TTD", "FJD", "XCD", "NAD", "LRD", "BND", "BMD", "KYD", "SRD", "GYD", "CUP", "SBD",
];
const PESO: &[&str] = &["MXN", "ARS", "CLP", "COP", "UYU", "DOP", "PHP", "CUP"];
const CROWN: &[&str] = &["SEK", "NOK", "DKK", "ISK"];
const YEN: &[&str] = &["JPY", "CNY"];
const RUPEE: &[&str] = &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"];
const POUND: &[&str] = &["GBP", "EGP", "LBP", "GIP", "FKP", "SHP"];
const FRANC: &[&str] = &["CHF", "XPF", "XAF", "XOF"];
const SOM: &[&str] = &["BGN", "KGS", "UZS"];
const RIYAL: &[&str] = &["SAR", "IRR", "OMR", "QAR", "YER"];
const DINAR: &[&str] = &["RSD", "MKD", "KWD", "TND", "DZD", "JOD", "BHD", "IQD", "LYD"];
const LEU: &[&str] = &["RON", "MDL"];
const BAHT: &[&str] = &["THB"];

/// A sign or word as it is written, and the codes that it may stand for.
pub(super) type Written = (&'static str, &'static [&'static str]);

/// Signs and words, the longer of two that begin alike first. Letters match as they are written here.
const SIGNS: &[Written] = &[
    ("US$", &["USD"]),
    ("U$S", &["USD"]),
    ("US $", &["USD"]),
    ("USD$", &["USD"]),
    ("CA$", &["CAD"]),
    ("CAD$", &["CAD"]),
    ("C $", &["CAD"]),
    ("C$", &["CAD", "NIO"]),
    ("AU$", &["AUD"]),
    ("AU $", &["AUD"]),
    ("A$", &["AUD"]),
    ("NZ$", &["NZD"]),
    ("HK$", &["HKD"]),
    ("NT$", &["TWD"]),
    ("S$", &["SGD"]),
    ("R$", &["BRL"]),
    ("MX$", &["MXN"]),
    ("AR$", &["ARS"]),
    ("CLP$", &["CLP"]),
    ("COL$", &["COP"]),
    ("RD$", &["DOP"]),
    ("J$", &["JMD"]),
    ("TT$", &["TTD"]),
    ("$U", &["UYU"]),
    ("$", DOLLAR),
    ("＄", DOLLAR),
    ("€", &["EUR"]),
    ("euros", &["EUR"]),
    ("euro", &["EUR"]),
    ("Euro", &["EUR"]),
    ("E£", &["EGP"]),
    ("£", POUND),
    ("￡", POUND),
    ("CN¥", &["CNY"]),
    ("JP¥", &["JPY"]),
    ("¥", YEN),
    ("￥", YEN),
    ("円", &["JPY"]),
    ("人民币", &["CNY"]),
    ("元", &["CNY", "TWD", "HKD"]),
    ("圓", &["TWD", "HKD"]),
    ("₹", &["INR"]),
    ("Rs.", RUPEE),
    ("Rs", RUPEE),
    ("रु", &["INR", "NPR"]),
    ("৳", &["BDT"]),
    ("Tk", &["BDT"]),
    ("₩", &["KRW"]),
    ("￦", &["KRW"]),
    ("원", &["KRW"]),
    ("₽", &["RUB"]),
    ("руб.", &["RUB", "BYN"]),
    ("руб", &["RUB", "BYN"]),
    ("рублей", &["RUB"]),
    ("р.", &["RUB", "BYN"]),
    ("₴", &["UAH"]),
    ("грн.", &["UAH"]),
    ("грн", &["UAH"]),
    ("₸", &["KZT"]),
    ("тг", &["KZT"]),
    ("₺", &["TRY"]),
    ("TL", &["TRY"]),
    ("₪", &["ILS"]),
    ("ש״ח", &["ILS"]),
    ("ש\"ח", &["ILS"]),
    ("NIS", &["ILS"]),
    ("zł", &["PLN"]),
    ("złotych", &["PLN"]),
    ("złote", &["PLN"]),
    ("złoty", &["PLN"]),
    ("dollars", DOLLAR),
    ("dólares", DOLLAR),
    ("pesos", PESO),
    ("reais", &["BRL"]),
    ("soles", &["PEN"]),
    ("kronor", CROWN),
    ("kroner", CROWN),
    ("korun", &["CZK"]),
    ("forint", &["HUF"]),
    ("rupees", RUPEE),
    ("francs", FRANC),
    ("dirhams", &["AED", "MAD"]),
    ("dinars", DINAR),
    ("рубля", &["RUB"]),
    ("гривень", &["UAH"]),
    ("тенге", &["KZT"]),
    ("евро", &["EUR"]),
    ("ευρώ", &["EUR"]),
    ("euroa", &["EUR"]),
    ("ZŁ", &["PLN"]),
    ("Kč", &["CZK"]),
    ("KČ", &["CZK"]),
    ("kr.", CROWN),
    ("kr", CROWN),
    ("Kr.", CROWN),
    ("Kr", CROWN),
    ("SKr", &["SEK"]),
    (":-", CROWN),
    ("Ft", &["HUF"]),
    ("lei", LEU),
    ("Lei", LEU),
    ("LEI", LEU),
    ("лв.", SOM),
    ("лв", SOM),
    ("din.", DINAR),
    ("дин", DINAR),
    ("RSD", &["RSD"]),
    ("KM", &["BAM"]),
    ("ден", &["MKD"]),
    ("₾", &["GEL"]),
    ("֏", &["AMD"]),
    ("₼", &["AZN"]),
    ("Fr.", FRANC),
    ("SFr.", &["CHF"]),
    ("sFr.", &["CHF"]),
    ("FCFA", &["XOF", "XAF"]),
    ("CFA", &["XOF", "XAF"]),
    ("฿", BAHT),
    ("บาท", BAHT),
    ("₫", &["VND"]),
    ("đ", &["VND"]),
    ("VNĐ", &["VND"]),
    ("Rp.", &["IDR"]),
    ("Rp", &["IDR"]),
    ("RM", &["MYR"]),
    ("₱", &["PHP"]),
    ("Php", &["PHP"]),
    ("₦", &["NGN"]),
    ("GH₵", &["GHS"]),
    ("KSh", &["KES"]),
    ("Ksh", &["KES"]),
    ("KSH", &["KES"]),
    ("USh", &["UGX"]),
    ("TSh", &["TZS"]),
    ("R ", &["ZAR"]),
    ("R", &["ZAR"]),
    ("S/.", &["PEN"]),
    ("S/", &["PEN"]),
    ("Bs.", &["BOB", "VES"]),
    ("Bs", &["BOB", "VES"]),
    ("₡", &["CRC"]),
    ("Gs.", &["PYG"]),
    ("₲", &["PYG"]),
    ("د.إ", &["AED"]),
    ("درهم", &["AED", "MAD"]),
    ("Dhs", &["AED", "MAD"]),
    ("DH", &["MAD", "AED"]),
    ("ر.س", &["SAR"]),
    ("ريال", RIYAL),
    ("﷼", RIYAL),
    ("د.ك", &["KWD"]),
    ("د.ب", &["BHD"]),
    ("ج.م", &["EGP"]),
    ("جنيه", &["EGP"]),
    ("د.ت", &["TND"]),
    ("DT", &["TND"]),
    ("د.م", &["MAD"]),
    ("دينار", DINAR),
    ("تومان", &["IRR"]),
    ("SR", &["SAR"]),
    ("KD", &["KWD"]),
    ("QR", &["QAR"]),
];

/// Positions in `SIGNS` by one of their bytes. Every number of a page asks twice, so the whole table is too long.
struct Index(Vec<Vec<usize>>);

impl Index {
    fn by(byte_of: impl Fn(&str) -> Option<u8>) -> Index {
        let mut index = vec![Vec::new(); 1 + usize::from(u8::MAX)];
        for (at, (sign, _)) in SIGNS.iter().enumerate() {
            if let Some(byte) = byte_of(sign) {
                index[usize::from(byte)].push(at);
            }
        }
        Index(index)
    }

    /// In the table's order.
    fn of(&'static self, byte: Option<u8>) -> impl Iterator<Item = &'static Written> {
        let positions = byte.and_then(|byte| self.0.get(usize::from(byte)));
        positions.into_iter().flatten().filter_map(|at| SIGNS.get(*at))
    }
}

static FIRST: LazyLock<Index> = LazyLock::new(|| Index::by(|sign| sign.bytes().next()));
static LAST: LazyLock<Index> = LazyLock::new(|| Index::by(|sign| sign.trim_end().bytes().next_back()));

/// The signs that `text` may begin with, judged by one byte.
pub(super) fn beginning_like(text: &str) -> impl Iterator<Item = &'static Written> {
    FIRST.of(text.bytes().next())
}

/// The signs that `text` may end with, spaces after them aside, judged by one byte.
pub(super) fn ending_like(text: &str) -> impl Iterator<Item = &'static Written> {
    LAST.of(text.bytes().next_back())
}

#[cfg(test)]
mod tests {
    use super::{SIGNS, beginning_like, ending_like};

    #[test]
    fn every_sign_is_found_by_both_its_ends() {
        for written in SIGNS {
            let sign = written.0.trim_end();
            assert!(beginning_like(sign).any(|found| found == written), "{sign}");
            assert!(ending_like(sign).any(|found| found == written), "{sign}");
        }
        assert_eq!(beginning_like("").count() + ending_like("").count(), 0);
    }
}
