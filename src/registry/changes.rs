//! Writing: each use case is one transaction with one row in the ledger, or nothing.

use super::{
    Registry,
    rules::{self, Kept},
};
use crate::{
    domain::{
        agencies::{Agency, AgencyDraft},
        check::{Path, Violations},
        errors::{Error, Kind, Result},
        operations::{Operation, OperationDraft},
        records::{Draft, Meta},
        requests::{Create, Delete, Retract, Update, WriteOptions, check_mask, check_same_request},
        seizures::{RETRACTION_REASON_CHARS_MAX, Seizure, SeizureDraft, SeizureState},
        sensors::{Sensor, SensorDraft},
        viewers::{Role, Viewer},
    },
    store::{Entry, Found, Keep, Keys, Lens, Session},
};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// A request as the ledger keeps it.
#[derive(Clone)]
struct Asked {
    method: &'static str,
    request_id: Option<Uuid>,
    request: Arc<str>,
    now_micros: i64,
}

/// What a change does inside the transaction: the record before, and after.
type Change<R> = dyn for<'s> Fn(&'s mut Session, &'s Lens, i64) -> BoxFuture<'s, Result<Changed<R>>>
    + Send
    + Sync;

pub(super) struct Changed<R> {
    pub before: Option<R>,
    pub after: R,
}

impl Registry {
    fn ask(
        &self,
        method: &'static str,
        request: &impl Serialize,
        request_id: Option<Uuid>,
    ) -> Result<Asked> {
        let request = json(request)?.into();
        Ok(Asked { method, request_id, request, now_micros: self.source.now_micros() })
    }

    /// Runs a change once for each request id, and writes it down.
    async fn change<R: Kept>(
        &self,
        viewer: &Viewer,
        options: &WriteOptions,
        asked: Asked,
        change: Arc<Change<R>>,
    ) -> Result<R> {
        let keep = if options.validate_only { Keep::Discard } else { Keep::Commit };
        let answer = self.transact(viewer, keep, &asked, &change).await;
        match answer {
            // A copy of the request may have come first and left what this one fell over. Now that
            // it is committed, a second look finds its answer.
            Err(error) if asked.request_id.is_some() && may_be_of_a_copy(&error) => {
                self.transact(viewer, keep, &asked, &change).await
            }
            answer => answer,
        }
    }

    async fn transact<R: Kept>(
        &self,
        viewer: &Viewer,
        keep: Keep,
        asked: &Asked,
        change: &Arc<Change<R>>,
    ) -> Result<R> {
        let (viewer, asked, change) = (viewer.clone(), asked.clone(), Arc::clone(change));
        self.store
            .write(keep, move |session| {
                let (viewer, asked, change) = (viewer.clone(), asked.clone(), Arc::clone(&change));
                Box::pin(async move {
                    let lens = session.lens(&viewer).await?;
                    rules::needs_registration(&lens)?;
                    if let Some(answer) = repeated::<R>(session, &lens, &asked).await? {
                        return Ok(answer);
                    }
                    let Changed { before, after } =
                        change(session, &lens, asked.now_micros).await?;
                    let entry = Entry {
                        time_micros: asked.now_micros,
                        method: asked.method,
                        record_name: after.id().to_string(),
                        request_id: asked.request_id,
                        request: &asked.request,
                        before: before.as_ref().map(json).transpose()?,
                        after: json(&after)?,
                    };
                    session.record(&lens, entry).await?;
                    Ok(after)
                })
            })
            .await
    }

    async fn create<R: Kept>(&self, viewer: &Viewer, request: Create<R::Draft>) -> Result<R> {
        rules::needs_role(viewer, R::ROLE)?;
        let mut violations = Violations::default();
        let request_id = request.options.request_id(&mut violations);
        let id = R::new_id(&request.id, self.source.new_uuid(), &mut violations);
        let body = request.draft.check(&Path::root(R::Draft::FIELD), &mut violations);
        let (id, body) = violations.finish(id.zip(body))?;
        let asked = self.ask(R::METHODS[0], &request, request_id)?;
        let meta = Meta::first(&viewer.agency, asked.now_micros);
        let record = Arc::new(R::build(id, body, meta));
        let change: Arc<Change<R>> = Arc::new(move |session, lens, _now| {
            let record = Arc::clone(&record);
            Box::pin(async move {
                let path = Path::root(R::Draft::FIELD);
                let keys = session.keys(lens, &path, record.body(), None).await?;
                rules::is_small_enough(record.as_ref())?;
                record.check_in_store(None, session, lens).await?;
                session.insert(lens, record.as_ref(), &keys).await?;
                Ok(Changed { before: None, after: record.as_ref().clone() })
            })
        });
        self.change(viewer, &request.options, asked, change).await
    }

    async fn update<R: Kept>(&self, viewer: &Viewer, request: Update<R::Draft>) -> Result<R> {
        rules::needs_role(viewer, R::ROLE)?;
        let mut violations = Violations::default();
        let request_id = request.options.request_id(&mut violations);
        let name_path = Path::root(R::Draft::FIELD);
        let id = violations.name_required::<R::Id>(&name_path.field("name"), &request.name);
        let fields = check_mask::<R::Draft>(&request.update_mask, &mut violations);
        request.draft.check_fields(&fields, &name_path, &mut violations);
        let id = violations.finish(id)?;
        let asked = self.ask(R::METHODS[1], &request, request_id)?;
        let options = request.options.clone();
        let request = Arc::new(request);
        let change: Arc<Change<R>> = Arc::new(move |session, lens, now| {
            let (request, fields, id) = (Arc::clone(&request), fields.clone(), id.clone());
            Box::pin(async move {
                let path = Path::root(R::Draft::FIELD);
                let etag = (&path.field("etag"), request.etag.as_str());
                let was = to_change::<R>(session, lens, &id, etag).await?;
                let mut draft = R::Draft::of(was.record.body());
                for field in fields {
                    draft.take(field, &request.draft);
                }
                let mut violations = Violations::default();
                let body = draft.check(&path, &mut violations);
                let body = violations.finish(body)?;
                let keys = session.keys(lens, &path, &body, Some(was.record.body())).await?;
                let record = was.record.rebuild(body, next_meta(was.record.meta(), now));
                rules::is_small_enough(&record)?;
                record.check_in_store(Some(&was.record), session, lens).await?;
                rewrite(session, lens, was, &record, &keys).await
            })
        });
        self.change(viewer, &options, asked, change).await
    }

    async fn delete<R: Kept>(&self, viewer: &Viewer, request: Delete) -> Result<R> {
        rules::needs_role(viewer, R::ROLE)?;
        let mut violations = Violations::default();
        let request_id = request.options.request_id(&mut violations);
        let id = violations.name_required::<R::Id>(&Path::root("name"), &request.name);
        let id = violations.finish(id)?;
        let asked = self.ask(R::METHODS[2], &request, request_id)?;
        let etag = request.etag.clone();
        let change: Arc<Change<R>> = Arc::new(move |session, lens, now| {
            let (id, etag) = (id.clone(), etag.clone());
            Box::pin(async move {
                let etag = (&Path::root("etag"), etag.as_str());
                let was = to_change::<R>(session, lens, &id, etag).await?;
                was.record.check_deletion(&lens.viewer)?;
                let meta = Meta { delete_micros: Some(now), ..next_meta(was.record.meta(), now) };
                let record = was.record.rebuild(was.record.body().clone(), meta);
                let keys = kept_keys(session, lens, &record).await?;
                rewrite(session, lens, was, &record, &keys).await
            })
        });
        self.change(viewer, &request.options, asked, change).await
    }

    /// Retracts a seizure: it counts nowhere any more and stays readable.
    ///
    /// # Errors
    /// `PermissionDenied` unless the viewer is a steward of the agency that recorded it;
    /// `FailedPrecondition` when it is not active.
    pub async fn retract_seizure(&self, viewer: &Viewer, request: Retract) -> Result<Seizure> {
        rules::needs_role(viewer, Role::Steward)?;
        let mut violations = Violations::default();
        let request_id = request.options.request_id(&mut violations);
        let reason_path = Path::root("reason");
        if request.reason.trim().is_empty() {
            violations.add(&reason_path, "required: say why");
        }
        violations.prose(&reason_path, &request.reason, RETRACTION_REASON_CHARS_MAX);
        let id = violations.name_required(&Path::root("name"), &request.name);
        let id = violations.finish(id)?;
        let asked = self.ask("RetractSeizure", &request, request_id)?;
        let options = request.options.clone();
        let request = Arc::new(request);
        let change: Arc<Change<Seizure>> = Arc::new(move |session, lens, now| {
            let request = Arc::clone(&request);
            Box::pin(async move {
                let etag = (&Path::root("etag"), request.etag.as_str());
                let was = to_change::<Seizure>(session, lens, &id, etag).await?;
                if was.record.state != SeizureState::Active {
                    let message = format!("{id} is not active");
                    let error = Error::new(Kind::FailedPrecondition, "NOT_ACTIVE", message);
                    return Err(error.about(id.to_string()));
                }
                let mut record = was.record.clone();
                record.meta = next_meta(&was.record.meta, now);
                record.state = SeizureState::Retracted;
                record.retraction_reason.clone_from(&request.reason);
                let keys = kept_keys(session, lens, &record).await?;
                rewrite(session, lens, was, &record, &keys).await
            })
        });
        self.change(viewer, &options, asked, change).await
    }
}

/// Whether a request can fail so because a copy of it succeeded meanwhile: its id or an external id
/// is taken, its etag is old, or its record is deleted or retracted already.
fn may_be_of_a_copy(error: &Error) -> bool {
    matches!(error.kind, Kind::AlreadyExists | Kind::Aborted | Kind::FailedPrecondition)
}

/// The answer to a request that was sent before, if it was.
async fn repeated<R: Kept>(session: &mut Session, lens: &Lens, asked: &Asked) -> Result<Option<R>> {
    let Some(request_id) = asked.request_id else { return Ok(None) };
    let Some(earlier) = session.remembered(lens, request_id).await? else { return Ok(None) };
    if (earlier.method.as_str(), &*earlier.request) != (asked.method, &*asked.request) {
        let (before, now): (Value, Value) =
            (from_json(&earlier.request)?, from_json(&asked.request)?);
        check_same_request((&earlier.method, &before), (asked.method, &now), R::Draft::FIELD)?;
    }
    from_json(&earlier.after).map(Some)
}

/// The record as its originator changes it: with every reference, so that a field which is not
/// named stays what it is.
async fn to_change<R: Kept>(
    session: &mut Session,
    lens: &Lens,
    id: &R::Id,
    (etag_path, etag): (&Path<'_>, &str),
) -> Result<Found<R>> {
    let whole = lens.clone().with_all_references();
    let found = session.find_to_change::<R>(&whole, id).await?;
    rules::may_change(&found)?;
    found.record.meta().check_etag(etag, etag_path, &id.to_string())?;
    Ok(found)
}

pub(super) fn next_meta(meta: &Meta, now_micros: i64) -> Meta {
    Meta { version: meta.version + 1, update_micros: now_micros, ..meta.clone() }
}

/// Keys of what a record refers to already.
async fn kept_keys<R: Kept>(session: &mut Session, lens: &Lens, record: &R) -> Result<Keys> {
    let path = Path::root(R::Draft::FIELD);
    session.keys(lens, &path, record.body(), Some(record.body())).await
}

/// Writes a record over what it was, and reads it back as the viewer may see it.
pub(super) async fn rewrite<R: Kept>(
    session: &mut Session,
    lens: &Lens,
    was: Found<R>,
    record: &R,
    keys: &Keys,
) -> Result<Changed<R>> {
    session.replace(lens, &was, record, keys).await?;
    let after = session.find::<R>(lens, std::slice::from_ref(record.id())).await?.pop();
    let after = after.ok_or_else(|| Error::internal("a record is gone after its change"))?;
    Ok(Changed { before: Some(was.record), after: after.record })
}

pub(super) fn json(record: &impl Serialize) -> Result<String> {
    serde_json::to_string(record).map_err(|error| Error::internal(format!("ledger: {error}")))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("ledger: {error}")))
}

macro_rules! changes {
    ($($record:ident, $draft:ident: $create:ident, $update:ident, $delete:ident;)+) => {
        impl Registry {$(
            /// Records what the draft says.
            ///
            /// # Errors
            /// `Invalid` with every violation; `NotFound` for references that are hidden or absent;
            /// `AlreadyExists` for an id that is taken or a request id used for another request.
            pub async fn $create(
                &self,
                viewer: &Viewer,
                request: Create<$draft>,
            ) -> Result<$record> {
                self.create(viewer, request).await
            }

            /// Sets the fields that the mask names.
            ///
            /// # Errors
            /// As for a creation, and `Aborted` when the etag is not the current one.
            pub async fn $update(
                &self,
                viewer: &Viewer,
                request: Update<$draft>,
            ) -> Result<$record> {
                self.update(viewer, request).await
            }

            /// Deletes softly.
            ///
            /// # Errors
            /// `FailedPrecondition` when it is deleted already; `Aborted` when the etag is not the
            /// current one.
            pub async fn $delete(&self, viewer: &Viewer, request: Delete) -> Result<$record> {
                self.delete(viewer, request).await
            }
        )+}
    };
}

changes! {
    Agency, AgencyDraft: create_agency, update_agency, delete_agency;
    Sensor, SensorDraft: create_sensor, update_sensor, delete_sensor;
    Operation, OperationDraft: create_operation, update_operation, delete_operation;
    Seizure, SeizureDraft: create_seizure, update_seizure, delete_seizure;
}
