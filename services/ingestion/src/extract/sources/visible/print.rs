//! The size of print: shops set the price larger than what else costs something near the headline.

use super::super::super::dom::NodeId;
use super::Scene;

/// CSS pixels above and below the headline in which sizes are compared: a screen or two.
const NEAR: u32 = 1_500;
/// Times the usual size from which on print stands out.
const LARGE: f64 = 1.15;
/// More amounts of the largest size are a list's.
const FEW: usize = 3;
const WORTH: f64 = 0.14;

/// The largest print of a page's amounts, where it stands out.
#[derive(Debug, Default)]
pub(super) struct Print {
    largest: Option<i32>,
}

impl Print {
    pub(super) fn of(scene: &Scene<'_, '_>, amounts: impl Iterator<Item = NodeId>) -> Print {
        let mut fonts: Vec<i32> = amounts.filter_map(|node| font(scene, node)).collect();
        fonts.sort_unstable();
        let (Some(largest), Some(usual)) = (fonts.last().copied(), fonts.get(fonts.len() / 2).copied())
        else {
            return Print::default();
        };
        let of_size = fonts.iter().filter(|font| is_as_large(**font, largest)).count();
        let smallest = fonts.first().copied().unwrap_or(usual);
        // of two amounts the median is the larger one
        let others = if fonts.len() < 3 { smallest } else { usual };
        let stands_out = f64::from(largest) >= LARGE * f64::from(others) && of_size <= FEW;
        Print { largest: stands_out.then_some(largest) }
    }

    /// What an amount's print adds to the trust in it.
    pub(super) fn prominence(&self, scene: &Scene<'_, '_>, node: NodeId) -> f64 {
        let is_large = self
            .largest
            .is_some_and(|largest| font(scene, node).is_some_and(|font| is_as_large(font, largest)));
        if is_large { WORTH } else { 0.0 }
    }
}

fn is_as_large(font: i32, largest: i32) -> bool {
    f64::from(font) >= 0.95 * f64::from(largest)
}

/// Of an amount near the headline.
fn font(scene: &Scene<'_, '_>, node: NodeId) -> Option<i32> {
    let (dom, looks) = (scene.view.dom, &scene.view.looks);
    let font = looks.font(dom, node)?;
    let headline = scene.anchor.and_then(|anchor| looks.top(dom, anchor));
    let is_near = match (headline, looks.top(dom, node)) {
        (Some(headline), Some(own)) => own.abs_diff(headline) <= NEAR,
        _ => true,
    };
    is_near.then_some(font)
}
