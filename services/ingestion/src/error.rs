//! One table: how the pool, an address and a page fail, and what the client is told.

use std::time::Duration;

use browser_pool::{PoolError, Stage, UrlRefused};
use service_kit::{ApiError, CpuError, ErrorKind, short};

use crate::extract::{Refusal, Verdict};

/// How the page came that is no product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageFacts {
    pub(crate) status: Option<u16>,
    /// Nothing went on in it any more, or its fields were there, before it was read.
    pub(crate) was_ready: bool,
}

/// `timeout_s` is the request's, for the message.
pub(crate) fn of_pool(error: &PoolError, timeout_s: f64) -> ApiError {
    let message = error.to_string();
    match error {
        PoolError::Overloaded { retry_after, .. } => {
            ApiError::new(ErrorKind::Overloaded, message).with_retry_after(*retry_after)
        }
        PoolError::Unavailable { retry_after, .. } => {
            ApiError::new(ErrorKind::Unavailable, message).with_retry_after(*retry_after)
        }
        PoolError::Timeout { stage } => timeout(stage.as_str(), timeout_s),
        PoolError::BrowserCrash { retriable } => {
            ApiError::new(ErrorKind::BrowserCrash, message).with_retriable(*retriable)
        }
        PoolError::Forbidden => ApiError::new(ErrorKind::ForbiddenUrl, format!("url: {message}")),
        PoolError::Network { retriable, .. } => {
            ApiError::new(ErrorKind::NetworkError, message).with_retriable(*retriable)
        }
        // Only what is rendered can be asked for something that a page has not.
        PoolError::Unusable { .. } | PoolError::NotInert | PoolError::Render { .. } => {
            ApiError::new(ErrorKind::RenderFailure, message)
        }
    }
}

pub(crate) fn of_cpu(error: CpuError, timeout_s: f64) -> ApiError {
    match error {
        CpuError::DeadlinePassed => timeout("extract", timeout_s),
        CpuError::Panicked => ApiError::new(ErrorKind::RenderFailure, "the page could not be read"),
    }
}

/// Of an address as it was submitted, before anything is done with it.
pub(crate) fn of_url(refused: UrlRefused) -> ApiError {
    let kind = match refused {
        UrlRefused::Invalid(_) => ErrorKind::InvalidUrl,
        UrlRefused::Forbidden(_) => ErrorKind::ForbiddenUrl,
    };
    ApiError::new(kind, refused.to_string())
}

/// The site answered with a failure of its own, 429 or 5xx, and may have said when to come back.
pub(crate) fn of_upstream(status: u16, retry_after: Option<Duration>) -> ApiError {
    let error = ApiError::new(ErrorKind::NetworkError, format!("the site answered with status {status}"))
        .with_upstream_status(Some(status));
    match retry_after {
        Some(after) => error.with_retry_after(after),
        None => error,
    }
}

/// Whether the answer is that time was up (408), and nothing about the page itself.
pub(crate) fn is_timeout<T>(read: &Result<T, Refusal>, page: PageFacts) -> bool {
    read.as_ref().is_err_and(|refusal| is_still_empty(refusal, page))
}

fn is_still_empty(refusal: &Refusal, page: PageFacts) -> bool {
    refusal.verdict == Verdict::EmptyShell && !page.was_ready
}

/// A page without a product. One that was still empty when its time was up is a timeout: more time may well
/// bring the product.
pub(crate) fn of_refusal(refusal: &Refusal, page: PageFacts, timeout_s: f64) -> ApiError {
    let status = page.status;
    if is_still_empty(refusal, page) {
        return timeout(Stage::Ready.as_str(), timeout_s).with_upstream_status(status);
    }
    ApiError::new(ErrorKind::ExtractionFailed, format!("no product on this page ({})", refusal.evidence))
        .with_verdict(refusal.verdict.as_str())
        .with_upstream_status(status)
}

fn timeout(stage: &'static str, timeout_s: f64) -> ApiError {
    let message =
        format!("timeout_s: the {} s passed in the stage {stage}, allow more or try later", short(timeout_s));
    ApiError::new(ErrorKind::Timeout, message).with_stage(stage)
}

#[cfg(test)]
mod tests {
    use browser_pool::{NetworkFailure, ShedReason, UnavailableReason};

    use super::*;

    #[test]
    fn every_failure_of_the_pool_has_its_answer() {
        let retry_after = Duration::from_secs(2);
        let table = [
            (PoolError::Overloaded { reason: ShedReason::Hopeless, retry_after }, 503, "overloaded", true),
            (
                PoolError::Unavailable { reason: UnavailableReason::NoBrowser, retry_after },
                503,
                "unavailable",
                true,
            ),
            (PoolError::Timeout { stage: Stage::Ready }, 408, "timeout", true),
            (PoolError::BrowserCrash { retriable: true }, 500, "browser_crash", true),
            (PoolError::BrowserCrash { retriable: false }, 500, "browser_crash", false),
            (PoolError::Forbidden, 403, "forbidden_url", false),
            (
                PoolError::Network { failure: NetworkFailure::ConnectionReset, retriable: true },
                502,
                "network_error",
                true,
            ),
            (
                PoolError::Network { failure: NetworkFailure::BadCertificate, retriable: false },
                502,
                "network_error",
                false,
            ),
            (PoolError::Render { what: "no frame".to_owned() }, 500, "render_failure", true),
        ];
        for (error, status, kind, retriable) in table {
            let answer = of_pool(&error, 10.0);
            assert_eq!(
                (answer.status().as_u16(), answer.kind.as_str(), answer.retriable),
                (status, kind, retriable),
                "{answer}"
            );
        }
    }

    #[test]
    fn a_failing_site_and_a_page_without_a_product_differ() {
        let failing = of_upstream(503, None);
        assert_eq!((failing.status().as_u16(), failing.retriable), (502, true));
        assert_eq!(failing.body("id").upstream_status, Some(503));
        let refusal = Refusal { verdict: Verdict::Captcha, evidence: "a puzzle".to_owned() };
        let page = PageFacts { status: Some(200), was_ready: true };
        let none = of_refusal(&refusal, page, 10.0);
        assert_eq!((none.status().as_u16(), none.retriable, none.verdict()), (422, false, Some("captcha")));
    }

    #[test]
    fn a_page_that_was_empty_when_its_time_was_up_is_a_timeout() {
        let answer = |verdict, was_ready| {
            let refusal = Refusal { verdict, evidence: "12 bytes of text".to_owned() };
            of_refusal(&refusal, PageFacts { status: Some(200), was_ready }, 10.0).kind
        };
        let timed_out = |verdict, was_ready| {
            let read: Result<(), _> = Err(Refusal { verdict, evidence: String::new() });
            is_timeout(&read, PageFacts { status: None, was_ready })
        };
        assert!(timed_out(Verdict::EmptyShell, false));
        assert!(!timed_out(Verdict::EmptyShell, true) && !timed_out(Verdict::Captcha, false));
        assert!(!is_timeout(&Ok(()), PageFacts { status: None, was_ready: false }), "a product is none");
        assert_eq!(answer(Verdict::EmptyShell, false), ErrorKind::Timeout);
        assert_eq!(answer(Verdict::EmptyShell, true), ErrorKind::ExtractionFailed);
        assert_eq!(answer(Verdict::Captcha, false), ErrorKind::ExtractionFailed);
    }

    #[test]
    fn a_timeout_names_its_stage_in_message_and_metric() {
        let answer = of_pool(&PoolError::Timeout { stage: Stage::Load }, 10.0);
        assert_eq!(answer.stage(), Some("load"));
        assert_eq!(answer.message, "timeout_s: the 10 s passed in the stage load, allow more or try later");
        assert!(
            of_cpu(CpuError::DeadlinePassed, 1e-320).message.starts_with("timeout_s: the 1e-320 s passed")
        );
        assert_eq!(of_cpu(CpuError::DeadlinePassed, 1.0).stage(), Some("extract"));
    }
}
