//! Getting the page of an address: a visit in a leased page, and further ones while failures are passing and the
//! deadline allows. When to try again is in [`retry`].

mod retry;

use std::sync::Arc;

use browser_pool::{Attempts, BrowserPool, Deadline, PoolError, Stage, StageTimes, Visit, Visited};
use service_kit::ApiError;
use tokio::time::Instant;
use tracing::Instrument;

use self::retry::Site;
use crate::extract::{self, FIELDS_PROBE, Verdict};
use crate::request::Wanted;
use crate::state::AppState;

/// The page, or the last failure. The time of all tries is added to `times`; pauses are waiting, so they count as
/// queueing.
pub(crate) async fn page(
    state: &AppState,
    attempts: &mut Attempts,
    wanted: &Wanted,
    deadline: Deadline,
    times: &mut StageTimes,
) -> Result<Visited, ApiError> {
    let mut site = LeasedPages { state, attempts, wanted, deadline, times };
    let mut paused = StageTimes::default();
    let page = retry::page(&mut site, wanted.retries, wanted.timeout_s, deadline, &mut paused).await;
    times.merge(&paused);
    page
}

/// The site as it is seen through pages of the pool.
struct LeasedPages<'a> {
    state: &'a AppState,
    attempts: &'a mut Attempts,
    wanted: &'a Wanted,
    deadline: Deadline,
    times: &'a mut StageTimes,
}

impl Site for LeasedPages<'_> {
    async fn visit(&mut self) -> Result<Visited, PoolError> {
        visit(&self.state.pool, self.attempts, self.wanted, self.deadline, self.times).await
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
) -> Result<Visited, PoolError> {
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
        times.merge(&page.timings());
        match visited {
            Ok(visited) => return Ok(visited),
            Err(error) => attempts.failed(error)?,
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
