//! The `healthcheck` sub-command: an image without a shell has no curl to ask `/health` with.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Shorter than the engines' usual limit of a check.
const LIMIT: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub enum HealthcheckError {
    #[error("{address} does not answer")]
    NoAnswer { address: SocketAddr, source: std::io::Error },
    #[error("unhealthy: {answer}")]
    Unhealthy { answer: String },
}

/// Asks the service that listens on `listen`, on this machine, for its health; `Ok` when it answers 200.
pub fn healthcheck(listen: SocketAddr) -> Result<(), HealthcheckError> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let answer = ask(address).map_err(|source| HealthcheckError::NoAnswer { address, source })?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or("no HTTP");
    Err(HealthcheckError::Unhealthy { answer: format!("{status} {body}") })
}

/// "All addresses" is one to listen on, not one to connect to.
fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let request = format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(64 << 10).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A service that gives one answer, and the check of it.
    fn check(answer: &'static str) -> Result<(), HealthcheckError> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 can be bound");
        let port = listener.local_addr().expect("a bound address").port();
        let service = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("the check connects");
            let mut request = [0; 512];
            let read = stream.read(&mut request).expect("the check asks");
            stream.write_all(answer.as_bytes()).expect("the check listens");
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let result = healthcheck(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port));
        let request = service.join().expect("the service does not panic");
        assert!(request.starts_with("GET /health HTTP/1.1\r\n"), "{request}");
        result
    }

    #[test]
    fn only_200_is_healthy() {
        assert!(check("HTTP/1.1 200 OK\r\n\r\n{}").is_ok());
        let unhealthy =
            check("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"status\":1}").expect_err("unhealthy");
        assert_eq!(unhealthy.to_string(), "unhealthy: HTTP/1.1 503 Service Unavailable {\"status\":1}");
        assert!(check("garbage").is_err());
    }

    #[test]
    fn nobody_listening_is_unhealthy() {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let refused = healthcheck(free.expect("port 0 can be bound")).expect_err("nobody listens");
        assert!(matches!(refused, HealthcheckError::NoAnswer { .. }));
    }
}
