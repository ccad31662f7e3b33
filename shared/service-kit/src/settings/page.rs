//! The configuration page, generated from the definitions of the settings.
//!
//! Every service has its section between two marks in the page; a test of the service compares the section
//! with what [`section`] makes of its command, and rewrites it when asked to.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command};

use super::parse;

/// With this variable set, [`check`] rewrites the section instead of comparing it.
pub const REFRESH: &str = "REFRESH_DOCS";

/// Why the page does not document the settings as they are.
#[derive(Debug, thiserror::Error)]
pub enum Stale {
    #[error("{page} can't be read or written")]
    Io { page: String, source: std::io::Error },
    #[error("{page} has no section for {service}: it needs the marks `{begin}` and `{end}`")]
    NoSection { page: String, service: String, begin: String, end: String },
    #[error("{page} is stale: run the tests of {service} once with {REFRESH}=1 and commit the page")]
    Different { page: String, service: String },
}

/// Compares the service's section of the page with its settings; with `REFRESH_DOCS` set, rewrites it.
pub fn check(page: &Path, command: &Command) -> Result<(), Stale> {
    let shown = page.display().to_string();
    let io = |source| Stale::Io { page: shown.clone(), source };
    let service = command.get_name().to_owned();
    let (begin, end) = (format!("<!-- begin {service} -->"), format!("<!-- end {service} -->"));
    let text = std::fs::read_to_string(page).map_err(io)?;
    let split = text
        .split_once(&begin)
        .and_then(|(before, rest)| rest.split_once(&end).map(|(section, after)| (before, section, after)));
    let Some((before, current, after)) = split else {
        return Err(Stale::NoSection { page: shown, service, begin, end });
    };
    let wanted = section(command);
    if current == wanted {
        return Ok(());
    }
    if std::env::var_os(REFRESH).is_none() {
        return Err(Stale::Different { page: shown, service });
    }
    std::fs::write(page, format!("{before}{begin}{wanted}{end}{after}")).map_err(io)
}

/// The tables of a command's settings, one per heading.
pub fn section(command: &Command) -> String {
    let mut text = String::from("\n");
    let mut heading = None;
    let settings = command.get_arguments().filter(|arg| arg.get_env().is_some() && !arg.is_hide_set());
    for arg in settings {
        if heading != arg.get_help_heading() {
            heading = arg.get_help_heading();
            let title = heading.unwrap_or("Other");
            let _ = write!(text, "\n### {title}\n\n| variable | flag | default | valid | meaning |\n");
            text.push_str("| --- | --- | --- | --- | --- |\n");
        }
        text.push_str(&row(command, arg));
    }
    text.push('\n');
    text
}

fn row(command: &Command, arg: &Arg) -> String {
    let env = arg.get_env().map(|name| name.to_string_lossy()).unwrap_or_default();
    let flag = arg.get_long().unwrap_or_default();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = if defaults.is_empty() { "–".to_owned() } else { format!("`{}`", defaults.join(",")) };
    let valid = parse::valid_values(command, flag).unwrap_or_else(|| "any".to_owned()).replace('|', "\\|");
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("| `{env}` | `--{flag}` | {default} | {valid} | {} |\n", help.replace('|', "\\|"))
}
