//! The guard as callers meet it, through both contracts: who may ask what, and that what is hidden
//! changes no answer.

mod row_security;
mod who_may;
pub mod wire;
