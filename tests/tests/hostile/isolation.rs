//! What one request leaves behind for the next, and what one is told of another's.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use test_support::Launch;

use crate::ground::play;
use crate::ground::recorder::Recorder;
use crate::ground::request::{Request, answer};
use crate::site::fixture;
use crate::tally::Tally;
use crate::world::{end, post, service, world};

/// A secure context: there a page may keep the most.
const KEEPER: &str = "127.0.0.4:18081";

/// Gives every visitor everything that can be kept, and tells by its requests what the last one had kept.
fn keeper() -> Recorder {
    Recorder::new(|request| {
        let html = "Content-Type: text/html; charset=utf-8";
        match request.path() {
            "/keeps" => {
                let headers = [
                    html,
                    "Set-Cookie: plain=kept; Path=/; Max-Age=9999",
                    "Set-Cookie: hidden=kept; Path=/; Max-Age=9999; HttpOnly",
                    "Cache-Control: no-store",
                ];
                answer(200, &headers, fixture("keeps.html"))
            }
            // asked for again by whoever shares a cache, with the tag, or not at all
            "/cached" => answer(200, &["ETag: \"kept\"", "Cache-Control: max-age=9999"], "cached"),
            "/tagged" => answer(200, &["ETag: \"kept\"", "Cache-Control: no-cache"], "tagged"),
            "/login" if request.header("authorization").is_none() => {
                answer(401, &["WWW-Authenticate: Basic realm=kept"], "who?")
            }
            "/moved-for-ever" => answer(301, &["Location: /cached", "Cache-Control: max-age=9999"], ""),
            "/keeps-worker.js" => answer(200, &["Content-Type: text/javascript"], fixture("keeps-worker.js")),
            _ => answer(200, &[html], "ok"),
        }
    })
}

/// What a request tells about the visits before it: the first one of a visit, its first look, a tag that only a shared
/// cache can know.
fn remembered(request: &Request) -> Option<String> {
    let carries =
        |name: &str| request.header(name).map(|value| format!("{name}: {value} at {}", request.path()));
    if let Some(told) = carries("if-none-match").or_else(|| carries("authorization")) {
        return Some(told).filter(|_| request.path() != "/login");
    }
    if request.path() == "/keeps" {
        return carries("cookie");
    }
    request.query("kept").filter(|kept| !kept.is_empty()).map(|kept| format!("{kept} by script"))
}

#[test]
fn between_requests_is_complete() {
    play(async |ground| {
        drop(world(&ground).await);
        let mut tally =
            Tally::new("j1-isolation", "J1", "what a visit leaves behind: cookies, storage, caches, workers");
        let keeper = keeper();
        keeper.listen(KEEPER).await;
        let allowed = [KEEPER.to_owned()];
        let extraction = service(Launch::ingestion(), &allowed).await;
        let pictures = service(Launch::image(), &allowed).await;
        for visit in [1, 3] {
            // two at once hear each other's broadcasts, two in turn find what was stored
            let urls = [visit, visit + 1].map(|visit| format!("http://{KEEPER}/keeps?visit={visit}"));
            let [extract, picture] = [&urls, &urls].map(<[String; 2]>::each_ref);
            let extracted = extract.map(|url| {
                let (extraction, request) = (&extraction, json!({ "url": url, "timeout_s": 30 }));
                async move { post(extraction, "/v1/extract", &request).await }
            });
            let pictured = picture.map(|url| {
                let request = json!({ "url": url, "wait_for": ".done", "scale_factor": 1, "timeout_s": 30 });
                let pictures = &pictures;
                async move { post(pictures, "/v1/screenshot", &request).await }
            });
            for reply in join_all(extracted).await.into_iter().chain(join_all(pictured).await) {
                tally.case(reply.status == 200, || reply.text());
            }
        }
        let own: BTreeSet<_> =
            keeper.requests().iter().filter_map(|request| request.query("own").map(str::to_owned)).collect();
        // what a visit finds of its own, or the kinds would be counted in vain
        for kind in KINDS {
            tally.case(own.iter().any(|found| found.split('+').any(|name| name == kind)), || {
                format!("a visit does not find its own {kind}: {own:?}")
            });
        }
        let found: Vec<_> = keeper.requests().iter().filter_map(remembered).collect();
        tally.more_cases(KINDS.len() * 7);
        tally.hits("what earlier visits kept", &found);
        for path in ["/cached", "/tagged", "/moved-for-ever"] {
            let asked = keeper.requests().iter().filter(|request| request.path() == path).count();
            tally.case(asked >= 8, || format!("{path}: eight visits asked for it {asked} times only"));
        }
        end(extraction).await;
        end(pictures).await;
        tally.finish();
    });
}

/// What the page keeps and looks for.
const KINDS: [&str; 8] = ["cookie", "local", "session", "indexeddb", "cache", "worker", "opfs", "name"];

#[test]
fn of_answers_is_complete() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally =
            Tally::new("j3-mixup", "J3", "40 extractions and 20 renderings at once, each its own answer");
        let shop = Recorder::new(|request| {
            let number = request.path().trim_start_matches('/').to_owned();
            let page = format!(
                "<title>Bucket {number}</title><main><h1>Bucket number {number}</h1><p class=price>${number}.00</p>\
                 <button>Add to cart</button></main>"
            );
            answer(200, &["Content-Type: text/html"], page)
        });
        let mut hosts = Vec::new();
        // a host each: one site would have its share of the pages only
        for host in 0..8 {
            let address = format!("127.0.1.{host}:18090");
            shop.listen(&address).await;
            hosts.push(address);
        }
        let extraction = service(Launch::ingestion(), &hosts).await;
        let pictures = service(Launch::image(), &[]).await;
        let extracted = (0..40).map(|number| {
            let (extraction, host) = (&extraction, &hosts[number % hosts.len()]);
            let price = 100 + number;
            async move {
                let url = format!("http://{host}/{price}");
                (price, post(extraction, "/v1/extract", &json!({ "url": url, "timeout_s": 50 })).await)
            }
        });
        let drawn = (0..20).map(|number| {
            let (pictures, colour) = (&pictures, [number * 12, 255 - number * 12, 60]);
            let html = format!(
                "<body style='margin:0;background:rgb({},{},{})'><script>document.title = 1</script><p>{number}",
                colour[0], colour[1], colour[2]
            );
            let request = json!({ "html": html, "width": 200, "height": 100, "scale_factor": 1, "timeout_s": 50 });
            async move { (colour, post(pictures, "/v1/render", &request).await) }
        });
        let (extracted, drawn) = futures_util::join!(join_all(extracted), join_all(drawn));
        for (price, reply) in extracted {
            let body = reply.json();
            let is_own = body["title"].as_str().is_some_and(|title| title.contains(&price.to_string()))
                && body["price"].as_f64() == Some(price as f64);
            tally.case(is_own, || format!("{price}: {}", reply.text()));
        }
        for (colour, reply) in drawn {
            let image = reply.json()["image_base64"].as_str().unwrap_or_default().to_owned();
            let bytes = base64_simd::STANDARD.decode_to_vec(image).unwrap_or_default();
            let pixel =
                image::load_from_memory(&bytes).ok().map(|picture| picture.to_rgb8().get_pixel(199, 99).0);
            let is_own = pixel.is_some_and(|pixel| pixel.iter().zip(colour).all(|(a, b)| i32::from(*a) == b));
            tally.case(is_own, || format!("{colour:?}: {pixel:?}"));
        }
        drop(world);
        tally.finish();
    });
}
