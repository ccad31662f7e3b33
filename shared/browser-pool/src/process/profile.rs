//! A browser's own directory: private, named after the process that owns it, removed with the browser.

use std::io;
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `playwright-chromium-<pid of the service>-<random>`; the pid lets a later start see that the owner is gone.
const PREFIX: &str = "playwright-chromium-";

/// Removed when dropped; [`ProfileDir::remove`] does so off the async threads.
#[derive(Debug)]
pub(crate) struct ProfileDir(PathBuf);

impl ProfileDir {
    /// Makes the directory, mode 0700, owned by `owner` when it is another user.
    pub(crate) fn create(owner: Option<u32>) -> io::Result<Self> {
        let name = format!("{PREFIX}{}-{:016x}", std::process::id(), fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        let directory = Self(path);
        if let Some(id) = owner {
            chown(&directory.0, Some(id), Some(id))?;
        }
        Ok(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Removes the directory. The last processes of a killed tree may still write into it: tried a few times.
    pub(crate) async fn remove(self) {
        for attempt in 0..5_u64 {
            let path = self.0.clone();
            let removed = tokio::task::spawn_blocking(move || remove(&path)).await;
            match removed {
                Ok(Ok(())) => return,
                _ => tokio::time::sleep(Duration::from_millis(20 << attempt)).await,
            }
        }
        tracing::warn!("could not remove a browser's profile directory, the next start will");
    }
}

impl Drop for ProfileDir {
    fn drop(&mut self) {
        // Already gone after `remove`; what is left here belongs to a launch that failed half-way.
        let _ = remove(&self.0);
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes the directories of services that were killed. Returns how many.
pub(crate) fn sweep_abandoned() -> usize {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return 0 };
    entries
        .flatten()
        .filter(|entry| owner_of(&entry.file_name().to_string_lossy()).is_some_and(is_gone))
        .filter(|entry| remove(&entry.path()).is_ok())
        .count()
}

fn owner_of(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

fn is_gone(pid: u32) -> bool {
    !Path::new("/proc").join(pid.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_gone_processes_are_swept() {
        let ours = ProfileDir::create(None).expect("created");
        // Above the kernel's largest pid, so its owner is certainly gone.
        let abandoned = std::env::temp_dir().join(format!("{PREFIX}4999999-00"));
        std::fs::create_dir_all(abandoned.join("Default")).expect("created");
        sweep_abandoned();
        assert!(!abandoned.exists());
        assert!(ours.path().exists());
        let path = ours.path().to_path_buf();
        drop(ours);
        assert!(!path.exists());
    }

    #[test]
    fn a_profile_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let profile = ProfileDir::create(None).expect("created");
        let mode = std::fs::metadata(profile.path()).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
