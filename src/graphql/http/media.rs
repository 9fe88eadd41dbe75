//! Media types: what a caller sends and what it takes.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

/// What an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`, whose status tells whether there was an answer.
    Response,
    /// `application/json`, whose status is 200 for every request that was one: who is told by it
    /// cannot tell an answer of ours from one of a proxy's.
    Json,
}

impl Media {
    /// The type that a caller takes most gladly; JSON where it does not say. None when it takes
    /// neither.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Json);
        }
        for range in headers.get_all(ACCEPT) {
            for range in range.to_str().ok()?.split(',') {
                let Some((quality, media)) = accepts(range) else { continue };
                // The one that stands first wins among equals, but the exact name of ours over all.
                let is_better = best.is_none_or(|(best, other)| {
                    quality > best || (quality == best && media > other)
                });
                if is_better && quality > 0 {
                    best = Some((quality, media));
                }
            }
        }
        best.map(|(_, media)| media)
    }

    /// The content type.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

impl PartialOrd for Media {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let rank = |media: &Self| u8::from(*media == Self::Response);
        rank(self).partial_cmp(&rank(other))
    }
}

/// What a range of `Accept` takes of ours, with its quality in thousandths.
fn accepts(range: &str) -> Option<(u16, Media)> {
    let mut parts = range.split(';').map(str::trim);
    let media = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => Media::Response,
        "application/json" | "application/*" | "*/*" => Media::Json,
        _ => return None,
    };
    let mut quality = 1_000;
    for part in parts {
        let (name, value) = part.split_once('=')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value.trim())?,
            "charset" if !is_utf8(value) => return None,
            _ => {}
        }
    }
    Some((quality, media))
}

/// A quality by RFC 9110, 12.4.2.
fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1,000")]
    (0.0..=1.0).contains(&value).then_some((value * 1_000.0).round() as u16)
}

/// Whether what is sent says that it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(CONTENT_TYPE).into_iter();
    let (Some(one), None) = (all.next(), all.next()) else { return false };
    let Ok(text) = one.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|part| match part.split_once('=') {
            Some((name, value)) => !name.trim().eq_ignore_ascii_case("charset") || is_utf8(value),
            None => part.is_empty(),
        })
}

fn is_utf8(charset: &str) -> bool {
    charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, text.parse().expect("a header value"));
        Media::accepted(&headers)
    }

    #[test]
    fn answers_in_what_the_caller_takes_most_gladly() {
        for (text, expected) in [
            ("application/graphql-response+json", Some(Media::Response)),
            ("application/json", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/json, application/graphql-response+json", Some(Media::Response)),
            (
                "application/graphql-response+json; charset=utf-8, application/json;q=0.9",
                Some(Media::Response),
            ),
            ("application/graphql-response+json;q=0.5, application/json", Some(Media::Json)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Media::Json)),
            ("APPLICATION/JSON ; Q=1.0", Some(Media::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;charset=utf-16", None),
        ] {
            assert_eq!(accepted(text), expected, "{text}");
        }
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Media::Json));
    }

    #[test]
    fn json_is_what_says_so_and_is_utf8() {
        for (text, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=\"UTF-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
            ("text/plain, application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, text.parse().expect("a header value"));
            assert_eq!(is_json(&headers), expected, "{text}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
