//! JSON-LD as shops write it: raw line breaks in strings, comments, trailing commas, halves of characters.

use serde_json::Value as Json;

use super::super::super::dom::{Dom, Tag};

/// Scripts that are read in one page.
const MOST_SCRIPTS: usize = 100;

/// The documents that can be read; one broken script does not spoil the others. serde_json refuses more
/// than 128 levels, so nothing here recurses deeper.
pub(super) fn documents(dom: &Dom) -> Vec<Json> {
    let is_jsonld = |kind: &str| kind.to_ascii_lowercase().contains("ld+json");
    let scripts = dom.all().filter(|node| dom.tag(*node) == Tag::Script);
    let scripts = scripts.filter(|node| dom.attr(*node, "type").is_some_and(is_jsonld)).take(MOST_SCRIPTS);
    let texts = scripts.filter_map(|script| dom.children(script).next());
    texts.filter_map(|text| read(dom.characters(text))).collect()
}

fn read(text: &str) -> Option<Json> {
    let text = unwrapped(text);
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&repaired(text)).ok())
}

/// Without what older pages put around scripts.
fn unwrapped(text: &str) -> &str {
    let wrappings =
        ["<!--", "-->", "//<![CDATA[", "//]]>", "/*<![CDATA[*/", "/*]]>*/", "<![CDATA[", "]]>", ";", "//"];
    let mut text = text.trim();
    loop {
        let before = text.len();
        for wrapping in wrappings {
            text = text.strip_prefix(wrapping).unwrap_or(text).trim_start();
            text = text.strip_suffix(wrapping).unwrap_or(text).trim_end();
        }
        if text.len() == before {
            return text;
        }
    }
}

/// The same with the usual mistakes put right.
fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    let mut in_string = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\\' if in_string => {
                let escape = escaped(text.get(at..).unwrap_or_default());
                for _ in 1..escape.chars {
                    chars.next();
                }
                out.push_str(&escape.text);
            }
            c if in_string && c < ' ' => out.push(' '),
            ',' if !in_string => {
                let next = text.get(at + 1..).unwrap_or_default().trim_start().chars().next();
                if !matches!(next, Some('}' | ']' | ',') | None) {
                    out.push(c);
                }
            }
            _ => out.push(c),
        }
    }
    out
}

struct Escape {
    /// Characters that it takes in the source, the backslash included.
    chars: usize,
    text: String,
}

/// The escape at the start of `text`, valid in any case: a lone half of a character becomes U+FFFD.
fn escaped(text: &str) -> Escape {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    match text.chars().nth(1) {
        Some('u') => match (unit(0), unit(6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => {
                Escape { chars: 12, text: text.get(..12).unwrap_or_default().to_owned() }
            }
            (Some(0xd800..=0xdfff), _) => Escape { chars: 6, text: "\u{fffd}".to_owned() },
            (Some(_), _) => Escape { chars: 6, text: text.get(..6).unwrap_or_default().to_owned() },
            (None, _) => Escape { chars: 2, text: "u".to_owned() },
        },
        Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
            Escape { chars: 2, text: format!("\\{c}") }
        }
        Some(c) if c >= ' ' => Escape { chars: 2, text: c.to_string() },
        _ => Escape { chars: 1, text: "\\\\".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn usual_mistakes_are_put_right() {
        let cases = [
            (r#"{"a": 1,}"#, json!({"a": 1})),
            ("{\"a\": \"x\ny\"}", json!({"a": "x y"})),
            (r"<!-- [1, 2,] -->", json!([1, 2])),
            ("//<![CDATA[\n{\"a\": 1};\n//]]>", json!({"a": 1})),
            (r#"{"a": "\ud83d"}"#, json!({"a": "\u{fffd}"})),
            (r#"{"a": "\ud83d\ude00", "b": "\x"}"#, json!({"a": "😀", "b": "x"})),
            (r#"{"a": "it\'s"}"#, json!({"a": "it's"})),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn bombs_and_nonsense_are_left_out() {
        assert_eq!(read(&"[".repeat(1_000_000)), None);
        assert_eq!(read(&"{\"a\":".repeat(100_000)), None);
        assert_eq!(read("{{product.json}}"), None);
        assert_eq!(read("\"\\"), None);
        assert_eq!(read(""), None);
    }
}
