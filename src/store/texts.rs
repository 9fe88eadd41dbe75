//! Statements whose text is the same from request to request are built once; then only their values
//! are filled in.

use super::{Lens, dialect::Spelled};
use crate::domain::pages::Direction;
use sea_orm::Value;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// What a text depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// One record by its id, through a lens.
    Find { table: &'static str, grants: usize, all_references: bool },
    /// The lock of one record, where the lens shows it.
    Lock { table: &'static str, grants: usize, shared: bool },
    /// The keys of so many ids, and whether the lens shows them.
    Keys { table: &'static str, ids: usize, grants: usize, all_references: bool },
    /// Whether the viewer takes part in an operation.
    TakesPart { grants: usize },
    /// A page of all records, in the order of one column at most.
    Page {
        table: &'static str,
        order: Option<(&'static str, Direction)>,
        show_deleted: bool,
        show_inactive: bool,
        continues: bool,
        grants: usize,
    },
    /// So many rows of a table, from which so many columns are returned.
    Insert { table: &'static str, rows: usize, returned: usize },
    /// A statement that is always the same, by a name of its own.
    Fixed(&'static str),
}

/// Where the value of a placeholder comes from.
#[derive(Debug, PartialEq)]
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
    /// Of a lookup that was built with [`Lens::sample`] for values that differ from each other and
    /// from all that stays the same.
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
        let (sql, slots) = numbered_alike(spelled.text(), spelled.values().iter().map(slot));
        Self { sql, slots }
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

/// The texts of a store. Their number is that of tables, of columns to sort by, and of numbers of
/// rows and grants.
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

/// The same text, where placeholders of the same value have the same number, and one slot for each:
/// a lookup names the viewer's grants once for every record that it joins. Every value is bound, so
/// a mark is a placeholder wherever it stands.
fn numbered_alike(sql: &str, of: impl Iterator<Item = Slot>) -> (String, Vec<Slot>) {
    let mut slots: Vec<Slot> = Vec::new();
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    for slot in of {
        let Some((at, mark)) = rest.char_indices().find(|(_, c)| matches!(c, '?' | '$')) else {
            break;
        };
        text.push_str(&rest[..at]);
        rest = rest[at + 1..].trim_start_matches(|digit: char| digit.is_ascii_digit());
        let number = slots.iter().position(|known| *known == slot).unwrap_or(slots.len());
        if number == slots.len() {
            slots.push(slot);
        }
        text.push(mark);
        text.push_str(&(number + 1).to_string());
    }
    text.push_str(rest);
    (text, slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_one_value_have_one_number() {
        let slots =
            || [Slot::Me, Slot::Grant(0), Slot::Me, Slot::Id(0), Slot::Grant(0)].into_iter();
        let sqlite = "a = ? AND b IN (?) OR (c = ?) AND d = ? AND e = ?";
        let postgres = "a = $1 AND b IN ($2) OR (c = $3) AND d = $4 AND e = $5";
        let (text, kept) = numbered_alike(sqlite, slots());
        assert_eq!(text, "a = ?1 AND b IN (?2) OR (c = ?1) AND d = ?3 AND e = ?2");
        assert_eq!(kept, [Slot::Me, Slot::Grant(0), Slot::Id(0)]);
        let (text, _) = numbered_alike(postgres, slots());
        assert_eq!(text, "a = $1 AND b IN ($2) OR (c = $1) AND d = $3 AND e = $2");
    }

    #[test]
    fn a_text_without_values_stays() {
        assert_eq!(numbered_alike("SELECT 1", std::iter::empty()).0, "SELECT 1");
    }
}
