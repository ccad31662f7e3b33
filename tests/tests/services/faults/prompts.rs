//! What a page asks of the person in front of it: there is none, so all of it is declined at once, and nothing is kept.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use test_support::Launch;

use super::until_at_rest;
use super::wire::{Play, Wire, html};

/// In the files that the page wants to have saved.
const KEPT: &str = "swordfish";

/// Puts what it was told into its heading.
const PAGE: &str = "<!doctype html><title>Prompts</title><main><h1 id=told>nothing</h1><p class=price>$5.00</p></main><script>
const told = [];
const tell = (what, how) => { told.push(`${what}=${how}`); document.getElementById('told').textContent = told.sort().join(' '); };
const ask = (what, promise) => promise.then(how => tell(what, how === undefined || how instanceof Object ? 'given' : how), error => tell(what, 'declined'));
tell('alert', alert('x')); tell('confirm', confirm('x')); tell('prompt', prompt('x')); print(); tell('open', open('about:blank'));
onbeforeunload = event => { event.preventDefault(); return 'x'; };
ask('place', new Promise((given, declined) => navigator.geolocation.getCurrentPosition(given, declined)));
ask('notify', Notification.requestPermission());
ask('camera', navigator.mediaDevices.getUserMedia({ audio: true, video: true }));
ask('clipboard', navigator.clipboard.readText());
ask('storage', navigator.storage.persist());
ask('usb', navigator.usb.requestDevice({ filters: [] }));
ask('picker', showOpenFilePicker());
ask('midi', navigator.requestMIDIAccess({ sysex: true }));
ask('screen', document.documentElement.requestFullscreen());
const input = document.body.appendChild(document.createElement('input'));
input.type = 'file'; input.click();
try { input.showPicker(); tell('input', 'given'); } catch { tell('input', 'declined'); }
fetch('/secret').then(answer => tell('login', answer.status));
const frame = document.body.appendChild(document.createElement('iframe'));
frame.onload = () => tell('frame', 'loaded'); frame.src = '/secret';
const save = (href, name) => Object.assign(document.body.appendChild(document.createElement('a')), { href, download: name }).click();
save('/goods.zip', 'goods.zip');
save(URL.createObjectURL(new Blob(['swordfish of the page'])), 'goods.bin');
</script>";

fn play(path: &str) -> Play {
    let say = |text: String| Play::Say(text.into_bytes());
    match path {
        "/secret" => say(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 4\r\nConnection: close\r\n\r\nauth".to_owned(),
        ),
        "/goods.zip" => say(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=\"goods.zip\"\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{KEPT}",
            KEPT.len()
        )),
        _ => html(PAGE),
    }
}

#[tokio::test]
async fn are_declined_and_nothing_is_saved() {
    let site = Wire::start(play).await;
    let launch = Launch::ingestion().env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port());
    let service = launch.start().await.expect("the service starts");
    let request = json!({ "url": site.url("/"), "timeout_s": 20, "retry_count": 0 });
    let reply = service.client().post("/v1/extract", &request).await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let title = reply.json()["title"].as_str().expect("a title").to_owned();
    let declined = ["place", "camera", "clipboard", "usb", "picker", "midi", "screen", "input"];
    for what in declined.map(|what| format!("{what}=declined")) {
        assert!(title.contains(&what), "{what}: {title}");
    }
    for how in [
        "alert=undefined",
        "confirm=false",
        "prompt=null",
        "open=null",
        "notify=default",
        "storage=false",
        "login=401",
        "frame=loaded",
    ] {
        assert!(title.contains(how), "{how}: {title}");
    }
    // the browser's profile is still there
    let written = files_with(service.temporary_directory(), KEPT.as_bytes());
    assert!(written.is_empty(), "{written:?}");
    let attachment = json!({ "url": site.url("/goods.zip"), "timeout_s": 20, "retry_count": 0 });
    let reply = service.client().post("/v1/extract", &attachment).await.expect("an answer");
    assert_eq!(
        (reply.status.as_u16(), &reply.json()["verdict"]),
        (422, &json!("not_html")),
        "{}",
        reply.text()
    );
    until_at_rest(&service).await;
    let written = files_with(service.temporary_directory(), KEPT.as_bytes());
    assert!(written.is_empty(), "{written:?}");
}

fn files_with(folder: &Path, text: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        // what the browser removes meanwhile holds nothing
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.is_file()
                && fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text))
            {
                found.push(path);
            }
        }
    }
    found
}
