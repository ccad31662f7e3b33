//! Who may ask for the service's work, and how much of it: bearer tokens with a rate and a concurrency limit each.
//!
//! Without tokens everybody may, as on a private network. A token belongs to a named caller; several tokens of one name
//! share that caller's limits, so that a token can be replaced while the old one still works. Names are in the log;
//! tokens are nowhere, not even in memory: only their digests are kept.

mod credentials;
mod quota;
mod tokens;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;

use crate::error::{ApiError, ErrorKind};
use crate::settings::AccessSettings;
pub(crate) use credentials::Basic;
use quota::{Permit, Quota};
use tokens::{TokenFile, Tokens};
pub use tokens::{TokenList, TokensRefused};

/// Why the tokens' file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("PLAYWRIGHT_API_TOKENS_FILE: can't be read")]
    Read(#[source] std::io::Error),
    #[error("PLAYWRIGHT_API_TOKENS_FILE: {0}")]
    Content(#[from] TokensRefused),
}

/// Shared by clones.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Whether tokens are asked for at all.
    is_guarded: bool,
    given: Tokens,
    file: Option<TokenFile>,
    per_minute: u32,
    at_once: usize,
    /// By the caller's name.
    quotas: Mutex<HashMap<Arc<str>, Arc<Quota>>>,
}

/// A caller who has been let in.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) name: Arc<str>,
    /// One of the caller's requests at once, until it is dropped.
    _permit: Permit,
}

impl Access {
    /// Nobody is asked for a token.
    pub fn open() -> Self {
        let given = Tokens::default();
        Self(Arc::new(Inner {
            is_guarded: false,
            given,
            file: None,
            per_minute: 0,
            at_once: 0,
            quotas: Mutex::default(),
        }))
    }

    /// As the settings say.
    ///
    /// # Errors
    /// Where the file of tokens can't be read or is not valid.
    pub fn new(settings: &AccessSettings) -> Result<Self, AccessError> {
        let given = settings.api_tokens.as_ref().map(|list| list.0.clone()).unwrap_or_default();
        let file =
            settings.api_tokens_file.as_deref().map(|path: &Path| TokenFile::open(path)).transpose()?;
        Ok(Self(Arc::new(Inner {
            is_guarded: settings.api_tokens.is_some() || file.is_some(),
            given,
            file,
            per_minute: settings.token_rate,
            at_once: settings.token_concurrency,
            quotas: Mutex::default(),
        })))
    }

    /// Whether tokens are asked for at all.
    pub(crate) fn is_guarded(&self) -> bool {
        self.0.is_guarded
    }

    /// Lets a request in, or says why not. `None` where nobody is asked for a token.
    pub(crate) fn admit(&self, headers: &HeaderMap, basic: Basic<'_>) -> Result<Option<Caller>, ApiError> {
        let Some(name) = self.identify(headers, basic)? else { return Ok(None) };
        let permit = self.0.quota(&name).take().map_err(|after| exhausted(&self.0, after))?;
        Ok(Some(Caller { name, _permit: permit }))
    }

    /// Whose the token is, for what is no work and uses up nobody's share. `None` where nobody is asked for one.
    pub(crate) fn identify(
        &self,
        headers: &HeaderMap,
        basic: Basic<'_>,
    ) -> Result<Option<Arc<str>>, ApiError> {
        if !self.0.is_guarded {
            return Ok(None);
        }
        let token = credentials::token(headers, basic)?;
        let name = self.0.caller(&token);
        name.map(Some).ok_or_else(|| unauthorized("authorization: the token is not valid"))
    }
}

impl Inner {
    fn caller(&self, token: &str) -> Option<Arc<str>> {
        let digest = tokens::digest(token);
        let in_file = self.file.as_ref().and_then(|file| file.current().caller(&digest));
        // Both are looked through, so that the time tells nothing.
        self.given.caller(&digest).or(in_file)
    }

    fn quota(&self, name: &Arc<str>) -> Arc<Quota> {
        let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        let quota = quotas
            .entry(Arc::clone(name))
            .or_insert_with(|| Arc::new(Quota::new(self.per_minute, self.at_once)));
        Arc::clone(quota)
    }
}

fn unauthorized(message: &str) -> ApiError {
    ApiError::new(ErrorKind::Unauthorized, message)
}

fn exhausted(limits: &Inner, after: quota::Exhausted) -> ApiError {
    let (message, after) = match after {
        quota::Exhausted::Rate(after) => {
            (format!("more than {} requests a minute with this token", limits.per_minute), after)
        }
        quota::Exhausted::AtOnce => {
            (format!("more than {} requests at once with this token", limits.at_once), Duration::from_secs(1))
        }
    };
    ApiError::new(ErrorKind::RateLimited, format!("{message}, try later")).with_retry_after(after)
}

#[cfg(test)]
mod tests;
