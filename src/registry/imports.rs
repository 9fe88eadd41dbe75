//! Imports: rows checked ahead of the store, and written a batch at a time, each batch in one
//! transaction.

mod writing;

use super::{Registry, changes::json, rules};
use crate::{
    domain::{
        check::Path,
        errors::{Error, Kind, Result},
        ids::{OperationId, SeizureId},
        imports::{IMPORT_ROWS_MAX, ImportDraft, ImportOptions, ImportRow, Imported},
        records::Meta,
        seizures::Seizure,
        viewers::{Role, Viewer},
    },
    store::Keep,
};
use rules::Kept as _;
use std::sync::Arc;
use writing::Writing;

/// How often a batch is written that met another writer of the same identities.
const ATTEMPTS_MAX: u32 = 3;

/// An import that has begun.
#[derive(Debug)]
pub struct Import {
    options: ImportOptions,
    last_sequence_number: i64,
}

/// Rows that are checked, as far as that needs no store.
#[derive(Debug)]
pub struct Batch {
    options: ImportOptions,
    now_micros: i64,
    rows: Vec<Ready>,
    rejected: Vec<(i64, Error)>,
    last_sequence_number: i64,
}

/// A row with all that a new record needs.
#[derive(Debug)]
struct Ready {
    row: ImportRow,
    operation_id: OperationId,
    seizure_id: SeizureId,
    /// The seizure that it makes where there is none, and the same as JSON; none of a row that has
    /// an operation, which may have to be made first.
    fresh: Option<(Seizure, String)>,
}

impl Batch {
    /// The number of its last row.
    #[must_use]
    pub fn last_sequence_number(&self) -> i64 {
        self.last_sequence_number
    }
}

impl Registry {
    /// Whether a viewer may import.
    ///
    /// # Errors
    /// `PermissionDenied` unless it is a contributor.
    pub fn may_import(&self, viewer: &Viewer) -> Result<()> {
        rules::needs_role(viewer, Role::Contributor)
    }

    /// Begins an import.
    ///
    /// # Errors
    /// `PermissionDenied` unless the viewer is a contributor; `Invalid` naming the option that is
    /// wrong.
    pub fn begin_import(&self, viewer: &Viewer, options: ImportOptions) -> Result<Import> {
        rules::needs_role(viewer, Role::Contributor)?;
        options.check()?;
        Ok(Import { options, last_sequence_number: 0 })
    }

    /// Checks the next rows of an import. A row that is wrong is kept with the reason.
    ///
    /// # Errors
    /// `Invalid` when there are too many rows, or their numbers do not grow.
    pub fn check_import(
        &self,
        viewer: &Viewer,
        import: &mut Import,
        drafts: Vec<ImportDraft>,
    ) -> Result<Batch> {
        let root = Path::root("rows");
        if drafts.len() > IMPORT_ROWS_MAX {
            let message = format!("{} rows: at most {IMPORT_ROWS_MAX}", drafts.len());
            return Err(Error::invalid_field(root.to_string(), message));
        }
        let mut batch = Batch {
            options: import.options.clone(),
            now_micros: self.source.now_micros(),
            rows: Vec::with_capacity(drafts.len()),
            rejected: Vec::new(),
            last_sequence_number: 0,
        };
        for (i, draft) in drafts.into_iter().enumerate() {
            let number = draft.sequence_number;
            if number <= import.last_sequence_number {
                let field = root.index(i).field("sequence_number").to_string();
                let message = format!(
                    "want more than {}: rows are numbered upwards",
                    import.last_sequence_number
                );
                return Err(Error::invalid_field(field, message));
            }
            import.last_sequence_number = number;
            match draft.check().and_then(|row| self.make_ready(viewer, row, batch.now_micros)) {
                Ok(ready) => batch.rows.push(ready),
                Err(error) if is_of_the_row(&error) => batch.rejected.push((number, error)),
                Err(error) => return Err(error),
            }
        }
        batch.last_sequence_number = import.last_sequence_number;
        Ok(batch)
    }

    fn make_ready(&self, viewer: &Viewer, row: ImportRow, now_micros: i64) -> Result<Ready> {
        let seizure_id = SeizureId::from_uuid(self.source.new_uuid());
        let operation_id = OperationId::from_uuid(self.source.new_uuid());
        let fresh = match &row.seizure {
            Some(proposed) if row.operation.is_none() => {
                let meta = Meta::first(&viewer.agency, now_micros);
                let seizure = Seizure::build(seizure_id, proposed.body.clone(), meta);
                let text = json(&seizure)?;
                rules::may_have_bytes::<Seizure>(text.len())?;
                Some((seizure, text))
            }
            Some(_) | None => None,
        };
        Ok(Ready { row, operation_id, seizure_id, fresh })
    }

    /// Writes rows that were checked, in one transaction; or nothing, in a dry run.
    ///
    /// # Errors
    /// `Unavailable` when the store has no room left or cannot be reached: then none of the rows is
    /// written.
    pub async fn write_import(&self, viewer: &Viewer, batch: Batch) -> Result<Imported> {
        let keep = if batch.options.validate_only { Keep::Discard } else { Keep::Commit };
        let (viewer, batch) = (viewer.clone(), Arc::new(batch));
        let mut attempt = 1;
        loop {
            let (viewer, batch) = (viewer.clone(), Arc::clone(&batch));
            let written = self.store.write_many(keep, move |session| {
                let (viewer, batch) = (viewer.clone(), Arc::clone(&batch));
                Box::pin(async move {
                    let lens = session.lens(&viewer).await?;
                    rules::needs_registration(&lens)?;
                    Writing::new(session, &lens, &batch).all(&batch.rows).await
                })
            });
            match written.await {
                // Another writer made what this one was to make; now it is found.
                Err(error) if error.kind == Kind::AlreadyExists && attempt < ATTEMPTS_MAX => {
                    attempt += 1;
                }
                written => return written,
            }
        }
    }
}

/// Whether an error is about what a row says; any other ends the import.
fn is_of_the_row(error: &Error) -> bool {
    match error.kind {
        Kind::Invalid
        | Kind::NotFound
        | Kind::AlreadyExists
        | Kind::PermissionDenied
        | Kind::FailedPrecondition => true,
        Kind::Unauthenticated
        | Kind::Aborted
        | Kind::Exhausted
        | Kind::Unavailable
        | Kind::DeadlineExceeded
        | Kind::Internal => false,
    }
}
