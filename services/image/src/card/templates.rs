//! The templates of a running service: read, compiled and tried at start, filled in on request.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value};

use super::data::{CardError, shown};
use super::filters::{self, Embedded};
use super::proof;
use super::source::{CARD, SPEC, Source, TemplateError, read_all};
use super::spec::{Card, Size};

/// A step of a template costs one, and so do 64 bytes that it makes or writes: a card with a picture of 3 MB in it
/// takes half of this, and a loop without an end stops within a second and within 64 MB.
const FUEL: u64 = 1_000_000;

/// Every template, ready to be filled in.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    cards: BTreeMap<String, Card>,
}

/// A document to render, and the CSS pixels that it is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub html: String,
    pub width: u32,
    pub height: u32,
}

impl Templates {
    /// The built-in templates and those of a folder, each of them tried in every theme and size.
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let sources = read_all(folder)?;
        let mut embedded = Embedded::new();
        let mut environment = environment();
        let mut cards = BTreeMap::new();
        for (name, source) in &sources {
            let spec = source.texts.get(SPEC).map_or("", String::as_str);
            let card = Card::parse(name, spec)
                .map_err(|mistake| source.mistake(SPEC, mistake.line, mistake.problem))?;
            cards.insert(name.clone(), card);
            compile(&mut environment, name, source)?;
            let files = source.embedded.iter();
            embedded.extend(files.map(|(file, address)| (format!("{name}/{file}"), address.clone())));
        }
        filters::add_to(&mut environment, embedded);
        let templates = Self { environment, cards };
        for (name, source) in &sources {
            proof::prove(&templates.environment, &templates.cards[name], source)?;
        }
        Ok(templates)
    }

    /// All of them, by name.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values()
    }

    pub fn card(&self, name: &str) -> Result<&Card, CardError> {
        self.cards.get(name).ok_or_else(|| CardError::UnknownTemplate {
            known: self.cards.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            got: shown(&Value::from(name)),
        })
    }

    /// The document of a card; theme and size are the template's first where they are not given.
    pub fn fill(
        &self,
        name: &str,
        data: &Value,
        theme: Option<&str>,
        size: Option<&str>,
    ) -> Result<Filled, CardError> {
        let card = self.card(name)?;
        let theme = chosen("theme", &card.themes, theme, String::as_str)?;
        let size = chosen("size", &card.sizes, size, |size| size.name.as_str())?;
        let data = card.check(data)?;
        let html = fill(&self.environment, card, data, theme, size);
        let html = html.map_err(|source| CardError::Template { template: name.to_owned(), source })?;
        Ok(Filled { html, width: size.width, height: size.height })
    }
}

fn chosen<'a, T>(
    field: &str,
    all: &'a [T],
    asked: Option<&str>,
    name: impl Fn(&T) -> &str,
) -> Result<&'a T, CardError> {
    let found = match asked {
        Some(asked) => all.iter().find(|one| name(one) == asked),
        None => all.first(),
    };
    found.ok_or_else(|| {
        let known = all.iter().map(&name).collect::<Vec<_>>().join(", ");
        let got = shown(&asked.map_or(Value::Null, Value::from));
        CardError::Field { field: field.to_owned(), problem: format!("expected one of {known}, got {got}") }
    })
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Whatever a file is called, what comes out is HTML.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // `{% include "style.css" %}` is a file of the template's own folder.
    environment.set_path_join_callback(|file, parent| match parent.split_once('/') {
        Some((folder, _)) => Cow::Owned(format!("{folder}/{file}")),
        None => Cow::Borrowed(file),
    });
    environment.set_fuel(Some(FUEL));
    environment
}

fn compile(environment: &mut Environment<'_>, name: &str, source: &Source) -> Result<(), TemplateError> {
    for (file, text) in source.texts.iter().filter(|(file, _)| *file != SPEC) {
        let added = environment.add_template_owned(format!("{name}/{file}"), text.clone());
        added.map_err(|error| source.mistake(file, error.line(), proof::problem(&error)))?;
    }
    Ok(())
}

pub(super) fn fill(
    environment: &Environment<'_>,
    card: &Card,
    data: Map<String, Value>,
    theme: &str,
    size: &Size,
) -> Result<String, minijinja::Error> {
    let mut context = data;
    context.insert("theme".to_owned(), theme.into());
    context.insert("size".to_owned(), size.name.as_str().into());
    context.insert("width".to_owned(), size.width.into());
    context.insert("height".to_owned(), size.height.into());
    let template = environment.get_template(&format!("{}/{CARD}", card.name))?;
    template.render(Serde(context))
}

#[cfg(test)]
mod tests;
