//! Reading a body under its limits.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::BodyRules;
use crate::error::{ApiError, ErrorKind};

/// How much of a body that is too large is read and thrown away before the answer: a client that is still sending
/// when the connection closes sees a reset instead of the 413.
const MOST_DISCARDED: usize = 64 << 20;
/// And for how long: a client that sends slowly, or nothing, is not waited for.
const LONGEST_DISCARDING: Duration = Duration::from_secs(1);

/// The whole body, or 413 without having kept more than the limit, or 408 when it came too slowly.
pub(super) async fn whole_body(
    headers: &HeaderMap,
    mut body: Body,
    rules: &BodyRules,
) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(rules.timeout, read(headers, &mut body, rules.max_bytes)).await {
        Ok(Err(error)) if error.kind == ErrorKind::PayloadTooLarge => {
            // A client that asks first has sent nothing yet, and need not.
            if !headers.contains_key(EXPECT) {
                discard(&mut body).await;
            }
            Err(error)
        }
        Ok(read) => read,
        Err(_) => Err(ApiError::new(
            ErrorKind::InvalidRequest,
            format!("body: not received within {} s, send it faster", rules.timeout.as_secs_f64()),
        )
        .with_status(StatusCode::REQUEST_TIMEOUT)),
    }
}

async fn read(headers: &HeaderMap, body: &mut Body, max_bytes: usize) -> Result<Bytes, ApiError> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > max_bytes) {
        return Err(too_large(max_bytes));
    }
    let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            ApiError::new(ErrorKind::InvalidRequest, "body: broken off or wrongly framed").with_cause(error)
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Reads on, within bounds, so that the client gets to read the answer.
async fn discard(body: &mut Body) {
    let discarding = async {
        let mut discarded = 0;
        while let Some(Ok(frame)) = body.frame().await {
            discarded += frame.data_ref().map_or(0, Bytes::len);
            if discarded > MOST_DISCARDED {
                break;
            }
        }
    };
    // Whether it came to its end or not, the answer is the same.
    let _ = tokio::time::timeout(LONGEST_DISCARDING, discarding).await;
}

fn too_large(max_bytes: usize) -> ApiError {
    ApiError::new(
        ErrorKind::PayloadTooLarge,
        format!("body: larger than the {max_bytes} bytes that this service accepts"),
    )
}
