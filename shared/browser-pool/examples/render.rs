//! Renders an HTML file, or a sample, to a JPEG:
//! `cargo run -p browser-pool --example render [page.html [picture.jpg [times]]]`

use std::time::{Duration, Instant};

use browser_pool::{
    BrowserPool, Deadline, Document, Job, PageProfile, PoolConfig, PoolError, ShotFormat, Stage, Viewport,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let html = match arguments.next() {
        Some(file) => std::fs::read_to_string(file)?,
        None => {
            "<body style='margin:60px;font:80px sans-serif;background:#eef'><h1>Hello 你好 🎉</h1>".to_owned()
        }
    };
    let file = arguments.next().unwrap_or_else(|| "picture.jpg".to_owned());
    let times: u32 = arguments.next().map_or(Ok(1), |times| times.parse())?;
    let page = PageProfile { warm_html: Some(html.clone()), warm_pages: 2, ..PageProfile::default() };
    let config = PoolConfig { browsers: 1, page, ..PoolConfig::default() };
    let pool = BrowserPool::start(config, &prometheus::Registry::new()).await?;
    for time in 0..times {
        let started = Instant::now();
        let (picture, stages) = render(&pool, &html).await?;
        std::fs::write(&file, &picture)?;
        let stages: Vec<_> =
            Stage::ALL.iter().map(|stage| format!("{stage} {:?}", stages.get(*stage))).collect();
        eprintln!("{time}: {} bytes in {:?}: {}", picture.len(), started.elapsed(), stages.join(", "));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    pool.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

async fn render(
    pool: &BrowserPool,
    html: &str,
) -> Result<(bytes::Bytes, browser_pool::StageTimes), PoolError> {
    let deadline = Deadline::after(Duration::from_secs(15));
    let mut attempts = pool.attempts(Job { deadline, queued_bytes: html.len(), fingerprint: 1, inert: None });
    loop {
        let mut page = attempts.page().await?;
        let drawn = async {
            let viewport = Viewport::default();
            page.show(&Document::of_html(html, viewport)).await?;
            page.capture(ShotFormat::Jpeg { quality: 85 }, None).await
        };
        match drawn.await {
            Ok(picture) => {
                let mut times = attempts.timings();
                times.merge(&page.timings());
                return Ok((picture, times));
            }
            Err(error) => attempts.failed(error)?,
        }
    }
}
