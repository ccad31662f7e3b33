//! The dashboard of the image service.

use super::{Service, glance, requests, resources};
use crate::board::{Board, Row, row};
use crate::panel::{Kind, Panel};
use crate::queries::{increase, quantile, rate, series, share, sum};
use crate::style::{Colour, Unit};

pub(super) fn board() -> Board {
    let service = Service {
        latency_bounds_ms: (9_000.0, 18_000.0),
        latency_says: "Above 9 s, 60 % of the default deadline, look at the stages; above 18 s callers give up.",
        request: "pictures",
    };
    Board {
        uid: "playwright-image",
        title: "Playwright / Image",
        description: "POST /v1/render, /v1/screenshot and /v1/card: what came, what became of it, how long drawing takes and what it gives.",
        chosen_from: "playwright_images_total",
        all_jobs: "playwright-image.*",
        rows: vec![
            glance::at_a_glance(service),
            requests::requests(service),
            requests::failures(),
            drawing(),
            kept(),
            requests::stages(),
            resources::pools(),
            resources::egress(),
            resources::resources(),
        ],
    }
}

fn drawing() -> Row {
    row("Pictures", vec![heatmap(), generation(), formats(), sizes()])
}

fn kept() -> Row {
    row("Cache and pages", vec![origins(), hits(), cache_size(), leases()])
}

fn heatmap() -> Panel {
    Panel::new(
        Kind::Heatmap,
        "Render time",
        Unit::Milliseconds,
        "How many pictures took how long to make; kept pictures are not among them. Each row is a bucket, named by its upper end.",
        "Two bands are two kinds of documents. A band that wanders up while the rate stays is a browser that ages or a machine that \
         is full.",
    )
    .size(12, 10)
    .query(sum("le", &increase("playwright_image_generation_ms_bucket", "")), "{{le}}")
}

fn generation() -> Panel {
    let of = |share: f64| quantile(share, "format", "playwright_image_generation_ms", "");
    Panel::new(
        Kind::Lines,
        "Generation time by format",
        Unit::Milliseconds,
        "p50 and p95 of the time that making a picture took, by format.",
        "PNG takes longer than JPEG, for its compression. One format that rises alone: its encoder, or larger pictures (see sizes).",
    )
    .size(12, 10)
    .query(of(0.95), "{{format}} p95")
    .query(of(0.5), "{{format}} p50")
    .colour("png p95", Colour::Main)
    .colour("jpeg p95", Colour::Good)
    .colour("webp p95", Colour::Second)
    .min(0.0)
    .when_empty("No pictures")
}

fn formats() -> Panel {
    Panel::new(
        Kind::Stack,
        "Pictures by format",
        Unit::RequestsPerSecond,
        "Pictures that were returned, kept ones among them.",
        "The default is PNG: callers who post cards save bytes and time with JPEG.",
    )
    .size(12, 8)
    .query(sum("format", &rate("playwright_images_total", "")), "{{format}}")
    .colour("png", Colour::Main)
    .colour("jpeg", Colour::Good)
    .colour("webp", Colour::Second)
    .min(0.0)
}

fn sizes() -> Panel {
    let of = |share: f64| quantile(share, "format", "playwright_image_size_bytes", "");
    Panel::new(
        Kind::Lines,
        "Size by format",
        Unit::Bytes,
        "p50 and p95 of a returned picture's bytes, by format.",
        "Pictures that grow: a new template, a larger scale_factor, or photographs in PNG.",
    )
    .size(12, 8)
    .query(of(0.95), "{{format}} p95")
    .query(of(0.5), "{{format}} p50")
    .colour("png p95", Colour::Main)
    .colour("jpeg p95", Colour::Good)
    .colour("webp p95", Colour::Second)
    .min(0.0)
    .when_empty("No pictures")
}

fn origins() -> Panel {
    Panel::new(
        Kind::Stack,
        "Where pictures come from",
        Unit::RequestsPerSecond,
        "hit: kept from before. shared: made once for several who asked at the same time. miss: made, and kept. bypass: made, and not \
         to be kept.",
        "Much bypass: documents that load or run something without `deterministic`, or callers who send no-store.",
    )
    .size(6, 8)
    .query(sum("outcome", &rate("playwright_image_cache_requests_total", "")), "{{outcome}}")
    .colour("hit", Colour::Good)
    .colour("shared", Colour::Third)
    .colour("miss", Colour::Main)
    .colour("bypass", Colour::Neutral)
    .min(0.0)
}

fn hits() -> Panel {
    let saved = sum("", &rate("playwright_image_cache_requests_total", r#"outcome=~"hit|shared""#));
    let all = sum("", &rate("playwright_image_cache_requests_total", r#"outcome!="bypass""#));
    Panel::new(
        Kind::Lines,
        "Saved by the cache",
        Unit::Share,
        "Share of the pictures that may be kept and did not have to be made.",
        "It falls with every new template: no concern. Low for weeks with a full cache: raise PLAYWRIGHT_IMAGE_CACHE_MB.",
    )
    .size(6, 8)
    .query(share(&saved, &all), "saved")
    .colour("saved", Colour::Good)
    .min(0.0)
    .max(1.0)
    .when_empty("Nothing to keep")
}

fn cache_size() -> Panel {
    Panel::new(
        Kind::Lines,
        "Cache",
        Unit::Bytes,
        "Bytes of the pictures that are kept.",
        "At PLAYWRIGHT_IMAGE_CACHE_MB the oldest go: compare with what the cache saves.",
    )
    .size(6, 8)
    .query(sum("", &series("playwright_image_cache_bytes", "")), "kept")
    .colour("kept", Colour::Main)
    .min(0.0)
}

fn leases() -> Panel {
    let of = |metric: &str| {
        share(&sum("", &rate(metric, "")), &sum("", &rate("playwright_page_leases_total", "")))
    };
    Panel::new(
        Kind::Lines,
        "How pages were had",
        Unit::Share,
        "Share of the leases that found a page opened ahead, that got a page which has shown other documents that run and load nothing, \
         and that drew in a browser whose frames are asked for, which is the fastest.",
        "framed and reused at 0 while cards are drawn: such a browser is down (see its log), or documents run scripts.",
    )
    .size(6, 8)
    .query(of("playwright_page_leases_framed_total"), "framed")
    .query(of("playwright_page_leases_reused_total"), "reused")
    .query(of("playwright_page_leases_warm_total"), "opened ahead")
    .colour("framed", Colour::Good)
    .colour("reused", Colour::Main)
    .colour("opened ahead", Colour::Third)
    .min(0.0)
    .max(1.0)
    .when_empty("No leases")
}
