//! The settings of the image service and what they make of a pool.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use browser_pool::{
    EgressConfig, HostPort, Identity, Network, PageProfile, PoolConfig, Recycle, Supervision, Viewport,
};
use clap::ArgAction::Set;
use clap::{Args, Parser, Subcommand, ValueEnum};
use service_kit::settings::{
    BrowserSettings, ServerSettings, TelemetrySettings, boolean, defaults, integer, languages, seconds,
};

use crate::card::cli::{CardArgs, SignCardArgs};
use crate::card::{Keys, TemplateError, Templates};

/// Shown once in every page that is opened ahead: the same kinds of things that a card has, so that their fonts and
/// the compositor are warm.
const WARM_CARD: &str = include_str!("warm_card.html");

/// Browser processes by default, at most: beyond it memory grows faster than throughput.
const MOST_BROWSERS: usize = 4;

/// Renders HTML to pictures with headless Chromium, over HTTP.
///
/// Without a command it serves. Every flag is also an environment variable; the flag wins.
#[derive(Debug, Parser)]
#[command(name = "playwright-image", version, args_conflicts_with_subcommands = true)]
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
    /// Fill in a card's template, without a browser; HTML on stdout
    Card(CardArgs),
    /// Sign the address of a card; the address on stdout
    SignCard(SignCardArgs),
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
    pub image: ImageSettings,
    #[command(flatten)]
    pub cards: CardSettings,
    #[command(flatten)]
    pub browsers: BrowserSettings,
    #[command(flatten)]
    pub telemetry: TelemetrySettings,
}

/// What rendered documents may do.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rendering")]
pub struct ImageSettings {
    /// Accept the `javascript` field of a request; a document's own scripts always run
    #[arg(long, env = "PLAYWRIGHT_ALLOW_SCRIPTS", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "false")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub allow_scripts: bool,

    /// What a rendered document may load: nothing, or what is public and the pairs of PLAYWRIGHT_EGRESS_ALLOW
    #[arg(long, env = "PLAYWRIGHT_RENDER_NETWORK", value_name = "NETWORK", value_enum)]
    #[arg(default_value = "public", ignore_case = true)]
    pub render_network: RenderNetwork,

    /// Languages that pages are told, in order of preference; the browser's other properties follow from it
    #[arg(long, env = "PLAYWRIGHT_ACCEPT_LANGUAGE", value_name = "LANGUAGES")]
    #[arg(value_parser = languages, default_value = "en-US,en")]
    pub accept_language: String,

    /// Show documents that run nothing and load nothing one after the other on the same pages; without it every document
    /// has a page of its own, for more than twice the processor time
    #[arg(long, env = "PLAYWRIGHT_REUSE_PAGES", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "true")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub reuse_pages: bool,

    /// As many browsers more, which draw the documents that share pages frame by frame as they are told to: a third less
    /// time for a card, and some 100 MB of memory each
    #[arg(long, env = "PLAYWRIGHT_FRAME_CONTROL", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "true")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub frame_control: bool,

    /// Pictures that would look the same every time are kept, up to so many MiB of memory; 0 keeps none
    #[arg(long, env = "PLAYWRIGHT_IMAGE_CACHE_MB", value_name = "MIB")]
    #[arg(value_parser = integer::<u64, 0, 1_048_576>, default_value = "64")]
    pub cache_mb: u64,

    /// How long such a picture is kept
    #[arg(long = "image-cache-ttl-s", env = "PLAYWRIGHT_IMAGE_CACHE_TTL_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<0, 604_800>, default_value = "600")]
    pub cache_ttl: Duration,
}

/// Cards by data: their templates, and who may ask for them by a mere address.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cards")]
pub struct CardSettings {
    /// Folder of card templates, one folder each; one that is called like a built-in template replaces it. By default
    /// there are only the built-in ones
    #[arg(long, env = "PLAYWRIGHT_TEMPLATES_DIR", value_name = "FOLDER")]
    pub templates_dir: Option<PathBuf>,

    /// Secret keys of signed card addresses, in hexadecimal and separated by commas: the first signs, all verify. Give
    /// them as the variable, flags are seen by others on the machine. By default signed addresses are off
    #[arg(long, env = "PLAYWRIGHT_CARD_KEYS", value_name = "KEY,…", hide_env_values = true)]
    #[arg(value_parser = card_keys)]
    pub card_keys: Option<Keys>,

    /// Refuse signed card addresses that don't expire
    #[arg(long, env = "PLAYWRIGHT_CARD_REQUIRE_EXPIRY", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "false")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub card_require_expiry: bool,
}

fn card_keys(text: &str) -> Result<Keys, String> {
    Keys::parse(text).map_err(|error| error.to_string())
}

impl CardSettings {
    /// The built-in templates and the operator's, checked.
    pub fn templates(&self) -> Result<Templates, TemplateError> {
        Templates::load(self.templates_dir.as_deref())
    }

    /// What signed addresses are verified with; none where they are off.
    pub fn keys(&self) -> Option<Keys> {
        self.card_keys.clone().map(|keys| keys.requiring_expiry(self.card_require_expiry))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenderNetwork {
    /// Nothing
    None,
    /// Public addresses and the allowed pairs
    Public,
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
        let pages = browsers.page_pool_size.unwrap_or(2 * cores);
        if pages > 2 * cores {
            tracing::warn!(
                pages,
                cores,
                "PLAYWRIGHT_PAGE_POOL_SIZE: more than 2 pages per core slow each other down without rendering more"
            );
        }
        let browser_count = browsers.browser_pool_size.unwrap_or(cores.min(MOST_BROWSERS));
        Ok(PoolConfig {
            chromium: browsers.chromium_path.clone(),
            browsers: browser_count,
            // Where there are several, each stands by for the others.
            standby: browser_count == 1,
            pages,
            reuse_inert: self.image.reuse_pages,
            framed_browsers: if self.image.reuse_pages && self.image.frame_control {
                browser_count
            } else {
                0
            },
            max_queue: browsers.max_queue,
            // A card's pictures come from everywhere.
            pages_per_host: None,
            max_queue_bytes: browsers.max_queue_bytes,
            allow_no_sandbox: browsers.allow_no_sandbox,
            recycle: recycle(browsers),
            page: PageProfile {
                viewport: Viewport::default(),
                identity: Some(Identity {
                    user_agent: None,
                    accept_language: self.image.accept_language.clone(),
                }),
                block_media: false,
                hear_console: true,
                warm_html: Some(WARM_CARD.to_owned()),
                // Opening a page beside a request steals 18 ms from it: enough for a burst, one for each browser at least.
                warm_pages: browser_count.max(2),
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
        let network = match self.image.render_network {
            RenderNetwork::None => Network::None,
            RenderNetwork::Public => Network::Public,
        };
        Ok(EgressConfig {
            allow: allow.collect::<Result<_, _>>()?,
            dns_server: self.browsers.dns_server,
            network,
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
    use service_kit::settings::{page, parse_from};

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
        assert_eq!((pool.pages, pool.browsers), (2 * cores, cores.min(4)));
        assert_eq!(
            (pool.page.viewport.width, pool.page.viewport.height, pool.page.viewport.scale),
            (1200, 630, 2.0)
        );
        assert!(pool.page.warm_pages >= 2 && !pool.page.block_media && !pool.allow_no_sandbox);
        assert_eq!(pool.egress.network, Network::Public);
        let identity = pool.page.identity.expect("sites see a desktop browser");
        assert_eq!((identity.user_agent, identity.accept_language.as_str()), (None, "en-US,en"));
    }

    #[test]
    fn settings_reach_the_pool() {
        let mut config = Config::default();
        config.browsers.recycle_after_pages = 0;
        config.browsers.recycle_after = Duration::ZERO;
        config.browsers.recycle_above_mb = 2;
        config.browsers.egress_allow = vec!["127.0.0.1:8080".to_owned()];
        config.image.render_network = RenderNetwork::None;
        let pool = config.pool().expect("valid");
        let recycle = Recycle { after_pages: None, after_age: None, above_pss_bytes: Some(2 << 20) };
        assert_eq!((pool.recycle, pool.egress.network, pool.egress.allow.len()), (recycle, Network::None, 1));
    }

    #[test]
    fn the_keys_of_cards_are_nowhere_shown() {
        let secret = "5ec7e7".repeat(12);
        let arguments = ["playwright-image".to_owned(), format!("--card-keys={secret}")];
        let Command::Serve(config) = Cli::try_parse_from(arguments).expect("valid").chosen() else {
            panic!("it serves")
        };
        assert!(!format!("{config:?}").contains("5ec7e7"), "{config:?}");
        let given = ["playwright-image", "--card-keys=5ec7e7"].map(Into::into);
        let refused = parse_from::<Cli>(given).expect_err("a key that is too short").to_string();
        assert_eq!(
            refused,
            "PLAYWRIGHT_CARD_KEYS (or --card-keys): expected keys of at least 32 bytes (64 digits), number 1 has 3"
        );
    }

    #[test]
    fn a_command_may_be_left_out() {
        let parsed = |arguments: &[&str]| Cli::try_parse_from(arguments).expect("valid").chosen();
        assert!(matches!(parsed(&["playwright-image"]), Command::Serve(_)));
        for arguments in
            [&["playwright-image", "--max-queue=7"][..], &["playwright-image", "serve", "--max-queue=7"]]
        {
            let Command::Serve(config) = parsed(arguments) else { panic!("{arguments:?} serves") };
            assert_eq!(config.browsers.max_queue, 7);
        }
        assert!(matches!(parsed(&["playwright-image", "healthcheck"]), Command::Healthcheck(_)));
    }
}
