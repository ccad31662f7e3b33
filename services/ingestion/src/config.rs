//! The settings of the ingestion service and what they make of a pool.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use browser_pool::{
    EgressConfig, HostPort, Identity, Network, PageProfile, PoolConfig, Recycle, Supervision, Viewport,
};
use clap::{Args, Parser, Subcommand};
use service_kit::settings::{
    BrowserSettings, ServerSettings, TelemetrySettings, defaults, integer, languages,
};

use crate::cli::{ExtractArgs, ReplayArgs, ShopArgs};
use crate::extract::{BadRules, ShopRules};
use crate::keep::Keep;

/// Beyond it the throughput of a core no longer grows.
const PAGES_PER_CORE: usize = 4;

/// A common desktop window: shops lay their pages out for it.
const DESKTOP: Viewport = Viewport { width: 1366, height: 900, scale: 1.0 };

/// Extracts products from shops' pages with headless Chromium, over HTTP.
///
/// Without a command it serves. Every flag is also an environment variable; the flag wins.
#[derive(Debug, Parser)]
#[command(name = "playwright-ingestion", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until a signal
    Serve(Box<Config>),
    /// Extract from saved pages, without a browser; JSON on stdout
    Extract(ExtractArgs),
    /// Read kept pages again, without a browser, and show what differs; exit code 0 when nothing does
    Replay(ReplayArgs),
    /// Look after rules of single shops
    Shop(ShopArgs),
    /// Ask the service that runs on this machine for its health: exit code 0 when it is healthy
    Healthcheck(Box<Config>),
}

impl Cli {
    /// The command to carry out; serving when none was given.
    pub fn chosen(self) -> Command {
        self.command.unwrap_or_else(|| Command::Serve(Box::new(self.config)))
    }
}

/// Every setting.
#[derive(Debug, Clone, Args)]
pub struct Config {
    #[command(flatten)]
    pub server: ServerSettings,
    #[command(flatten)]
    pub visits: VisitSettings,
    #[command(flatten)]
    pub extraction: ExtractionSettings,
    #[command(flatten)]
    pub keep: KeepSettings,
    #[command(flatten)]
    pub browsers: BrowserSettings,
    #[command(flatten)]
    pub telemetry: TelemetrySettings,
}

/// How shops see the service.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Visits")]
pub struct VisitSettings {
    /// Languages that shops are told, in order of preference; the browser's other properties follow from it
    #[arg(long, env = "PLAYWRIGHT_ACCEPT_LANGUAGE", value_name = "LANGUAGES")]
    #[arg(value_parser = languages, default_value = "en-US,en")]
    pub accept_language: String,

    /// Pages that one site may have at once, www. or not; by default half of the page pool. Further requests for it wait
    /// outside the queue for pages, so that one shop cannot keep the others from theirs
    #[arg(long, env = "PLAYWRIGHT_HOST_CONCURRENCY", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 1024>)]
    pub host_concurrency: Option<usize>,
}

/// How products are found on pages.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Extraction")]
pub struct ExtractionSettings {
    /// Folder of rules of single shops, one *.toml file each; one for the marketplace or with the name of a built-in
    /// one replaces it. By default there are only the built-in ones
    #[arg(long, env = "PLAYWRIGHT_SHOP_RULES_DIR", value_name = "FOLDER")]
    pub shop_rules_dir: Option<PathBuf>,
}

impl ExtractionSettings {
    /// The built-in rules and the operator's, checked.
    pub fn shop_rules(&self) -> Result<ShopRules, BadRules> {
        ShopRules::load(self.shop_rules_dir.as_deref())
    }
}

/// Pages that were read badly, for finding out why.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Keeping pages")]
pub struct KeepSettings {
    /// Folder for pages on which no product was found (422) or only a doubtful one, to be replayed; made with mode 700.
    /// By default none are kept
    #[arg(long, env = "PLAYWRIGHT_KEEP_DIR", value_name = "FOLDER")]
    pub keep_dir: Option<PathBuf>,

    /// MiB that the folder may hold; the oldest pages go first
    #[arg(long, env = "PLAYWRIGHT_KEEP_MB", value_name = "MIB")]
    #[arg(value_parser = integer::<u64, 1, 1_048_576>, default_value = "256")]
    pub keep_mb: u64,

    /// A product is doubtful when its extraction_confidence is less than this
    #[arg(long, env = "PLAYWRIGHT_KEEP_BELOW", value_name = "CONFIDENCE")]
    #[arg(value_parser = confidence, default_value = "0.5")]
    pub keep_below: f64,
}

impl KeepSettings {
    pub(crate) fn keep(&self) -> Option<Keep> {
        let folder = self.keep_dir.clone()?;
        Some(Keep { folder, most_bytes: self.keep_mb << 20, below: self.keep_below })
    }
}

fn confidence(text: &str) -> Result<f64, String> {
    let value = text.trim().parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

#[derive(Debug, thiserror::Error)]
#[error("PLAYWRIGHT_EGRESS_ALLOW: `{pair}` is not a host and a port")]
pub struct ConfigError {
    pair: String,
    source: <HostPort as std::str::FromStr>::Err,
}

impl Default for Config {
    /// The defaults, whatever the environment says.
    fn default() -> Self {
        defaults()
    }
}

impl Config {
    /// The pool that these settings ask for.
    pub fn pool(&self) -> Result<PoolConfig, ConfigError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let browsers = &self.browsers;
        let pages = browsers.page_pool_size.unwrap_or(PAGES_PER_CORE * cores);
        if pages > PAGES_PER_CORE * cores {
            tracing::warn!(
                pages,
                cores,
                "PLAYWRIGHT_PAGE_POOL_SIZE: more than 4 pages per core slow each other down without reading more"
            );
        }
        let browser_count = browsers.browser_pool_size.unwrap_or(1);
        Ok(PoolConfig {
            chromium: browsers.chromium_path.clone(),
            browsers: browser_count,
            // Where there are several, each stands by for the others.
            standby: browser_count == 1,
            pages,
            // A page of the web is never inert.
            reuse_inert: false,
            framed_browsers: 0,
            max_queue: browsers.max_queue,
            pages_per_host: Some(self.visits.host_concurrency.unwrap_or((pages / 2).max(1))),
            max_queue_bytes: browsers.max_queue_bytes,
            allow_no_sandbox: browsers.allow_no_sandbox,
            recycle: recycle(browsers),
            page: PageProfile {
                viewport: DESKTOP,
                identity: Some(Identity {
                    user_agent: None,
                    accept_language: self.visits.accept_language.clone(),
                }),
                block_media: true,
                hear_console: false,
                warm_html: None,
                warm_pages: cores.max(2),
            },
            egress: self.egress()?,
            supervision: Supervision::default(),
        })
    }

    fn egress(&self) -> Result<EgressConfig, ConfigError> {
        let allow = self
            .browsers
            .egress_allow
            .iter()
            .map(|pair| pair.parse().map_err(|source| ConfigError { pair: pair.clone(), source }));
        Ok(EgressConfig {
            allow: allow.collect::<Result<_, _>>()?,
            dns_server: self.browsers.dns_server,
            network: Network::Public,
            ..EgressConfig::default()
        })
    }
}

fn recycle(browsers: &BrowserSettings) -> Recycle {
    let after_age = browsers.recycle_after;
    Recycle {
        after_pages: (browsers.recycle_after_pages > 0).then_some(browsers.recycle_after_pages),
        after_age: (after_age > Duration::ZERO).then_some(after_age),
        above_pss_bytes: (browsers.recycle_above_mb > 0).then_some(browsers.recycle_above_mb << 20),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;
    use service_kit::settings::page;

    use super::*;

    #[test]
    fn the_configuration_page_is_fresh() {
        let page =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration/playwright-services-config.md");
        page::check(Path::new(page), &Cli::command()).unwrap_or_else(|stale| panic!("{stale}"));
    }

    #[test]
    fn the_default_pool_is_the_contracts() {
        let pool = Config::default().pool().expect("the defaults are valid");
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        assert_eq!((pool.pages, pool.browsers), (4 * cores, 1));
        assert_eq!(pool.pages_per_host, Some(2 * cores));
        let one = Config {
            browsers: BrowserSettings { page_pool_size: Some(1), ..defaults() },
            ..Config::default()
        };
        assert_eq!(one.pool().expect("valid").pages_per_host, Some(1));
        assert!(pool.page.block_media && pool.page.warm_pages >= 2 && !pool.allow_no_sandbox);
        let identity = pool.page.identity.expect("shops see a desktop browser");
        assert_eq!((identity.user_agent, identity.accept_language.as_str()), (None, "en-US,en"));
    }

    #[test]
    fn a_command_may_be_left_out() {
        let parsed = |arguments: &[&str]| Cli::try_parse_from(arguments).expect("valid").chosen();
        assert!(matches!(parsed(&["playwright-ingestion"]), Command::Serve(_)));
        assert!(matches!(parsed(&["playwright-ingestion", "healthcheck"]), Command::Healthcheck(_)));
        let page =
            ["playwright-ingestion", "extract", "--file", "page.html", "--url", "https://shop.example/1"];
        assert!(matches!(parsed(&page), Command::Extract(_)));
        let ambiguous = ["playwright-ingestion", "--max-queue=7", "serve"];
        assert!(Cli::try_parse_from(ambiguous).is_err(), "a flag before the command would be lost");
    }
}
