//! How often an address may show a credential that is no good.

use crate::domain::errors::{Error, Kind, Result};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::{Duration, Instant};

/// Failures of one address within [`WINDOW`]; after them nothing of it is looked up. Callers behind
/// the same address whose credentials are known already are not held up.
const FAILURES_MAX: u32 = 30;
/// The time that failures are counted over.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are counted; when there are as many, those whose time is over are forgotten, and
/// where there is none, all.
const ADDRESSES_MAX: usize = 16_384;

/// The failures of each address.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<HashMap<IpAddr, Window>>);

#[derive(Debug)]
struct Window {
    began: Instant,
    failures: u32,
}

impl Failures {
    /// Whether a credential of an address may be looked up.
    ///
    /// # Errors
    /// `Exhausted` after too many failures.
    pub(super) fn check(&self, address: IpAddr, now: Instant) -> Result<()> {
        let windows = self.windows();
        let window = windows.get(&network(address));
        window.map_or(Ok(()), |window| refuse(window, now, FAILURES_MAX))
    }

    /// Counts a failure of an address.
    ///
    /// # Errors
    /// `Exhausted` when there were too many before.
    pub(super) fn count(&self, address: IpAddr, now: Instant) -> Result<()> {
        let mut windows = self.windows();
        if windows.len() >= ADDRESSES_MAX {
            windows.retain(|_, window| now < window.began + WINDOW);
            if windows.len() >= ADDRESSES_MAX {
                windows.clear();
            }
        }
        let fresh = || Window { began: now, failures: 0 };
        let window = windows.entry(network(address)).or_insert_with(fresh);
        if now >= window.began + WINDOW {
            *window = fresh();
        }
        window.failures = window.failures.saturating_add(1);
        refuse(window, now, FAILURES_MAX + 1)
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<IpAddr, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refuse(window: &Window, now: Instant, failures_max: u32) -> Result<()> {
    let end = window.began + WINDOW;
    if window.failures < failures_max || now >= end {
        return Ok(());
    }
    let message = "too many credentials from here were no good: wait, and mend them";
    let left = (end - now).max(Duration::from_secs(1));
    Err(Error::new(Kind::Exhausted, "TOO_MANY_FAILURES", message).retry_after(left))
}

/// Whoever has an IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_too_often_waits_and_others_do_not() {
        let (failures, now) = (Failures::default(), Instant::now());
        let address = |text: &str| text.parse().expect("an address");
        let (bad, same, other) = (address("2001:db8::1"), address("2001:db8::2"), address("::3"));
        for _ in 0..FAILURES_MAX {
            assert_eq!(failures.check(bad, now), Ok(()));
            assert_eq!(failures.count(bad, now), Ok(()));
        }
        let refused = failures.check(same, now).unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::Exhausted, "TOO_MANY_FAILURES"));
        assert_eq!(refused.retry_after, Some(WINDOW));
        assert_eq!(failures.count(bad, now).unwrap_err().kind, Kind::Exhausted);
        assert_eq!(failures.check(other, now), Ok(()));
        let now = now + WINDOW;
        assert_eq!(failures.check(bad, now), Ok(()));
        assert_eq!(failures.count(bad, now), Ok(()));
    }

    #[test]
    fn no_number_of_addresses_grows_without_end() {
        let (failures, now) = (Failures::default(), Instant::now());
        for n in 0..40_000_u32 {
            assert_eq!(failures.count(IpAddr::from(n.to_be_bytes()), now), Ok(()));
        }
        assert!(failures.windows().len() <= ADDRESSES_MAX);
    }
}
