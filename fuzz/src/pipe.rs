//! The browser's end of the debugging pipe may send anything, in pieces of any size.

use bytes::Bytes;

use crate::cdp::frame::{FrameReader, Message};

/// The first byte is the size of the pieces, the rest what they carry.
pub fn cdp(input: &[u8]) {
    let Some((size, stream)) = input.split_first() else { return };
    let mut frames: Vec<Bytes> = Vec::new();
    let mut reader = FrameReader::default();
    for piece in stream.chunks(usize::from(*size).max(1)) {
        reader.buffer().extend_from_slice(piece);
        while let Some(frame) = reader.next().expect("no frame of this length is too long") {
            frames.push(frame);
        }
    }
    let mut expected: Vec<&[u8]> = stream.split(|byte| *byte == 0).collect();
    // what no NUL has ended is no message yet
    expected.pop();
    assert_eq!(frames, expected);
    frames.iter().for_each(message);
}

/// What is taken for a message says what its text says.
fn message(frame: &Bytes) {
    let Some(message) = Message::parse(frame) else { return };
    // larger numbers and deeper nesting than this reader takes are of no consequence: they stay text
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(frame) else { return };
    let is = |part: &Bytes, name: &str| {
        let read: serde_json::Value = serde_json::from_slice(part).expect("a part of a message is JSON");
        let told = json.get(name).filter(|told| !told.is_null());
        assert_eq!(&read, told.unwrap_or(&serde_json::json!({})), "{name}");
    };
    match message {
        Message::Answer { id, result } => {
            assert_eq!(json["id"].as_u64(), Some(id));
            match result {
                Ok(result) => is(&result, "result"),
                Err(rejection) => assert_eq!(json["error"]["message"], rejection.message),
            }
        }
        Message::Event { session, method, params } => {
            assert_eq!(json["method"], method);
            assert_eq!(json["sessionId"].as_str(), session.as_deref());
            is(&params, "params");
        }
    }
}
