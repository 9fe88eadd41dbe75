//! Places at a store: how many work at once, and how many of those may be slow.

use super::Reach;
use crate::domain::errors::{Error, Kind, Result};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a request waits for a place.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a caller should wait before it tries again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The places of a store. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    scans: Arc<Semaphore>,
    patience: Duration,
}

/// A place that somebody has until it is dropped.
pub(super) struct Place {
    _scan: Option<OwnedSemaphorePermit>,
    _any: OwnedSemaphorePermit,
}

impl Places {
    /// So many, of which scans leave one free, for a read by key is over at once. Where there is
    /// one alone, they share it.
    pub fn new(count: usize) -> Self {
        let scans = Arc::new(Semaphore::new(count.saturating_sub(1).max(1)));
        Self { all: Arc::new(Semaphore::new(count)), scans, patience: PATIENCE }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `Exhausted` when none was left in time.
    pub async fn take(&self, reach: Reach) -> Result<Place> {
        let _scan = match reach {
            Reach::Keys => None,
            // First, so that scans which wait stand in no read's way.
            Reach::Page | Reach::Scan => Some(self.permit(&self.scans).await?),
        };
        Ok(Place { _scan, _any: self.permit(&self.all).await? })
    }

    async fn permit(&self, semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
        // Most find one, and need no timer.
        if let Ok(permit) = Arc::clone(semaphore).try_acquire_owned() {
            return Ok(permit);
        }
        match timeout(self.patience, Arc::clone(semaphore).acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Error::internal("the store is closed")),
            Err(_) => {
                let message = "the store works on as much as it can: try again";
                Err(Error::new(Kind::Exhausted, "STORE_BUSY", message).retry_after(RETRY_AFTER))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn scans_leave_a_place_and_whoever_waits_too_long_is_told_so() {
        let patience = Duration::from_millis(20);
        let places = Places { patience, ..Places::new(3) };
        let _scans =
            (places.take(Reach::Scan).await.unwrap(), places.take(Reach::Scan).await.unwrap());
        let refused = places.take(Reach::Scan).await.err().unwrap();
        assert_eq!((refused.kind, refused.reason), (Kind::Exhausted, "STORE_BUSY"));
        let key = places.take(Reach::Keys).await.unwrap();
        assert_eq!(places.take(Reach::Keys).await.err().unwrap().reason, "STORE_BUSY");
        drop(key);
        assert!(places.take(Reach::Keys).await.is_ok());
    }

    #[tokio::test]
    async fn one_place_serves_both() {
        let places = Places::new(1);
        drop(places.take(Reach::Scan).await.unwrap());
        assert!(places.take(Reach::Keys).await.is_ok());
    }
}
