//! How fast one principal may import. Whoever sends faster is not refused: it waits, and by the flow
//! control of its connection so does what it sends.

use std::sync::{Mutex, PoisonError};
use tokio::time::{Duration, Instant, sleep};

/// How long a principal may save up what it did not import.
const BURST: Duration = Duration::from_secs(1);

/// The pace of all imports of a principal together. The server puts it into their requests.
#[derive(Debug)]
pub struct ImportPace {
    rows_per_second: u32,
    /// When everything taken so far would have been taken, at the rate that is allowed.
    taken_until: Mutex<Instant>,
}

impl ImportPace {
    /// So many rows a second, at least 1.
    #[must_use]
    pub fn new(rows_per_second: u32) -> Self {
        Self { rows_per_second, taken_until: Mutex::new(Instant::now()) }
    }

    /// Waits until so many more rows may be taken.
    pub(super) async fn take(&self, rows: usize) {
        let wait = self.wait_for(rows, Instant::now());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    fn wait_for(&self, rows: usize, now: Instant) -> Duration {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let takes = Duration::from_secs(1) * rows / self.rows_per_second;
        let mut taken_until = self.taken_until.lock().unwrap_or_else(PoisonError::into_inner);
        *taken_until = (*taken_until).max(now) + takes;
        taken_until.saturating_duration_since(now).saturating_sub(BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_imports_faster_than_it_may_waits_for_the_rest() {
        let (pace, now) = (ImportPace::new(1_000), Instant::now());
        assert_eq!(pace.wait_for(1_000, now), Duration::ZERO);
        assert_eq!(pace.wait_for(500, now), Duration::from_millis(500));
        assert_eq!(pace.wait_for(500, now), Duration::from_secs(1));
        let later = now + Duration::from_secs(10);
        assert_eq!(pace.wait_for(500, later), Duration::ZERO);
    }
}
