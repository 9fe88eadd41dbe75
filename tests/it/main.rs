//! The integration tests, as one binary. Every case that touches the store runs on both backends.

mod agencies;
mod bad_inputs;
mod cases;
mod check;
mod config;
mod crash;
mod demo;
mod filters;
mod floors;
mod gateway;
mod ledger;
mod markings;
mod migrations;
mod model;
mod operations;
mod orders;
mod program;
mod readme;
mod seizures;
mod sensors;
mod server;
mod services;
mod statements;
mod substances;
mod world;
mod writes;
