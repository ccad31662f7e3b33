//! What is known about the saved pages: a file that says it, or only a folder.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

/// A saved page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Entry {
    /// The stem of its file's name.
    pub(crate) id: String,
    /// Where it was saved from.
    pub(crate) url: Option<Url>,
    /// The character encoding of the file, by its label in the Encoding standard.
    pub(crate) encoding: Option<String>,
}

/// The pages, in the order of the file or of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest(pub(crate) Vec<Entry>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{} is not a JSON array of objects with id, url and encoding", .0.display())]
    Json(PathBuf, #[source] serde_json::Error),
    #[error("id `{0}` is not a plain file name: letters, digits, `-`, `_` and `.`, not beginning with a dot")]
    Id(String),
    #[error("url of `{0}` must be http or https")]
    Scheme(String),
    #[error("encoding of `{0}` must be a label such as utf-8 or shift_jis")]
    Encoding(String),
}

impl Manifest {
    pub(crate) fn read(file: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(file).map_err(|error| ManifestError::Read(file.into(), error))?;
        let entries = serde_json::from_str(&text).map_err(|error| ManifestError::Json(file.into(), error))?;
        Self::checked(entries)
    }

    /// Every `.html` file of a folder, and of its `pages` folder if there is one.
    pub(crate) fn of_folder(folder: &Path) -> Result<Self, ManifestError> {
        let mut ids = html_files(folder)?;
        let pages = folder.join("pages");
        if pages.is_dir() {
            ids.extend(html_files(&pages)?);
        }
        ids.sort();
        ids.dedup();
        Ok(Self(ids.into_iter().map(|id| Entry { id, url: None, encoding: None }).collect()))
    }

    fn checked(entries: Vec<Entry>) -> Result<Self, ManifestError> {
        for entry in &entries {
            if !is_plain(&entry.id) {
                return Err(ManifestError::Id(entry.id.clone()));
            }
            if entry.url.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
                return Err(ManifestError::Scheme(entry.id.clone()));
            }
            if entry.encoding.as_ref().is_some_and(|label| !is_plain(label)) {
                return Err(ManifestError::Encoding(entry.id.clone()));
            }
        }
        Ok(Self(entries))
    }
}

/// The stems of the `.html` files of a folder. Others than plain names could not be asked for.
fn html_files(folder: &Path) -> Result<Vec<String>, ManifestError> {
    let unreadable = |error| ManifestError::Read(folder.into(), error);
    let mut stems = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_html = path.extension().is_some_and(|extension| extension == "html");
        if let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_html) {
            stems.extend(is_plain(stem).then(|| stem.to_owned()));
        }
    }
    Ok(stems)
}

/// Fit for a file's name and for a header, and unable to leave the folder.
fn is_plain(text: &str) -> bool {
    let mut bytes = text.bytes();
    !text.is_empty()
        && !text.starts_with('.')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Manifest, ManifestError> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), json).expect("written");
        Manifest::read(file.path())
    }

    #[test]
    fn fields_that_are_not_needed_are_ignored() {
        let manifest = read(
            r#"[{"id": "a-1", "url": "https://shop.test/a?b=c", "encoding": "iso-8859-1", "kind": "product"},
                {"id": "b"}]"#,
        );
        let Manifest(entries) = manifest.expect("valid");
        assert_eq!(entries[0].url.as_ref().map(Url::as_str), Some("https://shop.test/a?b=c"));
        assert_eq!(entries[0].encoding.as_deref(), Some("iso-8859-1"));
        assert_eq!(entries[1], Entry { id: "b".to_owned(), url: None, encoding: None });
    }

    #[test]
    fn what_could_leave_the_folder_or_break_a_header_is_refused() {
        for id in ["../x", "a/b", "", ".hidden", "a b", "a\\b"] {
            let json = serde_json::json!([{ "id": id }]).to_string();
            assert!(matches!(read(&json), Err(ManifestError::Id(_))), "{id}");
        }
        let scheme = read(r#"[{"id": "a", "url": "file:///etc/passwd"}]"#);
        assert!(matches!(scheme, Err(ManifestError::Scheme(_))));
        let encoding = read("[{\"id\": \"a\", \"encoding\": \"x\\r\\ny\"}]");
        assert!(matches!(encoding, Err(ManifestError::Encoding(_))));
        assert!(matches!(read("{}"), Err(ManifestError::Json(..))));
    }

    #[test]
    fn a_folder_is_read_with_its_pages() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("pages")).expect("made");
        for name in ["b.html", "notes.txt", "pages/a.html", "pages/b.html"] {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        let Manifest(entries) = Manifest::of_folder(folder.path()).expect("readable");
        assert_eq!(entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
