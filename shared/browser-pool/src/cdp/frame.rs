//! Splits the pipe's byte stream into messages: JSON texts, each ended by a NUL.

use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A message that would grow beyond this is no protocol any more: the browser is given up.
/// A 50-megapixel capture in base64 stays below it.
pub(crate) const MAX_FRAME: usize = 512 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a protocol message is longer than {MAX_FRAME} bytes")]
pub(crate) struct FrameTooLong;

/// Collects bytes and gives out whole messages, each without a copy.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    buffer: BytesMut,
    /// Bytes at the front of `buffer` that are known to hold no NUL, so that a long message is searched once.
    searched: usize,
}

impl FrameReader {
    /// Where the transport puts what it reads.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(64 * 1024);
        &mut self.buffer
    }

    /// The next whole message, `None` when more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, FrameTooLong> {
        let Some(end) = memchr::memchr(0, &self.buffer[self.searched..]) else {
            self.searched = self.buffer.len();
            return if self.searched > MAX_FRAME { Err(FrameTooLong) } else { Ok(None) };
        };
        let mut message = self.buffer.split_to(self.searched + end + 1);
        self.searched = 0;
        message.truncate(message.len() - 1);
        Ok(Some(message.freeze()))
    }
}

/// One message, its parts still text: only what somebody waits for is parsed further.
#[derive(Debug)]
pub(crate) enum Message {
    Answer { id: u64, result: Result<Bytes, Rejection> },
    Event { session: Option<String>, method: String, params: Bytes },
}

/// What the browser says when it will not do what it was asked.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Rejection {
    pub(crate) message: String,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Rejection>,
}

impl Message {
    /// `None` for what is neither an answer nor an event: it is ignored, as a newer browser may send anything.
    pub(crate) fn parse(frame: &Bytes) -> Option<Self> {
        let envelope: Envelope<'_> = serde_json::from_slice(frame).ok()?;
        let part = |raw: Option<&RawValue>| {
            raw.map_or_else(|| Bytes::from_static(b"{}"), |raw| frame.slice_ref(raw.get().as_bytes()))
        };
        match envelope {
            Envelope { id: Some(id), error: Some(rejection), .. } => {
                Some(Self::Answer { id, result: Err(rejection) })
            }
            Envelope { id: Some(id), result, .. } => Some(Self::Answer { id, result: Ok(part(result)) }),
            Envelope { method: Some(method), session, params, .. } => Some(Self::Event {
                session: session.map(std::borrow::Cow::into_owned),
                method: method.into_owned(),
                params: part(params),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(chunks: &[&[u8]]) -> Vec<String> {
        let mut reader = FrameReader::default();
        let mut seen = Vec::new();
        for chunk in chunks {
            reader.buffer().extend_from_slice(chunk);
            while let Some(frame) = reader.next().expect("short frames") {
                seen.push(String::from_utf8(frame.to_vec()).expect("text"));
            }
        }
        seen
    }

    #[test]
    fn messages_are_found_however_the_bytes_arrive() {
        assert_eq!(frames(&[b"{}\0[1]\0"]), ["{}", "[1]"]);
        assert_eq!(frames(&[b"{", b"}", b"\0[", b"1]\0"]), ["{}", "[1]"]);
        assert_eq!(frames(&[b"\0\0"]), ["", ""]);
        assert!(frames(&[b"{\"never\":\"ended\""]).is_empty());
    }

    #[test]
    fn an_answer_keeps_its_result_as_text() {
        let frame = Bytes::from_static(br#"{"id":7,"result":{"data":"QQ=="},"sessionId":"S"}"#);
        let Some(Message::Answer { id: 7, result: Ok(result) }) = Message::parse(&frame) else {
            panic!("not an answer")
        };
        assert_eq!(&result[..], br#"{"data":"QQ=="}"#);
    }

    #[test]
    fn a_rejection_and_an_event_are_told_apart() {
        let frame = Bytes::from_static(br#"{"id":7,"error":{"code":-32000,"message":"no"}}"#);
        assert!(
            matches!(Message::parse(&frame), Some(Message::Answer { id: 7, result: Err(r) }) if r.message == "no")
        );
        let frame =
            Bytes::from_static(br#"{"method":"Page.loadEventFired","params":{"a":1},"sessionId":"S"}"#);
        assert!(
            matches!(Message::parse(&frame), Some(Message::Event { session: Some(s), params, .. }) if s == "S" && &params[..] == b"{\"a\":1}")
        );
    }

    #[test]
    fn what_is_no_message_is_ignored() {
        for garbage in ["", "nonsense", "[]", "{\"id\":\"x\"}", "{}", "{\"id\":-1}"] {
            assert!(Message::parse(&Bytes::from(garbage)).is_none(), "{garbage}");
        }
    }
}
