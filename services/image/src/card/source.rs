//! Where templates come from: those that are built in, and the folders of an operator.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::spec::is_name;

pub(super) const CARD: &str = "card.html";
pub(super) const SPEC: &str = "card.toml";
/// Files of a folder that can be embedded, with their media types.
pub(super) const EMBEDDED: [(&str, &str); 10] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
];
/// A whole font for Chinese in one file is larger; a card needs none of its own.
const MOST_FILE_BYTES: u64 = 4 << 20;

macro_rules! built_in {
    ($name:literal: $($file:literal),+ $(,)?) => {
        ($name, &[$(($file, include_str!(concat!("../../templates/", $name, "/", $file)))),+])
    };
}

type BuiltIn = (&'static str, &'static [(&'static str, &'static str)]);

const BUILT_IN: &[BuiltIn] = &[built_in!(
    "product": "card.toml", "card.html", "style.css", "icon-cpu.html", "icon-gpu.html", "icon-ram.html",
    "icon-storage.html",
)];

/// Why the templates are not what they should be; the service does not start with such.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("PLAYWRIGHT_TEMPLATES_DIR: {} can't be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("PLAYWRIGHT_TEMPLATES_DIR: {} {problem}", path.display())]
    Folder { path: PathBuf, problem: String },
    #[error("{file}, line {line}: {problem}")]
    Line { file: String, line: usize, problem: String },
    #[error("{file}: {problem}")]
    File { file: String, problem: String },
}

/// One template's folder, read.
#[derive(Debug)]
pub(super) struct Source {
    /// What messages call the folder.
    pub(super) shown: String,
    /// By name: `card.toml`, documents and style sheets.
    pub(super) texts: BTreeMap<String, String>,
    /// By name: `data:` addresses of pictures and fonts.
    pub(super) embedded: BTreeMap<String, String>,
}

impl Source {
    pub(super) fn mistake(&self, file: &str, line: Option<usize>, problem: String) -> TemplateError {
        let file = format!("{}/{file}", self.shown);
        match line {
            Some(line) => TemplateError::Line { file, line, problem },
            None => TemplateError::File { file, problem },
        }
    }
}

/// Every template by its name; one of the folder replaces a built-in one.
pub(super) fn read_all(folder: Option<&Path>) -> Result<BTreeMap<String, Source>, TemplateError> {
    let mut sources: BTreeMap<_, _> = BUILT_IN.iter().map(built_in).collect();
    if let Some(folder) = folder {
        for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
            let name = file_name(&path);
            if !is_name(&name) {
                let problem = "is not a template's name: use a-z, 0-9 and _, a letter first, at most 40";
                return Err(TemplateError::Folder { path, problem: problem.to_owned() });
            }
            sources.insert(name, read(&path)?);
        }
    }
    Ok(sources)
}

fn built_in((name, files): &BuiltIn) -> (String, Source) {
    let texts = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    ((*name).to_owned(), Source { shown: (*name).to_owned(), texts, embedded: BTreeMap::new() })
}

fn read(folder: &Path) -> Result<Source, TemplateError> {
    let mut source =
        Source { shown: folder.display().to_string(), texts: BTreeMap::new(), embedded: BTreeMap::new() };
    for path in entries(folder)?.into_iter().filter(|path| path.is_file()) {
        let (name, extension) = (file_name(&path), extension(&path));
        let media_type = EMBEDDED.iter().find(|(of, _)| *of == extension).map(|(_, media_type)| *media_type);
        let is_text = name == SPEC || matches!(extension.as_str(), "html" | "css");
        // A README or a licence beside them is nobody's business.
        if !is_text && media_type.is_none() {
            continue;
        }
        let bytes = read_file(&path)?;
        if let Some(media_type) = media_type {
            let base64 = base64_simd::STANDARD.encode_to_string(&bytes);
            source.embedded.insert(name, format!("data:{media_type};base64,{base64}"));
        } else {
            let text = String::from_utf8(bytes).map_err(|_| TemplateError::Folder {
                path,
                problem: "is not UTF-8, save it as such".to_owned(),
            })?;
            source.texts.insert(name, text);
        }
    }
    for needed in [SPEC, CARD] {
        if !source.texts.contains_key(needed) {
            let problem = format!("has no {needed}: each folder in it is a template with {SPEC} and {CARD}");
            return Err(TemplateError::Folder { path: folder.to_owned(), problem });
        }
    }
    Ok(source)
}

/// Sorted, without what is hidden: mounted volumes have such beside their files.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, TemplateError> {
    let failed = |source| TemplateError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path) -> Result<Vec<u8>, TemplateError> {
    let failed = |source| TemplateError::Read { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > MOST_FILE_BYTES {
        let problem = format!("has {bytes} bytes, at most {MOST_FILE_BYTES} are read");
        return Err(TemplateError::Folder { path: path.to_owned(), problem });
    }
    fs::read(path).map_err(failed)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}
