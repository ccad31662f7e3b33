//! The last requests that failed, for whoever looks for one: what was said in the log, without what only the log may say.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorKind, Fault};

/// Older ones are in the log.
const MOST: usize = 20;

/// The newest first. Requests without a valid token are not in it: whoever knocks at the door would push out the rest.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<VecDeque<Failure>>);

/// A request that was not answered with success.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Failure {
    /// When it was answered: RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub(crate) time: String,
    /// As in the answer, its `X-Request-Id`, and the log.
    pub(crate) request_id: String,
    pub(crate) endpoint: &'static str,
    pub(crate) status: u16,
    pub(crate) error_type: ErrorKind,
    pub(crate) fault: Fault,
    /// Of a timeout: in which its deadline passed.
    pub(crate) stage: Option<&'static str>,
    /// What the page was, when it was no product.
    pub(crate) verdict: Option<&'static str>,
    /// Milliseconds from the request to its answer.
    pub(crate) took_ms: u64,
    /// The page that was asked for, without credentials, query and fragment; `null` where none was.
    pub(crate) url: Option<String>,
}

impl Failure {
    pub(crate) fn new(
        error: &ApiError,
        request_id: &str,
        endpoint: &'static str,
        took_ms: f64,
        url: Option<String>,
    ) -> Self {
        Self {
            time: crate::error::timestamp(),
            request_id: request_id.to_owned(),
            endpoint,
            status: error.status().as_u16(),
            error_type: error.kind,
            fault: error.kind.fault(),
            stage: error.stage(),
            verdict: error.verdict(),
            took_ms: took_ms.round() as u64,
            url,
        }
    }
}

impl Failures {
    pub(crate) fn note(&self, failure: Failure) {
        if failure.error_type == ErrorKind::Unauthorized {
            return;
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.truncate(MOST - 1);
        last.push_front(failure);
    }

    pub(crate) fn last(&self) -> Vec<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept_the_newest_first() {
        let failures = Failures::default();
        for number in 0..30 {
            let kind = if number % 3 == 0 { ErrorKind::Unauthorized } else { ErrorKind::Timeout };
            let error = ApiError::new(kind, "as it is").with_stage("load");
            failures.note(Failure::new(&error, &number.to_string(), "/v1/wish", 12.6, None));
        }
        let last = failures.last();
        let ids: Vec<_> = last.iter().map(|failure| failure.request_id.as_str()).collect();
        assert_eq!((ids.len(), ids[0], ids[1], ids[19]), (20, "29", "28", "1"));
        assert_eq!((last[0].stage, last[0].took_ms, last[0].status), (Some("load"), 13, 408));
    }
}
