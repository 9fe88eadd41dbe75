//! Imports: rows that become seizures and operations, and what became of them.

pub mod settled;

use super::{
    check::{Path, Violations},
    errors::{Error, Result},
    operations::OperationDraft,
    records::Draft,
    seizures::SeizureDraft,
    sources::{EXTERNAL_VALUE_CHARS_MAX, check_scheme},
};
use settled::Settle;

/// The most rows of one message.
pub const IMPORT_ROWS_MAX: usize = 500;
/// Longest id of a row, in characters.
pub const ROW_ID_CHARS_MAX: usize = EXTERNAL_VALUE_CHARS_MAX;

/// How an import is done.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// What the rows are of; row ids are told apart within it.
    pub dataset: String,
    /// Whether to check everything and write nothing.
    pub validate_only: bool,
}

impl ImportOptions {
    /// Checks the options.
    ///
    /// # Errors
    /// `Invalid` naming the field that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut violations = Violations::default();
        let options = Path::root("options");
        violations.keep(&options.field("dataset"), check_scheme(&self.dataset));
        violations.finish(Some(()))
    }
}

/// A row as proposed.
#[derive(Debug, Clone, Default)]
pub struct ImportDraft {
    /// Larger than that of the row before.
    pub sequence_number: i64,
    /// What the row is called in its dataset; may be empty where the seizure has external ids.
    pub row_id: String,
    /// The seizure.
    pub seizure: Option<SeizureDraft>,
    /// What the operation is called in its dataset.
    pub operation_row_id: String,
    /// The operation that the seizure was made under.
    pub operation: Option<OperationDraft>,
}

/// A draft beside what it became.
#[derive(Debug, Clone)]
pub struct Proposed<D: Draft> {
    /// What the caller said.
    pub draft: D,
    /// What it makes of a new record.
    pub body: D::Body,
}

/// A row that breaks no rule.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Its number.
    pub sequence_number: i64,
    /// What it is called; may be empty where the seizure has external ids.
    pub row_id: String,
    /// The seizure.
    pub seizure: Option<Proposed<SeizureDraft>>,
    /// The operation, with what it is called.
    pub operation: Option<(String, Proposed<OperationDraft>)>,
}

impl ImportDraft {
    /// Checks every rule that needs no store.
    ///
    /// # Errors
    /// `Invalid` with every violation.
    pub fn check(self) -> Result<ImportRow> {
        let mut violations = Violations::default();
        let Self { sequence_number, row_id, seizure, operation_row_id, operation } = self;
        let (row_path, root) = (Path::root("row_id"), Path::root("seizure"));
        if seizure.is_none() && operation.is_none() {
            violations.add(&root, "required: a row has a seizure, an operation or both");
        }
        let has_ids = seizure.as_ref().is_some_and(|draft| !draft.external_ids.is_empty());
        check_row_id(&row_id, seizure.is_some() && !has_ids, &row_path, &mut violations);
        let operation_path = Path::root("operation_row_id");
        check_row_id(&operation_row_id, operation.is_some(), &operation_path, &mut violations);
        if operation.is_some() && seizure.as_ref().is_some_and(|one| !one.operation.is_empty()) {
            let message = "the row has the operation itself: leave it empty";
            violations.add(&root.field("operation"), message);
        }
        let seizure = seizure.map(|draft| propose(draft, &root, &mut violations));
        let path = Path::root("operation");
        let operation = operation.map(|draft| propose(draft, &path, &mut violations));
        violations.finish(Some(()))?;
        let lost = || Error::internal("a draft without violations has no body");
        let seizure = seizure.map(|one| one.ok_or_else(lost)).transpose()?;
        let operation = operation.map(|one| one.ok_or_else(lost)).transpose()?;
        let operation = operation.map(|one| (operation_row_id, one));
        Ok(ImportRow { sequence_number, row_id, seizure, operation })
    }
}

fn check_row_id(id: &str, required: bool, path: &Path<'_>, violations: &mut Violations) {
    if required {
        violations.label_required(path, id, ROW_ID_CHARS_MAX);
    } else {
        violations.label(path, id, ROW_ID_CHARS_MAX);
    }
}

fn propose<D: Draft>(
    draft: D,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<Proposed<D>> {
    let body = draft.check(path, violations)?;
    Some(Proposed { draft, body })
}

/// A draft that an import lays over a record.
pub trait Overlay: Draft<Body: Settle + PartialEq> + PartialEq {
    /// Lays one field over the record's; the field is one of [`Draft::FIELDS`] and is set.
    fn lay(&mut self, field: &str, over: &Self) {
        self.take(field, over);
    }
}

impl Overlay for OperationDraft {}

impl Overlay for SeizureDraft {
    /// External ids are added, for others may have given theirs.
    fn lay(&mut self, field: &str, over: &Self) {
        if field != "external_ids" {
            return self.take(field, over);
        }
        for id in &over.external_ids {
            if !self.external_ids.contains(id) {
                self.external_ids.push(id.clone());
            }
        }
    }
}

impl<D: Overlay> Proposed<D> {
    /// The body that the record gets; none where all values are there already.
    ///
    /// # Errors
    /// `Invalid` where the record would break a rule with what it has besides.
    pub fn over(&self, was: &D::Body) -> Result<Option<D::Body>> {
        if self.body == *was {
            return Ok(None);
        }
        let mut draft = D::of(was);
        let unset = D::default();
        for field in D::FIELDS {
            let mut alone = D::default();
            alone.take(field, &self.draft);
            if alone != unset {
                draft.lay(field, &self.draft);
            }
        }
        let mut violations = Violations::default();
        let body = draft.check(&Path::root(D::FIELD), &mut violations);
        let mut body = violations.finish(body)?;
        body.settle(was);
        Ok((body != *was).then_some(body))
    }
}

/// What a row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Done {
    /// All of its values were there.
    Nothing,
    /// It changed a record.
    Updated,
    /// It made a record.
    Created,
}

/// What became of the rows of one message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// Rows that made a record.
    pub created: u64,
    /// Rows that changed one and made none.
    pub updated: u64,
    /// Rows all of whose values were there.
    pub unchanged: u64,
    /// Rows that were not taken, by sequence number.
    pub rejected: Vec<(i64, Error)>,
}

impl Imported {
    /// Counts a row.
    pub fn count(&mut self, done: Done) {
        match done {
            Done::Created => self.created += 1,
            Done::Updated => self.updated += 1,
            Done::Nothing => self.unchanged += 1,
        }
    }
}

#[cfg(test)]
mod tests;
