//! A folder of bounded size: what is oldest goes first. Only its owner may look into it.

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;

/// The end of the names of our files; others in the folder are left alone.
const ENDING: &str = ".kept.json";
const UNFINISHED: &str = ".unfinished";

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{folder} cannot be used")]
    Io { folder: PathBuf, source: io::Error },
    #[error(
        "{folder} may be looked into by others (mode {mode:o}), expected a folder of mode 700 or none yet"
    )]
    Open { folder: PathBuf, mode: u32 },
}

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    most_bytes: u64,
    /// Oldest first, with their sizes. Names begin with the time.
    files: VecDeque<(String, u64)>,
}

impl Folder {
    /// Makes it where it is not there. What is in it counts, and the oldest of it goes if it is too much.
    pub(super) fn open(path: PathBuf, most_bytes: u64) -> Result<Folder, FolderError> {
        let in_folder = |source| FolderError::Io { folder: path.clone(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(in_folder)?;
        let mode = fs::metadata(&path).map_err(in_folder)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(FolderError::Open { folder: path, mode });
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(in_folder)? {
            let entry = entry.map_err(in_folder)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(UNFINISHED) {
                fs::remove_file(entry.path()).map_err(in_folder)?;
            } else if name.ends_with(ENDING) {
                files.push((name, entry.metadata().map_err(in_folder)?.len()));
            }
        }
        files.sort();
        let mut folder = Folder { path: path.clone(), most_bytes, files: files.into() };
        folder.make_room(0).map_err(in_folder)?;
        // Refused now rather than at the first page.
        let probe = format!("start{UNFINISHED}");
        folder
            .write_whole(&probe, b"")
            .and_then(|()| fs::remove_file(path.join(probe)))
            .map_err(in_folder)?;
        Ok(folder)
    }

    /// Whether it was kept: what is larger than the whole folder may be is not.
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<bool> {
        let size = bytes.len() as u64;
        if size > self.most_bytes {
            return Ok(false);
        }
        self.make_room(size)?;
        let name = format!("{name}{ENDING}");
        let unfinished = format!("{name}{UNFINISHED}");
        self.write_whole(&unfinished, bytes).inspect_err(|_| {
            let _ = fs::remove_file(self.path.join(&unfinished));
        })?;
        fs::rename(self.path.join(&unfinished), self.path.join(&name))?;
        self.files.push_back((name, size));
        Ok(true)
    }

    fn write_whole(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join(name);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
    }

    fn make_room(&mut self, wanted: u64) -> io::Result<()> {
        let mut held: u64 = self.files.iter().map(|(_, size)| size).sum();
        while held + wanted > self.most_bytes {
            let Some((name, size)) = self.files.pop_front() else { break };
            match fs::remove_file(self.path.join(name)) {
                // Taken away by hand.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
            held -= size;
        }
        Ok(())
    }
}
