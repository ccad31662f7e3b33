//! `POST /v1/render`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use service_kit::{ApiError, Body, ErrorBody, RequestContext};

use super::answer::{AnswerForm, RenderResponse};
use crate::cache::Freshness;
use crate::draw::draw;
use crate::options::RenderRequest;
use crate::state::AppState;

pub(crate) const PATH: &str = "/v1/render";

/// Render a document to a picture.
///
/// The answer is JSON with the picture in base64, or with `Accept: image/png`, `image/jpeg`, `image/webp` or `image/*`
/// the picture itself, its figures in `X-Image-Width`, `X-Image-Height`, `X-Generation-Time-Ms`, `Server-Timing` and
/// `X-Render-Report`. The picture's `ETag` is of its bytes, the JSON answer has a weak one of its own; with a matching
/// `If-None-Match` the answer is 304 without a body, `*` is ignored. `Cache-Control: no-store` in the request makes a picture for it alone, `no-cache` makes a new one.
/// Unknown fields are accepted and named in `X-Ignored-Fields`.
#[utoipa::path(
    post,
    path = PATH,
    tag = "render",
    request_body = RenderRequest,
    responses(
        (status = 200, description = "the picture, checked", content(
            (RenderResponse = "application/json"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/webp"),
        )),
        (status = 304, description = "the picture has the tag that `If-None-Match` names"),
        (status = 400, description = "`invalid_request`, `invalid_html`: a field is not valid", body = ErrorBody),
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
pub(crate) async fn render(
    State(state): State<Arc<AppState>>,
    context: RequestContext,
    headers: HeaderMap,
    body: Body<RenderRequest>,
) -> Result<Response, ApiError> {
    let options = body.value.check(&state.settings)?;
    let form = AnswerForm::wanted(&headers, options.format)?;
    context.set_deadline(options.timeout());
    let drawn = draw(&state, &options, Freshness::wished(&headers), body.bytes).await?;
    Ok(form.answer(&Method::POST, &headers, &options, &drawn))
}
