//! Who may write what.

use crate::{
    domain::{
        agencies::Agency,
        check::{Path, Violations},
        errors::{Error, Kind, Result},
        ids::{OperationId, ResourceId as _},
        operations::Operation,
        records::{Draft, Meta, RECORD_BYTES_MAX, Record, bytes_of},
        seizures::{Seizure, SeizureState},
        sensors::Sensor,
        viewers::{Role, Viewer},
    },
    store::{Found, Lens, Listed, Session, Stored},
};
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// A record that callers create, change and delete.
pub trait Kept: Stored + Listed {
    /// The role that writes it.
    const ROLE: Role;
    /// Names of the methods, for the ledger.
    const METHODS: [&'static str; 3];

    /// The id of a new record: chosen by the caller, or made by the server.
    fn new_id(chosen: &str, made: Uuid, violations: &mut Violations) -> Option<Self::Id>;
    /// A record around a body.
    fn build(id: Self::Id, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self;
    /// The same record with another body and meta.
    fn rebuild(&self, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self;
    /// Whether the viewer may delete it, where it may change it.
    fn check_deletion(&self, _viewer: &Viewer) -> Result<()> {
        Ok(())
    }
    /// Rules that need the store: run before a write, with what the record was.
    fn check_in_store<'s>(
        &'s self,
        _was: Option<&'s Self>,
        _session: &'s mut Session,
        _lens: &'s Lens,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

fn caller_chooses<R: Record>(chosen: &str, violations: &mut Violations) -> Option<R::Id> {
    let field = format!("{}_id", <R::Draft as Draft>::FIELD);
    violations.keep(&Path::root(&field), R::Id::parse_id(chosen))
}

impl Kept for Agency {
    const ROLE: Role = Role::Administrator;
    const METHODS: [&'static str; 3] = ["CreateAgency", "UpdateAgency", "DeleteAgency"];

    fn new_id(chosen: &str, _made: Uuid, violations: &mut Violations) -> Option<Self::Id> {
        caller_chooses::<Self>(chosen, violations)
    }
    fn build(id: Self::Id, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self { id, body, meta }
    }
    fn rebuild(&self, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self::build(self.id.clone(), body, meta)
    }
    fn check_deletion(&self, viewer: &Viewer) -> Result<()> {
        if self.id != viewer.agency {
            return Ok(());
        }
        let name = self.id.to_string();
        let message = format!("{name} is the agency that you act for");
        Err(Error::new(Kind::FailedPrecondition, "OWN_AGENCY", message).about(name))
    }
    fn check_in_store<'s>(
        &'s self,
        was: Option<&'s Self>,
        session: &'s mut Session,
        lens: &'s Lens,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            let Some(parent) = &self.body.parent else { return Ok(()) };
            if was.is_some_and(|was| was.body.parent.as_ref() == Some(parent)) {
                return Ok(());
            }
            if session.is_descendant(lens, &self.id, parent).await? {
                let message = "an agency cannot be part of itself, nor have more than 16 ancestors";
                return Err(Error::invalid_field("agency.parent", message));
            }
            Ok(())
        })
    }
}

impl Kept for Sensor {
    const ROLE: Role = Role::Administrator;
    const METHODS: [&'static str; 3] = ["CreateSensor", "UpdateSensor", "DeleteSensor"];

    fn new_id(chosen: &str, _made: Uuid, violations: &mut Violations) -> Option<Self::Id> {
        caller_chooses::<Self>(chosen, violations)
    }
    fn build(id: Self::Id, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self { id, body, meta }
    }
    fn rebuild(&self, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self::build(self.id.clone(), body, meta)
    }
}

impl Kept for Operation {
    const ROLE: Role = Role::Contributor;
    const METHODS: [&'static str; 3] = ["CreateOperation", "UpdateOperation", "DeleteOperation"];

    fn new_id(_chosen: &str, made: Uuid, _violations: &mut Violations) -> Option<Self::Id> {
        Some(Self::Id::from_uuid(made))
    }
    fn build(id: Self::Id, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self { id, body, meta }
    }
    fn rebuild(&self, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self::build(self.id, body, meta)
    }
}

impl Kept for Seizure {
    const ROLE: Role = Role::Contributor;
    const METHODS: [&'static str; 3] = ["CreateSeizure", "UpdateSeizure", "DeleteSeizure"];

    fn new_id(_chosen: &str, made: Uuid, _violations: &mut Violations) -> Option<Self::Id> {
        Some(Self::Id::from_uuid(made))
    }
    fn build(id: Self::Id, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        let state = SeizureState::Active;
        Self { id, body, state, retraction_reason: String::new(), meta }
    }
    fn rebuild(&self, body: <Self::Draft as Draft>::Body, meta: Meta) -> Self {
        Self { body, meta, ..self.clone() }
    }
    fn check_in_store<'s>(
        &'s self,
        was: Option<&'s Self>,
        session: &'s mut Session,
        lens: &'s Lens,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            let Some(id) = self.body.operation else { return Ok(()) };
            if was.is_some_and(|was| was.body.operation == Some(id)) {
                return Ok(());
            }
            may_add_seizures(session, lens, &id).await
        })
    }
}

/// The originator, the lead and the participants of an operation may add their own seizures to it;
/// it stays as it is until they are written.
pub(super) async fn may_add_seizures(
    session: &mut Session,
    lens: &Lens,
    id: &OperationId,
) -> Result<()> {
    if session.takes_part(lens, id).await? {
        return Ok(());
    }
    let message = "only the originator, the lead and the participants of an operation add seizures";
    Err(Error::denied("NOT_A_PARTICIPANT", id.to_string(), message))
}

pub(super) fn may_read(viewer: &Viewer) -> Result<()> {
    if viewer.roles.is_empty() {
        let message = "reading needs a role: ask an administrator for READER";
        return Err(Error::denied("ROLE_REQUIRED", viewer.agency.to_string(), message));
    }
    Ok(())
}

pub(super) fn needs_role(viewer: &Viewer, role: Role) -> Result<()> {
    if viewer.has(role) {
        return Ok(());
    }
    if viewer.is_anonymous() {
        return Err(Error::unauthenticated("CREDENTIAL_REQUIRED"));
    }
    use crate::domain::codes::Code as _;
    let message = format!("this needs the role {}: ask an administrator", role.name());
    Err(Error::denied("ROLE_REQUIRED", viewer.agency.to_string(), &message))
}

/// A record has an originator, so an agency that the registry does not know records nothing.
pub(super) fn needs_registration(lens: &Lens) -> Result<()> {
    if lens.is_registered() {
        return Ok(());
    }
    let name = lens.viewer.agency.to_string();
    let message = format!("{name} is not registered: ask an administrator to create it");
    Err(Error::denied("AGENCY_NOT_REGISTERED", name, &message))
}

/// A record fits into one answer. What was written before is deleted and retracted all the same.
pub(super) fn is_small_enough<R: Record>(record: &R) -> Result<()> {
    may_have_bytes::<R>(bytes_of(record)?)
}

/// Whether a record may have so many bytes, as [`bytes_of`] counts them.
pub(super) fn may_have_bytes<R: Record>(bytes: usize) -> Result<()> {
    if bytes <= RECORD_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "it would have {bytes} bytes in all: at most {RECORD_BYTES_MAX}, so shorten its texts and \
         lists"
    );
    Err(Error::invalid_field(<R::Draft as Draft>::FIELD, message))
}

/// A record is changed by the agency that recorded it alone, and not once it is deleted.
pub(super) fn may_change<R: Record>(found: &Found<R>) -> Result<()> {
    let name = found.record.id().to_string();
    if !found.mine {
        let message = "only the agency that recorded it may change it";
        return Err(Error::denied("NOT_ORIGINATOR", name, message));
    }
    if found.record.meta().delete_micros.is_some() {
        let message = format!("{name} is deleted");
        return Err(Error::new(Kind::FailedPrecondition, "DELETED", message).about(name));
    }
    Ok(())
}
