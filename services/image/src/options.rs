//! What is asked for: the requests as they come, and the options that they stand for once every field has been
//! checked. Pure: knows no HTTP and no browser.

mod check;
#[cfg(test)]
mod tests;

use std::time::Duration;

use browser_pool::{Appearance, Area, Content, Document, Rect, ShotFormat, Source, Viewport, WaitFor};
use serde::{Deserialize, Serialize};
use service_kit::{ErrorKind, Field, RequestFields, whole};
use url::Url;
use utoipa::ToSchema;

use crate::picture::{Compression, OneColour, Plan};
use crate::report::Check;

/// A document to render. Fields that are absent or `null` have their defaults.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"html": "<h1>Hello</h1>", "image_format": "jpeg"}))]
pub(crate) struct RenderRequest {
    /// The document; its own scripts run. Non-blank text.
    pub(crate) html: String,
    #[serde(flatten)]
    pub(crate) options: PictureRequest,
}

/// A page to take a picture of. Fields that are absent or `null` have their defaults.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"url": "https://example.org/", "full_page": true, "image_format": "jpeg"}))]
pub(crate) struct ScreenshotRequest {
    /// The page to open, absolute, `http` or `https`, at most 8 KiB. Either `url` or `html`.
    pub(crate) url: Option<String>,
    /// The document, in place of `url`.
    pub(crate) html: Option<String>,
    #[serde(flatten)]
    pub(crate) options: PictureRequest,
}

/// What a picture can be asked to be, whatever it shows.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the request, and independent of the others"
)]
pub(crate) struct PictureRequest {
    /// CSS pixels.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(default = 1200, minimum = 1, maximum = 4096)]
    pub(crate) width: Option<u32>,
    /// CSS pixels.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(default = 630, minimum = 1, maximum = 4096)]
    pub(crate) height: Option<u32>,
    #[serde(default)]
    #[schema(nullable, default = "png")]
    pub(crate) image_format: Format,
    /// For `jpeg` and `webp` only.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(default = 85, minimum = 1, maximum = 100)]
    pub(crate) quality: Option<u8>,
    /// For `png` only: `fast` is as Chromium captures it, `balanced` is recompressed, off the browser.
    #[serde(default)]
    pub(crate) png_compression: Option<Compression>,
    /// Pixels of the picture per CSS pixel; the picture has at most 50 million.
    #[schema(default = 2.0, minimum = 0.1, maximum = 4)]
    pub(crate) scale_factor: Option<f64>,
    /// Seconds for the whole request, queueing and retries included; more than 0.
    #[schema(default = 15, exclusive_minimum = 0, maximum = 60)]
    pub(crate) timeout_s: Option<f64>,
    /// Styles that come after the document's own, at most 256 KiB.
    pub(crate) css_overrides: Option<String>,
    /// Run after load and before the capture; refused unless the operator set `PLAYWRIGHT_ALLOW_SCRIPTS=true`.
    pub(crate) javascript: Option<String>,
    /// The whole height of the page, of one with vertical lines also its whole width, up to 16383 pixels; pictures that
    /// load on sight are loaded.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) full_page: bool,
    /// Only the first element that matches this CSS selector. Not with `full_page` or `clip`.
    pub(crate) selector: Option<String>,
    /// Only this part of the page. Not with `full_page` or `selector`.
    pub(crate) clip: Option<Clip>,
    /// No white sheet behind the page. `png` and `webp` only.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) omit_background: bool,
    /// What `prefers-color-scheme` answers.
    pub(crate) color_scheme: Option<ColorScheme>,
    /// `prefers-reduced-motion: reduce`.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) reduced_motion: bool,
    /// `finish` brings animations to their end and those without an end to their beginning; `allow` leaves them.
    #[serde(default)]
    #[schema(nullable, default = "finish")]
    pub(crate) animations: Animations,
    /// Wait until an element that matches this CSS selector is visible, or with `renderReady()` until the page has
    /// called that function.
    pub(crate) wait_for: Option<String>,
    /// Milliseconds to wait after everything else.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(default = 0, maximum = 30000)]
    pub(crate) delay_ms: Option<u32>,
    /// Clock, randomness, time zone and language are pinned, and two seconds of the page's own time pass: the same
    /// request gives the same bytes.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) deterministic: bool,
    /// Scale the picture down to this many pixels of width, at most its own. A `webp` is then compressed without loss.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(minimum = 1, maximum = 4096)]
    pub(crate) thumbnail_width: Option<u32>,
    /// List the fonts that were really used in the report; some milliseconds more.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) report_fonts: bool,
    /// What of the report turns the picture into an error, 422 `integrity_failed`.
    #[serde(default)]
    #[schema(nullable)]
    pub(crate) fail_on: Vec<Check>,
}

/// CSS pixels from the page's upper left corner, which is left of what is seen first where a page is written from the
/// right.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clip {
    pub(crate) x: f64,
    pub(crate) y: f64,
    #[schema(minimum = 1, maximum = 16383)]
    pub(crate) width: f64,
    #[schema(minimum = 1, maximum = 16383)]
    pub(crate) height: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Png,
    Jpeg,
    Webp,
}

impl Format {
    pub(crate) const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColorScheme {
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Animations {
    #[default]
    Finish,
    Allow,
}

/// The fields that every picture has, after those that say what it shows.
macro_rules! fields {
    ($($first:expr),* $(,)?) => {
        &[
            $($first,)*
            Field::optional("width", "an integer from 1 to 4096"),
            Field::optional("height", "an integer from 1 to 4096"),
            Field::optional("image_format", "png, jpeg or webp"),
            Field::optional("quality", "an integer from 1 to 100"),
            Field::optional("png_compression", "fast or balanced"),
            Field::optional("scale_factor", "a number from 0.1 to 4"),
            Field::optional("timeout_s", "a number of seconds, more than 0 and at most 60"),
            Field::optional("css_overrides", "text of at most 262144 bytes"),
            Field::optional("javascript", "text"),
            Field::optional("full_page", "true or false"),
            Field::optional("selector", "a CSS selector of at most 1024 bytes"),
            Field::optional("clip", "x and y from 0, width and height from 1, all at most 16383"),
            Field::optional("omit_background", "true or false"),
            Field::optional("color_scheme", "light or dark"),
            Field::optional("reduced_motion", "true or false"),
            Field::optional("animations", "finish or allow"),
            Field::optional("wait_for", "a CSS selector of at most 1024 bytes, or renderReady()"),
            Field::optional("delay_ms", "an integer from 0 to 30000, less than timeout_s"),
            Field::optional("deterministic", "true or false"),
            Field::optional("thumbnail_width", "an integer from 1 to 4096, at most the picture's own width"),
            Field::optional("report_fonts", "true or false"),
            Field::optional("fail_on", Check::LIST),
        ]
    };
}

impl RequestFields for RenderRequest {
    const FIELDS: &'static [Field] =
        fields![Field::required("html", "non-blank text").refused_as(ErrorKind::InvalidHtml)];
}

impl RequestFields for ScreenshotRequest {
    const FIELDS: &'static [Field] = fields![
        Field::optional("url", "an absolute http or https URL of at most 8192 bytes")
            .refused_as(ErrorKind::InvalidUrl),
        Field::optional("html", "non-blank text").refused_as(ErrorKind::InvalidHtml),
    ];
}

pub(crate) fn some_whole<'de, D: serde::Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    whole(deserializer).map(Some)
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Subject {
    Html(String),
    Url(Url),
}

/// What of it is in the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) enum Part {
    Viewport,
    FullPage,
    Element(String),
    Clip(Clip),
}

/// A request whose every field is valid. Serialised it is the picture's identity: what is equal here looks the same.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct RenderOptions {
    pub(crate) subject: Subject,
    css_overrides: Option<String>,
    javascript: Option<String>,
    #[serde(skip)]
    pub(crate) viewport: Viewport,
    size: (u32, u32),
    scale: f64,
    pub(crate) format: Format,
    quality: u8,
    compression: Compression,
    part: Part,
    omit_background: bool,
    color_scheme: Option<ColorScheme>,
    reduced_motion: bool,
    animations: Animations,
    wait_for: Option<String>,
    delay_ms: u32,
    pub(crate) deterministic: bool,
    thumbnail_width: Option<u32>,
    report_fonts: bool,
    #[serde(skip)]
    pub(crate) fail_on: Vec<Check>,
    #[serde(skip)]
    pub(crate) timeout_s: f64,
}

impl RenderOptions {
    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            source: match &self.subject {
                Subject::Html(html) => Source::Html(html),
                Subject::Url(url) => Source::Url(url),
            },
            viewport: self.page_viewport(),
            css_overrides: self.css_overrides.as_deref(),
            javascript: self.javascript.as_deref(),
            appearance: Appearance {
                dark: self.color_scheme.map(|scheme| scheme == ColorScheme::Dark),
                reduced_motion: self.reduced_motion,
                transparent: self.omit_background,
                moving: self.animations == Animations::Allow,
            },
            // A document that runs nothing has no clock that could be pinned.
            deterministic: self.deterministic && self.runs_something(),
            wait_for: self.wait_for.as_deref().map(|wait_for| match wait_for {
                check::READY_CALL => WaitFor::Call,
                selector => WaitFor::Selector(selector),
            }),
            delay: Duration::from_millis(self.delay_ms.into()),
            lists_fonts: self.report_fonts,
            area: match &self.part {
                Part::Viewport => Area::Viewport,
                Part::FullPage => Area::FullPage,
                Part::Element(selector) => Area::Element(selector),
                Part::Clip(Clip { x, y, width, height }) => {
                    Area::Clip(Rect { x: *x, y: *y, width: *width, height: *height })
                }
            },
        }
    }

    /// What the page is laid out in: what was asked for, enlarged where a side of it would be too small to be
    /// captured.
    fn page_viewport(&self) -> Viewport {
        let Viewport { width, height, scale } = self.viewport;
        let least = (check::LEAST_CAPTURED / scale).ceil() as u32;
        Viewport { width: width.max(least), height: height.max(least), scale }
    }

    pub(crate) fn waits_for_something(&self) -> bool {
        self.wait_for.is_some()
    }

    pub(crate) fn is_whole_viewport(&self) -> bool {
        self.part == Part::Viewport
    }

    pub(crate) fn shot(&self) -> ShotFormat {
        match self.format {
            Format::Png => ShotFormat::Png,
            Format::Jpeg => ShotFormat::Jpeg { quality: self.quality },
            Format::Webp => ShotFormat::Webp { quality: self.quality },
        }
    }

    /// What is done with the captured picture. `area`: what was captured, in CSS pixels; `content`: what it shows.
    pub(crate) fn plan(&self, area: Rect, content: Content) -> Plan {
        let page = self.page_viewport();
        // A viewport too small to be captured was enlarged: its picture is cropped back.
        let is_cropped = page != self.viewport && matches!(self.part, Part::Viewport | Part::FullPage);
        let side = |captured: f64, enlarged: u32, wanted: u32| {
            let is_enlarged = is_cropped && enlarged != wanted && captured <= f64::from(enlarged);
            if is_enlarged { f64::from(wanted) } else { captured }
        };
        let size = if self.is_whole_viewport() {
            (f64::from(self.viewport.width), f64::from(self.viewport.height))
        } else {
            (
                side(area.width, page.width, self.viewport.width),
                side(area.height, page.height, self.viewport.height),
            )
        };
        let one_colour = match content {
            // A part that was asked for may lie between the letters, and of a page that shows something the one pixel
            // that is left is of one colour: that is for the report to say.
            _ if is_cropped || !matches!(self.part, Part::Viewport | Part::FullPage) => OneColour::Right,
            Content::Nothing => OneColour::Right,
            Content::Something => OneColour::Wrong,
            Content::PicturesOver(colour) => OneColour::WrongIf(colour),
        };
        Plan {
            format: self.format,
            quality: self.quality,
            compression: self.compression,
            scale: self.viewport.scale,
            size,
            is_cropped,
            one_colour,
            thumbnail_width: self.thumbnail_width,
        }
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s)
    }

    /// The same for the same page, whatever its size and format: a page that kills browsers is known by it.
    pub(crate) fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        match &self.subject {
            Subject::Html(html) => html.hash(&mut hasher),
            Subject::Url(url) => url.as_str().hash(&mut hasher),
        }
        (&self.css_overrides, &self.javascript).hash(&mut hasher);
        hasher.finish()
    }

    /// The picture's identity: equal for requests that must look the same.
    pub(crate) fn identity(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        // Writing into a hasher does not fail, and nothing here is unserialisable.
        let _ = serde_json::to_writer(&mut hasher, self);
        *hasher.finalize().as_bytes()
    }

    /// Whether another rendering could look different for a reason that lies in the document: it runs something, or
    /// it is fetched. What it loads is known only afterwards.
    pub(crate) fn may_vary(&self) -> bool {
        matches!(self.subject, Subject::Url(_)) || (!self.deterministic && self.runs_something())
    }

    fn runs_something(&self) -> bool {
        let Subject::Html(html) = &self.subject else { return true };
        self.javascript.is_some() || browser_pool::runs_something(html)
    }
}
