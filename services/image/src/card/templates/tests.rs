use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;

const SPEC_TEXT: &str = r#"
title = "A greeting"
themes = ["plain", "loud"]

[[sizes]]
name = "small"
width = 400
height = 200

[[fields]]
name = "who"
type = "text"
required = true

[[fields]]
name = "note"
type = "text"
"#;

/// A folder with one template `greeting` of these files, with the specification above unless one is given.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let template = folder.path().join("greeting");
    fs::create_dir(&template).expect("a folder can be made");
    for (name, text) in [(SPEC, SPEC_TEXT)].iter().chain(files) {
        fs::write(template.join(name), text).expect("a file can be written");
    }
    folder
}

fn refusal(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let error = Templates::load(Some(folder.path())).expect_err("a mistake in it").to_string();
    error.replace(&folder.path().display().to_string(), "FOLDER")
}

fn built_in() -> Templates {
    Templates::load(None).expect("the built-in templates are valid")
}

#[test]
fn every_built_in_template_takes_the_extremes_in_every_theme_and_size() {
    let templates = built_in();
    let titles = [
        "Mini".to_owned(),
        "W".repeat(300),
        "Mini PC ".repeat(37),
        "省電力ミニPC、静音設計".repeat(25),
        "كمبيوتر مكتبي صغير بمعالج إنتل".to_owned(),
        "मिनी डेस्कटॉप कंप्यूटर".to_owned(),
        "🔥🚀💻".to_owned(),
    ];
    for card in templates.cards() {
        for theme in &card.themes {
            for size in &card.sizes {
                for title in &titles {
                    for data in [json!({"title": title}), everything(title)] {
                        let filled = templates.fill(&card.name, &data, Some(theme), Some(&size.name));
                        let filled = filled.unwrap_or_else(|error| panic!("{title}: {error:?}"));
                        assert_eq!((filled.width, filled.height), (size.width, size.height));
                        assert!(filled.html.contains(title.trim()), "{}", filled.html);
                    }
                }
            }
        }
    }
}

fn everything(title: &str) -> Value {
    json!({
        "title": title, "price": 999_999_999.99, "currency": "KWD", "list_price": 1_000_000_000,
        "condition": "refurb", "availability": "preorder", "image": "https://shop.example/a.jpg",
        "cpu": "C".repeat(60), "gpu": "G".repeat(60), "ram_gb": 65_536, "storage": "S".repeat(40),
        "seller": "s".repeat(60), "marketplace": "m".repeat(40), "badge": "b".repeat(30),
        "site_name": "n".repeat(40), "url_label": "u".repeat(60),
    })
}

#[test]
fn a_product_shows_what_it_is_given_and_no_more() {
    let data = json!({
        "title": "Beelink SER5", "price": 329.99, "list_price": 459, "condition": "refurb", "ram_gb": 32,
        "marketplace": "Amazon", "image": "https://shop.example/a.jpg?w=1&h=2",
    });
    let html = built_in().fill("product", &data, None, None).expect("valid").html;
    for wanted in [
        "$329.99",
        "<s>$459</s>",
        "−28%",
        "Refurbished",
        "32 GB RAM",
        "Amazon",
        r#"<body class="light wide">"#,
        r#"<img src="https:&#x2f;&#x2f;shop.example&#x2f;a.jpg?w=1&amp;h=2" alt="">"#,
    ] {
        assert!(html.contains(wanted), "{wanted} is not in {html}");
    }
    for absent in ["none", "Sold by", "<footer", "See current price", "<script"] {
        let body = html.split("<body").nth(1).expect("there is a body");
        assert!(!body.contains(absent), "{absent} is in {body}");
    }
    let bare = built_in().fill("product", &json!({"title": "x"}), None, None).expect("valid").html;
    assert!(bare.contains("See current price") && !bare.contains("<img"), "{bare}");
}

#[test]
fn data_are_text_and_never_markup() {
    let attack = r#""><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}</style>"#;
    let fields = ["title", "cpu", "gpu", "seller", "url_label"];
    let data: Value = fields.into_iter().map(|field| (field, &attack[..55])).collect();
    for size in ["wide", "square", "story"] {
        let html = built_in().fill("product", &data, None, Some(size)).expect("valid").html;
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }
    let html = built_in().fill("product", &json!({"title": attack}), None, None).expect("valid").html;
    assert!(html.contains("{{ 7 * 7 }}"), "data are not a template: {html}");
}

#[test]
fn an_unknown_template_theme_or_size_lists_the_known() {
    let fill = |name, theme, size| {
        built_in().fill(name, &json!({"title": "x"}), theme, size).expect_err("unknown").to_string()
    };
    assert_eq!(fill("produkt", None, None), "template: expected one of product, got \"produkt\"");
    assert_eq!(fill("product", Some("blue"), None), "theme: expected one of light, dark, got \"blue\"");
    assert_eq!(
        fill("product", None, Some("tall")),
        "size: expected one of wide, square, story, got \"tall\""
    );
}

#[test]
fn a_folder_adds_templates_and_replaces_built_in_ones() {
    let folder = folder(&[
        (CARD, r#"<style>{% include "style.css" %}</style>{{ who }}{% if note is none %}!{% endif %}"#),
        ("style.css", "body { background: url({{ embed(\"dot.svg\") }}); width: {{ width }}px }"),
        ("dot.svg", "<svg/>"),
        ("README.md", "{% not a template"),
    ]);
    let product = folder.path().join("product");
    fs::rename(folder.path().join("greeting"), &product).expect("a folder can be renamed");
    fs::create_dir(folder.path().join(".hidden")).expect("a folder can be made");
    let templates = Templates::load(Some(folder.path())).expect("valid");
    let filled = templates.fill("product", &json!({"who": "Ann & Bob"}), Some("loud"), None).expect("valid");
    assert_eq!(
        filled.html,
        "<style>body { background: url(data:image/svg+xml;base64,PHN2Zy8+); width: 400px }</style>Ann &amp; Bob!"
    );
    assert_eq!((filled.width, filled.height), (400, 200));
}

#[test]
fn mistakes_of_an_author_are_told_at_start_with_file_and_line() {
    let table = [
        (
            &[(CARD, "{{ who }\n")][..],
            "FOLDER/greeting/card.html, line 1: syntax error: unexpected `}`, expected end of variable block",
        ),
        (
            &[(CARD, "<p>\n{{ whom }}")],
            "FOLDER/greeting/card.html, line 2: whom is neither a field of card.toml nor set here, declare it or \
             mend the name",
        ),
        (
            &[(CARD, "{{ who | shout }}")],
            "FOLDER/greeting/card.html, line 1: unknown filter: filter shout is unknown (tried with only the \
             required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "{% include 'a.html' %}"), ("a.html", "\n{{ note | length }}")],
            "FOLDER/greeting/a.html, line 2: invalid operation: cannot calculate length of value of type none \
             (tried with only the required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "{% include 'b.html' %}")],
            "FOLDER/greeting/card.html, line 1: template not found: tried to include non-existing template 'b.html' \
             (tried with only the required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "{{ embed('b.png') }}")],
            "FOLDER/greeting/card.html, line 1: invalid operation: embed(\"b.png\"): no such file in the \
             template's folder, or not one of png, jpg, jpeg, webp, gif, svg, woff2, woff, ttf, otf (tried with \
             only the required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}")],
            "FOLDER/greeting/card.html, line 1: it takes too many steps or makes too much text, is there a loop \
             without an end? (tried with only the required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "{% include '../product/card.html' %}")],
            "FOLDER/greeting/card.html, line 1: template not found: tried to include non-existing template \
             '../product/card.html' (tried with only the required fields, theme plain and size small)",
        ),
        (
            &[(CARD, "x"), (SPEC, "title = 3")],
            "FOLDER/greeting/card.toml, line 1: invalid type: integer `3`, expected a string",
        ),
    ];
    for (files, message) in table {
        assert_eq!(refusal(files), message);
    }
    assert_eq!(
        refusal(&[]),
        "PLAYWRIGHT_TEMPLATES_DIR: FOLDER/greeting has no card.html: each folder in it is a template with \
         card.toml and card.html"
    );
    let missing = Templates::load(Some(Path::new("/nowhere/at/all"))).expect_err("no folder").to_string();
    assert_eq!(missing, "PLAYWRIGHT_TEMPLATES_DIR: /nowhere/at/all can't be read");
}

#[test]
fn a_template_that_fails_on_request_is_not_the_callers_fault() {
    let card = "{% if note == 'x' %}{% for a in range(99999) %}{% for b in range(99999) %}-{% endfor %}{% endfor %}{% endif %}";
    let folder = folder(&[(CARD, card)]);
    let templates = Templates::load(Some(folder.path())).expect("it is good for other data");
    let error =
        templates.fill("greeting", &json!({"who": "a", "note": "x"}), None, None).expect_err("out of fuel");
    assert!(!error.is_of_caller());
    assert_eq!(error.to_string(), "template greeting: it cannot be filled in with these data");
}

#[test]
fn the_largest_picture_still_fits() {
    let image = format!("data:image/png;base64,{}", "A".repeat(2_999_976));
    let html = built_in().fill("product", &json!({"title": "x", "image": image}), None, None);
    assert!(html.expect("within the fuel").html.len() > 2_999_976);
}
