//! Makes the Grafana dashboards, and pictures of them. The dashboards are checked in as JSON, since that is what Grafana
//! loads; they are written from here so that units, descriptions, ids, places and links are right by construction. Whether
//! their queries find anything is tested in `tests/tests/operations`.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on its standard output")]

mod board;
mod boards;
mod page;
mod panel;
mod picture;
mod queries;
mod style;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use test_support::built::workspace_root;

use crate::board::Board;

#[derive(Debug, Parser)]
#[command(name = "dashboards", about = "Makes the Grafana dashboards, and pictures of them")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write grafana/dashboards and the page that explains them (the default)
    Write,
    /// Run both services under load and draw the dashboards from what a Prometheus has seen
    Pictures(picture::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Write) {
        Command::Write => write(),
        Command::Pictures(options) => picture::run(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<()> {
    for (path, text) in files()? {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Everything that is generated: where it lies, and its text.
fn files() -> Result<Vec<(PathBuf, String)>> {
    let boards = boards::all();
    let root = workspace_root();
    let mut files = Vec::new();
    for board in &boards {
        let others: Vec<&Board> = boards.iter().filter(|other| other.uid != board.uid).collect();
        let text = serde_json::to_string_pretty(&board.json(&others))? + "\n";
        files.push((root.join("grafana/dashboards").join(board.file()), text));
    }
    files.push((root.join(page::PATH), page::page(&boards)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_in_is_what_is_generated() {
        for (path, text) in files().expect("the dashboards") {
            let found = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                found == text,
                "{} is not fresh: run `make dashboards` and commit what it writes",
                path.display()
            );
        }
    }
}
