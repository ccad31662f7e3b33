//! Pages made for measuring: a shop's page of any size out of one of the fixture pages, and the shapes that a page
//! takes which wants to keep the engine busy. Every shape grows with one number alone.

use std::fmt::Write as _;

/// A shape and what makes a page of it of at least so many bytes.
pub(crate) type Shape = (&'static str, fn(usize) -> String);

pub(crate) const SHAPES: [Shape; 23] = [
    ("prices", |bytes| body(bytes, |n| format!("<div class=price>${n}.99</div>"))),
    ("price_words", |bytes| body(bytes, |n| format!("<p>now ${n}.99 was ${n}9.99, save 10%</p>"))),
    ("amounts_in_a_line", |bytes| format!("<h1>Lamp</h1><p>{}</p>", repeated(bytes, |n| format!("{n}.99 ")))),
    ("digits", |bytes| format!("<h1>Lamp</h1><p>{}</p>", repeated(bytes, |_| "1".to_owned()))),
    ("deep_divs", |bytes| format!("<h1>Lamp</h1>{}$5", repeated(bytes, |_| "<div>".to_owned()))),
    ("deep_prices", |bytes| {
        format!("<h1>Lamp</h1>{}", repeated(bytes, |n| format!("<div class=price>${n}.99")))
    }),
    ("deep_spans", |bytes| {
        format!("<h1>Lamp</h1>{}$5", repeated(bytes, |_| "<span class=add-to-cart>".to_owned()))
    }),
    ("unclosed_formatting", |bytes| format!("<h1>Lamp</h1>{}", repeated(bytes, |_| "<p><b><i>x".to_owned()))),
    ("end_tags", |bytes| format!("{}{}", "<div>".repeat(400), repeated(bytes, |_| "</b></p>".to_owned()))),
    ("state", |bytes| {
        let items = repeated(bytes, |n| format!("{{\"name\":\"Lamp {n}\",\"price\":{n}}},"));
        format!("<h1>Lamp</h1><script>window.__INITIAL_STATE__ = {{\"a\":[{items}0]}};</script>")
    }),
    ("state_scripts", |bytes| {
        body(bytes, |n| format!("<script>dataLayer.push({{name:'Lamp {n}', price:{n}, f:g()}})</script>"))
    }),
    ("json_openings", |bytes| {
        format!(
            "<h1>Lamp</h1><script>{}</script>",
            repeated(bytes, |_| "window.__DATA__ = {\"a\":[".to_owned())
        )
    }),
    ("json_ld", |bytes| {
        body(bytes, |n| {
            format!(
                "<script type=application/ld+json>{{\"@type\":\"Product\",\"name\":\"Lamp {n}\",\"offers\":{{\"price\":{n},\"priceCurrency\":\"USD\"}}}}</script>"
            )
        })
    }),
    ("json_ld_broken", |bytes| {
        let items = repeated(bytes, |_| "{\"@type\":\"Product\",\n\"name\":\"a\nb\",".to_owned());
        format!("<h1>Lamp</h1><script type=application/ld+json>{items}</script>")
    }),
    ("rows", |bytes| {
        let rows = repeated(bytes, |n| format!("<tr><th>Key {n}<td>Value {n}</tr>"));
        format!("<h1>Lamp</h1><table>{rows}</table>")
    }),
    ("pairs_of_elements", |bytes| {
        body(bytes, |n| {
            format!("<div><div class=spec__label>Key {n}</div><div class=spec__value>{n}</div></div>")
        })
    }),
    ("lists", |bytes| format!("<h1>Lamp</h1>{}", repeated(bytes, |n| format!("<ul><li>Key {n}: {n}")))),
    ("images", |bytes| {
        body(bytes, |n| {
            format!(
                "<a href=/p/{n}><img src=/i/{n}.jpg srcset='/i/{n}-1.jpg 1x, /i/{n}-2.jpg 2x' alt='Lamp {n}'></a>"
            )
        })
    }),
    ("style_rules", |bytes| {
        let rules = repeated(bytes, |n| format!(".a{n},.b.c{n}{{display:none}}"));
        let parts = repeated(bytes, |n| format!("<i class='b a{n} c{n}'>x</i>"));
        format!("<h1>Lamp</h1><style>{rules}</style>{parts}")
    }),
    ("one_class_many_rules", |bytes| {
        let rules = repeated(bytes, |n| format!(".b.c{n}{{display:none}}"));
        let parts = repeated(bytes, |_| "<i class='b c'>x</i>".to_owned());
        format!("<h1>Lamp</h1><style>{rules}</style>{parts}")
    }),
    ("headings", |bytes| body(bytes, |n| format!("<h2>Customers also bought {n}</h2><p>x</p>"))),
    ("buttons", |bytes| body(bytes, |n| format!("<button class=btn>Add to cart</button><b>${n}</b>"))),
    ("attributes", |bytes| {
        format!("<h1>Lamp</h1><div {}>$5</div>", repeated(bytes, |n| format!("data-a{n}=x ")))
    }),
];

fn repeated(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(bytes + 200);
    let mut number = 1;
    while out.len() < bytes {
        out.push_str(&piece(number));
        number += 1;
    }
    out
}

fn body(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    format!("<!DOCTYPE html><title>Lamp</title><h1>Lamp</h1>{}", repeated(bytes, piece))
}

/// A page as large as a marketplace's: the fixture's own markup in front and, as such pages have them, scripts that
/// configure widgets (two thirds of the bytes), style sheets, recommendations, reviews and a large footer.
pub(crate) fn padded(fixture: &str, bytes: usize) -> String {
    let mut page = String::with_capacity(bytes + 4_096);
    let body = fixture.rfind("</body>").unwrap_or(fixture.len());
    page.push_str(fixture.get(..body).unwrap_or(fixture));
    let mut number = 0;
    while page.len() < bytes {
        number += 1;
        section(&mut page, number);
    }
    page.push_str("</body></html>");
    page
}

fn section(page: &mut String, number: usize) {
    let written = match number % 4 {
        0 => widget(page, number),
        1 => recommendation(page, number),
        2 => review(page, number),
        _ => links(page, number),
    };
    // a `String` can always be written to
    debug_assert!(written.is_ok());
}

fn widget(page: &mut String, number: usize) -> std::fmt::Result {
    write!(page, "<style>.w{number}-box{{display:none}}.w{number} .c{{margin:0 {number}px}}</style>")?;
    write!(page, "<script type=\"text/javascript\">P.when('A','w{number}').execute(function(A){{var c={{")?;
    for key in 0..90 {
        write!(page, "\"w{number}.setting{key}\":{{\"enabled\":{},\"limit\":{key},", key % 2 == 0)?;
        write!(page, "\"label\":\"Option {key} of widget {number} <b>\\u00a0</b>\"}},")?;
    }
    write!(page, "}};if(c.length<{number}){{A.on('ready',function(){{return c[0]}})}}}});</script>")
}

fn recommendation(page: &mut String, number: usize) -> std::fmt::Result {
    write!(
        page,
        "<div class=\"a-carousel-container\" id=\"sims-{number}\"><h2>Products related to this item</h2>"
    )?;
    for card in 0..8 {
        write!(
            page,
            "<li class=\"a-carousel-card\"><a class=\"a-link-normal\" href=\"/dp/B{number:05}{card:04}?ref=sp\">"
        )?;
        write!(
            page,
            "<img alt=\"Mini PC number {card}\" src=\"https://images.example/I/{number}x{card}._AC_UL165_.jpg\" width=\"165\">"
        )?;
        write!(page, "<div class=\"a-section\">Mini PC number {card}, 16GB RAM, 512GB SSD</div></a>")?;
        write!(
            page,
            "<span class=\"a-price\"><span class=\"a-offscreen\">${card}99.{card}9</span></span></li>"
        )?;
    }
    page.write_str("</div>")
}

fn review(page: &mut String, number: usize) -> std::fmt::Result {
    write!(page, "<div id=\"review-{number}\" data-hook=\"review\" class=\"a-section review\">")?;
    for part in 0..6 {
        write!(page, "<div class=\"a-row a-spacing-small\"><span class=\"a-size-base\">")?;
        write!(page, "Bought {part} of these for the office {number} months ago; quiet, cool and fast.")?;
        write!(page, "</span></div>")?;
    }
    page.write_str("</div>")
}

fn links(page: &mut String, number: usize) -> std::fmt::Result {
    write!(page, "<table class=\"navFooterMoreOnAmazon\">")?;
    for row in 0..10 {
        write!(
            page,
            "<tr><td class=\"navFooterDescItem\"><a href=\"/b?node={number}{row}\">Department {row}</a></td>"
        )?;
        write!(page, "<td><span class=\"navFooterDescText\">Everything of {number}</span></td></tr>")?;
    }
    page.write_str("</table>")
}
