//! Data that a script assigns: JSON, or a JavaScript literal that is nearly JSON (bare keys, single quotes).

use serde_json::Value as Json;

/// A literal that is no JSON is put right up to this length; what analytics push is short.
const LONGEST_REPAIRED: usize = 64 << 10;

/// The value that the text begins with; `None` for anything that has to be run.
pub(super) fn read(text: &str) -> Option<Json> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    if let Some(Ok(value)) = values.next() {
        return Some(value);
    }
    let text = text.get(..text.floor_char_boundary(LONGEST_REPAIRED)).unwrap_or_default();
    serde_json::from_str(&repaired(text)?).ok()
}

/// The literal at the start of the text as JSON; `None` where an expression stands in it.
fn repaired(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut depth = 0_usize;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' | '[' => {
                depth += 1;
                out.push(c);
            }
            '}' | ']' => {
                depth = depth.checked_sub(1)?;
                if out.trim_end().ends_with(',') {
                    out.truncate(out.trim_end().len() - 1);
                }
                out.push(c);
                if depth == 0 {
                    return Some(out);
                }
            }
            '"' | '\'' => {
                let rest = text.get(at + 1..)?;
                let len = string(rest, c, &mut out)?;
                while chars.next_if(|(next, _)| *next <= at + 1 + len).is_some() {}
            }
            ':' | ',' => out.push(c),
            c if c.is_whitespace() => out.push(' '),
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.') => {
                let rest = text.get(at..)?;
                let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.');
                let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len()))?;
                let is_key = rest.get(word.len()..)?.trim_start().starts_with(':');
                match word {
                    "undefined" if !is_key => out.push_str("null"),
                    "true" | "false" | "null" if !is_key => out.push_str(word),
                    _ if is_key => {
                        out.push('"');
                        out.push_str(word);
                        out.push('"');
                    }
                    _ if word.parse::<f64>().is_ok() => out.push_str(word),
                    _ => return None,
                }
                while chars.next_if(|(next, _)| *next < at + word.len()).is_some() {}
            }
            _ => return None,
        }
    }
    None
}

/// Writes a string that `quote` ends as JSON, and gives its length without the quotes.
fn string(text: &str, quote: char, out: &mut String) -> Option<usize> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            out.push_str(&serde_json::to_string(&inside).ok()?);
            return Some(at);
        }
        if c == '\\' {
            match chars.next()?.1 {
                'n' | 't' | 'r' => inside.push(' '),
                // rare enough in names and prices
                'u' | 'x' => inside.push('\u{fffd}'),
                other => inside.push(other),
            }
        } else {
            inside.push(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn literals_are_read_without_running_them() {
        let cases = [
            (r#"{"a": [1, 2]}; more"#, Some(json!({"a": [1, 2]}))),
            (r"{'a': 'it\'s', b: 2.5, c: undefined,}", Some(json!({"a": "it's", "b": 2.5, "c": null}))),
            (
                r#"[{item_name: "A \"b\"", 'price': '1',},]);"#,
                Some(json!([{"item_name": "A \"b\"", "price": "1"}])),
            ),
            ("{a: window.b}", None),
            ("{a: f(1)}", None),
            ("function(){}", None),
            ("{a: 'x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(&"[".repeat(200_000)), None);
    }
}
