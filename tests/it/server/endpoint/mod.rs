//! GraphQL over HTTP: what is answered, in which form, and what is refused before it costs anything.

mod attacks;
mod documents;
mod faults;
mod forms;
mod pages;
mod sites;

use super::peers::{Answer, Http2, Sent, unary};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// A request to the endpoint; what follows the path, headers and a body.
struct Ask<'a> {
    method: Method,
    after: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Vec<u8>,
}

impl<'a> Ask<'a> {
    /// A document as most clients send it.
    fn document(text: &str) -> Self {
        Self::body(json!({ "query": text }).to_string())
    }

    fn body(body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", JSON), ("accept", RESPONSE)];
        Self { method: Method::POST, after: "", headers, body: body.into() }
    }

    fn get(after: &'a str) -> Self {
        let headers = vec![("accept", RESPONSE)];
        Self { method: Method::GET, after, headers, body: Vec::new() }
    }

    /// With a header instead of what stands there; an empty one is left out.
    fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.headers.push((name, value));
        }
        self
    }

    fn request(self) -> Request<Sent> {
        let Self { method, after, headers, body } = self;
        let uri = format!("http://x/graphql{after}");
        let builder = Request::builder().method(method).uri(uri);
        let builder = headers.into_iter().fold(builder, |to, (name, value)| to.header(name, value));
        builder.body(Full::new(body.into()).boxed()).expect("a request")
    }

    async fn of(self, peer: &mut Http2) -> Answer {
        unary(peer, self.request()).await
    }
}

fn content_type(answer: &Answer) -> &str {
    answer.headers["content-type"].to_str().expect("a text").split(';').next().expect("one")
}

fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// The code and the reason of the only error.
fn error(answer: &Answer) -> (String, String) {
    let body = read(answer);
    let [error] = body["errors"].as_array().expect("errors").as_slice() else {
        panic!("one error: {body}")
    };
    let text = |name: &str| error["extensions"][name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("reason"))
}
