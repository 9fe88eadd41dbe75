//! What is noted of a request before its answer leaves: that its caller was turned away, that it was
//! shown what is restricted, that it exports, or that nobody waited for the answer. One record for
//! each request, and none for what shows no credential: that could fill the disk.

use super::{Admitted, Callers, Peer};
use crate::{
    domain::{
        access_records::{AccessKind, Asked, Outcome, Shown},
        viewers::Viewer,
    },
    server::answers::Dialect,
};
use axum::{extract::Request, response::Response};
use http::{HeaderValue, StatusCode, header::AUTHORIZATION};
use std::sync::Arc;
use tokio::{runtime::Handle, sync::watch};

/// There for as long as a server that stops waits for a note.
type Open = watch::Receiver<()>;

/// A request whose answer has not left. Where it is dropped before, that is noted too.
pub(super) struct Noting {
    callers: Arc<Callers>,
    viewer: Option<Arc<Viewer>>,
    dialect: Dialect,
    /// None once there is nothing more to note.
    asked: Option<(Asked, Open)>,
}

impl Noting {
    /// Begins with a request, whoever it comes from.
    pub(super) fn begin(callers: &Arc<Callers>, request: &Request, peer: Option<&Peer>) -> Self {
        let path = request.uri().path();
        let is_noted =
            !matches!(callers.admitted, Admitted::Configured(_)) && shows_anything(request, peer);
        let asked = is_noted.then(|| {
            let from = peer.map(|peer| peer.address.ip().to_string()).unwrap_or_default();
            (callers.registry.asked(from, path.to_owned()), callers.noting.subscribe())
        });
        let dialect = Dialect::of(path, request.headers());
        Self { callers: Arc::clone(callers), viewer: None, dialect, asked }
    }

    /// Says whose the request is. Its record stands behind that of the log-on.
    pub(super) fn is_of(&mut self, viewer: &Arc<Viewer>) {
        self.viewer = Some(Arc::clone(viewer));
        let registry = &self.callers.registry;
        let asked = self.asked.take();
        self.asked =
            asked.map(|(Asked { peer, method, .. }, open)| (registry.asked(peer, method), open));
    }

    /// Notes how the request ended, and lets the answer go; what cannot be noted is not answered.
    pub(super) async fn close(mut self, answer: Response) -> Response {
        let outcome = outcome_of(&answer);
        let (Some((asked, _)), Some(outcome)) = (self.asked.clone(), outcome) else {
            self.asked = None;
            return answer;
        };
        let noted = self.callers.registry.note_access(self.viewer.as_deref(), asked, outcome);
        let noted = noted.await;
        self.asked = None;
        match noted {
            Ok(()) => answer,
            Err(error) => self.dialect.answer(error),
        }
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        // Who is not known yet was shown nothing, and could fill the disk by giving up.
        let (Some((asked, open)), Some(viewer), Ok(runtime)) =
            (self.asked.take(), self.viewer.take(), Handle::try_current())
        else {
            return;
        };
        let registry = self.callers.registry.clone();
        runtime.spawn(async move {
            let _open = open;
            let outcome = Outcome { kind: AccessKind::Read, answer: "CANCELLED", shown: 0 };
            let noted = registry.note_access(Some(&viewer), asked, outcome).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "a request that was given up has no access record");
            }
        });
    }
}

fn shows_anything(request: &Request, peer: Option<&Peer>) -> bool {
    request.headers().contains_key(AUTHORIZATION)
        || peer.is_some_and(|peer| peer.certificate.is_some())
}

/// What there is to note of an answer.
fn outcome_of(answer: &Response) -> Option<Outcome<'static>> {
    if let Some(answer) = denied(answer) {
        return Some(Outcome { kind: AccessKind::Denied, answer, shown: 0 });
    }
    let Shown { kind, count } = *answer.extensions().get()?;
    let is_noted = kind == AccessKind::Export || count > 0;
    is_noted.then_some(Outcome { kind, answer: "OK", shown: count })
}

/// Why a caller is turned away, where an answer says so.
fn denied(answer: &Response) -> Option<&'static str> {
    let status = answer.headers().get("grpc-status").map(HeaderValue::as_bytes);
    match (answer.status(), status) {
        (StatusCode::UNAUTHORIZED, _) | (_, Some(b"16")) => Some("UNAUTHENTICATED"),
        (StatusCode::FORBIDDEN, _) | (_, Some(b"7")) => Some("PERMISSION_DENIED"),
        _ => None,
    }
}
