//! The project's own pages, each written for what real shops do: no field may get worse on them.

use std::path::Path;

use score::table::{Tally, tally};
use score::{Judged, Label, SavedPage, judge, read_folder, run};

/// Of all judged pages at most so many are wrong. Lower a figure when it has been beaten; never raise one.
const MOST_WRONG: [(&str, usize); 15] = [
    ("verdict", 0),
    ("which_verdict", 1),
    ("title", 0),
    ("price", 0),
    ("currency", 0),
    ("image", 0),
    ("condition", 1),
    ("availability", 0),
    ("brand", 7),
    ("list_price", 5),
    ("cpu", 0),
    ("gpu", 1),
    ("ram_gb", 0),
    ("storage_gb", 0),
    ("no_computer", 0),
];

fn pages() -> Vec<SavedPage> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pages");
    read_folder(&folder).expect("the project's own pages")
}

#[test]
fn no_field_gets_worse_on_our_own_pages() {
    let pages = pages();
    let judged: Vec<(&str, Judged)> =
        pages.iter().map(|page| (page.id.as_str(), judge(&run(page, &[]), &page.label))).collect();
    let tally: Tally = tally(judged.iter().map(|(_, judged)| judged));
    let mut worse = Vec::new();
    for (field, most) in MOST_WRONG {
        let (right, all) = *tally.get(field).unwrap_or_else(|| panic!("{field} is judged nowhere"));
        if all - right > most {
            let wrong = judged.iter().filter(|(_, judged)| judged.get(field) == Some(&false));
            worse.push(format!("{field}: {:?}", wrong.map(|(id, _)| *id).collect::<Vec<_>>()));
        }
    }
    assert!(worse.is_empty(), "{worse:#?}");
}

#[test]
fn our_own_pages_are_of_every_kind() {
    let pages = pages();
    let products = || {
        pages.iter().filter_map(|page| match &page.label {
            Label::Product(label) => Some(label),
            Label::NonProduct(_) => None,
        })
    };
    let gone = products().filter(|label| label.availability.as_deref() == Some("out_of_stock")).count();
    let computers = products().filter(|label| matches!(label.pc, Some(Some(_)))).count();
    let others = pages.len() - products().count();
    assert!(
        products().count() >= 60 && computers >= 40 && gone >= 20 && others >= 10,
        "{computers} {gone} {others}"
    );
}
