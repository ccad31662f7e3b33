//! In front of the pages: who may see them, and what a browser may do with them.
//!
//! Where tokens are configured the token is asked for as the password of HTTP Basic. Every browser and every client
//! knows that, a proxy may fill it in, and there is nothing here to log in to, to keep a session of or to forget: a form
//! with a cookie would be all of that.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, REFERRER_POLICY, WWW_AUTHENTICATE, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::{Access, Basic};

/// Scripts and styles of this service only, none in a page's text; requests to this service only; in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

#[derive(Debug)]
pub(super) struct Door {
    access: Access,
    /// A browser that is told this asks for the token; what a script fetches is not to open such a window.
    challenge: Option<HeaderValue>,
}

impl Door {
    pub(super) fn of_pages(access: &Access, service: &str) -> Self {
        let challenge =
            format!("Basic realm=\"{service}: any name, the token as password\", charset=\"UTF-8\"");
        Self { access: access.clone(), challenge: HeaderValue::from_str(&challenge).ok() }
    }

    pub(super) fn of_data(access: &Access) -> Self {
        Self { access: access.clone(), challenge: None }
    }
}

pub(super) async fn door(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let mut response = match door.access.identify(request.headers(), Basic::Accepted(&method)) {
        Ok(_) => {
            request.headers_mut().remove(AUTHORIZATION);
            next.run(request).await
        }
        Err(error) => {
            let mut response = error.into_response();
            if let Some(challenge) = &door.challenge {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge.clone());
            }
            response
        }
    };
    confine(response.headers_mut());
    response
}

fn confine(headers: &mut HeaderMap) {
    let value = HeaderValue::from_static;
    headers.insert(CONTENT_SECURITY_POLICY, value(POLICY));
    headers.insert(REFERRER_POLICY, value("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, value("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), value("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), value("same-origin"));
}
