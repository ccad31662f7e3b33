//! `/docs`: the description of the API to be read and tried. The page is ours, what makes it is Swagger UI, whose files are
//! in the executable.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::page::{ICON, SCRIPT, SVG, file, with_or_without};

const PAGE: &str = include_str!("assets/docs.html");
const START: &str = include_str!("assets/docs.js");
const STYLE: &str = include_str!("assets/docs.css");

/// Without links to the other pages where they have a listener of their own.
pub(super) fn routes(service: &'static str, beside_the_pages: bool) -> Router {
    let page = with_or_without(PAGE, beside_the_pages).replace("{{service}}", service);
    Router::new()
        // Relative, so that a proxy may serve it below a path of its own.
        .route("/docs", get(async || (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "docs/")])))
        .route("/docs/", file("text/html; charset=utf-8", page))
        .route("/docs/icon.svg", file(SVG, ICON))
        .route("/docs/docs.js", file(SCRIPT, START))
        .route("/docs/docs.css", file("text/css; charset=utf-8", STYLE))
        .route("/docs/swagger-ui.css", get(async || of_swagger("swagger-ui.css", "text/css; charset=utf-8")))
        .route("/docs/swagger-ui-bundle.js", get(async || of_swagger("swagger-ui-bundle.js", SCRIPT)))
}

fn of_swagger(name: &str, media_type: &'static str) -> Response {
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, Arc::new(Config::default())) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let encoding = file.gzpipped.then_some([(CONTENT_ENCODING, "gzip")]);
    let content = ([(CONTENT_TYPE, media_type)], file.bytes.into_owned());
    match encoding {
        Some(encoding) => (encoding, content).into_response(),
        None => content.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leads_to_the_other_pages_only_where_they_are() {
        assert!(with_or_without(PAGE, true).contains("../#playground"));
        let alone = with_or_without(PAGE, false);
        assert!(!alone.contains("href=\"../\"") && !alone.contains("<!--"), "{alone}");
        assert!(alone.contains("../openapi.json"));
    }
}
