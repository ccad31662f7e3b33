//! Parsers of values. Each refusal says what would be valid, after "expected".

use std::net::SocketAddr;
use std::time::Duration;

/// An integer from `MIN` to `MAX`.
pub fn integer<T: TryFrom<u64>, const MIN: u64, const MAX: u64>(text: &str) -> Result<T, String> {
    text.trim()
        .parse::<u64>()
        .ok()
        .filter(|value| (MIN..=MAX).contains(value))
        .and_then(|value| T::try_from(value).ok())
        .ok_or_else(|| format!("expected an integer from {MIN} to {MAX}"))
}

/// Seconds, with fractions, from `MIN` to `MAX`.
pub fn seconds<const MIN: u64, const MAX: u64>(text: &str) -> Result<Duration, String> {
    text.trim()
        .parse::<f64>()
        .ok()
        .and_then(|value| Duration::try_from_secs_f64(value).ok())
        .filter(|value| (Duration::from_secs(MIN)..=Duration::from_secs(MAX)).contains(value))
        .ok_or_else(|| format!("expected seconds from {MIN} to {MAX}"))
}

/// The spellings that compose files and shells use.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

/// Languages in order of preference, as a browser is told them: without weights.
pub fn languages(text: &str) -> Result<String, String> {
    let is_tag = |tag: &str| !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if text.split(',').all(is_tag) {
        Ok(text.to_owned())
    } else {
        Err("expected language tags separated by commas, such as en-US,en".to_owned())
    }
}

pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.trim().parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8000".to_owned())
}

/// A host name or address with a port, not yet interpreted.
pub fn host_port(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_valid = text.rsplit_once(':').is_some_and(|(host, port)| {
        let host_is_whole = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        !host.is_empty()
            && host_is_whole
            && !host.contains(['/', '@', ' '])
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if is_valid {
        Ok(text.to_owned())
    } else {
        Err("expected host:port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
    }
}
