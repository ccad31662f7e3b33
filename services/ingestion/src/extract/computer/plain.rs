//! Text in the one spelling that the patterns are written for.

use std::borrow::Cow;

/// Marks and ™ gone, all dashes a hyphen, full-width characters narrow, white space folded.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '®' | '™' | '©' => ' ',
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => continue,
            '\u{2010}'..='\u{2015}' | '−' | '－' => '-',
            '×' => 'x',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap_or(c),
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    for mark in ["(R)", "(r)", "(TM)", "(tm)", "(Tm)"] {
        if out.contains(mark) {
            out = out.replace(mark, " ").split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Lowercase, every character in the place where it was.
pub(super) fn lower(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut low = c.to_lowercase();
            match (low.next(), low.next()) {
                (Some(one), None) if one.len_utf8() == c.len_utf8() => one,
                _ => c,
            }
        })
        .collect()
}

/// Names of processors as shops of East Asia write them, and a space wherever such a script meets letters or digits,
/// for patterns that look for whole words.
pub(super) fn spaced(text: &str) -> Cow<'_, str> {
    const NAMES: [(&str, &str); 22] = [
        ("インテル", "Intel"),
        ("인텔", "Intel"),
        ("英特尔", "Intel"),
        ("英特爾", "Intel"),
        ("コア", "Core"),
        ("코어", "Core"),
        ("酷睿", "Core"),
        ("セレロン", "Celeron"),
        ("셀러론", "Celeron"),
        ("赛扬", "Celeron"),
        ("奔腾", "Pentium"),
        ("펜티엄", "Pentium"),
        ("ライゼン", "Ryzen"),
        ("라이젠", "Ryzen"),
        ("锐龙", "Ryzen"),
        ("銳龍", "Ryzen"),
        ("울트라", "Ultra"),
        ("プロセッサー", "processor"),
        ("プロセッサ", "processor"),
        ("프로세서", "processor"),
        ("处理器", "processor"),
        ("處理器", "processor"),
    ];
    if !text.chars().any(is_unspaced) {
        return Cow::Borrowed(text);
    }
    let mut named = text.to_owned();
    for (name, latin) in NAMES {
        if named.contains(name) {
            named = named.replace(name, &format!(" {latin} "));
        }
    }
    let mut out = String::with_capacity(named.len() * 2);
    for c in named.chars() {
        let meets = out.chars().next_back().is_some_and(|last| {
            (is_unspaced(last) && c.is_ascii_alphanumeric())
                || (last.is_ascii_alphanumeric() && is_unspaced(c))
        });
        if meets {
            out.push(' ');
        }
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Kana, Han, Hangul and Thai, which put no space between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::{lower, plain, spaced};

    #[test]
    fn spellings_become_one() {
        let cases = [
            ("Intel® Core™ i5‑1235U", "Intel Core i5-1235U"),
            ("Intel(R) Core(TM)i7-8700", "Intel Core i7-8700"),
            ("ＲＴＸ４０６０　Ｔｉ", "RTX4060 Ti"),
            ("2×8\u{a0}GB ", "2x8 GB"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected);
        }
        assert_eq!(spaced("インテルCore i5搭載"), " Intel Core i5 搭載");
        assert_eq!(spaced("酷睿i7-13700H"), " Core i7-13700H");
        assert_eq!(lower("İÉ-ГБ").len(), "İÉ-ГБ".len());
    }
}
