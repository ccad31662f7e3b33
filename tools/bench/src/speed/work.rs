//! What is measured: the work, and who does it.

use std::fmt;

use clap::ValueEnum;
use serde_json::{Value, json};

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Work {
    /// A card as JPEG of quality 85
    Jpeg,
    /// A card as PNG, encoded for speed
    PngFast,
    /// A card as PNG, encoded for size within reason
    PngBalanced,
    /// A card, nothing else being said; of the original, its only kind of picture
    Defaults,
    /// A product of a page that comes whole from its server
    #[value(skip)]
    StaticPage,
    /// A product of a page that scripts draw after two calls
    #[value(skip)]
    ScriptedPage,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Target {
    /// The service as it is shipped, over HTTP
    Service,
    /// One browser whose pages are used again and again: unsafe, and as fast as it gets
    Floor,
    /// The same with two browsers
    #[value(name = "floor-2")]
    Floor2,
    /// A new context for each card, a wait for the network to be idle, a fixed sleep
    Original,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Png,
    Jpeg,
}

/// A kind of request to one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    pub(crate) work: Work,
    pub(crate) target: Target,
}

impl Work {
    pub(crate) const CARDS: [Work; 4] = [Work::Jpeg, Work::PngFast, Work::PngBalanced, Work::Defaults];

    pub(crate) const PAGES: [Work; 2] = [Work::StaticPage, Work::ScriptedPage];

    pub(crate) fn is_page(self) -> bool {
        Work::PAGES.contains(&self)
    }

    /// Which of the series of cards or of products the `number`th request is about. They differ, but are all of one
    /// kind (a card's theme, that it has a photo): the median of two kinds would be nobody's time.
    pub(crate) fn nth(self, number: usize) -> usize {
        match self {
            Work::Jpeg | Work::PngFast | Work::PngBalanced | Work::Defaults => 12 * number,
            Work::ScriptedPage => 2 * number,
            Work::StaticPage => 2 * number + 1,
        }
    }

    /// What the picture must be; of no meaning for a page.
    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Work::Jpeg => Encoding::Jpeg,
            _ => Encoding::Png,
        }
    }

    /// The service's request for a picture of a document.
    pub(crate) fn request(self, html: &str) -> Value {
        match self {
            Work::Jpeg => json!({ "html": html, "image_format": "jpeg", "quality": 85 }),
            Work::PngFast => json!({ "html": html, "image_format": "png", "png_compression": "fast" }),
            Work::PngBalanced => {
                json!({ "html": html, "image_format": "png", "png_compression": "balanced" })
            }
            Work::Defaults | Work::StaticPage | Work::ScriptedPage => json!({ "html": html }),
        }
    }
}

impl Target {
    pub(crate) const ALL: [Target; 4] = [Target::Service, Target::Floor, Target::Floor2, Target::Original];

    pub(crate) fn does(self, work: Work) -> bool {
        match self {
            Target::Service => true,
            Target::Floor => work.is_page() || matches!(work, Work::Jpeg | Work::PngFast),
            Target::Floor2 => matches!(work, Work::Jpeg | Work::PngFast),
            Target::Original => work == Work::Defaults,
        }
    }
}

impl Lane {
    /// Those that do the same work come one after the other.
    pub(crate) fn all(works: &[Work], targets: &[Target]) -> Vec<Lane> {
        let of_work = |work: Work| {
            let does = targets.iter().filter(move |target| target.does(work));
            does.map(move |target| Lane { work, target: *target })
        };
        works.iter().flat_map(|work| of_work(*work)).collect()
    }
}

impl fmt::Display for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Work::Jpeg => "jpeg",
            Work::PngFast => "png fast",
            Work::PngBalanced => "png balanced",
            Work::Defaults => "defaults",
            Work::StaticPage => "static page",
            Work::ScriptedPage => "scripted page",
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Target::Service => "service",
            Target::Floor => "floor",
            Target::Floor2 => "floor-2",
            Target::Original => "original",
        })
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.target, self.work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_of_the_same_work_are_neighbours_and_nobody_is_asked_for_what_it_does_not_do() {
        let lanes = Lane::all(&[Work::Jpeg, Work::Defaults], &Target::ALL);
        let names: Vec<_> = lanes.iter().map(Lane::to_string).collect();
        assert_eq!(
            names,
            ["service jpeg", "floor jpeg", "floor-2 jpeg", "service defaults", "original defaults"]
        );
    }
}
