//! The data of one card: every field checked against what the template declares, and an address's strings made
//! the types that it declares.

use serde_json::{Map, Number, Value};
use url::Url;

use super::spec::{Card, Field, FieldKind};

/// What an address may say beside the data, for whoever renders the card.
pub const OPTIONS: [&str; 4] = ["format", "quality", "scale_factor", "timeout_s"];

/// Pictures that a `data:` address may hold; an SVG is a document and not taken.
const PICTURES: [&str; 5] = ["png", "jpeg", "webp", "gif", "avif"];
/// Of an address that is not the picture itself.
const MOST_ADDRESS: usize = 2048;

/// Why a card could not be filled in.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error("template: expected one of {known}, got {got}")]
    UnknownTemplate { known: String, got: String },
    #[error("data: expected an object, got {got}")]
    NotAnObject { got: String },
    /// `field` is one of the template's, or `theme` or `size`.
    #[error("{field}: {problem}")]
    Field { field: String, problem: String },
    /// The template's fault: of its author, and not of the caller.
    #[error("template {template}: it cannot be filled in with these data")]
    Template { template: String, source: minijinja::Error },
}

impl CardError {
    /// Whether other data would help.
    pub fn is_of_caller(&self) -> bool {
        match self {
            Self::UnknownTemplate { .. } | Self::NotAnObject { .. } | Self::Field { .. } => true,
            Self::Template { .. } => false,
        }
    }
}

/// What the query of an address stands for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CardQuery {
    /// An object, for [`Templates::fill`](super::Templates::fill).
    pub data: Value,
    pub theme: Option<String>,
    pub size: Option<String>,
    /// Those of [`OPTIONS`], as they came.
    pub options: Vec<(String, String)>,
}

impl Card {
    /// Checks data and completes them: every declared field is in the result, `null` where there is none.
    pub(super) fn check(&self, data: &Value) -> Result<Map<String, Value>, CardError> {
        let Value::Object(data) = data else {
            return Err(CardError::NotAnObject { got: shown(data) });
        };
        if let Some(unknown) = data.keys().find(|name| self.field(name).is_none()) {
            return Err(self.unknown(unknown));
        }
        let checked = self.fields.iter().map(|field| {
            let given = data.get(&field.name).unwrap_or(&Value::Null);
            let value = field.check(given);
            let value = value.map_err(|problem| CardError::Field { field: field.name.clone(), problem })?;
            Ok((field.name.clone(), value))
        });
        checked.collect()
    }

    /// Sorts the pairs of an address, already without its signature; a name comes at most once.
    pub fn read_query(&self, pairs: Vec<(String, String)>) -> Result<CardQuery, CardError> {
        let mut query = CardQuery::default();
        let mut data = Map::new();
        for (name, text) in pairs {
            match name.as_str() {
                "theme" => query.theme = Some(text),
                "size" => query.size = Some(text),
                option if OPTIONS.contains(&option) => query.options.push((name, text)),
                _ => {
                    let field = self.field(&name).ok_or_else(|| self.unknown(&name))?;
                    data.insert(name, field.kind.read(text));
                }
            }
        }
        query.data = Value::Object(data);
        Ok(query)
    }

    fn unknown(&self, name: &str) -> CardError {
        let known: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let problem = format!("not a field of the template {}, it takes {}", self.name, known.join(", "));
        CardError::Field { field: clipped(name), problem }
    }
}

impl Field {
    /// The value as the template gets it, or what is wrong with it. Blank text counts as absent.
    pub(super) fn check(&self, given: &Value) -> Result<Value, String> {
        let is_blank = given.as_str().is_some_and(|text| text.trim().is_empty());
        if given.is_null() || is_blank {
            return if self.required {
                Err(format!("required, expected {}", self.kind.expected()))
            } else {
                Ok(self.default.clone())
            };
        }
        let checked = match &self.kind {
            FieldKind::Text { max_length } => given.as_str().and_then(|text| plain_text(text, *max_length)),
            FieldKind::Number { min, max } => {
                given.as_f64().filter(|number| (*min..=*max).contains(number)).map(|_| given.clone())
            }
            FieldKind::Integer { min, max } => given
                .as_f64()
                .filter(|number| number.fract() == 0.0 && (*min..=*max).contains(number))
                .map(|number| Value::from(number as i64)),
            FieldKind::Boolean => given.as_bool().map(Value::from),
            FieldKind::Choice { values } => {
                given.as_str().filter(|text| values.iter().any(|value| value == text)).map(Value::from)
            }
            FieldKind::Currency => given
                .as_str()
                .filter(|text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
                .map(|text| Value::from(text.to_ascii_uppercase())),
            FieldKind::Picture { max_length } => given.as_str().and_then(|text| picture(text, *max_length)),
        };
        checked.ok_or_else(|| {
            let got = match (&self.kind, given) {
                (FieldKind::Picture { .. }, Value::String(text)) => shown_address(text),
                _ => shown(given),
            };
            format!("expected {}, got {got}", self.kind.expected())
        })
    }
}

impl FieldKind {
    /// What is valid, after "expected".
    pub fn expected(&self) -> String {
        match self {
            Self::Text { max_length } => {
                format!("text of 1 to {max_length} characters without control characters")
            }
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Integer { min, max } => format!("an integer from {min} to {max}"),
            Self::Boolean => "true or false".to_owned(),
            Self::Choice { values } => format!("one of {}", values.join(", ")),
            Self::Currency => "an ISO 4217 code of three letters, such as USD".to_owned(),
            Self::Picture { max_length } => format!(
                "an https address, or a data: address of at most {max_length} characters with a {} in base64",
                PICTURES.join(", ")
            ),
        }
    }

    /// A string of an address as the value that it stands for; what stands for none is left for the check to refuse.
    fn read(&self, text: String) -> Value {
        let number = || text.trim().parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number);
        let read = match self {
            Self::Text { .. } | Self::Choice { .. } | Self::Currency | Self::Picture { .. } => None,
            Self::Number { .. } | Self::Integer { .. } => number(),
            Self::Boolean => text.trim().parse().ok().map(Value::Bool),
        };
        read.unwrap_or(Value::String(text))
    }
}

fn plain_text(text: &str, max_length: usize) -> Option<Value> {
    // Overrides and isolates of direction turn an amount around: scraped titles hold them by accident or on purpose.
    let text = text.replace(['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}'], "");
    let text = text.replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "");
    let text = text.trim();
    let is_plain = !text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t'));
    (is_plain && text.chars().count() <= max_length).then(|| Value::from(text))
}

/// Only what a document may load, and nothing that runs: https, or a picture in base64.
fn picture(text: &str, max_length: usize) -> Option<Value> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("data:image/") {
        let (kind, base64) = rest.split_once(";base64,")?;
        let is_picture = PICTURES.contains(&kind) && base64_simd::STANDARD.check(base64.as_bytes()).is_ok();
        return (is_picture && text.len() <= max_length).then(|| Value::from(text));
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && text.len() <= MOST_ADDRESS)?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    is_plain.then(|| Value::from(url.as_str()))
}

/// A value as messages show it, however long it is.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.chars().count() > 60 => {
            format!("{:?} ({} characters)", clipped(text), text.chars().count())
        }
        Value::String(text) => format!("{text:?}"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// An address as messages show it: passwords and query values are in no error and no log.
fn shown_address(text: &str) -> String {
    match Url::parse(text.trim()) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "an address with a user name or password".to_owned()
        }
        Ok(url) => format!("{} characters that begin with {}:", text.chars().count(), clipped(url.scheme())),
        Err(_) => format!("{} characters that are no address", text.chars().count()),
    }
}

fn clipped(text: &str) -> String {
    let mut clipped: String = text.chars().take(40).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests;
