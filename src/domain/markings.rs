//! Who may see what: the one releasability rule, as a pure function.
//!
//! The store holds the same rule as a SQL condition over the grants that [`Marking::grants`] lists;
//! a test holds the two against each other on all combinations.

use super::{
    check::{Path, Violations},
    codes::{Code as _, codes},
    ids::{AgencyId, ResourceId as _},
    regions::RegionCode,
    viewers::Viewer,
};
use serde::{Deserialize, Serialize};
use std::fmt;

codes! {
    /// A Traffic Light Protocol label, version 2.0 (FIRST, 2022).
    pub enum Tlp {
        /// Everyone.
        Clear = 1 => "CLEAR",
        /// Every authenticated caller.
        Green = 2 => "GREEN",
        /// The originator, and the agencies and regions listed.
        Amber = 3 => "AMBER",
        /// The originator, and the agencies listed.
        AmberStrict = 4 => "AMBER_STRICT",
        /// The originator alone.
        Red = 5 => "RED",
    }
}

impl Tlp {
    /// Whether a record marked so is restricted: not for every authenticated caller. Whoever reads
    /// one leaves an access record.
    #[must_use]
    pub fn is_restricted(self) -> bool {
        match self {
            Self::Clear | Self::Green => false,
            Self::Amber | Self::AmberStrict | Self::Red => true,
        }
    }
}

/// The most entries of a releasability list.
pub const RELEASABLE_TO_MAX: usize = 100;

/// An entry of a releasability list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// Every agency of a region.
    Region(RegionCode),
    /// One agency.
    Agency(AgencyId),
}

impl Grantee {
    /// Reads `MX` or `agencies/mx-semar`.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains('/') {
            return AgencyId::parse_name(text).map(Self::Agency);
        }
        RegionCode::parse(text).map(Self::Region).map_err(|_| {
            "neither a region code such as MX nor an agency name such as agencies/mx-semar".into()
        })
    }

    /// Takes an entry that the store kept; it was parsed when it was written.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        match text.split_once('/') {
            Some((_, id)) => Self::Agency(AgencyId::from_stored(id.to_owned())),
            None => Self::Region(RegionCode::from_stored(text.to_owned())),
        }
    }
}

impl From<Grantee> for String {
    fn from(grantee: Grantee) -> Self {
        match grantee {
            Grantee::Region(region) => region.into(),
            Grantee::Agency(agency) => agency.name(),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region) => region.fmt(f),
            Self::Agency(agency) => agency.fmt(f),
        }
    }
}

impl Serialize for Grantee {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Grantee {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What a caller proposes as a marking.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarkingDraft {
    /// Number of a [`Tlp`]; 0 when not given.
    pub label: i32,
    /// Region codes and agency names.
    pub releasable_to: Vec<String>,
}

impl MarkingDraft {
    /// Checks the draft; `None` gives the default.
    pub fn check(draft: Option<&Self>, path: &Path<'_>, violations: &mut Violations) -> Marking {
        let Some(draft) = draft else { return Marking::default() };
        let label = violations.code_or(&path.field("label"), draft.label, Tlp::Amber);
        let list_path = path.field("releasable_to");
        if !violations.count(&list_path, draft.releasable_to.len(), RELEASABLE_TO_MAX) {
            return Marking::default();
        }
        let mut releasable_to: Vec<Grantee> = draft
            .releasable_to
            .iter()
            .enumerate()
            .filter_map(|(i, text)| violations.keep(&list_path.index(i), Grantee::parse(text)))
            .collect();
        if !matches!(label, Tlp::Amber | Tlp::AmberStrict) && !draft.releasable_to.is_empty() {
            let message = format!("{} takes no list: leave it empty", label.name());
            violations.add(&list_path, message);
        }
        releasable_to.sort();
        releasable_to.dedup();
        Marking { label, releasable_to }
    }
}

/// Who may see a record besides its originator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marking {
    /// The label.
    pub label: Tlp,
    /// Sorted, without repeats; empty unless the label is AMBER or AMBER_STRICT.
    pub releasable_to: Vec<Grantee>,
}

impl Default for Marking {
    /// AMBER with an empty list, which only the originator sees.
    fn default() -> Self {
        Self { label: Tlp::Amber, releasable_to: Vec::new() }
    }
}

/// The grant that every authenticated viewer holds.
pub const GRANT_EVERYONE: &str = "*";
/// The one grant of the anonymous viewer. What it opens [`GRANT_EVERYONE`] opens too, so that nobody
/// else need hold it.
pub const GRANT_ANYBODY: &str = "?";

impl Marking {
    /// Whether a viewer may see a record that `originator` marked so.
    #[must_use]
    pub fn visible_to(&self, viewer: &Viewer, originator: &AgencyId) -> bool {
        if viewer.is_anonymous() {
            return self.label == Tlp::Clear;
        }
        if *originator == viewer.agency {
            return true;
        }
        let lists_agency = || self.releasable_to.contains(&Grantee::Agency(viewer.agency.clone()));
        let lists_region = || {
            viewer
                .region
                .as_ref()
                .is_some_and(|region| self.releasable_to.contains(&Grantee::Region(region.clone())))
        };
        match self.label {
            Tlp::Clear | Tlp::Green => true,
            Tlp::Amber => lists_agency() || lists_region(),
            Tlp::AmberStrict => lists_agency(),
            Tlp::Red => false,
        }
    }

    /// The grants that open a record marked so; a viewer sees it that holds one of them
    /// ([`Viewer::grants`]).
    #[must_use]
    pub fn grants(&self) -> Vec<String> {
        match self.label {
            Tlp::Clear => vec![GRANT_EVERYONE.to_owned(), GRANT_ANYBODY.to_owned()],
            Tlp::Green => vec![GRANT_EVERYONE.to_owned()],
            Tlp::Amber => self.releasable_to.iter().map(ToString::to_string).collect(),
            Tlp::AmberStrict => self
                .releasable_to
                .iter()
                .filter(|grantee| matches!(grantee, Grantee::Agency(_)))
                .map(ToString::to_string)
                .collect(),
            Tlp::Red => Vec::new(),
        }
    }

    /// The marking as a viewer that is not the originator is shown it: the regions and its own
    /// entry. Who else is on the list is the originator's to tell.
    #[must_use]
    pub fn shown_to(mut self, viewer: &Viewer) -> Self {
        self.releasable_to.retain(|grantee| match grantee {
            Grantee::Region(_) => true,
            Grantee::Agency(agency) => *agency == viewer.agency,
        });
        self
    }

    /// The marking of several records together: the strictest label, and whom every one of them is
    /// releasable to. CLEAR when there are none.
    #[must_use]
    pub fn rolled_up(markings: impl IntoIterator<Item = Self>) -> Self {
        let everyone = Self { label: Tlp::Clear, releasable_to: Vec::new() };
        // A list that no marking has named yet holds everyone.
        let mut shared: Option<Vec<Grantee>> = None;
        let mut label = everyone.label;
        for marking in markings {
            label = label.max(marking.label);
            if matches!(marking.label, Tlp::Amber | Tlp::AmberStrict) {
                let list = marking.releasable_to;
                shared = Some(match shared {
                    None => list,
                    Some(so_far) => so_far.into_iter().filter(|one| list.contains(one)).collect(),
                });
            }
        }
        let has_list = matches!(label, Tlp::Amber | Tlp::AmberStrict);
        let releasable_to = shared.filter(|_| has_list).unwrap_or_default();
        Self { label, releasable_to }
    }

    /// The same marking as a draft.
    #[must_use]
    pub fn to_draft(&self) -> MarkingDraft {
        MarkingDraft {
            label: self.label.code(),
            releasable_to: self.releasable_to.iter().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marking(label: Tlp, list: &[&str]) -> Marking {
        let releasable_to = list.iter().map(|text| Grantee::parse(text).unwrap()).collect();
        Marking { label, releasable_to }
    }

    #[test]
    fn several_markings_roll_up_to_the_strictest_label_and_the_shared_list() {
        let amber = marking(Tlp::Amber, &["CO", "MX", "agencies/us-dod"]);
        let strict = marking(Tlp::AmberStrict, &["MX", "agencies/us-dod"]);
        let green = marking(Tlp::Green, &[]);
        let roll = |list: &[&Marking]| Marking::rolled_up(list.iter().copied().cloned());
        assert_eq!(roll(&[]), marking(Tlp::Clear, &[]));
        assert_eq!(roll(&[&green, &amber]), amber);
        assert_eq!(roll(&[&amber, &strict, &green]), strict);
        assert_eq!(roll(&[&amber, &marking(Tlp::Red, &[])]), marking(Tlp::Red, &[]));
        assert_eq!(roll(&[&amber, &marking(Tlp::Amber, &["US"])]), marking(Tlp::Amber, &[]));
    }
}
