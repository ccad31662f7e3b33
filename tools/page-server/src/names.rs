//! A DNS server for which every name is this machine.

use std::io;
use std::net::Ipv4Addr;

use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

/// Answers change when the server is restarted elsewhere, so nobody should remember them.
const TTL: u32 = 0;

/// Answers until the socket fails.
pub(crate) async fn serve(socket: UdpSocket) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let (length, peer) = socket.recv_from(&mut buffer).await?;
        if let Some(reply) = reply(&buffer[..length]) {
            socket.send_to(&reply, peer).await?;
        }
    }
}

/// The answer to a query: `127.0.0.1` for every IPv4 address, and no other records. `None` for what is not a
/// query.
fn reply(request: &[u8]) -> Option<Vec<u8>> {
    let request = Message::from_vec(request).ok()?;
    if request.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
    reply.metadata.recursion_desired = request.metadata.recursion_desired;
    reply.metadata.recursion_available = true;
    match request.queries.first() {
        Some(query) => {
            reply.answers = answer(query).into_iter().collect();
            reply.queries = vec![query.clone()];
        }
        None => reply.metadata.response_code = ResponseCode::FormErr,
    }
    reply.to_vec().ok()
}

fn answer(query: &Query) -> Option<Record> {
    let data = (query.query_type() == RecordType::A).then_some(RData::A(Ipv4Addr::LOCALHOST.into()))?;
    Some(Record::from_rdata(query.name().clone(), TTL, data))
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::OpCode;
    use hickory_proto::rr::Name;

    use super::*;

    fn ask(kind: RecordType) -> Message {
        let mut request = Message::new(7, MessageType::Query, OpCode::Query);
        request.add_query(Query::query(Name::from_ascii("Www.Shop.test.").expect("a name"), kind));
        let reply = reply(&request.to_vec().expect("encodable")).expect("an answer");
        Message::from_vec(&reply).expect("decodable")
    }

    #[test]
    fn every_name_is_this_machine() {
        let reply = ask(RecordType::A);
        assert_eq!(reply.metadata.id, 7);
        assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
        assert_eq!(reply.answers[0].data, RData::A(Ipv4Addr::LOCALHOST.into()));
        assert_eq!(reply.queries.len(), 1);
    }

    #[test]
    fn there_are_no_other_records() {
        for kind in [RecordType::AAAA, RecordType::HTTPS, RecordType::TXT] {
            let reply = ask(kind);
            assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
            assert_eq!(reply.answers, [], "{kind}");
        }
    }

    #[test]
    fn what_is_no_query_gets_no_answer() {
        assert_eq!(reply(b"\x00\x01"), None);
        let answer = Message::response(7, OpCode::Query).to_vec().expect("encodable");
        assert_eq!(reply(&answer), None, "else two servers could answer each other for ever");
    }
}
