//! The program itself, on free ports of loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

const MANIFEST: &str = r#"[
    {"id": "latin", "url": "https://www.shop.test/item?id=7", "encoding": "iso-8859-1"},
    {"id": "plain", "url": "http://other.test/x", "encoding": null}
]"#;
/// "café" in ISO 8859-1.
const LATIN: &[u8] = b"<title>caf\xe9</title>";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    std::fs::create_dir(folder.path().join("pages")).expect("made");
    write("pages/latin.html", LATIN);
    write("pages/plain.html", b"<title>plain</title>");
    write("manifest.json", MANIFEST.as_bytes());
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_page-server"));
    command.arg("--folder").arg(folder).arg("--manifest").arg(folder.join("manifest.json")).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("it runs")
}

struct Server {
    child: Child,
    http: SocketAddr,
    dns: SocketAddr,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = command(folder, &["--http", "127.0.0.1:0", "--dns", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut address = |name: &str| {
            let line = lines.next().expect("a line").expect("readable");
            let mut words = line.split(' ');
            assert_eq!(words.next(), Some(name));
            words.next().and_then(|word| word.parse().ok()).expect("an address")
        };
        let (http, dns) = (address("http"), address("dns"));
        Self { child, http, dns }
    }

    fn get(&self, host: &str, target: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.http).expect("it listens");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).expect("ASCII").to_lowercase(), body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself, which the test will have noticed
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

#[test]
fn a_page_is_served_under_its_own_host_with_its_encoding() {
    let folder = folder();
    let server = Server::start(folder.path());
    let (head, body) = server.get(&format!("www.shop.test:{}", server.http.port()), "/item?id=7");
    assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
    assert!(head.contains("content-type: text/html; charset=iso-8859-1\r\n"), "{head}");
    assert_eq!(body, LATIN);
    let (head, body) = server.get("127.0.0.1", "/plain.html");
    assert!(head.contains("content-type: text/html\r\n"), "{head}");
    assert_eq!(body, b"<title>plain</title>");
    assert!(server.get("www.shop.test", "/other").0.starts_with("http/1.1 404"));
    assert!(server.get("127.0.0.1", "/manifest.json").0.starts_with("http/1.1 404"));
}

#[test]
fn names_resolve_to_loopback() {
    let folder = folder();
    let server = Server::start(folder.path());
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(10))).expect("set");
    // id 9, recursion desired, one question: www.shop.test, A, IN
    let query =
        b"\x00\x09\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04shop\x04test\x00\x00\x01\x00\x01";
    socket.send_to(query, server.dns).expect("sent");
    let mut answer = [0; 512];
    let (length, _) = socket.recv_from(&mut answer).expect("an answer");
    assert_eq!(answer[..2], [0, 9]);
    assert_eq!(answer[length - 4..length], [127, 0, 0, 1]);
}

#[test]
fn the_list_says_what_to_ask_for() {
    let folder = folder();
    let output = run(folder.path(), &["--http", "127.0.0.1:8090", "--dns", "127.0.0.1:8053", "--list"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains(r#""url": "http://shop.test:8090/item?id=7""#), "{text}");
    assert!(text.contains(r#""PLAYWRIGHT_EGRESS_ALLOW": "other.test:8090,shop.test:8090""#), "{text}");
    assert!(text.contains(r#""PLAYWRIGHT_DNS_SERVER": "127.0.0.1:8053""#), "{text}");
}

#[test]
fn it_serves_loopback_only_and_says_so() {
    let folder = folder();
    for arguments in [["--http", "0.0.0.0:0"], ["--dns", "[::]:0"], ["--http", "192.0.2.1:8090"]] {
        let output = run(folder.path(), &arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(text.contains("is not a loopback address"), "{text}");
    }
}

#[test]
fn a_missing_page_is_an_error_at_the_start() {
    let folder = folder();
    std::fs::remove_file(folder.path().join("pages/plain.html")).expect("removed");
    let output = run(folder.path(), &["--list"]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).expect("UTF-8").contains("page `plain`"));
}
