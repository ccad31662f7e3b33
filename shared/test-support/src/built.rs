//! Finds an executable of this workspace beside the running test, and builds it when it is missing or older than
//! the sources. Cargo builds a package's executables only for that package's own tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::SystemTime;

/// One check at a time in this process; Cargo's own lock does the same between processes.
static CHECKING: Mutex<()> = Mutex::new(());

/// The path of the executable `name` of `package`, in the profile that the caller was built in, up to date.
///
/// # Panics
///
/// When it is not there and cannot be built.
#[must_use]
pub fn binary(package: &str, name: &str) -> PathBuf {
    let _one_at_a_time = CHECKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = profile_directory();
    let path = directory.join(name);
    if !is_up_to_date(&path) {
        build(package, name, &directory);
    }
    assert!(path.is_file(), "cargo built {package} but left no executable {name} in {}", directory.display());
    path
}

/// The root of the repository.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).map_or_else(|| manifest.to_path_buf(), Path::to_path_buf)
}

/// `target/debug` or `target/release`, whichever the running executable belongs to.
fn profile_directory() -> PathBuf {
    let own = env::current_exe().expect("the path of the running executable");
    let directory = own.parent().expect("an executable lies in a directory");
    // tests and examples lie one level deeper than the executables
    if directory.ends_with("deps") || directory.ends_with("examples") {
        return directory.parent().map_or_else(|| directory.to_path_buf(), Path::to_path_buf);
    }
    directory.to_path_buf()
}

/// Whether the executable is newer than every file that it was built from, as Cargo listed them beside it. A changed
/// manifest is not noticed; the next ordinary build notices that.
fn is_up_to_date(executable: &Path) -> bool {
    let Some(built) = modified(executable) else { return false };
    let Ok(list) = fs::read_to_string(executable.with_extension("d")) else { return false };
    let Some((_, sources)) = list.split_once(": ") else { return false };
    sources
        .split_whitespace()
        .all(|source| modified(Path::new(source)).is_some_and(|changed| changed <= built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn build(package: &str, name: &str, profile_directory: &Path) {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace_root()).args(["build", "--quiet", "--package", package, "--bin", name]);
    if profile_directory.ends_with("release") {
        command.arg("--release");
    }
    if let Some(target) = profile_directory.parent() {
        command.arg("--target-dir").arg(target);
    }
    let output = command.output().expect("cargo can be run");
    assert!(
        output.status.success(),
        "cargo could not build {name} of {package}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
