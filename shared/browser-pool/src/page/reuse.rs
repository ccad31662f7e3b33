//! Pages that are used again, for documents that run nothing and load nothing.
//!
//! A page of its own costs a document a renderer process, which is more than drawing it. A document without scripts and
//! without anything to fetch can neither leave anything behind nor find anything, so such documents may follow each
//! other on one page. That they are such is not believed but enforced, twice: the page's own content policy lets no
//! script run and nothing load, and its egress address lets nothing out. What breaks the policy is shown again on a page
//! of its own, and whatever a page has been heard to say ends its being used again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64_simd::STANDARD as BASE64;
use chromiumoxide::cdp::browser_protocol::page::{NavigateParams, SetDocumentContentParams};

use super::document::{Area, Document, Source};
use super::{Page, isolated_world, metrics};
use crate::cdp::CallError;
use crate::config::Viewport;
use crate::deadline::Deadline;
use crate::error::PoolError;

/// Documents that one page shows, and bytes of them. What a renderer gathers over its life is bounded so.
const MOST_DOCUMENTS: u32 = 200;
const MOST_BYTES_SHOWN: usize = 8 << 20;

/// A document in whose place the inert ones are written: they inherit its policy.
const POLICY_DOCUMENT: &str = "data:text/html,<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; \
                               img-src data:; font-src data:; style-src 'unsafe-inline' data:\">";

/// Of a document that is looked through for what makes it one that may share a page.
const MOST_BYTES: usize = 1 << 20;

/// Marks of what runs.
const RUN: [&str; 9] =
    ["<script", "javascript:", "<iframe", "<frame", "<object", "<embed", "<animate", "<set", "<video"];

/// Marks of what else a page that is used again cannot do, or would keep: loads, and whatever is said to the document
/// as a whole and not to its elements.
const KEPT: [&str; 19] = [
    "<applet",
    "<portal",
    "<fencedframe",
    "<link",
    "<base",
    "<form",
    "<audio",
    "<source",
    "<use",
    "<image",
    "<feimage",
    "xlink:",
    "http-equiv",
    "referrer",
    "autofocus",
    "@import",
    "@property",
    "view-transition",
    "-webkit-locale",
];

/// What the pool needs to know of a document that may share a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inert {
    pub viewport: Viewport,
    /// One frame of the viewport is its picture.
    pub is_one_frame: bool,
}

/// What is known of a page's being used again.
#[derive(Debug, Default)]
pub(super) struct Reuse {
    /// It holds the policy document and shows inert documents only.
    is_inert: bool,
    documents: u32,
    bytes: AtomicUsize,
    now: Mutex<Now>,
}

/// The document that a page shows.
#[derive(Debug, Default, Clone, Copy)]
enum Now {
    /// None, or one that wants a page of its own.
    #[default]
    Other,
    /// An inert one in this viewport.
    Inert(Viewport),
    Captured(Viewport),
}

impl Reuse {
    pub(super) fn begins(&self, document: &Document<'_>) {
        *self.now() = document.inert().map_or(Now::Other, |inert| Now::Inert(inert.viewport));
        if let Source::Html(html) = document.source {
            self.bytes.fetch_add(html.len(), Ordering::Relaxed);
        }
    }

    pub(super) fn captured(&self) {
        let mut now = self.now();
        if let Now::Inert(viewport) = *now {
            *now = Now::Captured(viewport);
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Document<'_> {
    /// `Some` for a document that may be shown on a page that has shown other such documents before; `None` for one that
    /// wants a page of its own. No parser, and on the safe side.
    pub fn inert(&self) -> Option<Inert> {
        let Source::Html(html) = self.source else { return None };
        let is_plain = html.len() <= MOST_BYTES
            && self.javascript.is_none()
            && self.wait_for.is_none()
            && !self.deterministic
            && self.appearance == super::Appearance::default();
        let is_inert = || is_inert(html) && self.css_overrides.is_none_or(is_inert);
        if !is_plain || !is_inert() {
            return None;
        }
        let is_still = !moves(html) && !self.css_overrides.is_some_and(moves);
        let is_one_frame = self.area == Area::Viewport && self.delay.is_zero() && is_still;
        Some(Inert { viewport: self.viewport, is_one_frame })
    }
}

/// Whether a document might run something: no parser, and on the safe side.
pub fn runs_something(html: &str) -> bool {
    runs(&html.to_ascii_lowercase())
}

fn runs(text: &str) -> bool {
    RUN.iter().any(|mark| text.contains(mark)) || has_handler(text)
}

fn is_inert(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    !runs(&lower)
        && !KEPT.iter().any(|mark| lower.contains(mark))
        && !loads(&lower)
        && !speaks_for_the_document(&lower)
        && holds_still(text, &lower)
        && !chooses_glyphs(text, &lower)
}

/// What is said so stays with the document when its elements are gone: the colours of links, and whatever a `meta` says
/// but the encoding and the viewport.
fn speaks_for_the_document(text: &str) -> bool {
    const HARMLESS: [&str; 3] = [" charset=", " name=\"viewport\"", " name=viewport"];
    let mut metas = text.match_indices("<meta").map(|(at, mark)| &text[at + mark.len()..]);
    let is_harmless = |rest: &str| {
        let tag = rest.split('>').next().unwrap_or_default();
        let names = tag.matches("name").count() + tag.matches("charset").count();
        HARMLESS.iter().any(|start| tag.starts_with(start)) && names == 1
    };
    let colours_links = ["link", "vlink", "alink"].iter().any(|name| {
        let mut rests = text.match_indices(name).map(|(at, mark)| &text[at + mark.len()..]);
        rests.any(|rest| rest.trim_start().starts_with('='))
    });
    colours_links || metas.any(|rest| !is_harmless(rest))
}

/// Pictures that move go on where another document left them: only fonts and pictures of a single frame are let in, told
/// by their bytes, as Chromium tells them too, and drawings of shapes.
fn holds_still(text: &str, lower: &str) -> bool {
    lower.match_indices("data:").all(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        if is_drawing(&lower[..at], &lower[at + mark.len()..]) {
            return true;
        }
        let end = rest.find(['"', '\'', ')', '>', ' ', '\n', '\r', '\t']).unwrap_or(rest.len());
        let Some((_, data)) = rest[..end].split_once(";base64,") else { return false };
        BASE64.decode_to_vec(data).is_ok_and(|bytes| is_still(&bytes))
    })
}

/// What moves by its style has no time before its first frame, and cannot be brought to its end until then.
fn moves(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["animation", "transition", "<marquee"].iter().any(|mark| lower.contains(mark))
}

/// An SVG in quotes, written out, of shapes alone: no letters, no style sheet, nothing that moves or refers to anything,
/// and nothing written in another way than as itself.
fn is_drawing(before: &str, rest: &str) -> bool {
    const SHAPES: [&str; 10] =
        ["svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"];
    const WRITTEN: [(&str, &str); 4] = [("%3c", "<"), ("%3e", ">"), ("%23", "#"), ("%20", " ")];
    let Some(quote) = before.chars().next_back().filter(|quote| matches!(quote, '"' | '\'')) else {
        return false;
    };
    let Some(svg) = rest.split(quote).next().and_then(|data| data.strip_prefix("image/svg+xml,")) else {
        return false;
    };
    let svg = WRITTEN.iter().fold(svg.to_owned(), |svg, (written, meant)| svg.replace(written, meant));
    let is_shape = |tag: &str| {
        let name = tag.trim_start_matches('/').split(|letter: char| !letter.is_ascii_alphanumeric()).next();
        name.is_some_and(|name| SHAPES.contains(&name))
    };
    svg.is_ascii()
        && !svg.contains(['%', '&', '\\', '!', '?', '@'])
        && !svg.contains("href")
        && svg.starts_with('<')
        && svg[1..].split('<').all(is_shape)
}

fn is_still(bytes: &[u8]) -> bool {
    const STILL: [&[u8]; 5] = [&[0xff, 0xd8, 0xff], b"wOFF", b"wOF2", b"OTTO", &[0, 1, 0, 0]];
    let is_animated = || bytes.windows(4).any(|chunk| chunk == b"acTL");
    STILL.iter().any(|start| bytes.starts_with(start)) || (bytes.starts_with(b"\x89PNG") && !is_animated())
}

/// The language of a text in Chinese characters decides between their variants, and the renderer keeps what it chose.
fn chooses_glyphs(text: &str, lower: &str) -> bool {
    let is_han =
        |letter: char| matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..);
    lower.contains("lang") && (lower.contains("&#") || text.chars().any(is_han))
}

/// `onload=` and its like: white space, a quote or a slash, `on`, letters, an equals sign.
fn has_handler(text: &str) -> bool {
    let is_before = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'/');
    text.match_indices("on").any(|(at, _)| {
        let starts = at > 0 && is_before(text.as_bytes()[at - 1]);
        let rest = text[at + 2..].trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        starts && rest.trim_start().starts_with('=') && !text[at + 2..].starts_with('=')
    })
}

/// An address that is not in the document itself.
fn loads(text: &str) -> bool {
    let is_elsewhere = |rest: &str| {
        let rest = rest.trim_start().trim_start_matches(['"', '\'']).trim_start();
        !rest.starts_with("data:") && !rest.starts_with('#')
    };
    let after = |mark: &'static str| text.match_indices(mark).map(move |(at, _)| &text[at + mark.len()..]);
    let attributes = ["src", "srcset", "poster", "background"];
    let named = attributes.into_iter().flat_map(after).filter_map(|rest| rest.trim_start().strip_prefix('='));
    after("url(").chain(after("image-set(")).chain(named).any(is_elsewhere)
}

impl Page {
    /// Whether it has shown a document before that was not its own.
    pub(crate) fn is_inert(&self) -> bool {
        self.reuse.is_inert
    }

    pub(crate) fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// An error when an inert page was asked for more than it gives.
    pub(super) fn stays_inert(&self) -> Result<(), PoolError> {
        let broken = self.is_inert() && (self.watch.policy_was_broken() || self.egress.report().requests > 0);
        if broken { Err(PoolError::NotInert) } else { Ok(()) }
    }

    /// The viewport in which another document may be shown here after the one that was captured.
    pub(crate) fn may_be_used_again(&self) -> Option<Viewport> {
        let Now::Captured(viewport) = *self.reuse.now() else { return None };
        let heard = self.watch.heard();
        let said = heard.console_errors.len() + heard.page_errors.len() + heard.failed_resources.len();
        let egress = self.egress.report();
        let is_clean = said == 0 && egress.requests + egress.refused == 0 && !self.watch.policy_was_broken();
        let is_young = self.reuse.documents < MOST_DOCUMENTS
            && self.reuse.bytes.load(Ordering::Relaxed) < MOST_BYTES_SHOWN;
        (is_clean && is_young && self.is_alive()).then_some(viewport)
    }

    /// Takes away what it shows; a page that showed its first document gets the policy. `viewport`: of the documents to
    /// come.
    pub(crate) async fn clear(&mut self, viewport: Viewport, deadline: Deadline) -> Result<(), CallError> {
        *self.reuse.now() = Now::Other;
        self.reuse.documents += 1;
        if self.reuse.is_inert {
            let nothing = SetDocumentContentParams { frame_id: self.frame.clone(), html: String::new() };
            self.send(&nothing).within(deadline).await?;
            return Ok(());
        }
        self.egress.shut();
        if viewport != self.viewport {
            self.send(&metrics(viewport)).within(deadline).await?;
            self.viewport = viewport;
        }
        self.send(&NavigateParams::new(POLICY_DOCUMENT)).within(deadline).await?;
        let world = self.send(&isolated_world(&self.frame)).within(deadline).await?;
        self.world = world.execution_context_id;
        self.reuse.is_inert = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_and_loads_nothing_is_inert() {
        for inert in [
            "<p>Ryzen on sale, description=1</p>",
            "<style>b { background: url( 'data:image/png;base64,iVBORw0KGgo=' ) }</style><b onto>x</b>",
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=\"viewport\" content=\"width=1200\">",
            "<a href='https://shop/'>shop</a>",
            "<svg><rect fill='url(#g)'/></svg><img src=\"data:image/jpeg;base64,/9j/4AAQ\">",
            "<style>b { mask: url(\"data:image/svg+xml,%3Csvg fill='%23f00'%3E%3Cpath d='M1 2'/%3E%3C/svg%3E\") }</style>",
        ] {
            assert!(is_inert(inert), "{inert}");
        }
        for not in [
            "<SCRIPT>1</SCRIPT>",
            "<p onclick = 'x()'>",
            "<svg/onload=x()>",
            "<img src=photo.png>",
            "<img SRCSET = 'https://a/b 2x'>",
            "<style>b { background: URL(//a/b) }</style>",
            "<style>@import 'data:text/css,'</style>",
            "<meta http-equiv=refresh content=1>",
            "<meta name=color&#45;scheme content=dark>",
            "<meta charset=utf-8 name=color-scheme content=dark>",
            "<body vlink = red>",
            "<img src='data:image/gif;base64,R0lGODlh'>",
            "<img src='data:image/png;base64,R0lGODlh'>",
            "<img src='data:image/png;base64,iVBORw0KGgphY1RM'>",
            "<img src=data:image/svg+xml,%3Csvg/%3E>",
            "<img src='data:image/svg+xml,%3Csvg%3E%3Ctext%3Ex%3C/text%3E%3C/svg%3E'>",
            "<img src='data:image/svg+xml,%3Csvg%3E%3C%74ext%3Ex%3C/svg%3E'>",
            "<img src='data:image/svg+xml,<svg><animatemotion/></svg>'>",
            "<img src='data:image/svg+xml,<svg><g style=\"x\\3a y\"/></svg>'>",
            "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
            "<h1 lang=zh-TW>直骨令",
            "<svg><image href='http://a/b'/></svg>",
        ] {
            assert!(!is_inert(not), "{not}");
        }
    }
}
