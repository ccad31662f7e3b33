//! `bench cards`: twenty cards that differ in language, length, theme and photo, to be looked at.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use image::{DynamicImage, RgbImage, imageops};
use serde_json::json;
use test_support::{Client, Launch};

use crate::card::{Card, Theme, data_address};
use crate::report::{Report, Verdict, write_file};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the pictures go
    #[arg(long, default_value = "out/cards")]
    out: PathBuf,
}

/// Title, price, price before, badge, language.
type Text = (&'static str, &'static str, Option<&'static str>, &'static str, &'static str);

const TEXTS: [Text; 20] = [
    (
        "Beelink SER5 MAX Mini PC, AMD Ryzen 7 5800H, 32GB DDR4, 500GB SSD",
        "$329.99",
        Some("$409.00"),
        "Great deal 🔥",
        "en",
    ),
    ("Minisforum UM790 Pro", "$719.00", None, "Good deal", "en"),
    ("零刻 SER5 MAX 迷你主机 锐龙7 5800H 32GB 500GB 固态硬盘", "¥2,399", Some("¥2,899"), "超值 🔥", "zh-CN"),
    ("ミニPC AMD Ryzen 7 5800H 32GBメモリ 500GB SSD 静音設計", "¥48,800", Some("¥59,800"), "お買い得", "ja"),
    ("미니 PC 라이젠 7 5800H 32GB 메모리 500GB SSD", "₩439,000", None, "특가 🎉", "ko"),
    ("كمبيوتر صغير بمعالج رايزن 7 وذاكرة 32 غيغابايت", "1,249 د.إ", Some("1,499 د.إ"), "عرض ممتاز", "ar"),
    ("मिनी पीसी, राइज़ेन 7, 32GB रैम, 500GB एसएसडी", "₹27,990", Some("₹34,990"), "शानदार ऑफ़र", "hi"),
    ("Мини-ПК Ryzen 7 5800H, 32 ГБ ОЗУ, SSD 500 ГБ", "29 990 ₽", None, "Выгодно", "ru"),
    ("Μίνι υπολογιστής Ryzen 7 με 32GB μνήμη", "349,00 €", Some("429,00 €"), "Προσφορά", "el"),
    (
        "Mini-PC generalüberholt: Größe S, überraschend leise",
        "149,95 €",
        Some("189,95 €"),
        "Günstig ✅",
        "de",
    ),
    ("Mini PC reconditionné, très silencieux, garantie 12 mois", "149,95 €", None, "À saisir", "fr"),
    ("Máy tính mini Ryzen 7, bộ nhớ 32GB, ổ cứng 500GB", "8.490.000 ₫", None, "Giá tốt", "vi"),
    ("มินิพีซี Ryzen 7 แรม 32GB เอสเอสดี 500GB", "฿11,900", Some("฿13,900"), "ลดราคา", "th"),
    (
        "A title that goes on and on, naming every port, every gigahertz, every certificate, the colour of the box and the \
      name of the cable that lies in it, and that has to be cut after three lines",
        "$1,299.00",
        None,
        "Long",
        "en",
    ),
    ("PC", "$9", None, "Short", "en"),
    ("Emoji: 🖥️ 💾 🎮 ⚡ 👩🏽‍💻 🇺🇸 ❤️", "$42.00", None, "🏆 #1", "en"),
    ("Ünïcödé & <markup> \"quotes\" 'n' entities &amp; more", "$0.99", Some("$1.00"), "Escaped", "en"),
    (
        "Lenovo ThinkCentre M720q Tiny, Core i5-8500T (Refurbished)",
        "$149.95",
        Some("$189.95"),
        "Refurbished ♻️",
        "en",
    ),
    ("Estación de trabajo compacta con dos puertos USB4", "719,00 €", None, "¡Oferta!", "es"),
    (
        "Miniaturowy komputer: źródło ciszy, śladowe zużycie",
        "1 499,00 zł",
        Some("1 799,00 zł"),
        "Okazja",
        "pl",
    ),
];

const PHOTOS: [&[u8]; 4] = [
    include_bytes!("../../../tests/fixtures/site/photos/graphite-front.png"),
    include_bytes!("../../../tests/fixtures/site/photos/silver-side.png"),
    include_bytes!("../../../tests/fixtures/site/photos/black-front.png"),
    include_bytes!("../../../tests/fixtures/site/photos/graphite-side.png"),
];

/// On the sheet: pixels of a card's side, and cards in a row.
const SMALL: (u32, u32) = (480, 252);
const IN_A_ROW: u32 = 4;

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let service = Launch::image().env("PLAYWRIGHT_DRAIN_DELAY_S", "0").start().await?;
    let rows = (TEXTS.len() as u32).div_ceil(IN_A_ROW);
    let mut sheet = RgbImage::new(SMALL.0 * IN_A_ROW, SMALL.1 * rows);
    for (number, text) in (0_u32..).zip(TEXTS) {
        let picture = render(service.client(), &card(number as usize, text)).await?;
        let name = format!("card-{:02}.png", number + 1);
        write_file(&options.out.join(name), &picture)?;
        let decoded = image::load_from_memory(&picture).context("the picture can't be decoded")?;
        let small = decoded.resize_exact(SMALL.0, SMALL.1, imageops::FilterType::Triangle).to_rgb8();
        let (column, row) = (number % IN_A_ROW, number / IN_A_ROW);
        imageops::replace(&mut sheet, &small, i64::from(column * SMALL.0), i64::from(row * SMALL.1));
    }
    let path = options.out.join("sheet.png");
    DynamicImage::ImageRgb8(sheet).save(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut report = Report::new("cards");
    report.figure("cards rendered", TEXTS.len());
    report.figure("all of them", path.display());
    Ok(report.print())
}

fn card(number: usize, (title, price, was, badge, language): Text) -> Card {
    let fact = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    Card {
        title: title.to_owned(),
        price: price.to_owned(),
        was: was.map(str::to_owned),
        facts: vec![
            fact("CPU", "AMD Ryzen 7 5800H"),
            fact("RAM", "32 GB DDR4"),
            fact("SSD", "500 GB NVMe"),
            fact("Score", "8 412 ★★★★☆"),
        ],
        badge: badge.to_owned(),
        photo: (number % 5 != 1).then(|| data_address(PHOTOS[number % PHOTOS.len()])),
        theme: Theme::ALL[number % Theme::ALL.len()],
        language,
    }
}

async fn render(client: &Client, card: &Card) -> Result<Vec<u8>> {
    let accept = [("accept", "image/png")];
    let reply = client.post_with("/v1/render", &accept, &json!({ "html": card.html() })).await;
    let reply = reply.map_err(|error| anyhow::anyhow!(error))?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    Ok(reply.body.to_vec())
}
