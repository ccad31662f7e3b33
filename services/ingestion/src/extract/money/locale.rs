//! Which currency a page means by a sign that several share: by its markup, its country, its language.

use super::{Currency, Sign};

/// What the page says about where it sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::extract) struct Locale {
    /// The currency of the country in the address or the language tag.
    local: Option<Currency>,
    /// The one that the page's markup names.
    declared: Option<Currency>,
}

impl Locale {
    /// `host` as in the address; `path` may begin with a locale (`/en-ca/`); `language` is `html`'s `lang`.
    pub(in crate::extract) fn of(host: &str, path: &str, language: Option<&str>) -> Locale {
        let mut labels = host.rsplit('.');
        let (top, second) = (labels.next(), labels.next());
        // .co is used by shops of all countries, .com.co is not
        let is_generic = top == Some("co") && second != Some("com");
        let domain = top.filter(|_| !is_generic).and_then(currency_of_country);
        let segment = path.split('/').nth(1).and_then(region_of_tag).and_then(currency_of_country);
        let region = language.and_then(region_of_tag).and_then(currency_of_country);
        let local = domain.or(segment).or(region).or_else(|| language.and_then(currency_of_language));
        Locale { local, declared: None }
    }

    pub(in crate::extract) fn declaring(self, declared: Option<Currency>) -> Locale {
        Locale { declared, ..self }
    }

    /// The currency that the sign means here.
    pub(in crate::extract) fn resolve(self, sign: Sign) -> Currency {
        match sign {
            Sign::Of(currency) => currency,
            Sign::Shared(codes) => {
                let fits = |currency: &Currency| codes.contains(&currency.0);
                self.declared.filter(fits).or(self.local.filter(fits)).unwrap_or(Currency(codes[0]))
            }
        }
    }

    /// The currency of the country.
    pub(in crate::extract) fn local(self) -> Option<Currency> {
        self.local
    }

    /// What an amount without any sign is in.
    pub(in crate::extract) fn usual(self) -> Option<Currency> {
        self.declared.or(self.local)
    }
}

/// `ca` of `en-CA` and `fr_ca`.
fn region_of_tag(tag: &str) -> Option<&str> {
    let (language, region) = tag.split_once(['-', '_'])?;
    let region = region.split(['-', '_']).next_back()?;
    ((2..=3).contains(&language.len()) && region.len() == 2).then_some(region)
}

/// Of a language that (nearly) one country speaks.
fn currency_of_language(tag: &str) -> Option<Currency> {
    let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let code = match language.as_str() {
        "ja" => "JPY",
        "ko" => "KRW",
        "sv" => "SEK",
        "da" => "DKK",
        "nb" | "nn" | "no" => "NOK",
        "is" => "ISK",
        "pl" => "PLN",
        "cs" => "CZK",
        "hu" => "HUF",
        "ro" => "RON",
        "bg" => "BGN",
        "uk" => "UAH",
        "he" => "ILS",
        "tr" => "TRY",
        "th" => "THB",
        "vi" => "VND",
        "id" => "IDR",
        "hi" => "INR",
        "ka" => "GEL",
        "de" | "it" | "nl" | "fi" | "el" | "et" | "lv" | "lt" | "sk" | "sl" | "hr" => "EUR",
        _ => return None,
    };
    Currency::from_code(code)
}

/// By top-level domain or ISO 3166 code.
fn currency_of_country(country: &str) -> Option<Currency> {
    let code = match country.to_ascii_lowercase().as_str() {
        "us" | "ec" | "sv" | "pa" | "pr" => "USD",
        "uk" | "gb" => "GBP",
        "ca" => "CAD",
        "au" => "AUD",
        "nz" => "NZD",
        "sg" => "SGD",
        "hk" => "HKD",
        "tw" => "TWD",
        "mx" => "MXN",
        "ar" => "ARS",
        "cl" => "CLP",
        "uy" => "UYU",
        "co" => "COP",
        "bo" => "BOB",
        "py" => "PYG",
        "cr" => "CRC",
        "gt" => "GTQ",
        "do" => "DOP",
        "br" => "BRL",
        "pe" => "PEN",
        "de" | "at" | "fr" | "it" | "es" | "nl" | "be" | "ie" | "pt" | "fi" | "gr" | "sk" | "si" | "ee"
        | "lv" | "lt" | "lu" | "mt" | "cy" | "hr" | "eu" => "EUR",
        "ch" | "li" => "CHF",
        "se" => "SEK",
        "no" => "NOK",
        "dk" => "DKK",
        "is" => "ISK",
        "pl" => "PLN",
        "cz" => "CZK",
        "hu" => "HUF",
        "ro" => "RON",
        "md" => "MDL",
        "bg" => "BGN",
        "rs" => "RSD",
        "mk" => "MKD",
        "ba" => "BAM",
        "ua" => "UAH",
        "ru" => "RUB",
        "by" => "BYN",
        "kz" => "KZT",
        "tr" => "TRY",
        "il" => "ILS",
        "in" => "INR",
        "pk" => "PKR",
        "lk" => "LKR",
        "np" => "NPR",
        "bd" => "BDT",
        "jp" => "JPY",
        "cn" => "CNY",
        "kr" => "KRW",
        "th" => "THB",
        "vn" => "VND",
        "id" => "IDR",
        "my" => "MYR",
        "ph" => "PHP",
        "ae" => "AED",
        "sa" => "SAR",
        "kw" => "KWD",
        "qa" => "QAR",
        "om" => "OMR",
        "bh" => "BHD",
        "jo" => "JOD",
        "eg" => "EGP",
        "ma" => "MAD",
        "tn" => "TND",
        "lb" => "LBP",
        "iq" => "IQD",
        "ir" => "IRR",
        "ge" => "GEL",
        "az" => "AZN",
        "uz" => "UZS",
        "al" => "ALL",
        "ug" => "UGX",
        "tz" => "TZS",
        "sn" | "ci" => "XOF",
        "dz" => "DZD",
        "za" => "ZAR",
        "ng" => "NGN",
        "ke" => "KES",
        "gh" => "GHS",
        _ => return None,
    };
    Currency::from_code(code)
}
