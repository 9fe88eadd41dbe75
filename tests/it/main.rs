//! The integration tests, as one binary. Every case that touches the store runs on both backends.

mod cases;
mod config;
mod server;
mod services;
mod world;
