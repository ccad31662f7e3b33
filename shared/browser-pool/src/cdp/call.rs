//! One call: sent at once, awaited under a deadline, forgotten by the connection when nobody awaits it.

use std::marker::PhantomData;
use std::sync::Weak;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::connection::Shared;
use super::frame::Rejection;
use crate::deadline::Deadline;

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The pipe is closed: the browser is gone.
    #[error("the browser is gone")]
    Gone,
    #[error("{method} was not answered before the deadline")]
    DeadlinePassed { method: String },
    #[error("{method} was rejected: {message}")]
    Rejected { method: String, message: String },
    #[error("{method} was answered with something unexpected")]
    Unexpected { method: String, source: serde_json::Error },
}

pub(super) type Answer = Result<Bytes, Rejection>;

/// A call that is under way. Dropping it forgets the call; its answer is then ignored.
#[must_use = "a call whose answer does not matter is sent with `Connection::tell`"]
#[derive(Debug)]
pub(crate) struct PendingCall<R> {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) answer: oneshot::Receiver<Answer>,
    pub(super) connection: Weak<Shared>,
    pub(super) returns: PhantomData<fn() -> R>,
}

impl<R: DeserializeOwned> PendingCall<R> {
    /// The parsed answer.
    pub(crate) async fn within(self, deadline: Deadline) -> Result<R, CallError> {
        let method = self.method.clone();
        let text = self.text_within(deadline).await?;
        serde_json::from_slice(&text).map_err(|source| CallError::Unexpected { method, source })
    }

    /// The answer as the browser wrote it, for those that would be costly to parse twice.
    pub(crate) async fn text_within(mut self, deadline: Deadline) -> Result<Bytes, CallError> {
        match deadline.limit(&mut self.answer).await {
            Err(_) => Err(CallError::DeadlinePassed { method: self.method.clone() }),
            Ok(Err(_)) => Err(CallError::Gone),
            Ok(Ok(Ok(text))) => Ok(text),
            Ok(Ok(Err(rejection))) => {
                Err(CallError::Rejected { method: self.method.clone(), message: rejection.message })
            }
        }
    }
}

impl<R> Drop for PendingCall<R> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.upgrade() {
            connection.forget(self.id);
        }
    }
}
