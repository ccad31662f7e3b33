//! A DNS server that answers what a test tells it to, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, Query, ResponseCode};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

/// What is said about a name.
pub(crate) enum Answer {
    /// These addresses, of whichever family is asked for, with a TTL of 0.
    Addresses(Vec<IpAddr>),
    /// Nothing at all: the query is dropped.
    Silence,
    /// The server has failed.
    ServerFailure,
}

/// Names without an answer do not exist.
pub(crate) struct Dns {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _server: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct State {
    /// Per name the answers to its successive rounds of queries; the last one stays.
    zone: HashMap<String, VecDeque<Answer>>,
    asked: Vec<(String, RecordType)>,
}

impl Dns {
    pub(crate) async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State::default()));
        let server = tokio::spawn(serve(socket, Arc::clone(&state)));
        Self { address, state, _server: AbortOnDropHandle::new(server) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says what the successive rounds of queries (one for IPv4 and one for IPv6 each) are answered.
    pub(crate) fn set(&self, name: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut state = self.state.lock().expect("not poisoned");
        state.zone.insert(name.to_owned(), answers.into_iter().collect());
    }

    pub(crate) fn point(&self, name: &str, addresses: &[&str]) {
        self.set(name, [addresses_of(addresses)]);
    }

    pub(crate) fn asked(&self) -> Vec<(String, RecordType)> {
        self.state.lock().expect("not poisoned").asked.clone()
    }
}

pub(crate) fn addresses_of(texts: &[&str]) -> Answer {
    Answer::Addresses(texts.iter().map(|text| text.parse().expect("an address")).collect())
}

async fn serve(socket: UdpSocket, state: Arc<Mutex<State>>) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        let Ok(request) = Message::from_vec(&buffer[..length]) else { continue };
        let reply = state.lock().expect("not poisoned").reply(&request);
        if let Some(reply) = reply {
            socket.send_to(&reply.to_vec().expect("an encodable reply"), peer).await.expect("sent");
        }
    }
}

impl State {
    fn reply(&mut self, request: &Message) -> Option<Message> {
        let query = request.queries.first()?.clone();
        let name = query.name().to_ascii().trim_end_matches('.').to_lowercase();
        let round = self.asked.iter().filter(|asked| **asked == (name.clone(), query.query_type())).count();
        self.asked.push((name.clone(), query.query_type()));
        let mut reply = Message::response(request.metadata.id, request.metadata.op_code);
        reply.metadata.recursion_desired = true;
        reply.metadata.recursion_available = true;
        let answers = self.zone.get(&name);
        match answers.and_then(|answers| answers.get(round).or(answers.back())) {
            None => reply.metadata.response_code = ResponseCode::NXDomain,
            Some(Answer::Silence) => return None,
            Some(Answer::ServerFailure) => reply.metadata.response_code = ResponseCode::ServFail,
            Some(Answer::Addresses(addresses)) => {
                reply.answers = addresses.iter().filter_map(|address| record(&query, *address)).collect();
            }
        }
        reply.queries = vec![query];
        Some(reply)
    }
}

fn record(query: &Query, address: IpAddr) -> Option<Record> {
    let data = match (query.query_type(), address) {
        (RecordType::A, IpAddr::V4(address)) => RData::A(address.into()),
        (RecordType::AAAA, IpAddr::V6(address)) => RData::AAAA(address.into()),
        _ => return None,
    };
    Some(Record::from_rdata(query.name().clone(), 0, data))
}
