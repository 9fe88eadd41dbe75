//! The first page: an IDE over the contract, from within the program, so that it works where there
//! is no internet.
//!
//! It is GraphiQL where `ide/build` has built it before the program was compiled, and else the small
//! page of our own that every program carries. Both open on the same examples.

use super::examples;
use axum::{
    Router,
    body::Body,
    extract::Path,
    routing::{MethodRouter, get},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use tower_http::compression::CompressionLayer;

/// A file of the page by its name, with its bytes.
type File = (&'static str, &'static [u8]);

/// What `ide/build` has built; empty where it was not run.
const BUILT: &[File] = include!(concat!(env!("OUT_DIR"), "/ide.rs"));

/// The small page, which is always there: `/ide/small.html`.
const SMALL: [File; 3] = [
    ("small.html", include_bytes!("ide/small.html")),
    ("small.css", include_bytes!("ide/small.css")),
    ("small.js", include_bytes!("ide/small.js")),
];

/// A page may load what is here and nothing else; no page of another site may frame it. Styles are
/// the exception: GraphiQL's editor and menus write them into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page at `/`, and its files.
pub fn routes() -> Router {
    let compressed =
        |route: MethodRouter| route.layer(CompressionLayer::new().gzip(true).zstd(true));
    let first = get(async |headers: HeaderMap| file(first_page(), &headers));
    let other = get(async |Path(name): Path<String>, headers: HeaderMap| other(&name, &headers));
    Router::new().route("/", compressed(first)).route("/ide/{name}", compressed(other))
}

fn first_page() -> File {
    let built = BUILT.iter().find(|(name, _)| *name == "index.html");
    *built.unwrap_or(&SMALL[0])
}

fn other(name: &str, headers: &HeaderMap) -> Response<Body> {
    if name == "examples.json" {
        return answer(name, examples::json().into_bytes(), headers);
    }
    let known = BUILT.iter().chain(&SMALL).find(|(known, _)| *known == name);
    match known {
        Some(found) => file(*found, headers),
        None => {
            let mut nothing = Response::new(Body::from("there is nothing at this path\n"));
            *nothing.status_mut() = StatusCode::NOT_FOUND;
            nothing
        }
    }
}

fn file((name, bytes): File, headers: &HeaderMap) -> Response<Body> {
    answer(name, bytes, headers)
}

fn answer(name: &str, bytes: impl Into<Body> + AsRef<[u8]>, headers: &HeaderMap) -> Response<Body> {
    let tag = format!("W/\"{}\"", &blake3::hash(bytes.as_ref()).to_hex()[..32]);
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut answer = Response::new(if is_known { Body::empty() } else { bytes.into() });
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fixed = HeaderValue::from_static;
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits");
    let set: [(HeaderName, HeaderValue); 6] = [
        (CONTENT_TYPE, fixed(content_type(name))),
        (CONTENT_SECURITY_POLICY, fixed(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (REFERRER_POLICY, fixed("no-referrer")),
        (CACHE_CONTROL, fixed("no-cache")),
        (ETAG, tag),
    ];
    answer.headers_mut().extend(set);
    answer
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "ttf" => "font/ttf",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}
