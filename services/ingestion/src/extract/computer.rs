//! Processor, graphics, memory and storage of a computer, from its title, what is chosen, its table and its
//! prose. Of a computer only: a graphics card's 4 GB are no RAM, and a phone's are not asked for.

mod absent;
mod capacity;
mod cards;
mod categories;
mod chosen;
mod graphics;
mod keys;
mod kind;
mod labels;
mod lines;
mod nouns;
mod plain;
mod processor;
mod sizes;
mod wordset;

use serde_json::{Map, Value as Json, json};

use super::specs::Row;
use super::view::View;
use absent::{Absent, is_comparison};
use keys::Part;
use kind::{Kind, Parts};
use plain::plain;
use sizes::Drive;

/// What the page says, in the order in which it is believed.
#[derive(Debug, Default)]
struct Evidence {
    title: String,
    chosen: Vec<(Option<Part>, String)>,
    rows: Vec<Told>,
    /// Other titles of the page.
    titles: Vec<String>,
    lines: Vec<String>,
    categories: Vec<String>,
}

/// A row of the table and the part that it is about.
#[derive(Debug)]
struct Told {
    part: Option<Part>,
    key: String,
    value: String,
}

/// The normalised keys; none where the page is not a computer's.
pub(super) fn normalised(view: &View<'_>, title: &str, table: &[Row]) -> Map<String, Json> {
    let title = plain(title);
    let cpu_in_title = processor::exact(&title).is_some();
    if kind::of_title(&title) == Kind::Other && !cpu_in_title {
        return Map::new();
    }
    let chosen = chosen::chosen(view).into_iter().map(|(group, text)| (keys::part(None, &group), text));
    let evidence = Evidence {
        chosen: chosen.collect(),
        rows: parts_of(table),
        titles: super::sources::visible::titles(view).iter().map(|title| plain(title)).collect(),
        lines: lines_of(view),
        categories: categories::categories(view, table, &title),
        title,
    };
    evidence.specs()
}

fn parts_of(table: &[Row]) -> Vec<Told> {
    let rows = table.iter().filter(|row| !keys::is_no_part(&row.key));
    rows.map(|row| {
        let value = with_unit(&row.key, plain(&row.value));
        let part = keys::part(row.group.as_deref(), &row.key);
        // "Graphics: processor"
        let is_graphics = part == Some(Part::Processor)
            && processor::exact(&value).is_none()
            && graphics::named(&value).is_some();
        let part = if is_graphics { Some(Part::Graphics) } else { part };
        Told { part, key: row.key.clone(), value }
    })
    .collect()
}

/// "Storage (GB)": 64.
fn with_unit(key: &str, value: String) -> String {
    let number = value.len() <= 6 && value.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if !number {
        return value;
    }
    let key = plain::lower(key);
    let units = [
        ("gb", ["(gb)", "[gb]", ", gb", " in gb"]),
        ("gb", ["(go)", "en go", "(гб)", ", гб"]),
        ("tb", ["(tb)", "[tb]", ", tb", "(to)"]),
    ];
    let unit = units.iter().find(|(_, written)| written.iter().any(|written| key.ends_with(written)));
    unit.map_or(value.clone(), |(unit, _)| format!("{value} {unit}"))
}

/// The prose, and what the page tells search engines of it.
fn lines_of(view: &View<'_>) -> Vec<String> {
    let stated = ["description", "og:description"].iter().filter_map(|name| view.meta(name)).map(plain);
    lines::lines(view).into_iter().chain(stated).filter(|line| !is_comparison(line)).collect()
}

/// Whether a row of that key tells of a computer's part.
pub(super) fn is_part(key: &str) -> bool {
    keys::part(None, key).is_some()
}

/// Of a row's value.
fn is_limit(value: &str) -> bool {
    let low = plain::lower(value);
    labels::LIMITS.first(&low).is_some_and(|((), range)| range.start < 3)
}

fn whole(value: f64) -> Json {
    let value = (value * 100.0).round() / 100.0;
    if value.fract() == 0.0 { json!(value as u64) } else { json!(value) }
}

impl Evidence {
    fn specs(&self) -> Map<String, Json> {
        let mut specs = Map::new();
        let cpu = self.cpu();
        let absent = Absent::of(self);
        let ram = self.ram(absent);
        let drives = self.drives(absent, ram);
        let in_title = sizes::of_title(&self.title);
        let has_row = |wanted: Part| self.rows.iter().any(|row| row.part == Some(wanted));
        let parts = Parts {
            cpu_in_title: processor::exact(&self.title).is_some(),
            sizes_in_title: in_title.memory.is_some() && !in_title.drives.is_empty(),
            one_size_in_title: in_title.memory.is_some() == in_title.drives.is_empty(),
            cpu: cpu.is_some(),
            memory: ram.is_some(),
            drive: !drives.is_empty(),
            gpu_in_title: graphics::named(&self.title).is_some(),
            table: has_row(Part::Processor) && has_row(Part::Memory),
        };
        if !kind::is_computer(self, parts) {
            return specs;
        }
        specs.extend(cpu.map(|cpu| ("cpu".to_owned(), json!(cpu))));
        specs.extend(self.gpu().map(|gpu| ("gpu".to_owned(), json!(gpu))));
        specs.extend(ram.map(|ram| ("ram_gb".to_owned(), whole(ram))));
        if !drives.is_empty() {
            let text: Vec<&str> = drives.iter().map(|drive| drive.text.as_str()).collect();
            specs.insert("storage".to_owned(), json!(text.join(" + ")));
            specs.insert("storage_gb".to_owned(), whole(drives.iter().map(|drive| drive.gb).sum()));
        }
        specs
    }

    /// The rows and choices about one part.
    fn about(&self, wanted: Part) -> impl Iterator<Item = &str> {
        self.keyed(wanted).map(|(_, value)| value)
    }

    fn keyed(&self, wanted: Part) -> impl Iterator<Item = (&str, &str)> {
        let rows = self.rows.iter().filter(move |row| row.part == Some(wanted));
        rows.map(|row| (row.key.as_str(), row.value.as_str())).filter(|(_, value)| !is_limit(value))
    }

    fn cpu(&self) -> Option<String> {
        let is_mac = plain::lower(&self.title).contains("mac");
        let exact = |text: &str| {
            processor::exact(text)
                .or_else(|| is_mac.then(|| processor::apple(text))?)
                .or_else(|| processor::code(text))
        };
        let chosen = || self.chosen.iter().map(|(_, text)| text.as_str());
        let other = |text: &String| processor::exact(text);
        // a telephone's table names its processor, its prose perhaps a computer's
        let foreign = self.about(Part::Processor).any(processor::is_foreign)
            && !self.about(Part::Processor).any(|value| processor::family(value).is_some());
        let prose = || self.lines.iter().filter(|_| !foreign);
        let family = || {
            let texts = self.about(Part::Processor).chain([self.title.as_str()]).chain(chosen());
            let family = texts.chain(self.titles.iter().map(String::as_str)).find_map(processor::family)?;
            let number = self.about(Part::Processor).find(|value| processor::is_number(value));
            Some(number.map_or(family.clone(), |number| format!("{family} {number}")))
        };
        exact(&self.title)
            .or_else(|| chosen().find_map(processor::exact))
            .or_else(|| self.about(Part::Processor).find_map(exact))
            .or_else(|| self.titles.iter().find_map(other))
            .or_else(|| {
                self.rows.iter().filter(|row| row.part.is_none()).map(|row| &row.value).find_map(other)
            })
            .or_else(|| prose().find_map(other))
            .or_else(family)
            .or_else(|| prose().find_map(|line| processor::code(line).or_else(|| processor::family(line))))
    }

    fn gpu(&self) -> Option<String> {
        let chosen = self.chosen.iter().map(|(_, text)| text);
        let named = [&self.title].into_iter().chain(chosen).filter_map(|text| graphics::named(text));
        let rows = || self.about(Part::Graphics);
        let titles = self.titles.iter().filter_map(|text| graphics::named(text));
        let others = self.rows.iter().filter(|row| row.part != Some(Part::Graphics)).map(|row| &row.value);
        // a card elsewhere on the page is then another product's
        let built_in = rows().any(graphics::is_built_in);
        let prose = others.chain(&self.lines).filter_map(|text| graphics::named(text));
        let prose = prose.filter(|name| !built_in || !graphics::is_card(name));
        let all: Vec<String> = named.chain(rows().filter_map(graphics::of_row)).chain(titles).collect();
        let told = all.iter().find(|name| graphics::is_precise(name)).or(all.first()).cloned();
        match told {
            Some(name) if graphics::is_precise(&name) => Some(graphics::fullest(&name, &all).to_owned()),
            told => {
                let mut prose = prose;
                let precise = prose.find(|name| told.is_none() || graphics::is_precise(name));
                precise.or(told).or_else(|| rows().find_map(graphics::nameless))
            }
        }
    }

    fn ram(&self, absent: Absent) -> Option<f64> {
        let plausible = |gb: &f64| (0.25..=4_096.0).contains(gb);
        let chosen = || {
            let named = self.chosen.iter().find_map(|(part, text)| sizes::memory(text, *part));
            named.or_else(|| self.pairs().find_map(|sizes| sizes.memory))
        };
        let rows = || self.about(Part::Memory).find_map(|value| sizes::memory(value, Some(Part::Memory)));
        let mixed = || self.mixed_rows().find_map(|value| sizes::memory(value, None));
        let certain = |title: &String| {
            let sizes = sizes::of_title(title);
            sizes.memory.filter(|_| !sizes.memory_in_doubt)
        };
        let titles = || self.titles.iter().find_map(certain);
        let doubtful = || sizes::of_title(&self.title).memory;
        let lines = || self.lines.iter().find_map(|line| sizes::memory(line, None));
        let told = chosen().or_else(|| certain(&self.title));
        let told = if absent.memory {
            told.or_else(doubtful)
        } else {
            told.or_else(rows).or_else(mixed).or_else(titles).or_else(doubtful).or_else(lines)
        };
        told.filter(plausible)
    }

    /// "16GB / 512GB" of a choice that has no name, or is of both.
    fn pairs(&self) -> impl Iterator<Item = sizes::Sizes> + '_ {
        let unnamed = self.chosen.iter().filter(|(part, _)| part.is_none());
        unnamed
            .map(|(_, text)| sizes::of_title(text))
            .filter(|sizes| sizes.memory.is_some() && !sizes.drives.is_empty())
    }

    /// Rows that are about no single part: "Configuration", "Ausstattung".
    fn mixed_rows(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().filter(|row| matches!(row.part, None | Some(Part::Drive | Part::Memory)));
        rows.map(|row| row.value.as_str())
    }

    fn drives(&self, absent: Absent, ram: Option<f64>) -> Vec<Drive> {
        let chosen = self.chosen.iter().map(|(part, text)| sizes::drives(text, *part, ram));
        let pairs = self.pairs().map(|sizes| sizes.drives);
        let mut told = chosen.into_iter().chain(pairs).find(|drives| !drives.is_empty()).unwrap_or_default();
        let mut next = |found: Vec<Drive>| {
            if told.is_empty() {
                told = found;
            }
        };
        next(sizes::of_title(&self.title).drives);
        if !absent.drive {
            next(sizes::of_rows(self.keyed(Part::Drive)));
            next(
                self.mixed_rows()
                    .map(|value| sizes::drives(value, None, ram))
                    .find(|found| !found.is_empty())
                    .unwrap_or_default(),
            );
            let titles = self.titles.iter().map(|title| sizes::of_title(title).drives);
            next(titles.into_iter().find(|found| !found.is_empty()).unwrap_or_default());
            let lines = self.lines.iter().map(|line| sizes::drives(line, None, ram));
            next(lines.into_iter().find(|found| !found.is_empty()).unwrap_or_default());
        }
        told.retain(|drive| (4.0..=200_000.0).contains(&drive.gb));
        told
    }
}

/// Whether a capacity's unit follows the number that ends before `tail`.
fn capacity_follows(tail: &str) -> bool {
    let tail = tail.trim_start().to_ascii_lowercase();
    ["gb", "tb", "mb", "mhz", "ghz", "go ", "to ", "гб", "тб"].iter().any(|unit| tail.starts_with(unit))
}

#[cfg(test)]
mod tests;
