//! Why a viewer may see a record.

use super::{
    codes::codes,
    markings::{Grantee, Marking, Tlp},
    viewers::Viewer,
};

codes! {
    /// Why somebody may see a record.
    pub enum Ground {
        /// Its agency recorded it.
        Originator = 1 => "ORIGINATOR",
        /// It is CLEAR.
        Clear = 2 => "CLEAR",
        /// It is GREEN, and the viewer is authenticated.
        Green = 3 => "GREEN",
        /// The agency is listed.
        ListedAgency = 4 => "LISTED_AGENCY",
        /// The region of the agency is listed.
        ListedRegion = 5 => "LISTED_REGION",
    }
}

/// What a viewer may do with a record that it sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Every reason why it sees it; at least one.
    pub grounds: Vec<Ground>,
    /// Whether it may change it.
    pub may_change: bool,
}

/// Every reason why a viewer sees a record of a marking, as it is shown to the viewer; none where it
/// may not. `mine` is whether its agency recorded it.
#[must_use]
pub fn grounds(viewer: &Viewer, marking: &Marking, mine: bool) -> Vec<Ground> {
    let Marking { label, releasable_to } = marking;
    let lists = |grantee: Grantee| releasable_to.contains(&grantee);
    let by_agency = || lists(Grantee::Agency(viewer.agency.clone()));
    let by_region =
        || viewer.region.as_ref().is_some_and(|region| lists(Grantee::Region(region.clone())));
    let takes_lists = !viewer.is_anonymous() && matches!(label, Tlp::Amber | Tlp::AmberStrict);
    let all = [
        (mine, Ground::Originator),
        (*label == Tlp::Clear, Ground::Clear),
        (*label == Tlp::Green && !viewer.is_anonymous(), Ground::Green),
        (takes_lists && by_agency(), Ground::ListedAgency),
        (takes_lists && *label == Tlp::Amber && by_region(), Ground::ListedRegion),
    ];
    all.into_iter().filter_map(|(holds, ground)| holds.then_some(ground)).collect()
}
