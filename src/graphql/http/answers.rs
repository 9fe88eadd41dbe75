//! What goes back: answers, and the refusals that stand before one.

use super::{super::errors, Media};
use crate::domain::{
    access_records::Shown,
    errors::{Error, Kind},
};
use async_graphql::{Pos, Response as Executed, ServerError, Value};
use axum::body::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What was executed, or what validation kept from it.
#[derive(Debug)]
pub(super) struct Answer {
    executed: Executed,
    shown: Shown,
}

/// A request that no document was executed for.
#[derive(Debug)]
pub(in crate::graphql) struct Refusal {
    status: StatusCode,
    /// Whether it was a request of GraphQL at all, for which JSON has the status 200.
    is_request: bool,
    error: Box<ServerError>,
}

/// An answer as the specification writes it: without `data` where nothing was executed.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a BTreeMap<String, Value>>,
}

impl Answer {
    /// An answer, and how many restricted records it shows, for the access record.
    pub(super) fn new(executed: Executed, shown: Shown) -> Self {
        Self { executed, shown }
    }

    /// Whether the operation was begun: an error that has no field has kept it from that.
    pub(super) fn was_executed(answer: &Executed) -> bool {
        answer.data != Value::Null || answer.errors.iter().all(|error| !error.path.is_empty())
    }

    /// `known` is what the caller has already, of which it asks whether it is still so.
    pub(super) fn into_http(self, media: Media, method: &Method, known: &Known) -> Response<Body> {
        let shown = self.shown;
        let mut answer = self.written(media, method, known);
        answer.extensions_mut().insert(shown);
        answer
    }

    fn written(self, media: Media, method: &Method, known: &Known) -> Response<Body> {
        let Self { executed, shown: _ } = self;
        let was_executed = Self::was_executed(&executed);
        let extensions = (!executed.extensions.is_empty()).then_some(&executed.extensions);
        let data = was_executed.then_some(&executed.data);
        let body = written(&Written { errors: &executed.errors, data, extensions });
        let status = match media {
            Media::Response if !was_executed => StatusCode::BAD_REQUEST,
            Media::Response | Media::Json => StatusCode::OK,
        };
        if *method == Method::POST || status != StatusCode::OK {
            return response(status, media, body);
        }
        let tag = tag(&body);
        let is_known = known.holds(&tag);
        let mut answer = response(status, media, if is_known { Vec::new() } else { body });
        if is_known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer.headers_mut().remove(CONTENT_TYPE);
        }
        // Whose answer it is depends on who asks, so no cache but the caller's own may keep it.
        let private = HeaderValue::from_static("private, no-cache");
        answer.headers_mut().insert(CACHE_CONTROL, private);
        answer.headers_mut().insert(ETAG, tag);
        answer
    }
}

impl Refusal {
    fn new(status: StatusCode, kind: Kind, reason: &'static str, message: &str) -> Self {
        let error = Box::new(errors::refusal(&Error::new(kind, reason, message)));
        Self { status, is_request: false, error }
    }

    /// It is no request of GraphQL over HTTP.
    pub(super) fn malformed(message: impl AsRef<str>) -> Self {
        let message = message.as_ref();
        Self::new(StatusCode::BAD_REQUEST, Kind::Invalid, "MALFORMED_REQUEST", message)
    }

    /// The body is in no form that is read.
    pub(super) fn content(message: &str) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, Kind::Invalid, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    /// The caller takes no form that is written.
    pub(super) fn not_acceptable() -> Self {
        let message = "accept: want application/graphql-response+json or application/json";
        Self::new(StatusCode::NOT_ACCEPTABLE, Kind::Invalid, "NOT_ACCEPTABLE", message)
    }

    /// The body is longer than it may be.
    pub(super) fn body_too_large(max: usize) -> Self {
        let message = format!("the body has more than {max} bytes, which are the most");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Kind::Invalid, "DOCUMENT_TOO_LARGE", &message)
    }

    /// Another method is wanted.
    pub(super) fn method(message: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Kind::Invalid, "METHOD_NOT_ALLOWED", message)
    }

    /// A page of another site asks.
    pub(super) fn other_site() -> Self {
        let message = "a page of another site may not ask";
        Self::new(StatusCode::FORBIDDEN, Kind::PermissionDenied, "OTHER_SITE", message)
    }

    /// Only trusted documents are executed.
    pub(in crate::graphql) fn untrusted() -> Self {
        let message = "only trusted documents are executed: send the id of one in documentId";
        let refusal =
            Self::new(StatusCode::FORBIDDEN, Kind::PermissionDenied, "UNTRUSTED_DOCUMENT", message);
        Self { is_request: true, ..refusal }
    }

    /// A subscription needs a stream, and there is none.
    pub(super) fn subscription() -> Self {
        let error = Error::new(Kind::Invalid, "NO_SUBSCRIPTIONS", "subscriptions are not served");
        Self::from(error)
    }

    /// There is no trusted document of that id. Some clients know the text, others the code.
    pub(in crate::graphql) fn unknown_document(
        status: StatusCode,
        code: &'static str,
        text: &str,
    ) -> Self {
        let mut error = ServerError::new(text, None);
        error.extensions.get_or_insert_default().set("code", code);
        Self { status, is_request: true, error: Box::new(error) }
    }

    /// The document cannot be parsed.
    pub(in crate::graphql) fn unparsed(error: &async_graphql::parser::Error) -> Self {
        let error = Box::new(errors::unparsed(error));
        Self { status: StatusCode::BAD_REQUEST, is_request: true, error }
    }

    /// The request does not fit its document.
    pub(super) fn invalid(message: &str, at: Pos) -> Self {
        let error = Box::new(errors::invalid(ServerError::new(message, Some(at))));
        Self { status: StatusCode::BAD_REQUEST, is_request: true, error }
    }

    /// Nobody knows who asks.
    pub(super) fn unknown_caller(error: &Error) -> Self {
        let error = Box::new(errors::refusal(error));
        Self { status: StatusCode::UNAUTHORIZED, is_request: false, error }
    }

    /// A fault of ours.
    pub(super) fn fault(error: &Error) -> Self {
        let error = Box::new(errors::refusal(error));
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, is_request: false, error }
    }

    pub(super) fn into_http(self, media: Media) -> Response<Body> {
        let Self { status, is_request, error } = self;
        let status = match media {
            Media::Json if is_request => StatusCode::OK,
            Media::Json | Media::Response => status,
        };
        refused(status, media, &error)
    }
}

/// What a document would cost too much of is refused as one that is not valid.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let error = Box::new(errors::refusal(&error));
        Self { status: StatusCode::BAD_REQUEST, is_request: true, error }
    }
}

/// The answer to an error that the server met before or instead of the endpoint.
pub(crate) fn answer_error(error: &Error, status: StatusCode, media: Media) -> Response<Body> {
    refused(status, media, &errors::refusal(error))
}

fn refused(status: StatusCode, media: Media, error: &ServerError) -> Response<Body> {
    let errors = std::slice::from_ref(error);
    let body = written(&Written { errors, data: None, extensions: None });
    let mut answer = response(status, media, body);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    answer
}

fn written(answer: &Written<'_>) -> Vec<u8> {
    // Keys are texts and numbers are finite, so nothing of it is no JSON.
    serde_json::to_vec(answer).expect("an answer is JSON")
}

fn response(status: StatusCode, media: Media, body: Vec<u8>) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    let fixed = |value| HeaderValue::from_static(value);
    let set: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_TYPE, media.content_type()),
        (CACHE_CONTROL, fixed("no-store")),
        (VARY, ACCEPT.into()),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
    ];
    answer.headers_mut().extend(set);
    answer
}

/// Tags of answers that a caller has.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<String>);

/// What the caller has, by `If-None-Match`.
pub(super) fn known_to(headers: &HeaderMap) -> Known {
    let all = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    Known(all.flat_map(|tags| tags.split(',')).map(|tag| tag.trim().to_owned()).collect())
}

impl Known {
    /// By the weak comparison of RFC 9110, 8.8.3.2.
    fn holds(&self, tag: &HeaderValue) -> bool {
        let weak = |tag: &'_ str| tag.trim_start_matches("W/").to_owned();
        let tag = tag.to_str().map(weak).unwrap_or_default();
        self.0.iter().any(|known| known == "*" || weak(known) == tag)
    }
}

/// Weak, for a compressed answer is the same one.
fn tag(body: &[u8]) -> HeaderValue {
    let hash = blake3::hash(body).to_hex();
    HeaderValue::from_str(&format!("W/\"{}\"", &hash[..32])).expect("hexadecimal digits")
}
