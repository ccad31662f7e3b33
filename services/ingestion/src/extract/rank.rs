//! The best of several, the first among equals: `Iterator::max_by` gives the last.

pub(super) fn best<T>(scored: impl Iterator<Item = (f64, T)>) -> Option<(f64, T)> {
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(best([(1.0, 'a'), (2.0, 'b'), (2.0, 'c')].into_iter()), Some((2.0, 'b')));
        assert_eq!(best(std::iter::empty::<(f64, char)>()), None);
    }
}
