//! A DNS server that says what a test tells it to, changes its mind, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::time::sleep;

/// What is said about a name.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// These addresses, of whichever family is asked for, with a TTL of 0.
    Addresses(Vec<IpAddr>),
    /// Another name, and the addresses of that one in the same answer.
    Alias(String, Vec<IpAddr>),
    /// The addresses, but so much later.
    Late(Duration, Vec<IpAddr>),
}

/// Names without an answer do not exist.
#[derive(Clone, Default)]
pub(crate) struct Dns(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Per name the answers to its successive rounds of queries; the last one stays.
    zone: HashMap<String, VecDeque<Answer>>,
    asked: Vec<(String, RecordType)>,
}

impl Dns {
    /// Answers on an address, for as long as the runtime lives that it is called on.
    pub(crate) async fn listen(&self, address: &str) {
        let socket = UdpSocket::bind(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let (socket, this) = (Arc::new(socket), self.clone());
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                let Ok(request) = Message::from_vec(&buffer[..length]) else { continue };
                let (wait, reply) = this.state().reply(&request);
                let (socket, bytes) = (Arc::clone(&socket), reply.to_vec().expect("an encodable reply"));
                tokio::spawn(async move {
                    sleep(wait).await;
                    socket.send_to(&bytes, peer).await
                });
            }
        });
    }

    /// Says what the successive rounds of queries (one for IPv4 and one for IPv6 each) are answered.
    pub(crate) fn set(&self, name: &str, answers: impl IntoIterator<Item = Answer>) {
        self.state().zone.insert(name.to_owned(), answers.into_iter().collect());
    }

    pub(crate) fn point(&self, name: &str, addresses: &[&str]) {
        self.set(name, [Answer::Addresses(parsed(addresses))]);
    }

    /// How often a name's IPv4 addresses were asked for.
    pub(crate) fn rounds(&self, name: &str) -> usize {
        let state = self.state();
        state.asked.iter().filter(|(asked, kind)| asked == name && *kind == RecordType::A).count()
    }

    /// Every name that was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state().asked.iter().map(|(name, _)| name.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("not poisoned")
    }
}

pub(crate) fn parsed(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().expect("an address")).collect()
}

impl State {
    fn reply(&mut self, request: &Message) -> (Duration, Message) {
        let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
        reply.metadata.recursion_desired = true;
        reply.metadata.recursion_available = true;
        let Some(query) = request.queries.first().cloned() else { return (Duration::ZERO, reply) };
        let name = query.name().to_ascii().trim_end_matches('.').to_lowercase();
        let round = self.asked.iter().filter(|asked| **asked == (name.clone(), query.query_type())).count();
        self.asked.push((name.clone(), query.query_type()));
        let answers = self.zone.get(&name);
        let said = answers.and_then(|answers| answers.get(round).or(answers.back())).cloned();
        let mut wait = Duration::ZERO;
        match said {
            None => reply.metadata.response_code = ResponseCode::NXDomain,
            Some(Answer::Addresses(addresses)) => reply.answers = records(query.name(), &query, &addresses),
            Some(Answer::Late(late, addresses)) => {
                wait = late;
                reply.answers = records(query.name(), &query, &addresses);
            }
            Some(Answer::Alias(alias, addresses)) => {
                let alias = Name::from_ascii(format!("{alias}.")).expect("a name");
                let data = RData::CNAME(CNAME(alias.clone()));
                reply.answers = vec![Record::from_rdata(query.name().clone(), 0, data)];
                reply.answers.extend(records(&alias, &query, &addresses));
            }
        }
        reply.queries = vec![query];
        (wait, reply)
    }
}

fn records(name: &Name, query: &Query, addresses: &[IpAddr]) -> Vec<Record> {
    let data = addresses.iter().filter_map(|address| match (query.query_type(), *address) {
        (RecordType::A, IpAddr::V4(address)) => Some(RData::A(address.into())),
        (RecordType::AAAA, IpAddr::V6(address)) => Some(RData::AAAA(address.into())),
        _ => None,
    });
    data.map(|data| Record::from_rdata(name.clone(), 0, data)).collect()
}
