//! The shared registry of counter-drug interdictions.

pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod exchange;
pub mod faults;
/// The contract, compiled from `proto/`.
pub mod proto {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    tonic::include_proto!("interdiction.v1");
}
pub mod graphql;
pub mod grpc;
pub mod operator;
pub mod registry;
pub mod server;
pub mod store;
pub mod telemetry;
