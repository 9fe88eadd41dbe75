//! The first page: whichever the program was built with, it and all that it names is there.

use super::super::peers::{Answer, Http2, http2, unary};
use crate::services::serve;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;

async fn get(peer: &mut Http2, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::get(format!("http://x{path}"));
    let request = headers.iter().fold(request, |to, (name, value)| to.header(*name, *value));
    unary(peer, request.body(Full::new(Bytes::new()).boxed()).expect("a request")).await
}

/// What a page loads.
fn named(html: &str) -> Vec<&str> {
    let links = ["src=\"", "href=\""].into_iter().flat_map(|name| html.split(name).skip(1));
    let links = links.filter_map(|rest| rest.split('"').next());
    links.filter(|link| !link.starts_with("data:")).collect()
}

#[tokio::test]
async fn a_page_and_all_that_it_names_is_served_from_the_program() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    for path in ["/", "/ide/small.html"] {
        let page = get(&mut peer, path, &[]).await;
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8", "{path}");
        let policy = page.headers["content-security-policy"].to_str().expect("a text");
        assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        let named = named(page.text());
        assert!(named.len() >= 2, "{named:?}");
        for file in named {
            assert!(file.starts_with("/ide/"), "{path} loads {file}");
            let file = get(&mut peer, file, &[("accept-encoding", "gzip")]).await;
            assert_eq!(file.http_status, 200);
            assert_eq!(file.headers["content-encoding"], "gzip");
            assert_eq!(file.headers["x-content-type-options"], "nosniff");
        }
        let tag = page.headers["etag"].to_str().expect("a text");
        let again = get(&mut peer, path, &[("if-none-match", tag)]).await;
        assert_eq!((again.http_status, again.body.len()), (304, 0));
    }
    let examples = get(&mut peer, "/ide/examples.json", &[]).await;
    let examples: serde_json::Value = serde_json::from_slice(&examples.body).expect("JSON");
    assert_eq!(examples.as_array().map(Vec::len), Some(20));
    assert_eq!(examples[0]["title"], "Seizures by sensor type");
    assert_eq!(get(&mut peer, "/ide/nothing.js", &[]).await.http_status, 404);
}
