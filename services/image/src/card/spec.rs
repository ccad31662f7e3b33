//! What a template says of itself in its `card.toml`: the fields that it takes, its sizes and its themes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml::Spanned;

/// CSS pixels of a side, as for every picture.
const MOST_SIDE: u32 = 4096;
/// Characters of a text whose `card.toml` does not say.
const DEFAULT_LENGTH: usize = 200;
/// Characters of a picture's address: as a `data:` address it is the picture.
const DEFAULT_PICTURE_LENGTH: usize = 2_000_000;
/// Whole numbers beyond it are not the same in every JSON parser: 2⁵³.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
/// What an address says beside the data, and what a template is told beside them.
const RESERVED: [&str; 10] =
    ["theme", "size", "format", "quality", "scale_factor", "timeout_s", "exp", "sig", "width", "height"];

/// A template, as a caller has to know it.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    pub name: String,
    pub title: String,
    pub fields: Vec<Field>,
    /// The first is the default.
    pub sizes: Vec<Size>,
    /// The first is the default.
    pub themes: Vec<String>,
}

/// One field of the data.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    pub name: String,
    #[serde(flatten)]
    pub kind: FieldKind,
    pub required: bool,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub default: Value,
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum FieldKind {
    /// Lengths are in characters.
    Text {
        max_length: usize,
    },
    Number {
        min: f64,
        max: f64,
    },
    Integer {
        min: f64,
        max: f64,
    },
    Boolean,
    Choice {
        values: Vec<String>,
    },
    /// An ISO 4217 code.
    Currency,
    /// An https address, or the picture itself as a `data:` address.
    Picture {
        max_length: usize,
    },
}

/// CSS pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Size {
    pub name: String,
    pub width: u32,
    pub height: u32,
}

/// A mistake in a `card.toml`, where it is known with its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) line: Option<usize>,
    pub(super) problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    themes: Spanned<Vec<Spanned<String>>>,
    sizes: Spanned<Vec<WrittenSize>>,
    #[serde(default)]
    fields: Vec<WrittenField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSize {
    name: Spanned<String>,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    name: Spanned<String>,
    r#type: WrittenKind,
    #[serde(default)]
    required: bool,
    max_length: Option<usize>,
    min: Option<f64>,
    max: Option<f64>,
    values: Option<Vec<String>>,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    description: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenKind {
    Text,
    Number,
    Integer,
    Boolean,
    Choice,
    Currency,
    Picture,
}

impl Card {
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Mistake> {
        let line = |at: usize| Some(text[..at.min(text.len())].matches('\n').count() + 1);
        let at = |(at, problem): (usize, String)| Mistake { line: line(at), problem };
        let written: Written = toml::from_str(text).map_err(|error| Mistake {
            line: error.span().and_then(|span| line(span.start)),
            problem: error.message().to_owned(),
        })?;
        let names = |all: Vec<&Spanned<String>>| each_name_once(&all).map_err(at);
        names(written.themes.get_ref().iter().collect())?;
        names(written.sizes.get_ref().iter().map(|size| &size.name).collect())?;
        names(written.fields.iter().map(|field| &field.name).collect())?;
        if written.themes.get_ref().is_empty() {
            return Err(at((written.themes.span().start, "themes: name at least one".to_owned())));
        }
        if written.sizes.get_ref().is_empty() {
            return Err(at((written.sizes.span().start, "sizes: give at least one".to_owned())));
        }
        let sizes = written.sizes.into_inner().into_iter().map(|size| size.check().map_err(at));
        let fields = written.fields.into_iter().map(|field| field.check().map_err(at));
        Ok(Self {
            name: name.to_owned(),
            title: written.title,
            fields: fields.collect::<Result<_, _>>()?,
            sizes: sizes.collect::<Result<_, _>>()?,
            themes: written.themes.into_inner().into_iter().map(Spanned::into_inner).collect(),
        })
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl WrittenSize {
    fn check(self) -> Result<Size, (usize, String)> {
        let (start, name) = (self.name.span().start, self.name.into_inner());
        for (side, pixels) in [("width", self.width), ("height", self.height)] {
            if !(1..=MOST_SIDE).contains(&pixels) {
                let problem = format!("size {name}: {side} is {pixels}, it must be from 1 to {MOST_SIDE}");
                return Err((start, problem));
            }
        }
        Ok(Size { name, width: self.width, height: self.height })
    }
}

impl WrittenField {
    fn check(self) -> Result<Field, (usize, String)> {
        let (start, name) = (self.name.span().start, self.name.get_ref().clone());
        let refuse = |problem: &str| (start, format!("field {name}: {problem}"));
        if RESERVED.contains(&name.as_str()) {
            return Err(refuse("this name is taken by the service, choose another"));
        }
        let kind = self.kind().map_err(refuse)?;
        if self.required && !self.default.is_null() {
            return Err(refuse("a required field has no default, remove one of the two"));
        }
        let field = Field {
            name: name.clone(),
            kind,
            required: self.required,
            default: Value::Null,
            description: self.description,
        };
        // Checked where there is one only: the check of none is the check whether the field is required.
        let default = if self.default.is_null() { Ok(Value::Null) } else { field.check(&self.default) };
        let default = default.map_err(|problem| refuse(&format!("its default is not valid: {problem}")))?;
        Ok(Field { default, ..field })
    }

    fn kind(&self) -> Result<FieldKind, &'static str> {
        use WrittenKind::{Boolean, Choice, Currency, Integer, Number, Picture, Text};
        if self.max_length.is_some() && !matches!(self.r#type, Text | Picture) {
            return Err("max_length is for text and picture");
        }
        if (self.min.is_some() || self.max.is_some()) && !matches!(self.r#type, Number | Integer) {
            return Err("min and max are for number and integer");
        }
        if self.values.is_some() && !matches!(self.r#type, Choice) {
            return Err("values are for choice");
        }
        let (min, max) = (self.min.unwrap_or(-MOST_EXACT), self.max.unwrap_or(MOST_EXACT));
        if !(-MOST_EXACT <= min && min <= max && max <= MOST_EXACT) {
            return Err("min must not be above max, and both must be between -2^53 and 2^53");
        }
        if self.max_length == Some(0) {
            return Err("max_length must be at least 1");
        }
        Ok(match self.r#type {
            Text => FieldKind::Text { max_length: self.max_length.unwrap_or(DEFAULT_LENGTH) },
            Picture => FieldKind::Picture { max_length: self.max_length.unwrap_or(DEFAULT_PICTURE_LENGTH) },
            Number => FieldKind::Number { min, max },
            Integer => FieldKind::Integer { min, max },
            Boolean => FieldKind::Boolean,
            Currency => FieldKind::Currency,
            Choice => match &self.values {
                Some(values) if !values.is_empty() => FieldKind::Choice { values: values.clone() },
                _ => return Err("a choice needs values = [\"…\"]"),
            },
        })
    }
}

/// Names are parts of addresses and variables in templates.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn each_name_once(names: &[&Spanned<String>]) -> Result<(), (usize, String)> {
    for (index, name) in names.iter().enumerate() {
        let text = name.get_ref();
        if !is_name(text) {
            let problem = format!("{text:?} is not a name: use a-z, 0-9 and _, a letter first, at most 40");
            return Err((name.span().start, problem));
        }
        if names[..index].iter().any(|earlier| earlier.get_ref() == text) {
            return Err((name.span().start, format!("{text} is given twice, remove one")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "title = \"x\"\nthemes = [\"light\"]\n[[sizes]]\nname = \"wide\"\nwidth = 1200\nheight = 630\n";

    #[test]
    fn mistakes_are_named_with_their_line() {
        let field = |rest: &str| format!("{HEAD}[[fields]]\n{rest}\n");
        let table = [
            (
                HEAD.replace("title", "titel"),
                1,
                "unknown field `titel`, expected one of `title`, `themes`, `sizes`, `fields`",
            ),
            (HEAD.replace("1200", "5000"), 4, "size wide: width is 5000, it must be from 1 to 4096"),
            (
                HEAD.replace("[\"light\"]", "[]").replacen('\n', "\nfields = []\n", 1),
                3,
                "themes: name at least one",
            ),
            (
                field("name = \"Titel\"\ntype = \"text\""),
                8,
                "\"Titel\" is not a name: use a-z, 0-9 and _, a letter first, at most 40",
            ),
            (
                field("name = \"sig\"\ntype = \"text\""),
                8,
                "field sig: this name is taken by the service, choose another",
            ),
            (
                field("name = \"a\"\ntype = \"text\"\nmin = 1"),
                8,
                "field a: min and max are for number and integer",
            ),
            (field("name = \"a\"\ntype = \"choice\""), 8, "field a: a choice needs values = [\"…\"]"),
            (
                field("name = \"a\"\ntype = \"currency\"\ndefault = \"dollars\""),
                8,
                "field a: its default is not valid: expected an ISO 4217 code of three letters, such as USD, got \"dollars\"",
            ),
            (
                field("name = \"a\"\ntype = \"text\"\n[[fields]]\nname = \"a\"\ntype = \"text\""),
                11,
                "a is given twice, remove one",
            ),
        ];
        for (text, line, problem) in table {
            let mistake = Card::parse("x", &text).expect_err(&text);
            assert_eq!((mistake.line, mistake.problem.as_str()), (Some(line), problem), "{text}");
        }
    }
}
