//! Pictures that need not be made again: equal requests at the same time are rendered once, and what would look the
//! same every time is kept for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use browser_pool::{Deadline, Stage};
use moka::Expiry;
use moka::future::Cache;
use service_kit::{ApiError, ErrorKind};

use crate::error;
use crate::picture::Finished;
use crate::report::Report;

/// What [`Pictures`] tells pictures apart by.
pub(crate) type Identity = [u8; 32];

/// A picture with everything that an answer says of it.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) finished: Finished,
    pub(crate) report: Report,
    /// Of the picture's bytes, with its quotes.
    pub(crate) etag: String,
    /// Another rendering might look different: it is not kept.
    pub(crate) varies: bool,
}

impl Picture {
    pub(crate) fn new(finished: Finished, report: Report, varies: bool) -> Self {
        let etag = format!("\"{}\"", &blake3::hash(&finished.bytes).to_hex()[..32]);
        Self { finished, report, etag, varies }
    }
}

/// Where an answer's picture came from. A closed list: it is a metric's label and the `X-Cache` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made before.
    Hit,
    /// Made for this request.
    Miss,
    /// Made for an equal request at the same time.
    Shared,
    /// Made for this request alone, as it wished.
    Bypass,
}

impl Origin {
    pub(crate) const ALL: [Self; 4] = [Self::Hit, Self::Miss, Self::Shared, Self::Bypass];

    /// Whether the request's time is what the making of a picture takes.
    pub(crate) fn is_made_for_it(self) -> bool {
        matches!(self, Self::Miss | Self::Bypass)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Shared => "shared",
            Self::Bypass => "bypass",
        }
    }
}

/// What the client's `Cache-Control` wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Any,
    /// `no-cache`: made now, and kept.
    New,
    /// `no-store`: made for this request alone, and not kept.
    Alone,
}

impl Freshness {
    pub(crate) fn wished(headers: &HeaderMap) -> Self {
        let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        let directives: Vec<_> =
            values.flat_map(|value| value.split(',')).map(|text| text.trim().to_ascii_lowercase()).collect();
        let has = |name: &str| directives.iter().any(|directive| directive == name);
        if has("no-store") {
            Self::Alone
        } else if has("no-cache") || has("max-age=0") {
            Self::New
        } else {
            Self::Any
        }
    }
}

/// Bytes of requests that may wait for equal ones; the queue's own bound does not count them.
const MOST_WAITING_BYTES: usize = 64 << 20;

/// The pictures that are kept, bounded in bytes and in time. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Pictures {
    kept: Cache<Identity, Arc<Picture>>,
    waiting_bytes: Arc<AtomicUsize>,
}

/// What is asked of the cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) identity: Identity,
    pub(crate) freshness: Freshness,
    pub(crate) deadline: Deadline,
    /// The request's, for the message of its timeout.
    pub(crate) timeout_s: f64,
    /// What the request holds in memory.
    pub(crate) bytes: usize,
}

/// Bytes that wait, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize, usize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::AcqRel);
    }
}

impl Pictures {
    /// Nothing is kept with 0 bytes; equal requests at the same time are still rendered once.
    pub(crate) fn new(most_bytes: u64, longest: Duration) -> Self {
        let kept = Cache::builder()
            .max_capacity(most_bytes)
            .weigher(|_, picture: &Arc<Picture>| {
                u32::try_from(picture.finished.bytes.len()).unwrap_or(u32::MAX)
            })
            .expire_after(KeepStable(longest))
            .build();
        Self { kept, waiting_bytes: Arc::default() }
    }

    /// `None` where too many bytes wait already.
    fn wait(&self, bytes: usize) -> Option<Waiting<'_>> {
        let taken = self.waiting_bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| {
            waiting.checked_add(bytes).filter(|waiting| *waiting <= MOST_WAITING_BYTES)
        });
        taken.ok().map(|_| Waiting(&self.waiting_bytes, bytes))
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.kept.weighted_size()
    }

    pub(crate) fn count(&self) -> u64 {
        self.kept.entry_count()
    }

    /// The picture of that identity; made by `make` unless it is there, or is just being made for another request.
    pub(crate) async fn get<F>(
        &self,
        wanted: Wanted,
        make: impl Fn() -> F,
    ) -> Result<(Arc<Picture>, Origin), ApiError>
    where
        F: Future<Output = Result<Arc<Picture>, ApiError>>,
    {
        let Wanted { identity, freshness, deadline, timeout_s, bytes } = wanted;
        match freshness {
            Freshness::Alone => return Ok((make().await?, Origin::Bypass)),
            Freshness::New => self.kept.invalidate(&identity).await,
            Freshness::Any => {}
        }
        if let Some(kept) = self.kept.get(&identity).await {
            return Ok((kept, Origin::Hit));
        }
        // Whoever finds no room to wait goes the way of all requests, and is refused there if need be.
        let Some(_waiting) = self.wait(bytes) else { return Ok((make().await?, Origin::Bypass)) };
        loop {
            let mut made_here = false;
            let made = self.kept.try_get_with(identity, async {
                made_here = true;
                make().await
            });
            let made =
                deadline.limit(made).await.map_err(|_| error::timeout(Stage::Queue.as_str(), timeout_s))?;
            let origin = if made_here { Origin::Miss } else { Origin::Shared };
            match made {
                Ok(picture) => {
                    // Makes room, and the figures true.
                    self.kept.run_pending_tasks().await;
                    return Ok((picture, origin));
                }
                // The other request's time was up, or too short from the beginning: this one may have more.
                Err(error) if !made_here && is_of_its_deadline(&error) && !deadline.has_passed() => {}
                Err(error) => return Err((*error).clone()),
            }
        }
    }
}

fn is_of_its_deadline(error: &ApiError) -> bool {
    matches!(error.kind, ErrorKind::Timeout | ErrorKind::Overloaded)
}

/// What varies is handed to those who wait for it, and then forgotten.
struct KeepStable(Duration);

impl Expiry<Identity, Arc<Picture>> for KeepStable {
    fn expire_after_create(&self, _: &Identity, picture: &Arc<Picture>, _: Instant) -> Option<Duration> {
        Some(if picture.varies { Duration::ZERO } else { self.0 })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::sync::Notify;

    use super::*;

    const LONG: f64 = 10.0;

    fn picture(bytes: &'static [u8], varies: bool) -> Arc<Picture> {
        let bytes = Bytes::from_static(bytes);
        let finished = Finished { bytes, width: 1, height: 1, one_colour: false, blank_ratio: 0.0 };
        Arc::new(Picture::new(finished, Report::default(), varies))
    }

    fn wanted(number: u8, freshness: Freshness) -> Wanted {
        let deadline = Deadline::after(Duration::from_secs_f64(LONG));
        Wanted { identity: [number; 32], freshness, deadline, timeout_s: LONG, bytes: 1 }
    }

    async fn ask(
        pictures: &Pictures,
        freshness: Freshness,
        made: &AtomicUsize,
        varies: bool,
    ) -> Result<Origin, ApiError> {
        let make = || async {
            made.fetch_add(1, Ordering::Relaxed);
            Ok(picture(b"picture", varies))
        };
        pictures.get(wanted(7, freshness), make).await.map(|(_, origin)| origin)
    }

    #[tokio::test]
    async fn what_never_varies_is_made_once_and_what_varies_every_time() {
        let (pictures, made) = (Pictures::new(1000, Duration::from_secs(60)), AtomicUsize::new(0));
        let mut origins = Vec::new();
        for wish in [Freshness::Any, Freshness::Any, Freshness::New, Freshness::Alone, Freshness::Any] {
            origins.push(ask(&pictures, wish, &made, false).await.expect("made"));
        }
        assert_eq!(origins, [Origin::Miss, Origin::Hit, Origin::Miss, Origin::Bypass, Origin::Hit]);
        assert_eq!(made.load(Ordering::Relaxed), 3);

        let varying = Pictures::new(1000, Duration::from_secs(60));
        for _ in 0..3 {
            assert_eq!(ask(&varying, Freshness::Any, &made, true).await.ok(), Some(Origin::Miss));
        }
    }

    #[tokio::test]
    async fn nothing_is_kept_without_room() {
        let (pictures, made) = (Pictures::new(0, Duration::from_secs(60)), AtomicUsize::new(0));
        for _ in 0..2 {
            assert_eq!(ask(&pictures, Freshness::Any, &made, false).await.ok(), Some(Origin::Miss));
            pictures.kept.run_pending_tasks().await;
        }
        assert_eq!((made.load(Ordering::Relaxed), pictures.count()), (2, 0));
    }

    #[tokio::test]
    async fn equal_requests_at_the_same_time_are_made_once_also_when_they_vary() {
        let (pictures, made, go) = (Pictures::new(0, Duration::ZERO), AtomicUsize::new(0), Notify::new());
        let ask = async || {
            let make = || async {
                made.fetch_add(1, Ordering::Relaxed);
                go.notified().await;
                Ok(picture(b"picture", true))
            };
            pictures.get(wanted(1, Freshness::Any), make).await.map(|(_, origin)| origin)
        };
        let release = async {
            while made.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
            go.notify_one();
        };
        let (first, second, third, ()) = tokio::join!(ask(), ask(), ask(), release);
        let mut origins = [first, second, third].map(|origin| origin.expect("made").as_str());
        origins.sort_unstable();
        assert_eq!((origins, made.load(Ordering::Relaxed)), (["miss", "shared", "shared"], 1));
    }

    #[tokio::test]
    async fn whoever_has_more_time_tries_again_when_the_others_time_was_up() {
        let (pictures, made, go) = (Pictures::new(0, Duration::ZERO), AtomicUsize::new(0), Notify::new());
        let hasty = async {
            let make = || async {
                made.fetch_add(1, Ordering::Relaxed);
                go.notified().await;
                Err(ApiError::new(ErrorKind::Timeout, "late"))
            };
            pictures.get(wanted(1, Freshness::Any), make).await
        };
        let patient = async {
            while made.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
            let make = || async { Ok(picture(b"picture", true)) };
            let asked = pictures.get(wanted(1, Freshness::Any), make);
            let release = async { go.notify_one() };
            tokio::join!(asked, release).0
        };
        let (hasty, patient) = tokio::join!(hasty, patient);
        assert_eq!(hasty.expect_err("its time was up").kind, ErrorKind::Timeout);
        assert_eq!(patient.expect("made").1, Origin::Miss);
    }

    #[tokio::test]
    async fn the_bytes_that_wait_are_bounded_and_given_back() {
        let pictures = Pictures::new(0, Duration::ZERO);
        let half = || pictures.wait(MOST_WAITING_BYTES / 2);
        let (one, other) = (half(), half());
        assert!(one.is_some() && other.is_some() && pictures.wait(1).is_none());
        let make = || async { Ok(picture(b"picture", true)) };
        let made = pictures.get(wanted(1, Freshness::Any), make).await;
        assert_eq!(made.expect("made").1, Origin::Bypass, "it is made alone");
        drop(one);
        assert!(half().is_some());
    }

    #[test]
    fn the_client_says_how_fresh_a_picture_must_be() {
        let wished = |value: &'static str| {
            let value = axum::http::HeaderValue::from_static(value);
            Freshness::wished(&HeaderMap::from_iter([(CACHE_CONTROL, value)]))
        };
        assert_eq!(Freshness::wished(&HeaderMap::new()), Freshness::Any);
        assert_eq!(wished("max-age=60"), Freshness::Any);
        assert_eq!(wished("No-Cache"), Freshness::New);
        assert_eq!(wished("max-age=0"), Freshness::New);
        assert_eq!(wished("no-cache, no-store"), Freshness::Alone);
    }

    #[test]
    fn the_tag_is_of_the_bytes() {
        let [one, same, other] =
            [&b"one"[..], b"one", b"other"].map(|bytes| picture(bytes, false).etag.clone());
        assert!(one == same && one != other && one.len() == 34 && one.starts_with('"') && one.ends_with('"'));
    }
}
