//! A collector of traces: a real OTLP receiver on loopback, by gRPC and by HTTP, that keeps what it is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::wait::within;

const ARRIVES_WITHIN: Duration = Duration::from_secs(20);

/// A span as it arrived.
#[derive(Debug, Clone)]
pub struct Collected {
    /// What it stands for.
    pub name: String,
    /// In hexadecimal, as the following.
    pub trace_id: String,
    /// Its own.
    pub span_id: String,
    /// Empty where it is the first of its trace.
    pub parent_id: String,
    /// 2 is a server's.
    pub kind: i32,
    /// Numbers as text.
    pub attributes: BTreeMap<String, String>,
    /// Where it comes from.
    pub resource: BTreeMap<String, String>,
    /// Whether its status is an error, and what the status says.
    pub error: Option<String>,
    /// `tracestate`
    pub state: String,
    /// Events within it.
    pub events: usize,
    /// Nanoseconds since 1970.
    pub start: u64,
    /// The same.
    pub end: u64,
    /// Of the request that brought it.
    pub headers: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<Collected>>>);

/// The receiver; dropping it closes it.
#[derive(Debug)]
pub struct Collector {
    kept: Kept,
    grpc: SocketAddr,
    http: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

impl Collector {
    /// Listens on two free ports.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub async fn start() -> Collector {
        let kept = Kept::default();
        let bind = async || TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (for_grpc, for_http) = (bind().await, bind().await);
        let [grpc, http] = [&for_grpc, &for_http].map(|listener| listener.local_addr().expect("an address"));
        let service = TraceServiceServer::new(kept.clone());
        let speaks_grpc = async move {
            let incoming = TcpIncoming::from(for_grpc);
            Server::builder().add_service(service).serve_with_incoming(incoming).await.expect("it serves");
        };
        let router = Router::new().route("/v1/traces", post(by_http)).with_state(kept.clone());
        let speaks_http = async move { axum::serve(for_http, router).await.expect("it serves") };
        Collector { kept, grpc, http, tasks: [tokio::spawn(speaks_grpc), tokio::spawn(speaks_http)] }
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT` with the protocol `grpc`.
    #[must_use]
    pub fn grpc(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// The same with `http/protobuf`.
    #[must_use]
    pub fn http(&self) -> String {
        format!("http://{}", self.http)
    }

    /// All spans so far, in the order in which they arrived.
    #[must_use]
    pub fn spans(&self) -> Vec<Collected> {
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The spans of the trace that a span of this attribute belongs to, once the span is there.
    ///
    /// # Panics
    ///
    /// When it does not come; with what came.
    pub async fn trace_with(&self, attribute: &str, value: &str) -> Vec<Collected> {
        let trace = within(ARRIVES_WITHIN, async || {
            let spans = self.spans();
            let with =
                spans.iter().find(|span| span.attributes.get(attribute).is_some_and(|is| is == value))?;
            let trace_id = with.trace_id.clone();
            Some(spans.into_iter().filter(|span| span.trace_id == trace_id).collect())
        });
        trace.await.unwrap_or_else(|| panic!("no span with {attribute}={value} in {:#?}", self.spans()))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Kept {
    fn keep(&self, request: ExportTraceServiceRequest, headers: &HeaderMap) {
        let headers: BTreeMap<_, _> = headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for of_resource in request.resource_spans {
            let resource = texts(of_resource.resource.unwrap_or_default().attributes);
            let spans = of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            kept.extend(spans.map(|span| collected(span, resource.clone(), headers.clone())));
        }
    }
}

#[tonic::async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let headers = request.metadata().clone().into_headers();
        self.keep(request.into_inner(), &headers);
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn by_http(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> Vec<u8> {
    kept.keep(ExportTraceServiceRequest::decode(body).expect("OTLP in protobuf"), &headers);
    ExportTraceServiceResponse::default().encode_to_vec()
}

fn collected(span: Span, resource: BTreeMap<String, String>, headers: BTreeMap<String, String>) -> Collected {
    /// `STATUS_CODE_ERROR`
    const ERROR: i32 = 2;
    let status = span.status.unwrap_or_default();
    Collected {
        name: span.name,
        trace_id: hexadecimal(&span.trace_id),
        span_id: hexadecimal(&span.span_id),
        parent_id: hexadecimal(&span.parent_span_id),
        kind: span.kind,
        attributes: texts(span.attributes),
        resource,
        error: (status.code == ERROR).then_some(status.message),
        state: span.trace_state,
        events: span.events.len(),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        headers,
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |attribute: KeyValue| {
        let value = match attribute.value.and_then(|value| value.value) {
            Some(Any::StringValue(text)) => text,
            Some(Any::IntValue(number)) => number.to_string(),
            Some(Any::DoubleValue(number)) => number.to_string(),
            Some(Any::BoolValue(value)) => value.to_string(),
            other => format!("{other:?}"),
        };
        (attribute.key, value)
    };
    attributes.into_iter().map(text).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
