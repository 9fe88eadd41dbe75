//! The accept loop and the drain: connections in, connections out.
//!
//! Our own over hyper's, because the servers of tonic and axum hide the timeouts that half-open
//! connections need, and wait for ever on open streams when told to stop. It knows nothing of what
//! the routes serve.

use super::{
    connection::Host,
    identities::Peer,
    limits::Limits,
    tls::{Certificate, Tls},
};
use axum::Router;
use std::{io, mem, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};

/// How long accepting rests when the machine has nothing to accept with, such as descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections still open at the end of the drain's time, and cut. 0 is a clean end.
    pub connections_cut: usize,
}

/// Serves `routes` on `listener`, HTTP/1.1 and HTTP/2 without TLS on one port, within `limits`,
/// until `shutdown` is ready; then drains. It does not fail: what goes wrong on a connection is
/// that connection's, and accepting is tried again.
///
/// Draining stops accepting, tells every peer to go (GOAWAY, `connection: close`), and gives the
/// requests in flight [`Limits::drain_timeout`]. Dropping this future cuts everything at once.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Drained {
    serve_with(listener, None, routes, limits, shutdown).await
}

/// As [`serve`], in TLS where there is any.
pub async fn serve_with(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    routes: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Drained {
    let drain_timeout = limits.drain_timeout;
    let (stop, stopping) = watch::channel(());
    let host = Arc::new(Host::new(routes, limits, stopping));
    let mut connections = Connections { host, tls, tasks: JoinSet::new(), full: false };
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.tasks.join_next() => report(ended),
            (stream, peer) = accept(&listener) => connections.admit(stream, peer),
        }
    }
    // Closed before the drain, so that a balancer sees at once that this instance is going.
    drop(listener);
    drop(stop);
    drain(connections.tasks, drain_timeout).await
}

/// The connections of a server.
struct Connections {
    host: Arc<Host>,
    tls: Option<Arc<Tls>>,
    tasks: JoinSet<()>,
    /// Whether the last peer was turned away: a flood is told once, not once a peer.
    full: bool,
}

impl Connections {
    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        let full = self.tasks.len() >= self.host.limits.connections_max;
        let was_full = mem::replace(&mut self.full, full);
        if full {
            if !was_full {
                tracing::warn!(%peer, "at the limit of connections; new ones are closed");
            }
            return;
        }
        // Without it a small answer waits for the peer's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "a connection ended before it began");
            return;
        }
        let host = Arc::clone(&self.host);
        match self.tls.clone() {
            None => self.tasks.spawn(host.attend(stream, Peer::new(peer))),
            Some(tls) => self.tasks.spawn(shake_hands(host, tls, stream, peer)),
        };
    }
}

/// Serves one connection in TLS, once its handshake is over.
async fn shake_hands(host: Arc<Host>, tls: Arc<Tls>, stream: TcpStream, peer: SocketAddr) {
    let mut stopping = host.stopping.clone();
    let shaken = timeout(host.limits.handshake_timeout, tls.acceptor().accept(stream));
    let shaken = tokio::select! {
        shaken = shaken => shaken,
        _ = stopping.changed() => return,
    };
    match shaken {
        Ok(Ok(stream)) => {
            let certificate = Certificate::of(&tls, stream.get_ref().1.peer_certificates());
            host.attend(stream, Peer { address: peer, certificate }).await;
        }
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a handshake failed"),
        Err(_) => tracing::debug!(%peer, "cut a connection that did not shake hands"),
    }
}

/// The next connection. Safe to cancel: none is lost.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {
                tracing::debug!(%error, "a connection ended before it was accepted");
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether accepting failed for one peer alone, so that the next may be tried at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// A connection's task does not fail by itself; a panic in a streamed answer on HTTP/1 ends it.
fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task panicked");
    }
}

async fn drain(mut connections: JoinSet<()>, drain_timeout: Duration) -> Drained {
    let emptied = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    // Late or not, what is left says it.
    let _late = timeout(drain_timeout, emptied).await;
    let connections_cut = connections.len();
    if connections_cut > 0 {
        tracing::warn!(connections_cut, "cut connections that did not end in time");
    }
    connections.shutdown().await;
    Drained { connections_cut }
}
