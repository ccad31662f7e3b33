use proptest::prelude::*;

use super::{Currency, Locale, Sign, find, is_plausible, read, read_machine};

/// Amount and currency of the first price in the text, for a shop at `host`.
fn price(text: &str, host: &str) -> Option<(f64, &'static str)> {
    let found = find(text).into_iter().next()?;
    Some((found.amount, Locale::of(host, "/", None).resolve(found.sign?).code()))
}

#[test]
fn the_notations_of_the_world() {
    let cases: &[(&str, &str, f64, &str)] = &[
        ("$1,299.00", "shop.com", 1299.0, "USD"),
        ("$ 12.48", "shop.com.au", 12.48, "AUD"),
        ("$1.299.990", "shop.cl", 1_299_990.0, "CLP"),
        ("$ 1.299.990,50", "shop.com.ar", 1_299_990.5, "ARS"),
        ("$19.990", "shop.cl", 19_990.0, "CLP"),
        ("US$12", "shop.ca", 12.0, "USD"),
        ("US $3,971.45", "shop.com", 3971.45, "USD"),
        ("C $45.10", "shop.com", 45.10, "CAD"),
        ("$45.10 CAD", "shop.com", 45.10, "CAD"),
        ("MX$1,299", "shop.com", 1299.0, "MXN"),
        ("R$ 1.234,56", "loja.com.br", 1234.56, "BRL"),
        ("NT$1,290", "shop.com.tw", 1290.0, "TWD"),
        ("1.299,00 €", "shop.de", 1299.0, "EUR"),
        ("1 299,00 €", "shop.fr", 1299.0, "EUR"),
        ("1\u{202f}299,00\u{a0}€", "shop.fr", 1299.0, "EUR"),
        ("EUR 3 500,00", "shop.com", 3500.0, "EUR"),
        ("12,-  €", "shop.de", 12.0, "EUR"),
        ("1.299,– €", "shop.de", 1299.0, "EUR"),
        ("12€99", "shop.fr", 12.99, "EUR"),
        ("1 299€99", "shop.fr", 1299.99, "EUR"),
        ("€ 5", "shop.nl", 5.0, "EUR"),
        ("7,90 Euro", "shop.de", 7.9, "EUR"),
        ("£1,234", "shop.co.uk", 1234.0, "GBP"),
        ("CHF 1'299.00", "shop.ch", 1299.0, "CHF"),
        ("Fr. 1’299.–", "shop.ch", 1299.0, "CHF"),
        ("₹1,24,999.00", "shop.in", 124_999.0, "INR"),
        ("Rs. 1,24,999", "shop.in", 124_999.0, "INR"),
        ("Rs 4,999", "shop.pk", 4999.0, "PKR"),
        ("₹ 1.5 lakh", "shop.in", 150_000.0, "INR"),
        ("¥12,800", "shop.jp", 12_800.0, "JPY"),
        ("￥１２，８００", "shop.jp", 12_800.0, "JPY"),
        ("12,800円(税込)", "shop.jp", 12_800.0, "JPY"),
        ("1.2万円", "shop.jp", 12_000.0, "JPY"),
        ("¥199.00", "shop.cn", 199.0, "CNY"),
        ("₩1,290,000", "shop.kr", 1_290_000.0, "KRW"),
        ("1,290,000원", "shop.kr", 1_290_000.0, "KRW"),
        ("1 299 kr", "butik.se", 1299.0, "SEK"),
        ("kr 1.299,50", "butikk.no", 1299.5, "NOK"),
        ("1.299 kr.", "butik.dk", 1299.0, "DKK"),
        ("1 299:-", "butik.se", 1299.0, "SEK"),
        ("1 299,99 zł", "sklep.pl", 1299.99, "PLN"),
        ("12 990 Kč", "obchod.cz", 12_990.0, "CZK"),
        ("129 990 Ft", "bolt.hu", 129_990.0, "HUF"),
        ("1.849,99 Lei", "shop.ro", 1849.99, "RON"),
        ("12 990 ₽", "shop.ru", 12_990.0, "RUB"),
        ("12 990 руб.", "shop.ru", 12_990.0, "RUB"),
        ("2 499 грн", "shop.ua", 2499.0, "UAH"),
        ("1.299,90 TL", "shop.com.tr", 1299.9, "TRY"),
        ("₪1,299", "shop.co.il", 1299.0, "ILS"),
        ("1.299.000₫", "shop.vn", 1_299_000.0, "VND"),
        ("Rp1.299.000", "toko.co.id", 1_299_000.0, "IDR"),
        ("RM 1,299.00", "shop.my", 1299.0, "MYR"),
        ("R 1 299.00", "shop.co.za", 1299.0, "ZAR"),
        ("R1,299", "shop.co.za", 1299.0, "ZAR"),
        ("S/ 1,299.00", "shop.pe", 1299.0, "PEN"),
        ("AED 1,299.00", "shop.ae", 1299.0, "AED"),
        ("د.إ 1,299", "shop.ae", 1299.0, "AED"),
        ("١٬٢٩٩٫٥٠ ر.س", "shop.sa", 1299.5, "SAR"),
        ("KWD 12.500", "shop.kw", 12.5, "KWD"),
        ("1,234.567 TND", "shop.tn", 1234.567, "TND"),
        ("฿1,290", "shop.th", 1290.0, "THB"),
        ("$0.50", "shop.com", 0.5, "USD"),
        ("Price:$5", "shop.com", 5.0, "USD"),
        ("from 9.99 USD", "shop.com", 9.99, "USD"),
        ("$12.4800", "shop.com", 12.48, "USD"),
        ("Was $10.00 now $8.00", "shop.com", 10.0, "USD"),
        ("save 20 % today: €8", "shop.com", 8.0, "EUR"),
        ("1 $335.68 $335.68", "shop.com", 335.68, "USD"),
        ("2 €12", "shop.nl", 12.0, "EUR"),
        ("£5.29 - £9.56", "shop.co.uk", 5.29, "GBP"),
        ("99€95", "shop.fr", 99.95, "EUR"),
        ("1 299 złotych", "sklep.pl", 1299.0, "PLN"),
        ("12 990 korun", "obchod.cz", 12_990.0, "CZK"),
        ("1.299 pesos", "tienda.com.ar", 1299.0, "ARS"),
        ("499 kronor", "butik.se", 499.0, "SEK"),
        ("1.299,-€", "shop.de", 1299.0, "EUR"),
        ("€ 1.299,–", "shop.nl", 1299.0, "EUR"),
        ("12 990,- Kč", "obchod.cz", 12_990.0, "CZK"),
        ("1 559,000 DT", "shop.tn", 1559.0, "TND"),
        ("KD 1,250", "shop.kw", 1250.0, "KWD"),
        ("1,250.500 KD", "shop.kw", 1250.5, "KWD"),
        ("2’849.– CHF", "shop.ch", 2849.0, "CHF"),
        ("1'299.95 Fr.", "shop.ch", 1299.95, "CHF"),
        ("₹ 1,24,990/-", "shop.in", 124_990.0, "INR"),
        ("１２９，８００円", "shop.jp", 129_800.0, "JPY"),
        ("۱۲٬۹۹۰٬۰۰۰ تومان", "shop.ir", 12_990_000.0, "IRR"),
        ("12.990.000 đ", "shop.vn", 12_990_000.0, "VND"),
        ("CLP 1.299.990", "shop.cl", 1_299_990.0, "CLP"),
        ("$ 1.299.900", "tienda.com.co", 1_299_900.0, "COP"),
        ("1299 euro", "shop.fi", 1299.0, "EUR"),
        ("1.299,00 zł", "sklep.pl", 1299.0, "PLN"),
        ("Kr 12.995,-", "butik.dk", 12_995.0, "DKK"),
        ("HK$12,900.0", "shop.hk", 12_900.0, "HKD"),
        ("12.900 ден", "shop.mk", 12_900.0, "MKD"),
        ("1.299,90₺", "shop.com.tr", 1299.9, "TRY"),
        ("1 299,00 лв.", "shop.bg", 1299.0, "BGN"),
        ("AED1,299", "shop.ae", 1299.0, "AED"),
    ];
    for (text, host, amount, code) in cases {
        let got = price(text, host);
        assert!(
            got.is_some_and(|(a, c)| (a - amount).abs() < 1e-6 && c == *code),
            "{text} at {host}: {got:?}"
        );
    }
}

#[test]
fn what_is_no_price() {
    let cases = [
        "",
        "free",
        "$",
        "20% off",
        "-$5.00",
        "$0.00",
        "12.05.2020",
        "RTX 4090",
        "1 299",
        "€ 12.345.67",
        "-20 €",
        "192.168.1.1 $",
    ];
    for text in cases {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn letters_that_begin_a_models_name_are_a_currency_only_at_home() {
    let cases = [
        ("R7", "shop.it", false),
        ("R7", "shop.com", false),
        ("R 1,299.00", "shop.com", true),
        ("R1 299", "shop.co.za", true),
        ("120 KM", "shop.de", false),
        ("120 KM", "shop.ba", true),
        ("RM 850", "shop.com", false),
        ("RM850", "shop.my", true),
        ("$5", "shop.de", true),
    ];
    for (text, host, expected) in cases {
        let found = find(text).into_iter().next().expect("an amount");
        assert_eq!(is_plausible(&found, text, Locale::of(host, "/", None)), expected, "{text} at {host}");
    }
}

#[test]
fn a_range_gives_both_ends() {
    let amounts: Vec<f64> = find("$5.29 – $9.56").iter().map(|found| found.amount).collect();
    assert_eq!(amounts, [5.29, 9.56]);
}

#[test]
fn machine_numbers_have_a_decimal_point() {
    let cases = [
        ("1299.00", 1299.0),
        ("1299", 1299.0),
        ("2879.2", 2879.2),
        ("19.9900", 19.99),
        ("1,299.00", 1299.0),
        ("1.299,00", 1299.0),
        ("1.299", 1299.0),
        ("0.299", 0.299),
        ("£12.50", 12.5),
    ];
    for (text, amount) in cases {
        let got = read_machine(text).map(|found| found.amount);
        assert!(got.is_some_and(|a| (a - amount).abs() < 1e-9), "{text}: {got:?}");
    }
    assert_eq!(read_machine("0.00"), None);
    assert_eq!(read_machine("on request"), None);
    assert_eq!(read_machine(&"9".repeat(400)), None);
}

#[test]
fn a_shared_sign_is_resolved_by_markup_then_country_then_usage() {
    let dollar = Sign::parse("$").expect("a sign");
    let canada = Locale::of("shop.ca", "/", None);
    assert_eq!(canada.resolve(dollar).code(), "CAD");
    assert_eq!(canada.declaring(Currency::from_code("usd")).resolve(dollar).code(), "USD");
    assert_eq!(canada.declaring(Currency::from_code("EUR")).resolve(dollar).code(), "CAD");
    assert_eq!(Locale::of("shop.com", "/en-au/p", None).resolve(dollar).code(), "AUD");
    assert_eq!(Locale::of("shop.com", "/", Some("fr-CA")).resolve(dollar).code(), "CAD");
    assert_eq!(Locale::of("shop.de", "/", None).resolve(dollar).code(), "USD");
    assert_eq!(Locale::of("shop.co", "/", None).resolve(dollar).code(), "USD");
    assert_eq!(Locale::of("shop.com.co", "/", None).resolve(dollar).code(), "COP");
    let (crown, yen) = (Sign::parse("kr").expect("a sign"), Sign::parse("¥").expect("a sign"));
    assert_eq!(Locale::of("shop.com", "/", Some("da")).resolve(crown).code(), "DKK");
    assert_eq!(Locale::of("shop.com", "/", Some("zh-CN")).resolve(yen).code(), "CNY");
    assert_eq!(Sign::parse("dollars of some kind"), None);
}

proptest! {
    #[test]
    fn any_text_is_survived_and_amounts_are_prices(text in "\\PC{0,200}") {
        for found in find(&text).into_iter().chain(read(&text)) {
            prop_assert!(found.amount.is_finite() && found.amount > 0.0);
            prop_assert!(text.get(found.start..found.end).is_some());
        }
        prop_assert!(read_machine(&text).is_none_or(|found| found.amount > 0.0));
    }

    #[test]
    fn what_is_written_is_read(cents in 1u64..100_000_000, style in 0usize..12) {
        let (whole, rest) = (cents / 100, cents % 100);
        let grouped = |sep: &str| {
            let digits = whole.to_string();
            let head = digits.len() % 3;
            let mut groups: Vec<&str> = Vec::new();
            if head > 0 { groups.push(&digits[..head]); }
            groups.extend((head..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
            groups.join(sep)
        };
        let lakhs = || {
            let digits = whole.to_string();
            let (head, last) = digits.split_at(digits.len().saturating_sub(3));
            let first = head.len() % 2;
            let twos = (first..head.len()).step_by(2).map(|at| &head[at..at + 2]);
            let groups = std::iter::once(&head[..first]).chain(twos).filter(|group| !group.is_empty());
            groups.chain([last]).collect::<Vec<_>>().join(",")
        };
        let wide = |text: &str| -> String {
            let digit = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(c);
            text.chars().map(digit).collect()
        };
        let text = match style {
            8 => format!("₹{}.{rest:02}", lakhs()),
            9 => format!("{},{} €", wide(&whole.to_string()), wide(&format!("{rest:02}"))),
            10 => format!("{},{rest:02} kr.", grouped("\u{2009}")),
            0 => format!("${}.{rest:02}", grouped(",")),
            1 => format!("{},{rest:02} €", grouped(".")),
            2 => format!("{},{rest:02} zł", grouped("\u{a0}")),
            3 => format!("CHF {}.{rest:02}", grouped("'")),
            4 => format!("{}€{rest:02}", grouped("\u{202f}")),
            5 => format!("{},{rest:02}0 DT", grouped(" ")),
            6 => format!("KD {}.{rest:02}0", grouped(",")),
            7 => format!("R$\u{a0}{},{rest:02}", grouped(".")),
            _ => format!("{whole}.{rest:02} USD"),
        };
        let found = find(&text);
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert!((found[0].amount - cents as f64 / 100.0).abs() < 1e-6, "{} read as {}", text, found[0].amount);
    }
}
