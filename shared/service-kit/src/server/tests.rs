use std::future::pending;

mod clients;

use axum::Router;
use axum::routing::{get, post};
use prometheus::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::health::{HealthReport, Phase};
use crate::metrics::{Build, HttpMetrics};
use crate::settings::defaults;

struct Fixed(HealthStatus);

impl Health for Fixed {
    fn report(&self) -> HealthReport {
        HealthReport {
            status: self.0,
            phase: Phase::Serving,
            browser_ready: true,
            page_pool_available: 1,
            chromium_version: None,
            problem: "no browser",
            last_failure: Some("exit status 1".to_owned()),
        }
    }
}

fn settings() -> ServerSettings {
    ServerSettings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        drain_delay: Duration::ZERO,
        ..defaults()
    }
}

/// A server whose one path answers when the test says so.
struct Running {
    address: SocketAddr,
    lifecycle: Lifecycle,
    signal: mpsc::UnboundedSender<()>,
    answer: Option<oneshot::Sender<()>>,
    /// What it has counted.
    registry: Registry,
    arrived: mpsc::UnboundedReceiver<()>,
    /// Closed when the handler that waits has ended in any way.
    left: mpsc::UnboundedReceiver<()>,
}

async fn start(settings: ServerSettings) -> (impl Future<Output = Result<Ended, ServeError>>, Running) {
    let lifecycle = Lifecycle::new();
    let server = Server::bind(&settings, lifecycle.clone()).await.expect("port 0 can be bound");
    let address = server.local_addr().expect("a bound address");
    let (signal, mut signals) = mpsc::unbounded_channel();
    let (arrive, arrived) = mpsc::unbounded_channel();
    let (answer, answered) = oneshot::channel::<()>();
    let (staying, left) = mpsc::unbounded_channel::<()>();
    let once = Arc::new(std::sync::Mutex::new(Some((answered, staying))));
    let app = Router::new()
        .route(
            "/wait",
            get(async move || {
                let _ = arrive.send(());
                let once = once.lock().expect("no handler panics").take();
                if let Some((answered, _staying)) = once {
                    let _ = answered.await;
                }
                "done"
            }),
        )
        .route("/now", get(async || "now"))
        .route("/large", get(async || "x".repeat(LARGE)))
        .route("/echo", post(async |body: String| body));
    let registry = Registry::new();
    let build = Build { version: "1", revision: "a" };
    let metrics = Some(HttpMetrics::new(&registry, build, &[], &[]).expect("a fresh registry"));
    let routers = Routers { metrics, ..app.into() };
    let serve =
        server.run_until(routers, Arc::new(Fixed(HealthStatus::Healthy)), pending::<String>(), async move || {
            if signals.recv().await.is_none() {
                pending::<()>().await;
            }
        });
    (serve, Running { address, lifecycle, signal, answer: Some(answer), registry, arrived, left })
}

async fn request(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(bytes).await.expect("the server reads");
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read).await.expect("an answer in time").expect("UTF-8");
    answer
}

/// More than the kernel's buffers take.
const LARGE: usize = 48 << 20;
const WAIT: &[u8] = b"GET /wait HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
const NOW: &[u8] = b"GET /now HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn after_a_signal_who_comes_is_refused_and_what_is_in_flight_is_finished() {
    let (serve, mut running) = start(settings()).await;
    let client = async {
        let answer = tokio::spawn(async move { request(running.address, WAIT).await });
        running.arrived.recv().await;
        running.signal.send(()).expect("the server runs");
        while !running.lifecycle.is_draining() {
            tokio::task::yield_now().await;
        }
        while TcpStream::connect(running.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        running.answer.take().expect("not answered yet").send(()).expect("the handler waits");
        answer.await.expect("the client does not panic")
    };
    let (ended, answer) = tokio::join!(serve, client);
    assert_eq!(ended.expect("a clean end"), Ended::Drained);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
}

#[tokio::test]
async fn during_the_drain_delay_connections_are_still_accepted() {
    let (serve, running) = start(ServerSettings { drain_delay: Duration::from_mins(1), ..settings() }).await;
    let client = async {
        running.signal.send(()).expect("the server runs");
        while !running.lifecycle.is_draining() {
            tokio::task::yield_now().await;
        }
        let answer = request(running.address, NOW).await;
        running.signal.send(()).expect("the server runs");
        answer
    };
    let (ended, answer) = tokio::join!(serve, client);
    assert_eq!(ended.expect("an end"), Ended::Drained);
    assert!(answer.ends_with("now"), "{answer}");
}

#[tokio::test]
async fn a_second_signal_cuts_the_drain_short() {
    let (serve, mut running) = start(settings()).await;
    let client = async {
        let answer = tokio::spawn(async move { request(running.address, WAIT).await });
        running.arrived.recv().await;
        running.signal.send(()).expect("the server runs");
        running.signal.send(()).expect("the server runs");
        answer.await.expect("the client does not panic")
    };
    let (ended, answer) = tokio::join!(serve, client);
    assert_eq!(ended.expect("an end"), Ended::Cut { connections: 1 });
    assert_eq!(answer, "", "without the edge there is nobody to write a 503");
}

#[tokio::test]
async fn the_drain_timeout_ends_a_drain() {
    let drain_timeout = Duration::from_millis(50);
    let (serve, mut running) = start(ServerSettings { drain_timeout, ..settings() }).await;
    let client = async {
        let answer = tokio::spawn(async move { request(running.address, WAIT).await });
        running.arrived.recv().await;
        running.signal.send(()).expect("the server runs");
        answer.await.expect("the client does not panic")
    };
    let (ended, _) = tokio::join!(serve, client);
    assert_eq!(ended.expect("an end"), Ended::Cut { connections: 1 });
}

#[tokio::test]
async fn a_fatal_failure_ends_it_with_the_reason() {
    let server = Server::bind(&settings(), Lifecycle::new()).await.expect("port 0 can be bound");
    let fatal = std::future::ready("no sandbox can be had");
    let healthy = Arc::new(Fixed(HealthStatus::Healthy));
    let ended = server.run_until(Router::new(), healthy, fatal, async || pending().await).await;
    assert_eq!(ended.expect_err("fatal").to_string(), "no sandbox can be had");
}

#[tokio::test]
async fn long_illness_ends_it_with_the_problem() {
    let ill = ServerSettings { exit_when_unhealthy: Duration::from_millis(30), ..settings() };
    let server = Server::bind(&ill, Lifecycle::new()).await.expect("port 0 can be bound");
    let unhealthy = Arc::new(Fixed(HealthStatus::Unhealthy));
    let ended =
        server.run_until(Router::new(), unhealthy, pending::<String>(), async || pending().await).await;
    assert_eq!(
        ended.expect_err("unhealthy").to_string(),
        "unhealthy for 0 s: no browser (last failure: exit status 1)"
    );
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let first = Server::bind(&settings(), Lifecycle::new()).await.expect("port 0 can be bound");
    let listen = first.local_addr().expect("a bound address");
    let error =
        Server::bind(&ServerSettings { listen, ..settings() }, Lifecycle::new()).await.expect_err("in use");
    assert_eq!(error.to_string(), format!("PLAYWRIGHT_LISTEN: {listen} can't be listened on"));
}
