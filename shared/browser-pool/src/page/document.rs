//! What a document is shown as and what was found of it: the words between a service and a page. No behaviour.

use std::time::Duration;

use url::Url;

use crate::config::Viewport;

/// A document to show, how it is laid out, and what is waited for before it is captured.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub source: Source<'a>,
    pub viewport: Viewport,
    /// Styles that come after the document's own.
    pub css_overrides: Option<&'a str>,
    /// Run in the document's own world once it is loaded; a promise is awaited.
    pub javascript: Option<&'a str>,
    pub appearance: Appearance,
    /// The document's clock, randomness, time zone and language are pinned, and [`VIRTUAL_TIME`] of its own time pass
    /// before the capture, however long that takes.
    pub deterministic: bool,
    pub wait_for: Option<WaitFor<'a>>,
    /// Passed after everything else was waited for.
    pub delay: Duration,
    pub area: Area<'a>,
    /// Find out which fonts were really used, for [`Shown::fonts_used`]; a call for each element.
    pub lists_fonts: bool,
}

/// How much of its own time passes in a document whose clock is pinned.
pub const VIRTUAL_TIME: Duration = Duration::from_secs(2);

/// Of a picture's side, in pixels: beyond it Chromium repeats the picture from the top, and WebP has no more.
pub const MOST_SIDE: u32 = 16_383;

/// Pixels of a picture: at four bytes each they are 200 MB in Chromium.
pub const MOST_PIXELS: f64 = 50_000_000.0;

impl<'a> Document<'a> {
    /// HTML in a viewport, and everything else as it is by default.
    pub fn of_html(html: &'a str, viewport: Viewport) -> Self {
        Self {
            source: Source::Html(html),
            viewport,
            css_overrides: None,
            javascript: None,
            appearance: Appearance::default(),
            deterministic: false,
            wait_for: None,
            delay: Duration::ZERO,
            area: Area::Viewport,
            lists_fonts: false,
        }
    }
}

/// Where the document comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Set on about:blank: an opaque origin without cookies or storage.
    Html(&'a str),
    /// Fetched through the egress proxy.
    Url(&'a Url),
}

/// What a document may ask of whoever looks at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appearance {
    /// `prefers-color-scheme: dark`, or `light` when false; Chromium's own where absent.
    pub dark: Option<bool>,
    /// `prefers-reduced-motion: reduce`.
    pub reduced_motion: bool,
    /// No white sheet behind the document.
    pub transparent: bool,
    /// Leave animations running instead of bringing them to their end, those without an end to their beginning.
    pub moving: bool,
}

/// A condition of the caller's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor<'a> {
    /// An element that matches is visible.
    Selector(&'a str),
    /// The document has called `renderReady()`.
    Call,
}

/// What of the document is captured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Area<'a> {
    Viewport,
    /// All of its height, up to what can be captured; pictures that load on sight are loaded.
    FullPage,
    /// The box of the first element that matches.
    Element(&'a str),
    /// From the document's upper left corner.
    Clip(Rect),
}

/// CSS pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A document that is ready to be captured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// What is in the captured part.
    pub content: Content,
    /// What did not get ready in time (`load`, `fonts`, `images`, `frames`), or cannot be held still (`moving pictures`).
    pub late: Vec<String>,
    /// What will be captured.
    pub area: Rect,
    /// The size of the whole document, CSS pixels.
    pub content_width: f64,
    pub content_height: f64,
    /// Some of what should be in the picture is not: content beyond the viewport, or an area larger than a picture
    /// can be.
    pub is_cut: bool,
    /// Web fonts that were asked for and did not come.
    pub fonts_failed: Vec<String>,
    /// Font families that are first in some style and installed nowhere.
    pub fonts_missing: Vec<String>,
    /// The families whose glyphs are on the page, the commonest first; only where [`Document::lists_fonts`].
    pub fonts_used: Vec<String>,
    /// Of a document that was fetched: the address that it ended at, and its HTTP status.
    pub final_url: Option<String>,
    pub status: Option<u16>,
}

/// What a capture of one colour alone would mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// That nothing is shown, or nothing but one colour: it is as it should be.
    #[default]
    Nothing,
    /// That it is wrong: there is text, or a picture of more than one colour.
    Something,
    /// That it is wrong if the colour (red, green, blue, alpha) is this one: all that is shown are pictures of one
    /// colour, or such as may not be looked into, and this is what would be seen if they were not painted.
    PicturesOver([u8; 4]),
}

/// How a picture is made of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShotFormat {
    /// `quality` 1…100.
    Jpeg { quality: u8 },
    /// `quality` 1…100.
    Webp { quality: u8 },
    /// Encoded for speed: Chromium's own small PNG blocks every page of the browser for half a second.
    Png,
}

/// What a page said and failed at while it was shown; bounded, and the first of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    pub console_errors: Vec<String>,
    /// Exceptions that nobody caught.
    pub page_errors: Vec<String>,
    pub failed_resources: Vec<FailedResource>,
    /// Requests that left the browser.
    pub requests: u64,
}

/// Something that the document refers to and that did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedResource {
    pub url: String,
    /// As Chromium says it: a status, or `net::ERR_…`.
    pub reason: String,
}
