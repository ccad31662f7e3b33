//! The product's name among headlines, document titles and markup, which all say it a little differently.

use super::super::candidate::{Candidate, Candidates, Value};
use super::super::likeness::{coverage, likeness};
use super::super::money::Locale;
use super::super::product::{Evidence, Field, Source};
use super::super::rank;
use super::{ALTERNATIVES, rounded};

/// Titles as alike as this are the same title.
const SAME: f64 = 0.75;

pub(super) fn title(found: &Candidates, locale: Locale) -> Option<(String, Evidence)> {
    let titles: Vec<(&Candidate, String)> =
        found.of(Field::Title).filter_map(|c| Some((c, text(c)?))).collect();
    let names: Vec<String> = titles.iter().map(|(_, text)| text.clone()).collect();
    let titles: Vec<(&Candidate, String)> = titles
        .into_iter()
        .map(|(c, text)| (c, without_shop(&text, &names)))
        .filter(|(_, t)| !t.is_empty())
        .collect();
    let scored =
        titles.iter().map(|(candidate, text)| (support(candidate, text, &titles), (*candidate, text)));
    let (_, (winner, text)) = rank::best(scored)?;
    let agrees = |other: &str| likeness(text, other) >= SAME;
    let mut agreeing: Vec<Source> = vec![winner.source];
    let mut doubt = 1.0 - winner.trust;
    for (candidate, other) in &titles {
        if agrees(other) && !agreeing.contains(&candidate.source) {
            agreeing.push(candidate.source);
            doubt *= 1.0 - candidate.trust;
        }
    }
    let losers = titles.iter().filter(|(_, other)| !agrees(other)).take(ALTERNATIVES);
    let alternatives = losers.map(|(candidate, _)| candidate.report(locale)).collect();
    let evidence = Evidence {
        source: winner.source,
        place: winner.place.clone(),
        confidence: rounded(1.0 - doubt),
        agreeing,
        alternatives,
    };
    Some((text.clone(), evidence))
}

fn text(candidate: &Candidate) -> Option<String> {
    match &candidate.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// What a rule that was written for the shop counts more.
const RULED: f64 = 0.6;

/// Its own trust and, in proportion to likeness, that of the best of every other source.
fn support(candidate: &Candidate, text: &str, all: &[(&Candidate, String)]) -> f64 {
    let others = Source::ALL.iter().filter(|source| **source != candidate.source).map(|source| {
        let of_source = all.iter().filter(|(other, _)| other.source == *source);
        of_source.map(|(other, title)| other.trust * likeness(text, title)).fold(0.0, f64::max)
    });
    let ruled = if candidate.source == Source::Shop { RULED } else { 0.0 };
    candidate.trust + ruled + 0.5 * others.sum::<f64>()
}

/// The title without the shop's name and department, where another candidate shows that it is whole without.
fn without_shop(title: &str, others: &[String]) -> String {
    const SEPARATORS: [&str; 13] =
        [" | ", " - ", " – ", " — ", " : ", ": ", " · ", " » ", " at ", "｜", "】", "【", " / "];
    let pieces = SEPARATORS.iter().flat_map(|separator| {
        let ends =
            title.match_indices(separator).map(|(at, sep)| (title.get(..at), title.get(at + sep.len()..)));
        ends.flat_map(|(head, tail)| [head, tail]).flatten().collect::<Vec<_>>()
    });
    let whole = |piece: &&str| {
        let piece = piece.trim();
        piece.len() > 3
            && others
                .iter()
                .any(|other| other != title && likeness(piece, other) > 0.95 && coverage(title, other) < 1.0)
    };
    pieces
        .into_iter()
        .filter(whole)
        .max_by_key(|piece| piece.len())
        .map_or_else(|| title.to_owned(), |piece| piece.trim().to_owned())
}
