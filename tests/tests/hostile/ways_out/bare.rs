//! A Chromium with nothing of ours around it, and what the page of all ways is known to manage there.

use std::collections::BTreeSet;
use std::env;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use test_support::eventually;

use crate::ground::recorder::Recorder;
use crate::tally::Tally;

/// Chromium has no sandbox as root.
const UNPRIVILEGED_ID: u32 = 54_321;

/// Every way that the page of all ways tries, by the path or the port at which it would be seen. Not all of them are taken by a
/// headless Chromium: a browser that learns to take one more is to be no surprise.
#[rustfmt::skip]
pub(super) const WAYS: [&str; 125] = [
    "audio", "audio-object", "audio-worklet", "base-href", "beacon", "blob-frame-fetch",
    "blob-shared-eventsource", "blob-shared-fetch", "blob-shared-importscripts", "blob-shared-websocket",
    "blob-shared-xhr", "blob-worker-eventsource", "blob-worker-fetch", "blob-worker-importscripts",
    "blob-worker-websocket", "blob-worker-xhr", "body-background", "cache-add", "csp-report",
    "css-background", "css-border", "css-content", "css-cursor", "css-filter", "css-font", "css-image-set",
    "css-import", "css-late", "css-link", "css-list", "css-mask", "download-link", "early-hint", "embed",
    "eventsource", "fedcm-config", "fetch", "fetch-after", "fetch-keepalive", "fetch-later",
    "fetch-redirect-301", "fetch-redirect-302", "fetch-redirect-303", "fetch-redirect-307",
    "fetch-redirect-308", "fontface", "frame-refresh", "icon", "iframe", "iframe-redirect", "image-object",
    "img", "img-redirect", "img-srcset", "import-dynamic", "input-image", "link-css", "link-prefetch",
    "link-preload", "manifest", "module-worker-import", "modulepreload-script", "nested-worker-eventsource",
    "nested-worker-fetch", "nested-worker-importscripts", "nested-worker-websocket", "nested-worker-xhr",
    "object", "paint-worklet", "payment", "picture", "ping", "popup", "popup-late", "prefetch", "preload",
    "sandboxed-fetch", "script", "script-module", "service-worker-cache", "service-worker-eventsource",
    "service-worker-fetch", "service-worker-importscripts", "service-worker-websocket", "shared-worker-cache",
    "shared-worker-eventsource", "shared-worker-fetch", "shared-worker-importscripts",
    "shared-worker-websocket", "speculation-prefetch", "speculation-prerender", "srcdoc-img", "svg-feimage",
    "svg-image", "table-background", "tcp:3480", "tcp:8081", "tcp:8082", "tcp:8445", "tcp:9998", "tls:443",
    "tls:5349", "tls:8443", "tls:8444", "touch-icon", "track", "udp:3478", "udp:3479", "udp:4433", "udp:4434",
    "udp:9999", "video", "video-poster", "video-source", "wasm", "web-identity", "websocket",
    "websocket-localhost", "worker-cache", "worker-eventsource", "worker-fetch", "worker-importscripts",
    "worker-websocket", "xhr", "xslt",
];

/// Dropping it ends the browser.
pub(super) struct Browser {
    child: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page, as anybody would who starts Chromium by hand.
    pub(super) fn open(url: &str) -> Self {
        let profile = tempfile::tempdir().expect("a profile");
        let mut command = Command::new(chromium());
        if nix::unistd::getuid().is_root() {
            chown(profile.path(), Some(UNPRIVILEGED_ID), Some(UNPRIVILEGED_ID)).expect("given away");
            command.uid(UNPRIVILEGED_ID).gid(UNPRIVILEGED_ID);
        }
        std::fs::set_permissions(profile.path(), std::fs::Permissions::from_mode(0o700)).expect("private");
        let child = command
            .arg(format!("--user-data-dir={}", profile.path().display()))
            // without it, the page is closed as soon as it is shown
            .args(["--headless", "--remote-debugging-port=0", url])
            .env("HOME", profile.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Chromium starts");
        Self { child, _profile: profile }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // an error is a browser that has ended
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn chromium() -> PathBuf {
    let configured = env::var_os("PLAYWRIGHT_CHROMIUM_PATH").map(PathBuf::from);
    configured.unwrap_or_else(|| PathBuf::from("/usr/lib/chromium/chromium-headless-shell"))
}

/// What a recorder has seen once it has seen `enough` kinds of hits.
pub(super) async fn seen_within(recorder: &Recorder, enough: usize, limit: Duration) -> BTreeSet<String> {
    eventually(format!("{enough} ways out"), limit, async || {
        let names = recorder.names();
        (names.len() >= enough).then_some(names)
    })
    .await
}

/// A control: so many ways must have been seen.
pub(super) fn compare(file: &'static str, what: &'static str, seen: &BTreeSet<String>, enough: usize) {
    let known: BTreeSet<String> = WAYS.iter().map(|way| (*way).to_owned()).collect();
    let unseen: Vec<_> = known.difference(seen).collect();
    let found = known.intersection(seen).count();
    let unknown: Vec<_> = seen.difference(&known).collect();
    let mut tally = Tally::new(file, "control", what);
    tally.more_cases(known.len());
    tally.reached(found);
    tally.case(found >= enough, || {
        format!("{found} ways of {enough}; not seen: {unseen:?}; unknown: {unknown:?}")
    });
    tally.finish();
}
