//! `playwright-ingestion shop`: rules of shops before they are put where the service finds them.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::extract::ShopRules;

#[derive(Debug, Args)]
pub struct ShopArgs {
    #[command(subcommand)]
    command: ShopCommand,
}

#[derive(Debug, Subcommand)]
enum ShopCommand {
    /// Say what is wrong with files of rules; exit code 0 when nothing is
    Check {
        /// Files as in the folder of PLAYWRIGHT_SHOP_RULES_DIR
        #[arg(required = true, value_name = "FILE.toml")]
        files: Vec<PathBuf>,
    },
}

/// 0: all files are valid, and what they hold is on stdout. 1: mistakes, on stderr.
pub fn run(args: &ShopArgs) -> ExitCode {
    let ShopCommand::Check { files } = &args.command;
    match ShopRules::check(files.iter().map(PathBuf::as_path)) {
        Ok(shops) => {
            let written = io::stdout().write_all(format!("{}\n", shops.join("\n")).as_bytes());
            written.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        Err(bad) => {
            let _ = io::stderr().write_all(format!("{bad}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}
