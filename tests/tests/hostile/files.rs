//! Local files and the browser's own pages, from a document that is rendered: nothing of them is ever in the picture.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use image::RgbImage;
use serde_json::{Value, json};
use test_support::{Launch, Reply};

use crate::ground::play;
use crate::tally::Tally;
use crate::world::{LOOPBACK, end, post, service, world};

/// A colour that nothing else here has: a file that is full of it must not be seen.
const CANARY: [u8; 3] = [250, 7, 131];
const TEXT: &str = "swordfish";
/// Drawn where a script could read what it must not.
const READ: [u8; 3] = [7, 250, 131];

/// Ways to a file, `FILE` standing for its address and `PATH` for its path. What a script can read, it paints.
const WAYS: [&str; 30] = [
    "<iframe src='FILE.html' width=400 height=300></iframe>",
    "<iframe src='file://localhostPATH.html' width=400 height=300></iframe>",
    "<iframe src='FILE:PATH.html' width=400 height=300></iframe>",
    "<iframe src='\\\\localhostPATH.html' width=400 height=300></iframe>",
    "<iframe src='view-source:FILE.html' width=400 height=300></iframe>",
    "<iframe srcdoc=\"<iframe src='FILE.html'></iframe>\" width=400 height=300></iframe>",
    "<object data='FILE.html' width=400 height=300></object>",
    "<embed src='FILE.html' width=400 height=300>",
    "<img src='FILE.svg' width=400 height=300>",
    "<img srcset='FILE.svg 1x' width=400 height=300>",
    "<picture><source srcset='FILE.svg'><img width=400 height=300></picture>",
    "<input type=image src='FILE.svg' width=400 height=300>",
    "<video poster='FILE.svg' width=400 height=300></video>",
    "<link rel=stylesheet href='FILE.css'><p>a",
    "<style>@import url('FILE.css');</style><p>a",
    "<style>body{background:url('FILE.svg')}</style><p>a",
    "<style>@font-face{font-family:f;src:url('FILE.css')} p{font-family:f}</style><p>a",
    "<svg width=400 height=300><image href='FILE.svg' width=400 height=300 /></svg>",
    "<svg width=400 height=300><use href='FILE.svg#r'/></svg>",
    "<base href='file:///'><img src='PATH.svg' width=400 height=300>",
    "<meta http-equiv=refresh content='0;url=FILE.html'><p>a",
    "<script>fetch('FILE.txt').then(r => r.text()).then(paint)</script>",
    "<script>fetch('FILE.txt', {mode: 'no-cors'}).then(r => r.text()).then(t => t && paint())</script>",
    "<script>const r = new XMLHttpRequest(); r.open('GET', 'FILE.txt', false); r.send(); r.responseText && paint()</script>",
    "<script>import('FILE.js').then(paint)</script>",
    "<script src='FILE.js' onload='paint()'></script>",
    "<script>new Worker('FILE.js').onmessage = paint</script>",
    "<script>location = 'FILE.html'</script><p>a",
    "<script>const w = open('FILE.html'); setTimeout(() => w.document.body.innerText && paint(), 200)</script>",
    "<form action='FILE.html' id=f></form><script>f.submit()</script><p>a",
];

/// Pages of the browser itself, and of the process.
const OTHERS: [&str; 8] = [
    "chrome://version/",
    "chrome://gpu/",
    "chrome-untrusted://print/",
    "devtools://devtools/bundled/inspector.html",
    "file:///proc/self/environ",
    "file:///proc/1/environ",
    "file:///",
    "about:memory",
];

fn document(body: &str) -> String {
    let [red, green, blue] = READ;
    format!(
        "<!doctype html><body style='margin:0;background:#fff'><script>\
         const paint = () => {{ document.body.style.background = 'rgb({red},{green},{blue})' }}</script>{body}"
    )
}

fn picture(reply: &Reply) -> Option<RgbImage> {
    let text = reply.json()["image_base64"].as_str()?.to_owned();
    let bytes = base64_simd::STANDARD.decode_to_vec(text).ok()?;
    image::load_from_memory(&bytes).ok().map(|picture| picture.to_rgb8())
}

fn shows(picture: &RgbImage, colour: [u8; 3]) -> bool {
    picture
        .pixels()
        .any(|pixel| pixel.0.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) <= 2))
}

fn request(html: &str) -> Value {
    json!({ "html": html, "width": 400, "height": 300, "scale_factor": 1, "timeout_s": 10 })
}

#[test]
fn are_never_in_the_picture() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally =
            Tally::new("c1-files", "C1, C2", "files and the browser's own pages, in documents and styles");
        let folder = tempfile::tempdir().expect("a folder");
        // whoever Chromium runs as may read it: only the browser's own rules are in the way
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("readable");
        let path = folder.path().join("canary");
        let [red, green, blue] = CANARY;
        let colour = format!("rgb({red},{green},{blue})");
        for (ending, text) in [
            ("html", format!("<body style='background:{colour}'><h1>{TEXT}</h1>")),
            (
                "svg",
                format!(
                    "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><rect id='r' width='400' height='300' fill='{colour}'/></svg>"
                ),
            ),
            ("css", format!("body {{ background: {colour} !important }}")),
            ("js", "postMessage(1); export default 1".to_owned()),
            ("txt", TEXT.to_owned()),
        ] {
            fs::write(path.with_extension(ending), text).expect("written");
        }
        let service = service(Launch::image(), &[]).await;
        let path = path.display().to_string();
        let (address, internal) = (format!("file://{path}"), format!("http://{LOOPBACK}/v/css"));
        let filled = |way: &str| {
            way.replace("FILE:PATH", &format!("FILE:{path}")).replace("FILE", &address).replace("PATH", &path)
        };
        let mut requests: Vec<Value> = WAYS.iter().map(|way| request(&document(&filled(way)))).collect();
        requests.extend(
            OTHERS.iter().map(|page| {
                request(&document(&format!("<iframe src='{page}' width=400 height=300></iframe>")))
            }),
        );
        let styles = [
            format!("@import url('{address}.css');"),
            format!("@import url('{internal}');"),
            format!("body {{ background: url('{address}.svg') }}"),
            format!("</style><script>paint()</script><iframe src='{address}.html'></iframe><style>"),
            "</style><body style='background:rgb(7,250,131)'>".to_owned(),
        ];
        for css in styles {
            let mut with_style = request(&document("<p>a"));
            with_style["css_overrides"] = Value::from(css);
            requests.push(with_style);
        }
        for request in &requests {
            let reply = post(&service, "/v1/render", request).await;
            let told = request["css_overrides"].as_str().or(request["html"].as_str()).unwrap_or_default();
            match picture(&reply) {
                Some(picture) => {
                    tally.case(!shows(&picture, CANARY), || format!("the file is in the picture: {told}"));
                    tally.case(!shows(&picture, READ), || format!("a script read it: {told}"));
                }
                // a document that leaves is refused by name
                None => {
                    tally.case(reply.status == 400, || format!("{told}: {} {}", reply.status, reply.text()));
                }
            }
            // the report may name what the document names, and must not tell what is in it
            tally.case(!reply.text().contains(TEXT), || format!("the answer has the file's text: {told}"));
        }
        // the colours would be seen
        let shown =
            post(&service, "/v1/render", &request(&format!("<body style='background:{colour}'>"))).await;
        tally.case(picture(&shown).is_some_and(|picture| shows(&picture, CANARY)), || {
            "no canary at all".to_owned()
        });
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.finish();
    });
}
