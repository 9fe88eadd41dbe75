//! Every request between hyper and the routes: whether it is taken, until when it has to be over,
//! and what its caller hears when its handler panics.
//!
//! One layer for all of that, outside the router, so that a request pays for it once. It belongs
//! around whatever is served and knows nothing of it but what gRPC writes in headers.

use super::{
    activity::{Activity, Turn},
    answers::Dialect,
    connection::Host,
    deadlines::{End, Ended, is_long, passed},
    identities::Peer,
};
use crate::{
    domain::errors::{Error, Kind},
    faults,
    grpc::status,
};
use axum::{
    body::{Body, Bytes},
    routing::future::RouteFuture,
};
use http::{HeaderMap, Request, Response, Uri};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::Instant;
use tower_service::Service as _;

/// What is asked however busy the server is, and costs next to nothing: an instance under load is
/// not a sick one.
const HEALTH: &str = "/grpc.health.v1.Health/";
/// When a caller that was turned away may come again: longer than most requests take.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What is handed to hyper at once. It keeps a part until the peer reads, and we know no more of
/// it, so this bounds what a peer that never reads holds for each of its requests; a larger answer
/// stays ours, and has to end in time.
const PART_BYTES_MAX: usize = 64 * 1_024;

/// The routes as one connection sees them.
pub(super) struct Calls {
    pub(super) host: Arc<Host>,
    pub(super) activity: Arc<Activity>,
    pub(super) peer: Peer,
}

impl hyper::service::Service<Request<Incoming>> for Calls {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Call;

    fn call(&self, request: Request<Incoming>) -> Call {
        let mut turn = Turn::begin(&self.activity);
        let dialect = Dialect::of(request.uri().path(), request.headers());
        let running = self.begin(&dialect, &mut turn, request);
        Call { dialect, turn: Some(turn), running }
    }
}

impl Calls {
    fn begin(
        &self,
        dialect: &Dialect,
        turn: &mut Turn,
        mut request: Request<Incoming>,
    ) -> Result<Running, Error> {
        let path = request.uri().path();
        if !path.starts_with(HEALTH) && !turn.admit() {
            let message = "this server works on as many requests as it may: try again";
            return Err(
                Error::new(Kind::Exhausted, "TOO_MANY_REQUESTS", message).retry_after(RETRY_AFTER)
            );
        }
        if is_long(path) {
            turn.outlast_rounds();
        }
        let cap = self.host.limits.request_timeout;
        let end = End::of(path, request.headers(), cap, &self.host.stopping)?;
        let uri = request.uri().clone();
        request.extensions_mut().insert(self.peer.clone());
        // A router is a handle, always ready; its clone is one count.
        let route = catch(&uri, || self.host.routes_for(dialect).clone().call(request))?;
        Ok(Running { route, uri, end, ended: None })
    }
}

/// The answer to one request, until its head is there.
pub(super) struct Call {
    dialect: Dialect,
    /// There until the head is.
    turn: Option<Turn>,
    /// The handler at work, or why it was not begun.
    running: Result<Running, Error>,
}

struct Running {
    route: RouteFuture<Infallible>,
    uri: Uri,
    end: End,
    /// Set when the handler first waits.
    ended: Option<Ended>,
}

impl Future for Call {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { dialect, turn, running } = &mut *self;
        // What the server answers itself is there at once, so nothing has to end it.
        let (answer, end, ended) = match running {
            Err(refusal) => (dialect.answer(refusal.clone()), None, None),
            Ok(running) => match ready!(running.poll(cx)) {
                Ok(mut answer) => {
                    let mut end = running.end.clone();
                    end.standing = answer.extensions_mut().remove();
                    // What was waited for until now knows nothing of the credential.
                    let ended = running.ended.take().filter(|_| end.standing.is_none());
                    (explained(dialect, answer), Some(end), ended)
                }
                Err(error) => (dialect.answer(error), None, None),
            },
        };
        let mut turn = turn.take().expect("hyper polls no future after its end");
        turn.pass(Instant::now());
        let is_grpc = *dialect == Dialect::Grpc;
        let rest = Bytes::new();
        let body = |body| AnswerBody { body: Some(body), rest, turn, is_grpc, end, ended };
        Poll::Ready(Ok(answer.map(body)))
    }
}

impl Running {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<Body>, Error>> {
        let Self { route, uri, end, ended } = self;
        match catch(uri, || Pin::new(route).poll(cx)) {
            Ok(Poll::Ready(Ok(answer))) => Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => ended.get_or_insert_with(|| end.wait()).as_mut().poll(cx).map(Err),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    }
}

/// The answer, with the details that every error carries.
fn explained(dialect: &Dialect, mut answer: Response<Body>) -> Response<Body> {
    match dialect {
        Dialect::Grpc | Dialect::GrpcWeb(_) => status::explain(answer.headers_mut()),
        Dialect::Graphql(_) | Dialect::Http => {}
    }
    answer
}

/// Runs a step of a handler.
fn catch<T>(uri: &Uri, step: impl FnOnce() -> T) -> Result<T, Error> {
    // A broken invariant is not seen again: a panicked handler is dropped, and what handlers
    // share guards itself, a lock by its poison and a write by its transaction.
    catch_unwind(AssertUnwindSafe(step)).map_err(|panic| {
        // The path alone: a query string may hold what does not belong in a log.
        faults::panicked(uri.path(), panic.as_ref())
    })
}

/// An answer's body. hyper asks for a part when the one before the last has gone to the peer, so a
/// part handed over is the peer's turn, and one that is not there yet is ours.
pub(super) struct AnswerBody {
    /// None once its end came from outside.
    body: Option<Body>,
    turn: Turn,
    /// What is left of a part that was too large to hand over at once.
    rest: Bytes,
    is_grpc: bool,
    /// None for what the server answered itself.
    end: Option<End>,
    /// Set when the body first waits.
    ended: Option<Ended>,
}

impl AnswerBody {
    /// The next part, no larger than [`PART_BYTES_MAX`].
    fn poll_part(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let bytes = self.rest.len().min(PART_BYTES_MAX);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(bytes)))))
    }

    /// The end that came from outside, if it has.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let Some(end) = &self.end else { return Poll::Pending };
        self.ended.get_or_insert_with(|| end.wait()).as_mut().poll(cx)
    }

    /// Whether the deadline has passed for a body that never waits.
    fn is_late(&self, now: Instant) -> bool {
        self.end.as_ref().and_then(|end| end.at).is_some_and(|at| now >= at)
    }

    /// The last part: trailers on gRPC; elsewhere the body is broken off, for it is not whole.
    fn cut(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.body = None;
        let status = status::from(error);
        if !self.is_grpc {
            return Poll::Ready(Some(Err(axum::Error::new(status))));
        }
        let mut trailers = HeaderMap::new();
        let added = status.add_header(&mut trailers).map_err(axum::Error::new);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.body.is_none() {
            return Poll::Ready(None);
        }
        let part = self.poll_part(cx);
        if part.is_pending() {
            self.turn.take();
            return match self.poll_ended(cx) {
                Poll::Ready(error) => self.cut(error),
                Poll::Pending => Poll::Pending,
            };
        }
        let now = Instant::now();
        self.turn.pass(now);
        let is_data = matches!(&part, Poll::Ready(Some(Ok(frame))) if frame.is_data());
        if is_data && self.is_late(now) { self.cut(passed()) } else { part }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}
