//! What templates may call beside minijinja's own: money, the room that text takes, a file of the template's folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind, State, Value};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::money::{discount, money};

/// The `data:` address of each file that may be embedded, by `template/file`.
pub(super) type Embedded = BTreeMap<String, String>;

pub(super) fn add_to(environment: &mut Environment<'_>, embedded: Embedded) {
    environment.add_filter("money", |amount: f64, currency: &str| money(amount, currency));
    environment.add_filter("columns", |text: &str| text.width());
    environment.add_filter("longest_word", longest_word);
    environment.add_filter("language", language);
    environment.add_function("discount", discount);
    let embedded = Arc::new(embedded);
    environment.add_function("embed", move |state: &State, file: &str| embed(state, &embedded, file));
}

/// Columns of the longest run that a line cannot be broken in.
fn longest_word(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        let is_break = character.is_whitespace() || matches!(character, '-' | '/');
        // Between the characters of Chinese and Japanese lines break anywhere.
        run = if character.is_whitespace() || width > 1 { 0 } else { run + width };
        longest = longest.max(run);
        if is_break {
            run = 0;
        }
    }
    longest
}

/// The language that a script suggests, for the choice of glyphs and the height of lines; `en` for Latin and all
/// else.
fn language(text: &str) -> &'static str {
    let mut found = "en";
    for character in text.chars() {
        match character {
            // Kana tell Japanese from Chinese, wherever they stand.
            '\u{3040}'..='\u{30ff}' => return "ja",
            '\u{ac00}'..='\u{d7af}' => return "ko",
            '\u{3400}'..='\u{9fff}' => found = "zh",
            '\u{0600}'..='\u{06ff}' if found == "en" => found = "ar",
            '\u{0590}'..='\u{05ff}' if found == "en" => found = "he",
            '\u{0900}'..='\u{097f}' if found == "en" => found = "hi",
            '\u{0e00}'..='\u{0e7f}' if found == "en" => found = "th",
            _ => {}
        }
    }
    found
}

fn embed(state: &State, embedded: &Embedded, file: &str) -> Result<Value, Error> {
    let folder = state.name().split_once('/').map_or("", |(folder, _)| folder);
    // In a style sheet an escaped address would be another one; base64 needs no escaping.
    let address = embedded.get(&format!("{folder}/{file}"));
    address.cloned().map(Value::from_safe_string).ok_or_else(|| {
        let kinds = super::source::EMBEDDED.map(|(extension, _)| extension).join(", ");
        let problem =
            format!("embed(\"{file}\"): no such file in the template's folder, or not one of {kinds}");
        Error::new(ErrorKind::InvalidOperation, problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_measured_where_lines_cannot_break() {
        let table = [
            ("", 0),
            ("Mac mini", 4),
            ("Wi-Fi 6E", 3),
            ("ミニPC省電力", 2),
            ("Donaudampfschiff 2", 16),
            ("a/bcdef", 5),
        ];
        for (text, columns) in table {
            assert_eq!(longest_word(text), columns, "{text}");
        }
    }

    #[test]
    fn scripts_suggest_their_language() {
        let table = [
            ("Mini PC", "en"),
            ("Миниатюрный", "en"),
            ("迷你电脑", "zh"),
            ("省電力ミニPC", "ja"),
            ("미니 PC", "ko"),
            ("كمبيوتر", "ar"),
            ("मिनी", "hi"),
        ];
        for (text, code) in table {
            assert_eq!(language(text), code, "{text}");
        }
    }
}
