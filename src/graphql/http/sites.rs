//! Whether a page of another site asks. Its user's browser would reach a server that the page
//! cannot, and from which the page may not read; it may not make it work either.
//!
//! A browser asks first (a preflight, which nothing here answers) before it sends JSON, so what can
//! arrive is GET. Every browser of today says in `Sec-Fetch-Site` where a request comes from, which
//! no page can change; an older one says so in `Origin`, where it asks for something to read.

use super::answers::Refusal;
use http::{
    HeaderMap, HeaderName,
    header::{HOST, ORIGIN},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another site has sent. What says nothing of sites is no browser.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let is_ours = match (text(SEC_FETCH_SITE), text(ORIGIN)) {
        // Typed by the user, or from a page of ours.
        (Some("none" | "same-origin"), _) | (None, None) => true,
        (Some(_), _) => false,
        (None, Some(origin)) => {
            let host = text(HOST);
            let origin_host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == origin_host
        }
    };
    if is_ours { Ok(()) } else { Err(Refusal::other_site()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_site_is_told_from_ours_and_from_no_page() {
        for (sent, expected) in [
            (&[][..], true),
            (&[("sec-fetch-mode", "cors")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://a:1")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("host", "a:1"), ("origin", "http://a:1")], true),
            (&[("host", "a:1"), ("origin", "http://a:2")], false),
            (&[("host", "a:1"), ("origin", "null")], false),
            (&[("origin", "http://a:1")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.insert(*name, value.parse().expect("a header value"));
            }
            assert_eq!(check(&headers).is_ok(), expected, "{sent:?}");
        }
    }
}
