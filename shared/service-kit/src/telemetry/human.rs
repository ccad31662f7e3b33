//! The fields of an event or a span as text for people, on one line and without anything that moves a cursor.
//!
//! What is logged may have come from outside: a line break would forge a line, an escape sequence a screen.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing_subscriber::field::{MakeVisitor, VisitFmt, VisitOutput};
use tracing_subscriber::fmt::format::Writer;

use super::json::FOR_TRACES;

/// More of one value helps nobody who reads.
const LONGEST: usize = 2_000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Fields;

#[derive(Debug)]
pub(super) struct Visitor<'a> {
    writer: Writer<'a>,
    is_first: bool,
    result: fmt::Result,
}

impl<'a> MakeVisitor<Writer<'a>> for Fields {
    type Visitor = Visitor<'a>;

    fn make_visitor(&self, writer: Writer<'a>) -> Visitor<'a> {
        Visitor { writer, is_first: true, result: Ok(()) }
    }
}

impl Visitor<'_> {
    fn write(&mut self, field: &Field, value: &dyn Debug) -> fmt::Result {
        if !self.is_first {
            self.writer.write_char(' ')?;
        }
        self.is_first = false;
        if field.name() != "message" {
            write!(self.writer, "{}=", field.name())?;
        }
        let mut line = OneLine { writer: &mut self.writer, left: LONGEST };
        write!(line, "{value:?}")
    }
}

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.result.is_ok() && !field.name().starts_with(FOR_TRACES) {
            self.result = self.write(field, value);
        }
    }
}

impl VisitOutput<fmt::Result> for Visitor<'_> {
    fn finish(self) -> fmt::Result {
        self.result
    }
}

impl VisitFmt for Visitor<'_> {
    fn writer(&mut self) -> &mut dyn Write {
        &mut self.writer
    }
}

/// Writes what is given, escaped and up to a length.
struct OneLine<'a, 'b> {
    writer: &'a mut Writer<'b>,
    left: usize,
}

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match self.left {
                0 => return Ok(()),
                1 => self.writer.write_char('…')?,
                _ if c.is_control() || is_bidi(c) => write!(self.writer, "{}", c.escape_default())?,
                _ => self.writer.write_char(c)?,
            }
            self.left -= 1;
        }
        Ok(())
    }
}

/// Line and paragraph separators, and what turns the direction of the text around it.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_comes_from_outside_stays_on_its_line() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .compact()
            .fmt_fields(Fields)
            .with_writer(move || writer.clone())
            .finish();
        let forged = "x\r\n2026-11-23 ERROR forged \u{1b}[31mred\u{9b}2J\u{202e}\u{2028}\0";
        tracing::subscriber::with_default(subscriber, || {
            let _request = tracing::info_span!("request", id = forged, shown = %forged).entered();
            tracing::warn!(text = forged, shown = %forged, debug = ?forged, "{forged}");
            tracing::info!("{}", "y".repeat(1 << 20));
        });
        let text = String::from_utf8(written.0.lock().expect("no writer panics").clone()).expect("UTF-8");
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && !is_bidi(c))), "{text:?}");
        assert!(text.contains("WARN") && text.contains("shown=x\\r\\n2026"), "{text}");
        assert!(text.len() < 10_000);
    }
}
