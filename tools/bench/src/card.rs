//! Share cards: the HTML documents that the image service is asked to render.

use std::fmt::Write;

/// What a card shows.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) price: String,
    pub(crate) was: Option<String>,
    /// label and value, at most four are shown
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) badge: String,
    /// a `data:` address; none where the card has no photo
    pub(crate) photo: Option<String>,
    pub(crate) theme: Theme,
    pub(crate) language: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Dark,
    Light,
    Sunset,
    Grid,
}

impl Theme {
    pub(crate) const ALL: [Theme; 4] = [Theme::Dark, Theme::Light, Theme::Sunset, Theme::Grid];

    fn style(self) -> &'static str {
        match self {
            Theme::Dark => {
                "--ink:#f4f6fb;--soft:#9fb0cc;--panel:rgba(255,255,255,.07);--accent:#4fd1a5;--on-accent:#08291e;\
                background:linear-gradient(135deg,#0d1526,#1d3557)"
            }
            Theme::Light => {
                "--ink:#16202e;--soft:#5b6b80;--panel:#fff;--accent:#0b6b4f;--on-accent:#fff;\
                background:linear-gradient(180deg,#f7f9fc,#dfe6ef)"
            }
            Theme::Sunset => {
                "--ink:#fff;--soft:#ffe1cf;--panel:rgba(0,0,0,.18);--accent:#ffe27a;--on-accent:#4a1230;\
                background:radial-gradient(circle at 80% 10%,#ff9a5a,#b5305a 60%,#5b1650)"
            }
            Theme::Grid => {
                "--ink:#1a1a1a;--soft:#555;--panel:#fffdf4;--accent:#c2410c;--on-accent:#fff;background:#fdf6e3;\
                background-image:linear-gradient(#0001 1px,transparent 1px),linear-gradient(90deg,#0001 1px,transparent 1px);\
                background-size:30px 30px"
            }
        }
    }
}

const STYLE: &str = "
* { box-sizing: border-box; margin: 0; }
body { width: 1200px; height: 630px; overflow: hidden; color: var(--ink);
  font: 26px/1.3 'Liberation Sans', 'Noto Sans', 'Noto Sans CJK SC', 'Noto Color Emoji', sans-serif; }
.card { display: flex; gap: 48px; padding: 56px; height: 100%; }
.words { flex: 1; display: flex; flex-direction: column; min-width: 0; }
.badge { align-self: flex-start; padding: 6px 18px; border-radius: 99px; background: var(--accent); color: var(--on-accent);
  font-size: 22px; font-weight: 700; }
h1 { font-size: 46px; line-height: 1.18; margin: 22px 0; display: -webkit-box; -webkit-line-clamp: 3;
  -webkit-box-orient: vertical; overflow: hidden; }
.price { font-size: 76px; font-weight: 800; letter-spacing: -2px; }
.price s { font-size: 34px; font-weight: 400; color: var(--soft); margin-inline-start: 18px; letter-spacing: 0; }
.facts { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; margin-top: auto; }
.fact { background: var(--panel); border-radius: 14px; padding: 12px 18px; box-shadow: 0 6px 18px #0002; }
.fact small { display: block; font-size: 17px; color: var(--soft); }
.fact span { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.photo { width: 420px; align-self: center; border-radius: 28px; box-shadow: 0 24px 60px #0006; }
";

impl Card {
    /// A whole document of 1200 × 630 CSS pixels, which loads nothing.
    pub(crate) fn html(&self) -> String {
        let mut facts = String::new();
        for (label, value) in self.facts.iter().take(4) {
            // writing to a String cannot fail
            let _ = write!(
                facts,
                r#"<div class="fact"><small>{}</small><span dir="auto">{}</span></div>"#,
                escape(label),
                escape(value)
            );
        }
        let was = self.was.as_deref().map_or_else(String::new, |was| format!("<s>{}</s>", escape(was)));
        let photo = self.photo.as_deref().map_or_else(String::new, |photo| {
            format!(r#"<img class="photo" alt="" src="{}">"#, escape(photo))
        });
        format!(
            r#"<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><style>{STYLE}</style></head>
<body style="{}"><div class="card"><div class="words"><div class="badge">{}</div><h1>{}</h1>
<div class="price">{}{was}</div><div class="facts">{facts}</div></div>{photo}</div></body></html>"#,
            self.language,
            if self.language == "ar" { "rtl" } else { "ltr" },
            self.theme.style(),
            escape(&self.badge),
            escape(&self.title),
            escape(&self.price),
        )
    }
}

/// The `number`th of a series of cards that all differ, with the photo of the fixtures in half of them.
pub(crate) fn sample(number: usize) -> String {
    // bytes after a PNG's end show nothing, but make it another photo to a page that has decoded the one before
    let mut photo = include_bytes!("../../../tests/fixtures/site/photos/graphite-front.png").to_vec();
    photo.extend(number.to_be_bytes());
    let ram = 8 << (number % 4);
    let card = Card {
        title: format!("Mini PC number {number} with Ryzen 7, {ram} GB of memory and a fast disk"),
        price: format!("${}.99", 150 + number % 700),
        was: number.is_multiple_of(3).then(|| format!("${}.00", 250 + number % 900)),
        facts: vec![
            ("Processor".to_owned(), "AMD Ryzen 7 5800H".to_owned()),
            ("Memory".to_owned(), format!("{ram} GB DDR4")),
            ("Storage".to_owned(), "500 GB NVMe".to_owned()),
            ("Score".to_owned(), format!("{} points", 5000 + number)),
        ],
        badge: "Great deal 🔥".to_owned(),
        photo: number.is_multiple_of(2).then(|| data_address(&photo)),
        theme: Theme::ALL[number % Theme::ALL.len()],
        language: "en",
    };
    card.html()
}

/// A PNG as an address that a document can hold.
pub(crate) fn data_address(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64_simd::STANDARD.encode_to_string(png))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_differ() {
        assert_ne!(sample(0), sample(1));
        assert_ne!(sample(0), sample(12));
    }
}
