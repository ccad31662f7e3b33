//! The page at `/` and its files.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};

use super::Playground;

const PAGE: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/style.css");
const SHOW: &str = include_str!("assets/show.js");
const STATUS: &str = include_str!("assets/status.js");
pub(super) const ICON: &str = include_str!("assets/icon.svg");

pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const SVG: &str = "image/svg+xml";

pub(super) fn routes(service: &'static str, needs_token: bool, playground: Option<Playground>) -> Router {
    let router = Router::new()
        .route("/", file("text/html; charset=utf-8", page(service, needs_token, playground)))
        .route("/ui/style.css", file("text/css; charset=utf-8", STYLE))
        .route("/ui/show.js", file(SCRIPT, SHOW))
        .route("/ui/status.js", file(SCRIPT, STATUS))
        .route("/ui/icon.svg", file(SVG, ICON));
    match playground {
        Some(playground) => router.route("/ui/playground.js", file(SCRIPT, playground.script)),
        None => router,
    }
}

pub(super) fn file(media_type: &'static str, content: impl Into<Bytes>) -> MethodRouter {
    let content = content.into();
    get(async move || ([(CONTENT_TYPE, media_type)], content).into_response())
}

/// All that is put in is this executable's own.
fn page(service: &str, needs_token: bool, playground: Option<Playground>) -> String {
    let page = with_or_without(PAGE, playground.is_some());
    let fields = playground.map_or("", |playground| playground.html);
    let token = if needs_token { "needed" } else { "none" };
    page.replace("{{service}}", service).replace("{{token}}", token).replace("{{playground}}", fields)
}

/// A page with or without what it says of the playground.
pub(super) fn with_or_without(page: &str, playground: bool) -> String {
    let (begin, end) = ("<!-- playground -->", "<!-- end of playground -->");
    let mut shown = String::new();
    let mut rest = page;
    while let Some((before, optional)) = rest.split_once(begin) {
        let (optional, after) = optional.split_once(end).unwrap_or((optional, ""));
        shown.push_str(before);
        if playground {
            shown.push_str(optional);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_playground_only_where_there_is_something_to_play_with() {
        let playground = Playground { html: "<form id=toy></form>", script: "" };
        let with = page("toys", true, Some(playground));
        assert!(with.contains("<title>toys</title>") && with.contains("<form id=toy></form>"));
        assert!(with.contains("ui/playground.js") && with.contains("data-token=\"needed\""));
        let without = page("toys", false, None);
        assert!(!without.contains("playground.js") && !without.contains("id=\"playground\""));
        for page in [with, without] {
            assert!(!page.contains("{{") && !page.contains("<!--"), "all is filled in");
            assert!(
                !page.contains("://") && !page.contains("style="),
                "nothing of another host, no inline style"
            );
        }
    }
}
