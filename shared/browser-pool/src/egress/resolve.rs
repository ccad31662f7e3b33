//! Looking names up.
//!
//! Belongs here: which resolver, its limits and its cache. Does not: judging the answers (`policy`).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{ResolverBuilder, TokioResolver};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::trouble::UpstreamFailure;

/// An answer may be used again for this long at most, so that the connections of one page (six per host) and
/// of the next ones cost one query. Whatever comes from the cache is judged again.
const MAX_TTL: Duration = Duration::from_mins(1);
/// A name that was just registered, or a DNS server that was just down, is asked again after this long.
const MAX_NEGATIVE_TTL: Duration = Duration::from_secs(5);
/// Answers kept.
const CACHE_SIZE: u64 = 1024;
/// Queries in flight at once: several pages of some dozens of hosts each, both families.
const MAX_QUERIES: usize = 1024;

/// Looks names up with one DNS server or the system's configuration.
#[derive(Clone)]
pub(crate) struct Names {
    resolver: Option<TokioResolver>,
    limit: Duration,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Names {
    /// `limit` bounds a look-up with all its attempts. Where the system has no usable configuration, every
    /// look-up fails: addresses and allowed pairs with addresses still work.
    pub(crate) fn new(server: Option<SocketAddr>, limit: Duration) -> Self {
        let builder = match server {
            Some(server) => Ok(builder_for(server)),
            None => TokioResolver::builder_tokio(),
        };
        let resolver = builder.and_then(|mut builder| {
            adjust(builder.options_mut(), limit);
            builder.build()
        });
        let resolver = resolver
            .inspect_err(|error| warn!(%error, "no DNS server is configured: names cannot be looked up"))
            .ok();
        Self { resolver, limit }
    }

    /// All addresses of a name, IPv4 first. `is_operators` lets the system's search list complete it: a
    /// short name that the operator allowed is one of its network, and one that a page uses is not.
    pub(crate) async fn addresses(
        &self,
        name: &str,
        is_operators: bool,
    ) -> Result<Vec<IpAddr>, UpstreamFailure> {
        let Some(resolver) = &self.resolver else { return Err(UpstreamFailure::Dns) };
        let absolute = if is_operators { name.to_owned() } else { format!("{name}.") };
        match timeout(self.limit, resolver.lookup_ip(absolute)).await {
            Err(_elapsed) => Err(UpstreamFailure::DnsTimeout),
            Ok(Err(error)) => Err(classify(&error)),
            Ok(Ok(found)) => {
                let mut addresses: Vec<IpAddr> = found.iter().collect();
                addresses.sort_by_key(IpAddr::is_ipv6);
                if addresses.is_empty() { Err(UpstreamFailure::NoSuchHost) } else { Ok(addresses) }
            }
        }
    }
}

fn builder_for(server: SocketAddr) -> ResolverBuilder<TokioRuntimeProvider> {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![config]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().use_hosts_file = ResolveHosts::Never;
    builder
}

fn adjust(options: &mut ResolverOpts, limit: Duration) {
    // both families, so that a private address in either condemns the name
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.cache_size = CACHE_SIZE;
    options.positive_max_ttl = Some(MAX_TTL);
    options.negative_max_ttl = Some(MAX_NEGATIVE_TTL);
    options.max_active_requests = MAX_QUERIES;
    // one repetition fits into the limit
    options.timeout = options.timeout.min(limit / 2);
}

fn classify(error: &NetError) -> UpstreamFailure {
    debug!(%error, "a name could not be looked up");
    match error {
        NetError::Timeout => UpstreamFailure::DnsTimeout,
        error if error.is_nx_domain() || error.is_no_records_found() => UpstreamFailure::NoSuchHost,
        _ => UpstreamFailure::Dns,
    }
}
