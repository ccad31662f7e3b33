//! `POST /v1/screenshot`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use service_kit::{ApiError, Body, ErrorBody, RequestContext};

use super::answer::{AnswerForm, RenderResponse};
use crate::cache::Freshness;
use crate::draw::draw;
use crate::options::{ScreenshotRequest, Subject};
use crate::state::AppState;

pub(crate) const PATH: &str = "/v1/screenshot";

/// Take a picture of a page: of an address, or of a document like `/v1/render`.
///
/// A page that answers with an error status is captured as it is; `report.upstream_status` tells. Everything else is as
/// in `/v1/render`.
#[utoipa::path(
    post,
    path = PATH,
    tag = "render",
    request_body = ScreenshotRequest,
    responses(
        (status = 200, description = "the picture, checked", content(
            (RenderResponse = "application/json"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/webp"),
        )),
        (status = 304, description = "the picture has the tag that `If-None-Match` names"),
        (status = 400, description = "`invalid_request`, `invalid_url`, `invalid_html`: a field is not valid, or two \
            of them contradict each other", body = ErrorBody),
        (status = 403, description = "`forbidden_url`: the address is not public and not allowed", body = ErrorBody),
        (status = 406, description = "`invalid_request`: `Accept` contradicts `image_format`", body = ErrorBody),
        (status = 408, description = "`timeout`: `timeout_s` passed, the message names the stage", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 415, description = "`invalid_request`: not JSON in UTF-8", body = ErrorBody),
        (status = 422, description = "`integrity_failed`: the picture has what `fail_on` names", body = ErrorBody),
        (status = 500, description = "`render_failure`, `browser_crash`", body = ErrorBody),
        (status = 502, description = "`network_error`: DNS, connect or TLS", body = ErrorBody),
        (status = 503, description = "`overloaded`, `unavailable`; `Retry-After` says when to come back",
            body = ErrorBody),
    )
)]
pub(crate) async fn screenshot(
    State(state): State<Arc<AppState>>,
    context: RequestContext,
    headers: HeaderMap,
    body: Body<ScreenshotRequest>,
) -> Result<Response, ApiError> {
    let options =
        body.value.check(&state.settings, &state.egress, |reason| state.pool.count_refusal(reason))?;
    let form = AnswerForm::wanted(&headers, options.format)?;
    if let Subject::Url(url) = &options.subject {
        context.set_target(url);
    }
    context.set_deadline(options.timeout());
    let drawn = draw(&state, &options, Freshness::wished(&headers), body.bytes).await?;
    Ok(form.answer(&Method::POST, &headers, &options, &drawn))
}
