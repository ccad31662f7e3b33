//! Why a field has its value, for people: all candidates, which of them won and by what.

use super::likeness::likeness;
use super::product::{Availability, Field, FoundValue, Product, Source};

/// One field with everything that was found for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub field: Field,
    /// As it was decided; `None` where nothing was.
    pub value: Option<String>,
    pub confidence: Option<f64>,
    pub why: String,
    /// The winner first, then what agrees with it, then the others by their trust.
    pub candidates: Vec<(Standing, FoundValue)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Won,
    /// Another source or place with the same value.
    Agrees,
    Lost,
}

/// Of every field for which anything was found. The product must come with its candidates.
pub fn explain(product: &Product) -> Vec<Explanation> {
    Field::ALL.iter().filter_map(|field| explain_field(product, *field)).collect()
}

fn explain_field(product: &Product, field: Field) -> Option<Explanation> {
    let found: Vec<&FoundValue> = product.candidates.iter().filter(|found| found.field == field).collect();
    if found.is_empty() {
        return None;
    }
    let value = decided(product, field);
    let evidence = product.extraction_metadata.get(field.as_str()).filter(|_| value.is_some());
    let winner = evidence
        .and_then(|won| found.iter().position(|f| f.source == won.source && f.place == won.place))
        .or_else(|| {
            value.as_ref().and_then(|value| found.iter().position(|f| is_same(field, &f.value, value)))
        });
    let mut candidates: Vec<(Standing, FoundValue)> = found
        .iter()
        .enumerate()
        .map(|(at, candidate)| {
            let standing = match (winner, &value) {
                (Some(winner), _) if winner == at => Standing::Won,
                (Some(_), Some(value)) if is_same(field, &candidate.value, value) => Standing::Agrees,
                _ => Standing::Lost,
            };
            (standing, (*candidate).clone())
        })
        .collect();
    // stable: of equals the first found stays first
    candidates.sort_by(|(a, one), (b, other)| a.cmp(b).then(other.trust.total_cmp(&one.trust)));
    let why = if value.is_some() { why(&candidates) } else { why_none(product, field) };
    Some(Explanation {
        field,
        value,
        confidence: evidence.map(|evidence| evidence.confidence),
        why,
        candidates,
    })
}

fn decided(product: &Product, field: Field) -> Option<String> {
    let money = |amount: Option<f64>| {
        amount.map(|amount| {
            format!("{amount} {}", product.currency.as_deref().unwrap_or_default()).trim_end().to_owned()
        })
    };
    match field {
        Field::Title => Some(product.title.clone()),
        Field::Price => money(product.price),
        Field::ListPrice => money(product.list_price),
        Field::Image => product.images.first().cloned(),
        Field::Condition => product.condition.map(|condition| condition.as_str().to_owned()),
        Field::Availability => product.availability.map(|availability| availability.as_str().to_owned()),
        Field::Description => product.description.clone(),
        Field::Seller => product.seller.clone(),
        Field::VendorItemId => product.vendor_item_id.clone(),
        Field::Manufacturer => product.manufacturer.clone(),
        Field::ModelNumber => product.model_number.clone(),
        Field::Sku => product.sku.clone(),
        Field::Gtin => product.gtin.clone(),
    }
}

/// Whether a candidate says what was decided, as near as its shortened text tells.
fn is_same(field: Field, candidate: &str, value: &str) -> bool {
    let amount = |text: &str| text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
    match field {
        Field::Price | Field::ListPrice => match (amount(candidate), amount(value)) {
            (Some(candidate), Some(value)) => (candidate - value).abs() < 0.005,
            _ => false,
        },
        Field::Image | Field::Condition | Field::Availability => candidate == value,
        _ => candidate == value || value.starts_with(candidate) || likeness(candidate, value) > 0.9,
    }
}

fn why(candidates: &[(Standing, FoundValue)]) -> String {
    let mut sources: Vec<Source> = Vec::new();
    let (mut own, mut rival) = (0.0_f64, None::<f64>);
    for (standing, candidate) in candidates {
        if *standing == Standing::Lost {
            rival = Some(rival.unwrap_or(0.0).max(candidate.trust));
        } else {
            own = own.max(candidate.trust);
            if !sources.contains(&candidate.source) {
                sources.push(candidate.source);
            }
        }
    }
    let names = sources.iter().map(|source| source.as_str()).collect::<Vec<_>>().join(", ");
    let agree = if sources.len() > 1 { format!("agreement of {names}") } else { String::new() };
    let trust = match rival {
        None => "nothing else was found".to_owned(),
        Some(rival) if own > rival => format!("trust {own:.2} against {rival:.2}"),
        Some(rival) if sources.len() > 1 => format!("no other has more than one source ({rival:.2})"),
        Some(rival) if own < rival => {
            format!("liked better than trust alone says ({own:.2} against {rival:.2})")
        }
        Some(_) => format!("position: the first of those with trust {own:.2}"),
    };
    [agree, trust].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn why_none(product: &Product, field: Field) -> String {
    match field {
        Field::Price | Field::ListPrice if product.availability == Some(Availability::OutOfStock) => {
            "out of stock: what is shown is no price that a buyer pays".to_owned()
        }
        Field::Price | Field::ListPrice if product.currency.is_none() => {
            "nothing tells the currency: a number alone is no price".to_owned()
        }
        Field::ListPrice => "none is above the price, within reason".to_owned(),
        _ => "nothing was believed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Explanation, Standing, explain};
    use crate::extract::product::{Field, Source};
    use crate::extract::{Page, extract};

    fn explained(body: &str, field: Field) -> Explanation {
        let html = format!("<title>Blue Lamp – The Shop</title><h1>Blue Lamp</h1>{body}");
        let url = Url::parse("https://shop.example/p/blue-lamp").expect("an address");
        let product = extract(&Page::new(&html, &url)).expect("a product page");
        explain(&product).into_iter().find(|one| one.field == field).expect("something was found")
    }

    const META: &str = "<meta property=product:price:amount content=15.00><meta property=product:price:currency content=USD>";

    #[test]
    fn the_winner_comes_first_and_the_reason_is_named() {
        let alone = explained("<p class=price>$15.00</p><button>Add to cart</button>", Field::Price);
        assert_eq!((alone.value.as_deref(), alone.why.as_str()), (Some("15 USD"), "nothing else was found"));
        let agreed = explained(
            &format!("{META}<p class=price>$15.00</p><p>$99.00</p><button>Add to cart</button>"),
            Field::Price,
        );
        let standings: Vec<Standing> = agreed.candidates.iter().map(|(standing, _)| *standing).collect();
        assert_eq!(standings, [Standing::Won, Standing::Agrees, Standing::Lost], "{agreed:?}");
        assert!(agreed.why.starts_with("agreement of "), "{}", agreed.why);
        assert!(
            agreed.why.contains(Source::Meta.as_str()) && agreed.why.contains("trust 0."),
            "{}",
            agreed.why
        );
        assert!(agreed.confidence.is_some());
    }

    #[test]
    fn a_field_without_a_value_says_why() {
        let gone = explained(&format!("{META}<p>Sold out</p><p class=price>$15.00</p>"), Field::Price);
        assert_eq!((gone.value, gone.confidence), (None, None));
        assert!(gone.why.starts_with("out of stock"), "{}", gone.why);
        assert!(gone.candidates.iter().all(|(standing, _)| *standing == Standing::Lost));
        let bare = explained("<meta property=product:price:amount content=15.00>", Field::Price);
        assert_eq!((bare.value, bare.confidence), (None, None));
        assert!(bare.why.starts_with("nothing tells the currency"), "{}", bare.why);
    }
}
