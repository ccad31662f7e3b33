//! Lists of tokens: how they are written, kept, compared, and read again when their file has changed.
//!
//! An entry is `name:token`, or `name:sha256:` and the digest of a token in hexadecimal. In a file there is one a line,
//! with empty lines and `#` comments; in the variable they are separated by commas.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use constant_time_eq::constant_time_eq_32;
use sha2::{Digest, Sha256};

use super::AccessError;

/// Shorter ones can be guessed.
const SHORTEST_TOKEN: usize = 16;
const LONGEST_TOKEN: usize = 512;
const LONGEST_NAME: usize = 64;
/// Some thousand entries.
const LARGEST_FILE: u64 = 1 << 20;
/// A change is noticed within this time, and a request costs no look at the file most of the time.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Why a list of tokens is not valid; never with a token in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokensRefused {
    #[error(
        "entry {0}: expected name:token, with a name of 1 to 64 letters, digits, dots, dashes and underscores"
    )]
    Name(usize),
    #[error(
        "entry {0}: expected a token of 16 to 512 visible ASCII characters, or sha256: and 64 hexadecimal digits"
    )]
    Token(usize),
    #[error("expected at least one name:token entry")]
    Empty,
    #[error("expected UTF-8 text of at most 1 MiB")]
    NoText,
}

#[derive(Debug, Clone)]
struct Entry {
    name: Arc<str>,
    digest: [u8; 32],
}

#[derive(Debug, Clone, Default)]
pub(super) struct Tokens(Vec<Entry>);

/// The value of `PLAYWRIGHT_API_TOKENS`.
#[derive(Debug, Clone)]
pub struct TokenList(pub(super) Tokens);

impl TokenList {
    /// Reads `name:token,…`.
    ///
    /// # Errors
    /// Where an entry is not valid.
    pub fn parse(text: &str) -> Result<Self, TokensRefused> {
        Tokens::of(text.split(',')).map(Self)
    }
}

impl Tokens {
    fn of<'a>(entries: impl Iterator<Item = &'a str>) -> Result<Self, TokensRefused> {
        let entries =
            entries.map(str::trim).enumerate().filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
        let entries: Vec<_> =
            entries.map(|(at, text)| Entry::parse(at + 1, text)).collect::<Result<_, _>>()?;
        if entries.is_empty() { Err(TokensRefused::Empty) } else { Ok(Self(entries)) }
    }

    /// Whose the token is. Looks at every entry, each in constant time.
    pub(super) fn caller(&self, digest: &[u8; 32]) -> Option<Arc<str>> {
        self.0.iter().fold(None, |found, entry| {
            if constant_time_eq_32(&entry.digest, digest) { Some(Arc::clone(&entry.name)) } else { found }
        })
    }
}

impl Entry {
    fn parse(number: usize, text: &str) -> Result<Self, TokensRefused> {
        let (name, token) = text.split_once(':').ok_or(TokensRefused::Name(number))?;
        let is_of_name = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_of_name) {
            return Err(TokensRefused::Name(number));
        }
        let digest = match token.strip_prefix("sha256:") {
            Some(hex) => from_hex(hex),
            None => ((SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&token.len())
                && token.bytes().all(|b| b.is_ascii_graphic()))
            .then(|| digest(token)),
        };
        Ok(Self { name: name.into(), digest: digest.ok_or(TokensRefused::Token(number))? })
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// A file of tokens that may change while the service runs.
#[derive(Debug)]
pub(super) struct TokenFile {
    path: PathBuf,
    read: Mutex<LastRead>,
}

#[derive(Debug)]
struct LastRead {
    tokens: Arc<Tokens>,
    stamp: Stamp,
    looked: Instant,
}

/// What changes with a file's content, also where another file is put in its place.
type Stamp = Option<(u64, u64, i64, i64)>;

/// None where there is no such file.
fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}

impl TokenFile {
    pub(super) fn open(path: &Path) -> Result<Self, AccessError> {
        let stamp = stamp(path);
        let tokens = Arc::new(read(path)?);
        Ok(Self {
            path: path.to_owned(),
            read: Mutex::new(LastRead { tokens, stamp, looked: Instant::now() }),
        })
    }

    /// The tokens as the file has them now. While it can't be read, or is not valid, those that were valid last stay.
    pub(super) fn current(&self) -> Arc<Tokens> {
        let mut last = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if last.looked.elapsed() >= LOOK_EVERY {
            last.looked = Instant::now();
            let now = stamp(&self.path);
            if now != last.stamp {
                last.stamp = now;
                match read(&self.path) {
                    Ok(tokens) => {
                        tracing::info!(tokens = tokens.0.len(), "the tokens have been read again");
                        last.tokens = Arc::new(tokens);
                    }
                    Err(error) => {
                        let cause = std::error::Error::source(&error).map(ToString::to_string);
                        tracing::error!(%error, cause, "the tokens stay as they were");
                    }
                }
            }
        }
        Arc::clone(&last.tokens)
    }
}

fn read(path: &Path) -> Result<Tokens, AccessError> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes));
    let length: io::Result<usize> = read;
    if length.map_err(AccessError::Read)? as u64 > LARGEST_FILE {
        return Err(TokensRefused::NoText.into());
    }
    let text = String::from_utf8(bytes).map_err(|_| TokensRefused::NoText)?;
    Ok(Tokens::of(text.lines())?)
}
