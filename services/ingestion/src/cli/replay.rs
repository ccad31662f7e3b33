//! `playwright-ingestion replay`: kept pages read again by this build, and what differs from then.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fmt, fs};

use clap::Args;
use serde_json::{Map, Value};

use super::CliError;
use crate::config::ExtractionSettings;
use crate::extract::{ShopRules, extract_with};
use crate::keep::{KeptPage, Outcome};

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Files of the folder of PLAYWRIGHT_KEEP_DIR
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the page itself here, as a page to save beside the tests; for one file
    #[arg(long, value_name = "PAGE.html")]
    html: Option<PathBuf>,
    #[command(flatten)]
    settings: ExtractionSettings,
}

/// 0: read as they were then. 1: something differs. 2: something could not be replayed; the reason is on stderr.
pub fn run(args: &ReplayArgs) -> ExitCode {
    match try_run(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = io::stderr().write_all(format!("error: {error}\n").as_bytes());
            ExitCode::from(2)
        }
    }
}

fn try_run(args: &ReplayArgs) -> Result<bool, CliError> {
    if args.html.is_some() && args.files.len() > 1 {
        return Err(CliError::OnePage);
    }
    let rules = args.settings.shop_rules()?;
    let mut all_same = true;
    for path in &args.files {
        let page = read(path)?;
        let now = replayed(&rules, &page);
        let differences = differences(&page.outcome, &now);
        all_same &= differences.is_empty();
        let mut report = vec![path.display().to_string(), Header(&page).to_string()];
        report.extend(differences.iter().map(|difference| format!("  {difference}")));
        if differences.is_empty() {
            report.push(format!("  as then: {}", summary(&now)));
        }
        io::stdout().write_all(format!("{}\n", report.join("\n")).as_bytes())?;
        if let Some(out) = &args.html {
            let plain =
                page.layout.as_ref().map_or_else(|| page.html.clone(), |looks| looks.unmark(&page.html));
            fs::write(out, plain).map_err(|source| CliError::Write { path: out.clone(), source })?;
        }
    }
    Ok(all_same)
}

fn read(path: &Path) -> Result<KeptPage, CliError> {
    let text = fs::read_to_string(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| CliError::Kept { path: path.to_owned(), source })
}

/// Written and read back like what it is compared with: a number may change by its last digit on that way.
fn replayed(rules: &ShopRules, page: &KeptPage) -> Outcome {
    let now = match extract_with(rules, &page.page()) {
        Ok(product) => Outcome::of_product(&product),
        Err(refusal) => Outcome::of_refusal(&refusal),
    };
    let again = serde_json::to_vec(&now).and_then(|text| serde_json::from_slice(&text));
    again.unwrap_or(now)
}

/// Where the page is from and who may have asked.
struct Header<'a>(&'a KeptPage);

impl fmt::Display for Header<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeptPage { url, kept_at, version, request_id, layout, .. } = self.0;
        let looks = if layout.is_some() { "with its looks" } else { "without looks" };
        write!(formatter, "  {url}\n  kept {kept_at} by {version}, request {request_id}, {looks}")
    }
}

/// A line each: what was said then, what is said now.
fn differences(then: &Outcome, now: &Outcome) -> Vec<String> {
    match (then, now) {
        (Outcome::Product(then), Outcome::Product(now)) => fields(then, now),
        (then, now) if then == now => Vec::new(),
        (then, now) => vec![format!("{} → {}", summary(then), summary(now))],
    }
}

/// How a value was found may change from build to build; what counts is the value.
const NOT_COMPARED: [&str; 2] = ["extraction_metadata", "marketplace_hint_ignored"];

fn fields(then: &Value, now: &Value) -> Vec<String> {
    let none = Map::new();
    let (then, now) = (then.as_object().unwrap_or(&none), now.as_object().unwrap_or(&none));
    let names = now.keys().chain(then.keys().filter(|name| !now.contains_key(*name)));
    let differing =
        names.filter(|name| !NOT_COMPARED.contains(&name.as_str()) && then.get(*name) != now.get(*name));
    differing.map(|name| format!("{name}: {} → {}", shown(then.get(name)), shown(now.get(name)))).collect()
}

fn summary(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused { verdict, evidence } => format!("{verdict} ({evidence})"),
        Outcome::Product(product) => format!(
            "product {}, price {}, currency {}, confidence {}",
            shown(product.get("title")),
            shown(product.get("price")),
            shown(product.get("currency")),
            shown(product.get("extraction_confidence"))
        ),
    }
}

fn shown(value: Option<&Value>) -> String {
    const LONGEST: usize = 160;
    let mut text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Outcome, differences};

    #[test]
    fn only_what_differs_is_told() {
        let product = |price: f64| {
            Outcome::Product(
                json!({ "title": "Lamp", "price": price, "extraction_metadata": { "price": price } }),
            )
        };
        assert_eq!(differences(&product(5.0), &product(5.0)), Vec::<String>::new());
        assert_eq!(differences(&product(5.0), &product(6.5)), ["price: 5.0 → 6.5"]);
        let wall = Outcome::Refused { verdict: "captcha".to_owned(), evidence: "a puzzle".to_owned() };
        assert_eq!(differences(&wall, &wall.clone()), Vec::<String>::new());
        let told = differences(&wall, &product(5.0));
        assert_eq!(
            told,
            ["captcha (a puzzle) → product \"Lamp\", price 5.0, currency nothing, confidence nothing"]
        );
    }
}
