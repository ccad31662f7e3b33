//! Drives both services as they are shipped, on this machine and nothing else: the demonstration of `make run`, and
//! the measurements that the project's promises rest on. Each measurement prints a table, writes its raw figures as
//! CSV, and exits with 1 when a promise does not hold.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on its standard output")]

mod alerts;
mod burst;
mod card;
mod cards;
mod chaos;
mod corpus;
mod demo;
mod drive;
mod gallery;
mod hostile;
mod kill;
mod pages;
mod plot;
mod png;
mod readiness;
mod report;
mod sample;
mod soak;
mod speed;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::report::Verdict;

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Drives both services on this machine and measures them")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Extract a product from a shop page on loopback, render a card of it, then stay up until Ctrl-C
    Demo(demo::Options),
    /// Render twenty different cards to files, and a sheet of all of them
    Cards(cards::Options),
    /// The pictures of docs/gallery, each with its request
    Gallery(gallery::Options),
    /// The status page and the playground of each service, as pictures
    Pages(pages::Options),
    /// What each compression of a PNG costs and saves
    Png(png::Options),
    /// Thousands of requests, and whether anything is left over or grows
    Soak(soak::Options),
    /// Kill a working browser again and again under load
    Kill(kill::Options),
    /// Fifty, then three hundred requests at once
    Burst(burst::Options),
    /// Break browsers, sites, names, the disk under a steady load: is any good request lost, is anything left?
    Chaos(chaos::Options),
    /// Against what Chromium itself takes, and against the service that was replaced
    Speed(speed::Options),
    /// Ask the running service for every page of a folder of saved pages
    Corpus(corpus::Options),
    /// Make every alert fire for real, and end
    Alerts(alerts::Options),
    /// Prices that come late, twice or never: is one ever wrong?
    Readiness(readiness::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let verdict = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options).await,
        Command::Cards(options) => cards::run(&options).await,
        Command::Gallery(options) => gallery::run(&options).await,
        Command::Pages(options) => pages::run(&options).await,
        Command::Png(options) => png::run(&options).await,
        Command::Soak(options) => soak::run(&options).await,
        Command::Kill(options) => kill::run(&options).await,
        Command::Burst(options) => burst::run(&options).await,
        Command::Chaos(options) => chaos::run(&options).await,
        Command::Speed(options) => speed::run(&options).await,
        Command::Corpus(options) => corpus::run(&options).await,
        Command::Alerts(options) => Box::pin(alerts::run(&options)).await,
        Command::Readiness(options) => readiness::run(&options).await,
    };
    match verdict {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
