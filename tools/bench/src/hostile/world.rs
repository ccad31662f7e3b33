//! A service with all that is around it in a run with hostile ones: three shops, an evil site, a broken server, and the DNS
//! server that knows them.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use test_support::{FixtureSite, Scrape, Service, within};

use super::dns::{self, Dns};
use super::site::Site;
use crate::work::{Kind, is_at_rest};

const SHOPS: [&str; 3] = ["shop-a.test", "shop-b.test", "shop-c.test"];
const EVIL: &str = "evil.test";
const COMES_TO_REST_WITHIN: Duration = Duration::from_secs(45);

/// What the services' pages can reach.
#[derive(Debug)]
pub(crate) struct Sites {
    shops: Vec<Site>,
    pub(crate) evil: Site,
    /// Resets, redirects and drips.
    pub(crate) broken: FixtureSite,
    pub(crate) dns: Dns,
}

/// One running service in that world, with its defaults.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) kind: Kind,
    pub(crate) service: Service,
}

impl Sites {
    /// Each on a loopback address of its own: a site is known by its host.
    pub(crate) async fn start() -> Result<Sites> {
        let mut shops = Vec::new();
        for (number, name) in (11..).zip(SHOPS) {
            shops.push(Site::start(name, Ipv4Addr::new(127, 0, 0, number)).await?);
        }
        let evil = Site::start(EVIL, Ipv4Addr::new(127, 0, 0, 66)).await?;
        let broken = FixtureSite::listen(SocketAddr::from(([127, 0, 0, 67], 0))).await?;
        let mut zone: HashMap<_, _> = shops.iter().chain([&evil]).filter_map(named).collect();
        zone.extend(named(&evil).map(|(_, address)| (dns::SLOW.to_owned(), address)));
        Ok(Sites { shops, evil, broken, dns: Dns::start(zone).await? })
    }

    /// The shop whose turn it is.
    pub(crate) fn shop(&self, number: usize) -> &Site {
        &self.shops[number % self.shops.len()]
    }

    /// `host:port` pairs, as the setting wants them.
    fn allowed(&self) -> String {
        let sites = self.shops.iter().chain([&self.evil]).map(|site| site.address().to_string());
        sites.chain([self.broken.host_port()]).collect::<Vec<_>>().join(",")
    }
}

fn named(site: &Site) -> Option<(String, Ipv4Addr)> {
    match site.address() {
        SocketAddr::V4(address) => Some((site.name().to_owned(), *address.ip())),
        SocketAddr::V6(_) => None,
    }
}

impl Host {
    pub(crate) async fn start(kind: Kind, sites: &Sites) -> Result<Host> {
        let launch = kind
            .plain_launch()
            .env("PLAYWRIGHT_EGRESS_ALLOW", sites.allowed())
            .env("PLAYWRIGHT_DNS_SERVER", sites.dns.address().to_string())
            .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
            .env("LOG_LEVEL", "warn,browser_pool=info,playwright_ingestion=info,playwright_image=info");
        Ok(Host { kind, service: launch.start().await? })
    }

    /// Waits until nothing is in flight and all pages are free; `None` where that does not come.
    pub(crate) async fn rest(&self) -> Option<Scrape> {
        within(COMES_TO_REST_WITHIN, async || {
            let scrape = self.service.metrics().await.ok()?;
            is_at_rest(&scrape).then_some(scrape)
        })
        .await
    }
}
