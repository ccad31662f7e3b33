//! What happens to a service as a process: killed, restarted, out of memory, without a sandbox, gone altogether.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;
use test_support::Launch;

use super::super::Until;
use super::super::ground::{Ground, IMAGE, INGESTION};
use super::{Scenario, image, ingestion, of, scenario, undone};

/// Longer than two scrapes: each life is seen.
const LIFE: Duration = Duration::from_secs(32);

/// No user namespace can be made in it, which is what a host or a container without them looks like to Chromium. The
/// script's own process becomes the service, in a user namespace in which there may be none below.
const NO_NAMESPACES: &str = r#"#!/bin/bash
own=$$
outer=$(readlink /proc/$own/ns/user)
(
  while [[ $(readlink /proc/$own/ns/user) == "$outer" ]]; do sleep 0.05; done
  echo "0 0 65536" > /proc/$own/uid_map
  echo "0 0 65536" > /proc/$own/gid_map
) &
exec unshare --user sh -c '
  while [ "$(id -u)" != 0 ]; do sleep 0.05; done
  exec sh -c "echo 0 > /proc/sys/user/max_user_namespaces; exec \"\$0\"" "$0"' EXECUTABLE
"#;

pub(super) fn beside_others() -> Vec<Scenario> {
    vec![
        scenario(
            "killed",
            "an instance is killed (SIGKILL) and not restarted",
            |ground| image(&["PlaywrightServiceDown"], &ground.killed_image.address),
            |ground, until| {
                Box::pin(async move {
                    ground.killed_image.kill().await;
                    undone(until).await;
                    ground.killed_image.start_again().await
                })
            },
        ),
        scenario(
            "restarting",
            "an instance is killed 4 times, every 32 seconds, and restarted at once",
            |ground| ingestion(&["PlaywrightServiceRestartStorm"], &ground.restarting_ingestion.address),
            |ground, until| Box::pin(restarting(ground, until)),
        ),
        scenario(
            "memory",
            "another process in the control group of the service fills it to 95 % of its limit",
            |ground| image(&["PlaywrightMemoryNearLimit"], &ground.hungry_image.address),
            |ground, until| {
                Box::pin(async move {
                    let _held = ground.group.fill()?;
                    undone(until).await;
                    Ok(())
                })
            },
        ),
        scenario(
            "unsandboxed",
            "the service runs where no user namespaces can be made, with PLAYWRIGHT_ALLOW_NO_SANDBOX=true",
            |ground| ingestion(&["PlaywrightSandboxOff"], &ground.unsandboxed_ingestion.address),
            |ground, until| Box::pin(unsandboxed(ground, until)),
        ),
    ]
}

pub(super) fn of_whole_services() -> Vec<Scenario> {
    vec![
        scenario(
            "all down",
            "all instances of the service are killed",
            |_| of(INGESTION, &["PlaywrightServiceAbsent"]),
            |ground, until| Box::pin(all_down(ground, until)),
        ),
        scenario(
            "no targets",
            "the service's instances are removed from Prometheus' file of targets",
            |_| of(IMAGE, &["PlaywrightServiceAbsent"]),
            |ground, until| {
                Box::pin(async move {
                    ground.files.set_targets(IMAGE, &[]);
                    undone(until).await;
                    ground.files.set_targets(IMAGE, &ground.addresses(IMAGE));
                    Ok(())
                })
            },
        ),
    ]
}

async fn restarting(ground: Arc<Ground>, until: Until) -> Result<()> {
    for _ in 0..4 {
        ground.restarting_ingestion.kill().await;
        ground.restarting_ingestion.start_again().await?;
        tokio::time::sleep(LIFE).await;
    }
    undone(until).await;
    Ok(())
}

async fn unsandboxed(ground: Arc<Ground>, until: Until) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("no-namespaces-").tempdir()?;
    let script = without_namespaces(&folder, Launch::ingestion().executable())?;
    let launch = Launch::of(script).env("PLAYWRIGHT_ALLOW_NO_SANDBOX", "true");
    ground.unsandboxed_ingestion.start_otherwise(launch).await?;
    undone(until).await;
    ground.unsandboxed_ingestion.start_again().await
}

fn without_namespaces(folder: &TempDir, executable: &Path) -> Result<PathBuf> {
    let script = folder.path().join("start.sh");
    fs::write(&script, NO_NAMESPACES.replace("EXECUTABLE", &executable.to_string_lossy()))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

async fn all_down(ground: Arc<Ground>, until: Until) -> Result<()> {
    let all = ground.instances();
    let instances: Vec<_> = all.into_iter().filter(|instance| instance.job == INGESTION).collect();
    for instance in &instances {
        instance.kill().await;
    }
    undone(until).await;
    for instance in &instances {
        instance.start_again().await?;
    }
    Ok(())
}
