//! Services that come up where something is missing: a binary, room on the disk, file descriptors.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use playwright_tests::{assert_error, render, scrape};
use serde_json::{Value, json};
use test_support::process::{Signal, signal};
use test_support::{Launch, Mode, Reply, Service, eventually, fake_chromium};

use super::{SOON, until_at_rest};

fn card() -> Value {
    json!({ "html": "<h1>card</h1><script>1</script>", "image_format": "jpeg", "scale_factor": 1, "timeout_s": 3 })
}

/// The image service, started by a shell in which something has been done before.
struct Prepared {
    launch: Launch,
    _folder: tempfile::TempDir,
}

fn prepared(steps: &str) -> Prepared {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("readable");
    let script = folder.path().join("prepared");
    let service = Launch::image().executable().display().to_string();
    fs::write(&script, format!("#!/bin/sh\nset -e\n{steps}\nexec {service}\n")).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("executable");
    let launch = Launch::of(script)
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_FRAME_CONTROL", "false")
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0");
    Prepared { launch, _folder: folder }
}

/// Alive, not ready, saying so to everybody.
async fn is_unavailable(service: &Service) {
    let get = async |path| service.client().get(path).await.expect("an answer").status.as_u16();
    assert_eq!((get("/live").await, get("/ready").await, get("/health").await), (200, 503, 503));
    let reply = render(service, &card()).await;
    let body = assert_error(&reply, 503, "unavailable", true);
    assert!(reply.took < Duration::from_secs(4), "it took {:?}", reply.took);
    let message = body["error_message"].as_str().expect("text");
    assert!(!message.contains('/'), "it shows a path: {message}");
}

async fn ends_in_order(mut service: Service) {
    let processes = service.processes();
    service.signal(Signal::TERM).expect("it runs");
    let exit = service.wait_for_exit(SOON).await.expect("it ends");
    assert!(exit.success(), "{exit}\n{}", service.log());
    let left: Vec<_> = processes.iter().filter(|process| process.is_running()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_missing_binary_ends_it_at_once_with_its_setting() {
    let launch = Launch::image().env("PLAYWRIGHT_CHROMIUM_PATH", "/no/such/chromium");
    let (exit, said) = launch.run_to_end(Duration::from_secs(10)).await;
    assert!(exit.is_some_and(|exit| !exit.success()), "{exit:?}\n{said}");
    assert!(said.contains("PLAYWRIGHT_CHROMIUM_PATH") && said.contains("/no/such/chromium"), "{said}");
}

#[tokio::test]
async fn a_browser_that_hangs_at_boot_leaves_it_alive_and_saying_so() {
    let fake = fake_chromium(Mode::HangsAtBoot);
    let launch = Launch::image().env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy());
    let service =
        launch.env("PLAYWRIGHT_DRAIN_DELAY_S", "0").start_without_waiting().await.expect("it listens");
    is_unavailable(&service).await;
    ends_in_order(service).await;
}

#[tokio::test]
async fn a_binary_that_goes_missing_is_waited_for() {
    let fake = fake_chromium(Mode::Works);
    let moved = fake.path().with_extension("moved");
    let launch = Launch::image()
        .env("PLAYWRIGHT_CHROMIUM_PATH", fake.path().to_string_lossy())
        .env("PLAYWRIGHT_BROWSER_POOL_SIZE", "1")
        .env("PLAYWRIGHT_FRAME_CONTROL", "false");
    let service = launch.start().await.expect("it starts");
    until_at_rest(&service).await;
    fs::rename(fake.path(), &moved).expect("moved");
    // the standby too
    eventually("no browser is left", SOON, async || {
        for browser in service.browsers() {
            // it may have ended by itself
            let _ = signal(browser.pid, Signal::KILL);
        }
        (service.client().get("/health").await.ok()?.status == 503).then_some(())
    })
    .await;
    is_unavailable(&service).await;
    let failed = async || scrape(&service).await.count("playwright_browser_launch_failures_total", &[]);
    assert!(failed().await < 20, "no storm of launches: {}", failed().await);
    fs::rename(&moved, fake.path()).expect("moved back");
    served_again(&service).await;
}

async fn served_again(service: &Service) {
    eventually("it serves again", Duration::from_secs(40), async || {
        (render(service, &card()).await.status == 200).then_some(())
    })
    .await;
}

/// The first step of a service that sees mounts of its own.
fn own_mounts() -> String {
    let mapped = if nix::unistd::getuid().is_root() { "" } else { "--map-current-user --keep-caps" };
    format!("[ -n \"$INSIDE\" ] || INSIDE=1 exec unshare --mount {mapped} \"$0\"")
}

/// As in a container whose /dev/shm nobody has enlarged, and smaller than any.
#[tokio::test]
async fn with_hardly_any_shared_memory_it_draws_large_pictures() {
    let Prepared { launch, _folder } =
        prepared(&format!("{}\nmount -t tmpfs -o size=64k,mode=1777 tiny /dev/shm", own_mounts()));
    let service = launch.start().await.expect("it starts");
    let card = json!({
        "html": "<body style='margin:0;height:3000px;background:linear-gradient(red,blue)'>card<script>1</script>",
        "width": 3000, "height": 3000, "scale_factor": 1, "image_format": "jpeg", "timeout_s": 30,
    });
    let reply = render(&service, &card).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let counted = scrape(&service).await;
    assert_eq!(counted.count("playwright_browser_crashes_total", &[]), 0);
    ends_in_order(service).await;
}

/// A directory of the service's own that is a small disk, and full.
#[tokio::test]
async fn a_full_disk_is_said_and_is_no_end() {
    let disk = tempfile::tempdir().expect("a folder");
    fs::set_permissions(disk.path(), fs::Permissions::from_mode(0o755)).expect("readable");
    let path = disk.path().display().to_string();
    // a mount of its own; neither a directory nor a byte can be had there any more
    let fill = format!(
        "{}\n\
         mount -t tmpfs -o size=8m,nr_inodes=300,mode=1777 full {path}\n\
         for at in $(seq 299); do : >{path}/fill-$at; done\nhead -c 9000000 /dev/zero >{path}/fill-1 2>/dev/null || :\n\
         export TMPDIR={path}",
        own_mounts(),
    );
    let Prepared { launch, _folder } = prepared(&fill);
    let service = launch.start_without_waiting().await.expect("it listens");
    eventually("a launch has failed", SOON, async || {
        (scrape(&service).await.get("playwright_browser_launch_failures_total", &[]) >= 1.0).then_some(())
    })
    .await;
    is_unavailable(&service).await;
    for entry in fs::read_dir(inside(&service, disk.path())).expect("the disk").flatten() {
        if entry.file_name().to_string_lossy().starts_with("fill-") {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    served_again(&service).await;
    ends_in_order(service).await;
}

/// A path as the service sees it.
fn inside(service: &Service, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", service.pid(), path.display()))
}

#[tokio::test]
async fn too_few_descriptors_for_a_browser_are_said() {
    let Prepared { launch, _folder } = prepared("ulimit -n 24");
    let service = launch.start_without_waiting().await.expect("it listens");
    eventually("a launch has failed", SOON, async || {
        // it has none left for a connection at times
        let counted = service.metrics().await.ok()?;
        (counted.get("playwright_browser_launch_failures_total", &[]) >= 3.0).then_some(())
    })
    .await;
    is_unavailable(&service).await;
    ends_in_order(service).await;
}

#[tokio::test]
async fn with_few_descriptors_it_serves_or_says_that_it_does_not() {
    let Prepared { launch, _folder } = prepared("ulimit -n 128");
    let service = launch.start().await.expect("it starts");
    let requests = (0..12).map(|_| async { render(&service, &card()).await });
    let replies: Vec<Reply> = futures_util::future::join_all(requests).await;
    for reply in &replies {
        let is_fair = reply.status == 200 || reply.json()["retriable"] == true;
        assert!(is_fair, "{}", reply.text());
    }
    assert!(replies.iter().any(|reply| reply.status == 200), "none is served");
    served_again(&service).await;
    ends_in_order(service).await;
}

/// What a killed service leaves behind is removed by the next one, and nothing of one that runs.
#[tokio::test]
async fn profiles_of_a_killed_service_are_swept_by_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("readable");
    let launch = || Launch::image().env("TMPDIR", folder.path().to_string_lossy());
    let profiles_of = |service: &Service| {
        let own = format!("playwright-chromium-{}-", service.pid());
        let entries = fs::read_dir(folder.path()).expect("the folder").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&own)).count()
    };
    let (mut killed, neighbour) = (launch().start().await.expect("it starts"), launch().start().await);
    let neighbour = neighbour.expect("it starts");
    killed.signal(Signal::KILL).expect("it runs");
    killed.wait_for_exit(SOON).await.expect("it ends");
    assert!(profiles_of(&killed) > 0, "nothing is left that could be swept");
    let kept = profiles_of(&neighbour);
    let begun = Instant::now();
    let next = launch().start().await.expect("it starts");
    assert_eq!(profiles_of(&killed), 0, "after {:?}", begun.elapsed());
    assert!(profiles_of(&next) > 0 && profiles_of(&neighbour) >= kept.min(1), "what is in use was swept");
    let reply = render(&neighbour, &card()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}
