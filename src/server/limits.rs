//! How much one peer, and all of them together, may take of the server.
//!
//! What an operator would want to change is a setting; the rest stands here. Limits on what is
//! inside a request (message bytes, page sizes) stand next to what they bound.

use crate::config;
use std::time::Duration;

/// Every limit of the server. A time of zero is not "none", it is no time at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once. One more is closed as soon as it is accepted: its peer learns so
    /// at once and may try another instance, where a place in a queue would look like a hang.
    pub connections_max: usize,
    /// Requests that handlers work on at once, over all connections; health is not counted. One
    /// more is told to come back.
    pub requests_in_flight_max: usize,
    /// Requests in flight on one HTTP/2 connection, announced to the peer as
    /// `SETTINGS_MAX_CONCURRENT_STREAMS`.
    pub streams_per_connection_max: u32,
    /// Bytes of one request's head. On HTTP/2 counted as RFC 9113, 6.5.2 says (name, value and 32
    /// for each field); on HTTP/1 the bytes as sent, never fewer than 8 KiB.
    pub header_bytes_max: u32,
    /// From the accepted connection to its first whole request head, however the bytes are spread.
    pub handshake_timeout: Duration,
    /// How long a connection stays open while the server owes nothing on it: no request is in
    /// flight, or the peer does not read the answers that wait for it. It also bounds the head of
    /// each later request.
    pub idle_timeout: Duration,
    /// How long a peer that was told to go, and to which nothing is owed, may take to do so.
    pub farewell_timeout: Duration,
    /// Silence on an HTTP/2 connection before the server sends a PING.
    pub keep_alive_interval: Duration,
    /// How long a peer may leave a PING unanswered.
    pub keep_alive_timeout: Duration,
    /// From a request's head to the end of its answer, the request's body included: the deadline
    /// of a request that brings none, and the cap for one that does.
    pub request_timeout: Duration,
    /// From the order to stop to the last connection: requests in flight may end, then the rest
    /// is cut.
    pub drain_timeout: Duration,
}

impl Limits {
    /// Without a limit one connection was seen to hold 10,000; callers of gRPC share a connection
    /// among some hundred at most, by the default of its implementations.
    pub const STREAMS_PER_CONNECTION_MAX: u32 = 256;
    /// Twice what gRPC's implementations take by default (8 KiB), for tokens and tracing.
    pub const HEADER_BYTES_MAX: u32 = 16 * 1_024;
    /// A slow satellite link needs two seconds for its first bytes.
    pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
    /// Half the default time of the drain, so that an idle peer that is gone does not spoil it.
    pub const FAREWELL_TIMEOUT: Duration = Duration::from_secs(5);
    /// Firewalls of the larger clouds forget a silent connection after 350 s; gRPC's guide to
    /// keep-alive asks for no less than 10 s.
    pub const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
    /// gRPC's guide to keep-alive has 20 s; a peer that is silent that long has lost its link.
    pub const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
}

impl From<&config::Limits> for Limits {
    fn from(configured: &config::Limits) -> Self {
        let config::Limits {
            connections_max,
            requests_in_flight_max,
            request_bytes_max: _,
            // Held where it is known who asks.
            principal_requests_per_second: _,
            principal_requests_in_flight_max: _,
            principal_import_rows_per_second: _,
            request_timeout,
            idle_timeout,
            drain_timeout,
        } = *configured;
        Self {
            connections_max,
            requests_in_flight_max,
            streams_per_connection_max: Self::STREAMS_PER_CONNECTION_MAX,
            header_bytes_max: Self::HEADER_BYTES_MAX,
            handshake_timeout: Self::HANDSHAKE_TIMEOUT,
            idle_timeout,
            farewell_timeout: Self::FAREWELL_TIMEOUT,
            keep_alive_interval: Self::KEEP_ALIVE_INTERVAL,
            keep_alive_timeout: Self::KEEP_ALIVE_TIMEOUT,
            request_timeout,
            drain_timeout,
        }
    }
}
