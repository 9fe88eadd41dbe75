//! Who asks. There is no ambient identity: every use case takes the viewer first.

use super::{
    codes::codes,
    ids::{AgencyId, PrincipalId},
    markings::{GRANT_ANYBODY, GRANT_EVERYONE},
    regions::RegionCode,
};

codes! {
    /// What a viewer may do.
    pub enum Role {
        /// Reads.
        Reader = 1 => "READER",
        /// Records operations and seizures, and changes what its agency recorded.
        Contributor = 2 => "CONTRIBUTOR",
        /// Retracts and merges.
        Steward = 3 => "STEWARD",
        /// Keeps agencies and sensors; sees no more than its agency.
        Administrator = 4 => "ADMINISTRATOR",
        /// Reads what the principals of its agency did.
        Auditor = 5 => "AUDITOR",
    }
}

/// An agency that asks, with its region and its roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The agency.
    pub agency: AgencyId,
    /// The region of the agency, which opens what is releasable to the region.
    pub region: Option<RegionCode>,
    /// What it may do. Reading needs one of any.
    pub roles: Vec<Role>,
    /// Who of the agency it is; none for the viewer that a server is configured with, and for the
    /// anonymous one.
    pub principal: Option<PrincipalId>,
}

impl Viewer {
    /// Whoever shows no credential, where that is allowed: it reads what is CLEAR, acts for no
    /// agency, and so can be granted and record nothing.
    #[must_use]
    pub fn anonymous() -> Self {
        let agency = AgencyId::from_stored(String::new());
        Self { agency, region: None, roles: vec![Role::Reader], principal: None }
    }

    /// Whether it is [`Viewer::anonymous`]: no agency has an empty id.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.agency.as_str().is_empty()
    }

    /// Whether it has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The grants it holds: it sees a record that one of them opens
    /// ([`super::markings::Marking::grants`]), and what its own agency recorded.
    #[must_use]
    pub fn grants(&self) -> Vec<String> {
        if self.is_anonymous() {
            return vec![GRANT_ANYBODY.to_owned()];
        }
        let mut grants = vec![GRANT_EVERYONE.to_owned(), self.agency.to_string()];
        grants.extend(self.region.iter().map(ToString::to_string));
        grants
    }
}

/// Whoever runs the program over a store, and so keeps who may come in. No request has one: it is
/// made where a command line is carried out.
#[derive(Debug)]
pub struct Operator(());

impl Operator {
    /// The one who typed the command.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self(())
    }
}
