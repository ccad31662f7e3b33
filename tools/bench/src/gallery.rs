//! `bench gallery`: the pictures of docs/gallery, each with the request that it is the answer to. Small files, made
//! anew by one command.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use test_support::{FixtureSite, Launch, Service};

use crate::card::data_address;
use crate::report::{Verdict, write_file};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the pictures and their page go
    #[arg(long, default_value = "docs/gallery")]
    out: PathBuf,
}

/// A picture of the gallery, or an answer that is none.
struct Exhibit {
    name: &'static str,
    says: &'static str,
    path: &'static str,
    request: Value,
    status: u16,
}

const CARD: &str = "/v1/card";
const RENDER: &str = "/v1/render";
const SCREENSHOT: &str = "/v1/screenshot";

/// Pixels of a picture's width here.
const WIDTH: u32 = 480;

const PHOTO: &[u8] = include_bytes!("../../../tests/fixtures/site/photos/graphite-front.png");

pub(crate) async fn run(options: &Options) -> Result<Verdict> {
    let site = FixtureSite::start().await;
    let service = Launch::image()
        .env("PLAYWRIGHT_DRAIN_DELAY_S", "0")
        .env("PLAYWRIGHT_EGRESS_ALLOW", site.host_port())
        .start()
        .await?;
    let mut page = String::from(
        "# Gallery\n\nMade by `make gallery`: each picture is the answer to the request beside it, sent to the image \
         service with `thumbnail_width` so that the files are small.\n",
    );
    for exhibit in exhibits(&site) {
        let shown = exhibit.make(&service, &options.out).await?;
        let request = shortened(&exhibit.request, &site);
        // writing to a String cannot fail
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\n`POST {}`\n\n```json\n{}\n```\n\n{shown}\n",
            exhibit.name.replace('-', " "),
            exhibit.says,
            exhibit.path,
            serde_json::to_string_pretty(&request)?
        );
        println!("{}", exhibit.name);
    }
    write_file(&options.out.join("README.md"), page.as_bytes())?;
    Ok(Verdict::Holds)
}

impl Exhibit {
    /// Markdown that shows the answer.
    async fn make(&self, service: &Service, out: &Path) -> Result<String> {
        let mut request = self.request.clone();
        if self.status == 200 && request.get("thumbnail_width").is_none() {
            request["thumbnail_width"] = json!(WIDTH);
            request["scale_factor"] = json!(1);
        }
        let is_transparent = request["omit_background"] == true;
        let format = if is_transparent { "png" } else { "jpeg" };
        request["image_format"] = json!(format);
        let accept = [("accept", "image/*")];
        let reply = service.client().post_with(self.path, &accept, &request).await;
        let reply = reply.map_err(|error| anyhow::anyhow!(error))?;
        ensure!(reply.status == self.status, "{}: {} {}", self.name, reply.status, reply.text());
        if self.status != 200 {
            let mut error = reply.json();
            for volatile in ["timestamp", "request_id"] {
                error[volatile] = json!("…");
            }
            return Ok(format!(
                "{}:\n\n```json\n{}\n```",
                reply.status,
                serde_json::to_string_pretty(&error)?
            ));
        }
        let file = format!("{}.{}", self.name, if is_transparent { "png" } else { "jpg" });
        write_file(&out.join(&file), &reply.body)?;
        Ok(format!("![{}]({file})", self.says))
    }
}

fn exhibits(site: &FixtureSite) -> Vec<Exhibit> {
    let product = json!({
        "title": "Beelink SER5 MAX Mini PC, AMD Ryzen 7 5800H, 32GB DDR4, 500GB NVMe SSD",
        "price": 329.99, "list_price": 459, "currency": "USD", "condition": "new", "cpu": "AMD Ryzen 7 5800H",
        "ram_gb": 32, "storage": "500GB NVMe SSD", "seller": "Beelink Official", "marketplace": "Amazon",
        "badge": "Deal of the day", "site_name": "Deal Brain", "url_label": "dealbrain.example",
        "image": data_address(PHOTO),
    });
    let card = |name, says, theme: &str, size: &str| Exhibit {
        name,
        says,
        path: CARD,
        request: json!({ "template": "product", "theme": theme, "size": size, "data": product }),
        status: 200,
    };
    let shop = site.url("/static-jsonld.html");
    let text = "<body style='margin:40px;font:34px sans-serif'>Emoji 🖥️ 💾 🔥 ⚡ 👩🏽‍💻 🇺🇸<br>零刻迷你主机 · ミニPC · 미니 PC<br>\
        <span dir=rtl>كمبيوتر صغير</span> · मिनी पीसी · มินิพีซี · Мини-ПК";
    let themed = "<style>body{font:40px sans-serif;background:#fff;color:#123;padding:60px}\
        @media (prefers-color-scheme:dark){body{background:#0b1220;color:#cfe0ff}}</style><h1>Light or dark</h1>";
    let make = |name, says, path, request, status| Exhibit { name, says, path, request, status };
    vec![
        card("card-wide-light", "A product card from data: 1200 × 630, the default.", "light", "wide"),
        card("card-wide-dark", "The same data in the dark theme.", "dark", "wide"),
        card("card-square", "1080 × 1080.", "light", "square"),
        card("card-story", "1080 × 1920.", "dark", "story"),
        make(
            "card-of-few-words",
            "No picture and no price: a drawing stands in, and the card says where to look.",
            CARD,
            json!({ "template": "product", "data": { "title": "零刻 SER5 MAX 迷你主机 锐龙7 5800H 🔥", "ram_gb": 32 } }),
            200,
        ),
        make(
            "full-page",
            "All of a page.",
            SCREENSHOT,
            json!({ "url": shop, "width": 800, "full_page": true }),
            200,
        ),
        make("selector", "One element of it.", SCREENSHOT, json!({ "url": shop, "selector": "h1" }), 200),
        make(
            "dark-mode",
            "What `prefers-color-scheme` answers.",
            RENDER,
            json!({ "html": themed, "color_scheme": "dark", "height": 300 }),
            200,
        ),
        make("scripts-of-the-world", "No tofu.", RENDER, json!({ "html": text, "height": 300 }), 200),
        make(
            "transparent",
            "No sheet behind the page.",
            RENDER,
            json!({ "html": "<h1 style='font-size:120px;color:#2753e8'>Deal</h1>", "omit_background": true, "width": 600, "height": 300 }),
            200,
        ),
        make(
            "a-font-that-fails",
            "A web font that does not come is in the report; with `fail_on` it is an error.",
            RENDER,
            json!({
                "html": format!(
                    "<style>@font-face{{font-family:Brand;src:url({})}}h1{{font-family:Brand}}</style><h1>Deal</h1>",
                    site.url("/no-such-font.woff2")
                ),
                "fail_on": ["fonts"],
            }),
            422,
        ),
        make(
            "a-blank-page",
            "A picture of nothing, where nothing was not wanted.",
            RENDER,
            json!({ "html": "<title>only a title</title>", "fail_on": ["blank"] }),
            422,
        ),
        make(
            "text-that-cannot-be-seen",
            "A blank picture of a page that shows something is never a 200.",
            RENDER,
            json!({ "html": "<body style='background:#fff;color:#fff'>white on white" }),
            500,
        ),
    ]
}

/// As a reader wants it: without the picture's bytes and the port of the moment.
fn shortened(request: &Value, site: &FixtureSite) -> Value {
    let mut request = request.clone();
    if let Some(image) = request.pointer_mut("/data/image") {
        *image = json!("data:image/png;base64,…");
    }
    let host = site.host_port();
    for field in ["url", "html"] {
        if let Some(text) = request[field].as_str() {
            request[field] = json!(text.replace(&host, "shop.example"));
        }
    }
    request
        .as_object()
        .cloned()
        .map_or(request, |fields| fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
}
