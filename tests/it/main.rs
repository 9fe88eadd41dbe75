//! The integration tests, as one binary. Every case that touches the store runs on both backends.

mod cases;
mod check;
mod config;
mod crash;
mod demo;
mod program;
mod readme;
mod server;
mod services;
mod world;
