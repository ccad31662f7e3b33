//! Every query of every panel finds something: a real Prometheus with the real rules scrapes the real services while
//! they have every kind of traffic and trouble. Only times are shortened: scrapes, evaluations, the alerts' `for`.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use test_support::grafana::{Target, Variables, dashboards};
use test_support::monitoring::{MonitoringFiles, Prometheus};
use test_support::traffic::Errand;
use test_support::{Traffic, eventually};
use tokio::task::JoinSet;

/// Long enough for the whole test: what happens once in it is in every rate.
const ALL_OF_IT: Duration = Duration::from_secs(300);
const VARIABLES: Variables = Variables { rate_interval: ALL_OF_IT, range: ALL_OF_IT };
const SCRAPED_WITHIN: Duration = Duration::from_secs(60);
/// It takes some 20 s where nothing else is at work.
const ANSWERED_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_panel_shows_data_while_there_is_traffic() {
    let traffic = Arc::new(Traffic::start().await.expect("both services"));
    let (_files, prometheus) = quick_prometheus(&traffic).await;
    let work = tokio::spawn(keep_busy(traffic.clone()));
    let mut waiting = targets();
    assert!(waiting.len() > 80, "only {} queries", waiting.len());
    let end = tokio::time::Instant::now() + ANSWERED_WITHIN;
    loop {
        let mut empty = Vec::new();
        for (place, target) in waiting {
            if let Some(fault) = fault(&prometheus, &target).await {
                empty.push((place, target, fault));
            }
        }
        if empty.is_empty() {
            break;
        }
        let list: Vec<_> = empty
            .iter()
            .map(|(place, target, fault)| format!("{place}: {fault}: {}", target.expression))
            .collect();
        if tokio::time::Instant::now() >= end {
            let scrapes = prometheus.get("/api/v1/targets?state=active").await;
            panic!("{} queries without data:\n{}\n{scrapes:?}", list.len(), list.join("\n"));
        }
        // the good requests never end
        if work.is_finished() {
            work.await.expect("traffic");
            panic!("the traffic ended");
        }
        // what is there stays there: the rates reach over all of the test
        waiting = empty.into_iter().map(|(place, target, _)| (place, target)).collect();
    }
    work.abort();
}

/// The project's own configuration, in a hurry, once it has seen both services twice. Its files hold the targets for as long
/// as it runs.
async fn quick_prometheus(traffic: &Traffic) -> (MonitoringFiles, Prometheus) {
    let files = MonitoringFiles::copy();
    files.edit("prometheus.yml", |text| {
        text.replace("_interval: 15s", "_interval: 1s").replace("scrape_timeout: 5s", "scrape_timeout: 1s")
    });
    files.edit("rules/playwright-services.yml", |text| {
        let is_waiting = |line: &&str| !line.trim_start().starts_with("for: ");
        text.lines().filter(is_waiting).collect::<Vec<_>>().join("\n")
    });
    let address = |base: &str| base.trim_start_matches("http://").to_owned();
    files.set_targets("playwright-ingestion", &[address(traffic.ingestion.client().base())]);
    files.set_targets("playwright-image", &[address(traffic.image.client().base())]);
    files.set_targets("alertmanager", &[]);
    let prometheus = Prometheus::start(&files).await.expect("prometheus");
    // a rate is between two scrapes, and the first must be of zeros
    eventually("both services have been scraped twice", SCRAPED_WITHIN, async || {
        let scraped = prometheus.query(r#"count_over_time(up{job=~"playwright-.+"}[1m]) >= 2"#).await;
        scraped.is_ok_and(|series| series.len() == 2).then_some(())
    })
    .await;
    (files, prometheus)
}

/// Every trouble once, beside good requests that go on until it is aborted.
async fn keep_busy(traffic: Arc<Traffic>) {
    let good = async {
        for number in (0..).step_by(2) {
            run(vec![traffic.good(number), traffic.good(number + 1)]).await;
        }
    };
    let trouble = async {
        tokio::join!(in_turns(traffic.bad_products()), in_turns(traffic.bad_pictures()));
        run(traffic.crowd()).await;
        traffic.crash();
    };
    tokio::join!(good, trouble);
}

/// Two at a time: there must be room for them.
async fn in_turns(errands: Vec<Errand>) {
    for pair in errands.chunks(2) {
        run(pair.to_vec()).await;
    }
}

async fn run(errands: Vec<Errand>) {
    let running: JoinSet<_> = errands.into_iter().map(Errand::run).collect();
    running.join_all().await;
}

fn targets() -> Vec<(String, Target)> {
    let mut all = Vec::new();
    for dashboard in dashboards() {
        for panel in dashboard.panels() {
            let place = format!("{}: {}", dashboard.name, panel["title"].as_str().unwrap_or_default());
            let targets = dashboard.targets(panel, VARIABLES).into_iter();
            all.extend(targets.map(|target| (place.clone(), target)));
        }
    }
    all
}

/// Why a query shows nothing, or not what it should.
async fn fault(prometheus: &Prometheus, target: &Target) -> Option<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    let courses = match target.courses(prometheus, (now, now), Duration::from_secs(1)).await {
        Ok(courses) => courses,
        Err(error) => return Some(error.to_string()),
    };
    if courses.is_empty() {
        return Some("nothing".to_owned());
    }
    let nameless = courses.iter().map(|course| target.name(&course.labels)).find(|name| name.contains("{{"));
    if let Some(name) = nameless {
        return Some(format!("a series is called {name}"));
    }
    let values = courses.iter().flat_map(|course| course.points.iter().map(|point| point.1));
    values.into_iter().find(|value| !value.is_finite()).map(|value| format!("{value}"))
}
