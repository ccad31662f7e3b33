//! What happens to browsers: their executable is gone, they are killed, they answer and cannot draw.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use test_support::process::{ProcessId, Signal, signal};

use super::super::Until;
use super::super::ground::{Ground, IMAGE, card, put_link};
use super::super::traffic::Plan;
use super::{Scenario, image, ingestion, of, scenario, undone};

pub(super) fn all() -> Vec<Scenario> {
    vec![
        scenario(
            "browserless",
            "Chromium's executable is removed and the running browsers killed, under an engine that restarts what exits",
            |ground| {
                let alerts = ["PlaywrightNoBrowserAvailable", "PlaywrightUnhealthy", "PlaywrightServiceDown"];
                ingestion(&alerts, &ground.browserless_ingestion.address)
            },
            |ground, until| Box::pin(browserless(ground, until)),
        ),
        scenario(
            "degraded",
            "one of two browsers is killed, and the executable that its successor needs is gone",
            |ground| {
                let alerts = ["PlaywrightDegraded", "PlaywrightBrowserRestartStorm"];
                image(&alerts, &ground.degraded_image.address)
            },
            |ground, until| Box::pin(degraded(ground, until)),
        ),
        scenario(
            "crashing",
            "every 8 seconds all browsers of an instance at work are killed",
            |ground| {
                let mut alerts = of(IMAGE, &["PlaywrightBrowserCrashRatioHigh"]);
                alerts.extend(image(&["PlaywrightBrowserRestartStorm"], &ground.crashing_image.address));
                alerts
            },
            |ground, until| Box::pin(crashing(ground, until)),
        ),
        scenario(
            "undrawing",
            "the zygotes and the GPU process of every browser are stopped: it answers, but can draw nothing",
            |ground| image(&["PlaywrightSyntheticRenderStale"], &ground.undrawing_image.address),
            |ground, until| Box::pin(undrawing(ground, until)),
        ),
    ]
}

async fn browserless(ground: Arc<Ground>, until: Until) -> Result<()> {
    fs::remove_file(&ground.browserless_link)?;
    ground.browserless_ingestion.kill_browsers(usize::MAX).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let undo = async {
        undone(until).await;
        put_link(&ground.browserless_link)?;
        // the engine brings it back
        tokio::time::sleep(Duration::from_secs(30)).await;
        stop.send_replace(true);
        anyhow::Ok(())
    };
    let (restarts, put) = tokio::join!(ground.browserless_ingestion.keep_running(stopped), undo);
    println!("        browserless: the engine started the service {restarts} times");
    put
}

async fn degraded(ground: Arc<Ground>, until: Until) -> Result<()> {
    fs::remove_file(&ground.degraded_link)?;
    ground.degraded_image.kill_browsers(1).await;
    undone(until).await;
    put_link(&ground.degraded_link)?;
    Ok(())
}

async fn crashing(ground: Arc<Ground>, mut until: Until) -> Result<()> {
    let instance = &ground.crashing_image;
    let pause = Duration::from_secs(2);
    let _work = Plan { client: instance.client(), callers: 1, pause, path: "/v1/card" }.start(card);
    while tokio::time::timeout(Duration::from_secs(8), until.wait_for(|undo| *undo)).await.is_err() {
        instance.kill_browsers(usize::MAX).await;
    }
    Ok(())
}

async fn undrawing(ground: Arc<Ground>, mut until: Until) -> Result<()> {
    let instance = &ground.undrawing_image;
    // a browser that was replaced has other processes
    while tokio::time::timeout(Duration::from_secs(1), until.wait_for(|undo| *undo)).await.is_err() {
        send_to_what_draws(&instance.processes().await, Signal::STOP);
    }
    send_to_what_draws(&instance.processes().await, Signal::CONT);
    Ok(())
}

fn send_to_what_draws(processes: &[ProcessId], which: Signal) {
    // the children of Chromium have their whole command line in one argument
    let draws = |line: &str| line.contains("--type=zygote") || line.contains("--type=gpu-process");
    for process in processes.iter().filter(|process| draws(&process.command_line().join(" "))) {
        // it may have ended meanwhile
        let _ = signal(process.pid, which);
    }
}
