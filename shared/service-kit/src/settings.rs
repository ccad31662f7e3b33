//! The settings that every service has, and how all settings are read, refused and documented.
//!
//! Each is one field here or in a service's `config.rs`: its doc comment is the help text, the environment
//! variable and the flag are declared on it, and its parser knows the range. The configuration page is
//! generated from the same definitions (see [`page`]).

pub mod page;
mod parse;
pub mod traces;
mod value;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgAction::Set;
use clap::Args;

use crate::access::{TokenList, TokensRefused};
pub use crate::telemetry::LogFormat;
pub use parse::{Refused, defaults, parse, parse_from, unknown_variables};
pub use value::{address, boolean, host_port, integer, languages, seconds};

/// Who may use the service.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Bearer tokens, name:token pairs separated by commas (or name:sha256:digest), of which requests for the service's
    /// work need one; give them as the variable, flags are seen by others on the machine. By default, and without a file of
    /// tokens, none is needed
    #[arg(long, env = "PLAYWRIGHT_API_TOKENS", value_name = "NAME:TOKEN,…", hide_env_values = true)]
    #[arg(value_parser = tokens)]
    pub api_tokens: Option<TokenList>,

    /// File of such pairs, one a line; read again when it changes, so that tokens can be replaced without a restart
    #[arg(long, env = "PLAYWRIGHT_API_TOKENS_FILE", value_name = "PATH")]
    pub api_tokens_file: Option<PathBuf>,

    /// Requests a minute of each caller that has a token, as many of them at once; more are refused with 429; 0 is no
    /// limit
    #[arg(long, env = "PLAYWRIGHT_TOKEN_RATE", value_name = "N")]
    #[arg(value_parser = integer::<u32, 0, 1_000_000>, default_value = "0")]
    pub token_rate: u32,

    /// Requests at work at once of each caller that has a token; more are refused with 429; 0 is no limit
    #[arg(long, env = "PLAYWRIGHT_TOKEN_CONCURRENCY", value_name = "N")]
    #[arg(value_parser = integer::<usize, 0, 65_536>, default_value = "0")]
    pub token_concurrency: usize,
}

fn tokens(text: &str) -> Result<TokenList, TokensRefused> {
    TokenList::parse(text)
}

/// How requests are taken in, and how the process ends.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP server")]
pub struct ServerSettings {
    /// Address to listen on; 0.0.0.0 and [::] are all addresses of the machine
    #[arg(long, env = "PLAYWRIGHT_LISTEN", value_name = "IP:PORT", value_parser = address)]
    #[arg(default_value = "0.0.0.0:8000")]
    pub listen: SocketAddr,

    /// Address of a second listener, for operations: /metrics is only there then, and the health paths are on both
    #[arg(long, env = "PLAYWRIGHT_ADMIN_LISTEN", value_name = "IP:PORT", value_parser = address)]
    pub admin_listen: Option<SocketAddr>,

    /// Connections held open at once; beyond them idle ones are closed to make room, and where none is idle the next
    /// ones wait in the kernel's queue
    #[arg(long, env = "PLAYWRIGHT_MAX_CONNECTIONS", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 65_536>, default_value = "1024")]
    pub max_connections: usize,

    /// Largest request body; a larger one is refused with 413 before it is parsed
    #[arg(long, env = "PLAYWRIGHT_MAX_BODY_BYTES", value_name = "BYTES")]
    #[arg(value_parser = integer::<usize, 1024, 67_108_864>, default_value = "5242880")]
    pub max_body_bytes: usize,

    /// Time in which a request's head has to arrive, from its first byte on
    #[arg(long = "header-timeout-s", env = "PLAYWRIGHT_HEADER_TIMEOUT_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<1, 300>, default_value = "10")]
    pub header_timeout: Duration,

    /// Time for which a connection is kept open between two requests
    #[arg(long = "idle-timeout-s", env = "PLAYWRIGHT_IDLE_TIMEOUT_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<1, 3600>, default_value = "30")]
    pub idle_timeout: Duration,

    /// Time in which a request's body has to arrive
    #[arg(long = "body-timeout-s", env = "PLAYWRIGHT_BODY_TIMEOUT_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<1, 300>, default_value = "15")]
    pub body_timeout: Duration,

    /// Time in which a client has to take an answer once it stops reading it at once; then the connection is cut
    #[arg(long = "write-timeout-s", env = "PLAYWRIGHT_WRITE_TIMEOUT_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<1, 3600>, default_value = "30")]
    pub write_timeout: Duration,

    /// Refuse requests with unknown fields instead of naming those in an X-Ignored-Fields header
    #[arg(long, env = "PLAYWRIGHT_STRICT_REQUESTS", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "false")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub strict_requests: bool,

    /// On SIGTERM or SIGINT: time for which connections are still accepted while /ready says 503, for load
    /// balancers to notice
    #[arg(long = "drain-delay-s", env = "PLAYWRIGHT_DRAIN_DELAY_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<0, 300>, default_value = "5")]
    pub drain_delay: Duration,

    /// After that delay: time for what is in flight to be finished, the rest is cut off; longer than the longest
    /// deadline of a request, 60 s
    #[arg(long = "drain-timeout-s", env = "PLAYWRIGHT_DRAIN_TIMEOUT_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<0, 3600>, default_value = "65")]
    pub drain_timeout: Duration,

    /// Exit with the reason after having been unhealthy for so long: engines restart what exits, not what is
    /// unhealthy
    #[arg(long = "exit-when-unhealthy-s", env = "PLAYWRIGHT_EXIT_WHEN_UNHEALTHY_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<1, 86_400>, default_value = "120")]
    pub exit_when_unhealthy: Duration,

    #[command(flatten)]
    pub access: AccessSettings,
}

/// The browsers: how many, how they are found, when they are replaced, what they may reach. Plain values: the
/// service makes the pool's own configuration of them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Browsers")]
pub struct BrowserSettings {
    /// Browser processes; by default 1 for ingestion, and for image one per core but at most 4
    #[arg(long, env = "PLAYWRIGHT_BROWSER_POOL_SIZE", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 64>)]
    pub browser_pool_size: Option<usize>,

    /// Pages leased at once; by default 4 per core for ingestion and 2 per core for image, where throughput peaks.
    /// More is obeyed with a warning: requests then only slow each other down
    #[arg(long, env = "PLAYWRIGHT_PAGE_POOL_SIZE", value_name = "N")]
    #[arg(value_parser = integer::<usize, 1, 1024>)]
    pub page_pool_size: Option<usize>,

    /// Requests that may wait for a page; more are refused with 503
    #[arg(long, env = "PLAYWRIGHT_MAX_QUEUE", value_name = "N")]
    #[arg(value_parser = integer::<usize, 0, 65_536>, default_value = "512")]
    pub max_queue: usize,

    /// Bytes of request bodies that waiting requests may hold together; beyond them requests are refused with 503
    #[arg(long, env = "PLAYWRIGHT_MAX_QUEUE_BYTES", value_name = "BYTES")]
    #[arg(value_parser = integer::<usize, 1_048_576, 17_179_869_184>, default_value = "268435456")]
    pub max_queue_bytes: usize,

    /// The headless-shell ELF (not a wrapper script, which would be killed instead of the browser); by default it is
    /// looked for where distributions put it
    #[arg(long, env = "PLAYWRIGHT_CHROMIUM_PATH", value_name = "PATH")]
    pub chromium_path: Option<PathBuf>,

    /// Run Chromium without its sandbox where none can be had; else the service refuses to start there
    #[arg(long, env = "PLAYWRIGHT_ALLOW_NO_SANDBOX", value_name = "BOOL", action = Set)]
    #[arg(value_parser = boolean, default_value = "false")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub allow_no_sandbox: bool,

    /// Replace a browser after so many pages; 0 is never
    #[arg(long, env = "PLAYWRIGHT_RECYCLE_AFTER_PAGES", value_name = "N")]
    #[arg(value_parser = integer::<u64, 0, 1_000_000>, default_value = "1000")]
    pub recycle_after_pages: u64,

    /// Replace a browser after so long; 0 is never
    #[arg(long = "recycle-after-s", env = "PLAYWRIGHT_RECYCLE_AFTER_S", value_name = "SECONDS")]
    #[arg(value_parser = seconds::<0, 604_800>, default_value = "3600")]
    pub recycle_after: Duration,

    /// Replace a browser whose processes together hold more memory (PSS) than so many MiB; 0 is never
    #[arg(long, env = "PLAYWRIGHT_RECYCLE_ABOVE_MB", value_name = "MIB")]
    #[arg(value_parser = integer::<u64, 0, 1_048_576>, default_value = "700")]
    pub recycle_above_mb: u64,

    /// host:port pairs, separated by commas, that may be reached although they are not public; nothing else is
    /// relaxed by them
    #[arg(long, env = "PLAYWRIGHT_EGRESS_ALLOW", value_name = "HOST:PORT,…", value_delimiter = ',')]
    #[arg(value_parser = host_port)]
    pub egress_allow: Vec<String>,

    /// Name server to resolve with; by default the system's
    #[arg(long, env = "PLAYWRIGHT_DNS_SERVER", value_name = "IP:PORT", value_parser = address)]
    pub dns_server: Option<SocketAddr>,
}

/// Logs and traces.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub struct TelemetrySettings {
    /// error, warn, info, debug, trace or off (WARNING and CRITICAL are understood too), or directives per module such
    /// as info,browser_pool=debug
    #[arg(long, env = "LOG_LEVEL", value_name = "LEVEL")]
    #[arg(value_parser = crate::telemetry::check_level, default_value = "info")]
    pub log_level: String,

    /// One JSON object a line, or text for people
    #[arg(long, env = "PLAYWRIGHT_LOG_FORMAT", value_name = "FORMAT", value_enum)]
    #[arg(default_value = "auto", ignore_case = true)]
    pub log_format: LogFormat,

    #[command(flatten)]
    pub traces: traces::TraceSettings,
}

#[cfg(test)]
mod tests;
