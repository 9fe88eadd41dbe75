//! The tables as SeaORM entities. Private to the store: nothing above it names a row.

#![allow(dead_code, reason = "the derive makes a model and relations that not every table needs")]

pub mod access_records;
pub mod agencies;
pub mod conveyances;
pub mod credentials_head;
pub mod detections;
pub mod external_ids;
pub mod ledger;
pub mod ledger_head;
pub mod marking_grants;
pub mod markings;
pub mod operations;
pub mod participants;
pub mod principal_names;
pub mod principals;
pub mod provisions;
pub mod seizure_items;
pub mod seizures;
pub mod sensors;
pub mod settings;
pub mod steps;
pub mod substance_closure;
pub mod substance_terms;
pub mod substances;
pub mod tokens;
pub mod waypoints;
