//! Addresses that only the holder of a key can make: each stands for one card, with a time to end where it says so.
//!
//! What is signed are the path and every pair of the query but the signature itself, decoded and sorted by name,
//! each text as its length in bytes, a colon, the text and a comma: no two different cards are signed alike, and the
//! order and the escaping of an address don't matter.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::form_urlencoded;

/// What goes before the template's name in an address.
pub const PATH: &str = "/v1/card/";
const SIGNATURE: &str = "sig";
const EXPIRY: &str = "exp";
/// As long as the digest: RFC 2104 advises against less.
const LEAST_KEY_BYTES: usize = 32;

/// The keys of an operator: the first signs, all verify, so that one can be replaced while addresses of the other are
/// about.
#[derive(Clone)]
pub struct Keys {
    first: Hmac<Sha256>,
    others: Vec<Hmac<Sha256>>,
    requires_expiry: bool,
}

/// The key itself is in no message.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    #[error(
        "expected hexadecimal keys of at least {LEAST_KEY_BYTES} bytes, separated by commas (openssl rand -hex 32 makes one)"
    )]
    NotHex,
    #[error("expected keys of at least {LEAST_KEY_BYTES} bytes ({} digits), number {number} has {bytes}", 2 * LEAST_KEY_BYTES)]
    TooShort { number: usize, bytes: usize },
}

/// Why an address is not served.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureError {
    #[error("sig: missing, this address has to be signed")]
    Missing,
    #[error("{name}: given more than once")]
    Repeated { name: String },
    #[error("sig: it is not the signature of this address, sign it as it is sent")]
    Wrong,
    #[error("exp: missing, addresses have to expire here")]
    NoExpiry,
    #[error("exp: expected seconds since 1970")]
    BadExpiry,
    #[error("exp: this address has expired, make a new one")]
    Expired,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keys({} of them, not shown)", 1 + self.others.len())
    }
}

impl Keys {
    /// Hexadecimal keys, separated by commas.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let keys = text.split(',').enumerate().map(|(index, key)| {
            let key = data_encoding::HEXLOWER_PERMISSIVE.decode(key.trim().as_bytes());
            let key = key.ok().filter(|key| !key.is_empty()).ok_or(KeyError::NotHex)?;
            if key.len() < LEAST_KEY_BYTES {
                return Err(KeyError::TooShort { number: index + 1, bytes: key.len() });
            }
            Hmac::new_from_slice(&key).map_err(|_| KeyError::NotHex)
        });
        let mut keys = keys.collect::<Result<Vec<_>, _>>()?;
        let first = keys.remove(0);
        Ok(Self { first, others: keys, requires_expiry: false })
    }

    /// Whether addresses without an expiry are refused.
    #[must_use]
    pub fn requiring_expiry(self, requires_expiry: bool) -> Self {
        Self { requires_expiry, ..self }
    }

    /// The value of `sig` for a template and all other pairs of the address, in any order; each name once.
    pub fn sign(&self, template: &str, pairs: &[(String, String)]) -> String {
        let mac = digest(&self.first, template, pairs);
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(mac.finalize().into_bytes())
    }

    /// What a signed query asks for; `now` is in seconds since 1970.
    pub fn verify(&self, template: &str, raw_query: &str, now: u64) -> Result<Verified, SignatureError> {
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect();
        refuse_repeated(&pairs)?;
        let signature = take(&mut pairs, SIGNATURE).ok_or(SignatureError::Missing)?;
        let signature =
            base64_simd::URL_SAFE_NO_PAD.decode_to_vec(signature).map_err(|_| SignatureError::Wrong)?;
        // Each comparison takes the same time wherever the two differ.
        let is_signed = std::iter::once(&self.first)
            .chain(&self.others)
            .any(|key| digest(key, template, &pairs).verify_slice(&signature).is_ok());
        if !is_signed {
            return Err(SignatureError::Wrong);
        }
        match take(&mut pairs, EXPIRY) {
            None if self.requires_expiry => Err(SignatureError::NoExpiry),
            None => Ok(Verified { pairs, good_for: None }),
            Some(expiry) => match seconds(&expiry) {
                None => Err(SignatureError::BadExpiry),
                Some(expiry) if expiry <= now => Err(SignatureError::Expired),
                Some(expiry) => Ok(Verified { pairs, good_for: Some(expiry - now) }),
            },
        }
    }
}

/// The query of an address that may be served.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Without signature and expiry.
    pub pairs: Vec<(String, String)>,
    /// Seconds until it expires.
    pub good_for: Option<u64>,
}

fn digest(key: &Hmac<Sha256>, template: &str, pairs: &[(String, String)]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    let mut add = |text: &str| mac.update(format!("{}:{text},", text.len()).as_bytes());
    add(&format!("{PATH}{template}"));
    let mut sorted: Vec<_> = pairs.iter().filter(|(name, _)| name != SIGNATURE).collect();
    sorted.sort();
    for (name, value) in sorted {
        add(name);
        add(value);
    }
    mac
}

fn refuse_repeated(pairs: &[(String, String)]) -> Result<(), SignatureError> {
    let mut names: Vec<_> = pairs.iter().map(|(name, _)| name).collect();
    names.sort();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(SignatureError::Repeated { name: two[0].chars().take(40).collect() }),
        None => Ok(()),
    }
}

fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let index = pairs.iter().position(|(of, _)| of == name)?;
    Some(pairs.remove(index).1)
}

/// Digits only: a sign or a space would be another way to write the same.
fn seconds(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
