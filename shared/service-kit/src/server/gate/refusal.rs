//! The error body for requests that never reach the router.
//!
//! Hyper writes a bare head and closes. The contract promises its body with every answer that is no success.

use axum::http::HeaderMap;

use super::head::Refusal;
use crate::error::{ApiError, ErrorKind};
use crate::metrics::HttpMetrics;
use crate::request::{REQUEST_ID, RequestId};

/// The whole answer, counted like every other.
pub(super) fn answer(refusal: Refusal, metrics: Option<&HttpMetrics>) -> Vec<u8> {
    let Refusal { status, message } = refusal;
    let id = RequestId::of(&HeaderMap::new());
    let error = ApiError::new(ErrorKind::InvalidRequest, message).with_status(status);
    let body = serde_json::json!(error.body(id.as_str())).to_string();
    if let Some(metrics) = metrics {
        metrics.refused_unseen(&error);
    }
    tracing::debug!(request_id = id.as_str(), status = status.as_u16(), "refused: {message}");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n{REQUEST_ID}: {}\r\n\r\n",
        body.len(),
        id.as_str(),
    );
    (head + &body).into_bytes()
}
