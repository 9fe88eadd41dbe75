//! What the ledger is for: a request that is sent again has one effect.

mod idempotency;
