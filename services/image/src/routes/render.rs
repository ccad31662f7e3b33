//! `POST /v1/render`.

mod answer;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use browser_pool::{Attempts, Deadline, Job, PageLease, PoolError, Shown, Stage, StageTimes};
use bytes::Bytes;
use service_kit::{ApiError, Body, ErrorBody, RequestContext};
use tokio::time::Instant;
use tracing::{Instrument, info_span};

use self::answer::{AnswerForm, RenderResponse, Rendered};
use crate::error;
use crate::options::{RenderOptions, RenderRequest};
use crate::picture::{self, Checked};
use crate::state::{AppState, STAGES};

pub(crate) const PATH: &str = "/v1/render";

/// Render a document to a picture.
///
/// The answer is JSON with the picture in base64, or with `Accept: image/png`, `image/jpeg` or `image/*` the picture
/// itself, its figures in `X-Image-Width`, `X-Image-Height`, `X-Generation-Time-Ms` and `Server-Timing`.
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
        )),
        (status = 400, description = "`invalid_request`, `invalid_html`: a field is not valid", body = ErrorBody),
        (status = 406, description = "`invalid_request`: `Accept` contradicts `image_format`", body = ErrorBody),
        (status = 408, description = "`timeout`: `timeout_s` passed, the message names the stage", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 415, description = "`invalid_request`: not JSON in UTF-8", body = ErrorBody),
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
    let job = Job {
        deadline: Deadline::after(options.timeout()),
        queued_bytes: body.bytes,
        fingerprint: options.fingerprint(),
    };
    let mut drawing = Drawing { started: Instant::now(), times: StageTimes::default() };
    let rendered = drawing.make(&state, &options, form, job).await;
    drawing.observe(&state);
    let rendered = rendered?;
    state.images.returned(options.format, drawing.started.elapsed(), rendered.picture.len());
    Ok(form.answer(&options, rendered, drawing.times))
}

/// A picture in the making, and what each stage of it took.
struct Drawing {
    started: Instant,
    times: StageTimes,
}

impl Drawing {
    async fn make(
        &mut self,
        state: &AppState,
        options: &RenderOptions,
        form: AnswerForm,
        job: Job,
    ) -> Result<Rendered, ApiError> {
        let mut attempts = state.pool.attempts(job);
        let drawn = self.draw(&mut attempts, options).await;
        self.times.merge(&attempts.timings());
        let (picture, shown) = drawn.map_err(|error| error::of_pool(&error, options.timeout_s))?;
        let rendered = self.check(state, options, form, job.deadline, picture, shown).await;
        // What is in no other stage lies between them and around the check: the stages add up to the whole.
        self.times.add(Stage::Encode, self.started.elapsed().saturating_sub(self.times.sum()));
        rendered
    }

    async fn draw(
        &mut self,
        attempts: &mut Attempts,
        options: &RenderOptions,
    ) -> Result<(Bytes, Shown), PoolError> {
        loop {
            let mut page = attempts.page().instrument(info_span!("stage", stage = "acquire")).await?;
            let drawn = draw_on(&mut page, options).await;
            self.times.merge(&page.timings());
            match drawn {
                Ok(drawn) => return Ok(drawn),
                Err(error) => attempts.failed(error)?,
            }
        }
    }

    async fn check(
        &self,
        state: &AppState,
        options: &RenderOptions,
        form: AnswerForm,
        deadline: Deadline,
        picture: Bytes,
        shown: Shown,
    ) -> Result<Rendered, ApiError> {
        let (format, viewport, shot) = (options.format, options.viewport, options.shot());
        let is_cropped = options.is_cropped();
        // Of a page that shows something the one pixel that is left may be of any colour, and is of one.
        let must_differ = shown.has_content && !is_cropped;
        let checking = state.cpu.run(deadline.instant(), move || {
            let picture = if is_cropped { picture::crop(&picture, shot.format, viewport)? } else { picture };
            let checked = picture::check(&picture, format, viewport, must_differ)?;
            let base64 = form.base64_of(&picture);
            Ok::<(Checked, Bytes, Option<String>), picture::Unusable>((checked, picture, base64))
        });
        let done = checking.instrument(info_span!("stage", stage = "encode")).await;
        let done = done.map_err(|error| error::of_cpu(error, options.timeout_s))?;
        let (checked, picture, base64) = done.map_err(error::of_picture)?;
        Ok(Rendered { picture, base64, checked, warnings: shown.warnings })
    }

    fn observe(&self, state: &AppState) {
        for stage in Stage::ALL {
            let took = self.times.get(stage);
            if !took.is_zero() && STAGES.contains(&stage.as_str()) {
                state.http.observe_stage(stage.as_str(), took);
            }
        }
    }
}

async fn draw_on(page: &mut PageLease, options: &RenderOptions) -> Result<(Bytes, Shown), PoolError> {
    let shown = page.show(&options.document()).instrument(info_span!("stage", stage = "load")).await?;
    let picture = page.capture(&options.shot()).instrument(info_span!("stage", stage = "capture")).await?;
    Ok((picture, shown))
}
