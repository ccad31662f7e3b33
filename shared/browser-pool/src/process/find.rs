//! Where Chromium is.

use std::path::{Path, PathBuf};

/// Headless-shell first: it costs half of the full browser. Binaries rather than the wrapper scripts of the
/// same name, which do not `exec`: a kill would hit the shell and leave the browser.
const PLACES: [&str; 8] = [
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium-headless-shell/chromium-headless-shell",
    "/opt/chromium/chromium-headless-shell",
    "/opt/chromium/headless_shell",
    "/headless-shell/headless-shell",
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
];

/// There is no usable Chromium.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChromiumNotFound {
    #[error(
        "no chromium was found: install chromium-headless-shell, or name its binary in PLAYWRIGHT_CHROMIUM_PATH"
    )]
    Nowhere,
    #[error("PLAYWRIGHT_CHROMIUM_PATH names {0}, which is not an executable file")]
    NotExecutable(PathBuf),
    #[error(
        "PLAYWRIGHT_CHROMIUM_PATH names {0}, which is a script: name the browser's binary itself (a kill would hit the script only)"
    )]
    Script(PathBuf),
}

/// The configured binary, else the first of the usual places.
pub(crate) fn find_chromium(configured: Option<&Path>) -> Result<PathBuf, ChromiumNotFound> {
    let Some(path) = configured else {
        let found = PLACES.iter().map(Path::new).find(|path| is_executable(path));
        return found.map(Path::to_path_buf).ok_or(ChromiumNotFound::Nowhere);
    };
    if !is_executable(path) {
        return Err(ChromiumNotFound::NotExecutable(path.to_path_buf()));
    }
    if starts_with_shebang(path) {
        return Err(ChromiumNotFound::Script(path.to_path_buf()));
    }
    Ok(path.to_path_buf())
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn starts_with_shebang(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 2];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && &start == b"#!"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> tempfile::TempPath {
        use std::os::unix::fs::PermissionsExt as _;
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&file, text).expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("mode");
        file.into_temp_path()
    }

    #[test]
    fn a_configured_path_that_cannot_be_run_is_refused_by_name() {
        let missing = find_chromium(Some(Path::new("/no/such/chromium")));
        assert!(matches!(missing, Err(ChromiumNotFound::NotExecutable(_))), "{missing:?}");
        let plain = file("\u{7f}ELF", 0o644);
        let found = find_chromium(Some(&plain));
        assert!(matches!(found, Err(ChromiumNotFound::NotExecutable(_))), "{found:?}");
    }

    #[test]
    fn a_wrapper_script_is_refused() {
        let script = file("#!/bin/sh\nchromium \"$@\"\n", 0o755);
        assert!(matches!(find_chromium(Some(&script)), Err(ChromiumNotFound::Script(_))));
    }

    #[test]
    fn a_configured_binary_wins() {
        let binary = file("\u{7f}ELF", 0o755);
        assert_eq!(find_chromium(Some(&binary)).expect("found"), binary.to_path_buf());
    }
}
