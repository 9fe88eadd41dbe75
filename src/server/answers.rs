//! What the server itself answers when no handler does: too much at once, a deadline that passed,
//! a panic, a path with nothing behind it.

use crate::{
    domain::errors::{Error, Kind},
    graphql::http::{self as graphql, Media},
    grpc::status,
};
use axum::body::Body;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode, Uri,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use tonic::Status;

/// How a caller wants to be answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Dialect {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, with the content type to answer in: the caller's own.
    GrpcWeb(HeaderValue),
    /// GraphQL over HTTP, answered with its errors.
    Graphql(Media),
    /// Anything else, answered with HTTP's own status and a line of text.
    Http,
}

impl Dialect {
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Self {
        match headers.get(CONTENT_TYPE) {
            Some(sent) if sent.as_bytes().starts_with(b"application/grpc-web") => {
                Self::GrpcWeb(sent.clone())
            }
            Some(sent) if sent.as_bytes().starts_with(b"application/grpc") => Self::Grpc,
            Some(_) | None if path == graphql::PATH => {
                Self::Graphql(Media::accepted(headers).unwrap_or(Media::Json))
            }
            Some(_) | None => Self::Http,
        }
    }

    /// The answer to an error.
    pub(super) fn answer(&self, error: Error) -> Response<Body> {
        let (http, retry_after) = (http_status(error.kind), error.retry_after);
        let mut answer = match self {
            Self::Graphql(media) => graphql::answer_error(&error, http, *media),
            Self::Grpc | Self::GrpcWeb(_) | Self::Http => self.tell(status::from(error), http),
        };
        if let (Self::Http | Self::Graphql(_), Some(delay)) = (self, retry_after) {
            answer.headers_mut().insert(RETRY_AFTER, delay.as_secs().into());
        }
        answer
    }

    /// On gRPC the answer is trailers alone: HTTP 200 whose head says how the call ended, which
    /// gRPC-Web allows as well.
    fn tell(&self, status: Status, http: StatusCode) -> Response<Body> {
        match self {
            Self::Grpc => status.into_http(),
            Self::GrpcWeb(content_type) => {
                let mut answer = status.into_http::<Body>();
                answer.headers_mut().insert(CONTENT_TYPE, content_type.clone());
                answer
            }
            Self::Http | Self::Graphql(_) => text(http, format!("{}\n", status.message())),
        }
    }
}

fn text(status: StatusCode, body: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}

/// The status of HTTP that google.rpc.Code names for each.
fn http_status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::FailedPrecondition => StatusCode::BAD_REQUEST,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::AlreadyExists | Kind::Aborted => StatusCode::CONFLICT,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::PermissionDenied => StatusCode::FORBIDDEN,
        Kind::Exhausted => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The routes' fallback: UNIMPLEMENTED, or HTTP 404. tonic's own answers 200 to a browser.
pub(super) async fn nothing_here(uri: Uri, headers: HeaderMap) -> Response<Body> {
    Dialect::of(uri.path(), &headers).tell(status::nothing_here(), StatusCode::NOT_FOUND)
}
