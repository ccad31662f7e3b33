//! `extract --explain`: what was found for every field, which won and why, as a table for people.

use crate::extract::{Explanation, FoundValue, Product, Refusal, Standing, explain};

/// Candidates of a field; the rest is only counted.
const MOST: usize = 12;
/// Characters of a value and of a place.
const VALUE: usize = 52;
const PLACE: usize = 36;

/// Of a page without a product there is only the verdict.
pub(super) fn table(read: &Result<Product, Refusal>) -> String {
    match read {
        Ok(product) => of_product(product),
        Err(refusal) => {
            format!("no product: {}\n  because {}\n", refusal.verdict.as_str(), refusal.evidence)
        }
    }
}

fn of_product(product: &Product) -> String {
    let mut lines = vec![
        format!("{} ({})", product.title, product.marketplace.as_str()),
        format!("confidence that title, price and currency are right: {:.3}", product.extraction_confidence),
        if product.missing_fields.is_empty() {
            "nothing is missing".to_owned()
        } else {
            format!("missing: {}", product.missing_fields.join(", "))
        },
        "✓ won, = says the same, blank lost".to_owned(),
    ];
    for field in explain(product) {
        lines.push(String::new());
        lines.extend(of_field(&field));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn of_field(field: &Explanation) -> Vec<String> {
    let value = field.value.as_deref().map_or_else(|| "none".to_owned(), |value| shortened(value, VALUE));
    let confidence = field.confidence.map(|sure| format!(", confidence {sure:.2}")).unwrap_or_default();
    let mut lines = vec![format!("{}: {value}{confidence}", field.field.as_str())];
    lines.push(format!("  why: {}", field.why));
    let shown = &field.candidates[..field.candidates.len().min(MOST)];
    let rows: Vec<[String; 5]> = shown.iter().map(|(standing, found)| row(*standing, found)).collect();
    let widths = widths(&rows);
    for cells in &rows {
        let padded = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        lines.push(format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned());
    }
    if field.candidates.len() > MOST {
        lines.push(format!("     … and {} more", field.candidates.len() - MOST));
    }
    lines
}

/// Standing, trust, source, place, value.
fn row(standing: Standing, found: &FoundValue) -> [String; 5] {
    let mark = match standing {
        Standing::Won => "✓",
        Standing::Agrees => "=",
        Standing::Lost => " ",
    };
    [
        mark.to_owned(),
        format!("{:.2}", found.trust),
        found.source.as_str().to_owned(),
        shortened(&found.place, PLACE),
        shortened(&found.value, VALUE),
    ]
}

fn widths(rows: &[[String; 5]]) -> [usize; 5] {
    let mut widths = [0; 5];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn padded(cell: &str, width: usize) -> String {
    format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
}

/// On one line; what a page says must not steer a terminal.
fn shortened(text: &str, most: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut out: String = text.chars().take(most).map(plain).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::table;
    use crate::extract::{Page, extract};

    fn of(html: &str) -> String {
        let url = Url::parse("https://shop.example/p/blue-lamp").expect("an address");
        table(&extract(&Page::new(html, &url)))
    }

    #[test]
    fn every_field_has_its_rows() {
        let told = of("<title>Blue Lamp</title><meta property=product:price:amount content=15.00>
            <meta property=product:price:currency content=USD><h1>Blue Lamp</h1><p class=price>$15.00</p><button>Add to cart</button>");
        let line = |start: &str| {
            told.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{told}"))
        };
        assert!(line("price: 15 USD, confidence 0.").len() < 80);
        assert!(told.contains("why: agreement of "), "{told}");
        let price: Vec<&str> =
            told.lines().skip_while(|line| !line.starts_with("price:")).skip(2).take(2).collect();
        assert!(price[0].starts_with("  ✓  0.") && price[1].starts_with("  =  0."), "{told}");
        let column =
            |line: &str| line.chars().collect::<String>().find("15 USD").map(|at| line[..at].chars().count());
        assert_eq!(column(price[0]), column(price[1]), "columns stand below each other: {told}");
    }

    #[test]
    fn a_page_without_a_product_has_its_verdict() {
        let told = of("<title>Robot or human?</title><h1>Robot or human?</h1>");
        assert!(told.starts_with("no product: captcha\n  because the page says"), "{told}");
    }

    #[test]
    fn a_page_cannot_steer_the_terminal() {
        let told = of(
            "<title>Blue Lamp</title><h1>Blue Lamp</h1><p class='price&#27;[2J'>$15.00</p><button>Add to cart</button>",
        );
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}
