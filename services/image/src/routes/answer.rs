//! The two forms of the answer, and which one the client wants.

use axum::Json;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use browser_pool::{Stage, StageTimes};
use serde::Serialize;
use service_kit::{ApiError, ErrorKind};
use utoipa::ToSchema;

use crate::cache::Picture;
use crate::draw::Drawn;
use crate::options::{Format, RenderOptions};
use crate::report::Report;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerForm {
    Json,
    Picture,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RenderResponse {
    /// The picture.
    #[schema(content_encoding = "base64")]
    image_base64: String,
    content_type: &'static str,
    /// CSS pixels, as requested.
    width: u32,
    /// CSS pixels, as requested.
    height: u32,
    /// Pixels of the picture, read from it.
    actual_width: u32,
    /// Pixels of the picture, read from it.
    actual_height: u32,
    /// Whole milliseconds from the parsed request to this answer.
    generation_time_ms: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    timestamp: String,
    timings: Timings,
    report: Report,
}

/// Milliseconds, to a tenth; the stages add up to `total`.
#[derive(Debug, Serialize, ToSchema)]
struct Timings {
    /// Waiting for a page to be free.
    queue: f64,
    /// Getting the page.
    acquire: f64,
    /// Setting the document and loading it.
    load: f64,
    /// Fonts, images and scripts.
    ready: f64,
    capture: f64,
    /// Checking and encoding the picture, and all that is in no other stage.
    encode: f64,
    total: f64,
}

impl Timings {
    fn of(times: StageTimes) -> Self {
        let tenths = |stage| (times.get(stage).as_secs_f64() * 10_000.0).round() / 10.0;
        let stages = [Stage::Queue, Stage::Acquire, Stage::Load, Stage::Ready, Stage::Capture, Stage::Encode];
        let [queue, acquire, load, ready, capture, encode] = stages.map(tenths);
        let total = queue + acquire + load + ready + capture + encode;
        Self { queue, acquire, load, ready, capture, encode, total: (total * 10.0).round() / 10.0 }
    }

    fn header(&self) -> String {
        let Self { queue, acquire, load, ready, capture, encode, total } = self;
        format!(
            "queue;dur={queue}, acquire;dur={acquire}, load;dur={load}, ready;dur={ready}, \
             capture;dur={capture}, encode;dur={encode}, total;dur={total}"
        )
    }
}

impl AnswerForm {
    /// By `Accept`: JSON unless a picture is preferred. 406 when only another format of picture, or something that is
    /// neither, would be accepted.
    pub(super) fn wanted(headers: &HeaderMap, format: Format) -> Result<Self, ApiError> {
        let accept: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let ranges = media_ranges(&accept.join(","));
        if ranges.is_empty() {
            return Ok(Self::Json);
        }
        let json = quality(&ranges, "application/json");
        let picture = quality(&ranges, format.media_type());
        // What accepts everything alike asked for nothing in particular, and gets what it got before: JSON.
        match (json, picture) {
            (json, picture) if json >= picture && json > 0.0 => Ok(Self::Json),
            (_, picture) if picture > 0.0 => Ok(Self::Picture),
            _ => Err(ApiError::new(
                ErrorKind::InvalidRequest,
                format!(
                    "accept: expected application/json or {}, as image_format is {}",
                    format.media_type(),
                    format.as_str()
                ),
            )
            .with_status(StatusCode::NOT_ACCEPTABLE)),
        }
    }

    /// The tag of this form of a picture. Two JSON answers with the same picture differ in their times: theirs is weak.
    fn etag(self, picture: &Picture) -> String {
        match self {
            Self::Picture => picture.etag.clone(),
            Self::Json => format!("W/{}.json\"", picture.etag.trim_end_matches('"')),
        }
    }

    /// The answer to a request with this method and these headers.
    pub(super) fn answer(
        self,
        method: &Method,
        request: &HeaderMap,
        options: &RenderOptions,
        drawn: &Drawn,
    ) -> Response {
        let Picture { finished, report, .. } = &*drawn.picture;
        let etag = self.etag(&drawn.picture);
        let timings = Timings::of(drawn.times);
        let generation_time_ms = timings.total.round() as u64;
        let timing_header = timings.header();
        let mut response = if is_known(method, request, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if self == Self::Json {
            Json(RenderResponse {
                image_base64: base64_simd::STANDARD.encode_to_string(&finished.bytes),
                content_type: options.format.media_type(),
                width: options.viewport.width,
                height: options.viewport.height,
                actual_width: finished.width,
                actual_height: finished.height,
                generation_time_ms,
                timestamp: service_kit::timestamp(),
                report: report.clone(),
                timings,
            })
            .into_response()
        } else {
            let mut response = Response::new(Body::from(finished.bytes.clone()));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(options.format.media_type()));
            headers.insert(HeaderName::from_static("x-image-width"), finished.width.into());
            headers.insert(HeaderName::from_static("x-image-height"), finished.height.into());
            headers.insert(HeaderName::from_static("x-generation-time-ms"), generation_time_ms.into());
            response
        };
        let headers = response.headers_mut();
        let mut add = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        add(ETAG, &etag);
        add(HeaderName::from_static("server-timing"), &timing_header);
        add(HeaderName::from_static("x-render-report"), &report.summary());
        add(HeaderName::from_static("x-cache"), drawn.origin.as_str());
        headers.insert(VARY, HeaderValue::from_static("accept"));
        response
    }
}

/// Whether `If-None-Match` names the tag (RFC 9110, 13.1.2; the weak comparison): then the client has that answer.
///
/// `*`, any answer there is, means something where an address has an answer, which is for GET and HEAD. A POST asks with
/// its body and selects no answer beforehand, so that there is nothing that `*` could be true or false of (13.2.1).
fn is_known(method: &Method, request: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let wanted = opaque(etag);
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|tag| match tag {
        "*" => matches!(*method, Method::GET | Method::HEAD),
        tag => opaque(tag) == wanted,
    })
}

/// The ranges of an `Accept` header with their qualities: `("image/*", 0.8)`.
fn media_ranges(accept: &str) -> Vec<(String, f64)> {
    let range = |text: &str| {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media_type = parts.next().filter(|media_type| media_type.contains('/'))?;
        let quality = parts.find_map(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f64>().ok()));
        let quality = quality.unwrap_or(1.0);
        // Also `NaN` parses: no comparison holds for it, and it says nothing of what is wanted.
        (!quality.is_nan()).then(|| (media_type, quality.clamp(0.0, 1.0)))
    };
    accept.split(',').filter_map(range).collect()
}

/// How much a type is wanted: the most specific range that covers it decides.
fn quality(ranges: &[(String, f64)], media_type: &str) -> f64 {
    let group = media_type.split('/').next().unwrap_or_default();
    let any_of_group = format!("{group}/*");
    [media_type, &any_of_group, "*/*"]
        .iter()
        .find_map(|wanted| ranges.iter().find(|(range, _)| range == wanted))
        .map_or(0.0, |(_, quality)| *quality)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn wanted(accept: &str, format: Format) -> Result<AnswerForm, u16> {
        let headers =
            HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).expect("a header value"))]);
        AnswerForm::wanted(&headers, format).map_err(|error| error.status().as_u16())
    }

    #[test]
    fn accept_decides_the_form() {
        use AnswerForm::{Json, Picture};
        assert_eq!(AnswerForm::wanted(&HeaderMap::new(), Format::Png).ok(), Some(Json));
        for (accept, png, jpeg) in [
            ("*/*", Ok(Json), Ok(Json)),
            ("application/json", Ok(Json), Ok(Json)),
            ("application/*", Ok(Json), Ok(Json)),
            ("image/png", Ok(Picture), Err(406)),
            ("IMAGE/PNG;q=0.9", Ok(Picture), Err(406)),
            ("image/jpeg", Err(406), Ok(Picture)),
            ("image/*", Ok(Picture), Ok(Picture)),
            ("image/png, */*;q=0.1", Ok(Picture), Ok(Json)),
            ("application/json;q=0.5, image/*", Ok(Picture), Ok(Picture)),
            ("image/*;q=0.5, application/json", Ok(Json), Ok(Json)),
            ("image/webp", Err(406), Err(406)),
            ("image/*, image/png;q=0", Err(406), Ok(Picture)),
            ("text/html", Err(406), Err(406)),
            ("application/json;q=0", Err(406), Err(406)),
            ("nonsense", Ok(Json), Ok(Json)),
            ("image/*;q=NaN", Ok(Json), Ok(Json)),
            ("image/png;q=nan, application/json;q=0.1", Ok(Json), Ok(Json)),
            ("application/json;q=NaN, image/png", Ok(Picture), Err(406)),
        ] {
            assert_eq!((wanted(accept, Format::Png), wanted(accept, Format::Jpeg)), (png, jpeg), "{accept}");
        }
    }

    #[test]
    fn stages_add_up_to_the_total() {
        let mut times = StageTimes::default();
        for (stage, micros) in
            [(Stage::Queue, 33), (Stage::Acquire, 149), (Stage::Load, 5_351), (Stage::Capture, 98_949)]
        {
            times.add(stage, Duration::from_micros(micros));
        }
        let timings = Timings::of(times);
        assert_eq!((timings.queue, timings.acquire, timings.load, timings.capture), (0.0, 0.1, 5.4, 98.9));
        assert!((timings.total - 104.4).abs() < 1e-9);
        assert!(timings.header().starts_with("queue;dur=0, acquire;dur=0.1, load;dur=5.4,"));
        assert!(timings.header().ends_with("total;dur=104.4"));
    }
}
