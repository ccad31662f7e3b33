//! The documents of operations against the real thing: the table of metrics and a scrape, the runbook's commands and
//! living services.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::Duration;

use playwright_tests::{image, ingestion, scrape};
use test_support::built::workspace_root;
use test_support::{Alertmanager, MonitoringFiles, Prometheus, Scrape, eventually};

const SCRAPED_WITHIN: Duration = Duration::from_secs(60);

fn document(name: &str) -> String {
    let path = workspace_root().join("docs/operations").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Name → type and labels, as the table has them.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let text = document("playwright-services-monitoring.md");
    let table = text.split_once("<!-- begin metrics -->").expect("a table of metrics").1;
    let table = table.split_once("<!-- end metrics -->").expect("its end").0;
    let in_ticks =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        assert!(cells[3].len() > 3, "no meaning: {line}");
        (cells[0].trim_matches('`').to_owned(), (cells[1].to_owned(), in_ticks(cells[2])))
    })
    .collect()
}

/// The same of scrapes.
fn scraped(scrapes: &[Scrape]) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut all: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for scrape in scrapes {
        for sample in scrape.samples() {
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
                let name = sample.name.strip_suffix(suffix)?;
                (scrape.kind(name) == Some("histogram")).then_some(name)
            });
            let family = family.unwrap_or(&sample.name);
            let kind = scrape.kind(family).unwrap_or_default().to_owned();
            let labels = &mut all.entry(family.to_owned()).or_insert((kind, BTreeSet::new())).1;
            labels.extend(sample.labels.keys().filter(|label| *label != "le").cloned());
        }
    }
    all
}

#[tokio::test]
async fn every_metric_is_explained_with_its_type_and_labels_and_nothing_else_is() {
    let (shop, image) = tokio::join!(ingestion(&[]), image(&[]));
    let found = scraped(&[scrape(&shop.service).await, scrape(&image).await]);
    let documented = documented();
    let names = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = names(&found).difference(&names(&documented)).cloned().collect();
    assert!(missing.is_empty(), "playwright-services-monitoring.md does not explain {missing:?}");
    assert_eq!(documented, found);
}

/// The shell blocks of the runbook, each with the heading that it is under.
fn blocks(text: &str) -> Vec<(String, String)> {
    let (mut heading, mut blocks) = (String::from("(top)"), Vec::new());
    let mut current: Option<Vec<&str>> = None;
    for line in text.lines() {
        match (&mut current, line) {
            (None, "```sh") => current = Some(Vec::new()),
            (None, _) => {
                if let Some(name) = line.strip_prefix("## ") {
                    name.clone_into(&mut heading);
                }
            }
            (Some(lines), "```") => {
                blocks.push((heading.clone(), lines.join("\n")));
                current = None;
            }
            (Some(lines), _) => lines.push(line),
        }
    }
    blocks
}

#[tokio::test]
async fn every_command_of_the_runbook_runs_against_living_services() {
    let text = document("playwright-services-runbook.md");
    let blocks = blocks(&text);
    for heading in text.lines().filter_map(|line| line.strip_prefix("## ")) {
        let commands = blocks.iter().filter(|(of, _)| of == heading).flat_map(|(_, block)| block.lines());
        assert_eq!(
            commands.filter(|line| !line.starts_with('#')).count(),
            3,
            "the first checks of {heading}"
        );
        let section = text.split_once(&format!("## {heading}\n")).expect("its own heading").1;
        let section = section.split("\n## ").next().unwrap_or_default();
        assert!(
            section.contains("\n- ") && section.contains("**Escalation**: "),
            "remedies, escalation: {heading}"
        );
    }

    let shop = ingestion(&[]).await;
    let files = MonitoringFiles::copy();
    let alertmanager = Alertmanager::start(&files).await.expect("alertmanager starts");
    let address = shop.service.client().base().trim_start_matches("http://").to_owned();
    files.set_targets("playwright-ingestion", &[address]);
    files.edit("prometheus.yml", |text| {
        text.replace("_interval: 15s", "_interval: 1s").replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    });
    let prometheus = Prometheus::start(&files).await.expect("prometheus starts");
    eventually("the service is scraped", SCRAPED_WITHIN, async || {
        let up = prometheus.query("up{job=\"playwright-ingestion\"} == 1").await.ok()?;
        (!up.is_empty()).then_some(())
    })
    .await;
    for (heading, block) in blocks {
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &block])
            .env("SERVICE", shop.service.client().base())
            .env("PROMETHEUS", format!("http://{}", prometheus.address()))
            .env("ALERTMANAGER", format!("http://{}", alertmanager.address()))
            .output()
            .expect("bash starts");
        let said =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "{heading}: {}\n{block}\n{said}", output.status);
    }
}
