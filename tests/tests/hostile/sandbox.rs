//! What the kernel says of the browser's processes: namespaces, filters, capabilities, environment, open files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use test_support::process::ProcessId;
use test_support::{Launch, Service, eventually, within};

use crate::ground::play;
use crate::tally::Tally;
use crate::world::{REST_WITHIN, end, post, service, world};

const SECRET: &str = "swordfish";

fn read(process: &ProcessId, name: &str) -> String {
    let bytes = fs::read(format!("/proc/{}/{name}", process.pid)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn status(process: &ProcessId) -> BTreeMap<String, String> {
    let text = read(process, "status");
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
}

fn namespace(process: &ProcessId, kind: &str) -> PathBuf {
    fs::read_link(format!("/proc/{}/ns/{kind}", process.pid)).unwrap_or_default()
}

fn is_renderer(process: &ProcessId) -> bool {
    // the zygote writes its children's command line as one text
    process.command_line().join(" ").contains("--type=renderer")
}

/// The renderers, once they have finished to lock themselves in, or have had the time for it.
async fn renderers(service: &Service) -> Vec<ProcessId> {
    const LOCKED_WITHIN: Duration = Duration::from_secs(10);
    let found = || service.processes().into_iter().filter(is_renderer).collect::<Vec<_>>();
    eventually("a renderer", REST_WITHIN, async || (!found().is_empty()).then_some(())).await;
    let is_locked = |process: &ProcessId| status(process).get("Seccomp").is_some_and(|mode| mode == "2");
    let locked = within(LOCKED_WITHIN, async || {
        let found = found();
        (!found.is_empty() && found.iter().all(is_locked)).then_some(found)
    });
    locked.await.unwrap_or_else(found)
}

#[test]
fn is_on_and_tight() {
    play(async |ground| {
        drop(world(&ground).await);
        let mut tally = Tally::new("s1-sandbox", "sandbox", "what the kernel says of every Chromium process");
        let launch = Launch::image()
            .env("PLAYWRIGHT_SECRET_OF_THE_SERVICE", SECRET)
            .env("HTTP_PROXY", "http://10.77.0.5");
        let service = service(launch, &[]).await;
        let reply =
            post(&service, "/v1/render", &json!({ "html": "<script>1</script><p>a", "timeout_s": 20 })).await;
        tally.case(reply.status == 200, || reply.text());
        let own = test_support::process::process(service.pid()).expect("the service runs");
        for renderer in renderers(&service).await {
            let said = status(&renderer);
            let is = |name: &str, wanted: &str| said.get(name).is_some_and(|value| value == wanted);
            tally.case(is("Seccomp", "2"), || format!("no filter: {:?}", said.get("Seccomp")));
            tally.case(is("NoNewPrivs", "1"), || format!("new privileges: {:?}", said.get("NoNewPrivs")));
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                tally.case(is(set, "0000000000000000"), || format!("{set}: {:?}", said.get(set)));
            }
            let ids = said.get("NSpid").map_or(0, |ids| ids.split_whitespace().count());
            tally.case(ids >= 2, || format!("it sees the machine's processes: {:?}", said.get("NSpid")));
            for kind in ["pid", "net", "user"] {
                tally.case(namespace(&renderer, kind) != namespace(&own, kind), || {
                    format!("the service's own {kind}")
                });
            }
            let seen = fs::metadata(format!("/proc/{}/root/etc/passwd", renderer.pid));
            tally.case(seen.is_err(), || "it sees the machine's files".to_owned());
        }
        let browsers = service.browsers();
        for process in service.processes() {
            let line = process.command_line().join(" ");
            let said = status(&process);
            let user =
                said.get("Uid").and_then(|ids| ids.split_whitespace().next()).unwrap_or("0").to_owned();
            tally.case(user != "0", || format!("runs as root: {line}"));
            let environment = read(&process, "environ");
            let is_clean = !environment.contains(SECRET)
                && !environment.contains("PLAYWRIGHT_")
                && !environment.contains("PROXY");
            tally.case(is_clean, || format!("has the service's environment: {line}"));
            tally.case(!line.contains("--no-sandbox"), || line.clone());
        }
        for browser in &browsers {
            let stat = read(browser, "stat");
            let group =
                stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(2)).map(str::to_owned);
            tally.case(group == Some(browser.pid.to_string()), || {
                format!("not a group of its own: {group:?}")
            });
        }
        let metrics = service.metrics().await.expect("the metrics");
        tally.case(metrics.get("playwright_sandbox_enabled", &[]) > 0.0, || "the gauge says no".to_owned());
        check_profiles(&service, &mut tally);
        let folder = service.temporary_directory().to_path_buf();
        end(service).await;
        tally.case(!folder.exists(), || "the service's temporary directory is left".to_owned());
        tally.finish();
    });
}

fn check_profiles(service: &Service, tally: &mut Tally) {
    let profiles: Vec<_> = fs::read_dir(service.temporary_directory())
        .expect("its directory")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("playwright-chromium-"))
        .collect();
    tally.case(!profiles.is_empty(), || "no profile directory".to_owned());
    for profile in profiles {
        let data = profile.metadata().expect("its data");
        let mode = data.permissions().mode() & 0o777;
        tally.case(mode == 0o700, || format!("a profile is {mode:o}"));
        let browser = service.browsers().first().map(|browser| format!("/proc/{}", browser.pid));
        let owner = browser.and_then(|path| fs::metadata(path).ok()).map(|data| data.uid());
        tally.case(owner == Some(data.uid()), || format!("a profile is {}'s, not {owner:?}'s", data.uid()));
    }
}
