//! How the parts of a page look that its text does not tell, as `read_dom.js` hands it over.

use std::borrow::Cow;

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};

use crate::error::PoolError;

/// Milliseconds for finding the parts of a large page; what is left then stays unlisted.
pub(super) const BUDGET_MS: u32 = 8;

/// Of a page with more elements nothing is looked at: its first box would lay all of it out. Large shops have some ten
/// thousand.
pub(super) const MOST_ELEMENTS: u32 = 200_000;

/// Text nodes that are looked at in search of amounts.
pub(super) const MOST_TEXTS: u32 = 50_000;

/// The looks of some hundred parts of a page: short texts with digits, headings, pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The attribute that holds a part's number in the page's text. Random, so that no page can have it by itself.
    pub mark: String,
    /// By number.
    pub parts: Vec<Part>,
    /// Text nodes that were looked at.
    pub looked: u32,
    /// Which bound ended the search for parts, where one did.
    pub cut: Option<Cut>,
}

/// The bounds of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// The page has more elements than any that is looked at.
    Elements,
    Texts,
    /// So many parts were found.
    Parts,
    Time,
}

/// One of them. Lengths are CSS pixels of the document, not of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Not displayed, transparent, or without an area.
    pub hidden: bool,
    /// Moved out of the page or clipped to a dot, as texts for screen readers are.
    pub outside: bool,
    /// A line is drawn through it.
    pub struck: bool,
    pub font: i32,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub picture: Option<Picture>,
}

/// What is known of an `img`; the size is 0 where it has not been loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// What the browser chose of its sources; empty where it is nothing of the web.
    pub address: String,
}

/// The script's answer.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    pub(super) html: String,
    elements: Vec<[i32; 6]>,
    images: Vec<(usize, u32, u32, String)>,
    looked: u32,
    #[serde(deserialize_with = "cut")]
    cut: Option<Cut>,
}

/// An empty text where nothing was cut off.
fn cut<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cut>, D::Error> {
    let bound = <Cow<'_, str>>::deserialize(deserializer)?;
    if bound.is_empty() {
        return Ok(None);
    }
    Cut::deserialize(bound.as_ref().into_deserializer()).map(Some)
}

const HIDDEN: i32 = 1;
const OUTSIDE: i32 = 2;
const STRUCK: i32 = 4;

/// A name that the page cannot foresee.
pub(super) fn fresh_mark() -> String {
    format!("x-{:016x}", fastrand::u64(..))
}

impl Read {
    pub(super) fn layout(&mut self, mark: String) -> Result<Layout, PoolError> {
        let mut parts: Vec<Part> = self.elements.drain(..).map(Part::of).collect();
        for (number, width, height, address) in self.images.drain(..) {
            let part = parts.get_mut(number).ok_or_else(|| PoolError::Render {
                what: "a script answered with something unexpected".to_owned(),
            })?;
            part.picture = Some(Picture { width, height, address });
        }
        Ok(Layout { mark, parts, looked: self.looked, cut: self.cut })
    }
}

impl Part {
    fn of([flags, font, x, y, width, height]: [i32; 6]) -> Self {
        let has = |flag| flags & flag != 0;
        Self {
            hidden: has(HIDDEN),
            outside: has(OUTSIDE),
            struck: has(STRUCK),
            font,
            x,
            y,
            width,
            height,
            picture: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_answer_is_read() {
        let answer = r#"{"html": "<p x-1=0>", "elements": [[5, 16, -3, 20, 40, 18], [0, 0, 0, 0, 0, 0]],
            "images": [[1, 600, 400, "https://shop.example/1.jpg"]], "looked": 9, "cut": "time"}"#;
        let mut read: Read = serde_json::from_str(answer).expect("as the script answers");
        let layout = read.layout("x-1".to_owned()).expect("whole");
        let first = &layout.parts[0];
        assert!(first.hidden && first.struck && !first.outside);
        assert_eq!((first.font, first.x, first.y, first.width, first.height), (16, -3, 20, 40, 18));
        assert_eq!((layout.looked, layout.cut), (9, Some(Cut::Time)));
        assert_eq!(layout.parts[1].picture.as_ref().map(|picture| picture.width), Some(600));
        let mut torn: Read = serde_json::from_str(
            r#"{"html": "", "elements": [], "images": [[7, 1, 1, ""]], "looked": 0, "cut": ""}"#,
        )
        .expect("as the script answers");
        assert!(torn.layout("x-1".to_owned()).is_err());
    }

    #[test]
    fn marks_are_attributes_and_differ() {
        let (one, other) = (fresh_mark(), fresh_mark());
        assert_ne!(one, other);
        assert!(one.starts_with("x-") && one.len() == 18 && one.bytes().all(|b| b != b' ' && b != b'='));
    }
}
