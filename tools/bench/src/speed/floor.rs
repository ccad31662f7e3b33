//! The floor: pages that are opened once and used again and again, over the same pipe and nothing in between. Unsafe,
//! as whatever one document leaves behind the next one finds; it says what Chromium itself takes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use test_support::FixtureSite;
use tokio::sync::Semaphore;

use super::chromium::Browser;
use super::raw::{self, Page};
use super::running::{Answer, Found, Stand};
use super::work::{Encoding, Work};
use crate::card;
use crate::work::{Kind, PRODUCTS};

/// Everything that a picture needs is there.
const DOCUMENT_READY: &str = "(async () => {
  if (document.readyState !== 'complete') await new Promise(done => addEventListener('load', done, { once: true }));
  document.documentElement.getBoundingClientRect();
  await document.fonts.ready;
  await Promise.all(Array.from(document.images, image => image.decode().catch(() => {})));
})()";

/// The page's HTML once it shows a title and a price.
const PRODUCT_SHOWN: &str = r"new Promise(done => {
  const shown = () => /\S/.test(document.querySelector('h1')?.textContent) &&
    /\d/.test(document.querySelector('.price')?.textContent);
  const look = () => { if (shown()) { observer.disconnect(); done(document.documentElement.outerHTML); } };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, characterData: true });
  look();
})";

#[derive(Debug)]
pub(crate) struct Floor {
    browsers: Vec<Browser>,
    site: FixtureSite,
    /// The last one is taken first, so that few at once are always the same few.
    free: Mutex<Vec<Page>>,
    places: Semaphore,
}

impl Floor {
    /// With so many pages, dealt out among the browsers.
    pub(crate) async fn start(stand: &Stand, browsers: usize, pages: usize) -> Result<Floor> {
        let browsers = try_join_all((0..browsers).map(|_| stand.chromium.start())).await?;
        let mut free = Vec::new();
        for browser in browsers.iter().cycle().take(pages) {
            let page = Page::open(&browser.wire, None, stand.chromium.window).await?;
            if stand.kind == Kind::Ingestion {
                block_photos(&page).await?;
            }
            free.push(page);
        }
        let site = FixtureSite::start().await;
        Ok(Floor { browsers, site, free: Mutex::new(free), places: Semaphore::new(pages) })
    }

    pub(crate) fn roots(&self) -> Vec<u32> {
        self.browsers.iter().map(Browser::pid).collect()
    }

    pub(crate) async fn answer(&self, work: Work, number: usize) -> Answer {
        let start = Instant::now();
        let Ok(_place) = self.places.acquire().await else { return Answer::none("the floor was closed") };
        let taken = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut page) = taken else { return Answer::none("no page is free") };
        let number = work.nth(number);
        let answer = if work.is_page() {
            self.read(&mut page, number, start).await
        } else {
            draw(&page, work, number).await
        };
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(page);
        answer.unwrap_or_else(|error| Answer { took: start.elapsed(), found: Err(error) })
    }

    async fn read(&self, page: &mut Page, number: usize, start: Instant) -> Result<Answer> {
        let (path, title, price) = PRODUCTS[number % PRODUCTS.len()];
        let html = visit(page, &self.site.url(path)).await?;
        let took = start.elapsed();
        let html = html.as_str().context("the page's HTML is no text")?;
        let is_right = html.contains(title) && html.contains(&format!("{price:.2}"));
        ensure!(is_right, "{path}: title or price is missing in {} bytes of HTML", html.len());
        Ok(Answer { took, found: Ok(Found::Product) })
    }
}

/// As the service does for every extraction.
async fn block_photos(page: &Page) -> Result<()> {
    page.send("Network.enable", &json!({})).result().await?;
    let pattern = json!({ "urlPattern": "*://*:*/*.png", "block": true });
    page.send("Network.setBlockedURLs", &json!({ "urlPatterns": [pattern] })).result().await?;
    Ok(())
}

async fn draw(page: &Page, work: Work, number: usize) -> Result<Answer> {
    let html = card::sample(number);
    let start = Instant::now();
    // both are sent at once: the document is waited for from the moment that it is there
    let (set, ready) = (page.set_document(&html), page.evaluate(DOCUMENT_READY));
    set.result().await?;
    ready.value().await?;
    let captured = page.send("Page.captureScreenshot", &capture(work)).message().await?;
    let took = start.elapsed();
    Ok(Answer { took, found: raw::picture(&captured).map(Found::Picture) })
}

fn capture(work: Work) -> Value {
    match work.encoding() {
        Encoding::Jpeg => json!({ "format": "jpeg", "quality": 85, "optimizeForSpeed": true }),
        Encoding::Png => json!({ "format": "png", "optimizeForSpeed": true }),
    }
}

/// Goes to a page and waits for what is wanted of it.
async fn visit(page: &mut Page, url: &str) -> Result<Value> {
    // what the page before told
    while page.events.try_recv().is_ok() {}
    let navigated = page.send("Page.navigate", &json!({ "url": url })).result().await?;
    let document = raw::text(&navigated, "loaderId")?;
    committed(page, &document).await?;
    page.evaluate(PRODUCT_SHOWN).value().await
}

/// Until then the document before is the one that a script would see.
async fn committed(page: &mut Page, document: &str) -> Result<()> {
    const WITHIN: Duration = Duration::from_secs(20);
    let coming = async {
        while let Some(event) = page.events.recv().await {
            if event.method == "Page.frameNavigated" && event.params["frame"]["loaderId"] == document {
                return Ok(());
            }
        }
        anyhow::bail!("the browser is gone")
    };
    tokio::time::timeout(WITHIN, coming).await.context("the navigation did not commit")?
}
