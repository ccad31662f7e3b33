//! Reading the JSON object of a body: known fields as values, each at most once; of unknown ones only their names.
//!
//! What nobody knows is read past and never held: five megabytes of brackets would be a hundred of values. serde_json
//! bounds the depth of all of it, at 128.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Names beyond these are not told: no honest request has more unknown fields.
const MOST_UNKNOWN: usize = 64;

/// What was in a body.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) fields: Map<String, Value>,
    /// Sorted.
    pub(super) unknown: Vec<String>,
    /// A known field that was given more than once.
    pub(super) repeated: Option<String>,
}

impl Object {
    /// The object that is all of `bytes`.
    pub(super) fn parse(bytes: &[u8], is_known: impl Fn(&str) -> bool) -> serde_json::Result<Self> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let mut object = Fields(is_known).deserialize(&mut json)?;
        json.end()?;
        object.unknown.sort_unstable();
        object.unknown.dedup();
        Ok(object)
    }
}

/// What JSON that is no object is. Arrays are described without being held.
pub(super) fn describe_other(
    bytes: &[u8],
    describe: impl Fn(&Value) -> String,
) -> serde_json::Result<String> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        return serde_json::from_slice::<Passed>(bytes).map(|_| describe(&Value::Array(Vec::new())));
    }
    serde_json::from_slice(bytes).map(|value| describe(&value))
}

struct Fields<F>(F);

impl<'de, F: Fn(&str) -> bool> DeserializeSeed<'de> for Fields<F> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Object, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Fields<F> {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut json: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(name) = json.next_key::<Cow<'de, str>>()? {
            if (self.0)(&name) {
                let value = json.next_value()?;
                if object.fields.insert(name.clone().into_owned(), value).is_some() {
                    object.repeated.get_or_insert(name.into_owned());
                }
            } else {
                json.next_value::<Passed>()?;
                if object.unknown.len() < MOST_UNKNOWN {
                    object.unknown.push(name.into_owned());
                }
            }
        }
        Ok(object)
    }
}

/// Any value, checked and not kept. serde's own `IgnoredAny` has serde_json skip values without a limit of their depth.
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut json: A) -> Result<Self, A::Error> {
        while json.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut json: A) -> Result<Self, A::Error> {
        while json.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Ok(self)
    }
}
