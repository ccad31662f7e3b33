//! The fake Chromium, spoken to as a launcher does: over the descriptors 3 and 4.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use test_support::{FakeChromium, Mode, fake_chromium};

struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u64,
}

impl Session {
    fn start(fake: &FakeChromium, flags: &[&str]) -> Session {
        let mut child = Command::new("/bin/sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#])
            .arg(fake.path())
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Session { child, input, output, calls: 0 }
    }

    fn send(&mut self, session: Option<&str>, method: &str, params: &Value) -> u64 {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = session {
            call["sessionId"] = json!(session);
        }
        self.input.write_all(format!("{call}\0").as_bytes()).expect("the browser reads");
        self.calls
    }

    fn read(&mut self) -> Option<Value> {
        let mut message = Vec::new();
        self.output.read_until(0, &mut message).expect("the pipe is readable");
        message.pop()?;
        Some(serde_json::from_slice(&message).expect("JSON"))
    }

    /// The answer to one call, and the methods of the events before it.
    fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> (Value, Vec<String>) {
        let id = self.send(session, method, params);
        let mut events = Vec::new();
        loop {
            let message = self.read().expect("an answer before the end");
            if message["id"] == json!(id) {
                return (message, events);
            }
            events.extend(message["method"].as_str().map(str::to_owned));
        }
    }

    /// A page in a context of its own: (context, session).
    fn open_page(&mut self) -> (String, String) {
        let text = |answer: &Value, name: &str| answer["result"][name].as_str().expect("an id").to_owned();
        let (context, _) = self.call(None, "Target.createBrowserContext", &json!({}));
        let context = text(&context, "browserContextId");
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let (target, _) = self.call(None, "Target.createTarget", &target);
        let attach = json!({ "targetId": text(&target, "targetId"), "flatten": true });
        let (session, _) = self.call(None, "Target.attachToTarget", &attach);
        (context, text(&session, "sessionId"))
    }
}

#[test]
fn it_shows_a_document_and_returns_a_picture_of_the_size_asked_for() {
    let fake = fake_chromium(Mode::Works);
    let mut browser = Session::start(&fake, &["--headless"]);
    let (version, _) = browser.call(None, "Browser.getVersion", &json!({}));
    assert_eq!(version["result"]["product"], "HeadlessChrome/156.0.8078.79");

    let (context, session) = browser.open_page();
    let session = Some(session.as_str());
    browser.call(session, "Page.enable", &json!({}));
    let metrics = json!({ "width": 300, "height": 200, "deviceScaleFactor": 2.0, "mobile": false });
    browser.call(session, "Emulation.setDeviceMetricsOverride", &metrics);
    browser.call(session, "Page.setDocumentContent", &json!({ "frameId": "f", "html": "<p>hello" }));
    let outer = json!({ "expression": "document.documentElement.outerHTML" });
    let (html, events) = browser.call(session, "Runtime.evaluate", &outer);
    assert_eq!(html["result"]["result"]["value"], "<p>hello");
    assert!(events.contains(&"Page.loadEventFired".to_owned()), "{events:?}");

    for (format, kind) in [("png", image::ImageFormat::Png), ("jpeg", image::ImageFormat::Jpeg)] {
        let (shot, _) = browser.call(session, "Page.captureScreenshot", &json!({ "format": format }));
        let data = shot["result"]["data"].as_str().expect("base64");
        let bytes = base64_simd::STANDARD.decode_to_vec(data).expect("base64");
        let picture = image::load_from_memory_with_format(&bytes, kind).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (600, 400));
    }
    let dispose = json!({ "browserContextId": context });
    let (_, events) = browser.call(None, "Target.disposeBrowserContext", &dispose);
    assert_eq!(events, ["Target.detachedFromTarget", "Target.targetDestroyed"]);
    let (late, _) = browser.call(session, "Page.enable", &json!({}));
    assert_eq!(late["error"]["code"], -32001);

    browser.send(None, "Browser.close", &json!({}));
    assert!(browser.child.wait().expect("it ends").success());
    assert_eq!(fake.count("Page.captureScreenshot"), 2);
    assert_eq!(fake.messages().first().map(String::as_str), Some("Browser.getVersion"));
}

#[test]
fn navigation_reports_the_response_before_the_load() {
    let fake = fake_chromium(Mode::Works);
    let mut browser = Session::start(&fake, &[]);
    let (_, session) = browser.open_page();
    let session = Some(session.as_str());
    browser.call(session, "Page.enable", &json!({}));
    browser.call(session, "Network.enable", &json!({}));
    let (_, before) = browser.call(session, "Page.navigate", &json!({ "url": "http://shop.example/" }));
    let (_, after) = browser.call(session, "Page.getFrameTree", &json!({}));
    assert!(before.contains(&"Network.responseReceived".to_owned()), "{before:?}");
    assert!(after.contains(&"Page.loadEventFired".to_owned()), "{after:?}");
}

#[test]
fn without_a_sandbox_it_says_what_chromium_says() {
    let fake = fake_chromium(Mode::NoSandbox);
    let mut refused = Session::start(&fake, &[]);
    assert!(!refused.child.wait().expect("it ends").success());
    let mut said = String::new();
    refused.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    assert!(said.contains("No usable sandbox!"), "{said}");

    let mut allowed = Session::start(&fake, &["--no-sandbox"]);
    let (version, _) = allowed.call(None, "Browser.getVersion", &json!({}));
    assert!(version["result"].is_object());
}

#[test]
fn a_capture_brings_out_each_fault() {
    let check = |mode: Mode, sees: fn(&mut Session)| {
        let fake = fake_chromium(mode);
        let mut browser = Session::start(&fake, &[]);
        let (_, session) = browser.open_page();
        browser.send(Some(&session), "Page.captureScreenshot", &json!({}));
        sees(&mut browser);
        browser.child.kill().expect("it can be killed");
        browser.child.wait().expect("it ends");
    };
    check(Mode::DiesOnCapture, |browser| {
        assert_eq!(browser.read(), None);
        assert_eq!(browser.child.wait().expect("it ends").code(), Some(139));
    });
    check(Mode::CutsPipeOnCapture, |browser| {
        assert_eq!(browser.read(), None);
        assert!(browser.child.try_wait().expect("a status").is_none(), "it lives on");
    });
    check(Mode::RendererDiesOnCapture, |browser| {
        let event = browser.read().expect("an event");
        assert_eq!(event["method"], "Inspector.targetCrashed");
    });
}

#[test]
fn it_ends_when_its_launcher_lets_go_of_the_pipe() {
    let fake = fake_chromium(Mode::Works);
    let browser = Session::start(&fake, &[]);
    let Session { mut child, input, output, .. } = browser;
    drop((input, output));
    assert!(child.wait().expect("it ends").success());
}
