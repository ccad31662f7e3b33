//! `POST /v1/card`, and `GET /v1/card/{template}` for addresses that are signed.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Path, RawQuery, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use service_kit::{ApiError, Body, ErrorBody, ErrorKind, Field, RequestContext, RequestFields};
use utoipa::ToSchema;

use super::answer::{AnswerForm, RenderResponse};
use crate::cache::Freshness;
use crate::card::{CardError, Filled, SignatureError, Verified};
use crate::draw::draw;
use crate::options::{Format, PictureRequest, RenderOptions, Subject, some_whole};
use crate::picture::Compression;
use crate::report::Check;
use crate::state::AppState;

pub(crate) const PATH: &str = "/v1/card";
pub(crate) const SIGNED_PATH: &str = "/v1/card/{template}";

/// Data to fill a template with. Fields that are absent or `null` have their defaults.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "template": "product", "theme": "dark", "size": "square",
    "data": {"title": "Beelink SER5 MAX Mini PC", "price": 329.99, "currency": "USD", "ram_gb": 32},
}))]
pub(crate) struct CardRequest {
    /// `product`, or one of the operator's own.
    template: String,
    /// An object with the template's fields; docs/cards.md lists those of `product`.
    #[schema(value_type = Object)]
    data: Value,
    /// One of the template's; its first by default. `product` has `light` and `dark`.
    theme: Option<String>,
    /// One of the template's; its first by default. `product` has `wide` (1200 × 630), `square` (1080 × 1080) and
    /// `story` (1080 × 1920).
    size: Option<String>,
    #[serde(default)]
    #[schema(nullable, default = "png")]
    image_format: Format,
    /// For `jpeg` and `webp` only.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(default = 85, minimum = 1, maximum = 100)]
    quality: Option<u8>,
    /// For `png` only.
    png_compression: Option<Compression>,
    /// Pixels of the picture per CSS pixel.
    #[schema(default = 2.0, minimum = 0.1, maximum = 4)]
    scale_factor: Option<f64>,
    /// Scale the picture down to this many pixels of width, at most its own. A `webp` is then compressed without loss.
    #[serde(default, deserialize_with = "some_whole")]
    #[schema(minimum = 1, maximum = 4096)]
    thumbnail_width: Option<u32>,
    /// Seconds for the whole request, queueing and retries included; more than 0.
    #[schema(default = 15, exclusive_minimum = 0, maximum = 60)]
    timeout_s: Option<f64>,
    /// What of the report turns the picture into an error, 422 `integrity_failed`.
    #[serde(default)]
    #[schema(nullable)]
    fail_on: Vec<Check>,
}

impl RequestFields for CardRequest {
    const FIELDS: &'static [Field] = &[
        Field::required("template", "the name of a template"),
        Field::required("data", "an object with the template's fields"),
        Field::optional("theme", "one of the template's themes"),
        Field::optional("size", "one of the template's sizes"),
        Field::optional("image_format", "png, jpeg or webp"),
        Field::optional("quality", "an integer from 1 to 100"),
        Field::optional("png_compression", "fast or balanced"),
        Field::optional("scale_factor", "a number from 0.1 to 4"),
        Field::optional("thumbnail_width", "an integer from 1 to 4096, at most the picture's own width"),
        Field::optional("timeout_s", "a number of seconds, more than 0 and at most 60"),
        Field::optional("fail_on", Check::LIST),
    ];
}

impl CardRequest {
    fn fill(&self, state: &AppState) -> Result<RenderOptions, ApiError> {
        let (theme, size) = (self.theme.as_deref(), self.size.as_deref());
        let Filled { html, width, height } =
            state.templates.fill(&self.template, &self.data, theme, size).map_err(of_card)?;
        let picture = PictureRequest {
            width: Some(width),
            height: Some(height),
            image_format: self.image_format,
            quality: self.quality,
            png_compression: self.png_compression,
            scale_factor: self.scale_factor,
            thumbnail_width: self.thumbnail_width,
            timeout_s: self.timeout_s,
            fail_on: self.fail_on.clone(),
            // The same data are the same card, whenever it is asked for.
            deterministic: true,
            ..PictureRequest::default()
        };
        picture.check::<Self>(Subject::Html(html), &state.settings)
    }
}

/// Render a card from data.
///
/// A template is filled with `data` and rendered like a document of `/v1/render`.
#[utoipa::path(
    post,
    path = PATH,
    tag = "cards",
    request_body = CardRequest,
    responses(
        (status = 200, description = "the picture, checked", content(
            (RenderResponse = "application/json"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/webp"),
        )),
        (status = 304, description = "the picture has the tag that `If-None-Match` names"),
        (status = 400, description = "`invalid_request`: a field is not valid, one of the template's included",
            body = ErrorBody),
        (status = 406, description = "`invalid_request`: `Accept` contradicts `image_format`", body = ErrorBody),
        (status = 408, description = "`timeout`: `timeout_s` passed, the message names the stage", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 415, description = "`invalid_request`: not JSON in UTF-8", body = ErrorBody),
        (status = 422, description = "`integrity_failed`: the picture has what `fail_on` names", body = ErrorBody),
        (status = 500, description = "`render_failure`, `browser_crash`", body = ErrorBody),
        (status = 503, description = "`overloaded`, `unavailable`; `Retry-After` says when to come back",
            body = ErrorBody),
    )
)]
pub(crate) async fn card(
    State(state): State<Arc<AppState>>,
    context: RequestContext,
    headers: HeaderMap,
    body: Body<CardRequest>,
) -> Result<Response, ApiError> {
    let options = body.value.fill(&state)?;
    let form = AnswerForm::wanted(&headers, options.format)?;
    context.set_deadline(options.timeout());
    let drawn = draw(&state, &options, Freshness::wished(&headers), body.bytes).await?;
    Ok(form.answer(&Method::POST, &headers, &options, &drawn))
}

/// The picture of a signed address, for `og:image` and its like.
///
/// The query has the template's fields, `theme`, `size`, `format`, `quality`, `scale_factor`, `timeout_s`, `exp` (seconds
/// since 1970) and `sig`, an HMAC over all of them: docs/cards.md shows how to sign. Off unless the operator set
/// `PLAYWRIGHT_CARD_KEYS`.
#[utoipa::path(
    get,
    path = SIGNED_PATH,
    tag = "cards",
    params(
        ("template" = String, Path, description = "`product`, or one of the operator's own"),
        ("sig" = String, Query, description = "base64url of the HMAC-SHA256 over everything else"),
        ("exp" = Option<u64>, Query, description = "seconds since 1970 until which the address is good"),
    ),
    responses(
        (status = 200, description = "the picture itself", content(
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/webp"),
        )),
        (status = 304, description = "the picture has the tag that `If-None-Match` names"),
        (status = 400, description = "`invalid_request`: a field is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`: not signed, wrongly signed, or expired", body = ErrorBody),
        (status = 404, description = "`invalid_request`: signed addresses are off here", body = ErrorBody),
        (status = 408, description = "`timeout`", body = ErrorBody),
        (status = 500, description = "`render_failure`, `browser_crash`", body = ErrorBody),
        (status = 503, description = "`overloaded`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn signed_card(
    State(state): State<Arc<AppState>>,
    context: RequestContext,
    headers: HeaderMap,
    Path(template): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = query.unwrap_or_default();
    let (request, good_for) = state.signed(template, &query)?;
    let options = request.fill(&state)?;
    context.set_deadline(options.timeout());
    let drawn = draw(&state, &options, Freshness::Any, query.len()).await?;
    let mut response = AnswerForm::Picture.answer(&Method::GET, &headers, &options, &drawn);
    let usual = state.settings.cache_ttl.as_secs();
    // What expires is not shown by somebody's cache after that.
    let kept = format!("public, max-age={}", good_for.map_or(usual, |seconds| seconds.min(usual)));
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        response.headers_mut().insert(CACHE_CONTROL, kept);
    }
    Ok(response)
}

impl AppState {
    /// What a signed address asks for, and for how many seconds it may.
    fn signed(&self, template: String, query: &str) -> Result<(CardRequest, Option<u64>), ApiError> {
        let Some(keys) = &self.card_keys else {
            let message =
                "signed addresses are off here (PLAYWRIGHT_CARD_KEYS turns them on), use POST /v1/card";
            return Err(ApiError::new(ErrorKind::InvalidRequest, message).with_status(StatusCode::NOT_FOUND));
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
        let Verified { pairs, good_for } =
            keys.verify(&template, query, now).map_err(|error| of_signature(&error))?;
        let query = self.templates.card(&template).map_err(of_card)?.read_query(pairs).map_err(of_card)?;
        let mut fields = serde_json::Map::new();
        for (name, text) in query.options {
            let (name, value) = match name.as_str() {
                "format" => ("image_format".to_owned(), named_format(&text)?.into()),
                _ => (name, text.parse().map_or_else(|_| Value::String(text), Value::Number)),
            };
            fields.insert(name, value);
        }
        fields.extend([("template".to_owned(), template.into()), ("data".to_owned(), query.data)]);
        fields.extend(query.theme.map(|theme| ("theme".to_owned(), theme.into())));
        fields.extend(query.size.map(|size| ("size".to_owned(), size.into())));
        Ok((service_kit::parse_fields(fields)?, good_for))
    }
}

/// What an address calls `format` is a field of another name: a refusal names what was written.
fn named_format(text: &str) -> Result<&'static str, ApiError> {
    let format = Format::ALL.into_iter().map(Format::as_str).find(|format| *format == text);
    format.ok_or_else(|| {
        let got: String = text.chars().take(40).flat_map(char::escape_debug).collect();
        ApiError::invalid("format", format!("expected png, jpeg or webp, got \"{got}\""))
    })
}

fn of_card(error: CardError) -> ApiError {
    if error.is_of_caller() {
        return ApiError::new(ErrorKind::InvalidRequest, error.to_string());
    }
    ApiError::new(ErrorKind::RenderFailure, error.to_string()).with_retriable(false).with_cause(error)
}

fn of_signature(error: &SignatureError) -> ApiError {
    ApiError::new(ErrorKind::Unauthorized, error.to_string())
}
