//! Fonts: which families are installed, and which were really used.

use chromiumoxide::cdp::browser_protocol::css::{EnableParams as EnableCss, GetPlatformFontsForNodeParams};
use chromiumoxide::cdp::browser_protocol::dom::{
    EnableParams as EnableDom, GetDocumentParams, QuerySelectorAllParams,
};

use serde::Deserialize;

use super::{Page, isolated_world};
use crate::deadline::{Deadline, Stage};
use crate::error::PoolError;

const FONTS_MISSING: &str = include_str!("fonts_missing.js");

/// Elements that are asked for the fonts of their text.
const MOST_ELEMENTS: usize = 300;

/// The answer of [`FONTS_MISSING`].
#[derive(Deserialize)]
struct Asked {
    missing: Vec<String>,
    /// The document has font faces of its own.
    own: bool,
}

impl Page {
    /// Those of the families that are not installed. What is installed changes with the browser only, so each is asked
    /// for once.
    pub(super) async fn fonts_missing(
        &self,
        families: &[String],
        deadline: Deadline,
    ) -> Result<Vec<String>, PoolError> {
        let known = &self.browser.fonts;
        let unknown: Vec<&String> = families.iter().filter(|family| known.get(family).is_none()).collect();
        if !unknown.is_empty() {
            let list = serde_json::to_string(&unknown).unwrap_or_default();
            // A world of its own: the document's may have been replaced meanwhile.
            let world = self.answer(Stage::Ready, deadline, self.send(&isolated_world(&self.frame))).await?;
            let asked = format!("({FONTS_MISSING})({list})");
            let asked: Asked =
                self.evaluate(Stage::Ready, deadline, Some(world.execution_context_id), asked).await?;
            if asked.own {
                // Its own faces can pass for installed ones: true of this document alone.
                let is_missing = |family: &&String| {
                    known.get(family).map_or(asked.missing.contains(*family), |is_there| !is_there)
                };
                return Ok(families.iter().filter(is_missing).cloned().collect());
            }
            for family in unknown {
                known.note(family, !asked.missing.contains(family));
            }
        }
        Ok(families.iter().filter(|family| known.get(family) == Some(false)).cloned().collect())
    }

    /// The families whose glyphs are on the page, as the renderer chose them, the commonest first.
    pub(super) async fn fonts_used(&self, deadline: Deadline) -> Result<Vec<String>, PoolError> {
        self.browser.connection().tell(Some(&self.session), &EnableDom::default());
        self.browser.connection().tell(Some(&self.session), &EnableCss::default());
        let document = self.answer(Stage::Ready, deadline, self.send(&GetDocumentParams::default())).await?;
        let elements = QuerySelectorAllParams::new(document.root.node_id, "body, body *");
        let elements = self.answer(Stage::Ready, deadline, self.send(&elements)).await?.node_ids;
        // All of them are on their way before the first answer is waited for.
        let asked = elements.into_iter().take(MOST_ELEMENTS);
        let asked: Vec<_> = asked.map(|node| self.send(&GetPlatformFontsForNodeParams::new(node))).collect();
        let mut glyphs: Vec<(String, f64)> = Vec::new();
        for call in asked {
            let fonts = self.answer(Stage::Ready, deadline, call).await?.fonts;
            for font in fonts {
                match glyphs.iter_mut().find(|(family, _)| *family == font.family_name) {
                    Some((_, count)) => *count += font.glyph_count,
                    None => glyphs.push((font.family_name, font.glyph_count)),
                }
            }
        }
        glyphs.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Ok(glyphs.into_iter().map(|(family, _)| family).collect())
    }
}
