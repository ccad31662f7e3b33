//! Ways to move the tab elsewhere: to internal addresses, to files, to the browser's own pages.

use futures_util::stream::{StreamExt, iter};
use serde_json::json;
use test_support::{Launch, Reply, Service};

use crate::ground::{METADATA, PRIVATE, play};
use crate::tally::Tally;
use crate::world::{LOOPBACK, SITE, end, post, service, world};

const WAYS: [&str; 12] = [
    "location",
    "assign",
    "replace",
    "late",
    "load",
    "click",
    "form",
    "navigation",
    "top",
    "popup",
    "opener",
    "meta",
];

/// What a page may not move to although no network is asked: `location` to these is ignored.
const NOT_WEB: [&str; 10] = [
    "file:///etc/passwd",
    "file://localhost/etc/hostname",
    "view-source:file:///etc/passwd",
    "chrome://version/",
    "chrome://crash",
    "chrome://hang",
    "devtools://devtools/bundled/inspector.html",
    "data:text/html,<h1>Data</h1><p class=price>$66.00</p>",
    "javascript:'<h1>Script</h1><p class=price>$66.00</p>'",
    "filesystem:http://127.0.0.1:18080/temporary/x",
];

fn secrets() -> Vec<String> {
    let mut secrets = vec!["root:x:0".to_owned(), "$66.00".to_owned(), "/* */".to_owned()];
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    secrets.extend(Some(name.trim().to_owned()).filter(|name| name.len() > 3));
    secrets
}

/// Each way with some targets of either kind, in turn, so that all pairs come up that differ in how they work.
fn moves() -> Vec<String> {
    let internal =
        [LOOPBACK, PRIVATE, METADATA, "internal.ways.test"].map(|host| format!("http://{host}/v/moved"));
    let mut inward = internal.iter().map(String::as_str).cycle();
    let mut aside = NOT_WEB.into_iter().cycle();
    let mut urls = Vec::new();
    for way in WAYS {
        let targets = inward.by_ref().take(1).chain(aside.by_ref().take(if way == "form" { 1 } else { 3 }));
        urls.extend(targets.map(|target| format!("http://{SITE}/moves?how={way}&url={target}")));
    }
    for code in [301, 302, 303, 307, 308] {
        let targets = inward.by_ref().take(1).chain(aside.by_ref().take(2));
        urls.extend(targets.map(|target| format!("http://{SITE}/to?code={code}&url={target}")));
    }
    urls.extend(
        inward.take(1).chain(aside.take(2)).map(|target| format!("http://{SITE}/refresh?url={target}")),
    );
    urls
}

/// Extracts them, a few at a time: one site has its share of the pages.
async fn visit(service: &Service, urls: Vec<String>) -> Vec<(String, Reply)> {
    let asked = urls.into_iter().map(|url| async move {
        let fields = json!({ "url": url, "include_html": true, "timeout_s": 5, "retry_count": 0 });
        let reply = post(service, "/v1/extract", &fields).await;
        (url, reply)
    });
    iter(asked).buffer_unordered(4).collect().await
}

#[test]
fn of_the_tab_lead_to_nothing_internal() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally =
            Tally::new("b5-moves", "B5", "moves of the tab, redirects, popups to the internal and to files");
        let service = service(Launch::ingestion(), &[]).await;
        let urls = moves();
        let secrets = secrets();
        let answers = visit(&service, urls).await;
        for (url, reply) in answers {
            let kind = reply.json()["error_type"].as_str().unwrap_or("none").to_owned();
            // The page itself has no product: nothing else than a refusal or that may be said. A form that is sent to where
            // Chromium sends none leaves its page loading for ever.
            let is_told =
                matches!(kind.as_str(), "forbidden_url" | "extraction_failed" | "network_error" | "none")
                    || (kind == "timeout" && url.contains("how=form"));
            tally.case(is_told, || format!("{url}: {} {}", reply.status, reply.text()));
            let html = reply.json()["raw_html"].as_str().unwrap_or_default().to_owned();
            let html = base64_simd::STANDARD.decode_to_vec(html).unwrap_or_default();
            let told = format!("{} {}", reply.text(), String::from_utf8_lossy(&html));
            let leaked = secrets.iter().find(|secret| told.contains(*secret) && !url.contains(*secret));
            tally.case(leaked.is_none(), || format!("{url}: the answer tells {leaked:?}"));
        }
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.hits("the system's DNS server", &world.system_dns.asked());
        tally.finish();
    });
}

#[test]
fn of_the_tab_that_are_refused_say_so() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally =
            Tally::new("b5-refusals", "B5", "a refused main document is `forbidden_url`, at every hop");
        let service = service(Launch::ingestion(), &[]).await;
        let hosts = [LOOPBACK, PRIVATE, METADATA, "internal.ways.test", "[::1]", "localhost"];
        let urls = hosts.into_iter().flat_map(|host| {
            let target = format!("http://{host}/v/moved");
            [
                target.clone(),
                target.replace("http:", "https:"),
                format!("http://{SITE}/to?code=302&url={target}"),
                format!("http://{SITE}/to?code=308&url=/to?code=301&url={target}"),
                format!("http://{SITE}/moves?how=location&url={target}"),
            ]
        });
        for (url, reply) in visit(&service, urls.collect()).await {
            let id = reply.header("x-request-id").unwrap_or("none").to_owned();
            let lines = service.log();
            let lines =
                lines.lines().filter(|line| line.contains("egress refused") && line.contains(&id)).count();
            tally.case(lines == 1, || format!("{url}: {lines} lines about its refusal under {id}"));
            let is_refused = reply.status == 403 && reply.json()["error_type"] == "forbidden_url";
            tally.case(is_refused, || format!("{url}: {} {}", reply.status, reply.text()));
            let tells =
                ["10.77", "127.0", "169.254", "::1"].iter().find(|text| reply.text().contains(**text));
            tally.case(tells.is_none(), || format!("{url}: {}", reply.text()));
        }
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.finish();
    });
}
