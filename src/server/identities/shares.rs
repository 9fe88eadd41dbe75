//! How much of the server one principal may take: so many requests a second, so many at once, so many
//! rows imported a second. The anonymous are one together.

use crate::{
    domain::errors::{Error, Kind, Result},
    grpc::ImportPace,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::time::{Duration, Instant};

/// Principals whose shares are kept; when there are as many, those with nothing at work are
/// forgotten.
const PRINCIPALS_MAX: usize = 4_096;
/// When a principal that took all of its share may come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long a principal may save up what it did not ask.
const BURST: Duration = Duration::from_secs(1);

/// The shares of all principals.
#[derive(Debug)]
pub(super) struct Shares {
    requests_per_second: u32,
    in_flight_max: usize,
    import_rows_per_second: u32,
    by_principal: RwLock<HashMap<String, Arc<Share>>>,
}

#[derive(Debug)]
struct Share {
    /// When everything asked so far would have been asked, at the rate that is allowed.
    asked_until: Mutex<Instant>,
    in_flight: AtomicUsize,
    pace: Arc<ImportPace>,
}

/// A place among the requests of a principal; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Share>);

impl Place {
    /// How fast its principal may import.
    pub(super) fn pace(&self) -> Arc<ImportPace> {
        Arc::clone(&self.0.pace)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Shares {
    /// Each principal may take so much.
    pub(super) fn new(
        requests_per_second: u32,
        in_flight_max: usize,
        import_rows_per_second: u32,
    ) -> Self {
        let by_principal = RwLock::default();
        Self { requests_per_second, in_flight_max, import_rows_per_second, by_principal }
    }

    /// A place for a request of a principal.
    ///
    /// # Errors
    /// `Exhausted` when it asks too often, or too much at once.
    pub(super) fn take(&self, principal: &str, now: Instant) -> Result<Place> {
        let share = self.share(principal, now);
        let in_flight = share.in_flight.fetch_add(1, Ordering::AcqRel);
        // Made first, so that whatever is refused gives its place back.
        let place = Place(Arc::clone(&share));
        if in_flight >= self.in_flight_max {
            let message = "as many requests of this principal are at work as may be: wait for some";
            return Err(refused("TOO_MANY_AT_ONCE", message));
        }
        let mut asked_until = share.asked_until.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*asked_until).max(now) + Duration::from_secs(1) / self.requests_per_second;
        if next > now + BURST {
            let message = "this principal asks more often than it may: ask less often";
            return Err(refused("TOO_OFTEN", message));
        }
        *asked_until = next;
        drop(asked_until);
        Ok(place)
    }

    fn share(&self, principal: &str, now: Instant) -> Arc<Share> {
        let known = self.by_principal.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = known.get(principal) {
            return Arc::clone(share);
        }
        drop(known);
        let mut known = self.by_principal.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PRINCIPALS_MAX {
            known.retain(|_, share| share.in_flight.load(Ordering::Acquire) > 0);
        }
        let fresh = || Share {
            asked_until: Mutex::new(now),
            in_flight: AtomicUsize::new(0),
            pace: Arc::new(ImportPace::new(self.import_rows_per_second)),
        };
        Arc::clone(known.entry(principal.to_owned()).or_insert_with(|| Arc::new(fresh())))
    }
}

fn refused(reason: &'static str, message: &str) -> Error {
    Error::new(Kind::Exhausted, reason, message).retry_after(RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_its_share_is_refused_and_others_lose_nothing() {
        let (shares, start) = (Shares::new(100, 8, 1), Instant::now());
        let mut taken = [0, 0];
        for millis in 0..10_000 {
            let now = start + Duration::from_millis(millis);
            taken[0] += u32::from(shares.take("greedy", now).is_ok());
            if millis % 20 == 0 {
                taken[1] += u32::from(shares.take("modest", now).is_ok());
            }
        }
        assert!((1_000..=1_100).contains(&taken[0]), "{taken:?}");
        assert_eq!(taken[1], 500);
    }

    #[test]
    fn so_many_at_once_and_each_place_is_given_back() {
        let (shares, now) = (Shares::new(1_000, 3, 1), Instant::now());
        let places: Vec<Place> = (0..3).map(|_| shares.take("one", now).unwrap()).collect();
        let refused = shares.take("one", now).unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::Exhausted, "TOO_MANY_AT_ONCE"));
        assert_eq!(refused.retry_after, Some(RETRY_AFTER));
        assert!(shares.take("other", now).is_ok());
        drop(places);
        assert!(shares.take("one", now).is_ok());
    }
}
