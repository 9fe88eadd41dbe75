//! A server on a free port, with a health service that does what the name it is asked for says.

use axum::{Router, body::Bytes, routing::post};
use futures_util::Stream;
use interdiction::server::{
    Limits,
    listener::{Drained, serve},
    with_fallback,
};
use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::sleep};
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_server::{Health, HealthServer},
};

/// A thousandth of a second, which these tests count in.
pub const MS: Duration = Duration::from_millis(1);

/// How much later than its limit something may be seen to happen on a busy machine.
pub const SLACK: Duration = Duration::from_secs(8);

/// Limits short enough to wait for, and far enough apart to tell which one it was.
pub fn brief() -> Limits {
    Limits {
        handshake_timeout: 400 * MS,
        idle_timeout: 800 * MS,
        farewell_timeout: 300 * MS,
        keep_alive_interval: 30_000 * MS,
        keep_alive_timeout: 300 * MS,
        request_timeout: 2_500 * MS,
        drain_timeout: 600 * MS,
        ..Limits::from(&crate::services::config().limits)
    }
}

/// A server that runs until it is stopped.
pub struct Running {
    pub address: SocketAddr,
    /// Handlers and streams of the stub that exist now.
    pub open: Arc<AtomicUsize>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Drained>,
}

impl Running {
    pub async fn start(limits: Limits) -> Self {
        let open = Arc::default();
        Self::over(routes(Stub { open: Arc::clone(&open) }), open, limits).await
    }

    /// Serves any routes; `open` is what they count.
    pub async fn over(routes: Router, open: Arc<AtomicUsize>, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { stopped.await.unwrap_or(()) };
        let ended = tokio::spawn(serve(listener, routes, limits, shutdown));
        Self { address, open, stop, ended }
    }

    pub async fn stop(self) -> Drained {
        self.stop.send(()).expect("the server waits for this");
        self.ended.await.expect("the server does not panic")
    }

    pub async fn has_open(&self, expected: usize) {
        let patience = Instant::now() + 20_000 * MS;
        while self.open.load(Ordering::SeqCst) != expected {
            assert!(Instant::now() < patience, "never {expected} handlers open");
            sleep(5 * MS).await;
        }
    }
}

/// Composed as the real server is.
fn routes(stub: Stub) -> Router {
    let open = Arc::clone(&stub.open);
    let grpc = tonic::service::Routes::new(HealthServer::new(stub)).into_axum_router();
    let grpc = grpc.reset_fallback();
    let slow = move || async move {
        let _open = Open::new(&open);
        std::future::pending::<&'static str>().await
    };
    let plain = Router::new()
        .route("/echo", post(async |body: Bytes| body))
        .route("/slow", post(slow))
        .route("/panic", post(panic));
    with_fallback(plain.merge(grpc))
}

async fn panic() -> &'static str {
    panic!("the plain handler fell")
}

struct Stub {
    open: Arc<AtomicUsize>,
}

/// Counts a handler or stream while it lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tonic::async_trait]
impl Health for Stub {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let _open = Open::new(&self.open);
        match request.get_ref().service.as_str() {
            "ok" => {}
            "sleep" => sleep(2_000 * MS).await,
            "for ever" => std::future::pending().await,
            "panic" => panic!("the handler fell"),
            other => return Err(Status::not_found(other)),
        }
        Ok(Response::new(HealthCheckResponse::default()))
    }

    type WatchStream = Watch;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Watch>, Status> {
        let panics = request.get_ref().service == "panic";
        let floods = request.get_ref().service == "flood";
        Ok(Response::new(Watch { _open: Open::new(&self.open), sent: 0, panics, floods }))
    }
}

/// One message and then silence, for ever; or a panic; or messages for ever.
pub struct Watch {
    _open: Open,
    sent: usize,
    panics: bool,
    floods: bool,
}

impl Stream for Watch {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.sent > 0 && !self.floods {
            assert!(!self.panics, "the stream fell");
            return Poll::Pending;
        }
        self.sent += 1;
        Poll::Ready(Some(Ok(HealthCheckResponse { status: 1 })))
    }
}
