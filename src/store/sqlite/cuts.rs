//! Reads that are cut short: by callers that leave, and where they take too long.

use rusqlite::Connection;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, time::sleep};

/// How often an abandoned read is interrupted until it ends.
const INTERRUPT_EVERY: Duration = Duration::from_millis(10);
/// Instructions of SQLite's machine between two looks at whether a read has taken too many.
const INSTRUCTIONS_A_LOOK: i32 = 1_000;

/// Reaches the statement that a connection runs, until the connection is given back: then it may
/// run somebody else's.
#[derive(Clone)]
pub(super) struct Interrupt(Arc<Mutex<Option<rusqlite::InterruptHandle>>>);

impl Interrupt {
    pub fn of(connection: &Connection) -> Self {
        Self(Arc::new(Mutex::new(Some(connection.get_interrupt_handle()))))
    }

    /// Ends the statement that runs, and tells whether the connection is still to be given back.
    fn interrupt(&self) -> bool {
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handle.as_ref().map(rusqlite::InterruptHandle::interrupt).is_some()
    }
}

/// While it is there, the connection is not given back.
pub(super) struct Armed(pub Interrupt);

impl Drop for Armed {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Cuts a read short when the caller stops waiting for it.
pub(super) struct CutOnDrop(pub Interrupt);

impl Drop for CutOnDrop {
    fn drop(&mut self) {
        if self.0.interrupt()
            && let Ok(runtime) = Handle::try_current()
        {
            let interrupt = self.0.clone();
            runtime.spawn(async move {
                // What is between two statements is not interrupted, nor what has not begun.
                while interrupt.interrupt() {
                    sleep(INTERRUPT_EVERY).await;
                }
            });
        }
    }
}

/// How many more looks the statements of a connection have before they are cut.
#[derive(Clone)]
pub(super) struct Patience(Arc<AtomicU32>);

impl Patience {
    pub const ENDLESS: u32 = u32::MAX;

    pub fn with(connection: &Connection) -> rusqlite::Result<Self> {
        let patience = Self(Arc::new(AtomicU32::new(Self::ENDLESS)));
        let looking = patience.clone();
        connection.progress_handler(INSTRUCTIONS_A_LOOK, Some(move || looking.look()))?;
        Ok(patience)
    }

    pub fn set(&self, looks: u32) {
        self.0.store(looks, Ordering::Relaxed);
    }

    /// Whether the statement is cut.
    fn look(&self) -> bool {
        // One thread at a time uses a connection.
        let left = self.0.load(Ordering::Relaxed).saturating_sub(1);
        self.set(left);
        left == 0
    }

    /// Whether a statement was cut.
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}
