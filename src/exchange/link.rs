//! The way to the registry: a server, or the same services in this process.

use crate::domain::errors::{Error, Kind};
use http::{Request, Response};
use std::{
    error::Error as StdError,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tonic::{Code, Status, body::Body, service::Routes, transport::Channel};
use tonic_types::StatusExt as _;
use tower_service::Service;

/// A way to the registry. Cheap to clone.
#[derive(Clone)]
pub enum Link {
    /// A server.
    Remote(Channel),
    /// The services themselves.
    InProcess(Routes),
}

type Failure = Box<dyn StdError + Send + Sync>;

impl Service<Request<Body>> for Link {
    type Response = Response<Body>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Failure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        match self {
            Self::Remote(channel) => channel.poll_ready(cx).map_err(Into::into),
            Self::InProcess(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self {
            Self::Remote(channel) => {
                let answer = channel.call(request);
                Box::pin(async { answer.await.map_err(Into::into) })
            }
            Self::InProcess(routes) => {
                let answer = routes.call(request);
                Box::pin(async { answer.await.map_err(Into::into) })
            }
        }
    }
}

impl Link {
    /// The server at an address; it is reached when it is first asked.
    ///
    /// # Errors
    /// `Invalid` when it is no address.
    pub fn to(server: &str) -> Result<Self, Error> {
        let endpoint = Channel::from_shared(server.to_owned())
            .map_err(|_| Error::invalid_field("server", format!("`{server}` is no address")))?;
        if !server.starts_with("http://") {
            return Err(wrong_scheme(server));
        }
        Ok(Self::Remote(endpoint.connect_lazy()))
    }
}

fn wrong_scheme(server: &str) -> Error {
    Error::invalid_field("server", format!("`{server}`: want http:// and an address"))
}

/// Whether the same may succeed later.
pub(super) fn may_pass(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted => {
            true
        }
        // A connection that breaks in the middle.
        Code::Unknown | Code::Cancelled | Code::Internal => {
            status.get_details_error_info().is_none()
        }
        _ => false,
    }
}

/// What the registry answered, as an error of the command.
pub(super) fn failed(status: Status) -> Error {
    let kind = match status.code() {
        Code::InvalidArgument => Kind::Invalid,
        Code::FailedPrecondition => Kind::FailedPrecondition,
        _ => Kind::Unavailable,
    };
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let mut message = status.message().to_owned();
    if !reason.is_empty() {
        message.push_str(&format!(" ({reason})"));
    }
    let mut error = Error::new(kind, "REGISTRY", message);
    for violation in
        status.get_details_bad_request().into_iter().flat_map(|bad| bad.field_violations)
    {
        error = error.at(violation.field, violation.description);
    }
    error
}
