//! When a request has to be over: what the caller asks for within what the server gives.

use super::identities::Standing;
use crate::domain::errors::{Error, Kind};
use http::{HeaderMap, HeaderValue};
use std::{pin::Pin, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// The call that may stay open: whoever balances load watches the health of an instance for as
/// long as it runs.
const WATCH: &str = "/grpc.health.v1.Health/Watch";
/// Calls that take as long as there are rows. They end by themselves when the caller sends nothing,
/// or reads nothing, for long.
const TRANSFERS: [&str; 2] = [
    "/interdiction.v1.SeizureService/ImportSeizures",
    "/interdiction.v1.SeizureService/ExportSeizures",
];

/// Whether a call may take longer than the server gives to a request.
pub(super) fn is_long(path: &str) -> bool {
    path == WATCH || TRANSFERS.contains(&path)
}

/// What ends a request from outside.
#[derive(Clone)]
pub(super) struct End {
    /// The deadline.
    pub(super) at: Option<Instant>,
    /// Closed when the server stops; set for what would never end by itself.
    stopping: Option<watch::Receiver<()>>,
    /// The credential that the request was admitted by, once its answer is on the way.
    pub(super) standing: Option<Standing>,
}

/// Resolves when a request has to be over, with the reason.
pub(super) type Ended = Pin<Box<dyn Future<Output = Error> + Send>>;

impl End {
    /// The end of a request to `path` that arrived now, and the caller's deadline within the cap.
    ///
    /// A malformed `grpc-timeout` is refused: the specification leaves it open, and a bound that
    /// we do not keep must not pass for one that we do. One that has passed is refused as well, so
    /// that the handler does not begin.
    pub(super) fn of(
        path: &str,
        headers: &HeaderMap,
        cap: Duration,
        stopping: &watch::Receiver<()>,
    ) -> Result<Self, Error> {
        let brought = headers.get("grpc-timeout").map(|value| parse(value).ok_or_else(malformed));
        let brought = brought.transpose()?;
        if brought == Some(Duration::ZERO) {
            return Err(passed());
        }
        let now = Instant::now();
        if is_long(path) {
            // Too far off to be an instant is the same as none.
            let at = brought.and_then(|brought| now.checked_add(brought));
            return Ok(Self { at, stopping: Some(stopping.clone()), standing: None });
        }
        let at = now + brought.map_or(cap, |brought| brought.min(cap));
        Ok(Self { at: Some(at), stopping: None, standing: None })
    }

    /// Waits for it. Made only when a request has to wait for something: most are answered before.
    pub(super) fn wait(&self) -> Ended {
        let (at, stopping) = (self.at, self.stopping.clone());
        let deadline = async move {
            match at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        if let Some(standing) = self.standing.clone() {
            return Box::pin(async move {
                tokio::select! {
                    () = deadline => passed(),
                    error = standing.ended() => error,
                }
            });
        }
        let Some(mut stopping) = stopping else {
            return Box::pin(async move {
                deadline.await;
                passed()
            });
        };
        Box::pin(async move {
            tokio::select! {
                () = deadline => passed(),
                _ = stopping.changed() => stopped(),
            }
        })
    }
}

/// A timeout as gRPC over HTTP/2 writes it: at most eight digits and a unit. Zero, which no
/// caller should send, is read as zero.
fn parse(value: &HeaderValue) -> Option<Duration> {
    let (unit, digits) = value.as_bytes().split_last()?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'H' => Some(Duration::from_secs(number * 3600)),
        b'M' => Some(Duration::from_secs(number * 60)),
        b'S' => Some(Duration::from_secs(number)),
        b'm' => Some(Duration::from_millis(number)),
        b'u' => Some(Duration::from_micros(number)),
        b'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

fn malformed() -> Error {
    let message = "grpc-timeout: want at most 8 digits and a unit out of H, M, S, m, u, n";
    Error::new(Kind::Invalid, "INVALID_TIMEOUT", message)
}

/// The deadline passed.
pub(super) fn passed() -> Error {
    Error::new(Kind::DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline of the request passed")
}

fn stopped() -> Error {
    Error::new(Kind::Unavailable, "STOPPING", "this server is stopping: connect again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit_of_the_specification() {
        for (text, expected) in [
            ("1H", Duration::from_secs(3_600)),
            ("2M", Duration::from_secs(120)),
            ("99999999S", Duration::from_secs(99_999_999)),
            ("10m", Duration::from_millis(10)),
            ("7u", Duration::from_micros(7)),
            ("007n", Duration::from_nanos(7)),
            ("0S", Duration::ZERO),
        ] {
            assert_eq!(parse(&HeaderValue::from_static(text)), Some(expected), "{text}");
        }
    }

    #[tokio::test]
    async fn a_deadline_of_the_caller_stands_within_the_cap() {
        let cap = Duration::from_secs(100);
        let (_running, stopping) = watch::channel(());
        for (text, expected) in [("30S", 30), ("50000000u", 50), ("1M", 60), ("2M", 100)] {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("grpc-timeout"),
                HeaderValue::from_static(text),
            )]);
            let (before, expected) = (Instant::now(), Duration::from_secs(expected));
            let end = End::of("/service/Method", &headers, cap, &stopping).expect("a timeout");
            let at = end.at.expect("every call but one has an end");
            assert!(at >= before + expected && at <= Instant::now() + expected, "{text}");
        }
    }

    #[tokio::test]
    async fn an_import_takes_as_long_as_it_takes_or_as_its_caller_says() {
        let cap = Duration::from_secs(100);
        let (_running, stopping) = watch::channel(());
        let end = |timeout: Option<&'static str>| {
            let name = http::HeaderName::from_static("grpc-timeout");
            let value = timeout.map(|timeout| (name, HeaderValue::from_static(timeout)));
            End::of(TRANSFERS[0], &HeaderMap::from_iter(value), cap, &stopping).expect("an end")
        };
        assert_eq!(end(None).at, None);
        assert!(end(Some("1H")).at > Some(Instant::now() + 2 * cap));
    }

    #[test]
    fn reads_nothing_else() {
        for text in
            ["", "S", "1", "1s", "1h", "123456789S", "+1S", "-1S", "1.5S", " 1S", "1S ", "١S"]
        {
            let value = HeaderValue::from_bytes(text.as_bytes()).expect("a header value");
            assert_eq!(parse(&value), None, "{text}");
        }
    }
}
