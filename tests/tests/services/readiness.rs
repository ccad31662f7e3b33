//! Prices that come late, twice, in another currency or never: however long it takes, the answer is the price that
//! stays, or none.

use std::future::ready;

use futures_util::stream::{self, StreamExt};
use playwright_tests::ingestion;
use serde_json::json;
use test_support::Busy;
use test_support::readiness::{Answer, KINDS, Run, runs};

#[tokio::test]
async fn no_price_is_wrong_however_it_comes_about() {
    let shop = ingestion(&[("PLAYWRIGHT_HOST_CONCURRENCY", "64")]).await;
    let _busy = Busy::start(2).expect("busy processes");
    let ask = async |run: Run| {
        let reply = shop.extract_with(&run.path, &json!({ "timeout_s": 60 })).await;
        run.judge(reply.status.as_u16(), &reply.json())
    };
    let asked = stream::iter(runs(3, KINDS.len())).map(ask).buffer_unordered(3);
    let not_right: Vec<Answer> = asked.filter(|answer| ready(*answer != Answer::Right)).collect().await;
    assert_eq!(not_right, []);
}
