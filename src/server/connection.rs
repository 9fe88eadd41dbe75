//! One connection from its accept to its end, and the rule by which it ends.
//!
//! hyper serves HTTP; this module decides how long a connection may live. hyper's own timer for
//! heads stays off, so that there is one rule and one place for it.

use super::{
    activity::{Activity, InFlight, Standing},
    answers::Dialect,
    calls::Calls,
    identities::Peer,
    limits::Limits,
};
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{pin::pin, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until},
};

/// hyper takes no smaller read buffer on HTTP/1.
const HTTP1_BUFFER_BYTES_MIN: usize = 8 * 1024;
/// Streams that a peer opened and reset before we looked at them; one more and the connection is
/// closed, for then it is the rapid-reset attack (CVE-2023-44487).
const RESETS_PENDING_MAX: usize = 20;
/// Streams that we reset for a peer's faults, such as a window overrun; one more and the
/// connection is closed (CVE-2025-8671).
const RESETS_OF_OURS_MAX: usize = 128;

/// What every connection of a server shares.
#[derive(Debug)]
pub(super) struct Host {
    routes: Router,
    /// The same routes behind the translation from gRPC-Web, which gRPC itself need not pay for.
    web: Router,
    pub(super) limits: Limits,
    /// Closed when the server is told to stop.
    pub(super) stopping: watch::Receiver<()>,
    http: auto::Builder<TokioExecutor>,
    in_flight: Arc<InFlight>,
}

impl Host {
    pub(super) fn routes_for(&self, dialect: &Dialect) -> &Router {
        match dialect {
            Dialect::GrpcWeb(_) => &self.web,
            Dialect::Grpc | Dialect::Graphql(_) | Dialect::Http => &self.routes,
        }
    }

    pub(super) fn new(routes: Router, limits: Limits, stopping: watch::Receiver<()>) -> Self {
        let in_flight = Arc::new(InFlight::new(limits.requests_in_flight_max));
        let routes = routes.with_state(());
        let web = routes.clone().layer(tonic_web::GrpcWebLayer::new()).with_state(());
        Self { routes, web, stopping, http: protocol(&limits), in_flight, limits }
    }

    /// Serves one connection until it ends, its time is over, or the server stops and what was in
    /// flight is answered. Cutting it is dropping this future.
    pub(super) async fn attend<S>(self: Arc<Self>, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let address = peer.address;
        let activity = Activity::start(&self.in_flight);
        let calls = Calls { host: Arc::clone(&self), activity: Arc::clone(&activity), peer };
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), calls));
        let mut stopping = self.stopping.clone();
        let mut dismissed: Option<Instant> = None;
        // Every request has ended by its deadline, but for an answer that the peer does not read.
        let round = self.limits.request_timeout + self.limits.farewell_timeout;
        let mut next_round = Instant::now() + round;
        loop {
            let now = Instant::now();
            if now >= next_round {
                next_round = now + round;
                if !activity.next_round() {
                    tracing::debug!(peer = %address, "cut a connection that does not read its answers");
                    return;
                }
            }
            let until = match verdict(activity.standing(), dismissed, now, &self.limits) {
                Verdict::Wait(until) => until.min(next_round),
                Verdict::Dismiss => {
                    connection.as_mut().graceful_shutdown();
                    dismissed = Some(now);
                    continue;
                }
                Verdict::Cut => {
                    tracing::debug!(peer = %address, "cut a connection that had its time");
                    return;
                }
            };
            tokio::select! {
                // The clock comes first, so that a peer which keeps hyper busy cannot stop it.
                biased;
                () = sleep_until(until) => {}
                _ = stopping.changed(), if dismissed.is_none() => {
                    connection.as_mut().graceful_shutdown();
                    dismissed = Some(Instant::now());
                }
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(peer = %address, error, "a connection broke");
                    }
                    return;
                }
            }
        }
    }
}

/// HTTP/1.1 and HTTP/2 (prior knowledge) on one port. The flow-control windows are hyper's, 1 MiB
/// for a stream and for a connection: the latter is also what one peer can make us keep unread.
fn protocol(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let header_bytes_max = usize::try_from(limits.header_bytes_max).unwrap_or(usize::MAX);
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(header_bytes_max.max(HTTP1_BUFFER_BYTES_MIN));
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_per_connection_max)
        .max_header_list_size(limits.header_bytes_max)
        .max_pending_accept_reset_streams(RESETS_PENDING_MAX)
        .max_local_error_reset_streams(RESETS_OF_OURS_MAX)
        .keep_alive_interval(limits.keep_alive_interval)
        .keep_alive_timeout(limits.keep_alive_timeout);
    http
}

/// What to do about a connection now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing before then.
    Wait(Instant),
    /// Tell the peer to go, and let it finish what crosses that message on its way.
    Dismiss,
    /// Close it, whatever the peer is doing.
    Cut,
}

/// The rule of connection lifetimes. `dismissed` is when the peer was told to go, if it was.
fn verdict(
    standing: Standing,
    dismissed: Option<Instant>,
    now: Instant,
    limits: &Limits,
) -> Verdict {
    let (since, patience) = match standing {
        Standing::Opening(opened) => (opened, limits.handshake_timeout),
        Standing::Quiet(since) => (since, limits.idle_timeout),
        // Never cut while we owe something: look again when it could be due at the earliest.
        Standing::Working if dismissed.is_some() => {
            return Verdict::Wait(now + limits.farewell_timeout);
        }
        Standing::Working => return Verdict::Wait(now + limits.idle_timeout),
    };
    let (due, then) = match dismissed {
        None => (since + patience, Verdict::Dismiss),
        Some(dismissed) => (since.max(dismissed) + limits.farewell_timeout, Verdict::Cut),
    };
    // By then it may stand otherwise, and be due earlier.
    if now < due { Verdict::Wait(due.min(now + limits.idle_timeout)) } else { then }
}

#[cfg(test)]
mod tests;
