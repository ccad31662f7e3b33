//! The dashboard of the ingestion service.

use super::{Service, glance, requests, resources};
use crate::board::{Board, Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{growth, present, rate, share, sum};
use crate::style::{Colour, Unit};

pub(super) fn board() -> Board {
    let service = Service {
        latency_bounds_ms: (6_000.0, 12_000.0),
        latency_says: "Above 6 s, 60 % of the default deadline, look at the stages; above 12 s callers give up.",
        request: "extractions",
    };
    Board {
        uid: "playwright-ingestion",
        title: "Playwright / Ingestion",
        description: "POST /v1/extract: what came, what became of it, where its time went, and what the browsers take.",
        chosen_from: "playwright_extractions_total",
        all_jobs: "playwright-ingestion.*",
        rows: vec![
            glance::at_a_glance(service),
            requests::requests(service),
            requests::failures(),
            reading(),
            requests::stages(),
            resources::pools(),
            resources::egress(),
            resources::resources(),
        ],
    }
}

fn reading() -> Row {
    row("What is read", vec![marketplaces(), by_marketplace(), fields(), verdicts()])
}

fn marketplaces() -> Panel {
    Panel::new(
        Kind::Stack,
        "Marketplaces",
        Unit::RequestsPerSecond,
        "Extractions by marketplace.",
        "A marketplace that vanishes is a change at the callers'.",
    )
    .size(6, 9)
    .query(sum("marketplace", &rate("playwright_extractions_total", "")), "{{marketplace}}")
    .colours(&["amazon", "ebay", "walmart", "newegg", "other"], Colour::Plain)
    .min(0.0)
}

fn by_marketplace() -> Panel {
    let good = sum("marketplace", &growth("playwright_extractions_total", r#"outcome="success""#));
    let all = sum("marketplace", &growth("playwright_extractions_total", r#"outcome!="refused""#));
    Panel::new(
        Kind::Gauges,
        "Success by marketplace",
        Unit::Share,
        "Share of the extractions that were worked on and gave a product, over the time that is shown.",
        "One marketplace alone below 85 %: it has changed its pages or blocks us; look at the verdicts, then at its rules \
         (docs/shop-rules.md).",
    )
    .size(6, 9)
    .base(Colour::Bad)
    .bound(0.75, Colour::Warning)
    .bound(0.85, Colour::Good)
    .query(share(&good, &all), "{{marketplace}}")
    .min(0.0)
    .max(1.0)
    .decimals(0)
    .when_empty("No traffic")
}

fn fields() -> Panel {
    let found = sum("field", &growth("playwright_extraction_fields_total", r#"outcome="found""#));
    let all = sum("field", &growth("playwright_extraction_fields_total", ""));
    Panel::new(
        Kind::Gauges,
        "Fields found",
        Unit::Share,
        "Share of the products with a field, over the time that is shown. Title, price and currency are what a listing needs; not \
         every page has the others.",
        "A field that falls while the marketplaces stay the same: a shop has moved it.",
    )
    .size(6, 9)
    .base(Colour::Bad)
    .bound(0.25, Colour::Warning)
    .bound(0.6, Colour::Good)
    .query(format!("sort_desc({})", share(&found, &all)), "{{field}}")
    .min(0.0)
    .max(1.0)
    .decimals(0)
    .when_empty("No products")
}

fn verdicts() -> Panel {
    Panel::new(
        Kind::Bars,
        "Pages that were no product",
        Unit::EventsPerSecond,
        "By what they were.",
        "blocked, captcha, login_wall: a site turns us away; slow down, or extract from `html` that the caller has. empty_shell: the \
         page's content did not come. listing, article, not_found: the callers' addresses.",
    )
    .size(6, 9)
    .query(present(&sum("verdict", &rate("playwright_page_verdicts_total", ""))), "{{verdict}}")
    .colours(&["blocked", "captcha", "login_wall", "empty_shell"], Colour::WarningShade)
    .colours(&["not_found", "listing", "article", "not_html"], Colour::NeutralShade)
    .min(0.0)
    .when_empty("None")
}
