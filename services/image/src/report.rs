//! The integrity report: what is wrong with a picture that could be made, and which of that the caller does not
//! accept.

use browser_pool::{FailedResource, Heard, Shown};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::picture::Finished;

/// Something that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    /// Every pixel is the same.
    Blank,
    /// A web font did not come.
    Fonts,
    /// A font family that a style names first is not installed: another one was used.
    FontFallback,
    /// A picture, a style sheet, a script or another file did not come.
    Resources,
    ConsoleErrors,
    /// An exception that no script caught.
    PageErrors,
    /// Some of the page is not in the picture.
    Truncated,
    /// Something was not ready in time and not waited for any longer.
    Late,
}

impl Check {
    /// What `fail_on` may be.
    pub(crate) const LIST: &str =
        "a list of blank, fonts, font_fallback, resources, console_errors, page_errors, truncated, late";
}

/// What the picture was found to be.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Every pixel is the same: the document shows nothing, or nothing but a background.
    pub(crate) blank: bool,
    /// The share of the pixels that have the most frequent colour (of a JPEG: brightness), 0 to 1, rounded down: 1 only
    /// where every pixel is the same.
    pub(crate) blank_ratio: f64,
    /// Web fonts that did not come.
    pub(crate) fonts_failed: Vec<String>,
    /// Font families that a style names first and that are not installed.
    pub(crate) fonts_fallen_back: Vec<String>,
    /// The families whose glyphs are in the picture, the commonest first; with `report_fonts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fonts_used: Vec<String>,
    /// Files that the page refers to and that did not come; at most 20.
    pub(crate) resources_failed: Vec<ResourceFailure>,
    /// At most 20, shortened.
    pub(crate) console_errors: Vec<String>,
    /// Exceptions that no script caught; at most 20, shortened.
    pub(crate) page_errors: Vec<String>,
    /// Some of the page is not in the picture: content beyond the viewport, or a page higher than a picture can be.
    pub(crate) truncated: bool,
    /// CSS pixels of the whole page.
    pub(crate) content_width: u32,
    pub(crate) content_height: u32,
    /// What of the document was not ready in time, such as `images` or `fonts`; `moving pictures`: SVGs that their own
    /// style sheet animates, and that show whatever they are at.
    pub(crate) warnings: Vec<String>,
    /// Of a page that was opened: its address after redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) final_url: Option<String>,
    /// Of a page that was opened: its HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_status: Option<u16>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ResourceFailure {
    url: String,
    reason: String,
}

impl Report {
    pub(crate) fn new(shown: Shown, heard: Heard, finished: &Finished) -> Self {
        let failure = |FailedResource { url, reason }| ResourceFailure { url, reason };
        Self {
            blank: finished.one_colour,
            blank_ratio: blank_ratio(finished),
            fonts_failed: shown.fonts_failed,
            fonts_fallen_back: shown.fonts_missing,
            fonts_used: shown.fonts_used,
            resources_failed: heard.failed_resources.into_iter().map(failure).collect(),
            console_errors: heard.console_errors,
            page_errors: heard.page_errors,
            truncated: shown.is_cut,
            content_width: shown.content_width.round() as u32,
            content_height: shown.content_height.round() as u32,
            warnings: shown.late,
            final_url: shown.final_url,
            upstream_status: shown.status,
        }
    }

    /// The first of `checks` that fails, as a message: what is wrong and what it is about.
    pub(crate) fn failing(&self, checks: &[Check]) -> Option<String> {
        checks.iter().find_map(|check| self.fails(*check).map(|what| format!("fail_on: {what}")))
    }

    fn fails(&self, check: Check) -> Option<String> {
        let named = |what: &str, names: &[String]| {
            names.first().map(|first| format!("{what}: {} in all, the first: {first}", names.len()))
        };
        match check {
            Check::Blank => self.blank.then(|| "blank: every pixel is the same".to_owned()),
            Check::Fonts => named("fonts: web fonts did not come", &self.fonts_failed),
            Check::FontFallback => {
                named("font_fallback: font families are not installed", &self.fonts_fallen_back)
            }
            Check::Resources => self.resources_failed.first().map(|first| {
                let count = self.resources_failed.len();
                format!("resources: {count} did not come, the first: {} ({})", first.url, first.reason)
            }),
            Check::ConsoleErrors => named("console_errors: the page logged errors", &self.console_errors),
            Check::PageErrors => named("page_errors: scripts threw", &self.page_errors),
            Check::Truncated => self.truncated.then(|| {
                format!(
                    "truncated: the page is {} × {} CSS pixels and not all of that is in the picture",
                    self.content_width, self.content_height
                )
            }),
            Check::Late => named("late: something was not ready in time", &self.warnings),
        }
    }

    /// Short enough for a header: what is not as it should be, and how often.
    pub(crate) fn summary(&self) -> String {
        let counts = [
            ("fonts", self.fonts_failed.len()),
            ("font_fallback", self.fonts_fallen_back.len()),
            ("resources", self.resources_failed.len()),
            ("console_errors", self.console_errors.len()),
            ("page_errors", self.page_errors.len()),
            ("late", self.warnings.len()),
            ("blank", usize::from(self.blank)),
            ("truncated", usize::from(self.truncated)),
        ];
        let wrong = counts.into_iter().filter(|(_, count)| *count > 0);
        wrong.fold(format!("blank_ratio={}", self.blank_ratio), |text, (what, count)| {
            format!("{text}, {what}={count}")
        })
    }
}

/// To thousandths, never more than it is: 1 is a picture of one colour and no other.
fn blank_ratio(finished: &Finished) -> f64 {
    const NEARLY_ALL: f64 = 0.999;
    if finished.one_colour { 1.0 } else { ((finished.blank_ratio * 1000.0).floor() / 1000.0).min(NEARLY_ALL) }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_picture_that_shows_anything_is_not_all_blank() {
        let ratio = |ratio: f64, one_colour| {
            let bytes = Bytes::new();
            let finished = Finished { bytes, width: 1, height: 1, one_colour, blank_ratio: ratio };
            Report::new(Shown::default(), Heard::default(), &finished).blank_ratio.to_string()
        };
        assert_eq!(ratio(1.0, true), "1");
        for (found, said) in
            [(1.0, "0.999"), (0.999_99, "0.999"), (0.9996, "0.999"), (0.5019, "0.501"), (0.0, "0")]
        {
            assert_eq!(ratio(found, false), said, "{found}");
        }
    }

    #[test]
    fn every_check_names_what_it_found_and_none_fails_on_a_good_picture() {
        let all = [
            Check::Blank,
            Check::Fonts,
            Check::FontFallback,
            Check::Resources,
            Check::ConsoleErrors,
            Check::PageErrors,
            Check::Truncated,
            Check::Late,
        ];
        assert_eq!(Report::default().failing(&all), None);
        assert_eq!(Report::default().summary(), "blank_ratio=0");
        let one = || vec!["x".to_owned()];
        let bad = Report {
            blank: true,
            blank_ratio: 1.0,
            fonts_failed: one(),
            fonts_fallen_back: one(),
            resources_failed: vec![ResourceFailure { url: "http://x/".to_owned(), reason: "404".to_owned() }],
            console_errors: one(),
            page_errors: one(),
            truncated: true,
            content_width: 1200,
            content_height: 900,
            warnings: one(),
            ..Report::default()
        };
        let said: Vec<_> = all.iter().map(|check| bad.failing(&[*check]).expect("it fails")).collect();
        assert_eq!(
            said,
            [
                "fail_on: blank: every pixel is the same",
                "fail_on: fonts: web fonts did not come: 1 in all, the first: x",
                "fail_on: font_fallback: font families are not installed: 1 in all, the first: x",
                "fail_on: resources: 1 did not come, the first: http://x/ (404)",
                "fail_on: console_errors: the page logged errors: 1 in all, the first: x",
                "fail_on: page_errors: scripts threw: 1 in all, the first: x",
                "fail_on: truncated: the page is 1200 × 900 CSS pixels and not all of that is in the picture",
                "fail_on: late: something was not ready in time: 1 in all, the first: x",
            ]
        );
        assert_eq!(
            bad.summary(),
            "blank_ratio=1, fonts=1, font_fallback=1, resources=1, console_errors=1, page_errors=1, late=1, \
             blank=1, truncated=1"
        );
    }
}
