//! What is asked for: the request as it comes, and what it stands for once every field has been checked. Pure:
//! no browser and no DNS is touched by a check.

use std::time::Duration;

use browser_pool::EgressConfig;
use browser_pool::UrlRefused;
use browser_pool::egress::{RefusalReason, parse_url};
use serde::{Deserialize, Deserializer};
use service_kit::{ApiError, ErrorKind, Field, RequestFields, short, whole};
use url::Url;
use utoipa::ToSchema;

use crate::error;
use crate::extract::Marketplace;

const LONGEST_TIMEOUT_S: f64 = 60.0;
const MOST_RETRIES: u8 = 5;
const MOST_URL_BYTES: usize = 8 << 10;
const MOST_USER_AGENT_BYTES: usize = 512;

/// A page to extract a product from. Fields that are absent or `null` have their defaults.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"url": "https://shop.example/item/1", "timeout_s": 20}))]
pub(crate) struct ExtractRequest {
    /// Absolute, `http` or `https`, of a public host, at most 8 KiB.
    pub(crate) url: String,
    /// The page, if the caller has it already: extracted with `url` as its base, no browser is used.
    pub(crate) html: Option<String>,
    /// A hint where the host does not tell; the host wins, and the response says so.
    #[serde(default, deserialize_with = "marketplace")]
    #[schema(value_type = Option<Marketplace>)]
    pub(crate) marketplace_type: Option<Marketplace>,
    /// Seconds for the whole request, queueing and retries included; more than 0.
    #[serde(default = "default_timeout")]
    #[schema(nullable, default = 10, exclusive_minimum = 0, maximum = 60)]
    pub(crate) timeout_s: f64,
    /// Tries after a first one that failed for a passing reason (a broken connection, 429, 5xx), while the time allows;
    /// the site's own `Retry-After` is waited for. What a page turned out to be, such as `not_found`, `blocked` or
    /// `captcha`, is never tried again.
    #[serde(default = "default_retries", deserialize_with = "whole")]
    #[schema(nullable, default = 2, minimum = 0, maximum = 5)]
    pub(crate) retry_count: u8,
    /// In place of a desktop Chrome of the browser's own version; at most 512 bytes, no control characters.
    pub(crate) user_agent: Option<String>,
    /// Fill `raw_html` with the rendered DOM, base64.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) include_html: bool,
    /// List every candidate that was found.
    #[serde(default)]
    #[schema(nullable, default = false)]
    pub(crate) explain: bool,
}

impl RequestFields for ExtractRequest {
    const FIELDS: &'static [Field] = &[
        Field::required("url", "an absolute http or https URL of at most 8192 bytes"),
        Field::optional("html", "non-blank text").refused_as(ErrorKind::InvalidHtml),
        Field::optional("marketplace_type", "amazon, ebay, walmart, newegg or other"),
        Field::optional("timeout_s", "a number of seconds, more than 0 and at most 60"),
        Field::optional("retry_count", "an integer from 0 to 5"),
        Field::optional("user_agent", "text of at most 512 bytes without control characters"),
        Field::optional("include_html", "true or false"),
        Field::optional("explain", "true or false"),
    ];
}

fn default_timeout() -> f64 {
    10.0
}

fn default_retries() -> u8 {
    2
}

fn marketplace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Marketplace>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(serde::de::Error::custom)
}

/// A request whose every field is valid.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) url: Url,
    pub(crate) html: Option<String>,
    pub(crate) marketplace: Option<Marketplace>,
    pub(crate) timeout_s: f64,
    pub(crate) retries: u8,
    pub(crate) user_agent: Option<String>,
    pub(crate) include_html: bool,
    pub(crate) explain: bool,
}

impl ExtractRequest {
    /// Checks every field, in the order of the contract. `note` hears of an address that is forbidden.
    pub(crate) fn check(
        self,
        egress: &EgressConfig,
        note: impl FnOnce(RefusalReason),
    ) -> Result<Wanted, ApiError> {
        let url = self.check_url(egress, note)?;
        if self.html.as_ref().is_some_and(|html| html.trim().is_empty()) {
            return Err(Self::refuse("html", "nothing but white space"));
        }
        if !(self.timeout_s > 0.0 && self.timeout_s <= LONGEST_TIMEOUT_S) {
            return Err(Self::refuse("timeout_s", short(self.timeout_s)));
        }
        if self.retry_count > MOST_RETRIES {
            return Err(Self::refuse("retry_count", self.retry_count));
        }
        let user_agent = self.user_agent.filter(|user_agent| !user_agent.is_empty());
        if let Some(user_agent) = &user_agent {
            check_user_agent(user_agent)?;
        }
        Ok(Wanted {
            url,
            html: self.html,
            marketplace: self.marketplace_type,
            timeout_s: self.timeout_s,
            retries: self.retry_count,
            user_agent,
            include_html: self.include_html,
            explain: self.explain,
        })
    }

    fn check_url(&self, egress: &EgressConfig, note: impl FnOnce(RefusalReason)) -> Result<Url, ApiError> {
        if self.url.len() > MOST_URL_BYTES {
            // Text of the right type, and no address that is ever asked for.
            let ApiError { message, .. } = Self::refuse("url", format_args!("{} bytes", self.url.len()));
            return Err(ApiError::new(ErrorKind::InvalidUrl, message));
        }
        match parse_url(&self.url, egress) {
            Ok(url) => Ok(url),
            // Nothing is fetched for a page that the caller brought: its address is only a base.
            Err(UrlRefused::Forbidden(_)) if self.html.is_some() => {
                Url::parse(&self.url).map_err(|_| Self::refuse("url", "no URL"))
            }
            Err(refused) => {
                if let UrlRefused::Forbidden(reason) = refused {
                    note(reason);
                }
                Err(error::of_url(refused))
            }
        }
    }
}

fn check_user_agent(user_agent: &str) -> Result<(), ApiError> {
    if user_agent.len() > MOST_USER_AGENT_BYTES {
        return Err(ExtractRequest::refuse("user_agent", format_args!("{} bytes", user_agent.len())));
    }
    if user_agent.chars().any(char::is_control) {
        return Err(ExtractRequest::refuse("user_agent", "control characters"));
    }
    Ok(())
}

impl Wanted {
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s)
    }

    /// The same for the same page: a page that kills browsers is known by it.
    pub(crate) fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.url.as_str().hash(&mut hasher);
        hasher.finish()
    }

    /// By the host where that tells, else the hint; for the metric of requests that brought no product.
    pub(crate) fn marketplace_label(&self) -> Marketplace {
        match Marketplace::of_host(self.url.host_str().unwrap_or_default()) {
            Marketplace::Other => self.marketplace.unwrap_or(Marketplace::Other),
            named => named,
        }
    }
}
