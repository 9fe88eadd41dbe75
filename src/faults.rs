//! Faults of ours: logged under an id, of which callers are told the id alone.

use crate::domain::errors::Error;
use std::{
    any::Any,
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Logs a fault and returns the id that finds it in the log: 16 hexadecimal digits.
pub fn log(error: &Error) -> String {
    let id = fault_id();
    tracing::error!(id, message = %error.message, "internal error");
    id
}

/// What a panic is to its caller: a fault of ours. The process's panic hook tells where it happened;
/// its text goes to the log with the place that was at work.
#[must_use]
pub fn panicked(place: &str, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(format!("{place} panicked: {}", text.unwrap_or("not a text")))
}

/// An id that no caller can guess the next of: a keyed hash of a count.
fn fault_id() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}
