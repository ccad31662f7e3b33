use prometheus::Registry;

use super::*;

fn admission(pages: usize, max_queue: usize) -> Admission {
    let metrics = PoolMetrics::register(&Registry::new()).expect("fresh registry");
    Admission::new(pages, max_queue, 1_000, metrics)
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(10))
}

/// Teaches it that places are held for `hold`.
async fn taught(admission: &Admission, hold: Duration) {
    for _ in 0..30 {
        let place = admission.enter(soon(), 0, false).await.expect("free");
        tokio::time::advance(hold).await;
        drop(place);
    }
}

#[tokio::test(start_paused = true)]
async fn places_are_bounded_and_given_in_order() {
    let admission = admission(1, 10);
    let first = admission.enter(soon(), 0, false).await.expect("free");
    let queue = |name: &'static str| {
        let admission = admission.clone();
        tokio::spawn(async move { admission.enter(soon(), 0, false).await.map(|place| (name, place)) })
    };
    let second = queue("second");
    tokio::task::yield_now().await;
    let third = queue("third");
    tokio::task::yield_now().await;
    assert_eq!((admission.held(), admission.queue_depth()), (1, 2));
    drop(first);
    let (name, place) = second.await.expect("joined").expect("in turn");
    assert_eq!(name, "second");
    assert!(!third.is_finished());
    drop(place);
    assert_eq!(third.await.expect("joined").expect("in turn").0, "third");
    assert_eq!((admission.held(), admission.queue_depth()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_lost_a_browser_goes_before_those_that_wait() {
    let admission = admission(1, 10);
    let held = admission.enter(soon(), 0, false).await.expect("free");
    let enter = |again| {
        let admission = admission.clone();
        tokio::spawn(async move { admission.enter(soon(), 0, again).await })
    };
    let patient = enter(false);
    tokio::task::yield_now().await;
    let again = enter(true);
    tokio::task::yield_now().await;
    drop(held);
    let _place = again.await.expect("joined").expect("first");
    assert!(!patient.is_finished());
    patient.abort();
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once_with_a_time_to_come_back() {
    let admission = admission(1, 1);
    taught(&admission, Duration::from_secs(1)).await;
    let _held = admission.enter(soon(), 0, false).await.expect("free");
    let waiting = tokio::spawn({
        let admission = admission.clone();
        async move { admission.enter(soon(), 0, false).await.map(drop) }
    });
    tokio::task::yield_now().await;
    let told = |error| match error {
        PoolError::Overloaded { reason: ShedReason::QueueFull, retry_after } => retry_after,
        other => panic!("{other}"),
    };
    let first = told(admission.enter(soon(), 0, false).await.expect_err("full"));
    let second = told(admission.enter(soon(), 0, false).await.expect_err("full"));
    assert!(first >= Duration::from_secs(2), "one runs, one waits: {first:?}");
    assert!(second > first, "not everybody is told the same moment");
    waiting.abort();
}

#[tokio::test(start_paused = true)]
async fn what_cannot_start_before_its_deadline_is_refused_on_arrival() {
    let admission = admission(1, 10);
    taught(&admission, Duration::from_secs(2)).await;
    let _held = admission.enter(soon(), 0, false).await.expect("free");
    let hurried = admission.enter(Deadline::after(Duration::from_secs(3)), 0, false).await;
    let reason = ShedReason::Hopeless;
    assert!(matches!(hurried, Err(PoolError::Overloaded { reason: r, .. }) if r == reason), "{hurried:?}");
}

#[tokio::test(start_paused = true)]
async fn what_becomes_hopeless_while_it_waits_is_refused_by_the_next_sweep() {
    let admission = admission(1, 10);
    taught(&admission, Duration::from_secs(2)).await;
    let _held = admission.enter(soon(), 0, false).await.expect("free");
    let waiting = tokio::spawn({
        let admission = admission.clone();
        async move { admission.enter(Deadline::after(Duration::from_secs(7)), 0, false).await.map(drop) }
    });
    tokio::task::yield_now().await;
    assert!(admission.sweep(), "still hopeful");
    tokio::time::advance(Duration::from_secs(4)).await;
    assert!(!admission.sweep());
    let refused = waiting.await.expect("joined").expect_err("hopeless");
    assert!(matches!(refused, PoolError::Overloaded { reason: ShedReason::Hopeless, .. }), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn the_bytes_that_wait_are_bounded() {
    let admission = admission(1, 10);
    let _held = admission.enter(soon(), 5_000, false).await.expect("what runs at once does not wait");
    let error = admission.enter(soon(), 1_001, false).await.expect_err("too large to wait");
    assert!(matches!(error, PoolError::Overloaded { reason: ShedReason::QueueBytes, .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_leaves_takes_nothing_with_it() {
    let admission = admission(1, 10);
    let held = admission.enter(soon(), 0, false).await.expect("free");
    let leaving = tokio::spawn({
        let admission = admission.clone();
        async move { admission.enter(soon(), 10, false).await.map(drop) }
    });
    tokio::task::yield_now().await;
    leaving.abort();
    let _ = leaving.await;
    assert_eq!(admission.queue_depth(), 0);
    drop(held);
    assert_eq!(admission.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_even_without_a_sweep() {
    let admission = admission(1, 10);
    let _held = admission.enter(soon(), 0, false).await.expect("free");
    let error =
        admission.enter(Deadline::after(Duration::from_millis(10)), 0, false).await.expect_err("late");
    assert_eq!(error, PoolError::Timeout { stage: Stage::Queue });
}

#[tokio::test(start_paused = true)]
async fn closing_refuses_those_that_wait_and_those_to_come() {
    let admission = admission(1, 10);
    let _held = admission.enter(soon(), 0, false).await.expect("free");
    let waiting = tokio::spawn({
        let admission = admission.clone();
        async move { admission.enter(soon(), 0, false).await.map(drop) }
    });
    tokio::task::yield_now().await;
    admission.close();
    assert_eq!(waiting.await.expect("joined"), Err(draining()));
    assert_eq!(admission.enter(soon(), 0, false).await.map(drop), Err(draining()));
}

#[tokio::test(start_paused = true)]
async fn places_that_never_come_back_are_noticed() {
    let admission = admission(2, 10);
    let limit = Duration::from_secs(65);
    let _stuck = admission.enter(soon(), 0, false).await.expect("free");
    tokio::time::advance(Duration::from_secs(66)).await;
    assert!(admission.is_wedged(limit));
    drop(admission.enter(soon(), 0, false).await.expect("free"));
    assert!(!admission.is_wedged(limit), "something ended");
}
