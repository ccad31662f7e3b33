//! Sites whose certificate nobody has vouched for.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use playwright_tests::assert_error;
use serde_json::json;
use test_support::Launch;

/// A TLS server with a certificate of its own making, until it is dropped.
struct SelfSigned {
    server: Child,
    port: u16,
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn openssl(folder: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn self_signed(folder: &Path) -> SelfSigned {
    let made = openssl(folder)
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '))
        .args(
            "-keyout key.pem -out certificate.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
                .split(' '),
        )
        .status()
        .expect("`openssl` can be run");
    assert!(made.success(), "no certificate");
    let mut server = openssl(folder)
        .args("s_server -key key.pem -cert certificate.pem -accept 127.0.0.1:0 -www".split(' '))
        .stdout(Stdio::piped())
        .spawn()
        .expect("`openssl` can be run");
    let said = BufReader::new(server.stdout.take().expect("it is piped"));
    // ACCEPT 127.0.0.1:40001
    let mut ports = said.lines().map_while(Result::ok).filter_map(|line| {
        let (_, port) = line.strip_prefix("ACCEPT ")?.rsplit_once(':')?;
        port.parse().ok()
    });
    let port = ports.next().expect("it says where it listens");
    SelfSigned { server, port }
}

#[tokio::test]
async fn a_certificate_of_nobody_is_an_error_that_stays_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = self_signed(folder.path());
    let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", format!("127.0.0.1:{}", site.port));
    let service = launch.start().await.expect("the service starts");
    let request =
        json!({ "url": format!("https://127.0.0.1:{}/", site.port), "timeout_s": 20, "retry_count": 3 });
    let reply = service.client().post("/v1/extract", &request).await.expect("an answer");
    let body = assert_error(&reply, 502, "network_error", false);
    let message = body["error_message"].as_str().expect("text");
    assert!(message.contains("certificate") && !message.contains("127.0.0.1"), "{message}");
}
