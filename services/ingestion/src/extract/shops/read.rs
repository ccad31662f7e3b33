//! Reading rule files, with messages for the person who writes them: which file, which rule, what would be valid.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use serde::Deserialize;

use super::super::product::{Availability, Condition, Field, Marketplace};
use super::super::select::Selector;
use super::hosts::HostPattern;
use super::{Identity, Rule, Shop};

/// Bytes of a file, files of a folder and rules of a file: far beyond what anybody writes, so that a wrong folder is
/// noticed and no page waits for thousands of rules.
const LARGEST: u64 = 256 << 10;
const MOST_FILES: usize = 500;
const MOST_RULES: usize = 200;

const USUAL_TRUST: f64 = 0.95;

/// What is wrong with rule files, a line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct BadRules {
    problems: Vec<String>,
}

impl fmt::Display for BadRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("\n"))
    }
}

/// A file as it is written; a rule is looked at alone, so that a message can name it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenShop {
    marketplace: Option<String>,
    name: Option<String>,
    hosts: Option<Vec<String>>,
    #[serde(default)]
    product_paths: Vec<String>,
    #[serde(default)]
    listing_paths: Vec<String>,
    #[serde(default)]
    authoritative: Vec<String>,
    #[serde(default)]
    rule: Vec<toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    field: String,
    select: String,
    not_within: Option<String>,
    #[serde(default)]
    attr: Vec<String>,
    #[serde(default)]
    strip: Vec<String>,
    condition: Option<String>,
    availability: Option<String>,
    trust: Option<f64>,
}

/// The files of a folder whose names end in `.toml`, in the order of their names.
pub(super) fn folder(path: &Path) -> Result<Vec<Shop>, BadRules> {
    let unreadable =
        |error| BadRules { problems: vec![format!("{}: cannot be read: {error}", path.display())] };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.extension().is_some_and(|ending| ending == "toml") && !is_hidden {
            paths.push(path);
        }
    }
    if paths.len() > MOST_FILES {
        let problem = format!("{}: expected at most {MOST_FILES} files, got {}", path.display(), paths.len());
        return Err(BadRules { problems: vec![problem] });
    }
    paths.sort();
    files(paths.iter().map(PathBuf::as_path))
}

pub(super) fn files<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Vec<Shop>, BadRules> {
    let mut shops: Vec<(String, Shop)> = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match text_of(path) {
            Ok(text) => match shop(&name, &text) {
                Ok(shop) => shops.push((name, shop)),
                Err(mut bad) => problems.append(&mut bad.problems),
            },
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    problems.extend(doubled(&shops));
    if problems.is_empty() {
        Ok(shops.into_iter().map(|(_, shop)| shop).collect())
    } else {
        Err(BadRules { problems })
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    let unreadable = |error| format!("cannot be read: {error}");
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(format!("expected at most {LARGEST} bytes, got {size}"));
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// A shop or a host that two files claim: it would be left to their names which one counts.
fn doubled(shops: &[(String, Shop)]) -> Vec<String> {
    let mut owners: HashMap<String, &str> = HashMap::new();
    let mut problems = Vec::new();
    for (file, shop) in shops {
        let mut claims = vec![format!("the shop {}", shop.name())];
        if let Identity::Hosts { hosts, .. } = &shop.identity {
            claims.extend(hosts.iter().map(|host| format!("the host {host}")));
        }
        for claim in claims {
            if let Some(other) = owners.get(&claim) {
                problems
                    .push(format!("{file}: {claim} is already that of {other}, expected one file for it"));
            } else {
                owners.insert(claim, file);
            }
        }
    }
    problems
}

/// One file's text; `file` is its name in messages.
pub(super) fn shop(file: &str, text: &str) -> Result<Shop, BadRules> {
    let written: WrittenShop = toml::from_str(text)
        .map_err(|error| BadRules { problems: vec![format!("{file}: {}", error.to_string().trim_end())] })?;
    let mut problems = Vec::new();
    let identity = note(&mut problems, identity(&written));
    let authoritative = written.authoritative.iter().map(|name| named::<Field>("authoritative", name));
    let authoritative = note(&mut problems, authoritative.collect::<Result<Vec<_>, _>>());
    note(&mut problems, check_paths(&written));
    if written.rule.is_empty() || written.rule.len() > MOST_RULES {
        problems.push(format!("expected 1 to {MOST_RULES} [[rule]] tables, got {}", written.rule.len()));
    }
    let mut rules = Vec::new();
    for (at, table) in written.rule.into_iter().enumerate() {
        let field = table.get("field").and_then(toml::Value::as_str).unwrap_or("no field").to_owned();
        match rule(table) {
            Ok(rule) => rules.push(rule),
            Err(problem) => problems.push(format!("rule {} ({field}): {problem}", at + 1)),
        }
    }
    match (identity, authoritative) {
        (Some(identity), Some(authoritative)) if problems.is_empty() => Ok(Shop {
            identity,
            product_paths: written.product_paths,
            listing_paths: written.listing_paths,
            authoritative,
            rules,
        }),
        _ => {
            Err(BadRules { problems: problems.iter().map(|problem| format!("{file}: {problem}")).collect() })
        }
    }
}

fn note<T>(problems: &mut Vec<String>, checked: Result<T, String>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}

fn named<T: std::str::FromStr<Err: fmt::Display>>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|expected| format!("{key}: {expected}, got {text:?}"))
}

fn identity(written: &WrittenShop) -> Result<Identity, String> {
    match (&written.marketplace, &written.name, &written.hosts) {
        (Some(marketplace), None, None) => match named::<Marketplace>("marketplace", marketplace)? {
            Marketplace::Other => {
                Err("marketplace: expected name and hosts for a shop that the API has no name for".to_owned())
            }
            known => Ok(Identity::Marketplace(known)),
        },
        (None, Some(name), Some(hosts)) if !hosts.is_empty() => {
            let is_plain = !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
            if !is_plain || name.parse::<Marketplace>().is_ok() {
                return Err(format!(
                    "name: expected a-z, 0-9, - and _, and no marketplace's name, got {name:?}"
                ));
            }
            let hosts = hosts.iter().map(|host| pattern(host)).collect::<Result<_, _>>()?;
            Ok(Identity::Hosts { name: name.clone(), hosts })
        }
        _ => Err("expected either marketplace, or name and at least one of hosts".to_owned()),
    }
}

fn pattern(host: &str) -> Result<HostPattern, String> {
    let pattern = HostPattern::parse(host).ok_or_else(|| {
        format!(
            "hosts: expected lowercase names such as shop.example, or shop.* for all countries, got {host:?}"
        )
    })?;
    match Marketplace::of_host(&pattern.sample()) {
        Marketplace::Other => Ok(pattern),
        known => {
            Err(format!("hosts: {host:?} is {known:?}'s, expected marketplace = \"{}\"", known.as_str()))
        }
    }
}

fn check_paths(written: &WrittenShop) -> Result<(), String> {
    if let Some(part) = written.product_paths.iter().find(|part| part.trim().is_empty()) {
        return Err(format!("product_paths: expected parts of paths such as /p/, got {part:?}"));
    }
    if let Some(start) = written.listing_paths.iter().find(|start| !start.starts_with('/')) {
        return Err(format!("listing_paths: expected beginnings of paths such as /search, got {start:?}"));
    }
    if written.product_paths.is_empty() && !written.listing_paths.is_empty() {
        return Err("listing_paths: expected product_paths beside them".to_owned());
    }
    Ok(())
}

fn rule(table: toml::Table) -> Result<Rule, String> {
    let written: WrittenRule =
        toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let field: Field = named("field", &written.field)?;
    let selector =
        |key: &str, text: String| Selector::try_from(text).map_err(|error| format!("{key}: {error}"));
    let condition = written.condition.map(|name| named::<Condition>("condition", &name)).transpose()?;
    let availability =
        written.availability.map(|name| named::<Availability>("availability", &name)).transpose()?;
    if condition.is_some() && field != Field::Condition {
        return Err("condition: expected field = \"condition\" beside it".to_owned());
    }
    if availability.is_some() && field != Field::Availability {
        return Err("availability: expected field = \"availability\" beside it".to_owned());
    }
    if field == Field::Image && written.attr.is_empty() {
        return Err("attr: expected the attributes that hold the address, such as [\"src\"]".to_owned());
    }
    if let Some(name) = written.attr.iter().find(|name| !is_attribute(name)) {
        return Err(format!("attr: expected names of attributes in lowercase, got {name:?}"));
    }
    if written.strip.iter().any(String::is_empty) {
        return Err("strip: expected words, got \"\"".to_owned());
    }
    let trust = written.trust.unwrap_or(USUAL_TRUST);
    if !(0.0..=1.0).contains(&trust) {
        return Err(format!("trust: expected a number from 0 to 1, got {trust}"));
    }
    Ok(Rule {
        field,
        select: selector("select", written.select)?,
        not_within: written.not_within.map(|text| selector("not_within", text)).transpose()?,
        attr: written.attr,
        strip: written.strip,
        condition,
        availability,
        trust,
    })
}

fn is_attribute(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_:.".contains(&b))
}
