//! Waiting for something to become true, with a bound. Tests don't sleep; they wait for what they need.

use std::fmt::Display;
use std::time::{Duration, Instant};

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Looks again and again until `look` finds something, and returns that.
///
/// # Panics
///
/// When `limit` passes first, naming `what`.
pub async fn eventually<T>(what: impl Display, limit: Duration, look: impl AsyncFnMut() -> Option<T>) -> T {
    match within(limit, look).await {
        Some(found) => found,
        None => panic!("not within {limit:?}: {what}"),
    }
}

/// Looks again and again until `look` finds something or `limit` passes.
pub async fn within<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_returns_what_the_third_look_finds() {
        let mut looks = 0;
        let found = eventually("a third look", Duration::from_secs(5), || {
            looks += 1;
            std::future::ready((looks == 3).then_some("found"))
        });
        assert_eq!(found.await, "found");
        assert_eq!(looks, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "not within 1ms: the moon")]
    async fn it_gives_up_and_says_on_what() {
        eventually("the moon", Duration::from_millis(1), || std::future::ready(None::<()>)).await;
    }
}
