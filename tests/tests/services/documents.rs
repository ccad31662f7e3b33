//! The documents for callers and for whoever has a problem, against living services: every command and program in them.

use std::path::Path;

use playwright_tests::documents::{blocks, run};
use playwright_tests::{Ingestion, image, ingestion};
use test_support::{Launch, Service};

async fn services() -> (Ingestion, Service) {
    tokio::join!(ingestion(&[]), image(&[]))
}

fn environment(shop: &Ingestion, image: &Service, folder: &Path) -> Vec<(&'static str, String)> {
    let executable = Launch::ingestion().executable().to_path_buf();
    let beside = executable.parent().expect("an executable lies in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let (at, image) = (shop.service.client().base().to_owned(), image.client().base().to_owned());
    let log = folder.join("log.txt");
    std::fs::write(&log, shop.service.log()).expect("a file");
    vec![
        ("PLAYWRIGHT_INGESTION_URL", at.clone()),
        ("PLAYWRIGHT_IMAGE_URL", image.clone()),
        ("INGESTION", at.clone()),
        ("IMAGE", image),
        ("SERVICE", at),
        ("PAGE", shop.site.url("/static-jsonld.html")),
        ("LOG", log.display().to_string()),
        ("PATH", format!("{}:{path}", beside.display())),
    ]
}

/// Off the thread that the fixture site answers on.
async fn run_all(document: &'static str, least: usize, environment: Vec<(&'static str, String)>) {
    let folder = tempfile::tempdir().expect("a folder");
    tokio::task::spawn_blocking(move || {
        let blocks = blocks(document, "sh");
        assert!(blocks.len() >= least, "{document} has {} blocks of commands", blocks.len());
        for (heading, block) in blocks {
            assert!(!block.trim().is_empty(), "{heading}");
            run("bash", &["-euo", "pipefail", "-c", &block], folder.path(), &environment);
        }
    })
    .await
    .expect("every command succeeds");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_api_document_runs() {
    let (shop, image) = services().await;
    let folder = tempfile::tempdir().expect("a folder");
    run_all("api/playwright-services.md", 8, environment(&shop, &image, folder.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_the_api_document_extracts_draws_and_tells_errors() {
    let (shop, image) = services().await;
    let folder = tempfile::tempdir().expect("a folder");
    let environment = environment(&shop, &image, folder.path());
    let printed = tokio::task::spawn_blocking(move || {
        let programs = blocks("api/playwright-services.md", "python");
        assert_eq!(programs.len(), 1);
        // Debian's own Python has Debian's httpx
        run("/usr/bin/python3", &["-c", &programs[0].1], folder.path(), &environment)
    });
    let printed = printed.await.expect("it runs");
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines[0].contains(" USD 0.") || lines[0].contains(" EUR 0."), "{printed}");
    assert!(lines[1].starts_with("403 forbidden_url "), "{printed}");
    assert!(lines[2].ends_with("bytes of JPEG"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_troubleshooting_document_runs() {
    let (shop, image) = services().await;
    let folder = tempfile::tempdir().expect("a folder");
    let environment = environment(&shop, &image, folder.path());
    run_all("troubleshooting/playwright-services-troubleshooting.md", 9, environment).await;
}
