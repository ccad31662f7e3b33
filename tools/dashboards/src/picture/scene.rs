//! What happens while the pictures are taken: callers come and go, some of them in error, a browser dies, a crowd comes.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::{Duration, Instant};

use test_support::Traffic;
use test_support::traffic::Errand;
use tokio::task::JoinSet;

const BETWEEN_REQUESTS: (f64, f64) = (0.18, 0.65);
/// The load swings twice in the time.
const SWINGS: f64 = 2.0;
/// Every so many requests one goes wrong; more often in the second half.
const GOOD_FOR_EACH_BAD: (usize, usize) = (11, 5);

/// Sends requests for so long, and waits for their answers.
pub(super) async fn play(traffic: &Arc<Traffic>, length: Duration) {
    let start = Instant::now();
    let mut running = JoinSet::new();
    let mut number = 0;
    let mut crashes = [0.35, 0.7].into_iter().peekable();
    let mut crowds = [0.5, 0.8].into_iter().peekable();
    while start.elapsed() < length {
        let passed = start.elapsed().as_secs_f64() / length.as_secs_f64();
        if crashes.next_if(|at| *at < passed).is_some() {
            traffic.crash();
        }
        if crowds.next_if(|at| *at < passed).is_some() {
            running.spawn(all(traffic.crowd()));
        }
        let good = if passed < 0.5 { GOOD_FOR_EACH_BAD.0 } else { GOOD_FOR_EACH_BAD.1 };
        let errand = match number % good {
            0 => {
                let bad = traffic.bad();
                bad[number / good % bad.len()].clone()
            }
            _ => traffic.good(number),
        };
        running.spawn(all(vec![errand]));
        number += 1;
        while running.try_join_next().is_some() {}
        let calm = 0.5 + 0.5 * (passed * TAU * SWINGS).cos();
        let (least, most) = BETWEEN_REQUESTS;
        tokio::time::sleep(Duration::from_secs_f64(least + (most - least) * calm)).await;
    }
    while running.join_next().await.is_some() {}
}

async fn all(errands: Vec<Errand>) {
    let running: JoinSet<_> = errands.into_iter().map(Errand::run).collect();
    running.join_all().await;
}
