//! Every field is checked, in the order of the contract, without touching a browser.

use browser_pool::egress::{RefusalReason, parse_url};
use browser_pool::{EgressConfig, MOST_PIXELS, MOST_SIDE, UrlRefused, Viewport};
use service_kit::{ApiError, ErrorKind, RequestFields, short};
use url::Url;

use super::{Clip, Format, Part, PictureRequest, RenderOptions, RenderRequest, ScreenshotRequest, Subject};
use crate::config::ImageSettings;
use crate::picture::Compression;

/// CSS pixels of a viewport's side.
const MOST_VIEWPORT_SIDE: u32 = 4096;
const SCALES: std::ops::RangeInclusive<f64> = 0.1..=4.0;
/// Of a picture's side as Chromium captures it: one of a single pixel never comes.
pub(super) const LEAST_CAPTURED: f64 = 2.0;
const LONGEST_TIMEOUT_S: f64 = 60.0;
const LONGEST_DELAY_MS: u32 = 30_000;
const MOST_CSS_BYTES: usize = 256 << 10;
const MOST_SELECTOR_BYTES: usize = 1024;
const MOST_URL_BYTES: usize = 8 << 10;

/// The value of `wait_for` that stands for a call by the page and not for a selector.
pub(super) const READY_CALL: &str = "renderReady()";

const DEFAULT_SIZE: (u32, u32) = (1200, 630);
const DEFAULT_SCALE: f64 = 2.0;
const DEFAULT_QUALITY: u8 = 85;
const DEFAULT_TIMEOUT_S: f64 = 15.0;

impl RenderRequest {
    pub(crate) fn check(self, settings: &ImageSettings) -> Result<RenderOptions, ApiError> {
        check_html::<Self>(&self.html)?;
        self.options.check::<Self>(Subject::Html(self.html), settings)
    }
}

impl ScreenshotRequest {
    /// `note` hears of an address that is forbidden.
    pub(crate) fn check(
        self,
        settings: &ImageSettings,
        egress: &EgressConfig,
        note: impl FnOnce(RefusalReason),
    ) -> Result<RenderOptions, ApiError> {
        let subject = match (self.url, self.html) {
            (Some(url), None) => Subject::Url(check_url(&url, egress, note)?),
            (None, Some(html)) => {
                check_html::<Self>(&html)?;
                Subject::Html(html)
            }
            (Some(_), Some(_)) => return Err(ApiError::invalid("html", "expected only one of url and html")),
            (None, None) => return Err(ApiError::invalid("url", "required, expected url or html")),
        };
        self.options.check::<Self>(subject, settings)
    }
}

fn check_html<R: RequestFields>(html: &str) -> Result<(), ApiError> {
    if html.trim().is_empty() {
        return Err(R::refuse("html", "nothing but white space"));
    }
    if html.contains('\0') {
        return Err(R::refuse("html", "binary data (it contains NUL)"));
    }
    Ok(())
}

fn check_url(text: &str, egress: &EgressConfig, note: impl FnOnce(RefusalReason)) -> Result<Url, ApiError> {
    if text.len() > MOST_URL_BYTES {
        return Err(ScreenshotRequest::refuse("url", format_args!("{} bytes", text.len())));
    }
    parse_url(text, egress).map_err(|refused| {
        let kind = match refused {
            UrlRefused::Invalid(_) => ErrorKind::InvalidUrl,
            UrlRefused::Forbidden(reason) => {
                note(reason);
                ErrorKind::ForbiddenUrl
            }
        };
        ApiError::new(kind, refused.to_string())
    })
}

impl PictureRequest {
    /// `R` is the request that these fields are part of: it knows what each of them expects.
    pub(crate) fn check<R: RequestFields>(
        self,
        subject: Subject,
        settings: &ImageSettings,
    ) -> Result<RenderOptions, ApiError> {
        let viewport = self.viewport::<R>()?;
        let quality = self.quality.unwrap_or(DEFAULT_QUALITY);
        if !(1..=100).contains(&quality) {
            return Err(R::refuse("quality", quality));
        }
        let timeout_s = self.timeout_s.unwrap_or(DEFAULT_TIMEOUT_S);
        if !(timeout_s > 0.0 && timeout_s <= LONGEST_TIMEOUT_S) {
            return Err(R::refuse("timeout_s", short(timeout_s)));
        }
        let css_overrides = self.css_overrides.clone().filter(|css| !css.is_empty());
        if let Some(css) = css_overrides.as_ref().filter(|css| css.len() > MOST_CSS_BYTES) {
            return Err(R::refuse("css_overrides", format_args!("{} bytes", css.len())));
        }
        let javascript = self.javascript.clone().filter(|javascript| !javascript.is_empty());
        if javascript.is_some() && !settings.allow_scripts {
            let problem =
                "not accepted here, put scripts into html (PLAYWRIGHT_ALLOW_SCRIPTS=true accepts them)";
            return Err(ApiError::invalid("javascript", problem));
        }
        let part = self.part::<R>(viewport)?;
        self.check_format::<R>(viewport)?;
        self.check_waits::<R>(timeout_s)?;
        Ok(RenderOptions {
            subject,
            css_overrides,
            javascript,
            viewport,
            size: (viewport.width, viewport.height),
            scale: viewport.scale,
            format: self.image_format,
            quality,
            compression: self.png_compression.unwrap_or(Compression::DEFAULT),
            part,
            omit_background: self.omit_background,
            color_scheme: self.color_scheme,
            reduced_motion: self.reduced_motion,
            animations: self.animations,
            wait_for: self.wait_for,
            delay_ms: self.delay_ms.unwrap_or(0),
            deterministic: self.deterministic,
            thumbnail_width: self.thumbnail_width,
            report_fonts: self.report_fonts,
            fail_on: self.fail_on,
            timeout_s,
        })
    }

    fn viewport<R: RequestFields>(&self) -> Result<Viewport, ApiError> {
        let width = self.width.unwrap_or(DEFAULT_SIZE.0);
        let height = self.height.unwrap_or(DEFAULT_SIZE.1);
        for (name, side) in [("width", width), ("height", height)] {
            if !(1..=MOST_VIEWPORT_SIDE).contains(&side) {
                return Err(R::refuse(name, side));
            }
        }
        let scale = self.scale_factor.unwrap_or(DEFAULT_SCALE);
        if !SCALES.contains(&scale) {
            return Err(R::refuse("scale_factor", short(scale)));
        }
        check_pixels("width, height", f64::from(width), f64::from(height), scale)?;
        Ok(Viewport { width, height, scale })
    }

    fn part<R: RequestFields>(&self, viewport: Viewport) -> Result<Part, ApiError> {
        let wanted = [
            ("full_page", self.full_page),
            ("selector", self.selector.is_some()),
            ("clip", self.clip.is_some()),
        ];
        let mut wanted = wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(name, _)| name);
        if let (Some(first), Some(second)) = (wanted.next(), wanted.next()) {
            return Err(ApiError::invalid(
                second,
                format!("not together with {first}, each is a part of the page"),
            ));
        }
        if let Some(selector) = &self.selector {
            check_selector::<R>("selector", selector)?;
            return Ok(Part::Element(selector.clone()));
        }
        match self.clip {
            Some(clip) => check_clip::<R>(clip, viewport.scale).map(Part::Clip),
            None if self.full_page => Ok(Part::FullPage),
            None => Ok(Part::Viewport),
        }
    }

    /// What one format can and another cannot.
    fn check_format<R: RequestFields>(&self, viewport: Viewport) -> Result<(), ApiError> {
        let format = self.image_format;
        if self.omit_background && format == Format::Jpeg {
            return Err(ApiError::invalid("omit_background", "jpeg has no transparency, use png or webp"));
        }
        if self.png_compression.is_some() && format != Format::Png {
            let problem = format!("image_format is {}, only png is compressed so", format.as_str());
            return Err(ApiError::invalid("png_compression", problem));
        }
        if self.quality.is_some() && format == Format::Png {
            // The replaced service took it and did nothing with it: callers send it with every request.
            tracing::trace!("quality is of no use with png");
        }
        let Some(width) = self.thumbnail_width else { return Ok(()) };
        let is_too_wide =
            self.known_width(viewport).is_some_and(|own| f64::from(width) > own * viewport.scale);
        if !(1..=MOST_VIEWPORT_SIDE).contains(&width) || is_too_wide {
            return Err(R::refuse("thumbnail_width", width));
        }
        Ok(())
    }

    /// CSS pixels; an element's and a whole page's are known when it is there.
    fn known_width(&self, viewport: Viewport) -> Option<f64> {
        match self.clip {
            Some(clip) => Some(clip.width),
            None if self.selector.is_some() || self.full_page => None,
            None => Some(viewport.width.into()),
        }
    }

    fn check_waits<R: RequestFields>(&self, timeout_s: f64) -> Result<(), ApiError> {
        if let Some(wait_for) = &self.wait_for {
            check_selector::<R>("wait_for", wait_for)?;
        }
        match self.delay_ms {
            Some(delay) if delay > LONGEST_DELAY_MS || f64::from(delay) >= timeout_s * 1000.0 => {
                Err(R::refuse("delay_ms", delay))
            }
            _ => Ok(()),
        }
    }
}

fn check_selector<R: RequestFields>(field: &str, selector: &str) -> Result<(), ApiError> {
    if selector.trim().is_empty() {
        return Err(R::refuse(field, "nothing but white space"));
    }
    if selector.len() > MOST_SELECTOR_BYTES {
        return Err(R::refuse(field, format_args!("{} bytes", selector.len())));
    }
    Ok(())
}

fn check_clip<R: RequestFields>(clip: Clip, scale: f64) -> Result<Clip, ApiError> {
    let most = f64::from(MOST_SIDE);
    let is_from = |least: f64, value: f64| (least..=most).contains(&value);
    let Clip { x, y, width, height } = clip;
    if !(is_from(0.0, x) && is_from(0.0, y) && is_from(1.0, width) && is_from(1.0, height)) {
        let got = format!("{}, {}, {} × {}", short(x), short(y), short(width), short(height));
        return Err(R::refuse("clip", got));
    }
    if width.max(height) * scale > most || width.min(height) * scale < LEAST_CAPTURED {
        let problem = format!(
            "a side of {} at scale_factor {} is not between 2 and {MOST_SIDE} pixels",
            short(width.max(height)),
            short(scale)
        );
        return Err(ApiError::invalid("clip", problem));
    }
    check_pixels("clip", width, height, scale)?;
    Ok(clip)
}

fn check_pixels(what: &str, width: f64, height: f64, scale: f64) -> Result<(), ApiError> {
    let pixels = width * height * scale.powi(2);
    if pixels > MOST_PIXELS {
        let problem = format!(
            "{what} and scale_factor together ask for {pixels:.0} pixels, at most {MOST_PIXELS} are made"
        );
        return Err(ApiError::invalid("scale_factor", problem));
    }
    Ok(())
}
