//! Saved pages and what is right about them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use url::Url;

/// A page with its label.
#[derive(Debug, Clone)]
pub struct SavedPage {
    pub id: String,
    pub url: Url,
    /// What it is grouped by in tables.
    pub marketplace: String,
    pub markup: String,
    pub html: String,
    pub label: Label,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Label {
    Product(Box<ProductLabel>),
    NonProduct(NonProductLabel),
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct NonProductLabel {
    pub verdict: Option<String>,
    /// Others that are as right.
    #[serde(default)]
    pub verdict_also: Vec<String>,
}

/// What is right; several values are each right.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ProductLabel {
    pub title: Vec<String>,
    /// `null`: no price.
    #[serde(default)]
    pub price: Vec<Option<f64>>,
    /// Pairs of amount and currency that are right together.
    #[serde(default)]
    pub price_alt: Vec<(f64, String)>,
    #[serde(default)]
    pub currency: Vec<String>,
    pub condition: Option<String>,
    /// False: the page does not tell, and `null` is right too.
    #[serde(default = "yes")]
    pub condition_stated: bool,
    /// Parts of the main picture's address.
    #[serde(default)]
    pub image_keys: Vec<String>,
    #[serde(default)]
    pub brand: Vec<String>,
    pub availability: Option<String>,
    #[serde(default = "yes")]
    pub availability_stated: bool,
    /// Absent: not judged. `null`: there is none.
    #[serde(default, deserialize_with = "present")]
    pub list_price: Option<Option<f64>>,
    /// Absent: not judged. `null`: no computer.
    #[serde(default, deserialize_with = "present")]
    pub pc: Option<Option<Computer>>,
    /// Parts of a key and of its value.
    #[serde(default)]
    pub specs_expect: Vec<(String, String)>,
    /// Fields that are not judged.
    #[serde(default)]
    pub skip: Vec<String>,
}

/// Patterns are looked for in lower case without blanks and hyphens.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Computer {
    #[serde(default)]
    pub cpu: Vec<String>,
    /// Any of them; absent where the page names none.
    pub gpu: Option<Vec<String>>,
    pub ram_gb: Option<f64>,
    #[serde(default)]
    pub storage_gb: Vec<Option<f64>>,
}

fn yes() -> bool {
    true
}

/// Tells `null` from absent.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    url: Url,
    #[serde(default)]
    marketplace: String,
    #[serde(default)]
    markup_type: String,
    #[serde(default)]
    encoding: String,
}

/// Every labelled page of a folder, in the order of its manifest.
pub fn read_folder(folder: &Path) -> Result<Vec<SavedPage>> {
    let rows: Vec<Row> = read_json(&folder.join("manifest.json"))?;
    let mut labels: BTreeMap<String, Label> = read_json(&folder.join("labels.json"))?;
    let mut pages = Vec::new();
    for row in rows {
        let Row { id, url, marketplace, markup_type, encoding } = row;
        let label = labels.remove(&id).with_context(|| format!("labels.json: no label for {id}"))?;
        let name = format!("{id}.html");
        let nested = folder.join("pages").join(&name);
        let path = if nested.exists() { nested } else { folder.join(name) };
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let html = if matches!(encoding.as_str(), "iso-8859-1" | "latin-1" | "latin1" | "windows-1252") {
            bytes.iter().map(|byte| char::from(*byte)).collect()
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        pages.push(SavedPage { id, url, marketplace, markup: markup_type, html, label });
    }
    let left: Vec<&String> = labels.keys().collect();
    ensure!(left.is_empty(), "labels.json: labels without a page: {left:?}");
    Ok(pages)
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
}

impl SavedPage {
    /// What a shop is told apart by: the host without `www.`.
    pub fn shop(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host)
    }
}
