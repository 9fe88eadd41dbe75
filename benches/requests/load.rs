//! The load: a number of callers that each wait for an answer before they ask again.
//!
//! Answers are not decoded: the server is measured, not its client.

use prost::bytes::{Buf, BufMut as _, Bytes};
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tonic::{
    Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::Channel,
};

/// What one run of callers saw.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Answers in a second.
    pub rate: f64,
    /// Half of the answers came within this.
    pub p50: Duration,
    /// 99 of 100 answers came within this.
    pub p99: Duration,
}

/// Runs callers for a time; each has its number and asks as often as it is answered.
pub async fn drive<F, A>(callers: usize, lasting: Duration, ask: F) -> Load
where
    F: Fn(usize, usize) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send,
{
    let ask = Arc::new(ask);
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let ask = Arc::clone(&ask);
            tokio::spawn(async move {
                let mut took = Vec::new();
                while began.elapsed() < lasting {
                    let asked = Instant::now();
                    ask(caller, took.len()).await;
                    took.push(asked.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.expect("a caller ends"));
    }
    summary(took, began.elapsed())
}

/// The figures of answers that took these times, over a period.
pub fn summary(mut took: Vec<Duration>, period: Duration) -> Load {
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    Load { rate: took.len() as f64 / period.as_secs_f64(), p50: at(50), p99: at(99) }
}

/// Connections that callers share.
#[derive(Clone)]
pub struct Clients(Arc<Vec<Channel>>);

impl Clients {
    pub async fn connect(address: &str, connections: usize) -> Self {
        let mut channels = Vec::new();
        for _ in 0..connections {
            let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
            channels.push(endpoint.connect().await.expect("the server answers"));
        }
        Self(Arc::new(channels))
    }

    /// Asks over the connection of a caller.
    pub async fn ask(
        &self,
        caller: usize,
        path: &'static str,
        message: Vec<u8>,
    ) -> Result<Bytes, Status> {
        let channel = self.0[caller % self.0.len()].clone();
        let mut client = Grpc::new(channel);
        client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = PathAndQuery::from_static(path);
        let request = tonic::Request::new(Bytes::from(message));
        client.unary(request, path, Raw).await.map(tonic::Response::into_inner)
    }
}

/// Passes messages through as they are on the wire.
pub struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = from.remaining();
        Ok(Some(from.copy_to_bytes(length)))
    }
}
