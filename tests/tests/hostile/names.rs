//! Names that resolve to what must not be reached: at once, later, in part, by detours, or not at all.

use std::time::Duration;

use serde_json::json;
use test_support::{Launch, Reply, Service};

use crate::ground::dns::{Answer, Dns, parsed};
use crate::ground::recorder::Recorder;
use crate::ground::request::answer;
use crate::ground::{DNS, METADATA, METADATA_V6, PRIVATE, PUBLIC, PUBLIC_TOO, play};
use crate::site::PRODUCT;
use crate::tally::Tally;
use crate::world::{LOOPBACK, end, post, service, world};

/// Answers of which one part may not be reached condemn the name, in whatever order they come.
const CONDEMNED: [(&str, &[&str]); 12] = [
    ("private.test", &[PRIVATE]),
    ("loopback.test", &[LOOPBACK]),
    ("metadata.test", &[METADATA]),
    ("loopback-v6.test", &["::1"]),
    ("metadata-v6.test", &[METADATA_V6]),
    ("mapped.test", &["::ffff:127.0.0.2"]),
    ("nat64.test", &["64:ff9b::7f00:2"]),
    ("unspecified.test", &["0.0.0.0"]),
    ("mixed.test", &[PUBLIC, PRIVATE]),
    ("mixed-other-way.test", &[PRIVATE, PUBLIC]),
    ("mixed-families.test", &[PUBLIC, "::1"]),
    ("mixed-mapped.test", &[PUBLIC, "::ffff:10.77.0.5"]),
];

async fn extract(service: &Service, url: &str) -> Reply {
    let request = json!({ "url": url, "timeout_s": 12, "retry_count": 2 });
    post(service, "/v1/extract", &request).await
}

/// A shop at public addresses, and names for it.
async fn shop(ground: &crate::ground::Ground, dns: &Dns) -> Recorder {
    let shop = Recorder::new(|request| match request.path() {
        "/late" => answer(200, &["Content-Type: text/html"], late_page()),
        _ => answer(200, &["Content-Type: text/html", "Access-Control-Allow-Origin: *"], PRODUCT),
    });
    let listening = shop.clone();
    ground
        .outside(async move {
            for host in [PUBLIC, PUBLIC_TOO] {
                listening.listen(&format!("{host}:80")).await;
            }
        })
        .await;
    dns.point("shop.test", &[PUBLIC]);
    shop
}

/// Comes from the shop, and asks its own name again for a second on ever new connections.
fn late_page() -> String {
    let script = "let n = 0; const t = setInterval(() => { fetch('/again?' + n++, { mode: 'no-cors', cache: 'no-store' }) \
        .catch(() => {}); price.dataset.n = n; if (n > 20) { clearInterval(t); price.textContent = '$12.00'; } }, 50)";
    format!(
        "{}<p class=price id=price></p><script>{script}</script>",
        PRODUCT.replace("<p class=price>$12.00</p>", "")
    )
}

#[test]
fn of_what_is_forbidden_are_refused_whatever_else_they_name() {
    play(async |ground| {
        let world = world(&ground).await;
        let shop = shop(&ground, &world.dns).await;
        let mut tally =
            Tally::new("a6-names", "A6", "names: internal, mixed, mapped, aliases, missing, slow");
        for (name, addresses) in CONDEMNED {
            world.dns.point(name, addresses);
        }
        world.dns.set("alias.test", [Answer::Alias("internal.ways.test".to_owned(), parsed(&[PRIVATE]))]);
        world.dns.set("late.test", [Answer::Late(Duration::from_millis(300), parsed(&[PRIVATE]))]);
        world.dns.set("good-alias.test", [Answer::Alias("shop.test".to_owned(), parsed(&[PUBLIC]))]);
        world.dns.set("silent.test", [Answer::Late(Duration::from_secs(60), parsed(&[PUBLIC]))]);
        let service = service(Launch::ingestion(), &[]).await;
        let refused = CONDEMNED.map(|(name, _)| name).into_iter().chain(["alias.test", "late.test"]);
        for name in refused {
            for scheme in ["http", "https"] {
                let reply = extract(&service, &format!("{scheme}://{name}/")).await;
                let is_refused = reply.status == 403 && reply.json()["error_type"] == "forbidden_url";
                tally.case(is_refused, || format!("{scheme} {name}: {} {}", reply.status, reply.text()));
            }
        }
        for (name, status) in
            [("shop.test", 200), ("good-alias.test", 200), ("missing.test", 502), ("silent.test", 502)]
        {
            let reply = extract(&service, &format!("http://{name}/")).await;
            tally.case(reply.status == status, || format!("{name}: {} {}", reply.status, reply.text()));
        }
        tally.case(shop.requests().len() == 2, || format!("the shop saw {:?}", shop.requests()));
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.hits("the system's DNS server", &world.system_dns.asked());
        tally.finish();
    });
}

#[test]
fn that_change_their_mind_gain_nothing() {
    play(async |ground| {
        let world = world(&ground).await;
        let shop = shop(&ground, &world.dns).await;
        let mut tally =
            Tally::new("a6-rebinding", "A6", "rebinding: public when it is looked at, internal afterwards");
        let turns: [(&str, &[&str]); 4] = [
            ("rebind.test", &[PRIVATE]),
            ("rebind-loopback.test", &[LOOPBACK]),
            ("rebind-v6.test", &["::1"]),
            ("rebind-mixed.test", &[PUBLIC_TOO, METADATA]),
        ];
        let service = service(Launch::ingestion(), &[]).await;
        for (name, later) in turns {
            let first = Answer::Addresses(parsed(&[PUBLIC]));
            world.dns.set(name, [first, Answer::Addresses(parsed(later))]);
            // the page itself comes from the public address, and what it asks for later must not come from the other
            let reply = extract(&service, &format!("http://{name}/late")).await;
            let is_known = [200, 403].contains(&reply.status.as_u16());
            tally.case(is_known, || format!("{name}: {} {}", reply.status, reply.text()));
            let rounds = world.dns.rounds(name);
            tally
                .case(rounds >= 2, || format!("{name}: it was looked up {rounds} times, so it never turned"));
        }
        // one look-up for each connection, and none besides
        let before = shop.hits().len();
        tally.case(extract(&service, "http://shop.test/").await.status == 200, || "the shop".to_owned());
        let opened = shop.hits().len() - before;
        tally.case(opened >= 1 && world.dns.rounds("shop.test") <= opened, || {
            format!("{} look-ups for {opened} hits", world.dns.rounds("shop.test"))
        });
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.hits("the system's DNS server", &world.system_dns.asked());
        tally.finish();
    });
}

#[test]
fn that_an_operator_allowed_are_allowed_by_name_and_port() {
    play(async |ground| {
        let world = world(&ground).await;
        let mut tally = Tally::new("a6-allowed", "A4", "allowed pairs relax themselves and nothing else");
        let shop = Recorder::new(|_| answer(200, &["Content-Type: text/html"], PRODUCT));
        let listening = shop.clone();
        ground.outside(async move { listening.listen(&format!("{DNS}:8080")).await }).await;
        world.dns.point("compose.test", &[DNS]);
        world.dns.point("other.test", &[DNS]);
        let service = service(Launch::ingestion(), &["compose.test:8080".to_owned()]).await;
        for (url, status) in [
            ("http://compose.test:8080/", 200),
            ("http://COMPOSE.test.:8080/", 200),
            ("http://compose.test/", 403),
            ("https://compose.test/", 403),
            ("http://compose.test:8081/", 403),
            ("http://other.test:8080/", 403),
            ("http://10.77.0.53:8080/", 403),
            ("http://[::ffff:10.77.0.53]:8080/", 403),
            ("http://a.compose.test:8080/", 502),
        ] {
            let reply = extract(&service, url).await;
            tally.case(reply.status == status, || format!("{url}: {} {}", reply.status, reply.text()));
        }
        tally.case(shop.requests().len() == 2, || format!("{:?}", shop.requests()));
        end(service).await;
        tally.hits("what is forbidden", &world.forbidden.hits());
        tally.finish();
    });
}
