//! A DNS server for the sites of a run: every name of theirs is their address, and answers can be made to come late.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// A name whose answer comes later than anybody waits.
pub(crate) const SLOW: &str = "slow.test";
const LATER_THAN_ANYBODY_WAITS: Duration = Duration::from_secs(20);

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Dns {
    address: SocketAddr,
    /// in milliseconds
    delay: Arc<AtomicU64>,
    answering: JoinHandle<()>,
}

impl Dns {
    /// Names that are not in the zone do not exist.
    pub(crate) async fn start(zone: HashMap<String, Ipv4Addr>) -> Result<Dns> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no port for a DNS server")?;
        let address = socket.local_addr()?;
        let delay = Arc::new(AtomicU64::new(0));
        let answering = tokio::spawn(answer(Arc::new(socket), Arc::new(zone), Arc::clone(&delay)));
        Ok(Dns { address, delay, answering })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on answers come so much later.
    pub(crate) fn be_late(&self, by: Duration) {
        self.delay.store(by.as_millis().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn answer(socket: Arc<UdpSocket>, zone: Arc<HashMap<String, Ipv4Addr>>, delay: Arc<AtomicU64>) {
    let mut buffer = [0; 4096];
    loop {
        // an unreachable peer's error comes back on the next receive
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else { continue };
        let Some((name, reply)) = buffer
            .get(..length)
            .and_then(|bytes| Message::from_vec(bytes).ok())
            .and_then(|it| reply(&it, &zone))
        else {
            continue;
        };
        let usual = Duration::from_millis(delay.load(Ordering::Relaxed));
        let wait = if name == SLOW { LATER_THAN_ANYBODY_WAITS } else { usual };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            // whoever asked may have gone
            let _ = socket.send_to(&reply, peer).await;
        });
    }
}

/// The name that is asked for, and the answer. Without a TTL, so that every page asks anew.
fn reply(request: &Message, zone: &HashMap<String, Ipv4Addr>) -> Option<(String, Vec<u8>)> {
    let query = request.queries.first()?.clone();
    let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
    let name = query.name().to_ascii().trim_end_matches('.').to_lowercase();
    match zone.get(&name) {
        Some(address) if query.query_type() == RecordType::A => {
            reply.answers = vec![Record::from_rdata(query.name().clone(), 0, RData::A((*address).into()))];
        }
        // the name exists, and has no address of that family
        Some(_) => {}
        None => reply.metadata.response_code = ResponseCode::NXDomain,
    }
    reply.queries = vec![query];
    Some((name, reply.to_vec().ok()?))
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{OpCode, Query};
    use hickory_proto::rr::Name;

    use super::*;

    #[test]
    fn a_name_of_the_zone_has_its_address_and_no_other_exists() {
        let zone = HashMap::from([("shop.test".to_owned(), Ipv4Addr::new(127, 0, 0, 11))]);
        let ask = |name: &str, kind| {
            let mut request = Message::query();
            request.metadata.op_code = OpCode::Query;
            request.queries = vec![Query::query(Name::from_ascii(name).expect("a name"), kind)];
            let (_, bytes) = reply(&request, &zone).expect("an answer");
            let answer = Message::from_vec(&bytes).expect("a message");
            (answer.metadata.response_code, answer.answers.len())
        };
        assert_eq!(ask("Shop.test.", RecordType::A), (ResponseCode::NoError, 1));
        assert_eq!(ask("shop.test.", RecordType::AAAA), (ResponseCode::NoError, 0));
        assert_eq!(ask("elsewhere.test.", RecordType::A), (ResponseCode::NXDomain, 0));
    }
}
