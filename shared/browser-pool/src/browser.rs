//! One running browser: its process, its connection, and what is counted of it.
//!
//! How it is asked to die and replaced is the supervisor's business (`slot`), pages are `page`'s.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chromiumoxide::cdp::browser_protocol::browser::{CloseParams, GetVersionParams};
use chromiumoxide::cdp::browser_protocol::target::{
    FilterEntry, GetTargetsParams, SessionId, SetAutoAttachParams, TargetFilter,
};
use chromiumoxide::cdp::js_protocol::runtime::RunIfWaitingForDebuggerParams;
use serde::Deserialize;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::cdp::{CallError, Connection, Listener};
use crate::config::PageProfile;
use crate::deadline::Deadline;
use crate::identity::Presented;
use crate::metrics::RestartReason;
use crate::process::{Chromium, LaunchOptions, SpawnError, TreeUsage};

/// Why a browser did not come up.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LaunchError {
    #[error("{0}")]
    Spawn(Arc<SpawnError>),
    /// It said that it has no sandbox here.
    #[error("chromium has no usable sandbox: {said}")]
    NoSandbox { said: String },
    #[error("chromium exited at once: {said}")]
    Exited { said: String },
    #[error("chromium did not answer within {} s", .limit.as_secs())]
    Hung { limit: Duration },
    #[error("chromium answered wrongly: {0}")]
    Protocol(Arc<CallError>),
}

/// A browser that has answered its first question.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) generation: u64,
    pub(crate) product: String,
    pub(crate) sandbox: bool,
    /// Held by whoever has it draw, where every frame is asked for.
    pub(crate) frame_turn: Option<Arc<tokio::sync::Mutex<()>>>,
    chromium: Chromium,
    connection: Connection,
    /// Whatever it does on somebody's behalf ends before the pool does.
    pub(crate) tasks: TaskTracker,
    presented: Option<Presented>,
    /// When it began to serve; a browser that stands by does not age.
    serving_since: OnceLock<Instant>,
    pages: AtomicU64,
    leases: AtomicUsize,
    capturing: AtomicUsize,
    pub(crate) fonts: KnownFonts,
    missed_probes: AtomicU32,
    passed_probe: AtomicBool,
    usage: Mutex<TreeUsage>,
    targets: AtomicUsize,
    doom: Mutex<Option<RestartReason>>,
}

impl Browser {
    /// Spawns a browser and asks for its version; whatever is wrong, nothing of it is left behind.
    pub(crate) async fn launch(
        binary: &std::path::Path,
        options: &LaunchOptions,
        profile: &PageProfile,
        generation: u64,
        limit: Duration,
        tasks: &TaskTracker,
    ) -> Result<Arc<Self>, LaunchError> {
        let (chromium, pipe) =
            Chromium::spawn(binary, options, tasks).map_err(|error| LaunchError::Spawn(Arc::new(error)))?;
        let connection = Connection::open(pipe.answers, pipe.commands);
        let version =
            connection.send(None, &GetVersionParams::default()).within(Deadline::after(limit)).await;
        let version = match version {
            Ok(version) => version,
            Err(error) => {
                connection.close();
                chromium.kill();
                // Its last words are complete when it is gone.
                let _ = tokio::time::timeout(Duration::from_secs(2), chromium.gone().cancelled()).await;
                return Err(explain(error, &chromium.last_words(), limit));
            }
        };
        let presented = profile.identity.as_ref().map(|identity| Presented::new(identity, &version.product));
        if let Some(presented) = &presented {
            present_to_newcomers(&connection, presented.clone());
        }
        Ok(Arc::new(Self {
            generation,
            product: version.product,
            sandbox: options.sandbox,
            frame_turn: options.frame_control.then(Arc::default),
            chromium,
            connection,
            tasks: tasks.clone(),
            presented,
            serving_since: OnceLock::new(),
            pages: AtomicU64::new(0),
            leases: AtomicUsize::new(0),
            capturing: AtomicUsize::new(0),
            fonts: KnownFonts::default(),
            missed_probes: AtomicU32::new(0),
            passed_probe: AtomicBool::new(true),
            usage: Mutex::default(),
            targets: AtomicUsize::new(0),
            doom: Mutex::default(),
        }))
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn presented(&self) -> Option<&Presented> {
        self.presented.as_ref()
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.connection.closed().is_cancelled() && !self.chromium.exited().is_cancelled()
    }

    /// Alive, and it answered when it was last asked.
    pub(crate) fn is_available(&self) -> bool {
        self.is_alive() && self.passed_probe.load(Ordering::Relaxed)
    }

    /// Resolves when the browser is of no use any more: its pipe ended, or its process.
    pub(crate) async fn died(&self) {
        tokio::select! {
            // A process that has closed its pipe is of no use, and might stay.
            () = self.connection.closed().cancelled() => self.chromium.kill(),
            () = self.chromium.exited().cancelled() => self.connection.close(),
        }
    }

    pub(crate) fn pid(&self) -> i32 {
        self.chromium.pid()
    }

    pub(crate) fn begins_to_serve(&self) {
        self.serving_since.get_or_init(Instant::now);
    }

    pub(crate) fn age(&self) -> Duration {
        self.serving_since.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    pub(crate) fn pages_opened(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    pub(crate) fn page_used(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// Leases that it serves; a counter that falls when the guard is dropped.
    pub(crate) fn leases(&self) -> usize {
        self.leases.load(Ordering::Acquire)
    }

    pub(crate) fn lease(self: &Arc<Self>) -> CountGuard {
        CountGuard::new(Arc::clone(self), |browser| &browser.leases)
    }

    /// While a capture runs its encoding may keep the browser from answering a probe.
    pub(crate) fn capturing(self: &Arc<Self>) -> CountGuard {
        CountGuard::new(Arc::clone(self), |browser| &browser.capturing)
    }

    /// Asks whether it is there. Two misses in a row condemn it; more while it captures, as that may keep it from
    /// answering and makes nobody think less of it until then.
    pub(crate) async fn probe(&self, limit: Duration) {
        const CONDEMNED_AFTER: u32 = 2;
        const CONDEMNED_AFTER_CAPTURING: u32 = 5;
        let was_capturing = self.is_capturing();
        let answer = self.connection.send(None, &GetVersionParams::default());
        if answer.within(Deadline::after(limit)).await.is_ok() {
            self.missed_probes.store(0, Ordering::Relaxed);
            self.passed_probe.store(true, Ordering::Relaxed);
        } else if self.is_alive() {
            let is_excused = was_capturing || self.is_capturing();
            if !is_excused {
                self.passed_probe.store(false, Ordering::Relaxed);
            }
            let missed = self.missed_probes.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(
                generation = self.generation,
                missed,
                is_excused,
                "a browser did not answer its probe"
            );
            if missed >= if is_excused { CONDEMNED_AFTER_CAPTURING } else { CONDEMNED_AFTER } {
                self.kill(RestartReason::Hung);
            }
        }
    }

    fn is_capturing(&self) -> bool {
        self.capturing.load(Ordering::Acquire) > 0
    }

    /// It did not answer when it was last asked.
    pub(crate) fn is_suspect(&self) -> bool {
        self.missed_probes.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn usage(&self) -> TreeUsage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Measures the process tree. Answers with the CPU time spent since the last measurement.
    pub(crate) async fn measure(self: &Arc<Self>) -> Duration {
        let browser = Arc::clone(self);
        let measured =
            tokio::task::spawn_blocking(move || browser.chromium.usage()).await.unwrap_or_default();
        let mut usage = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        // Children that have ended take their time with them: the sum may fall, a counter may not.
        let spent = measured.cpu.saturating_sub(usage.cpu);
        *usage = measured;
        spent
    }

    /// Pages, frames of other sites and workers that were open in it when it was last asked.
    pub(crate) fn targets(&self) -> usize {
        self.targets.load(Ordering::Relaxed)
    }

    /// Asks it what is open in it. What does not answer keeps the count that it had: the probe judges it.
    pub(crate) async fn count_targets(&self, limit: Duration) {
        let listed = self.connection.send(None, &GetTargetsParams::default()).within(Deadline::after(limit));
        if let Ok(listed) = listed.await {
            self.targets.store(listed.target_infos.len(), Ordering::Relaxed);
        }
    }

    /// Kills it for `reason`, which is what its end will be counted as.
    pub(crate) fn kill(&self, reason: RestartReason) {
        self.doom.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        self.chromium.kill();
        self.connection.close();
    }

    /// Why it ended: what it was killed for, else it crashed.
    pub(crate) fn cause_of_death(&self) -> RestartReason {
        self.doom.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(RestartReason::Crashed)
    }

    /// Asks it to close, kills it when it does not, and waits until nothing of it is left.
    pub(crate) async fn close(&self) {
        const POLITENESS: Duration = Duration::from_secs(2);
        self.connection.tell(None, &CloseParams::default());
        if tokio::time::timeout(POLITENESS, self.chromium.exited().cancelled()).await.is_err() {
            self.chromium.kill();
        }
        self.connection.close();
        self.chromium.gone().cancelled().await;
    }
}

/// Whether font families are installed, as far as anybody has asked.
#[derive(Debug, Default)]
pub(crate) struct KnownFonts(Mutex<HashMap<String, bool>>);

impl KnownFonts {
    /// Documents name families as they like: this is a bound on what they can make us hold.
    const MOST: usize = 1_000;

    pub(crate) fn get(&self, family: &str) -> Option<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(family).copied()
    }

    pub(crate) fn note(&self, family: &str, is_installed: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(family.chars().take(200).collect(), is_installed);
    }
}

/// One more while it lives.
#[derive(Debug)]
pub(crate) struct CountGuard {
    browser: Arc<Browser>,
    counter: fn(&Browser) -> &AtomicUsize,
}

impl CountGuard {
    fn new(browser: Arc<Browser>, counter: fn(&Browser) -> &AtomicUsize) -> Self {
        counter(&browser).fetch_add(1, Ordering::AcqRel);
        Self { browser, counter }
    }
}

impl Drop for CountGuard {
    fn drop(&mut self) {
        (self.counter)(&self.browser).fetch_sub(1, Ordering::AcqRel);
    }
}

fn explain(error: CallError, last_words: &[String], limit: Duration) -> LaunchError {
    const NO_SANDBOX: [&str; 4] =
        ["No usable sandbox", "without --no-sandbox", "namespace sandbox", "Failed to move to new namespace"];
    let complaint = last_words.iter().find(|line| NO_SANDBOX.iter().any(|phrase| line.contains(phrase)));
    if let Some(line) = complaint {
        return LaunchError::NoSandbox { said: complaint_only(line) };
    }
    match error {
        CallError::DeadlinePassed { .. } => LaunchError::Hung { limit },
        CallError::Gone => LaunchError::Exited {
            said: last_words.last().map_or_else(|| "it said nothing".to_owned(), |line| complaint_only(line)),
        },
        other => LaunchError::Protocol(Arc::new(other)),
    }
}

/// Without the `[pid:tid:time:LEVEL:source]` that Chromium puts before its messages.
fn complaint_only(line: &str) -> String {
    line.split_once("] ").map_or(line, |(_, said)| said).chars().take(160).collect()
}

/// Shared and service workers belong to no page: they get their identity when they start.
fn present_to_newcomers(connection: &Connection, presented: Presented) {
    let only = |kind: &str| FilterEntry { exclude: Some(false), r#type: Some(kind.to_owned()) };
    let rest = FilterEntry { exclude: Some(true), r#type: None };
    connection.listen_to_browser(Arc::new(Newcomers { connection: connection.clone(), presented }));
    connection.tell(
        None,
        &SetAutoAttachParams {
            auto_attach: true,
            wait_for_debugger_on_start: true,
            flatten: Some(true),
            filter: Some(TargetFilter::new(vec![only("service_worker"), only("shared_worker"), rest])),
        },
    );
}

struct Newcomers {
    connection: Connection,
    presented: Presented,
}

impl Listener for Newcomers {
    fn event(&self, method: &str, params: &Bytes) {
        #[derive(Deserialize)]
        struct Attached {
            #[serde(rename = "sessionId")]
            session: SessionId,
            #[serde(rename = "waitingForDebugger")]
            waiting: bool,
        }
        if method != "Target.attachedToTarget" {
            return;
        }
        if let Ok(Attached { session, waiting: true }) = serde_json::from_slice(params) {
            self.connection.tell(Some(&session), &self.presented.command(None));
            self.connection.tell(Some(&session), &RunIfWaitingForDebuggerParams::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sandbox_is_told_from_other_deaths() {
        let words = vec!["[1:1:0101/FATAL:zygote] No usable sandbox! Update your kernel".to_owned()];
        let error = explain(CallError::Gone, &words, Duration::from_secs(1));
        assert!(
            matches!(&error, LaunchError::NoSandbox { said } if said.starts_with("No usable")),
            "{error}"
        );
        let error =
            explain(CallError::Gone, &["[1:2] cannot open libfoo.so".to_owned()], Duration::from_secs(1));
        assert_eq!(error.to_string(), "chromium exited at once: cannot open libfoo.so");
    }
}
