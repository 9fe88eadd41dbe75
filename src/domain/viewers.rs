//! Who asks. There is no ambient identity: every use case takes the viewer first.

use super::{codes::codes, ids::AgencyId, markings::GRANT_EVERYONE, regions::RegionCode};

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
}

impl Viewer {
    /// Whether it has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The grants it holds: it sees a record that one of them opens
    /// ([`super::markings::Marking::grants`]), and what its own agency recorded.
    #[must_use]
    pub fn grants(&self) -> Vec<String> {
        let mut grants = vec![GRANT_EVERYONE.to_owned(), self.agency.to_string()];
        grants.extend(self.region.iter().map(ToString::to_string));
        grants
    }
}
