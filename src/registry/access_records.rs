//! Who came in, who was turned away, who read what is restricted, and whose credentials changed:
//! noted, read, forgotten.

use super::{Registry, rules};
use crate::domain::{
    access_records::{AccessKind, AccessRecord, Asked, Outcome},
    check::Violations,
    errors::Result,
    ids::PrincipalId,
    pages::{Page, PageSize},
    principals::Principal,
    viewers::{Role, Viewer},
};

impl Registry {
    /// What a request is to be noted by.
    #[must_use]
    pub fn asked(&self, peer: String, method: String) -> Asked {
        Asked { id: self.source.new_uuid(), peer, method }
    }

    /// Notes what a caller did or tried; it is on the disk when this returns, and comes there also
    /// when nobody waits for that. Where nobody knows who asked there is no viewer. What was asked
    /// is noted once, however often this is called.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written.
    pub async fn note_access(
        &self,
        viewer: Option<&Viewer>,
        asked: Asked,
        outcome: Outcome<'_>,
    ) -> Result<()> {
        let Asked { id, peer, method } = asked;
        let Outcome { kind, answer, shown } = outcome;
        let known = viewer.filter(|viewer| !viewer.is_anonymous());
        let principal = known.and_then(|viewer| viewer.principal.as_ref());
        let record = AccessRecord {
            time_micros: self.source.now_micros(),
            kind,
            principal: principal.map_or("", PrincipalId::as_str).to_owned(),
            agency: known.map(|viewer| viewer.agency.clone()),
            peer,
            method,
            answer: answer.to_owned(),
            shown,
        };
        self.store.note_access(id, record).await
    }

    /// A change of credentials, to be noted with it.
    pub(super) fn credential_change(&self, method: &str, of: &Principal) -> AccessRecord {
        AccessRecord {
            time_micros: self.source.now_micros(),
            kind: AccessKind::CredentialChange,
            principal: of.id.as_str().to_owned(),
            agency: Some(of.agency.clone()),
            peer: String::new(),
            method: method.to_owned(),
            answer: "OK".to_owned(),
            shown: 0,
        }
    }

    /// A page of what the principals of the viewer's agency did, the youngest first.
    ///
    /// # Errors
    /// `PermissionDenied` unless the viewer is an auditor; `Invalid` when the page token is not of
    /// this list.
    pub async fn list_access_records(
        &self,
        viewer: &Viewer,
        page_size: i32,
        page_token: &str,
    ) -> Result<Page<AccessRecord>> {
        rules::needs_role(viewer, Role::Auditor)?;
        let mut violations = Violations::default();
        let size = PageSize::check(page_size, &mut violations);
        let size = violations.finish(Some(size))?;
        self.store.list_access_records(viewer, size, page_token).await
    }

    /// Forgets access records that are older than so many days.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written.
    pub async fn forget_access_records(&self, days: u32) -> Result<()> {
        const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
        self.store.forget_access(self.source.now_micros() - i64::from(days) * DAY_MICROS).await
    }
}
