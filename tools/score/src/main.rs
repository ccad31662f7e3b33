//! `score`: how right the extraction is on labelled pages, and the fitting of its confidence.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on its standard output")]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use playwright_ingestion::extract::{Product, Refusal, Signals, Source};
use score::calibration::{Calibration, Forecast, bins, bootstrap};
use score::first_sight::{self, Answer};
use score::fit::{Model, Sample};
use score::judge::is_right;
use score::table::{render, tally};
use score::{Judged, Label, SavedPage, judge, read_folder, run};
use serde_json::json;

#[derive(Debug, Parser)]
#[command(about = "Scores the extraction on labelled pages, and fits its confidence")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shares of right answers by field, marketplace and markup, false products, calibration
    Score {
        /// Has manifest.json, labels.json and the pages
        folder: PathBuf,
        /// List what is wrong, page by page
        #[arg(long)]
        wrong: bool,
    },
    /// Fit `extraction_confidence` on pages, whole and with sources taken away
    Fit {
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Where the weights go
        #[arg(long, default_value = "services/ingestion/src/extract/confidence.json")]
        write: PathBuf,
        /// Answers on pages at first sight, which stand for those pages
        #[arg(long, default_value = FIRST_SIGHT)]
        first_sight: PathBuf,
    },
    /// Keep how sure and how right the answers on new pages are, before anything is corrected on them
    Note {
        folder: PathBuf,
        #[arg(long, default_value = FIRST_SIGHT)]
        write: PathBuf,
    },
}

const FIRST_SIGHT: &str = "tools/score/first-sight.json";

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Score { folder, wrong } => print_score(&folder, wrong),
        Command::Fit { folders, write, first_sight } => fit(&folders, &write, &first_sight),
        Command::Note { folder, write } => note(&folder, &write),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

type NameOf = fn(&SavedPage) -> &str;
type Answered<'a> = (&'a SavedPage, Result<Product, Refusal>, Judged);

fn print_score(folder: &Path, wrong: bool) -> Result<()> {
    let pages = read_folder(folder)?;
    let answered: Vec<Answered<'_>> = pages
        .iter()
        .map(|page| {
            let answer = run(page, &[]);
            let judged = judge(&answer, &page.label);
            (page, answer, judged)
        })
        .collect();
    let mut groups = vec![("all".to_owned(), tally(answered.iter().map(|(.., judged)| judged)))];
    let kinds: [(&str, NameOf); 2] =
        [("marketplace", |page| &page.marketplace), ("markup", |page| &page.markup)];
    for (kind, name) in kinds {
        let names: BTreeSet<&str> = pages.iter().map(name).collect();
        for one in names {
            let own = answered.iter().filter(|(page, ..)| name(page) == one).map(|(.., judged)| judged);
            groups.push((format!("{kind} {one}"), tally(own)));
        }
    }
    println!("{}", render(&groups));
    let others: Vec<&Answered<'_>> =
        answered.iter().filter(|(page, ..)| matches!(page.label, Label::NonProduct(_))).collect();
    let false_products = others.iter().filter(|(_, answer, _)| answer.is_ok()).count();
    println!("pages that are no product: {}, called one: {false_products}", others.len());
    print_calibration("extraction_confidence", &forecasts(&answered));
    if wrong {
        for (page, answer, judged) in &answered {
            let fields: Vec<&str> =
                judged.iter().filter(|(_, right)| !**right).map(|(field, _)| *field).collect();
            if !fields.is_empty() {
                println!("{}: {}{}", page.id, fields.join(", "), told(answer));
            }
        }
    }
    Ok(())
}

fn told(answer: &Result<Product, Refusal>) -> String {
    match answer {
        Err(refusal) => format!(" (refused: {refusal})"),
        Ok(product) => format!(
            " (title {:?}, price {:?} {:?}, {:?})",
            product.title, product.price, product.currency, product.availability
        ),
    }
}

fn forecasts(answered: &[Answered<'_>]) -> Vec<Forecast> {
    let products = answered.iter().filter(|(page, ..)| matches!(page.label, Label::Product(_)));
    products
        .filter_map(|(page, answer, judged)| {
            let product = answer.as_ref().ok()?;
            Some(Forecast {
                shop: page.shop().to_owned(),
                probability: product.extraction_confidence,
                is_right: is_right(judged),
            })
        })
        .collect()
}

fn print_calibration(what: &str, forecasts: &[Forecast]) {
    let of = Calibration::of(forecasts);
    let (low, middle, high) = bootstrap(forecasts, 2_000);
    println!("{what}: {} answers, {:.1} % right", of.count, 100.0 * of.right);
    println!(
        "  Brier {:.4}, of the best constant {:.4}; skill {:.3} (95 % of 2000 resamples by shop: {low:.3} … {middle:.3} … {high:.3})",
        of.brier,
        of.constant,
        of.skill()
    );
    let auc = of.auc.map_or_else(|| "-".to_owned(), |auc| format!("{auc:.3}"));
    println!("  expected calibration error {:.3}, AUC {auc}", of.ece);
    for (count, said, right) in bins(forecasts) {
        println!("    said {said:.2}, were {right:.2}, of {count}");
    }
}

/// Each page whole, without each source, and without each pair of sources.
fn ablations() -> Vec<Vec<Source>> {
    let mut sets = vec![Vec::new()];
    for (number, first) in Source::ALL.iter().enumerate() {
        sets.push(vec![*first]);
        sets.extend(Source::ALL[number + 1..].iter().map(|second| vec![*first, *second]));
    }
    sets
}

/// What taking a source away does not change teaches nothing new: such answers count once.
fn answers(page: &SavedPage) -> Vec<Answer> {
    let mut distinct: BTreeMap<String, (Signals, bool, bool)> = BTreeMap::new();
    for without in ablations() {
        let answer = run(page, &without);
        let is_right = is_right(&judge(&answer, &page.label));
        if let Ok(product) = answer {
            let key = format!("{:?} {is_right}", product.signals);
            distinct.entry(key).or_insert((product.signals, is_right, without.is_empty()));
        }
    }
    let weight = (1.0 / distinct.len().max(1) as f64).max(0.25);
    let of = |(signals, is_right, whole): (Signals, bool, bool)| {
        let shop = page.shop().to_owned();
        Answer::of(&page.id, whole, &Sample { shop, signals: signals.values().to_vec(), is_right, weight })
    };
    distinct.into_values().map(of).collect()
}

fn of_folder(folder: &Path) -> Result<Vec<Answer>> {
    let pages = read_folder(folder)?;
    let products = pages.iter().filter(|page| matches!(page.label, Label::Product(_)));
    Ok(products.flat_map(answers).collect())
}

/// Adds the folder's answers to those that are kept; of a page that is kept already, the first ones stay.
fn note(folder: &Path, write: &Path) -> Result<()> {
    let mut kept = first_sight::read(write)?;
    let known: HashSet<String> = kept.iter().map(|answer| answer.page.clone()).collect();
    let new = of_folder(folder)?.into_iter().filter(|answer| !known.contains(&answer.page));
    let before = kept.len();
    kept.extend(new);
    first_sight::write(write, &kept)?;
    println!("{} answers noted in {}", kept.len() - before, write.display());
    Ok(())
}

/// Times that an answer at first sight counts: the other pages are those that the engine was corrected on.
const AT_FIRST_SIGHT: f64 = 3.0;

const FOLDS: usize = 5;

fn fit(folders: &[PathBuf], write: &Path, first_sight: &Path) -> Result<()> {
    let noted = first_sight::read(first_sight)?;
    let known: HashSet<&str> = noted.iter().map(|answer| answer.page.as_str()).collect();
    let mut corrected = Vec::new();
    for folder in folders {
        corrected
            .extend(of_folder(folder)?.into_iter().filter(|answer| !known.contains(answer.page.as_str())));
    }
    let heavier = |answer: &Answer| Sample { weight: answer.weight * AT_FIRST_SIGHT, ..answer.sample() };
    let samples: Vec<(Sample, bool)> = corrected
        .iter()
        .map(|answer| (answer.sample(), false))
        .chain(noted.iter().map(|answer| (heavier(answer), answer.whole)))
        .collect();
    println!("{} samples, {} of them of pages at first sight", samples.len(), noted.len());
    let left_out = on_shops_left_out(&samples);
    let all: Vec<Forecast> = left_out.iter().map(|(forecast, _)| forecast.clone()).collect();
    print_calibration(&format!("on shops left out, {FOLDS} folds"), &all);
    let whole: Vec<Forecast> =
        left_out.into_iter().filter(|(_, is_whole)| *is_whole).map(|(forecast, _)| forecast).collect();
    if !whole.is_empty() {
        print_calibration("of them whole pages at first sight", &whole);
    }
    let samples: Vec<Sample> = samples.into_iter().map(|(sample, _)| sample).collect();
    let model = Model::fit(&samples, Signals::NAMES.len());
    let rounded = |weight: f64| (weight * 1000.0).round() / 1000.0;
    let weights: BTreeMap<&str, f64> =
        Signals::NAMES.into_iter().zip(model.weights.iter().copied().map(rounded)).collect();
    let text =
        serde_json::to_string_pretty(&json!({ "intercept": rounded(model.intercept), "weights": weights }))?;
    std::fs::write(write, format!("{text}\n"))
        .with_context(|| format!("cannot write {}", write.display()))?;
    println!("{text}\nwritten to {}, build again to use it", write.display());
    Ok(())
}

/// What a shop is told by, its own pages did not teach. The flag of a sample stays with its forecast.
fn on_shops_left_out(samples: &[(Sample, bool)]) -> Vec<(Forecast, bool)> {
    let mut shops: Vec<&str> = samples.iter().map(|(sample, _)| sample.shop.as_str()).collect();
    shops.sort_unstable();
    shops.dedup();
    fastrand::Rng::with_seed(3).shuffle(&mut shops);
    let fold: BTreeMap<&str, usize> =
        shops.iter().enumerate().map(|(number, shop)| (*shop, number % FOLDS)).collect();
    let fold_of = |sample: &Sample| fold.get(sample.shop.as_str()).copied().unwrap_or(0);
    let mut left_out = Vec::new();
    for number in 0..FOLDS {
        let seen: Vec<Sample> =
            samples.iter().map(|(sample, _)| sample).filter(|s| fold_of(s) != number).cloned().collect();
        let model = Model::fit(&seen, Signals::NAMES.len());
        let held = samples.iter().filter(|(sample, _)| fold_of(sample) == number);
        left_out.extend(held.map(|(sample, flag)| {
            let probability = model.probability(&sample.signals);
            (Forecast { probability, shop: sample.shop.clone(), is_right: sample.is_right }, *flag)
        }));
    }
    left_out
}
