//! A template tried before it is served: with everything and with only what is required, in every theme and size,
//! so that its author learns of a mistake at start and not from a caller.

use std::collections::BTreeSet;

use minijinja::Environment;
use serde_json::{Map, Value};

use super::source::{CARD, Source, TemplateError};
use super::spec::{Card, FieldKind};
use super::templates::fill;

/// What a template is told beside its fields, and what stands for something inside of loops and blocks.
const GIVEN: [&str; 8] = ["theme", "size", "width", "height", "loop", "self", "super", "caller"];
/// One grey pixel.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

pub(super) fn prove(
    environment: &Environment<'_>,
    card: &Card,
    source: &Source,
) -> Result<(), TemplateError> {
    check_names(environment, card, source)?;
    let variants = card.fields.iter().map(|field| match &field.kind {
        FieldKind::Choice { values } => values.len(),
        FieldKind::Boolean => 2,
        _ => 1,
    });
    let variants = variants.max().unwrap_or(1);
    for theme in &card.themes {
        for size in &card.sizes {
            for (what, data) in samples(card, variants) {
                fill(environment, card, data, theme, size).map_err(|error| {
                    let error = innermost(&error);
                    let with = format!("tried with {what}, theme {theme} and size {}", size.name);
                    let file =
                        error.name().and_then(|name| name.split_once('/')).map_or(CARD, |(_, file)| file);
                    source.mistake(file, error.line(), format!("{} ({with})", problem(error)))
                })?;
            }
        }
    }
    Ok(())
}

/// The error of an included file comes inside of one that only says that it was included.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    cause.map_or(error, innermost)
}

/// What minijinja says, without the name and the line that go before it.
pub(super) fn problem(error: &minijinja::Error) -> String {
    let kind = error.kind();
    match (kind, error.detail()) {
        (minijinja::ErrorKind::OutOfFuel, _) => {
            "it takes too many steps or makes too much text, is there a loop without an end?".to_owned()
        }
        (minijinja::ErrorKind::UndefinedError, None) => {
            format!("{kind}: declare it in card.toml or set it on every way that leads here")
        }
        (_, Some(detail)) => format!("{kind}: {detail}"),
        (_, None) => kind.to_string(),
    }
}

/// A name that is nowhere declared would only be missed on the branch that has it.
fn check_names(environment: &Environment<'_>, card: &Card, source: &Source) -> Result<(), TemplateError> {
    let Ok(template) = environment.get_template(&format!("{}/{CARD}", card.name)) else { return Ok(()) };
    let globals: BTreeSet<&str> = environment.globals().map(|(name, _)| name).collect();
    let used: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
    let unknown = used
        .iter()
        .map(String::as_str)
        .find(|name| card.field(name).is_none() && !GIVEN.contains(name) && !globals.contains(name));
    let Some(unknown) = unknown else { return Ok(()) };
    let line = template.source().lines().position(|line| line.contains(unknown)).map(|index| index + 1);
    let problem =
        format!("{unknown} is neither a field of card.toml nor set here, declare it or mend the name");
    Err(source.mistake(CARD, line, problem))
}

fn samples(card: &Card, variants: usize) -> impl Iterator<Item = (&'static str, Map<String, Value>)> {
    let least = card.fields.iter().map(|field| {
        let value = if field.required { sample(&field.kind, 0) } else { field.default.clone() };
        (field.name.clone(), value)
    });
    let full =
        |variant| card.fields.iter().map(move |field| (field.name.clone(), sample(&field.kind, variant)));
    let full = (0..variants).map(move |variant| ("every field", full(variant).collect()));
    std::iter::once(("only the required fields", least.collect())).chain(full)
}

fn sample(kind: &FieldKind, variant: usize) -> Value {
    match kind {
        FieldKind::Text { max_length } => "Sample text".chars().take(*max_length).collect::<String>().into(),
        FieldKind::Number { min, max } => 9.5_f64.clamp(*min, *max).into(),
        FieldKind::Integer { min, max } => (9.0_f64.clamp(*min, *max) as i64).into(),
        FieldKind::Boolean => variant.is_multiple_of(2).into(),
        FieldKind::Choice { values } => values[variant % values.len()].as_str().into(),
        FieldKind::Currency => "USD".into(),
        FieldKind::Picture { .. } => PICTURE.into(),
    }
}
