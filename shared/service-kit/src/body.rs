//! The JSON body of a request: read under a size and a time limit, parsed, and every problem named by its field
//! with what would be valid.
//!
//! A request type lists its fields once, as [`Field`]s; unknown fields, wrong types and values out of range are
//! all reported from that list. What a value means (is this a URL?) is the service's to check.

mod object;
mod read;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::{Map, Value};

use crate::error::{ApiError, ErrorKind};
use crate::request::RequestContext;
use object::Object;

/// How bodies are read; the same for every endpoint of a service.
#[derive(Debug)]
pub(crate) struct BodyRules {
    pub(crate) max_bytes: usize,
    pub(crate) timeout: Duration,
    /// Refuse unknown fields instead of naming them in `X-Ignored-Fields`.
    pub(crate) strict: bool,
}

/// One field of a request.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    /// What would be valid, after "expected": `an integer from 1 to 4096`.
    pub expects: &'static str,
    required: bool,
    kind: ErrorKind,
}

impl Field {
    pub const fn required(name: &'static str, expects: &'static str) -> Self {
        Self { name, expects, required: true, kind: ErrorKind::InvalidRequest }
    }

    pub const fn optional(name: &'static str, expects: &'static str) -> Self {
        Self { name, expects, required: false, kind: ErrorKind::InvalidRequest }
    }

    /// The kind of error for a value that is not valid; a missing field is always `invalid_request`.
    #[must_use]
    pub const fn refused_as(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }
}

/// A request type with its fields: every field of the type is in the list, under its JSON name.
///
/// A field that is absent and one that is `null` are the same: the type's serde defaults fill it.
pub trait RequestFields: DeserializeOwned {
    const FIELDS: &'static [Field];

    /// The error for a value of this field that is not valid.
    fn refuse(name: &str, got: impl std::fmt::Display) -> ApiError {
        Self::FIELDS.iter().find(|field| field.name == name).map_or_else(
            || ApiError::invalid(name, format!("not valid: {got}")),
            |field| ApiError::new(field.kind, format!("{name}: expected {}, got {got}", field.expects)),
        )
    }
}

/// The extractor: a parsed body.
#[derive(Debug)]
pub struct Body<T> {
    pub value: T,
    /// Size of the body as it came, in bytes: what a waiting request holds in memory.
    pub bytes: usize,
}

impl<S: Send + Sync, T: RequestFields> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let context = RequestContext::from_request_parts(&mut parts, state).await?;
        let rules = Arc::clone(&context.rules);
        accept_media_type(&parts.headers)?;
        let bytes = read::whole_body(&parts.headers, body, &rules).await?;
        let (value, ignored) = parse::<T>(&bytes)?;
        if let (true, [first, ..]) = (rules.strict, &ignored[..]) {
            let known: Vec<_> = T::FIELDS.iter().map(|field| field.name).collect();
            let known = known.join(", ");
            return Err(ApiError::invalid(&shown(first), format!("no such field, the fields are {known}")));
        }
        if !ignored.is_empty() {
            context.facts.ignored.get_or_init(|| ignored);
        }
        Ok(Self { value, bytes: bytes.len() })
    }
}

/// JSON in UTF-8, as itself and not compressed: 415 otherwise.
fn accept_media_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let unsupported = |message: &str| {
        Err(ApiError::new(ErrorKind::InvalidRequest, message).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
    };
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media_type = parts.next().unwrap_or_default();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if !is_json {
        return unsupported("content-type: expected application/json");
    }
    let mut charsets = parts.filter_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    if charsets.any(|charset| !matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")) {
        return unsupported("content-type: expected charset=utf-8, JSON is always UTF-8");
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            unsupported("content-encoding: expected none, send the body uncompressed")
        }
        _ => Ok(()),
    }
}

/// The value, and the names of the fields that nobody knows.
fn parse<T: RequestFields>(bytes: &[u8]) -> Result<(T, Vec<String>), ApiError> {
    let is_known = |name: &str| T::FIELDS.iter().any(|field| field.name == name);
    let Object { mut fields, unknown, repeated } = object_of(bytes, is_known)?;
    if let Some(name) = repeated {
        return Err(ApiError::invalid(&name, "given more than once, expected once"));
    }
    fields.retain(|_, value| !value.is_null());
    if let Some(missing) = T::FIELDS.iter().find(|field| field.required && !fields.contains_key(field.name)) {
        return Err(ApiError::invalid(missing.name, format!("required, expected {}", missing.expects)));
    }
    Ok((parse_fields(fields)?, unknown))
}

/// The value of these fields, which need not have come in a body.
pub fn parse_fields<T: RequestFields>(fields: Map<String, Value>) -> Result<T, ApiError> {
    let object = Value::Object(fields);
    T::deserialize(&object).map_err(|_| {
        let name = culprit::<T>(&object).unwrap_or("body");
        T::refuse(name, object.get(name).map_or_else(|| "nothing".to_owned(), describe))
    })
}

/// The field that keeps the object from being a `T`: the first, in the order of the list, with which it stops to be
/// one. A path in serde's error would not tell where one struct is flattened into another.
fn culprit<T: RequestFields>(object: &Value) -> Option<&'static str> {
    let present = || T::FIELDS.iter().filter_map(|field| Some((field, object.get(field.name)?)));
    let is_valid_with = |name: &str| {
        let some = present().filter(|(field, _)| field.required || field.name == name);
        let some =
            MapDeserializer::<_, serde_json::Error>::new(some.map(|(field, value)| (field.name, value)));
        T::deserialize(some).is_ok()
    };
    present().map(|(field, _)| field.name).find(|name| !is_valid_with(name))
}

fn object_of(bytes: &[u8], is_known: impl Fn(&str) -> bool) -> Result<Object, ApiError> {
    let malformed = |problem: String| ApiError::new(ErrorKind::InvalidRequest, format!("body: {problem}"));
    if bytes.is_empty() {
        return Err(malformed("expected a JSON object, got nothing".to_owned()));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(malformed("expected JSON without a byte order mark".to_owned()));
    }
    Object::parse(bytes, is_known).map_err(|error| {
        // The only error that is no error of the JSON itself is that it is no object; or the JSON goes on to be none.
        let other = if error.is_data() { object::describe_other(bytes, describe) } else { Err(error) };
        match other {
            Ok(other) => malformed(format!("expected a JSON object, got {other}")),
            Err(error) => malformed(format!("malformed JSON: {error}")),
        }
    })
}

/// A value as a message shows it: short, on one line, and without the content of anything large.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("\"{}\"", shown(text)),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Text from outside, escaped and cut to a length that fits a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(LONGEST).flat_map(char::escape_debug).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// A number as a message shows it: with an exponent where it would be all zeros.
pub fn short(number: f64) -> String {
    let is_plain = number == 0.0 || (1e-6..1e15).contains(&number.abs());
    if is_plain { number.to_string() } else { format!("{number:e}") }
}

/// For integer fields: JSON knows one kind of number, so `1200.0` is the integer 1200.
pub fn whole<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    struct Whole;
    impl Visitor<'_> for Whole {
        type Value = i64;
        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an integer")
        }
        fn visit_i64<E>(self, value: i64) -> Result<i64, E> {
            Ok(value)
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<i64, E> {
            i64::try_from(value).map_err(|_| E::custom("too large"))
        }
        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<i64, E> {
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if value.fract() == 0.0 && value.abs() <= EXACT {
                Ok(value as i64)
            } else {
                Err(E::custom("not an integer"))
            }
        }
    }
    let value = deserializer.deserialize_any(Whole)?;
    T::try_from(value).map_err(|_| D::Error::custom("out of range"))
}

#[cfg(test)]
mod tests;
