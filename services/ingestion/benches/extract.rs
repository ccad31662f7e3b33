//! How long the engine takes for a page (`make bench-engine`): a marketplace's page of one, two and four times its usual
//! size, every shape of `shapes` at one, two, four and eight times a size, and the pages of `CORPUS` if it is given.
//!
//! Linear is what takes eight times as long for eight times as much; the last table says how many times it took.
#![expect(clippy::print_stdout, reason = "the table of ratios is what the bench is run for")]

#[path = "extract/shapes.rs"]
mod shapes;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use playwright_ingestion::extract::{Page, extract};
use serde_json::Value;
use url::Url;

const AMAZON: &str = include_str!("../../../tests/fixtures/pages/amazon-com-minipc-n100.html");
const AMAZON_URL: &str = "https://www.amazon.com/Korvik-K8-Plus-Desktop/dp/B0CX7KRVK8";
const SHOP_URL: &str = "https://shop.example/p/lamp";

/// Of an Amazon page, as they are saved today.
const USUAL: usize = 1_500_000;
/// The smallest page of a shape.
const SMALLEST: usize = 128 << 10;
const TIMES: [usize; 4] = [1, 2, 4, 8];

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    marketplace(&mut criterion);
    if let Some(folder) = std::env::var_os("CORPUS").filter(|folder| !folder.is_empty()) {
        corpus(&mut criterion, Path::new(&folder));
    }
    criterion.final_summary();
    shapes_table();
}

fn address(text: &str) -> Url {
    Url::parse(text).expect("a valid address")
}

fn read(html: &str, url: &Url) {
    // a refusal is an answer too
    let _ = black_box(extract(&Page::new(black_box(html), url)));
}

fn marketplace(criterion: &mut Criterion) {
    let url = address(AMAZON_URL);
    let mut group = criterion.benchmark_group("marketplace page");
    for times in [1, 2, 4] {
        let page = shapes::padded(AMAZON, times * USUAL);
        assert!(extract(&Page::new(&page, &url)).is_ok(), "the page is still a product's");
        group.throughput(Throughput::Bytes(page.len() as u64));
        let megabytes = format!("{:.1} MB", page.len() as f64 / 1e6);
        group.bench_with_input(BenchmarkId::from_parameter(megabytes), &page, |bencher, page| {
            bencher.iter(|| read(page, &url));
        });
    }
    group.finish();
}

/// Pages of at least a megabyte in a folder with `manifest.json` (`id`, `url`) and `pages/<id>.html` or `<id>.html`.
fn corpus(criterion: &mut Criterion, folder: &Path) {
    const LARGE: usize = 1_000_000;
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("CORPUS holds manifest.json");
    let manifest: Vec<Value> = serde_json::from_str(&manifest).expect("manifest.json is a list");
    let mut group = criterion.benchmark_group("corpus");
    for entry in &manifest {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let file = format!("{}.html", text("id"));
        let saved =
            std::fs::read(folder.join("pages").join(&file)).or_else(|_| std::fs::read(folder.join(&file)));
        let page = String::from_utf8_lossy(&saved.unwrap_or_default()).into_owned();
        let Some(url) = Url::parse(text("url")).ok().filter(|_| page.len() >= LARGE) else { continue };
        group.throughput(Throughput::Bytes(page.len() as u64));
        let name = format!("{} {:.2} MB", text("id"), page.len() as f64 / 1e6);
        group.bench_with_input(BenchmarkId::from_parameter(name), &page, |bencher, page| {
            bencher.iter(|| read(page, &url));
        });
    }
    group.finish();
}

/// Too many and too slow for a benchmark each: the middle of a few runs tells eight from sixty-four.
fn shapes_table() {
    const RUNS: usize = 5;
    let url = address(SHOP_URL);
    println!("ms for 128 KB of a shape, and for two, four and eight times as much");
    for (name, make) in shapes::SHAPES {
        let times: Vec<f64> =
            TIMES.iter().map(|times| middle_ms(&make(times * SMALLEST), &url, RUNS)).collect();
        let ratio = times.last().zip(times.first()).map_or(0.0, |(last, first)| last / first);
        let listed: Vec<String> = times.iter().map(|time| format!("{time:9.2}")).collect();
        println!("{name:22} {}   {ratio:5.1} times", listed.concat());
    }
}

fn middle_ms(page: &str, url: &Url, runs: usize) -> f64 {
    let run = |_| {
        let begun = Instant::now();
        read(page, url);
        begun.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..runs).map(run).collect();
    times.sort_by(f64::total_cmp);
    times.get(runs / 2).copied().unwrap_or_default()
}
