//! From valid options to a picture that may be returned: a page is leased, shown, captured; the picture is checked,
//! finished and reported on. Every endpoint that answers with a picture goes through here.

use std::sync::{Arc, Mutex, PoisonError};

use browser_pool::{Attempts, Deadline, Heard, Job, PageLease, PoolError, Shown, Stage, StageTimes, mark_failed};
use bytes::Bytes;
use service_kit::{ApiError, ErrorKind};
use tokio::time::Instant;
use tracing::Instrument;

use crate::cache::{Freshness, Origin, Picture, Wanted};
use crate::error;
use crate::options::RenderOptions;
use crate::picture;
use crate::report::Report;
use crate::state::{AppState, STAGES};

/// A picture for one request.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) picture: Arc<Picture>,
    pub(crate) origin: Origin,
    /// What this request waited for; the stages add up to the whole.
    pub(crate) times: StageTimes,
}

/// `bytes`: what the request holds in memory while it waits.
pub(crate) async fn draw(
    state: &AppState,
    options: &RenderOptions,
    freshness: Freshness,
    bytes: usize,
) -> Result<Drawn, ApiError> {
    let started = Instant::now();
    let deadline = Deadline::after(options.timeout());
    let job = Job {
        deadline,
        queued_bytes: bytes,
        fingerprint: options.fingerprint(),
        inert: options.document().inert(),
    };
    // The making may be begun more than once, when equal requests give up.
    let times = Mutex::new(StageTimes::default());
    let made_in = &times;
    let make = move || async move {
        let mut drawing = Drawing { started: Instant::now(), times: StageTimes::default() };
        let made = drawing.make(state, options, job).await;
        made_in.lock().unwrap_or_else(PoisonError::into_inner).merge(&drawing.times);
        made
    };
    let wanted =
        Wanted { identity: options.identity(), freshness, deadline, timeout_s: options.timeout_s, bytes };
    let drawn = state.pictures.get(wanted, make).await;
    let mut times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Whoever waits for an equal request's picture waits in a queue of its own kind.
    times.add(Stage::Queue, started.elapsed().saturating_sub(times.sum()));
    observe(state, &times);
    let (picture, origin) = drawn?;
    if let Some(failing) = picture.report.failing(&options.fail_on) {
        return Err(ApiError::new(ErrorKind::IntegrityFailed, failing));
    }
    state.images.came_from(origin);
    state.images.returned(options.format, picture.finished.bytes.len());
    if origin.is_made_for_it() {
        state.images.made(options.format, started.elapsed());
    }
    Ok(Drawn { picture, origin, times })
}

fn observe(state: &AppState, times: &StageTimes) {
    for stage in Stage::ALL {
        let took = times.get(stage);
        if !took.is_zero() && STAGES.contains(&stage.as_str()) {
            state.http.observe_stage(stage.as_str(), took);
        }
    }
}

/// A picture in the making, and what each stage of it took.
struct Drawing {
    started: Instant,
    times: StageTimes,
}

/// A capture and what is known of it.
struct Captured {
    bytes: Bytes,
    shown: Shown,
    heard: Heard,
}

impl Drawing {
    async fn make(
        &mut self,
        state: &AppState,
        options: &RenderOptions,
        job: Job,
    ) -> Result<Arc<Picture>, ApiError> {
        let mut attempts = state.pool.attempts(job);
        // All stages of all tries: too large to be carried along by every future around it.
        let captured = Box::pin(self.capture(&mut attempts, options)).await;
        self.times.merge(&attempts.timings());
        let captured = captured.map_err(|error| {
            let mut answer = error::of_pool(&error, options.timeout_s);
            if matches!(error, PoolError::Timeout { stage: Stage::Ready }) && options.waits_for_something() {
                answer.message.push_str(": wait_for never came true");
            }
            answer
        })?;
        let finished = self.finish(state, options, job.deadline, captured).await;
        // What is in no other stage lies between them and around the check: the stages add up to the whole.
        self.times.add(Stage::Encode, self.started.elapsed().saturating_sub(self.times.sum()));
        finished
    }

    async fn capture(
        &mut self,
        attempts: &mut Attempts,
        options: &RenderOptions,
    ) -> Result<Captured, PoolError> {
        loop {
            let mut page = attempts.page().await?;
            let captured = capture_on(&mut page, options).await;
            self.times.merge(&page.timings());
            match captured {
                Ok(captured) => return Ok(captured),
                Err(error) => attempts.failed(error)?,
            }
        }
    }

    async fn finish(
        &self,
        state: &AppState,
        options: &RenderOptions,
        deadline: Deadline,
        captured: Captured,
    ) -> Result<Arc<Picture>, ApiError> {
        let Captured { bytes, shown, heard } = captured;
        let plan = options.plan(shown.area, shown.content);
        let loads = heard.requests > 0 && !options.deterministic;
        let varies =
            options.may_vary() || loads || !shown.late.is_empty() || !heard.failed_resources.is_empty();
        let finishing = state.cpu.run(deadline.instant(), move || {
            let finished = picture::finish(bytes, &plan)?;
            let report = Report::new(shown, heard, &finished);
            Ok::<_, picture::Unusable>(Picture::new(finished, report, varies))
        });
        let span = Stage::Encode.span();
        let finished = finishing.instrument(span.clone()).await;
        let finished = finished
            .map_err(|error| error::of_cpu(error, options.timeout_s))
            .and_then(|finished| finished.map(Arc::new).map_err(error::of_picture));
        if let Err(error) = &finished {
            mark_failed(&span, error.kind.as_str());
        }
        finished
    }
}

async fn capture_on(page: &mut PageLease, options: &RenderOptions) -> Result<Captured, PoolError> {
    let shown = page.show(&options.document()).await?;
    let area = (!options.is_whole_viewport()).then_some(shown.area);
    let bytes = page.capture(options.shot(), area).await?;
    Ok(Captured { bytes, shown, heard: page.heard() })
}
