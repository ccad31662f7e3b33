//! Text in the one spelling that the patterns are written for.

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

/// Kana, Han, Hangul and Thai, which put no space between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::{lower, plain};

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
        assert_eq!(lower("İÉ-ГБ").len(), "İÉ-ГБ".len());
    }
}
