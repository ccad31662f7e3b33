//! Words that stand free of letters, though not of digits: `SSD1TB` names an SSD.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::plain::is_unspaced;

/// `meaning => words;` once and again. A macro, because a word a line would be what rustfmt makes of it.
macro_rules! word_table {
    ($($meaning:expr => $($word:literal)+;)+) => { &[$(($meaning, &[$($word),+] as &[&str])),+] };
}
macro_rules! word_list {
    ($($word:literal)+) => { &[$($word),+] };
}
pub(super) use {word_list, word_table};

/// Words of several meanings. A word that ends in `*` may go on, one that begins with it may be the end of a
/// compound.
pub(super) struct WordSet<T> {
    finder: Option<AhoCorasick>,
    words: Vec<(T, bool, bool)>,
}

impl<T: Copy> WordSet<T> {
    /// `table` is lowercase.
    pub(super) fn new(table: &[(T, &[&str])]) -> WordSet<T> {
        let mut words: Vec<(T, bool, bool)> = Vec::new();
        let mut patterns: Vec<&str> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (meaning, list) in table {
            for word in *list {
                let (compound_end, stem) = (word.starts_with('*'), word.ends_with('*'));
                let bare = word.trim_matches('*');
                // "bag" and "*bag": what one allows is allowed
                if let Some(entry) = known.get(bare).and_then(|at| words.get_mut(*at)) {
                    *entry = (entry.0, entry.1 || compound_end, entry.2 || stem);
                    continue;
                }
                known.insert(bare, words.len());
                words.push((*meaning, compound_end, stem));
                patterns.push(bare);
            }
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        WordSet { finder, words }
    }

    /// The words in `lower`, text that is lowercase, in their order.
    pub(super) fn find_all<'a>(&'a self, lower: &'a str) -> impl Iterator<Item = (T, Range<usize>)> + 'a {
        let finder = self.finder.iter();
        finder.flat_map(move |finder| finder.find_iter(lower)).filter_map(move |hit| {
            let (meaning, compound_end, stem) = *self.words.get(hit.pattern().as_usize())?;
            let range = hit.range();
            let inside = lower.get(range.clone())?;
            let before = lower.get(..range.start)?.chars().next_back();
            let after = lower.get(range.end..)?.chars().next();
            let free = |outer: Option<char>, inner: Option<char>| match (outer, inner) {
                (Some(outer), Some(inner)) => {
                    !outer.is_alphabetic() || is_unspaced(outer) || is_unspaced(inner)
                }
                _ => true,
            };
            let begins = compound_end || free(before, inside.chars().next());
            let ends = stem || free(after, inside.chars().next_back());
            (begins && ends).then_some((meaning, range))
        })
    }

    pub(super) fn first(&self, lower: &str) -> Option<(T, Range<usize>)> {
        self.find_all(lower).next()
    }
}
