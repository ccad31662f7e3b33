//! `playwright-image card` and `sign-card`: a template filled in and an address signed, without service and browser.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Args;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{CardError, PATH, TemplateError, Templates};
use crate::config::CardSettings;

/// A template filled in, for its author to look at.
#[derive(Debug, Args)]
pub struct CardArgs {
    /// The template's name
    #[arg(long)]
    template: String,
    /// The data, a JSON object; - is the standard input
    #[arg(long, value_name = "FILE.json")]
    data: PathBuf,
    /// One of the template's themes; by default its first
    #[arg(long)]
    theme: Option<String>,
    /// The name of one of the template's sizes; by default its first
    #[arg(long)]
    size: Option<String>,
    #[command(flatten)]
    cards: CardSettings,
}

/// The address of one card.
#[derive(Debug, Args)]
pub struct SignCardArgs {
    /// The template's name
    #[arg(long)]
    template: String,
    /// A field of the template, or one of theme, size, format, quality, scale_factor and timeout_s; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// How long the address is good for, such as 30d, 12h, 90m or 45s; by default for ever
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires_in: Option<Duration>,
    /// Where callers reach the service
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Url,
    #[command(flatten)]
    cards: CardSettings,
}

#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is not JSON")]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("cannot write the result")]
    Write(#[from] io::Error),
    #[error(transparent)]
    Templates(#[from] TemplateError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("PLAYWRIGHT_CARD_KEYS: not set, it is needed to sign (openssl rand -hex 32 makes a key)")]
    NoKeys,
    #[error("--set {name}: given more than once")]
    Repeated { name: String },
    #[error("--set {name}: it is made here, {instead}")]
    Made { name: String, instead: &'static str },
    #[error("--expires-in is missing: PLAYWRIGHT_CARD_REQUIRE_EXPIRY is set")]
    NoExpiry,
}

/// Prints the document on stdout.
pub fn card(arguments: &CardArgs) -> Result<(), CliError> {
    let templates = arguments.cards.templates()?;
    let data = read_data(&arguments.data)?;
    let filled =
        templates.fill(&arguments.template, &data, arguments.theme.as_deref(), arguments.size.as_deref())?;
    Ok(io::stdout().write_all(filled.html.as_bytes())?)
}

/// Prints the address on stdout.
pub fn sign_card(arguments: &SignCardArgs) -> Result<(), CliError> {
    let address = address(arguments, SystemTime::now())?;
    Ok(writeln!(io::stdout(), "{address}")?)
}

fn read_data(path: &PathBuf) -> Result<Value, CliError> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        fs::read_to_string(path).map(|read| text = read)
    };
    read.map_err(|source| CliError::Read { path: path.clone(), source })?;
    serde_json::from_str(&text).map_err(|source| CliError::Json { path: path.clone(), source })
}

fn address(arguments: &SignCardArgs, now: SystemTime) -> Result<String, CliError> {
    let SignCardArgs { template, set, expires_in, base_url, cards } = arguments;
    let keys = cards.keys().ok_or(CliError::NoKeys)?;
    check_names(set)?;
    try_out(&cards.templates()?, template, set)?;
    let mut pairs = set.clone();
    match expires_in {
        Some(time) => {
            let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            pairs.push(("exp".to_owned(), (since_1970 + *time).as_secs().to_string()));
        }
        None if cards.card_require_expiry => return Err(CliError::NoExpiry),
        None => {}
    }
    let signature = keys.sign(template, &pairs);
    let query = Serializer::new(String::new()).extend_pairs(&pairs).append_pair("sig", &signature).finish();
    Ok(format!("{}{PATH}{template}?{query}", base_url.as_str().trim_end_matches('/')))
}

fn check_names(set: &[(String, String)]) -> Result<(), CliError> {
    for (index, (name, _)) in set.iter().enumerate() {
        let name = name.clone();
        match name.as_str() {
            "exp" => return Err(CliError::Made { name, instead: "use --expires-in" }),
            "sig" => return Err(CliError::Made { name, instead: "leave it out" }),
            _ if set[..index].iter().any(|(earlier, _)| *earlier == name) => {
                return Err(CliError::Repeated { name });
            }
            _ => {}
        }
    }
    Ok(())
}

/// An address that would be refused is not worth a signature.
fn try_out(templates: &Templates, template: &str, set: &[(String, String)]) -> Result<(), CardError> {
    let query = templates.card(template)?.read_query(set.to_vec())?;
    templates.fill(template, &query.data, query.theme.as_deref(), query.size.as_deref())?;
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as price=329.99")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn time(text: &str) -> Result<Duration, String> {
    let expected = || "expected a whole number and a unit, such as 30d, 12h, 90m or 45s".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(expected)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(expected()),
    };
    let time =
        number.parse::<u32>().ok().filter(|number| *number > 0).map(|number| u64::from(number) * seconds);
    time.map(Duration::from_secs).ok_or_else(expected)
}

fn base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.filter(|url| url.query().is_none() && url.fragment().is_none());
    url.ok_or_else(|| {
        "expected an http or https address without query, such as https://img.example".to_owned()
    })
}

#[cfg(test)]
mod tests;
