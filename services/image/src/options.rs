//! What is asked for: the request as it comes, and the options that it stands for once every field has been
//! checked. Pure: knows no HTTP and no browser.

use std::time::Duration;

use browser_pool::{Document, Shot, ShotFormat, Viewport};
use serde::Deserialize;
use service_kit::{ApiError, ErrorKind, Field, RequestFields, short, whole};
use utoipa::ToSchema;

use crate::config::ImageSettings;

/// CSS pixels of a side.
const MOST_SIDE: u32 = 4096;
const SCALES: std::ops::RangeInclusive<f64> = 0.1..=4.0;
/// Of a picture's side as Chromium captures it: one of a single pixel never comes.
const LEAST_CAPTURED: f64 = 2.0;
/// Of the picture: at four bytes each it is 200 MB in Chromium.
const MOST_PIXELS: f64 = 50_000_000.0;
const LONGEST_TIMEOUT_S: f64 = 60.0;
const MOST_CSS_BYTES: usize = 256 << 10;

/// A document to render. Fields that are absent or `null` have their defaults.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"html": "<h1>Hello</h1>", "image_format": "jpeg"}))]
pub(crate) struct RenderRequest {
    /// The document; its own scripts run. Non-blank text.
    pub(crate) html: String,
    /// CSS pixels.
    #[serde(default = "default_width", deserialize_with = "whole")]
    #[schema(default = 1200, minimum = 1, maximum = 4096)]
    pub(crate) width: u32,
    /// CSS pixels.
    #[serde(default = "default_height", deserialize_with = "whole")]
    #[schema(default = 630, minimum = 1, maximum = 4096)]
    pub(crate) height: u32,
    #[serde(default)]
    #[schema(default = "png")]
    pub(crate) image_format: Format,
    /// For `jpeg` only.
    #[serde(default = "default_quality", deserialize_with = "whole")]
    #[schema(default = 85, minimum = 1, maximum = 100)]
    pub(crate) quality: u8,
    /// Pixels of the picture per CSS pixel; `width · height · scale_factor²` is at most 50 million.
    #[serde(default = "default_scale")]
    #[schema(default = 2.0, minimum = 0.1, maximum = 4)]
    pub(crate) scale_factor: f64,
    /// Seconds for the whole request, queueing and retries included; more than 0.
    #[serde(default = "default_timeout")]
    #[schema(default = 15, exclusive_minimum = 0, maximum = 60)]
    pub(crate) timeout_s: f64,
    /// Styles that come after the document's own, at most 256 KiB.
    pub(crate) css_overrides: Option<String>,
    /// Run after load and before the capture; refused unless the operator set `PLAYWRIGHT_ALLOW_SCRIPTS=true`.
    pub(crate) javascript: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Png,
    Jpeg,
}

impl Format {
    pub(crate) const ALL: [Self; 2] = [Self::Png, Self::Jpeg];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

impl RequestFields for RenderRequest {
    const FIELDS: &'static [Field] = &[
        Field::required("html", "non-blank text").refused_as(ErrorKind::InvalidHtml),
        Field::optional("width", "an integer from 1 to 4096"),
        Field::optional("height", "an integer from 1 to 4096"),
        Field::optional("image_format", "png or jpeg"),
        Field::optional("quality", "an integer from 1 to 100"),
        Field::optional("scale_factor", "a number from 0.1 to 4"),
        Field::optional("timeout_s", "a number of seconds, more than 0 and at most 60"),
        Field::optional("css_overrides", "text of at most 262144 bytes"),
        Field::optional("javascript", "text"),
    ];
}

fn default_width() -> u32 {
    1200
}

fn default_height() -> u32 {
    630
}

fn default_quality() -> u8 {
    85
}

fn default_scale() -> f64 {
    2.0
}

fn default_timeout() -> f64 {
    15.0
}

/// A request whose every field is valid.
#[derive(Debug, Clone)]
pub(crate) struct RenderOptions {
    html: String,
    css_overrides: Option<String>,
    javascript: Option<String>,
    pub(crate) viewport: Viewport,
    pub(crate) format: Format,
    quality: u8,
    pub(crate) timeout_s: f64,
}

impl RenderRequest {
    /// Checks every field, in the order of the contract, without touching a browser.
    pub(crate) fn check(self, settings: &ImageSettings) -> Result<RenderOptions, ApiError> {
        self.check_html()?;
        self.check_size()?;
        if !(1..=100).contains(&self.quality) {
            return Err(Self::refuse("quality", self.quality));
        }
        if !(self.timeout_s > 0.0 && self.timeout_s <= LONGEST_TIMEOUT_S) {
            return Err(Self::refuse("timeout_s", short(self.timeout_s)));
        }
        let css_overrides = self.css_overrides.filter(|css| !css.is_empty());
        if let Some(css) = css_overrides.as_ref().filter(|css| css.len() > MOST_CSS_BYTES) {
            return Err(Self::refuse("css_overrides", format_args!("{} bytes", css.len())));
        }
        let javascript = self.javascript.filter(|javascript| !javascript.is_empty());
        if javascript.is_some() && !settings.allow_scripts {
            let problem =
                "not accepted here, put scripts into html (PLAYWRIGHT_ALLOW_SCRIPTS=true accepts them)";
            return Err(ApiError::invalid("javascript", problem));
        }
        Ok(RenderOptions {
            html: self.html,
            css_overrides,
            javascript,
            viewport: Viewport { width: self.width, height: self.height, scale: self.scale_factor },
            format: self.image_format,
            quality: self.quality,
            timeout_s: self.timeout_s,
        })
    }

    fn check_html(&self) -> Result<(), ApiError> {
        if self.html.trim().is_empty() {
            return Err(Self::refuse("html", "nothing but white space"));
        }
        if self.html.contains('\0') {
            return Err(Self::refuse("html", "binary data (it contains NUL)"));
        }
        Ok(())
    }

    fn check_size(&self) -> Result<(), ApiError> {
        for (name, side) in [("width", self.width), ("height", self.height)] {
            if !(1..=MOST_SIDE).contains(&side) {
                return Err(Self::refuse(name, side));
            }
        }
        if !SCALES.contains(&self.scale_factor) {
            return Err(Self::refuse("scale_factor", short(self.scale_factor)));
        }
        let pixels = f64::from(self.width) * f64::from(self.height) * self.scale_factor.powi(2);
        if pixels > MOST_PIXELS {
            let problem = format!(
                "width, height and scale_factor together ask for {pixels:.0} pixels, at most {MOST_PIXELS} are made"
            );
            return Err(ApiError::invalid("scale_factor", problem));
        }
        Ok(())
    }
}

impl RenderOptions {
    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            html: &self.html,
            css_overrides: self.css_overrides.as_deref(),
            javascript: self.javascript.as_deref(),
            viewport: self.page_viewport(),
        }
    }

    /// What the page is laid out in: what was asked for, enlarged where a side of it would be too small to be
    /// captured.
    fn page_viewport(&self) -> Viewport {
        let Viewport { width, height, scale } = self.viewport;
        let least = (LEAST_CAPTURED / scale).ceil() as u32;
        Viewport { width: width.max(least), height: height.max(least), scale }
    }

    /// The captured picture is larger than what was asked for.
    pub(crate) fn is_cropped(&self) -> bool {
        self.page_viewport() != self.viewport
    }

    pub(crate) fn shot(&self) -> Shot {
        let format = match self.format {
            Format::Png => ShotFormat::Png,
            Format::Jpeg => ShotFormat::Jpeg { quality: self.quality },
        };
        Shot { format }
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s)
    }

    /// The same for the same page, whatever its size and format: a page that kills browsers is known by it.
    pub(crate) fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (&self.html, &self.css_overrides, &self.javascript).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn laid_out_in(width: u32, height: u32, scale: f64) -> (u32, u32, bool) {
        let json = serde_json::json!({"html": "x", "width": width, "height": height, "scale_factor": scale});
        let request: RenderRequest = serde_json::from_value(json).expect("a request");
        let options = request.check(&Config::default().image).expect("valid");
        let page = options.document().viewport;
        assert!((page.scale - scale).abs() < f64::EPSILON);
        (page.width, page.height, options.is_cropped())
    }

    #[test]
    fn a_page_is_laid_out_in_what_was_asked_for_and_at_least_two_pixels() {
        assert_eq!(laid_out_in(1200, 630, 2.0), (1200, 630, false));
        assert_eq!(laid_out_in(2, 2, 1.0), (2, 2, false));
        assert_eq!(laid_out_in(1, 1, 4.0), (1, 1, false));
        assert_eq!(laid_out_in(1, 1, 1.0), (2, 2, true));
        assert_eq!(laid_out_in(10, 10, 0.1), (20, 20, true));
        assert_eq!(laid_out_in(5, 630, 0.1), (20, 630, true));
        assert_eq!(laid_out_in(4096, 3, 0.5), (4096, 4, true));
        assert_eq!(laid_out_in(1, 1, 0.3), (7, 7, true));
    }
}
