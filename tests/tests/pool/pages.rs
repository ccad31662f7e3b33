//! What a page shows and what it may not.

use browser_pool::{Content, Document, PoolError, ShotFormat, Viewport};

use crate::harness::{Pool, small};

fn document<'a>(html: &'a str, css_overrides: Option<&'a str>, javascript: Option<&'a str>) -> Document<'a> {
    let viewport = Viewport { width: 100, height: 50, scale: 1.0 };
    Document { css_overrides, javascript, ..Document::of_html(html, viewport) }
}

/// The colour in the middle of the picture.
async fn centre(pool: &Pool, document: &Document<'_>) -> [u8; 3] {
    let mut page = pool.lease().await.expect("leased");
    page.show(document).await.expect("shown");
    let png = page.capture(ShotFormat::Png, None).await.expect("captured");
    let picture = image::load_from_memory(&png).expect("a picture").to_rgb8();
    let (width, height) = picture.dimensions();
    let wanted = document.viewport;
    let pixels = |length: u32| (f64::from(length) * wanted.scale).round() as u32;
    assert_eq!((width, height), (pixels(wanted.width), pixels(wanted.height)));
    picture.get_pixel(width / 2, height / 2).0
}

#[tokio::test]
async fn styles_and_scripts_of_the_caller_come_after_the_documents_own() {
    let pool = Pool::start(small()).await;
    let red = "<style>html{background:#f00}</style>";
    assert_eq!(centre(&pool, &document(red, None, None)).await, [255, 0, 0]);
    let green = Some("html{background:#0f0}");
    assert_eq!(centre(&pool, &document(red, green, None)).await, [0, 255, 0]);
    let blue = Some("document.documentElement.style.background = '#00f'");
    assert_eq!(centre(&pool, &document(red, green, blue)).await, [0, 0, 255]);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn styles_cannot_break_out_into_markup() {
    let pool = Pool::start(small()).await;
    let evil = "</style><script>document.documentElement.style.background='#f00'</script>";
    let white = "<style>html{background:#fff}</style>";
    assert_eq!(centre(&pool, &document(white, Some(evil), None)).await, [255, 255, 255]);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn every_scale_gives_its_own_size() {
    let pool = Pool::start(small()).await;
    for scale in [0.5, 1.0, 2.0, 3.0] {
        let viewport = Viewport { width: 120, height: 60, scale };
        let document = Document { viewport, ..document("<style>html{background:#f00}</style>", None, None) };
        assert_eq!(centre(&pool, &document).await, [255, 0, 0], "{scale}");
    }
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_script_of_the_caller_that_throws_is_named() {
    let pool = Pool::start(small()).await;
    let mut page = pool.lease().await.expect("leased");
    let error = page.show(&document("<p>x", None, Some("no.such.thing"))).await.expect_err("it throws");
    assert!(
        matches!(&error, PoolError::Unusable { field: "javascript", what } if what.contains("no is not defined")),
        "{error}"
    );
    drop(page);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn what_a_page_shows_is_told_from_what_it_hides() {
    let pool = Pool::start(small()).await;
    let svg = |fill: &str| {
        format!(
            "<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\">\
             <rect width=\"20\" height=\"20\" fill=\"{fill}\"/></svg>'>"
        )
    };
    let table = [
        ("<p>text", Content::Something),
        ("", Content::Nothing),
        ("<style>html{background:#f00}</style>", Content::Nothing),
        ("<p style='display:none'>text", Content::Nothing),
        ("<p style='visibility:hidden'>text", Content::Nothing),
        ("<p style='opacity:0'>text", Content::Nothing),
        ("<p style='position:absolute;left:-5000px'>text", Content::Nothing),
        ("<script>'only a script'</script>", Content::Nothing),
        (
            "<form>text<input name=checkVisibility><input name=getBoundingClientRect></form>",
            Content::Something,
        ),
        (
            "<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\"><rect width=\"20\" height=\"10\"/></svg>'>",
            Content::Something,
        ),
        (&svg("red"), Content::PicturesOver([255, 255, 255, 255])),
        (
            &format!("<body style='background:#00f'><p style='background:#0f0'>{}", svg("red")),
            Content::PicturesOver([0, 255, 0, 255]),
        ),
        (&format!("<body style='background:#f00'>{}", svg("red")), Content::Nothing),
        (&svg("none"), Content::Nothing),
    ];
    for (html, shows) in table {
        let mut page = pool.lease().await.expect("leased");
        let shown = page.show(&document(html, None, None)).await.expect("shown");
        assert_eq!(shown.content, shows, "{html}");
    }
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_document_has_no_origin_and_no_storage() {
    let pool = Pool::start(small()).await;
    let html = "<style>html{background:#fff}</style><script>
        let found = [];
        try { localStorage.a = 1; found.push('storage'); } catch {}
        try { if ((document.cookie = 'a=1', document.cookie)) found.push('cookie'); } catch {}
        if (found.length) document.documentElement.style.background = '#f00';
    </script>";
    assert_eq!(centre(&pool, &document(html, None, None)).await, [255, 255, 255]);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn an_alert_is_answered() {
    let pool = Pool::start(small()).await;
    let html = "<script>alert(1); document.documentElement.style.background = '#0f0'</script>";
    assert_eq!(centre(&pool, &document(html, None, None)).await, [0, 255, 0]);
    pool.ends_cleanly().await;
}

#[tokio::test]
async fn a_page_that_closes_itself_ends_at_once() {
    let pool = Pool::start(small()).await;
    let mut page = pool.lease().await.expect("leased");
    let error =
        page.show(&document("<script>window.close()</script>", None, None)).await.expect_err("closed");
    assert_eq!(error, PoolError::BrowserCrash { retriable: true });
    drop(page);
    pool.ends_cleanly().await;
}
