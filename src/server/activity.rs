//! What a connection is doing: a record that its requests write and its watcher reads.
//!
//! It counts only the work that the server owes. An answer that waits for the peer to read is the
//! peer's turn, not ours, so a peer that never reads does not keep its connection by it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::time::{Duration, Instant};

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// No whole request head has arrived since the connection was accepted then.
    Opening(Instant),
    /// The server owes an answer, or the next part of one.
    Working,
    /// The server has owed nothing, and sent nothing, since then.
    Quiet(Instant),
}

/// Requests of all connections that handlers work on.
#[derive(Debug)]
pub(super) struct InFlight {
    count: AtomicUsize,
    max: usize,
}

impl InFlight {
    pub(super) fn new(max: usize) -> Self {
        Self { count: AtomicUsize::new(0), max }
    }
}

/// The record of one connection.
#[derive(Debug)]
pub(super) struct Activity {
    opened: Instant,
    /// Requests and streams whose next step is the server's.
    working: AtomicUsize,
    /// Milliseconds from `opened` to the last step; 0 before the first request.
    stepped: AtomicU64,
    /// The rounds of the watch so far, and the requests of this and the last one that have not
    /// ended. So no request need tell the time to show that it is an old one.
    round: AtomicUsize,
    open: [AtomicUsize; 2],
    in_flight: Arc<InFlight>,
}

impl Activity {
    pub(super) fn start(in_flight: &Arc<InFlight>) -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            working: AtomicUsize::new(0),
            stepped: AtomicU64::new(0),
            round: AtomicUsize::new(0),
            open: [const { AtomicUsize::new(0) }; 2],
            in_flight: Arc::clone(in_flight),
        })
    }

    pub(super) fn standing(&self) -> Standing {
        if self.working.load(Ordering::Acquire) > 0 {
            return Standing::Working;
        }
        match self.stepped.load(Ordering::Acquire) {
            0 => Standing::Opening(self.opened),
            millis => Standing::Quiet(self.opened + Duration::from_millis(millis)),
        }
    }

    /// Begins a round, unless a request of the last one is still open: then it is older than a
    /// whole round, and the peer is not reading its answer.
    pub(super) fn next_round(&self) -> bool {
        let next = self.round.load(Ordering::Relaxed) + 1;
        let is_free = self.open[next % 2].load(Ordering::Relaxed) == 0;
        if is_free {
            self.round.store(next, Ordering::Relaxed);
        }
        is_free
    }

    fn step(&self, now: Instant) {
        let millis = now.duration_since(self.opened).as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX).max(1);
        // Written once a millisecond at most: all requests of a connection share the line.
        if self.stepped.load(Ordering::Relaxed) != millis {
            self.stepped.store(millis, Ordering::Release);
        }
    }
}

/// Whose turn it is on one request, ours or the peer's.
#[derive(Debug)]
pub(super) struct Turn {
    activity: Arc<Activity>,
    ours: bool,
    /// Whether it has a place among the requests in flight, which it keeps until its first pass.
    admitted: bool,
    /// The round that it began in, if it has to end before long.
    round: Option<usize>,
}

impl Turn {
    /// A request has arrived: it is our turn.
    pub(super) fn begin(activity: &Arc<Activity>) -> Self {
        let activity = Arc::clone(activity);
        let mut turn = Self { activity, ours: false, admitted: false, round: None };
        turn.take();
        turn
    }

    /// Takes a place among the requests in flight, if there is one, and has to end before long.
    pub(super) fn admit(&mut self) -> bool {
        let Activity { round, open, in_flight, .. } = &*self.activity;
        let round = round.load(Ordering::Relaxed) % 2;
        open[round].fetch_add(1, Ordering::Relaxed);
        self.round = Some(round);
        let InFlight { count, max } = &**in_flight;
        self.admitted = count.fetch_add(1, Ordering::Relaxed) < *max;
        if !self.admitted {
            count.fetch_sub(1, Ordering::Relaxed);
        }
        self.admitted
    }

    /// It need not end before long: whether its peer reads is for its handler to see.
    pub(super) fn outlast_rounds(&mut self) {
        if let Some(round) = self.round.take() {
            self.activity.open[round].fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The peer waits for us.
    pub(super) fn take(&mut self) {
        if !self.ours {
            self.ours = true;
            self.activity.working.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// The peer has something to read, or is gone.
    pub(super) fn pass(&mut self, now: Instant) {
        // The time first: whoever sees the count at zero must not see an older time.
        self.activity.step(now);
        if self.ours {
            self.ours = false;
            self.activity.working.fetch_sub(1, Ordering::AcqRel);
        }
        if self.admitted {
            self.admitted = false;
            self.activity.in_flight.count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.ours {
            self.pass(Instant::now());
        }
        if let Some(round) = self.round {
            self.activity.open[round].fetch_sub(1, Ordering::Relaxed);
        }
    }
}
