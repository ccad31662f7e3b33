//! `playwright-ingestion extract` and what else works on files: the extraction without service and browser, for scoring, debugging and scripts.

mod explain;
mod replay;
mod shop;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{fs, io};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::config::ExtractionSettings;
use crate::extract::{self, BadRules, Marketplace, Page, Product, Refusal, ShopRules};

pub use replay::{ReplayArgs, run as run_replay};
pub use shop::{ShopArgs, run as run_shop};

/// One page, or a folder of them.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// The saved page
    #[arg(
        long,
        value_name = "PAGE.html",
        required_unless_present = "folder",
        conflicts_with = "folder",
        requires = "url"
    )]
    file: Option<PathBuf>,
    /// The address that the page was saved from; the base of relative addresses
    #[arg(long, value_parser = parse_url)]
    url: Option<Url>,
    /// A hint where the host does not tell: amazon, ebay, walmart, newegg or other
    #[arg(long)]
    marketplace: Option<Marketplace>,
    /// A folder with `<id>.html` or `pages/<id>.html` for every page of the manifest
    #[arg(long, requires_all = ["manifest", "out"])]
    folder: Option<PathBuf>,
    /// JSON array of objects with `id` and `url`
    #[arg(long, requires = "folder")]
    manifest: Option<PathBuf>,
    /// Where to write one `<id>.json` a page; made if it is not there
    #[arg(long, requires = "folder")]
    out: Option<PathBuf>,
    /// Say of every field what was found, what won and why: as a table, or as a list of candidates in the JSON (which
    /// it always is for a folder)
    #[arg(long, value_enum, value_name = "FORM")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    explain: Option<ExplainForm>,
    #[command(flatten)]
    settings: ExtractionSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainForm {
    Table,
    Json,
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err("expected an http or https address".to_owned())
    }
}

#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
    #[error("{path} is no JSON array of objects with id and url: {source}")]
    Manifest { path: PathBuf, source: serde_json::Error },
    #[error("id {id:?} in the manifest: expected a plain file name")]
    Id { id: String },
    #[error("{path} is no kept page: {source}")]
    Kept { path: PathBuf, source: serde_json::Error },
    #[error("--html: expected one file, there are several")]
    OnePage,
    #[error("{0}")]
    Rules(#[from] BadRules),
    #[error("--{0} is missing")]
    Missing(&'static str),
}

/// An entry of a manifest; further members are ignored.
#[derive(Debug, Deserialize)]
struct Saved {
    id: String,
    url: Url,
    #[serde(default)]
    encoding: Option<String>,
    #[serde(default)]
    marketplace: Option<String>,
}

/// 0: a product, or a folder done. 1: no product, or the page could not be read; the reason is on stdout as the
/// API's error body, or on stderr.
pub fn run(args: ExtractArgs) -> ExitCode {
    match try_run(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = io::Write::write_all(&mut io::stderr(), format!("error: {error}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: ExtractArgs) -> Result<bool, CliError> {
    let ExtractArgs { file, url, marketplace, folder, manifest, out, explain, settings } = args;
    let rules = settings.shop_rules()?;
    if let Some(folder) = folder {
        let manifest = manifest.ok_or(CliError::Missing("manifest"))?;
        let out = out.ok_or(CliError::Missing("out"))?;
        return extract_folder(&rules, &folder, &manifest, &out, explain.is_some()).map(|()| true);
    }
    let html = read_page(&file.ok_or(CliError::Missing("file"))?, None)?;
    let url = url.ok_or(CliError::Missing("url"))?;
    if explain == Some(ExplainForm::Table) {
        let read = extract::extract_with(&rules, &Page { marketplace, ..Page::new(&html, &url) });
        io::Write::write_all(&mut io::stdout(), explain::table(&read).as_bytes())?;
        return Ok(read.is_ok());
    }
    let (answer, is_product) = answer(&rules, &html, &url, marketplace, explain.is_some());
    io::Write::write_all(&mut io::stdout(), format!("{answer:#}\n").as_bytes())?;
    Ok(is_product)
}

fn extract_folder(
    rules: &ShopRules,
    folder: &Path,
    manifest: &Path,
    out: &Path,
    explain: bool,
) -> Result<(), CliError> {
    let text = fs::read_to_string(manifest)
        .map_err(|source| CliError::Read { path: manifest.to_owned(), source })?;
    let pages: Vec<Saved> = serde_json::from_str(&text)
        .map_err(|source| CliError::Manifest { path: manifest.to_owned(), source })?;
    fs::create_dir_all(out).map_err(|source| CliError::Write { path: out.to_owned(), source })?;
    for page in pages {
        if page.id.is_empty() || page.id.contains(['/', '\\']) || page.id.starts_with('.') {
            return Err(CliError::Id { id: page.id });
        }
        let name = format!("{}.html", page.id);
        let in_pages = folder.join("pages").join(&name);
        let path = if in_pages.exists() { in_pages } else { folder.join(&name) };
        let html = read_page(&path, page.encoding.as_deref())?;
        let hint = page.marketplace.and_then(|name| name.parse().ok());
        let (answer, _) = answer(rules, &html, &page.url, hint, explain);
        let path = out.join(format!("{}.json", page.id));
        fs::write(&path, format!("{answer:#}\n")).map_err(|source| CliError::Write { path, source })?;
    }
    Ok(())
}

/// UTF-8, or Latin-1 where the manifest says so; what is not valid becomes U+FFFD.
fn read_page(path: &Path, encoding: Option<&str>) -> Result<String, CliError> {
    let bytes = fs::read(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    let latin = encoding.is_some_and(|name| {
        matches!(name.to_ascii_lowercase().as_str(), "iso-8859-1" | "latin-1" | "latin1" | "windows-1252")
    });
    Ok(if latin {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The members that the service adds to a product.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    product: Product,
    raw_html: Option<String>,
    extraction_time_ms: u64,
    timestamp: String,
    final_url: String,
    timings: Value,
}

/// The response or the error body, and whether it is a product.
fn answer(
    rules: &ShopRules,
    html: &str,
    url: &Url,
    marketplace: Option<Marketplace>,
    explain: bool,
) -> (Value, bool) {
    let started = Instant::now();
    let page = Page { marketplace, ..Page::new(html, url) };
    let timestamp = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match extract::extract_with(rules, &page) {
        Ok(mut product) => {
            if !explain {
                product.candidates.clear();
            }
            let spent = started.elapsed();
            let answer = Answer {
                product,
                raw_html: None,
                extraction_time_ms: u64::try_from(spent.as_millis()).unwrap_or(u64::MAX),
                timestamp,
                final_url: url.to_string(),
                timings: timings(spent),
            };
            (serde_json::to_value(&answer).unwrap_or_default(), true)
        }
        Err(refusal) => (error_body(&refusal, &timestamp), false),
    }
}

/// All the time goes into extracting; the other stages are the service's.
fn timings(spent: Duration) -> Value {
    let ms = (spent.as_secs_f64() * 10_000.0).round() / 10.0;
    json!({ "queue": 0.0, "acquire": 0.0, "load": 0.0, "ready": 0.0, "extract": ms, "encode": 0.0, "total": ms })
}

fn error_body(refusal: &Refusal, timestamp: &str) -> Value {
    json!({
        "error_type": "extraction_failed",
        "error_message": format!("no product on this page ({})", refusal.evidence),
        "retriable": false,
        "timestamp": timestamp,
        "request_id": "cli",
        "verdict": refusal.verdict,
    })
}
