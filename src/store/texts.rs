//! Statements whose text is the same from request to request are built once; then only their values
//! are filled in.

use super::{Lens, dialect::Spelled};
use sea_orm::Value;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// What a text depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// One record by its id, through a lens.
    Find { table: &'static str, lock: bool, grants: usize, all_references: bool },
    /// So many rows of a table.
    Insert { table: &'static str, rows: usize },
}

/// Where the value of a placeholder comes from.
#[derive(Debug)]
enum Slot {
    Me,
    Grant(usize),
    Id,
    Same(Value),
}

/// A text, and where its values come from.
#[derive(Debug)]
pub(super) struct Text {
    sql: String,
    slots: Vec<Slot>,
}

impl Text {
    /// Of a lookup that was built with [`Lens::sample`] for an id that the lens does not hold.
    pub fn of_lookup(spelled: &Spelled, sample: &Lens, id: &Value) -> Self {
        let slot = |value: &Value| match value {
            value if value == id => Slot::Id,
            Value::BigInt(Some(key)) if *key == sample.key => Slot::Me,
            Value::String(Some(text)) => match sample.grants.iter().position(|g| g == text) {
                Some(grant) => Slot::Grant(grant),
                None => Slot::Same(value.clone()),
            },
            value => Slot::Same(value.clone()),
        };
        Self {
            sql: spelled.text().to_owned(),
            slots: spelled.values().iter().map(slot).collect(),
        }
    }

    /// Of a statement all of whose values are given anew.
    pub fn of_insert(spelled: &Spelled) -> Self {
        Self { sql: spelled.text().to_owned(), slots: Vec::new() }
    }

    /// With a placeholder for each value.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of a lookup.
    pub fn lookup(&self, lens: &Lens, id: &Value) -> Vec<Value> {
        let value = |slot: &Slot| match slot {
            Slot::Me => lens.key.into(),
            Slot::Grant(grant) => lens.grants[*grant].as_str().into(),
            Slot::Id => id.clone(),
            Slot::Same(value) => value.clone(),
        };
        self.slots.iter().map(value).collect()
    }
}

/// The texts of a store. Their number is that of tables and of numbers of rows and grants.
#[derive(Default)]
pub(super) struct Texts(RwLock<HashMap<Shape, Arc<Text>>>);

impl Texts {
    pub fn get(&self, shape: Shape) -> Option<Arc<Text>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&shape).cloned()
    }

    pub fn keep(&self, shape: Shape, text: Text) -> Arc<Text> {
        let text = Arc::new(text);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(shape, Arc::clone(&text));
        text
    }
}
