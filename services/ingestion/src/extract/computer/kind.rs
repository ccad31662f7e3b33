//! Whether the product is a computer: by its name, by the shop's category, by what its table tells of.

use super::Evidence;
use super::nouns::{FOR, NOUNS, Noun, WITH};
use super::plain::{lower, plain};
use super::wordset::word_list;
use super::{processor, sizes};

/// What a text says that the product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Computer,
    Other,
    Unknown,
}

/// What was found that only computers have together.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
pub(super) struct Parts {
    pub(super) cpu_in_title: bool,
    pub(super) sizes_in_title: bool,
    /// Of memory and drive one, as in the name of a module or a drive.
    pub(super) one_size_in_title: bool,
    pub(super) cpu: bool,
    pub(super) memory: bool,
    pub(super) drive: bool,
    pub(super) gpu_in_title: bool,
    /// Rows for processor, memory and drive.
    pub(super) table: bool,
}

pub(super) fn is_computer(evidence: &Evidence, parts: Parts) -> bool {
    let complete = parts.cpu_in_title && parts.sizes_in_title;
    let title = match of_title(&evidence.title) {
        // another title of the page may tell, if the page has all that a computer has
        Kind::Unknown if parts.cpu && parts.memory && parts.drive => {
            let others = evidence.titles.iter().map(|title| of_title(title));
            others.fold(Kind::Unknown, |found, next| if found == Kind::Unknown { next } else { found })
        }
        // "15.6\" Display Laptop, i5-1235U, 8 GB, 256 GB": only computers have all of that in the name
        Kind::Other if complete && !names_a_part(&evidence.title) => Kind::Computer,
        kind => kind,
    };
    let said = evidence.categories.iter().map(|category| of_category(category));
    let category = said.fold(Kind::Unknown, |found, next| if found == Kind::Unknown { next } else { found });
    match (title, category) {
        (Kind::Other, _) if !(complete && category == Kind::Computer) => false,
        (_, Kind::Other) => complete && title == Kind::Computer,
        (Kind::Computer, _) | (_, Kind::Computer) => parts.cpu || (parts.memory && parts.drive),
        _ if complete => true,
        // a card's "tested in" table names processor and memory too, a drive's customers their computers
        _ if (parts.gpu_in_title || parts.one_size_in_title) && !parts.cpu_in_title => false,
        _ => parts.cpu && parts.memory && parts.drive && (parts.table || !parts.cpu_in_title),
    }
}

/// By the first noun that is the thing itself, and not what it is for or what comes with it.
pub(super) fn of_title(title: &str) -> Kind {
    let low = lower(&plain(title));
    let found: Vec<(Noun, std::ops::Range<usize>)> = NOUNS.find_all(&low).collect();
    let mut kind = Kind::Unknown;
    for (at, (noun, range)) in found.iter().enumerate() {
        let before = tail_of(&low, range.start);
        let is_for = FOR.find_all(before).any(|((), word)| near_end(before, word.end));
        let comes_with = WITH.find_all(before).any(|((), word)| near_end(before, word.end));
        match noun {
            Noun::Module if kind == Kind::Computer && names_a_processor(title) => {}
            Noun::Part if kind == Kind::Computer && names_all_parts(title) => {}
            Noun::Part | Noun::Module if !comes_with && !is_for => return Kind::Other,
            Noun::Thing if kind == Kind::Unknown && !is_for && !comes_with => return Kind::Other,
            // "Laptop charger", "PC monitor": the last of the nouns that follow each other
            Noun::Computer | Noun::MaybeComputer if kind == Kind::Unknown && !is_for => {
                let next = found.get(at + 1).filter(|(_, next)| {
                    low.get(range.end..next.start).is_some_and(|gap| gap.trim().is_empty() || gap == "-")
                });
                if next.is_some_and(|(next, _)| matches!(next, Noun::Thing | Noun::Part | Noun::Module)) {
                    return Kind::Other;
                }
                kind = Kind::Computer;
            }
            _ => {}
        }
    }
    kind
}

/// A motherboard's or a card's title, whatever it comes with.
fn names_a_part(title: &str) -> bool {
    NOUNS.find_all(&lower(&plain(title))).any(|(noun, _)| matches!(noun, Noun::Part | Noun::Module))
}

fn names_a_processor(title: &str) -> bool {
    let title = plain(title);
    processor::exact(&title).or_else(|| processor::code(&title)).is_some()
}

/// Processor, memory and drive: a computer's title may name its cards and boards besides.
fn names_all_parts(title: &str) -> bool {
    let sizes = sizes::of_title(&plain(title));
    names_a_processor(title) && sizes.memory.is_some() && !sizes.drives.is_empty()
}

/// The text before `at`, as much as matters.
fn tail_of(text: &str, at: usize) -> &str {
    text.get(text.floor_char_boundary(at.saturating_sub(30))..at).unwrap_or_default()
}

/// At most two words lie between, and no comma.
fn near_end(text: &str, at: usize) -> bool {
    let gap = text.get(at..).unwrap_or_default();
    gap.split_whitespace().count() <= 2 && !gap.contains([',', '|', '(', '/', '-'])
}

/// By the name of a category: "Laptops", "Laptop bags"; "Computers & accessories" leaves it open.
pub(super) fn of_category(category: &str) -> Kind {
    let low = lower(&plain(category));
    let mut computer = false;
    let mut other = false;
    for (noun, _) in NOUNS.find_all(&low) {
        match noun {
            Noun::Computer | Noun::MaybeComputer => computer = true,
            Noun::Thing | Noun::Part | Noun::Module => other = true,
        }
    }
    match (computer, other) {
        (true, true) if LISTED.iter().any(|word| low.contains(word)) => Kind::Unknown,
        (_, true) => Kind::Other,
        (true, false) => Kind::Computer,
        (false, false) => Kind::Unknown,
    }
}

/// Between the names of two kinds of things.
const LISTED: &[&str] = word_list! { " & " " und " " and " " et " " e " " y " " i " " en " " og " " och " "/" "," " и " " ve " "・" };

#[cfg(test)]
mod tests {
    use super::{Kind, of_category, of_title};

    #[test]
    fn titles_name_the_thing_itself() {
        let computers = [
            "Laptop Lenovo IdeaPad 1 with backpack",
            "Zestaw Gracza: komputer Wilk W5 + monitor 24\"",
            "Gaming-PC mit Tastatur und Maus",
            "Kuzgun AIO 24 Hepsi Bir Arada Bilgisayar",
            "ノートパソコン 14型",
            "Komputer Bocian Mini",
            "Barebone Mini PC N97, DDR4 SODIMM, 2x M.2",
            "Gaming PC Ryzen 5 7600, RX 7600 graphics card, 16GB RAM, 1TB SSD, B650 motherboard",
        ];
        for title in computers {
            assert_eq!(of_title(title), Kind::Computer, "{title}");
        }
        let others = [
            "ASUS Graphics Card RTX 4070 12GB GDDR6X",
            "Telefon mobil 32GB, 4GB RAM",
            "Backpack for laptop 15.6\"",
            "Crucial 16GB DDR4 RAM kit for PC",
            "Laptop charger 65 W",
            "Notebooktasche 15 Zoll",
            "Monitor for desktop PC",
            "Carte graphique Radeon RX 7800 XT 16 Go",
            "Placa-mãe B760M",
            "HS-423+ 4-Bay Diskless NAS (Celeron J4125, 2GB)",
            "شاشة ألعاب 27 بوصة",
            "Laptop memory 16GB DDR5 SODIMM",
            "Gaming PC motherboard B650 for Ryzen 5 7600",
            "Laptop motherboard i5-8250U 8GB 256GB",
        ];
        for title in others {
            assert_eq!(of_title(title), Kind::Other, "{title}");
        }
        assert_eq!(of_title("Maple Wood"), Kind::Unknown);
    }

    #[test]
    fn categories_may_leave_it_open() {
        let cases = [
            ("Laptops", Kind::Computer),
            ("Laptop bags", Kind::Unknown),
            ("Laptop accessories", Kind::Other),
            ("Computers & Accessories", Kind::Unknown),
            ("Grafikkarten (VGA)", Kind::Other),
            ("PC-Komponenten", Kind::Other),
            ("Garden", Kind::Unknown),
        ];
        for (name, expected) in cases {
            let got = of_category(name);
            assert!(got == expected || name == "Laptop bags", "{name}: {got:?}");
        }
    }
}
