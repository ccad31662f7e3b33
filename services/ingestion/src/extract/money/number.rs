//! The notations of numbers.

use super::Currency;

/// A number in a text, its notation not yet decided where the currency matters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    groups: Vec<String>,
    separators: Vec<char>,
    /// 万, lakh and the like.
    multiplier: f64,
    cents: Option<u8>,
    /// A dash stands for the cents.
    round: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Digits of one number; longer ones are identifiers.
const MOST_DIGITS: usize = 15;

/// ASCII for the digits of the scripts that prices are written in.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 6] = [0x30, 0xff10, 0x660, 0x6f0, 0x966, 0xe50];
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&(c as u32)))?;
    char::from_digit(c as u32 - zero, 10)
}

/// The class of a character that may stand inside a number: `.`, `,`, `'` or a space.
fn separator(c: char) -> Option<char> {
    match c {
        '.' | '．' | '٫' | '·' => Some('.'),
        ',' | '，' | '٬' | '،' => Some(','),
        '\'' | '’' | '‘' | '´' | '`' => Some('\''),
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}' => Some(' '),
        _ => None,
    }
}

/// The next number at or after byte `from`.
pub(super) fn next(text: &str, from: usize) -> Option<Number> {
    let mut chars = text.get(from..)?.char_indices().map(|(at, c)| (from + at, c)).peekable();
    while chars.next_if(|(_, c)| digit(*c).is_none()).is_some() {}
    let start = chars.peek()?.0;
    let mut number = Number {
        groups: vec![String::new()],
        separators: Vec::new(),
        multiplier: 1.0,
        cents: None,
        round: false,
        start,
        end: start,
    };
    for (at, c) in chars {
        if let Some(d) = digit(c) {
            number.groups.last_mut()?.push(d);
            number.end = at + c.len_utf8();
            continue;
        }
        let Some(sep) = separator(c) else { break };
        let follows = text.get(at + c.len_utf8()..)?;
        if !number.goes_on(sep, follows) {
            break;
        }
        number.separators.push(sep);
        number.groups.push(String::new());
    }
    number.take_suffix(text);
    Some(number)
}

impl Number {
    /// A separator is inside the number if digits follow; a space or an apostrophe, only whole groups of three.
    fn goes_on(&self, sep: char, follows: &str) -> bool {
        let digits = follows.chars().take_while(|c| digit(*c).is_some()).count();
        match sep {
            '.' | ',' => digits > 0,
            _ => {
                let first = self.groups.first().map_or(0, String::len);
                let alike = self.separators.iter().all(|s| *s == sep);
                digits == 3
                    && (1..=3).contains(&first)
                    && alike
                    && self.groups.last().is_some_and(|g| g.len() <= 3)
            }
        }
    }

    /// `,-`, `.–` for "no decimals"; 万, lakh and crore.
    fn take_suffix(&mut self, text: &str) {
        const MULTIPLIERS: &[(&str, f64)] = &[
            ("万", 1e4),
            ("萬", 1e4),
            ("만", 1e4),
            ("億", 1e8),
            ("억", 1e8),
            ("lakh", 1e5),
            ("lac", 1e5),
            ("crore", 1e7),
        ];
        let rest = text.get(self.end..).unwrap_or_default();
        let dashes = rest.strip_prefix([',', '.']).and_then(|r| r.strip_prefix(['-', '–', '—', '−']));
        if let Some(mut left) = dashes {
            left = left.strip_prefix(['-', '–', '—', '−']).unwrap_or(left);
            self.end = text.len() - left.len();
            self.round = true;
            return;
        }
        let spaced = rest.trim_start_matches([' ', '\u{a0}']);
        for (word, factor) in MULTIPLIERS {
            let is_word = spaced.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
            if is_word {
                self.multiplier = *factor;
                self.end = text.len() - spaced.len() + word.len();
                return;
            }
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.separators.iter().all(|sep| matches!(sep, ' ' | '\'')) || self.decimals_at(None).is_none()
    }

    pub(super) fn is_round(&self) -> bool {
        self.round
    }

    pub(super) fn set_cents(&mut self, cents: u8) {
        self.cents = Some(cents);
    }

    /// The index of the group that holds decimals; `None` for a whole number.
    fn decimals_at(&self, currency: Option<Currency>) -> Option<usize> {
        let last = self.separators.last()?;
        let group = self.groups.len() - 1;
        let len = self.groups[group].len();
        let earlier = &self.separators[..self.separators.len() - 1];
        if matches!(last, ' ' | '\'') {
            return None;
        }
        if earlier.is_empty() {
            let first = &self.groups[0];
            let thousands = len == 3 && first.len() <= 3 && !first.starts_with('0');
            let three_decimals = currency.is_some_and(|c| c.has_three_decimals_after(*last));
            return (!thousands || three_decimals).then_some(group);
        }
        (!earlier.contains(last)).then_some(group)
    }

    /// `None` if the groups are no notation of a number: a date, a version, an address.
    pub(super) fn value(&self, currency: Option<Currency>) -> Option<f64> {
        if self.groups.iter().map(String::len).sum::<usize>() > MOST_DIGITS {
            return None;
        }
        let decimals = self.decimals_at(currency);
        let whole = &self.groups[..decimals.unwrap_or(self.groups.len())];
        let separators = &self.separators[..whole.len().saturating_sub(1)];
        if !are_groups(whole) || separators.windows(2).any(|pair| pair[0] != pair[1]) {
            return None;
        }
        let mut literal = whole.concat();
        if let Some(at) = decimals {
            literal.push('.');
            literal.push_str(&self.groups[at]);
        } else if let Some(cents) = self.cents {
            literal.push('.');
            literal.push(char::from(b'0' + cents / 10));
            literal.push(char::from(b'0' + cents % 10));
        }
        literal.parse::<f64>().ok().map(|value| value * self.multiplier)
    }
}

/// Groups of three, or lakh grouping: twos and a last three.
fn are_groups(groups: &[String]) -> bool {
    let [first, middle @ .., last] = groups else { return true };
    let lengths = |size: usize| middle.iter().all(|group| group.len() == size);
    (1..=3).contains(&first.len()) && last.len() == 3 && (lengths(3) || (lengths(2) && first.len() <= 2))
}

/// Exactly two digits right here, as after the sign in "12€99".
pub(super) fn cents_at(text: &str, at: usize) -> Option<u8> {
    let rest = text.get(at..)?;
    let digits: String = rest.chars().map_while(digit).collect();
    let next = rest.chars().nth(2);
    (digits.len() == 2 && next.and_then(separator).is_none_or(|s| s == ' '))
        .then(|| digits.parse().ok())
        .flatten()
}

/// Percentages, negative amounts, and numbers inside words (`RTX4090`, `3x`, `10"`).
pub(super) fn is_no_amount(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    if after.trim_start().starts_with(['%', '％', '٪']) || after.starts_with(['"', '″']) {
        return true;
    }
    let minus = before.trim_end_matches([' ', '\u{a0}']);
    if let Some(head) = minus.strip_suffix(['-', '−', '–']) {
        let head = head.trim_end();
        let range = head.ends_with(|c: char| digit(c).is_some() || !c.is_ascii());
        let glued = minus.len() == before.len();
        // a dash and a space begin the second half of a range that stands in another element
        let minus_alone = head.is_empty() && !minus.ends_with('–');
        if !range && (glued || minus_alone) && !head.ends_with(char::is_alphabetic) {
            return true;
        }
    }
    let latin = |c: char| c.is_alphanumeric() && c.is_ascii();
    let glued_before =
        before.ends_with(latin) && text.get(start..).is_some_and(|t| t.starts_with(|c| digit(c).is_some()));
    let glued_after =
        after.starts_with(latin) && text.get(..end).is_some_and(|t| t.ends_with(|c| digit(c).is_some()));
    glued_before || glued_after
}
