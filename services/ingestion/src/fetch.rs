//! Getting the page of an address: a visit in a leased page, and further ones while failures are passing and the
//! deadline allows. When to try again is in [`retry`].

mod retry;

use std::sync::Arc;
use std::time::Duration;

use browser_pool::{
    Attempts, BrowserPool, Deadline, PageLease, PoolError, ShotFormat, Stage, StageTimes, Visit, Visited,
};
use bytes::Bytes;
use service_kit::ApiError;
use tokio::time::Instant;
use tracing::Instrument;

use self::retry::Site;
use crate::extract::{self, FIELDS_PROBE, Verdict};
use crate::request::Wanted;
use crate::state::AppState;

/// The page and, where it is wanted and could be had, its picture; or the last failure. The time of all tries is added
/// to `times`; pauses are waiting, so they count as queueing.
pub(crate) async fn page(
    state: &AppState,
    attempts: &mut Attempts,
    wanted: &Wanted,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<(Visited, Option<Bytes>), ApiError> {
    let mut site = LeasedPages { state, attempts, wanted, deadline, times, picture: None };
    let mut paused = StageTimes::default();
    let page = retry::page(&mut site, wanted.retries, wanted.timeout_s, deadline, &mut paused).await;
    let picture = site.picture.take();
    times.merge(&paused);
    Ok((page?, picture))
}

/// The site as it is seen through pages of the pool.
struct LeasedPages<'a> {
    state: &'a AppState,
    attempts: &'a mut Attempts,
    wanted: &'a Wanted,
    deadline: Deadline,
    times: &'a mut StageTimes,
    /// Of the page that was visited last.
    picture: Option<Bytes>,
}

impl Site for LeasedPages<'_> {
    async fn visit(&mut self) -> Result<Visited, PoolError> {
        let visited = visit(&self.state.pool, self.attempts, self.wanted, self.deadline, self.times).await;
        let (page, picture) = visited?;
        self.picture = picture;
        Ok(page)
    }

    async fn verdict(&mut self, page: Visited) -> (Visited, Option<Verdict>) {
        let page = Arc::new(page);
        let (shops, marketplace) = (Arc::clone(&self.state.shops), self.wanted.marketplace);
        let read = Arc::clone(&page);
        let started = Instant::now();
        let judged = self.state.cpu.run(self.deadline.instant(), move || {
            let page = extract::Page {
                marketplace,
                content_type: read.content_type.as_deref(),
                status: read.status,
                ..extract::Page::new(&read.html, &read.final_url)
            };
            extract::extract_with(&shops, &page).err().map(|refusal| refusal.verdict)
        });
        let verdict = judged.instrument(Stage::Extract.span()).await.ok().flatten();
        self.times.add(Stage::Extract, started.elapsed());
        (Arc::unwrap_or_clone(page), verdict)
    }
}

/// One visit; a browser's death under it costs no try. It holds the site's share of the pool, a pause between tries does
/// not.
async fn visit(
    pool: &BrowserPool,
    attempts: &mut Attempts,
    wanted: &Wanted,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<(Visited, Option<Bytes>), PoolError> {
    let visit = Visit {
        url: &wanted.url,
        user_agent: wanted.user_agent.as_deref(),
        fields: FIELDS_PROBE,
        layout: true,
    };
    let started = Instant::now();
    let entering = pool.enter_host(wanted.url.host_str().unwrap_or_default(), deadline);
    let turn = entering.instrument(Stage::Queue.span()).await;
    times.add(Stage::Queue, started.elapsed());
    let _turn = turn?;
    loop {
        let mut page = attempts.page().await?;
        let visited = page.visit(&visit).await;
        let picture = match &visited {
            Ok(_) if wanted.include_screenshot => picture(&mut page, deadline).await,
            _ => None,
        };
        times.merge(&page.timings());
        match visited {
            Ok(visited) => return Ok((visited, picture)),
            Err(error) => attempts.failed(error)?,
        }
    }
}

/// The viewport as it was read, in half of the time that is left at most: the product is what was asked for.
async fn picture(page: &mut PageLease, deadline: Deadline) -> Option<Bytes> {
    const QUALITY: u8 = 70;
    const LONGEST: Duration = Duration::from_secs(3);
    let limit = (deadline.remaining() / 2).min(LONGEST);
    let capture = page.capture(ShotFormat::Jpeg { quality: QUALITY }, None);
    match tokio::time::timeout(limit, capture).await {
        Ok(Ok(picture)) => Some(picture),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no picture of the page could be taken");
            None
        }
        Err(_) => {
            tracing::debug!("there was no time for a picture of the page");
            None
        }
    }
}

/// The looks of a page as the extraction takes them; it knows no browser.
pub(crate) fn layout(seen: browser_pool::Layout) -> extract::Layout {
    let parts = seen.parts.into_iter().map(|part| extract::Part {
        hidden: part.hidden,
        outside: part.outside,
        struck: part.struck,
        font: part.font,
        x: part.x,
        y: part.y,
        width: part.width,
        height: part.height,
        picture: part.picture.map(|picture| extract::Picture {
            width: picture.width,
            height: picture.height,
            address: picture.address,
        }),
    });
    extract::Layout { mark: seen.mark, parts: parts.collect() }
}
