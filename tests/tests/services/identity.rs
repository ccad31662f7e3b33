//! The browser says the same about itself wherever a site can ask: in headers, in the page, in workers.

use playwright_tests::{Ingestion, ingestion};
use serde_json::{Value, json};
use test_support::FixtureSite;

/// What `identity.html` wrote into itself.
async fn seen(shop: &Ingestion, fields: &Value) -> Value {
    let mut request = json!({ "include_html": true });
    playwright_tests::merge(&mut request, fields);
    let reply = shop.extract_with("/identity", &request).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let html =
        base64_simd::STANDARD.decode_to_vec(answer["raw_html"].as_str().expect("base64")).expect("base64");
    let html = String::from_utf8(html).expect("UTF-8");
    let (_, rest) = html.split_once(r#"<pre id="identity">"#).expect("the element");
    let (text, _) = rest.split_once("</pre>").expect("its end");
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[track_caller]
fn assert_consistent(seen: &Value) {
    let agent = seen["page"]["userAgent"].as_str().expect("text");
    for other in [
        &seen["worker"]["userAgent"],
        &seen["navigation"]["user-agent"],
        &seen["page"]["headers"]["user-agent"],
        &seen["worker"]["headers"]["user-agent"],
    ] {
        assert_eq!(other, agent, "{seen}");
    }
    for key in ["language", "languages", "platform", "brands", "mobile", "hints"] {
        assert_eq!(seen["page"][key], seen["worker"][key], "{key}: {seen}");
    }
    let accepts = seen["navigation"]["accept-language"].as_str().expect("a header");
    let language = seen["page"]["language"].as_str().expect("text");
    assert!(accepts.starts_with(language), "{accepts} {language}");
    assert_eq!(seen["page"]["headers"]["accept-language"], accepts);
    assert_ne!(seen["page"]["webdriver"], true, "{seen}");
    assert!(!seen.to_string().contains("Headless"), "{seen}");
}

/// The major version in `… Chrome/156.0.0.0 …`.
fn major(agent: &str) -> &str {
    let version = agent.split("Chrome/").nth(1).unwrap_or_default();
    version.split('.').next().unwrap_or_default()
}

#[tokio::test]
async fn by_default_it_is_a_desktop_chrome_of_its_own_version() {
    let shop = ingestion(&[]).await;
    let seen = seen(&shop, &json!({})).await;
    assert_consistent(&seen);
    let agent = seen["page"]["userAgent"].as_str().expect("text");
    assert!(agent.starts_with("Mozilla/5.0 (") && agent.contains(" Chrome/"), "{agent}");
    let brands = seen["page"]["brands"].as_array().expect("client hints");
    let chrome = brands.iter().find(|brand| brand["brand"] == "Google Chrome").expect("the brand");
    assert_eq!(chrome["version"], major(agent));
    let header = seen["navigation"]["sec-ch-ua"].as_str().expect("a header");
    assert!(header.contains(&format!(r#""Google Chrome";v="{}""#, major(agent))), "{header}");
    assert_eq!(seen["page"]["mobile"], false);
    let full = seen["page"]["hints"]["fullVersionList"].as_array().expect("client hints");
    assert!(
        full.iter().all(|brand| brand["version"].as_str().is_some_and(|version| version.contains('.'))),
        "{full:?}"
    );
}

#[tokio::test]
async fn a_callers_user_agent_is_used_everywhere() {
    let shop = ingestion(&[]).await;
    let agent = |system: &str| {
        format!(
            "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
        )
    };
    let linux = agent("X11; Linux x86_64");
    let found = seen(&shop, &json!({ "user_agent": linux })).await;
    assert_consistent(&found);
    assert_eq!(found["page"]["userAgent"], linux);
    let brands = found["page"]["brands"].to_string();
    assert!(brands.contains("140") && !brands.contains("156"), "{brands}");

    // Chromium tells a worker its own machine's navigator.platform whatever it was told; hints and agent agree
    let windows = agent("Windows NT 10.0; Win64; x64");
    let found = seen(&shop, &json!({ "user_agent": windows })).await;
    assert_eq!(
        (&found["page"]["userAgent"], &found["worker"]["userAgent"]),
        (&json!(windows), &json!(windows))
    );
    for scope in ["page", "worker"] {
        assert_eq!(found[scope]["hints"]["platform"], "Windows", "{scope}: {found}");
    }
    assert_eq!(found["page"]["platform"], "Win32");
    assert_eq!(found["navigation"]["sec-ch-ua-platform"], "\"Windows\"");
}

#[tokio::test]
async fn a_screenshot_is_taken_by_the_same_desktop_chrome() {
    let site = FixtureSite::start().await;
    let settings = [
        ("PLAYWRIGHT_EGRESS_ALLOW", site.host_port()),
        ("PLAYWRIGHT_ALLOW_SCRIPTS", "true".to_owned()),
        ("PLAYWRIGHT_ACCEPT_LANGUAGE", "de-DE,de,en".to_owned()),
    ];
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let service = playwright_tests::image(&settings).await;
    let tells = |what: &str| {
        format!(
            "const seen = JSON.parse(document.getElementById('identity').textContent); console.error({what})"
        )
    };
    let ask = async |what: &str| {
        let request = json!({ "url": site.url("/identity"), "wait_for": "h1", "javascript": tells(what) });
        let reply = service.client().post("/v1/screenshot", &request).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["report"]["console_errors"][0].as_str().expect("a line").to_owned()
    };
    assert_eq!(ask("/Headless/.test(JSON.stringify(seen))").await, "false");
    let agent = ask("seen.page.userAgent").await;
    assert!(agent.contains(" Chrome/"), "{agent}");
    let others = "seen.page.userAgent === seen.worker.userAgent && seen.page.userAgent === seen.navigation['user-agent']";
    assert_eq!(ask(others).await, "true");
    let brands = ask("seen.navigation['sec-ch-ua']").await;
    assert!(brands.contains(&format!(r#""Google Chrome";v="{}""#, major(&agent))), "{brands}");
    let languages = ask("JSON.stringify([seen.page.languages, seen.worker.languages])").await;
    assert_eq!(languages, r#"[["de-DE","de","en"],["de-DE","de","en"]]"#);
    let accepted = ask("seen.navigation['accept-language']").await;
    assert!(accepted.starts_with("de-DE,de;q=0.9"), "{accepted}");
}
