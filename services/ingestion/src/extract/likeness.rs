//! How alike two titles are.

use std::collections::HashMap;

/// Words that are compared; titles are shorter.
const MOST_WORDS: usize = 80;

/// The F1 of shared words, 0…1. Characters of scripts without spaces are words of their own.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in &a {
        *counts.entry(word).or_default() += 1;
    }
    let mut shared = 0;
    for word in &b {
        if let Some(left) = counts.get_mut(word.as_str()).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    2.0 * f64::from(shared) / (a.len() + b.len()) as f64
}

/// The share of `part`'s words that `whole` has, 0…1.
pub(super) fn coverage(part: &str, whole: &str) -> f64 {
    let (part, whole) = (words(part), words(whole));
    if part.is_empty() {
        return 0.0;
    }
    part.iter().filter(|word| whole.contains(word)).count() as f64 / part.len() as f64
}

fn words(text: &str) -> Vec<String> {
    let unspaced = |c: char| matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if unspaced(c) {
            words.push(c.to_string());
            open = false;
        } else if c.is_alphanumeric() {
            match words.last_mut().filter(|_| open) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
            open = true;
        } else {
            open = false;
        }
        if words.len() > MOST_WORDS {
            break;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{coverage, likeness};

    #[test]
    fn shared_words_count() {
        assert!(likeness("Blue Lamp", "blue lamp!") > 0.99);
        assert!(likeness("Blue Lamp", "Red Rug") < 0.01);
        assert!((likeness("Blue Lamp 40 cm", "Blue Lamp") - 2.0 / 3.0).abs() < 1e-9);
        assert!(likeness("中古ノート", "ノート") > 0.7);
        assert!(likeness("", "x") < 0.01);
        assert!(coverage("Blue Lamp", "Blue Lamp 40 cm | Shop") > 0.99);
    }
}
