//! Where one request ends and the next begins, followed byte by byte beside hyper's own reading.
//!
//! It knows nothing of time or sockets. What is let through is what came, unchanged; a head is let through when it is
//! whole and has been judged.

use bytes::{Buf, BytesMut};

use super::head::{self, Refusal, Search};

/// How long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Of(u64),
    Chunked,
}

#[derive(Debug)]
enum Place {
    Head(Search),
    Body(u64),
    Chunks(Chunks),
    /// The chunks are no chunks: hyper is to see for itself, and nothing after them is a request.
    Lost,
}

#[derive(Debug)]
pub(super) struct Framing(Place);

impl Framing {
    pub(super) fn new() -> Self {
        Self(Place::Head(Search::default()))
    }

    /// Whether the next byte belongs to a head that has not been let through.
    pub(super) fn is_at_head(&self) -> bool {
        matches!(self.0, Place::Head(_))
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self.0, Place::Lost)
    }

    /// Moves to `through` what may be read of `came`: one head, or a part of one body. Nothing is moved when more has to
    /// come first.
    pub(super) fn advance(&mut self, came: &mut BytesMut, through: &mut BytesMut) -> Result<(), Refusal> {
        match &mut self.0 {
            Place::Head(search) => {
                // Some clients end a body with a line too many (RFC 9112, 2.2).
                while came.starts_with(b"\r\n") {
                    came.advance(2);
                }
                let Some(end) = search.end(came)? else { return Ok(()) };
                let length = head::judge(&came[..end])?;
                through.extend_from_slice(&came.split_to(end));
                self.0 = Place::of(length);
            }
            Place::Body(left) => {
                let part = came.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                through.extend_from_slice(&came.split_to(part));
                *left -= part as u64;
                if *left == 0 {
                    *self = Self::new();
                }
            }
            Place::Chunks(chunks) => {
                let (part, found) = chunks.follow(came);
                through.extend_from_slice(&came.split_to(part));
                match found {
                    Found::Nothing => {}
                    Found::End => *self = Self::new(),
                    Found::Nonsense => self.0 = Place::Lost,
                }
            }
            Place::Lost => through.extend_from_slice(&came.split()),
        }
        Ok(())
    }
}

impl Place {
    fn of(length: Length) -> Self {
        match length {
            Length::Of(0) => Self::Head(Search::default()),
            Length::Of(bytes) => Self::Body(bytes),
            Length::Chunked => Self::Chunks(Chunks::Size { size: 0, digits: 0 }),
        }
    }
}

/// Where in a chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chunks {
    Size {
        size: u64,
        digits: u8,
    },
    /// Of a size's line, up to its end.
    Extension {
        size: u64,
    },
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    /// After the last chunk; `length` is of the line so far.
    Trailer {
        length: usize,
    },
    TrailerLf {
        length: usize,
    },
    /// Behind the body.
    End,
    /// Behind a byte that has no place in a chunked body.
    Nonsense,
}

enum Found {
    Nothing,
    End,
    Nonsense,
}

impl Chunks {
    /// How much of `bytes` belongs to this body, and what was found there.
    fn follow(&mut self, bytes: &[u8]) -> (usize, Found) {
        let mut at = 0;
        while at < bytes.len() {
            if let Self::Data { left } = self {
                let part = (bytes.len() - at).min(usize::try_from(*left).unwrap_or(usize::MAX));
                (at, *left) = (at + part, *left - part as u64);
                if *left == 0 {
                    *self = Self::DataCr;
                }
                continue;
            }
            *self = self.after(bytes[at]);
            at += 1;
            match self {
                Self::End => return (at, Found::End),
                Self::Nonsense => return (at, Found::Nonsense),
                _ => {}
            }
        }
        (at, Found::Nothing)
    }

    /// The place after a byte that is no data.
    fn after(self, byte: u8) -> Self {
        /// So that a size fits into 64 bits.
        const MOST_DIGITS: u8 = 15;
        match (self, byte) {
            (Self::Size { size, digits }, _) if byte.is_ascii_hexdigit() && digits < MOST_DIGITS => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                Self::Size { size: size * 16 + digit, digits: digits + 1 }
            }
            (Self::Size { size, digits: 1.. } | Self::Extension { size }, b'\r') => Self::SizeEnd { size },
            (Self::Size { size, digits: 1.. }, b';') => Self::Extension { size },
            (Self::Extension { size }, _) if byte != b'\n' => Self::Extension { size },
            (Self::SizeEnd { size: 0 }, b'\n') => Self::Trailer { length: 0 },
            (Self::SizeEnd { size }, b'\n') => Self::Data { left: size },
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::Size { size: 0, digits: 0 },
            (Self::Trailer { length }, b'\r') => Self::TrailerLf { length },
            (Self::Trailer { length }, _) if byte != b'\n' => Self::Trailer { length: length + 1 },
            (Self::TrailerLf { length: 0 }, b'\n') => Self::End,
            (Self::TrailerLf { .. }, b'\n') => Self::Trailer { length: 0 },
            _ => Self::Nonsense,
        }
    }
}

#[cfg(test)]
mod tests;
