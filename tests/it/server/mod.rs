//! The server under well-meant and hostile peers, with limits short enough to wait for. Where what
//! is served does not matter, a stub stands for it; the real services stand in `registry`.

mod crowds;
mod deadlines;
mod drain;
mod endpoint;
mod hostile;
mod lifetimes;
mod memory;
mod panics;
pub mod peers;
mod process;
mod registry;
pub mod stub;
