//! When a quiet connection is dismissed, and when it is cut.

use super::*;
use std::time::Duration;

fn limits() -> Limits {
    let second = Duration::from_secs(1);
    Limits {
        connections_max: 1,
        requests_in_flight_max: 1,
        streams_per_connection_max: 1,
        header_bytes_max: 1,
        handshake_timeout: 10 * second,
        idle_timeout: 120 * second,
        farewell_timeout: 5 * second,
        keep_alive_interval: second,
        keep_alive_timeout: second,
        request_timeout: second,
        drain_timeout: second,
    }
}

/// When the connection of these tests was accepted: the same for each test's whole run.
fn start() -> Instant {
    thread_local!(static START: Instant = Instant::now());
    START.with(|start| *start)
}

fn after(seconds: u64) -> Instant {
    start() + Duration::from_secs(seconds)
}

fn at(seconds: u64, standing: Standing, dismissed: Option<Instant>) -> Verdict {
    verdict(standing, dismissed, after(seconds), &limits())
}

fn wait(seconds: u64) -> Verdict {
    Verdict::Wait(after(seconds))
}

#[test]
fn an_opening_connection_has_the_time_of_the_handshake() {
    let opening = Standing::Opening(start());
    assert_eq!(at(9, opening, None), wait(10));
    assert_eq!(at(10, opening, None), Verdict::Dismiss);
    assert_eq!(at(14, opening, Some(after(10))), wait(15));
    assert_eq!(at(15, opening, Some(after(10))), Verdict::Cut);
}

#[test]
fn a_working_connection_is_never_dismissed_or_cut() {
    assert_eq!(at(100_000, Standing::Working, None), wait(100_120));
    assert_eq!(at(100_000, Standing::Working, Some(after(5))), wait(100_005));
}

#[test]
fn a_quiet_connection_is_dismissed_and_then_cut() {
    let quiet = Standing::Quiet(start());
    assert_eq!(at(119, quiet, None), wait(120));
    assert_eq!(at(120, quiet, None), Verdict::Dismiss);
    assert_eq!(at(124, quiet, Some(after(120))), wait(125));
    assert_eq!(at(125, quiet, Some(after(120))), Verdict::Cut);
}

#[test]
fn a_dismissed_connection_that_worked_on_has_its_time_from_the_end_of_that() {
    let quiet = Standing::Quiet(after(50));
    assert_eq!(at(54, quiet, Some(after(20))), wait(55));
    assert_eq!(at(55, quiet, Some(after(20))), Verdict::Cut);
}

#[test]
fn a_short_idle_time_is_kept_beside_a_long_handshake() {
    let limits = Limits { idle_timeout: Duration::from_secs(1), ..limits() };
    let opening = verdict(Standing::Opening(start()), None, start(), &limits);
    assert_eq!(opening, wait(1));
}
