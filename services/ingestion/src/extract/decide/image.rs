//! The main picture and the others in order; the same picture in several sizes counts once.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::candidate::{Candidate, Candidates, Value};
use super::super::money::Locale;
use super::super::product::{Evidence, Field, Source};
use super::super::sources::visible::is_decoration;
use super::{ALTERNATIVES, rounded};
use url::Url;

/// Pictures that a listing gets.
const MOST: usize = 20;
/// A source's second picture is its second choice, and so on.
const LATER: f64 = 0.6;

struct Picture<'a> {
    candidate: &'a Candidate,
    address: &'a str,
    key: String,
    trust: f64,
    /// Named like a logo or a pixel: only ever the main picture, where there is no other.
    decoration: bool,
}

pub(in crate::extract) fn images(found: &Candidates, locale: Locale) -> (Vec<String>, Option<Evidence>) {
    let pictures = pictures(found);
    let belief = |key: &str| {
        let best = |source: &Source| {
            let own = pictures.iter().filter(|p| p.candidate.source == *source && p.key == key);
            own.map(|picture| picture.trust).fold(0.0, f64::max)
        };
        1.0 - Source::ALL.iter().map(|source| 1.0 - best(source)).product::<f64>()
    };
    let ranked = pictures.iter().map(|picture| (belief(&picture.key), picture));
    let best = ranked.fold(None, |best: Option<(f64, &Picture<'_>)>, next| match best {
        Some(best) if best.0 > next.0 || (best.0 >= next.0 && best.1.trust >= next.1.trust) => Some(best),
        _ => Some(next),
    });
    let Some((belief, main)) = best else { return (Vec::new(), None) };
    let mut seen: HashSet<&str> = HashSet::from([main.key.as_str()]);
    let mut ordered = vec![largest(main, &pictures).to_owned()];
    // the rest of the gallery comes from the source of the main picture, then from the others
    let own = pictures.iter().filter(|p| p.candidate.source == main.candidate.source);
    let rest = pictures.iter().filter(|p| p.candidate.source != main.candidate.source);
    for picture in own.chain(rest) {
        if ordered.len() < MOST && !picture.decoration && seen.insert(&picture.key) {
            ordered.push(picture.address.to_owned());
        }
    }
    let mut agreeing = vec![main.candidate.source];
    for picture in pictures.iter().filter(|picture| picture.key == main.key) {
        if !agreeing.contains(&picture.candidate.source) {
            agreeing.push(picture.candidate.source);
        }
    }
    let losers = pictures.iter().filter(|p| p.key != main.key && p.candidate.source != main.candidate.source);
    let evidence = Evidence {
        source: main.candidate.source,
        place: main.candidate.place.clone(),
        confidence: rounded(belief),
        agreeing,
        alternatives: losers.take(ALTERNATIVES).map(|picture| picture.candidate.report(locale)).collect(),
    };
    (ordered, Some(evidence))
}

/// The main picture's address in the largest size that any source has it in; one without a size is taken for
/// the original.
fn largest<'a>(main: &'a Picture<'a>, pictures: &'a [Picture<'a>]) -> &'a str {
    let Some(own) = pixels(main.address) else { return main.address };
    let same = pictures.iter().filter(|picture| picture.key == main.key && !picture.decoration);
    let sized = same.filter_map(|picture| Some((pixels(picture.address)?, picture.address)));
    let best = sized.filter(|(size, _)| *size > own).max_by_key(|(size, _)| *size);
    best.map_or(main.address, |(_, address)| address)
}

/// The longer side that an address asks for or names: `s-l1600`, `_SL1500_`, `800x600`, `?width=640`.
fn pixels(address: &str) -> Option<u32> {
    let patterns = SIZES.as_ref()?;
    let sides = patterns.captures_iter(address).flat_map(|found| {
        found.iter().skip(1).flatten().filter_map(|side| side.as_str().parse().ok()).collect::<Vec<u32>>()
    });
    sides.filter(|side| (16..=10_000).contains(side)).max()
}

static SIZES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) /s-l(\d{2,4})\.
        | [._](?:AC_|US|SL|SX|SY|UL|UX)+(\d{2,4})(?:,\d+)*_
        | (\d{2,4})x(\d{2,4})
        | [?&](?:odn)?(?:w|wid|width|h|hei|height|size|sz)=(\d{2,4})
        | (?:^|[/,_])[wh]_(\d{2,4})",
    )
    .ok()
});

fn pictures(found: &Candidates) -> Vec<Picture<'_>> {
    let mut pictures: Vec<Picture<'_>> = Vec::new();
    for candidate in found.of(Field::Image) {
        let Value::Text(address) = &candidate.value else { continue };
        let Ok(url) = Url::parse(address) else { continue };
        let later = pictures.iter().any(|picture| picture.candidate.source == candidate.source);
        let mut trust = if later { candidate.trust * LATER } else { candidate.trust };
        let decoration = is_decoration(&url);
        if decoration {
            trust *= 0.3;
        }
        pictures.push(Picture { candidate, address, key: key(&url), trust, decoration });
    }
    pictures
}

/// What the addresses of one picture in several sizes have in common: the file's name without its ending and
/// what Amazon and Shopify add for a size; the whole path where the name is too short to tell pictures apart. A
/// program that serves pictures is told by its query which one.
fn key(url: &Url) -> String {
    const TELLING: usize = 8;
    let path = url.path().trim_end_matches('/');
    let file = path.rsplit('/').next().unwrap_or_default();
    if let Some(inner) = served(url) {
        return key(&inner);
    }
    let stem = file.split("._").next().unwrap_or(file);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let stem = stem.rsplit_once('_').filter(|(_, size)| is_size(size)).map_or(stem, |(stem, _)| stem);
    // the folder is the picture, the file its size
    if let Some(folder) = path.strip_suffix(file).filter(|_| is_size(stem)) {
        return folder.trim_end_matches('/').to_owned();
    }
    let digits = stem.chars().filter(char::is_ascii_digit).count();
    if stem.len() >= TELLING && (digits > 1 || stem.len() >= 2 * TELLING) {
        return stem.to_owned();
    }
    let is_program =
        [".ashx", ".aspx", ".php", ".asp", ".cgi", ".jsp", ".axd"].iter().any(|end| file.ends_with(end));
    match url.query().filter(|_| is_program) {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// The picture that a resizer is asked for: `/_next/image?url=…&w=640`.
fn served(url: &Url) -> Option<Url> {
    const MOST: usize = 12;
    let is_resizer = |key: &str| matches!(key, "url" | "src" | "image" | "img");
    let (_, inner) =
        url.query_pairs().take(MOST).find(|(key, value)| is_resizer(key) && value.contains('/'))?;
    let inner = url.join(&inner).ok()?;
    // one level: an address can hold itself
    let nested = inner.query().is_some_and(|query| query.contains('='));
    if nested {
        let mut bare = inner;
        bare.set_query(None);
        return Some(bare);
    }
    Some(inner)
}

/// `600x600`, `1024x`, `grande`, `s-l500`.
fn is_size(text: &str) -> bool {
    let dimensions = text
        .split_once('x')
        .is_some_and(|(w, h)| w.bytes().chain(h.bytes()).all(|b| b.is_ascii_digit()) && text.len() > 1);
    let side = text.strip_prefix("s-l").is_some_and(|side| side.bytes().all(|b| b.is_ascii_digit()));
    dimensions
        || (side && text.len() > 3)
        || matches!(text, "grande" | "large" | "medium" | "small" | "master" | "compact" | "thumb")
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{images, key, pixels};
    use crate::extract::candidate::Candidates;
    use crate::extract::money::Locale;
    use crate::extract::product::{Field, Source};

    #[test]
    fn sizes_of_a_picture_share_a_key() {
        let of = |address: &str| key(&Url::parse(address).expect("a valid address"));
        assert_eq!(
            of("https://m.example/images/I/71FFK2Up1zL._AC_SL1500_.jpg"),
            of("https://m.example/images/I/71FFK2Up1zL.jpg")
        );
        assert_eq!(
            of("https://cdn.example/a/lamp-blue-77_600x600.jpg"),
            of("https://cdn.example/b/lamp-blue-77.webp")
        );
        assert_eq!(
            of("https://shop.example/_next/image?url=%2Fmedia%2Flamp-blue-77.webp&w=640&q=75"),
            of("https://cdn.example/b/lamp-blue-77.webp")
        );
        assert_ne!(
            of("https://shop.example/_next/image?url=%2Fmedia%2Flamp-blue-77.webp&w=640"),
            of("https://shop.example/_next/image?url=%2Fmedia%2Flamp-blue-78.webp&w=640")
        );
        assert_ne!(of("https://im.example/ImgW.ashx?cd=A&i=1"), of("https://im.example/ImgW.ashx?cd=A&i=2"));
        assert_eq!(
            of("https://i.example/images/g/abc/s-l500.jpg"),
            of("https://i.example/images/g/abc/s-l1600.webp")
        );
        assert_ne!(
            of("https://i.example/images/g/abc/s-l500.jpg"),
            of("https://i.example/images/g/xyz/s-l500.jpg")
        );
    }

    #[test]
    fn addresses_tell_sizes() {
        let cases = [
            ("https://i.example/images/g/abc/s-l500.jpg", Some(500)),
            ("https://m.example/I/71FFK2Up1zL._AC_SL1500_.jpg", Some(1_500)),
            ("https://m.example/I/71FFK2Up1zL.jpg", None),
            ("https://cdn.example/lamp-blue-77_600x400.jpg", Some(600)),
            ("https://cdn.example/lamp.jpg?v=3&width=493", Some(493)),
            ("https://i5.example/lamp.jpeg?odnHeight=1280&odnWidth=1280", Some(1_280)),
            ("https://res.example/c_fit,w_300/lamp.jpg", Some(300)),
        ];
        for (address, expected) in cases {
            assert_eq!(pixels(address), expected, "{address}");
        }
    }

    #[test]
    fn the_largest_size_of_the_main_picture_comes_first() {
        let main = |addresses: [&str; 2]| {
            let mut found = Candidates::default();
            found.push_text(Field::Image, addresses[0], Source::JsonLd, "image", 0.85);
            found.push_text(Field::Image, addresses[1], Source::Visible, "img", 0.5);
            images(&found, Locale::default()).0.first().cloned().unwrap_or_default()
        };
        let (small, large) =
            ("https://i.example/a/s-l500.jpg".to_owned(), "https://i.example/a/s-l1600.jpg".to_owned());
        assert_eq!(main([&small, &large]), large);
        assert_eq!(main([&large, &small]), large);
        let other = "https://i.example/b/s-l1600.jpg";
        assert_eq!(main([&small, other]), small);
        let original = "https://m.example/I/71FFK2Up1zL.jpg";
        assert_eq!(main([original, "https://m.example/I/71FFK2Up1zL._SL1500_.jpg"]), original);
    }
}
