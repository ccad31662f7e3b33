//! `POST /v1/extract`.

mod answer;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use browser_pool::{Deadline, Job, Ready, Stage, StageTimes, mark_failed};
use service_kit::{ApiError, Body, ErrorBody, RequestContext, RequestId};
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

use self::answer::{ExtractResponse, Extracted};
use crate::error::PageFacts;
use crate::extract::{self as extraction, Layout, Marketplace, Page};
use crate::keep::{KeptPage, Outcome, redacted};
use crate::request::{ExtractRequest, Wanted};
use crate::state::{AppState, STAGES};
use crate::{BUILD, error, fetch};

pub(crate) const PATH: &str = "/v1/extract";

/// Extract the product that a page is about.
///
/// The page is opened in a browser, waited for until title and price are visible, and read. With `html` no browser is
/// used. Unknown fields are accepted and named in `X-Ignored-Fields`.
#[utoipa::path(
    post,
    path = PATH,
    tag = "extract",
    request_body = ExtractRequest,
    responses(
        (status = 200, description = "the product", body = ExtractResponse),
        (status = 400, description = "`invalid_request`, `invalid_url`, `invalid_html`: a field is not valid",
            body = ErrorBody),
        (status = 403, description = "`forbidden_url`: the address is not public and not allowed", body = ErrorBody),
        (status = 408, description = "`timeout`: `timeout_s` passed, the message names the stage", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 415, description = "`invalid_request`: not JSON in UTF-8", body = ErrorBody),
        (status = 422, description = "`extraction_failed`: a page came and no product is on it, `verdict` says what it is: \
            `blocked`, `captcha`, `login_wall`, `not_found`, `listing`, `article`, `empty_shell` or `not_html`",
            body = ErrorBody),
        (status = 500, description = "`render_failure`, `browser_crash`", body = ErrorBody),
        (status = 502, description = "`network_error`: DNS, connect, TLS, or a failing site (`upstream_status`); \
            `Retry-After` where the site has said when to come back",
            body = ErrorBody),
        (status = 503, description = "`overloaded`, `unavailable`; `Retry-After` says when to come back",
            body = ErrorBody),
    )
)]
pub(crate) async fn extract(
    State(state): State<Arc<AppState>>,
    context: RequestContext,
    body: Body<ExtractRequest>,
) -> Result<Json<ExtractResponse>, ApiError> {
    let wanted = body.value.check(&state.egress, |reason| state.pool.count_refusal(reason))?;
    context.set_deadline(wanted.timeout());
    let marketplace = wanted.marketplace_label();
    let mut work =
        Extraction { id: context.id.clone(), started: Instant::now(), times: StageTimes::default() };
    let extracted = work.carry_out(&state, wanted, body.bytes).await;
    work.observe(&state);
    match extracted {
        Ok(extracted) => {
            state.extractions.extracted(&extracted.product);
            Ok(Stage::Encode.span().in_scope(|| Json(extracted.answer(work.times))))
        }
        Err(error) => {
            state.extractions.failed(marketplace, error.kind, error.verdict());
            Err(error)
        }
    }
}

/// A page as it was brought or fetched.
struct Fetched {
    html: String,
    url: Url,
    status: Option<u16>,
    content_type: Option<String>,
    was_ready: bool,
    layout: Option<Layout>,
    /// By the caller, who has it already.
    was_brought: bool,
}

impl Fetched {
    fn page(&self, marketplace: Option<Marketplace>) -> Page<'_> {
        Page {
            html: &self.html,
            url: &self.url,
            marketplace,
            status: self.status,
            content_type: self.content_type.as_deref(),
            layout: self.layout.as_ref(),
        }
    }

    fn kept(self, id: &RequestId, marketplace: Option<Marketplace>, outcome: Outcome) -> KeptPage {
        KeptPage {
            request_id: id.as_str().to_owned(),
            kept_at: service_kit::timestamp(),
            version: BUILD.version.to_owned(),
            url: redacted(&self.url),
            marketplace: marketplace.map(|hint| hint.as_str().to_owned()),
            status: self.status,
            content_type: self.content_type,
            outcome,
            layout: self.layout,
            html: self.html,
        }
    }

    /// The text without the numbers of the parts that the browser has told about.
    fn unmarked(&self) -> Cow<'_, str> {
        match &self.layout {
            Some(layout) => Cow::Owned(layout.unmark(&self.html)),
            None => Cow::Borrowed(&self.html),
        }
    }
}

/// An extraction under way, and what each stage of it took.
struct Extraction {
    id: RequestId,
    started: Instant,
    times: StageTimes,
}

impl Extraction {
    async fn carry_out(
        &mut self,
        state: &AppState,
        mut wanted: Wanted,
        bytes: usize,
    ) -> Result<Extracted, ApiError> {
        let deadline = Deadline::after(wanted.timeout());
        let fetched = match wanted.html.take() {
            Some(html) => Fetched {
                html,
                url: wanted.url.clone(),
                status: None,
                content_type: None,
                was_ready: true,
                layout: None,
                was_brought: true,
            },
            None => self.fetch(state, &wanted, deadline, bytes).await?,
        };
        let extracted = self.read(state, &wanted, deadline, fetched).await;
        // What is in no other stage lies between them and around the answer: the stages add up to the whole.
        self.times.add(Stage::Encode, self.started.elapsed().saturating_sub(self.times.sum()));
        extracted
    }

    async fn fetch(
        &mut self,
        state: &AppState,
        wanted: &Wanted,
        deadline: Deadline,
        bytes: usize,
    ) -> Result<Fetched, ApiError> {
        let job = Job { deadline, queued_bytes: bytes, fingerprint: wanted.fingerprint(), inert: None };
        let mut attempts = state.pool.attempts(job);
        let visited = fetch::page(state, &mut attempts, wanted, deadline, &mut self.times).await;
        self.times.merge(&attempts.timings());
        let visited = visited?;
        tracing::debug!(ready = ?visited.ready, status = visited.status, bytes = visited.html.len(), "page read");
        Ok(Fetched {
            html: visited.html,
            url: visited.final_url,
            status: visited.status,
            content_type: visited.content_type,
            was_ready: visited.ready != Ready::Deadline,
            layout: visited.layout.map(fetch::layout),
            was_brought: false,
        })
    }

    /// The extraction itself. Large pages take it tens of milliseconds.
    async fn read(
        &mut self,
        state: &AppState,
        wanted: &Wanted,
        deadline: Deadline,
        fetched: Fetched,
    ) -> Result<Extracted, ApiError> {
        let started = Instant::now();
        let (marketplace, explain, include_html) = (wanted.marketplace, wanted.explain, wanted.include_html);
        let facts = PageFacts { status: fetched.status, was_ready: fetched.was_ready };
        let shops = Arc::clone(&state.shops);
        let keeper = state.keeper.clone().filter(|_| !fetched.was_brought);
        let id = self.id.clone();
        let reading = state.cpu.run(deadline.instant(), move || {
            let read = extraction::extract_with(&shops, &fetched.page(marketplace));
            let raw_html =
                include_html.then(|| base64_simd::STANDARD.encode_to_string(fetched.unmarked().as_bytes()));
            let final_url = fetched.url.clone();
            if let Some(keeper) = keeper
                && let Some(outcome) = keeper.doubt(&read).filter(|_| !error::is_timeout(&read, facts))
            {
                keeper.keep(fetched.kept(&id, marketplace, outcome));
            }
            let mut product = read?;
            if !explain {
                product.candidates = Vec::new();
            }
            Ok(Extracted { product, raw_html, final_url })
        });
        let span = Stage::Extract.span();
        let read = reading.instrument(span.clone()).await;
        self.times.add(Stage::Extract, started.elapsed());
        let read = read.map_err(|error| error::of_cpu(error, wanted.timeout_s)).and_then(|read| {
            read.map_err(|refusal: extraction::Refusal| error::of_refusal(&refusal, facts, wanted.timeout_s))
        });
        if let Err(error) = &read {
            mark_failed(&span, error.kind.as_str());
            span.record("verdict", error.verdict());
        }
        read
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
