//! One table: how the pool fails, and what the client is told.

use browser_pool::PoolError;
use service_kit::{ApiError, CpuError, ErrorKind, short};

use crate::picture::Unusable;

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
        PoolError::Forbidden => ApiError::new(ErrorKind::ForbiddenUrl, message),
        PoolError::Network { retriable, .. } => {
            ApiError::new(ErrorKind::NetworkError, message).with_retriable(*retriable)
        }
        PoolError::Unusable { field: "html", .. } => ApiError::new(ErrorKind::InvalidHtml, message),
        PoolError::Unusable { .. } => ApiError::new(ErrorKind::InvalidRequest, message),
        PoolError::NotInert | PoolError::Render { .. } => ApiError::new(ErrorKind::RenderFailure, message),
    }
}

pub(crate) fn of_cpu(error: CpuError, timeout_s: f64) -> ApiError {
    match error {
        CpuError::DeadlinePassed => timeout("encode", timeout_s),
        CpuError::Panicked => ApiError::new(ErrorKind::RenderFailure, "the picture could not be checked"),
    }
}

pub(crate) fn of_picture(unusable: Unusable) -> ApiError {
    if matches!(unusable, Unusable::Thumbnail { .. }) {
        return ApiError::invalid("thumbnail_width", unusable.to_string());
    }
    let is_blank = matches!(unusable, Unusable::Blank);
    // The same page gives the same picture: asking again is of no use.
    let advice = if is_blank {
        "look for text in the colour of its background and for content outside the viewport"
    } else {
        "ask for it again"
    };
    let message = format!("{unusable}, {advice}");
    ApiError::new(ErrorKind::RenderFailure, message).with_retriable(!is_blank).with_cause(unusable)
}

pub(crate) fn timeout(stage: &'static str, timeout_s: f64) -> ApiError {
    let message = format!(
        "timeout_s: the {} s passed in the stage {stage}, allow more or render less",
        short(timeout_s)
    );
    ApiError::new(ErrorKind::Timeout, message).with_stage(stage)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use browser_pool::{NetworkFailure, ShedReason, Stage, UnavailableReason};

    use super::*;

    #[test]
    fn every_failure_of_the_pool_has_its_answer() {
        let retry_after = Duration::from_secs(2);
        let table = [
            (PoolError::Overloaded { reason: ShedReason::QueueFull, retry_after }, 503, "overloaded", true),
            (
                PoolError::Unavailable { reason: UnavailableReason::Starting, retry_after },
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
                PoolError::Network { failure: NetworkFailure::NoSuchHost, retriable: false },
                502,
                "network_error",
                false,
            ),
            (
                PoolError::Unusable { field: "selector", what: "nothing matches".to_owned() },
                400,
                "invalid_request",
                false,
            ),
            (PoolError::Unusable { field: "html", what: "it left".to_owned() }, 400, "invalid_html", false),
            (PoolError::Render { what: "no frame".to_owned() }, 500, "render_failure", true),
        ];
        for (error, status, kind, retriable) in table {
            let answer = of_pool(&error, 15.0);
            assert_eq!(
                (answer.status().as_u16(), answer.kind.as_str(), answer.retriable),
                (status, kind, retriable),
                "{answer}"
            );
        }
    }

    #[test]
    fn a_blank_picture_is_not_worth_another_try_and_a_wrong_one_is() {
        let blank = of_picture(Unusable::Blank);
        assert_eq!((blank.kind, blank.retriable), (ErrorKind::RenderFailure, false));
        assert!(blank.message.contains("the colour of its background"), "{blank}");
        let wrong = Unusable::Size { width: 1, height: 1, wanted_width: 2, wanted_height: 2 };
        assert!(of_picture(wrong).retriable);
    }

    #[test]
    fn a_timeout_names_its_stage_in_message_and_metric() {
        let answer = of_pool(&PoolError::Timeout { stage: Stage::Capture }, 0.5);
        assert_eq!(answer.stage(), Some("capture"));
        assert_eq!(
            answer.message,
            "timeout_s: the 0.5 s passed in the stage capture, allow more or render less"
        );
        assert!(
            of_cpu(CpuError::DeadlinePassed, 1e-320).message.starts_with("timeout_s: the 1e-320 s passed")
        );
        assert_eq!(of_cpu(CpuError::DeadlinePassed, 1.0).stage(), Some("encode"));
    }
}
