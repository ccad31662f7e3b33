//! Clients that are slow, greedy, broken, half gone or gone, over real connections.

use tokio::io::AsyncBufReadExt;

use super::*;

/// Far longer than anything here takes, far shorter than the limits that are not on trial.
const SOON: Duration = Duration::from_secs(10);

/// Serves while `client` runs.
async fn with_server<T>(settings: ServerSettings, client: impl AsyncFnOnce(&mut Running) -> T) -> T {
    let (serve, mut running) = start(settings).await;
    let client = async {
        let result = tokio::time::timeout(SOON, client(&mut running)).await;
        // Twice: what hangs on purpose is not waited for.
        let _ = running.signal.send(());
        let _ = running.signal.send(());
        result
    };
    let (_, result) = tokio::join!(serve, client);
    result.expect("the server answers in time")
}

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.address).await.expect("the server listens")
}

/// Everything until the server closes. A reset after the answer is an end too.
async fn rest_of(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn assert_refused(answer: &str, status: u16, message: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(head.contains("\r\nx-request-id: ") && head.contains("\r\nconnection: close"), "{head}");
    let body: serde_json::Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(
        (body["error_type"].as_str(), body["retriable"].as_bool()),
        (Some("invalid_request"), Some(false))
    );
    assert!(body["error_message"].as_str().is_some_and(|text| text.contains(message)), "{message:?}: {body}");
}

/// How each is told from another is the matter of the gate's own tests; here they go over a socket.
#[tokio::test]
async fn what_is_no_request_gets_an_error_body() {
    let (headers, long) = ("x-a: 1\r\n".repeat(150), "a".repeat(70_000));
    let cases: Vec<(Vec<u8>, u16, &str)> = vec![
        (b"NONSENSE\r\n\r\n".to_vec(), 400, "not an HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400, "TLS"),
        ((0..=255).collect(), 400, "not an HTTP"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), 400, "HTTP/2"),
        (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_vec(), 400, "content-length"),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400, "host"),
        (b"GET /a|\x7f HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 400, "not a valid"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n".to_vec(), 400, "not a valid"),
        (b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(), 400, "only one"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{headers}\r\n").into_bytes(), 431, "headers"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n").into_bytes(), 431, "headers"),
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(), 414, "path"),
    ];
    with_server(settings(), async |running| {
        let count = cases.len();
        for (bytes, status, message) in cases {
            let mut stream = connect(running).await;
            stream.write_all(&bytes).await.expect("the server reads");
            assert_refused(&rest_of(&mut stream).await, status, message);
        }
        let counted = r#"playwright_requests_failure_total{endpoint="other",error_type="invalid_request",fault="caller"}"#;
        let text = prometheus::TextEncoder::new().encode_to_string(&running.registry.gather());
        let text = text.expect("text");
        assert!(text.contains(&format!("{counted} {count}\n")), "every refusal is counted: {text}");
        assert!(request(running.address, NOW).await.ends_with("now"));
    })
    .await;
}

/// Its client sends on while it is refused, and gets to read why.
#[tokio::test]
async fn a_flood_of_headers_is_refused_and_the_refusal_can_be_read() {
    with_server(settings(), async |running| {
        let mut stream = connect(running).await;
        let flood = format!("GET / HTTP/1.1\r\nhost: x\r\n{}", "x-a: 1\r\n".repeat(125_000));
        stream.write_all(flood.as_bytes()).await.expect("the server reads on");
        assert_refused(&rest_of(&mut stream).await, 431, "headers");
    })
    .await;
}

#[tokio::test]
async fn a_slow_head_is_cut_off_however_it_drips() {
    let header_timeout = Duration::from_millis(100);
    with_server(ServerSettings { header_timeout, ..settings() }, async |running| {
        let mut stalled = connect(running).await;
        stalled.write_all(b"GET /now HTT").await.expect("the server reads");
        assert_refused(&rest_of(&mut stalled).await, 408, "head of the request");

        let mut silent = connect(running).await;
        assert_eq!(rest_of(&mut silent).await, "", "nothing was asked");

        let (mut answer, mut drips) = connect(running).await.into_split();
        let dripping = tokio::spawn(async move {
            let mut interval = tokio::time::interval(Duration::from_millis(10));
            drips.write_all(b"GET /now HTTP/1.1\r\nhost: x\r\nx: ").await.expect("the server reads");
            while drips.write_all(b"y").await.is_ok() {
                interval.tick().await;
            }
        });
        let mut text = String::new();
        let _ = answer.read_to_string(&mut text).await;
        assert_refused(&text, 408, "head of the request");
        drop(answer);
        dripping.await.expect("the connection is closed");
    })
    .await;
}

#[tokio::test]
async fn operations_have_their_own_listener_with_its_own_places() {
    let admin_listen = "127.0.0.1:0".parse().ok();
    let settings = ServerSettings { admin_listen, max_connections: 1, ..settings() };
    let server = Server::bind(&settings, Lifecycle::new()).await.expect("two free ports");
    let public = server.local_addr().expect("a bound address");
    let admin = server.admin.as_ref().and_then(|admin| admin.local_addr().ok()).expect("a bound address");
    let routers = Routers {
        public: Router::new().route("/now", get(async || "public")),
        admin: Some(Router::new().route("/now", get(async || "admin"))),
        metrics: None,
    };
    let (signal, signalled) = oneshot::channel::<()>();
    let mut signalled = Some(signalled);
    let healthy = Arc::new(Fixed(HealthStatus::Healthy));
    let serve =
        server.run_until(routers, healthy, pending::<String>(), async move || match signalled.take() {
            Some(signalled) => drop(signalled.await),
            None => pending().await,
        });
    let client = async {
        let mut holding = TcpStream::connect(public).await.expect("it listens");
        holding.write_all(b"GET /now").await.expect("it reads");
        let answer = request(admin, NOW).await;
        drop(holding);
        assert!(request(public, NOW).await.ends_with("public"));
        signal.send(()).expect("the server runs");
        answer
    };
    let (ended, answer) = tokio::join!(serve, client);
    assert!(answer.ends_with("admin"), "{answer}");
    assert_eq!(ended.expect("an end"), Ended::Drained);
}

#[tokio::test]
async fn sixty_slow_heads_keep_nobody_from_an_answer() {
    with_server(settings(), async |running| {
        let mut slow = Vec::new();
        for _ in 0..60 {
            let mut stream = connect(running).await;
            stream.write_all(b"POST /echo HTTP/1.1\r\nhost:").await.expect("the server reads");
            slow.push(stream);
        }
        assert!(request(running.address, NOW).await.ends_with("now"));
    })
    .await;
}

const NOW_AND_STAY: &[u8] = b"GET /now HTTP/1.1\r\nhost: x\r\n\r\n";

async fn one_answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("now") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes).await.expect("an answer");
        assert!(read > 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    text
}

/// The limit for a head says nothing of the time between two requests.
#[tokio::test]
async fn an_idle_connection_is_kept_for_its_own_limit() {
    let header_timeout = Duration::from_millis(50);
    with_server(ServerSettings { header_timeout, ..settings() }, async |running| {
        let mut stream = connect(running).await;
        for _ in 0..3 {
            stream.write_all(NOW_AND_STAY).await.expect("the server reads");
            assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200"));
            // Longer than a head may take.
            sleep(header_timeout * 3).await;
        }
        // And the next head has its limit from its first byte on.
        stream.write_all(b"GET /now").await.expect("the server reads");
        assert_refused(&rest_of(&mut stream).await, 408, "head of the request");
    })
    .await;
    let idle_timeout = Duration::from_millis(50);
    with_server(ServerSettings { idle_timeout, ..settings() }, async |running| {
        let mut stream = connect(running).await;
        stream.write_all(NOW_AND_STAY).await.expect("the server reads");
        assert!(rest_of(&mut stream).await.ends_with("now"), "one answer, then the end");
    })
    .await;
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order() {
    with_server(settings(), async |running| {
        let echo = |text: &str| {
            format!("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{text}", text.len())
        };
        let chunked =
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n";
        let bad = "GET /now HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n";
        let mut stream = connect(running).await;
        let all = [&echo("one")[..], chunked, &echo("three"), bad, &echo("never")].concat();
        stream.write_all(all.as_bytes()).await.expect("the server reads");
        let answers = rest_of(&mut stream).await;
        let parts: Vec<_> = answers.split("HTTP/1.1 ").skip(1).collect();
        assert_eq!(parts.len(), 4, "{answers}");
        for (part, body) in parts.iter().zip(["one", "two", "three"]) {
            assert!(part.starts_with("200") && part.ends_with(&format!("\r\n\r\n{body}")), "{part}");
        }
        assert_refused(&format!("HTTP/1.1 {}", parts[3]), 400, "content-length");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_is_told_to() {
    with_server(settings(), async |running| {
        let mut stream = connect(running).await;
        let head = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n";
        stream.write_all(head).await.expect("the server reads");
        let mut stream = tokio::io::BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a line");
        assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
        stream.get_mut().write_all(b"hello").await.expect("the server reads");
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.expect("an answer");
        assert!(rest.contains("HTTP/1.1 200") && rest.ends_with("hello"), "{rest}");
    })
    .await;
}

#[tokio::test]
async fn who_has_closed_only_the_writing_side_is_answered() {
    with_server(settings(), async |running| {
        let mut at_once = connect(running).await;
        at_once.write_all(NOW_AND_STAY).await.expect("the server reads");
        at_once.shutdown().await.expect("the writing side closes");
        let answer = rest_of(&mut at_once).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("now"), "{answer}");

        let mut stream = connect(running).await;
        stream.write_all(WAIT).await.expect("the server reads");
        running.arrived.recv().await;
        stream.shutdown().await.expect("the writing side closes");
        let mut first = [0];
        stream.read_exact(&mut first).await.expect("the server has noticed");
        assert_eq!(&first, b"H");
        running.answer.take().expect("not answered yet").send(()).expect("the handler waits");
        let answer = rest_of(&mut stream).await;
        assert!(answer.starts_with("TTP/1.1 200") && answer.ends_with("done"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn who_is_gone_is_noticed_though_it_said_goodbye_politely() {
    with_server(settings(), async |running| {
        let mut stream = connect(running).await;
        stream.write_all(WAIT).await.expect("the server reads");
        running.arrived.recv().await;
        drop(stream);
        assert_eq!(running.left.recv().await, None, "the handler is dropped");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_given_up() {
    let settings =
        ServerSettings { write_timeout: Duration::from_millis(100), max_connections: 1, ..settings() };
    with_server(settings, async |running| {
        let mut greedy = connect(running).await;
        greedy.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the server reads");
        // There is one place: this is answered once the first client has lost it.
        assert!(request(running.address, NOW).await.ends_with("now"));
        let mut taken = Vec::new();
        let end = greedy.read_to_end(&mut taken).await;
        assert!(end.is_err() && taken.len() < LARGE, "cut off after {} bytes", taken.len());
    })
    .await;
}

/// Slow, but steady enough for the limit.
#[tokio::test]
async fn a_large_answer_is_written_whole() {
    with_server(settings(), async |running| {
        let answer =
            request(running.address, b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.len() > LARGE && answer.ends_with('x'));
    })
    .await;
}

#[tokio::test]
async fn when_all_places_are_taken_idle_connections_make_room_and_busy_ones_do_not() {
    with_server(ServerSettings { max_connections: 2, ..settings() }, async |running| {
        let mut idle = connect(running).await;
        idle.write_all(NOW_AND_STAY).await.expect("the server reads");
        one_answer(&mut idle).await;
        let mut busy = connect(running).await;
        busy.write_all(WAIT).await.expect("the server reads");
        running.arrived.recv().await;
        assert!(request(running.address, NOW).await.ends_with("now"));
        assert_eq!(rest_of(&mut idle).await, "", "closed to make room");
        running.answer.take().expect("not answered yet").send(()).expect("the handler waits");
        assert!(rest_of(&mut busy).await.ends_with("done"));
    })
    .await;
}

#[tokio::test]
async fn when_all_places_are_taken_heads_that_do_not_come_make_room() {
    let header_timeout = 10 * SOON;
    with_server(ServerSettings { max_connections: 2, header_timeout, ..settings() }, async |running| {
        let mut slow = [connect(running).await, connect(running).await];
        for stream in &mut slow {
            stream.write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\nx:").await.expect("the server reads");
        }
        assert!(request(running.address, NOW).await.ends_with("now"));
        for mut stream in slow {
            assert_eq!(rest_of(&mut stream).await, "", "nothing of it is owed an answer");
        }
    })
    .await;
}
