//! Writing a batch inside its transaction.

use super::{Batch, Ready, is_of_the_row};
use crate::{
    domain::{
        check::Path,
        errors::{Error, Kind, Result},
        ids::OperationId,
        imports::{Done, Imported, Overlay, Proposed},
        operations::Operation,
        records::{Draft, Meta},
        seizures::{Seizure, SeizureDraft},
    },
    registry::{
        changes::{Changed, json, next_meta, rewrite},
        rules::{self, Kept, may_add_seizures},
    },
    store::{Entry, Found, Identity, Keys, Lens, Matched, New, Session},
};
use serde_json::json as value;
use std::collections::{HashMap, HashSet};

/// What the ledger calls every write of an import.
const METHOD: &str = "ImportSeizures";

/// A batch that is being written.
pub(super) struct Writing<'s> {
    session: &'s mut Session,
    lens: &'s Lens,
    dataset: &'s str,
    now_micros: i64,
    imported: Imported,
    /// For the ledger, which is written last.
    written: Vec<Written>,
}

/// One write, as the ledger tells it.
struct Written {
    record_name: String,
    request: String,
    before: Option<String>,
    after: String,
}

/// What is to be done about a record.
enum Plan<R: Kept> {
    Nothing(R),
    Create(R, Keys),
    Update(Box<Found<R>>, R, Keys),
}

impl<'s> Writing<'s> {
    pub(super) fn new(session: &'s mut Session, lens: &'s Lens, batch: &'s Batch) -> Self {
        let imported = Imported { rejected: batch.rejected.clone(), ..Imported::default() };
        let (dataset, now_micros) = (batch.options.dataset.as_str(), batch.now_micros);
        Self { session, lens, dataset, now_micros, imported, written: Vec::new() }
    }

    /// Writes the rows in their order, and says what became of each.
    pub(super) async fn all(mut self, rows: &[Ready]) -> Result<Imported> {
        let mut rest = rows;
        while !rest.is_empty() {
            let count = rest.iter().take_while(|ready| ready.row.operation.is_none()).count();
            let (plain, others) = rest.split_at(count);
            self.seizures(plain).await?;
            rest = match others.split_first() {
                Some((one, others)) => {
                    let done = self.with_operation(one).await;
                    self.note(one, done)?;
                    others
                }
                None => others,
            };
        }
        let entries = self.written.iter().map(|one| Entry {
            time_micros: self.now_micros,
            method: METHOD,
            record_name: one.record_name.clone(),
            request_id: None,
            request: &one.request,
            before: one.before.clone(),
            after: one.after.clone(),
        });
        self.session.record_all(self.lens, entries.collect()).await?;
        self.imported.rejected.sort_by_key(|(number, _)| *number);
        Ok(self.imported)
    }

    /// Counts what a row did, or keeps why it was not taken.
    fn note(&mut self, ready: &Ready, done: Result<Done>) -> Result<()> {
        match done {
            Ok(done) => self.imported.count(done),
            Err(error) if is_of_the_row(&error) => {
                self.imported.rejected.push((ready.row.sequence_number, error));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn write_down(&mut self, name: String, row_id: &str, before: Option<String>, after: String) {
        let request = value!({ "dataset": self.dataset, "row_id": row_id }).to_string();
        self.written.push(Written { record_name: name, request, before, after });
    }

    /// Rows without operations, those of different identities together.
    async fn seizures(&mut self, rows: &[Ready]) -> Result<()> {
        let mut waiting: Vec<&Ready> = rows.iter().collect();
        while !waiting.is_empty() {
            let (now, later) = apart(waiting);
            let identities: Vec<Identity<'_>> = now.iter().map(|ready| identity(ready)).collect();
            let matched = self.session.imported(self.lens, self.dataset, &identities).await?;
            let (mut new, mut postponed) = (Vec::new(), Vec::new());
            for (ready, matched) in now.into_iter().zip(matched) {
                match matched {
                    Matched::Nothing => new.push(ready),
                    Matched::Later => postponed.push(ready),
                    Matched::Several => self.note(ready, Err(several()))?,
                    Matched::One(found) => {
                        let done = self.lay_over(ready, *found).await;
                        self.note(ready, done)?;
                    }
                }
            }
            self.create(new).await?;
            postponed.extend(later);
            waiting = postponed;
        }
        Ok(())
    }

    /// Changes a seizure where the row says something else.
    async fn lay_over(&mut self, ready: &Ready, found: Found<Seizure>) -> Result<Done> {
        let proposed = seizure_of(ready)?;
        if proposed.over(&found.record.body)?.is_none() {
            return Ok(Done::Nothing);
        }
        let (done, _) = self.change(proposed, found, &ready.row.row_id).await?;
        Ok(done)
    }

    /// Changes a record that differed when it was looked at; under its lock it is looked at anew.
    async fn change<R>(
        &mut self,
        proposed: &Proposed<R::Draft>,
        found: Found<R>,
        row_id: &str,
    ) -> Result<(Done, R)>
    where
        R: Kept<Draft: Overlay>,
    {
        let whole = self.lens.clone().with_all_references();
        let was = self.session.find_to_change::<R>(&whole, found.record.id()).await?;
        let plan = self.plan(proposed, Some(was), || Err(lost())).await?;
        self.carry_out(plan, row_id).await
    }

    /// What a row makes of a record, or of none: all that can be wrong is found before anything is
    /// written.
    async fn plan<R>(
        &mut self,
        proposed: &Proposed<R::Draft>,
        was: Option<Found<R>>,
        fresh: impl FnOnce() -> Result<R>,
    ) -> Result<Plan<R>>
    where
        R: Kept<Draft: Overlay>,
    {
        let path = Path::root(<R::Draft as Draft>::FIELD);
        let Some(was) = was else {
            let record = fresh()?;
            rules::is_small_enough(&record)?;
            let keys = self.session.keys(self.lens, &path, record.body(), None).await?;
            return Ok(Plan::Create(record, keys));
        };
        rules::may_change(&was)?;
        let Some(body) = proposed.over(was.record.body())? else {
            return Ok(Plan::Nothing(was.record));
        };
        let keys = self.session.keys(self.lens, &path, &body, Some(was.record.body())).await?;
        let record = was.record.rebuild(body, next_meta(was.record.meta(), self.now_micros));
        rules::is_small_enough(&record)?;
        record.check_in_store(Some(&was.record), self.session, self.lens).await?;
        Ok(Plan::Update(Box::new(was), record, keys))
    }

    async fn carry_out<R: Kept>(&mut self, plan: Plan<R>, row_id: &str) -> Result<(Done, R)> {
        let (done, before, after) = match plan {
            Plan::Nothing(record) => return Ok((Done::Nothing, record)),
            Plan::Create(record, keys) => {
                self.session.insert(self.lens, &record, &keys).await?;
                (Done::Created, None, record)
            }
            Plan::Update(was, record, keys) => {
                let changed = rewrite(self.session, self.lens, *was, &record, &keys).await?;
                let Changed { before, after } = changed;
                (Done::Updated, before, after)
            }
        };
        let before = before.as_ref().map(json).transpose()?;
        self.write_down(after.id().to_string(), row_id, before, json(&after)?);
        Ok((done, after))
    }

    /// Makes seizures, all that can be made.
    async fn create(&mut self, rows: Vec<&Ready>) -> Result<()> {
        let path = Path::root(SeizureDraft::FIELD);
        let bodies = rows.iter().filter_map(|ready| ready.fresh.as_ref()).map(|(one, _)| &one.body);
        let keys = self.session.keys_of_all(self.lens, bodies).await?;
        let mut operations = HashMap::new();
        let mut new = Vec::with_capacity(rows.len());
        for ready in rows {
            let (record, text) = ready.fresh.as_ref().ok_or_else(lost)?;
            let checked = match keys.check(&path, &record.body) {
                Ok(()) => self.may_add(record.body.operation, &mut operations).await,
                missing => missing,
            };
            match checked {
                Ok(()) => {
                    let row_id = ready.row.row_id.as_str();
                    self.write_down(record.id.to_string(), row_id, None, text.clone());
                    self.imported.count(Done::Created);
                    new.push(New { record, bytes: text.len(), row_id });
                }
                refused => self.note(ready, refused.map(|()| Done::Nothing))?,
            }
        }
        self.session.insert_seizures(self.lens, self.dataset, &new, &keys).await
    }

    /// Whether the viewer may add seizures to an operation, looked up once for all rows.
    async fn may_add(
        &mut self,
        operation: Option<OperationId>,
        known: &mut HashMap<OperationId, Result<()>>,
    ) -> Result<()> {
        let Some(id) = operation else { return Ok(()) };
        if let Some(known) = known.get(&id) {
            return known.clone();
        }
        let may = may_add_seizures(self.session, self.lens, &id).await;
        known.insert(id, may.clone());
        may
    }

    /// A row that has an operation, and mostly a seizure under it.
    async fn with_operation(&mut self, ready: &Ready) -> Result<Done> {
        let (row_id, proposed) = ready.row.operation.as_ref().ok_or_else(lost)?;
        let was = self.session.imported_operation(self.lens, self.dataset, row_id).await?;
        let meta = Meta::first(&self.lens.viewer.agency, self.now_micros);
        let fresh = || Ok(Operation::build(ready.operation_id, proposed.body.clone(), meta));
        let plan = self.plan(proposed, was, fresh).await?;
        // What is wrong with the seizure is found before the operation is written.
        if let Some(proposed) = &ready.row.seizure {
            self.plan_seizure(ready, proposed).await?;
        }
        let (done, operation) = self.carry_out(plan, row_id).await?;
        if done == Done::Created {
            self.session.call_operation(self.lens, self.dataset, row_id, &operation).await?;
        }
        let Some(proposed) = &ready.row.seizure else { return Ok(done) };
        let mut under = proposed.clone();
        under.draft.operation = operation.id.to_string();
        under.body.operation = Some(operation.id);
        let plan = self.plan_seizure(ready, &under).await.map_err(unforeseen)?;
        let row_id = ready.row.row_id.as_str();
        let (of_seizure, seizure) = self.carry_out(plan, row_id).await?;
        if of_seizure == Done::Created && !row_id.is_empty() {
            self.session.call_seizure(self.lens, self.dataset, row_id, &seizure).await?;
        }
        Ok(done.max(of_seizure))
    }

    async fn plan_seizure(
        &mut self,
        ready: &Ready,
        proposed: &Proposed<SeizureDraft>,
    ) -> Result<Plan<Seizure>> {
        let found = self.session.imported(self.lens, self.dataset, &[identity(ready)]).await?;
        let was = match found.into_iter().next() {
            Some(Matched::One(found)) => {
                let whole = self.lens.clone().with_all_references();
                Some(self.session.find_to_change::<Seizure>(&whole, &found.record.id).await?)
            }
            Some(Matched::Several) => return Err(several()),
            Some(Matched::Nothing) | None => None,
            Some(Matched::Later) => return Err(lost()),
        };
        let meta = Meta::first(&self.lens.viewer.agency, self.now_micros);
        let fresh = || Ok(Seizure::build(ready.seizure_id, proposed.body.clone(), meta));
        self.plan(proposed, was, fresh).await
    }
}

fn seizure_of(ready: &Ready) -> Result<&Proposed<SeizureDraft>> {
    ready.row.seizure.as_ref().ok_or_else(lost)
}

fn identity(ready: &Ready) -> Identity<'_> {
    let external_ids = ready.row.seizure.as_ref().map(|one| one.draft.external_ids.as_slice());
    Identity { row_id: &ready.row.row_id, external_ids: external_ids.unwrap_or_default() }
}

/// The rows that no earlier one shares an identity with, and the others.
fn apart(rows: Vec<&Ready>) -> (Vec<&Ready>, Vec<&Ready>) {
    let mut seen = HashSet::new();
    rows.into_iter().partition(|ready| {
        let Identity { row_id, external_ids } = identity(ready);
        let names = external_ids.iter().map(|id| (id.scheme.as_str(), id.value.as_str()));
        // No scheme is empty.
        let own = (!row_id.is_empty()).then_some(("", row_id));
        let names: Vec<(&str, &str)> = names.chain(own).collect();
        let is_first = names.iter().all(|name| !seen.contains(name));
        seen.extend(names);
        is_first
    })
}

fn several() -> Error {
    let message = "its external ids belong to different seizures: name those of one";
    Error::new(Kind::Invalid, "INVALID_FIELD", message).at("seizure.external_ids", message)
}

fn lost() -> Error {
    Error::internal("a row of an import is not what it was checked to be")
}

/// The operation of the row is written, so the row cannot be refused alone any more.
fn unforeseen(error: Error) -> Error {
    if is_of_the_row(&error) {
        return Error::internal(format!("a row was refused after its check: {error}"));
    }
    error
}
