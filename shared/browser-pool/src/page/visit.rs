//! URL in, rendered DOM out: navigation, readiness by the wanted fields or by quiet, the DOM as text.

use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::page::{NavigateParams, NavigateReturns};
use chromiumoxide::cdp::js_protocol::runtime::ExecutionContextId;
use tokio::time::Instant;
use url::Url;

use super::layout::{BUDGET_MS, Layout, MOST_ELEMENTS, MOST_TEXTS, Read, fresh_mark};
use super::traffic::Telling;
use super::{Page, evaluation, isolated_world, value_of};
use crate::deadline::{Deadline, Stage, StageTimes};
use crate::egress::{Trouble, UpstreamFailure};
use crate::error::{NetworkFailure, PoolError};

const FIELDS_READY: &str = include_str!("fields_ready.js");
const READ_DOM: &str = include_str!("read_dom.js");

/// The fields must stay the same for this long to be believed, where the document was sent with them.
const CALM: Duration = Duration::from_millis(50);

/// The same where there is reason for doubt: a script has put them there, or nothing else on the page says the same.
const DOUBTED: Duration = Duration::from_millis(150);

/// The same where there is more: they have been replaced once already, or the page's markup says otherwise.
const SWAPPED: Duration = Duration::from_millis(400);

/// Fields that are there are not kept waiting for longer than this by what goes on beside them.
const PATIENCE: Duration = Duration::from_secs(4);

/// How often it is looked whether a request has been under way for too long to be waited for: of that no event tells.
const REST_CHECK: Duration = Duration::from_millis(100);

/// Nothing in flight for this long is quiet.
const NETWORK_QUIET: Duration = Duration::from_millis(80);

/// A page that is quiet but shows no fields is given this long without any change before it is taken as it is:
/// scripts that render after a timer look just like it.
const DOM_QUIET: Duration = Duration::from_millis(400);

/// UTF-16 units of a DOM that are read; the largest real shop pages have some 3 million.
const MOST_DOM: usize = 24_000_000;

/// A page to visit.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    pub url: &'a Url,
    /// In place of the pool's identity.
    pub user_agent: Option<&'a str>,
    /// A JavaScript expression, evaluated in an isolated world: `[fingerprint, agreement]` once the wanted fields are
    /// visible, an empty string before. The agreement is 1 where the page's markup says the same, -1 where it says
    /// otherwise, 0 where it says nothing.
    pub fields: &'a str,
    /// Ask the page how its amounts, headings and pictures look. Their numbers are in the text then.
    pub layout: bool,
}

/// What was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// After redirects and what scripts made of it.
    pub final_url: Url,
    /// The main document's HTTP status.
    pub status: Option<u16>,
    /// The main document's media type, lower case, without parameters.
    pub content_type: Option<String>,
    /// The main document's `Retry-After`, as the site wrote it.
    pub retry_after: Option<String>,
    /// The rendered DOM; empty when the answer was no document.
    pub html: String,
    /// Where it was asked for and there was a document.
    pub layout: Option<Layout>,
    pub ready: Ready,
}

/// What ended the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// The wanted fields were visible and stable.
    Fields,
    /// Nothing was going on any more.
    Quiet,
    /// The request's time was nearly up: this is what was there.
    Deadline,
}

impl Page {
    pub(crate) async fn visit(
        &self,
        visit: &Visit<'_>,
        deadline: Deadline,
        times: &mut StageTimes,
    ) -> Result<Visited, PoolError> {
        let started = Instant::now();
        let navigating = self.navigate(visit.url, visit.user_agent, deadline);
        let loaded = Stage::Load.trace(navigating).await;
        times.add(Stage::Load, started.elapsed());
        if !loaded? {
            return self.visited(visit, String::new(), None, Ready::Quiet);
        }
        let started = Instant::now();
        let ready = self.unless_broken_off(self.wait_until_ready(visit.fields, deadline));
        let ready = Stage::Ready.trace(ready).await;
        times.add(Stage::Ready, started.elapsed());
        let ready = ready?;
        self.refuse_unreached_document()?;
        let started = Instant::now();
        let read = Stage::Extract.trace(self.read_dom(visit.layout, deadline)).await;
        times.add(Stage::Extract, started.elapsed());
        match read {
            Ok((html, layout)) => self.visited(visit, html, layout, ready),
            // The page was never ready to be read: that is where the time went.
            Err(PoolError::Timeout { .. }) if ready == Ready::Deadline => {
                Err(PoolError::Timeout { stage: Stage::Ready })
            }
            Err(error) => Err(error),
        }
    }

    fn visited(
        &self,
        visit: &Visit<'_>,
        html: String,
        layout: Option<Layout>,
        ready: Ready,
    ) -> Result<Visited, PoolError> {
        self.refuse_unreached_document()?;
        let main = self.watch.main_document();
        let url = self.watch.url().filter(|url| url.starts_with("http"));
        let url = url.or_else(|| main.as_ref().map(|main| main.url.clone()));
        Ok(Visited {
            final_url: url.and_then(|url| Url::parse(&url).ok()).unwrap_or_else(|| visit.url.clone()),
            status: main.as_ref().map(|main| main.status).filter(|status| *status > 0),
            retry_after: main.as_ref().and_then(|main| main.retry_after.clone()),
            content_type: main.map(|main| main.mime.to_ascii_lowercase()).filter(|mime| !mime.is_empty()),
            html,
            layout,
            ready,
        })
    }

    /// True when a document was committed, false when the answer was none (a download, 204).
    pub(super) async fn navigate(
        &self,
        url: &Url,
        user_agent: Option<&str>,
        deadline: Deadline,
    ) -> Result<bool, PoolError> {
        self.egress.begin();
        if let (Some(user_agent), Some(identity)) = (user_agent, self.browser.presented()) {
            // Awaited: a navigation into a new process takes along what the old one has confirmed.
            let present = self.send(&identity.command(Some(user_agent)));
            self.answer(Stage::Load, deadline, present).await?;
        }
        let navigation = self.send(&NavigateParams::new(url.as_str()));
        let answer = self.answer(Stage::Load, deadline, navigation).await;
        self.refuse_forbidden_document()?;
        let answer: NavigateReturns = answer?;
        let Some(error) = answer.error_text.filter(|text| !text.is_empty()) else {
            return self.proxys_own_answer().map_or(Ok(true), Err);
        };
        if error == "net::ERR_ABORTED" && self.watch.main_document().is_some() {
            return Ok(false);
        }
        if error.contains("UNSAFE_PORT") || error.contains("UNSAFE_REDIRECT") || error.contains("BLOCKED_BY")
        {
            return Err(PoolError::Forbidden);
        }
        // Nothing but the main document has been asked for yet, so the latest trouble is its own.
        let trouble = self.egress.report().troubles.last().map(|(_, trouble)| *trouble);
        Err(trouble.map_or_else(|| network_error(NetworkFailure::of_chromium(&error)), failure_of))
    }

    /// A page whose document came from the proxy's refusal is none, whatever it says.
    fn refuse_forbidden_document(&self) -> Result<(), PoolError> {
        let trouble = self.main_url().and_then(|url| self.egress.report().trouble_of(&url));
        match trouble {
            Some(Trouble::Refused(reason)) if reason.is_about_target() => Err(PoolError::Forbidden),
            _ => Ok(()),
        }
    }

    /// A script may have moved on to where nothing answers: what is shown then is the proxy's answer, or over TLS
    /// Chromium's own error page.
    pub(super) fn refuse_unreached_document(&self) -> Result<(), PoolError> {
        self.refuse_forbidden_document()?;
        if let Some(failure) = self.proxys_own_answer() {
            return Err(failure);
        }
        let Some(url) = self.watch.unreachable() else { return Ok(()) };
        let trouble = Url::parse(&url).ok().and_then(|url| self.egress.report().trouble_of(&url));
        Err(trouble.map_or_else(|| network_error(NetworkFailure::Other), failure_of))
    }

    /// Waits for something of a document that is on its way. Half of a page is none, but for one of which the request
    /// may have no more.
    pub(super) async fn unless_broken_off<T>(
        &self,
        wait: impl Future<Output = Result<T, PoolError>>,
    ) -> Result<T, PoolError> {
        let breaks_off = async {
            let failure = self.watch.breaks_off().await;
            if self.egress.is_used_up() {
                std::future::pending::<()>().await;
            }
            failure
        };
        tokio::select! {
            biased;
            failure = breaks_off => Err(network_error(failure)),
            waited = wait => waited,
        }
    }

    /// Why the proxy answered in the site's place, in its own words: Chromium only knows that a tunnel failed.
    fn proxys_own_answer(&self) -> Option<PoolError> {
        let main = self.watch.main_document().filter(|main| main.is_proxys)?;
        let trouble = Url::parse(&main.url).ok().and_then(|url| self.egress.report().trouble_of(&url));
        trouble.map(failure_of)
    }

    fn main_url(&self) -> Option<Url> {
        self.watch.main_document().and_then(|main| Url::parse(&main.url).ok())
    }

    async fn wait_until_ready(&self, fields: &str, deadline: Deadline) -> Result<Ready, PoolError> {
        // Reading the DOM must still be possible afterwards.
        let until = deadline.less((deadline.remaining() / 5).min(Duration::from_secs(1)));
        loop {
            if until.has_passed() {
                return Ok(Ready::Deadline);
            }
            let before = self.watch.activity().navigations;
            let world = match self.answer(Stage::Ready, until, self.send(&isolated_world(&self.frame))).await
            {
                Ok(world) => world.execution_context_id,
                Err(PoolError::Timeout { .. }) => return Ok(Ready::Deadline),
                Err(PoolError::Render { .. }) => {
                    self.document_changes(before, until).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match self.fields_or_quiet(world, fields, until).await {
                Err(PoolError::Timeout { .. }) => return Ok(Ready::Deadline),
                // A navigation took the world away, and the evaluation with it: ask again in the new document.
                Err(PoolError::Render { .. }) => self.document_changes(before, until).await,
                other => return other,
            }
        }
    }

    async fn fields_or_quiet(
        &self,
        world: ExecutionContextId,
        fields: &str,
        until: Deadline,
    ) -> Result<Ready, PoolError> {
        tokio::select! {
            settled = self.fields_settle(world, fields, until) => settled.map(|()| Ready::Fields),
            quiet = self.quiet(world, until) => quiet.map(|()| Ready::Quiet),
        }
    }

    /// The fields are there, and have stood still while nothing was under way that could change them.
    ///
    /// Renderer and network speak on one connection, in the order in which things happened in the page: what was
    /// begun before the page was looked at has been heard of before the answer comes.
    async fn fields_settle(
        &self,
        world: ExecutionContextId,
        fields: &str,
        until: Deadline,
    ) -> Result<(), PoolError> {
        let [calm, doubted, swapped] = [CALM, DOUBTED, SWAPPED].map(|span| span.as_millis());
        let expression = format!("({FIELDS_READY})({calm}, {doubted}, {swapped}, () => ({fields}))");
        let mut patience: Option<Deadline> = None;
        loop {
            let when_asked = self.watch.telling();
            let asked = self.send(&evaluation(Some(world), expression.clone()));
            let answered = tokio::select! {
                found = self.answer(Stage::Ready, until, asked) => value_of::<String>(found?).map(|_| true)?,
                // Asked anew: the page is looked at from the moment when nothing was under way any more.
                () = self.disturbed_and_at_rest(when_asked) => false,
            };
            if !answered {
                continue;
            }
            if self.watch.telling().is_undisturbed_since(when_asked) {
                return Ok(());
            }
            let patience = patience.get_or_insert_with(|| until.within(PATIENCE.min(until.remaining() / 2)));
            if patience.limit(self.disturbed_and_at_rest(when_asked)).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Something was under way then, or has been begun since, and nothing is any more.
    async fn disturbed_and_at_rest(&self, then: Telling) {
        loop {
            let changed = self.watch.changed.notified();
            let now = self.watch.telling();
            if now.rests && !now.is_undisturbed_since(then) {
                return;
            }
            let _ = tokio::time::timeout(REST_CHECK, changed).await;
        }
    }

    /// Loaded, nothing in flight, nothing changing.
    async fn quiet(&self, world: ExecutionContextId, until: Deadline) -> Result<(), PoolError> {
        const LAST_CHANGE: &str = "performance.now() - (globalThis.__watched?.changed || 0)";
        loop {
            let changed = self.watch.changed.notified();
            let activity = self.watch.activity();
            let network = activity.quiet_since.map(|since| since.elapsed());
            let pause = match network {
                Some(quiet) if activity.loaded && quiet >= NETWORK_QUIET => {
                    let unchanged: f64 =
                        self.evaluate(Stage::Ready, until, Some(world), LAST_CHANGE.to_owned()).await?;
                    let unchanged = Duration::from_secs_f64(unchanged.max(0.0) / 1000.0);
                    if unchanged >= DOM_QUIET {
                        return Ok(());
                    }
                    DOM_QUIET.saturating_sub(unchanged)
                }
                Some(quiet) if activity.loaded => NETWORK_QUIET.saturating_sub(quiet),
                // An event tells when that changes; a request that is given up on tells nothing.
                _ => Duration::from_secs(1),
            };
            let woken = async {
                let _ = tokio::time::timeout(pause.max(Duration::from_millis(5)), changed).await;
            };
            until.limit(woken).await.map_err(|_| PoolError::Timeout { stage: Stage::Ready })?;
        }
    }

    /// The next document of the main frame, or a moment: a frame is between two documents for some milliseconds.
    pub(super) async fn document_changes(&self, before: u64, until: Deadline) {
        const BETWEEN_DOCUMENTS: Duration = Duration::from_millis(20);
        let changed = self.watch.changed.notified();
        if self.watch.activity().navigations == before {
            let _ = until.within(BETWEEN_DOCUMENTS).limit(changed).await;
        }
    }

    /// The text and, where it is wanted, the looks.
    async fn read_dom(
        &self,
        layout: bool,
        deadline: Deadline,
    ) -> Result<(String, Option<Layout>), PoolError> {
        let mark = if layout { fresh_mark() } else { String::new() };
        let mut read = self.read_document(&mark, deadline).await?;
        let layout = if layout { Some(read.layout(mark)?) } else { None };
        Ok((read.html, layout))
    }

    async fn read_document(&self, mark: &str, deadline: Deadline) -> Result<Read, PoolError> {
        loop {
            let before = self.watch.activity().navigations;
            let world = self.answer(Stage::Extract, deadline, self.send(&isolated_world(&self.frame))).await;
            let read = match world {
                Ok(world) => {
                    let expression = format!(
                        "({READ_DOM})({MOST_DOM}, '{mark}', {BUDGET_MS}, {MOST_ELEMENTS}, {MOST_TEXTS})"
                    );
                    self.evaluate(Stage::Extract, deadline, Some(world.execution_context_id), expression)
                        .await
                }
                Err(error) => Err(error),
            };
            match read {
                // Navigated away in between, unless it goes on like that.
                Err(PoolError::Render { .. }) if !deadline.has_passed() => {
                    self.document_changes(before, deadline).await;
                }
                other => return other,
            }
        }
    }
}

fn failure_of(trouble: Trouble) -> PoolError {
    match trouble {
        Trouble::Refused(reason) if reason.is_about_target() => PoolError::Forbidden,
        Trouble::Refused(_) => network_error(NetworkFailure::TooLarge),
        Trouble::Failed(failure) => {
            PoolError::Network { failure: failure.into(), retriable: failure.is_retriable() }
        }
    }
}

fn network_error(failure: NetworkFailure) -> PoolError {
    PoolError::Network { failure, retriable: failure.is_passing() }
}

impl From<UpstreamFailure> for NetworkFailure {
    fn from(failure: UpstreamFailure) -> Self {
        match failure {
            UpstreamFailure::NoSuchHost => Self::NoSuchHost,
            UpstreamFailure::Dns | UpstreamFailure::Unreachable => Self::Other,
            UpstreamFailure::DnsTimeout => Self::DnsTimeout,
            UpstreamFailure::ConnectRefused => Self::ConnectionRefused,
            UpstreamFailure::ConnectTimeout | UpstreamFailure::IdleTimeout => Self::ConnectTimeout,
            UpstreamFailure::Reset => Self::ConnectionReset,
            UpstreamFailure::BadResponse => Self::InvalidResponse,
        }
    }
}
