//! One instance of a service at an address that outlives it, as an engine would have it.

use std::time::Duration;

use anyhow::{Result, anyhow};
use test_support::process::{ProcessId, Signal, signal};
use test_support::{Client, Launch, Service};
use tokio::sync::Mutex;

use super::Until;

/// An engine restarts what exits, after a short pause.
const RESTARTS_AFTER: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) job: &'static str,
    pub(crate) address: String,
    launch: Launch,
    service: Mutex<Option<Service>>,
}

impl Instance {
    pub(crate) async fn start(job: &'static str, launch: Launch) -> Result<Instance> {
        let address = format!("127.0.0.1:{}", test_support::monitoring::free_port()?);
        let launch = launch
            .env("PLAYWRIGHT_LISTEN", address.clone())
            .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
            .env("PLAYWRIGHT_IMAGE_CACHE_MB", "0")
            .env("PLAYWRIGHT_FRAME_CONTROL", "false");
        let service =
            launch.clone().start().await.map_err(|failure| anyhow!("{job} {address}: {failure}"))?;
        Ok(Instance { job, address, launch, service: Mutex::new(Some(service)) })
    }

    /// Of the address: it is the same for every process that listens there.
    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address))
    }

    /// SIGKILL to the service; its browsers go with it.
    pub(crate) async fn kill(&self) {
        drop(self.service.lock().await.take());
    }

    /// Another process at the same address.
    pub(crate) async fn start_again(&self) -> Result<()> {
        self.start_otherwise(self.launch.clone()).await
    }

    /// Another process at the same address, launched by other means.
    pub(crate) async fn start_otherwise(&self, launch: Launch) -> Result<()> {
        let launch = launch.env("PLAYWRIGHT_LISTEN", self.address.clone());
        let mut service = self.service.lock().await;
        // the old one has to leave the address first
        drop(service.take());
        *service = Some(launch.start().await.map_err(|failure| anyhow!("{failure}"))?);
        Ok(())
    }

    /// The service's processes: browsers and what belongs to them.
    pub(crate) async fn processes(&self) -> Vec<ProcessId> {
        self.service.lock().await.as_ref().map(Service::processes).unwrap_or_default()
    }

    /// SIGKILL to every browser, or to one of them.
    pub(crate) async fn kill_browsers(&self, most: usize) {
        let processes = self.processes().await;
        for browser in processes.iter().filter(|process| process.is_browser()).take(most) {
            // it may have ended meanwhile
            let _ = signal(browser.pid, Signal::KILL);
        }
    }

    /// Restarts what exits, as an engine does, until it is told to stop. Answers with how often it had to.
    pub(crate) async fn keep_running(&self, mut until: Until) -> usize {
        let mut restarts = 0;
        loop {
            let stopped = tokio::time::timeout(RESTARTS_AFTER, until.wait_for(|stop| *stop)).await;
            if stopped.is_ok() {
                return restarts;
            }
            let mut service = self.service.lock().await;
            if service.as_mut().is_none_or(|service| service.exit_status().is_some()) {
                drop(service.take());
                restarts += 1;
                *service = self.launch.clone().start_without_waiting().await.ok();
            }
        }
    }
}
