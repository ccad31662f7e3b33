//! Who made the product, in which condition it is and whether it can be had, as a reader sees it.

use super::super::super::candidate::Candidates;
use super::super::super::product::Field;
use super::{Scene, condition, labels, maker, stock};

pub(super) fn collect(scene: &Scene<'_, '_>, found: &mut Candidates) {
    if !scene.view.is_authoritative(Field::Availability) {
        stock::collect(scene, found);
    }
    labels::collect(scene, found);
    condition::collect(scene, found);
    maker::collect(scene, found);
}

#[cfg(test)]
mod tests;
