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
    /// The keys of so many ids, and whether the lens shows them.
    Keys { table: &'static str, ids: usize, grants: usize, all_references: bool },
    /// So many rows of a table.
    Insert { table: &'static str, rows: usize },
    /// A statement that is always the same, by a name of its own.
    Fixed(&'static str),
}

/// Where the value of a placeholder comes from.
#[derive(Debug)]
enum Slot {
    Me,
    Grant(usize),
    Id(usize),
    Same(Value),
}

/// A text, and where its values come from.
#[derive(Debug)]
pub(super) struct Text {
    sql: String,
    slots: Vec<Slot>,
}

impl Text {
    /// Of a lookup that was built with [`Lens::sample`] for ids that differ from each other.
    pub fn of_lookup(spelled: &Spelled, sample: &Lens, ids: &[Value]) -> Self {
        let grant = |value: &Value| match value {
            Value::String(Some(text)) => sample.grants.iter().position(|grant| grant == text),
            _ => None,
        };
        let slot = |value: &Value| match ids.iter().position(|id| id == value) {
            Some(id) => Slot::Id(id),
            None if *value == Value::from(sample.key) => Slot::Me,
            None => grant(value).map_or_else(|| Slot::Same(value.clone()), Slot::Grant),
        };
        Self { sql: spelled.text().to_owned(), slots: spelled.values().iter().map(slot).collect() }
    }

    /// Of a statement all of whose values are given anew, in their order.
    pub fn of_values(spelled: &Spelled) -> Self {
        Self { sql: spelled.text().to_owned(), slots: Vec::new() }
    }

    /// With a placeholder for each value.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of a lookup.
    pub fn lookup(&self, lens: &Lens, ids: &[Value]) -> Vec<Value> {
        let value = |slot: &Slot| match slot {
            Slot::Me => lens.key.into(),
            Slot::Grant(grant) => lens.grants[*grant].as_str().into(),
            Slot::Id(id) => ids[*id].clone(),
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
