//! What the model answers to a write.

use super::{
    Refusal,
    tables::{Modelled, Tables, sees},
};
use interdiction::domain::{
    agencies::{ANCESTORS_MAX, Agency},
    check::{Path, Violations},
    errors::Error,
    ids::AgencyId,
    records::{Body as _, Draft, Meta, Record, Target},
    requests::{Create, Delete, Retract, Update, check_mask},
    seizures::{Seizure, SeizureState},
    viewers::{Role, Viewer},
};
use std::{any::Any, collections::HashSet};

impl Refusal {
    fn new(kind: &str, reason: &'static str) -> Self {
        Self { kind: kind.to_owned(), reason, fields: Vec::new(), resources: Vec::new() }
    }
    fn at(mut self, field: &str) -> Self {
        self.fields.push(field.to_owned());
        self
    }
    fn about(mut self, name: impl ToString) -> Self {
        self.resources.push(name.to_string());
        self
    }
    pub fn invalid(fields: Vec<String>) -> Self {
        Self { fields, ..Self::new("Invalid", "INVALID_FIELD") }
    }
    pub fn not_found(fields: Vec<String>, resources: Vec<String>) -> Self {
        Self { fields, resources, ..Self::new("NotFound", "NOT_FOUND") }
    }
}

/// A record that another one names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Referred {
    There,
    Deleted,
}

/// The role that writes a record.
fn needs_role<R: Modelled>(viewer: &Viewer) -> Result<(), Refusal> {
    needs(viewer, if R::CHOSEN { Role::Administrator } else { Role::Contributor })
}

fn needs(viewer: &Viewer, role: Role) -> Result<(), Refusal> {
    if viewer.has(role) {
        return Ok(());
    }
    Err(Refusal::new("PermissionDenied", "ROLE_REQUIRED").about(&viewer.agency))
}

/// What the pure check of the domain finds.
fn checked<D: Draft>(draft: &D, mut violations: Violations) -> Result<D::Body, Refusal> {
    let body = draft.check(&Path::root(D::FIELD), &mut violations);
    violations.finish(body).map_err(|error: Error| Refusal::of(&error))
}

impl Tables {
    pub fn create<R: Modelled>(
        &self,
        viewer: &Viewer,
        request: &Create<R::Draft>,
        stamp: Option<&R>,
    ) -> Result<R, Refusal> {
        needs_role::<R>(viewer)?;
        let body = checked(&request.draft, Violations::default())?;
        let now = stamp.map_or(0, |one| one.meta().create_micros);
        let record = R::build(&request.id, body, Meta::first(&viewer.agency, now), stamp);
        self.check(viewer, &record, None)?;
        if R::CHOSEN && self.find::<R>(record.id()).is_some() {
            let field = format!("{}_id", <R::Draft as Draft>::FIELD);
            let refusal = Refusal::new("AlreadyExists", "ID_TAKEN");
            return Err(refusal.at(&field).about(record.id()));
        }
        Ok(record)
    }

    pub fn update<R: Modelled>(
        &self,
        viewer: &Viewer,
        request: &Update<R::Draft>,
        id: &R::Id,
        now: i64,
    ) -> Result<R, Refusal> {
        needs_role::<R>(viewer)?;
        let mut violations = Violations::default();
        let fields = check_mask::<R::Draft>(&request.update_mask, &mut violations);
        let path = Path::root(<R::Draft as Draft>::FIELD);
        request.draft.check_fields(&fields, &path, &mut violations);
        violations.finish(Some(())).map_err(|error| Refusal::of(&error))?;
        let etag_field = path.field("etag").to_string();
        let was = self.to_change::<R>(viewer, id, (&etag_field, &request.etag))?;
        let mut draft = R::Draft::of(was.body());
        for field in fields {
            draft.take(field, &request.draft);
        }
        let body = checked(&draft, Violations::default())?;
        let record = was.with_body(body, next(was.meta(), now));
        self.check(viewer, &record, Some(was))?;
        Ok(record)
    }

    pub fn delete<R: Modelled>(
        &self,
        viewer: &Viewer,
        request: &Delete,
        id: &R::Id,
        now: i64,
    ) -> Result<R, Refusal> {
        needs_role::<R>(viewer)?;
        let was = self.to_change::<R>(viewer, id, ("etag", &request.etag))?;
        let own = (id as &dyn Any).downcast_ref::<AgencyId>();
        if own.is_some_and(|id| *id == viewer.agency) {
            return Err(Refusal::new("FailedPrecondition", "OWN_AGENCY").about(id.to_string()));
        }
        let meta = Meta { delete_micros: Some(now), ..next(was.meta(), now) };
        Ok(was.with_body(was.body().clone(), meta))
    }

    pub fn retract(
        &self,
        viewer: &Viewer,
        request: &Retract,
        id: <Seizure as Record>::Id,
        now: i64,
    ) -> Result<Seizure, Refusal> {
        needs(viewer, Role::Steward)?;
        if request.reason.is_empty() {
            return Err(Refusal::new("Invalid", "INVALID_FIELD").at("reason"));
        }
        let was = self.to_change::<Seizure>(viewer, &id, ("etag", &request.etag))?;
        if was.state != SeizureState::Active {
            return Err(Refusal::new("FailedPrecondition", "NOT_ACTIVE").about(id));
        }
        let mut record = was.with_body(was.body.clone(), next(&was.meta, now));
        record.state = SeizureState::Retracted;
        record.retraction_reason.clone_from(&request.reason);
        Ok(record)
    }

    fn to_change<R: Modelled>(
        &self,
        viewer: &Viewer,
        id: &R::Id,
        (etag_field, etag): (&str, &str),
    ) -> Result<&R, Refusal> {
        let name = id.to_string();
        let Some(was) = self.find::<R>(id).filter(|one| sees(viewer, *one)) else {
            return Err(Refusal::not_found(vec![], vec![name]));
        };
        if was.meta().originator.as_ref() != Some(&viewer.agency) {
            return Err(Refusal::new("PermissionDenied", "NOT_ORIGINATOR").about(name));
        }
        if was.meta().delete_micros.is_some() {
            return Err(Refusal::new("FailedPrecondition", "DELETED").about(name));
        }
        if !etag.is_empty() && etag != was.meta().etag() {
            return Err(Refusal::new("Aborted", "ETAG_MISMATCH").at(etag_field).about(name));
        }
        Ok(was)
    }

    /// The rules that need other records.
    fn check<R: Modelled>(
        &self,
        viewer: &Viewer,
        record: &R,
        was: Option<&R>,
    ) -> Result<(), Refusal> {
        self.check_references(viewer, record, was)?;
        let any: &dyn Any = record;
        if let Some(agency) = any.downcast_ref::<Agency>() {
            self.check_parent(agency)?;
        }
        if let Some(seizure) = any.downcast_ref::<Seizure>() {
            let was = was.and_then(|was| (was as &dyn Any).downcast_ref::<Seizure>());
            self.check_operation(viewer, seizure, was)?;
            self.check_external_ids(viewer, seizure, was)?;
        }
        Ok(())
    }

    fn check_references<R: Modelled>(
        &self,
        viewer: &Viewer,
        record: &R,
        was: Option<&R>,
    ) -> Result<(), Refusal> {
        let path = Path::root(<R::Draft as Draft>::FIELD);
        let mut kept = HashSet::new();
        if let Some(was) = was {
            was.body().references(&path, &mut |_, target| {
                kept.insert(target);
            });
        }
        let (mut fields, mut names) = (Vec::new(), Vec::new());
        let mut all_deleted = true;
        record.body().references(&path, &mut |path, target| {
            let referred = self.referred(viewer, &target);
            if !kept.contains(&target) && referred != Some(Referred::There) {
                all_deleted &= referred == Some(Referred::Deleted);
                fields.push(path.to_string());
                names.push(target.name());
            }
        });
        let refusal = Refusal::not_found(fields, names);
        if refusal.fields.is_empty() {
            return Ok(());
        }
        let deleted = Refusal::new("FailedPrecondition", "DELETED");
        let Refusal { kind, reason, .. } = if all_deleted { deleted } else { refusal.clone() };
        Err(Refusal { kind, reason, ..refusal })
    }

    /// What the viewer sees of a record that is named; none where it is hidden or absent.
    fn referred(&self, viewer: &Viewer, target: &Target) -> Option<Referred> {
        fn of<R: Record>(viewer: &Viewer, one: Option<&R>) -> Option<Referred> {
            let one = one.filter(|one| sees(viewer, *one))?;
            let deleted = one.meta().delete_micros.is_some();
            Some(if deleted { Referred::Deleted } else { Referred::There })
        }
        match target {
            Target::Agency(id) => of(viewer, self.agency(id)),
            Target::Sensor(id) => of(viewer, self.sensor(id)),
            Target::Operation(id) => of(viewer, self.operation(*id)),
            Target::Substance(id) => {
                self.vocabulary.iter().any(|one| one.id == *id).then_some(Referred::There)
            }
        }
    }

    fn check_parent(&self, agency: &Agency) -> Result<(), Refusal> {
        let refusal = Refusal::new("Invalid", "INVALID_FIELD").at("agency.parent");
        let mut next: Option<AgencyId> = agency.body.parent.clone();
        for _ in 0..ANCESTORS_MAX {
            let Some(id) = next else { return Ok(()) };
            if id == agency.id {
                return Err(refusal);
            }
            next = self.agency(&id).and_then(|one| one.body.parent.clone());
        }
        if next.is_none() { Ok(()) } else { Err(refusal) }
    }

    fn check_operation(
        &self,
        viewer: &Viewer,
        seizure: &Seizure,
        was: Option<&Seizure>,
    ) -> Result<(), Refusal> {
        let named = seizure.body.operation;
        if was.is_some_and(|was| was.body.operation == named) {
            return Ok(());
        }
        let Some(operation) = named.and_then(|id| self.operation(id)) else { return Ok(()) };
        let name = operation.id.to_string();
        if operation.meta.delete_micros.is_some() {
            let refusal = Refusal::new("FailedPrecondition", "DELETED");
            return Err(refusal.at("seizure.operation").about(name));
        }
        let me = Some(&viewer.agency);
        let body = &operation.body;
        let takes_part = operation.meta.originator.as_ref() == me
            || body.lead_agency.as_ref() == me
            || body.participants.iter().any(|part| part.agency.as_ref() == me);
        if takes_part {
            return Ok(());
        }
        Err(Refusal::new("PermissionDenied", "NOT_A_PARTICIPANT").about(name))
    }

    fn check_external_ids(
        &self,
        viewer: &Viewer,
        seizure: &Seizure,
        was: Option<&Seizure>,
    ) -> Result<(), Refusal> {
        let own = was.map(|was| was.id);
        let mut others = self.seizures.iter().filter(|one| {
            Some(one.id) != own
                && one.meta.delete_micros.is_none()
                && one.meta.originator.as_ref() == Some(&viewer.agency)
        });
        let taken = others.any(|one| {
            one.body.external_ids.iter().any(|id| seizure.body.external_ids.contains(id))
        });
        if taken {
            let refusal = Refusal::new("AlreadyExists", "EXTERNAL_ID_TAKEN");
            return Err(refusal.at("seizure.external_ids"));
        }
        Ok(())
    }
}

fn next(meta: &Meta, now: i64) -> Meta {
    Meta { version: meta.version + 1, update_micros: now, ..meta.clone() }
}
