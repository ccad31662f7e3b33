//! The fake Chromium, seen from a test: which misbehaviours it has, where its executable lies, what it was told.
//!
//! The executable itself is `src/bin/fake-chromium`. A launcher clears the environment, so the executable learns
//! its [`Mode`] from the name under which it was started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::built;

/// What goes wrong, if anything. The file name of the executable is [`Mode::file_name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing goes wrong.
    Works,
    /// Exits with status 1 at once and says nothing.
    Exits,
    /// Lives, but never answers anything.
    HangsAtBoot,
    /// Chromium's own "No usable sandbox" line and exit, unless it is started with `--no-sandbox`.
    NoSandbox,
    /// Each capture takes so many milliseconds.
    SlowCapture(u64),
    /// Exits (as by a crash) when it is asked for a capture.
    DiesOnCapture,
    /// Exits when it is asked for a capture of a document that has the word "deadly" in it.
    DiesOnDeadly,
    /// Reports the crash of the page's renderer when it is asked for a capture, and never answers that.
    RendererDiesOnCapture,
    /// Reads and answers nothing more, on any session, from the first capture on.
    HangsOnCapture,
    /// Closes its end of the pipe when it is asked for a capture, but lives on.
    CutsPipeOnCapture,
    /// Answers `Target.disposeBrowserContext` never.
    DisposeHangs,
    /// Answers `Target.createTarget` with an error.
    RefusesPages,
    /// Answers `Browser.close` but stays.
    IgnoresClose,
    /// Every capture is a picture of one colour.
    BlankCapture,
}

impl Mode {
    const NAMED: [(&'static str, Mode); 13] = [
        ("fake-chromium", Mode::Works),
        ("fake-chromium-exits", Mode::Exits),
        ("fake-chromium-hangs-at-boot", Mode::HangsAtBoot),
        ("fake-chromium-no-sandbox", Mode::NoSandbox),
        ("fake-chromium-dies-on-capture", Mode::DiesOnCapture),
        ("fake-chromium-dies-on-deadly", Mode::DiesOnDeadly),
        ("fake-chromium-renderer-dies-on-capture", Mode::RendererDiesOnCapture),
        ("fake-chromium-hangs-on-capture", Mode::HangsOnCapture),
        ("fake-chromium-cuts-pipe-on-capture", Mode::CutsPipeOnCapture),
        ("fake-chromium-dispose-hangs", Mode::DisposeHangs),
        ("fake-chromium-refuses-pages", Mode::RefusesPages),
        ("fake-chromium-ignores-close", Mode::IgnoresClose),
        ("fake-chromium-blank-capture", Mode::BlankCapture),
    ];
    const SLOW: &'static str = "fake-chromium-slow-";

    /// The name under which the executable shows this behaviour.
    #[must_use]
    pub fn file_name(self) -> String {
        match self {
            Mode::SlowCapture(ms) => format!("{}{ms}", Mode::SLOW),
            named => Mode::NAMED
                .iter()
                .find(|(_, mode)| *mode == named)
                .map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }

    /// The behaviour that goes with a file name; `None` for a name that no mode has.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Mode> {
        if let Some(ms) = name.strip_prefix(Mode::SLOW) {
            return ms.parse().ok().map(Mode::SlowCapture);
        }
        Mode::NAMED.iter().find(|(known, _)| *known == name).map(|(_, mode)| *mode)
    }
}

/// An executable that behaves as its mode says, in a directory of its own that any user may read. Dropping it
/// removes the directory.
#[derive(Debug)]
pub struct FakeChromium {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

/// Provides a fake Chromium.
///
/// # Panics
///
/// When the executable cannot be built or put into the temporary directory.
#[must_use]
pub fn fake_chromium(mode: Mode) -> FakeChromium {
    let executable = built::binary("test-support", "fake-chromium");
    let dir = tempfile::Builder::new().prefix("fake-chromium-").tempdir().expect("a temporary directory");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("a readable directory");
    let path = dir.path().join(mode.file_name());
    // A link, not a copy, where that is possible: a file that some thread still holds open for writing
    // while another one forks cannot be executed ("text file busy").
    if fs::hard_link(&executable, &path).is_err() {
        fs::copy(&executable, &path).expect("a copy of the fake Chromium");
    }
    let fake = FakeChromium { path, _dir: dir };
    fs::write(fake.log_path(), "").expect("an empty message log");
    // The browser runs under another uid when the tests run as root.
    fs::set_permissions(fake.log_path(), fs::Permissions::from_mode(0o666)).expect("a writable message log");
    fake
}

impl FakeChromium {
    /// The executable, for `PoolConfig::chromium` or `PLAYWRIGHT_CHROMIUM_PATH`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The method of every message that any process of this executable has received so far, in order.
    ///
    /// # Panics
    ///
    /// When the log was removed.
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        let log = fs::read_to_string(self.log_path()).expect("the message log");
        log.lines().map(str::to_owned).collect()
    }

    /// How often a method was received.
    #[must_use]
    pub fn count(&self, method: &str) -> usize {
        self.messages().iter().filter(|message| *message == method).count()
    }

    fn log_path(&self) -> PathBuf {
        log_path(&self.path)
    }
}

/// Where the executable at `executable` logs what it receives.
#[must_use]
pub fn log_path(executable: &Path) -> PathBuf {
    let mut name = executable.as_os_str().to_owned();
    name.push(".log");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_found_again_by_its_file_name() {
        for (name, mode) in Mode::NAMED {
            assert_eq!(mode.file_name(), name);
            assert_eq!(Mode::of_file_name(name), Some(mode));
        }
        assert_eq!(Mode::of_file_name(&Mode::SlowCapture(500).file_name()), Some(Mode::SlowCapture(500)));
        assert_eq!(Mode::of_file_name("chromium"), None);
        assert_eq!(Mode::of_file_name("fake-chromium-slow-soon"), None);
    }
}
